"""Indices from grouped publications: exact on the figures, right within the interval."""

from __future__ import annotations

import functools
import importlib.util
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.metrics import gini, low_income_rate, s80s20, theil_t
from skk_analysis.metrics.grouped_bounds import gini_bounds
from skk_analysis.metrics.grouped_sources import (
    grouped_from_classes,
    grouped_from_paavo,
    grouped_from_quantiles,
    income_limits,
)

_spec = importlib.util.spec_from_file_location(
    "synthetic_areas", Path(__file__).with_name("synthetic_areas.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)

LIMITS = (13_000.0, 31_000.0)


@pytest.fixture(scope="module")
def areas() -> list[np.ndarray]:
    return synthetic.country(11, areas=150)


@pytest.fixture(scope="module")
def paavo(areas) -> tuple[pd.DataFrame, tuple[float, float]]:
    frame, limits = synthetic.published(areas)
    frame.index = [f"{i:05d}" for i in range(len(frame))]
    return frame, limits


@pytest.fixture(scope="module")
def grouped(paavo):
    return grouped_from_paavo(*paavo)


def one_area(**changes) -> pd.DataFrame:
    figures = {"low": 80.0, "middle": 240.0, "high": 80.0, "mean": 23_000.0, "median": 20_500.0}
    return pd.DataFrame([figures | changes], index=["02100"])


def test_the_density_honours_every_published_figure(grouped, paavo):
    frame, (low, high) = paavo
    n = frame[["low", "middle", "high"]].sum(axis=1).to_numpy()
    fitted = grouped.fitted
    below = lambda cut: (fitted.mass * (fitted.right <= np.c_[cut] * (1 + 1e-8))).sum(axis=1)  # noqa: E731
    size = len(frame)
    assert np.allclose(below(np.full(size, low)), frame["low"] / n, atol=1e-7)
    assert np.allclose(below(np.full(size, high)), 1 - frame["high"] / n, atol=1e-7)
    assert np.allclose(below(frame["median"]), 0.5, atol=1e-7)
    for i, mean in enumerate(frame["mean"]):
        values, shares, _ = fitted.people(i)
        assert values @ shares == pytest.approx(mean, rel=1e-7)
        assert shares.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("index", "most"), [(gini, 0.009), (theil_t, 0.018), (s80s20, 0.32), (low_income_rate, 0.012)]
)
def test_near_the_true_index_of_the_areas(grouped, areas, index, most):
    true = np.array([index(x).value for x in areas])
    estimates = grouped.estimates(index)
    assert np.abs(np.array([e.value for e in estimates]) - true).mean() < most
    inside = [low <= t <= high for t, (low, high) in
              zip(true, (e.interval(0.9) for e in estimates), strict=True)]  # fmt: skip
    assert 0.8 <= np.mean(inside) <= 0.98


@pytest.mark.slow
def test_error_and_coverage_on_1500_areas():
    """Issue: mean absolute error ≤ .008 and 86–94 % of the 90 % intervals right."""
    areas = synthetic.country(9)
    frame, _ = synthetic.published(areas)
    table = grouped_from_paavo(frame).table([gini, low_income_rate], level=0.9)
    true = np.concatenate([[index(x).value for x in areas] for index in (gini, low_income_rate)])
    inside = (table["lower"] <= true) & (true <= table["upper"])
    assert (table["value"] - true).abs()[: len(areas)].mean() <= 0.008
    chance = 2 * np.sqrt(0.9 * 0.1 / len(areas))
    assert inside.groupby(table["index"]).mean().between(0.86 - chance, 0.94 + chance).all()


def test_the_areas_own_figures_tell_the_national_limits(paavo):
    whole, limits = synthetic.published(synthetic.country(4, areas=900))
    assert income_limits(whole) == pytest.approx(limits, rel=0.02)
    with pytest.raises(ValueError, match="too few to tell it; give limits="):
        income_limits(paavo[0].head(5))


def test_bounds_hold_the_truth_and_the_estimate(grouped, areas):
    bounds = grouped.gini_bounds()
    true = [gini(x).value for x in areas]
    values = [e.value for e in grouped.estimates("gini")]
    for candidate in (true, values):
        assert (bounds["lower"] <= np.array(candidate) + 1e-9).all()
        assert (candidate <= bounds["upper"]).all()


def test_sharp_bounds_are_reached_by_extreme_distributions():
    limits, shares = np.array([[0.0, 10.0, 20.0]]), np.array([[0.5, 0.5]])
    lower, upper = gini_bounds(limits, shares, np.array([10.0]), np.array([[5.0, 15.0]]))
    assert lower[0] == pytest.approx(gini([5, 15]).value)
    assert upper[0] == pytest.approx(gini([0, 10, 10, 20]).value)
    lower, upper = gini_bounds(limits, shares, np.array([10.0]))
    assert lower[0] == pytest.approx(gini([10, 10]).value)
    rng = np.random.default_rng(0)
    for _ in range(200):
        x, y = rng.uniform(0, 10, 40) ** rng.uniform(0.2, 1), rng.uniform(10, 20, 40)
        mean = np.array([(x.mean() + y.mean()) / 2])
        lower, upper = gini_bounds(limits, shares, mean)
        assert lower[0] <= gini(np.concatenate([x, y])).value <= upper[0]


def test_bounds_without_class_means_are_the_widest_over_class_means():
    limits, shares = np.array([[0.0, 1.0, 2.0, 5.0]]), np.array([[0.3, 0.5, 0.2]])
    mean = np.array([1.5])
    lower, upper = gini_bounds(limits, shares, mean)
    found = []
    for first in np.linspace(0, 1, 101):
        for second in np.linspace(1, 2, 101):
            third = (1.5 - 0.3 * first - 0.5 * second) / 0.2
            if 2 - 1e-9 <= third <= 5 + 1e-9:
                found.append(gini_bounds(limits, shares, mean, np.array([[first, second, third]])))
    assert lower[0] == pytest.approx(min(low[0] for low, _ in found), abs=1e-9)
    assert upper[0] == pytest.approx(max(high[0] for _, high in found), abs=1e-3)


def test_an_open_top_class_can_hold_nearly_everything_that_is_not_bound():
    limits, shares = np.array([[0.0, 1.0, np.inf]]), np.array([[0.9, 0.1]])
    _, upper = gini_bounds(limits, shares, np.array([10.0]))
    rich = np.concatenate([np.zeros(90_000), np.ones(9_999), [1e6 - 9_999]])
    assert upper[0] == pytest.approx(gini(rich).value, abs=2e-4)


# -- protected, empty and contradictory areas ------------------------------------------------------


def test_protected_and_empty_areas_are_named_and_get_no_number():
    frame = pd.concat([one_area(), one_area(low=np.nan, middle=np.nan, high=np.nan, mean=np.nan,
                                            median=np.nan),
                       one_area(low=0, middle=0, high=0, mean=0, median=0)])  # fmt: skip
    frame.index = ["02100", "02110", "02120"]
    grouped = grouped_from_paavo(frame, LIMITS)
    table = grouped.table(["gini", "theil_t"]).set_index(["index", "area"])
    assert table.loc["gini", "status"].tolist() == ["observed", "protected", "no_population"]
    assert table["value"].isna().tolist() == [False, True, True] * 2
    protected = table.loc[("gini", "02110")]
    assert (protected["lower"], protected["upper"]) == (0, 1)
    assert "protected: only the range is known" in protected["method"]
    assert table.loc[("theil_t", "02110"), ["lower", "upper"]].isna().all()
    assert table.loc[("gini", "02120"), ["lower", "upper"]].isna().all()
    assert list(grouped.estimates().index) == ["02100"]
    assert repr(grouped) == "GroupedData(1 observed, 1 protected, 1 no_population)"


def test_all_areas_protected():
    grouped = grouped_from_paavo(one_area(low=np.nan), LIMITS)
    assert grouped.estimates().empty
    assert grouped.table(["gini"])["value"].isna().all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"median": 9_000.0}, "area '02100': the median lies outside its class"),
        ({"median": 40_000.0}, "the median lies outside its class"),
        ({"mean": 8_000.0}, r"no incomes within the classes have this mean \(mean, least, most\)"),
        ({"low": -1.0}, "counts must not be negative"),
        ({"mean": 0.0}, "the mean must be above 0"),
        ({"high": 0.0, "middle": 320.0, "mean": 35_000.0}, "no incomes within the classes"),
    ],
)
def test_contradictions_stop_and_name_the_area(changes, message):
    with pytest.raises(ValueError, match=message):
        grouped_from_paavo(one_area(**changes), LIMITS)


def test_a_median_next_to_a_limit_is_rounding_and_no_contradiction():
    frame = one_area(low=196.0, middle=130.0, high=74.0, median=12_950.0, mean=18_000.0)
    (estimate,) = grouped_from_paavo(frame, LIMITS).estimates()
    assert "with mean" in estimate.method
    assert "median" not in estimate.method


def test_missing_column_is_named():
    with pytest.raises(KeyError, match="no column 'median'"):
        grouped_from_paavo(one_area().drop(columns="median"), LIMITS)


def test_an_empty_top_class_has_nobody():
    frame = one_area(low=100.0, middle=300.0, high=0.0, mean=18_000.0, median=17_000.0)
    grouped = grouped_from_paavo(frame, LIMITS)
    above = grouped.fitted.right[0] > LIMITS[1] * 1.0001
    assert grouped.fitted.mass[0][above].sum() == 0
    bounds = grouped.gini_bounds().iloc[0]
    assert bounds["upper"] < 0.4
    assert bounds["lower"] < grouped.estimates().iloc[0].value < bounds["upper"]


# -- what the uncertainty holds --------------------------------------------------------------------


def test_fewer_people_or_fewer_figures_make_the_interval_wider():
    many, few = one_area(low=8_000.0, middle=24_000.0, high=8_000.0), one_area()
    errors = [grouped_from_paavo(f, LIMITS).estimates().iloc[0].se for f in (many, few)]
    assert errors[0] < errors[1]
    counts = [[8_000, 24_000, 8_000]]
    limits = [0, *LIMITS, np.inf]
    sparse = grouped_from_classes(counts, limits, mean=[23_000]).estimates().iloc[0]
    assert sparse.se > errors[0]
    assert grouped_from_classes(counts, limits).estimates().iloc[0].se > sparse.se


def test_finer_classes_come_nearer(areas):
    x = max(areas, key=len)
    true, errors = gini(x).value, []
    for step in (8_000, 2_000):
        limits = np.append(np.arange(0, 80_001, step), np.inf)
        counts = [np.histogram(x, limits)[0]]
        means = [[x[(x >= a) & (x < b)].mean() if np.any((x >= a) & (x < b)) else np.nan
                  for a, b in pairwise(limits)]]  # fmt: skip
        (estimate,) = grouped_from_classes(counts, limits, class_means=means).estimates()
        assert abs(estimate.value - true) < 3 * estimate.se + 2e-4
        errors.append(estimate.se)
    assert errors[1] < errors[0] < 0.002


def test_class_means_are_checked():
    with pytest.raises(ValueError, match="class mean outside its class"):
        grouped_from_classes([[5, 5]], [0, 10, 20], class_means=[[5, 8]])
    with pytest.raises(ValueError, match="the class means do not give the mean"):
        grouped_from_classes([[5, 5]], [0, 10, 20], class_means=[[5, 15]], mean=[12])
    with pytest.raises(ValueError, match="class limits must ascend"):
        grouped_from_classes([[5, 5]], [0, 20, 10])
    with pytest.raises(ValueError, match="give one for each"):
        grouped_from_classes([[5, 5]], [0, 10, 20], mean=[8, 9])


def test_classes_that_begin_above_zero_and_end():
    table = grouped_from_classes([[300, 500, 200]], [1_000, 10_000, 20_000, 60_000], mean=[16_000],
                                 areas=["Keskusta"])  # fmt: skip
    values, shares, _ = table.fitted.people(0)
    assert shares[(values < 1_000) | (values > 60_000)].sum() < 1e-9
    assert table.estimates().index[0] == "Keskusta"


def test_deciles_by_means_shares_and_cuts():
    x = np.sort(synthetic.incomes(np.random.default_rng(3), 20_000, "groups"))
    true = {index: index(x).value for index in (gini, theil_t, s80s20, low_income_rate)}
    means = x.reshape(10, -1).mean(axis=1)
    cuts = np.quantile(x, np.arange(1, 10) / 10)
    given = {
        "means": grouped_from_quantiles(means=[means], n=[len(x)]),
        "shares": grouped_from_quantiles(shares=[means / means.sum()], n=[len(x)]),
        "cuts": grouped_from_quantiles(cuts=[cuts], mean=[x.mean()], n=[len(x)]),
        "both": grouped_from_quantiles(means=[means], cuts=[cuts]),
    }
    for name, grouped in given.items():
        assert grouped.fitted.gap.max() < 1e-8, name
        for index, value in true.items():
            (estimate,) = grouped.estimates(index)
            assert abs(estimate.value - value) < 4 * estimate.se + 0.001 * value, (name, index)
    assert given["means"].estimates("s80s20").iloc[0].value == pytest.approx(true[s80s20], rel=1e-4)
    assert (given["shares"].gini_bounds().to_numpy() == [[0, 1]]).all()
    low, high = given["cuts"].gini_bounds().iloc[0]
    assert low < true[gini] < high


def test_quantile_groups_are_checked():
    with pytest.raises(ValueError, match="area 0: shares must sum to 1"):
        grouped_from_quantiles(shares=[[0.1, 0.2, 0.3]])
    with pytest.raises(ValueError, match="group means must ascend"):
        grouped_from_quantiles(means=[[2, 1, 3]])
    with pytest.raises(ValueError, match="cuts must ascend"):
        grouped_from_quantiles(cuts=[[2, 1, 3]])
    with pytest.raises(ValueError, match="give means=, shares= or cuts="):
        grouped_from_quantiles()


# -- any index ------------------------------------------------------------------------------------


def test_any_index_of_one_distribution_can_be_asked_for(grouped, areas):
    labelled = {"P90/P10": "percentile_ratio", "under 12 000": functools.partial(
        low_income_rate, line=12_000)}  # fmt: skip
    table = grouped.table(labelled).set_index("index")
    true = [low_income_rate(x, line=12_000).value for x in areas]
    assert np.abs(table.loc["under 12 000", "value"] - true).mean() < 0.01
    assert table.loc["P90/P10", "value"].between(2, 12).all()


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("ginni", "no index 'ginni'"),
        ("duclos_esteban_ray", "needs its bandwidth"),
        ("esteban_ray", "not an index of one distribution"),
        (np.mean, "mean is not an index of one distribution"),
    ],
)
def test_what_a_density_cannot_give_is_refused(grouped, index, message):
    with pytest.raises(ValueError, match=message):
        grouped.estimates(index)


def test_polarisation_with_its_bandwidth(grouped, areas):
    estimates = grouped.estimates("duclos_esteban_ray", alpha=0.5, bandwidth=0.15)
    from skk_analysis.metrics import duclos_esteban_ray

    true = [duclos_esteban_ray(x, alpha=0.5, bandwidth=0.15).value for x in areas]
    assert np.abs(np.array([e.value for e in estimates]) - true).mean() < 0.02


def test_the_real_areas_of_2016_are_all_read(real_data):
    path = real_data / "paavo" / "statfin_px_2012_2017"
    file = path / "Inhabitants_disposable_monetary_income_2016.csv"
    frame = pd.read_csv(file, encoding="latin1", na_values=["..", "."], index_col=0)
    frame.columns = ["n", "mean", "median", "low", "middle", "high", "total"]
    areas = frame.iloc[1:]
    low, high = income_limits(areas)
    assert 12_000 < low < 14_000
    assert 30_000 < high < 32_500
    sample = areas[areas.index.str.contains("Espoo")]
    table = grouped_from_paavo(sample, (low, high)).table(["gini"])
    assert table.loc[table["status"] == "observed", "value"].between(0.2, 0.6).all()
