"""Size, coverage and power of the interrupted series' test in short autocorrelated series.

``python tests/impact/test_series_size.py 4000 > validation/impact/series_and_surveys/series_size.csv``
makes the committed table; pytest runs fewer draws (slow).
"""

import csv
import sys
from itertools import product

import numpy as np
import pytest

from skk_analysis.impact.interrupted_series import interrupted_time_series

pytestmark = pytest.mark.slow

SHAPES = [(8, 1), (8, 2), (10, 2), (11, 1), (8, 4), (10, 4), (24, 12)]
RHO = [0.0, 0.3, 0.5, 0.8]
MEAN = 150.0
OVERDISPERSION = 0.05
"""Standard deviation of the shocks to the log rate: the dispersion is about 1.4."""


def errors_of(rng, draws, n, rho):
    """Return stationary autoregressive errors of unit variance, shape (draws, n)."""
    noise = rng.standard_normal((draws, n))
    noise[:, 1:] *= np.sqrt(1 - rho**2)
    for t in range(1, n):
        noise[:, t] += rho * noise[:, t - 1]
    return noise


def cell(family, before, after, rho, slope, draws, **arguments):
    """Return the rates of rejection without effect and with one of the stated MDE, and the MDE."""
    import pandas as pd

    rng = np.random.default_rng([before, after, int(10 * rho), slope, family == "poisson"])
    n = before + after
    errors = errors_of(rng, draws, n, rho)
    trend = 0.02 * np.arange(n)
    if family == "poisson":
        series = rng.poisson(MEAN * np.exp(trend + OVERDISPERSION * errors)).astype(float)
    else:
        series = trend + errors
    index = pd.Index(range(n), name="time")
    options = {"start": before, "family": family, "slope_change": slope} | arguments
    found = [interrupted_time_series(pd.Series(y, index=index), **options) for y in series]
    size = float(np.mean([e.p < 0.05 for e in found]))
    mde = np.array([e.mde for e in found])
    if family == "poisson":
        return size, float("nan"), float(np.median(mde))
    # the median of what the series themselves call detectable, put into series of the same kind
    effect = float(np.median(mde))
    seen = [
        interrupted_time_series(pd.Series(y + effect * (index >= before), index=index), **options).p
        < 0.05
        for y in series[::4]
    ]
    return size, float(np.mean(seen)), effect


def cells(draws):
    """Yield the rows of the table: the default, and Newey and West's errors where they mislead."""
    for (before, after), rho in product(SHAPES, RHO):
        slopes = (False, True) if after >= 4 else (False,)
        for slope in slopes:
            yield ("gaussian", "ar1", before, after, slope, rho, draws), {}
        yield ("poisson", "ar1", before, after, False, rho, draws), {}
    for (before, after), rho in product([(10, 2), (24, 12)], RHO):
        yield ("gaussian", "newey_west", before, after, False, rho, draws), {"errors": "newey_west"}


@pytest.mark.parametrize(("before", "after"), [(8, 2), (10, 2), (11, 1), (10, 4)])
@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize("family", ["gaussian", "poisson"])
def test_size_in_short_series(family, before, after, rho):
    draws = 500
    size, _, _ = cell(family, before, after, rho, False, draws)
    assert size <= 0.08 + 3 * np.sqrt(0.08 * 0.92 / draws)
    assert size >= 0.004


if __name__ == "__main__":
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("family errors before after slope_change rho draws size power_at_mde mde".split())
    for (family, errors, before, after, slope, rho, _), options in cells(0):
        draws = int(sys.argv[1])
        found = cell(family, before, after, rho, slope, draws, **options)
        row = [f"{x:.3f}" for x in found]
        out.writerow([family, errors, before, after, int(slope), rho, draws, *row])
        sys.stdout.flush()
