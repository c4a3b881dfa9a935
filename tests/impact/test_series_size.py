"""Size, coverage and power of the interrupted series' test in short autocorrelated series.

``python tests/impact/test_series_size.py 1000`` prints the table that is committed as
``validation/impact/series_and_surveys/series_size.csv``; pytest runs fewer draws (slow).
"""

import csv
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest

from skk_analysis.impact.interrupted_series import _coefficients, interrupted_time_series
from skk_analysis.impact.series_design import SegmentedDesign
from skk_analysis.impact.series_models import count_model, measurement_model

pytestmark = pytest.mark.slow

SHAPES = [(8, 1), (8, 2), (10, 2), (11, 1), (8, 4), (10, 4), (24, 12)]
RHO = [0.0, 0.3, 0.5, 0.8]
MEAN = 150.0
SHOCK = 0.05
"""Standard deviation of the shocks to the log rate: the dispersion is about 1.4."""


def errors_of(rng, draws, n, rho):
    """Return stationary autoregressive errors of unit variance, shape (draws, n)."""
    noise = rng.standard_normal((draws, n))
    noise[:, 1:] *= np.sqrt(1 - rho**2)
    for t in range(1, n):
        noise[:, t] += rho * noise[:, t - 1]
    return noise


def answer(y, design, family, errors):
    """Return what the verb bases its answer on, without the tables that it adds."""
    make = count_model if family == "poisson" else measurement_model
    model = make(pd.DataFrame({"y": y}), design)
    return _coefficients(model, errors, None, None).contrast(design.effect(design.start))


def cell(family, errors, before, after, slope, rho, draws):
    """Return the rate of rejection without effect, that with the stated MDE, and the MDE."""
    rng = np.random.default_rng([before, after, int(10 * rho), slope, family == "poisson"])
    noise = errors_of(rng, draws, before + after, rho)
    trend = 0.02 * np.arange(before + after)
    series = trend + noise
    if family == "poisson":
        series = rng.poisson(MEAN * np.exp(trend + SHOCK * noise)).astype(float)
    design = SegmentedDesign.of(np.arange(before + after), before, slope, 0, 12)
    found = [answer(y, design, family, errors) for y in series]
    size = float(np.mean([theta.p() < 0.05 for theta in found]))
    effect = float(np.median([theta.mde() for theta in found[:200]]))
    if family == "poisson":
        return size, float("nan"), np.exp(effect)
    # what the typical series calls detectable, put into series of the same kind
    moved = series[::2] + effect * design.after
    power = np.mean([answer(y, design, family, errors).p() < 0.05 for y in moved])
    return size, float(power), effect


def cells():
    """Yield the cells of the table: the default, and Newey and West's errors where they mislead."""
    for (before, after), rho in product(SHAPES, RHO):
        yield "gaussian", "ar1", before, after, False, rho
        if after >= 4:
            yield "gaussian", "ar1", before, after, True, rho
        yield "poisson", "ar1", before, after, False, rho
    for (before, after), rho in product([(10, 2), (24, 12)], RHO):
        yield "gaussian", "newey_west", before, after, False, rho


def test_this_is_what_the_verb_answers():
    y = errors_of(np.random.default_rng(1), 1, 12, 0.5)[0]
    design = SegmentedDesign.of(np.arange(12), 10, False, 0, 12)
    verb = interrupted_time_series(pd.Series(y).rename_axis("time"), start=10)
    assert answer(y, design, "gaussian", "ar1").p() == pytest.approx(verb.p)


@pytest.mark.parametrize(("before", "after"), [(8, 2), (10, 2), (11, 1), (10, 4)])
@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize("family", ["gaussian", "poisson"])
def test_size_in_short_series(family, before, after, rho):
    draws = 500
    size, _, _ = cell(family, "ar1", before, after, False, rho, draws)
    assert size <= 0.08 + 3 * np.sqrt(0.08 * 0.92 / draws)
    assert size >= 0.004


if __name__ == "__main__":
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([
        "family", "errors", "before", "after", "slope_change", "rho", "draws", "size",
        "power_at_mde", "mde",
    ])  # fmt: skip
    for place in cells():
        found = cell(*place, draws := int(sys.argv[1]))
        out.writerow([*place[:4], int(place[4]), place[5], draws, *(f"{x:.3f}" for x in found)])
        sys.stdout.flush()
