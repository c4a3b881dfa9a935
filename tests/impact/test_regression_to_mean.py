"""Regression to the mean: closed forms, simulated normal areas, statsmodels' prediction.

``python tests/impact/test_regression_to_mean.py 2000`` prints the table that is committed as
``validation/impact/series_and_surveys/regression_to_mean_size.csv``.
"""

import csv
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.regression_to_mean import change_by_chance, regression_to_mean

YEARS = [2014, 2015, 2016, 2017, 2018, 2019, 2020]


def invented(rng, units=120, chosen=8, reliability=0.6, effect=0.0):
    """Return values of areas with a lasting level and yearly noise, and the worst of 2018."""
    level = np.sqrt(reliability) * rng.standard_normal(units)
    noise = np.sqrt(1 - reliability) * rng.standard_normal((units, len(YEARS)))
    values = 10 + level[:, None] + noise + 0.3 * rng.standard_normal(len(YEARS))
    worst = np.argsort(-values[:, YEARS.index(2018)])[:chosen]
    values[worst, YEARS.index(2019) :] += effect
    return values, worst


def areas(rng, units=120, **world):
    """Return the same as a panel."""
    values, worst = invented(rng, units, **world)
    frame = pd.DataFrame(
        {
            "area": np.repeat([f"{i:04d}" for i in range(units)], len(YEARS)),
            "year": np.tile(YEARS, units),
            "y": values.ravel(),
        }
    )
    return Panel(frame, unit="area", time="year", treated={f"{i:04d}": 2019 for i in worst})


def block_of(values, worst):
    """Return the same as a block, without the panel's checks."""
    start = np.full(len(values), np.inf)
    start[worst] = 2019
    return Block("y", values, pd.RangeIndex(len(values)), np.array(YEARS), start)


@pytest.mark.parametrize(("worst", "threshold"), [("high", 12.0), ("low", 9.0)])
@pytest.mark.parametrize("measurements", [1, 3])
def test_davis_is_the_integral(worst, threshold, measurements):
    mean, sd, rho = 10.0, 2.0, 0.6
    within = (1 - rho) * sd**2 / measurements
    total = rho * sd**2 + within
    ends = (threshold, np.inf) if worst == "high" else (-np.inf, threshold)
    density = stats.norm(mean, np.sqrt(total)).pdf
    mass = integrate.quad(density, *ends)[0]
    # E[later − earlier | earlier = x] = −(within / total)(x − mean), averaged over the chosen
    change = integrate.quad(lambda x: -within / total * (x - mean) * density(x), *ends)[0] / mass
    found = change_by_chance(
        mean=mean, sd=sd, correlation=rho, threshold=threshold, worst=worst,
        measurements=measurements,
    )  # fmt: skip
    assert found == pytest.approx(change, rel=1e-8)


def test_a_far_threshold_does_not_overflow():
    found = change_by_chance(mean=0, sd=1, correlation=0.5, threshold=60)
    assert found == pytest.approx(-0.5 * 60, rel=1e-3)


def test_the_worst_get_better_as_galton_says():
    panel = areas(np.random.default_rng(2), units=4000, chosen=200)
    found = regression_to_mean(panel, "y", selected_on=2018)
    values = panel.frame.pivot(index="area", columns="year", values="y")
    chosen = values.loc[list(panel.starts), 2018].mean()
    by_chance = change_by_chance(
        mean=values[2018].mean(), sd=values[2018].std(), correlation=0.6, selected_mean=chosen
    )
    details = found.details
    # by chance counts from the comparison areas, which lie a little below the mean of all
    others = values[2018].drop(list(panel.starts)).mean() - values[2018].mean()
    assert details["by_chance"] == pytest.approx(by_chance + 0.4 * others, abs=0.05)
    assert details["reliability"] == pytest.approx(0.6, abs=0.03)
    assert details["naive"] < -0.7
    assert details["estimates"]["covariance"] == pytest.approx(0, abs=0.12)
    assert details["estimates"]["shrinkage"] == pytest.approx(0, abs=0.12)
    # the same few areas just short of the choice stand for all the chosen
    matched = regression_to_mean(panel, "y", selected_on=2018, method="matched")
    assert abs(matched.estimate) < 3 * matched.se


def test_one_area_is_an_ordinary_prediction_interval():
    from statsmodels.api import OLS, add_constant

    panel = areas(np.random.default_rng(3), chosen=1)
    found = regression_to_mean(panel, "y", selected_on=2018)
    block = panel.block("y")
    values = block.values
    x, y = values[:, 4], values[:, 5:].mean(axis=1)
    line = OLS(y[block.donors], add_constant(x[block.donors])).fit()
    at = np.array([[1.0, x[block.treated][0]]])
    low, high = line.get_prediction(at).conf_int(obs=True)[0]
    observed = y[block.treated][0]
    assert found.interval == pytest.approx((observed - high, observed - low))
    assert found.path["gap"].iloc[-2:].mean() == pytest.approx(found.estimate)


def test_shrinkage_by_hand():
    panel = areas(np.random.default_rng(4))
    found = regression_to_mean(panel, "y", selected_on=2018, method="shrinkage")
    block = panel.block("y")
    values = block.values
    rows = pd.DataFrame(values[:, :5]).reset_index(names="area")
    table = rows.melt("area", var_name="year", value_name="y")
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    squares = anova_lm(ols("y ~ C(area) + C(year)", table).fit())["mean_sq"]
    kept = 1 - (117 / 119) * squares["Residual"] / squares["C(area)"]
    assert found.details["shrinkage"] == pytest.approx(kept)
    means = values[:, :5].mean(axis=1)
    residual = values[:, 5:].mean(axis=1) - kept * means
    gap = residual[block.treated].mean() - residual[block.donors].mean()
    assert found.estimate == pytest.approx(gap)


def test_matched_by_hand():
    panel = areas(np.random.default_rng(5), chosen=2)
    found = regression_to_mean(panel, "y", selected_on=2018, method="matched", nearest=5)
    block = panel.block("y")
    values = block.values
    x, y = values[:, 4], values[:, 5:].mean(axis=1)
    off = block.donors
    slope = np.polyfit(x[off], y[off], 1)[0]
    gaps = []
    for area in block.treated:
        near = off[np.argsort(np.abs(x[off] - x[area]))[:5]]
        gaps.append(y[area] - y[near].mean() - slope * (x[area] - x[near].mean()))
    assert found.estimate == pytest.approx(np.mean(gaps))


@pytest.mark.parametrize(
    ("effect", "result"), [(0.0, ("failed", "inconclusive")), (-2, ("passed",))]
)
def test_the_check(effect, result):
    panel = areas(np.random.default_rng(6), effect=effect)
    found = regression_to_mean(panel, "y", selected_on=2018)
    check = found.check("regression_to_mean")
    assert check.result in result
    assert check.numbers["observed"] - check.numbers["expected"] == pytest.approx(found.estimate)


def rejection(method, draws, chosen, reliability=0.6):
    """Return how often a true null is rejected, by the method and by the naive difference."""
    rng = np.random.default_rng([chosen, int(10 * reliability)])
    found = [
        regression_to_mean(
            block_of(*invented(rng, chosen=chosen, reliability=reliability)),
            selected_on=2018,
            method=method,
        )
        for _ in range(draws)
    ]
    naive = [effect.details["naive_p"] < 0.05 for effect in found]
    return float(np.mean([effect.p < 0.05 for effect in found])), float(np.mean(naive))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["covariance", "shrinkage", "matched"])
def test_size(method):
    size, naive = rejection(method, 500, 8)
    assert 0.02 <= size <= 0.08
    assert naive > 0.5


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"selected_on": 2019}, "before treatment"),
        ({"selected_on": 2013}, "must be a time of the panel"),
        ({"selected_on": 2018, "method": "galton"}, "method is one of"),
        ({"selected_on": 2018, "nearest": 1}, "nearest must lie"),
    ],
)
def test_what_cannot_be_answered_stops(arguments, says):
    with pytest.raises(ValueError, match=says):
        regression_to_mean(areas(np.random.default_rng(1)), "y", **arguments)


def test_few_donors_and_one_year_stop():
    panel = areas(np.random.default_rng(1), units=12, chosen=4)
    with pytest.raises(ValueError, match="at least 10"):
        regression_to_mean(panel, "y", selected_on=2018)
    short = areas(np.random.default_rng(1)).without(times=[2014, 2015, 2016, 2017])
    with pytest.raises(ValueError, match="two times before"):
        regression_to_mean(short, "y", selected_on=2018, method="shrinkage")
    with pytest.raises(ValueError, match="exactly one"):
        change_by_chance(mean=0, sd=1, correlation=0.5)


if __name__ == "__main__":
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["method", "chosen", "reliability", "draws", "size", "naive"])
    for chosen in (1, 3, 8):
        for reliability in (0.3, 0.6, 0.9):
            for method in ("covariance", "shrinkage", "matched"):
                size, naive = rejection(method, draws := int(sys.argv[1]), chosen, reliability)
                rates = (f"{rate:.3f}" for rate in (size, naive))
                out.writerow([method, chosen, reliability, sys.argv[1], *rates])
                sys.stdout.flush()
