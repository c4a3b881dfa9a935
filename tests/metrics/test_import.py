"""Importing the library is cheap and leaves the process as it was."""

import subprocess
import sys

import skk_analysis as skk

CHECK = """
import sys, time, warnings
import numpy, pandas
state, filters = numpy.geterr(), list(warnings.filters)
start = time.process_time()
import skk_analysis.metrics
took = time.process_time() - start
loaded = {"matplotlib", "statsmodels", "scipy.stats", "scipy.special"} & set(sys.modules)
assert not loaded, loaded
assert numpy.geterr() == state and list(warnings.filters) == filters
assert took < 0.5, took
"""


def test_import_is_cheap_and_has_no_side_effects():
    subprocess.run([sys.executable, "-c", CHECK], check=True, timeout=60)


def test_every_public_name_is_reached_from_the_top():
    assert skk.gini([1, 2, 3, 4]).value == 0.25
    for name in skk.__all__:
        assert getattr(skk, name) is not None
    assert set(skk.__all__) <= set(dir(skk))
    assert not hasattr(skk, "ginni")
