"""The result type: arithmetic that is exact about shared units, intervals that stay in range."""

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from skk_analysis import metrics as m
from skk_analysis.estimate import Estimate, as_estimate, combine
from skk_analysis.sampling import joint_cumulants


@pytest.fixture
def panel():
    """Two years of a rotating panel: half of the households of a year are in both."""
    rng = np.random.default_rng(3)
    household = np.r_[0:400, 200:600]
    level = rng.lognormal(0, 0.5, 600)
    return pd.DataFrame(
        {
            "year": np.repeat([2019, 2020], 400),
            "household": household,
            "stratum": household % 4,
            "w": 1 + (household % 3),
            "y": level[household] * rng.lognormal(0, 0.1, 800),
        }
    )


def by_hand(frame, influence, units=600):
    """Stratified with-replacement variance of summed influence values, zeros included."""
    z = np.zeros(units)
    np.add.at(z, frame["household"].to_numpy(), influence)
    strata = np.arange(units) % 4
    variance = 0.0
    for h in range(4):
        of_h = z[strata == h]
        variance += len(of_h) / (len(of_h) - 1) * ((of_h - of_h.mean()) ** 2).sum()
    return math.sqrt(variance)


def test_difference_between_years_counts_shared_households_once(panel):
    design = m.SurveyDesign(panel, weights="w", strata="stratum", clusters="household")
    years = [m.mean(design.where(f"year == {y}"), "y") for y in (2019, 2020)]
    influence = np.zeros(len(panel))
    for sign, year, estimate in zip((-1, 1), (2019, 2020), years, strict=True):
        in_year = (panel["year"] == year).to_numpy()
        w = panel["w"].to_numpy() * in_year
        influence += sign * w * (panel["y"].to_numpy() - estimate.value) / w.sum()
    difference = years[1] - years[0]
    assert difference.se == pytest.approx(by_hand(panel, influence), rel=1e-12)
    assert difference.se < 0.8 * math.hypot(years[0].se, years[1].se)


def test_same_households_in_two_designs_are_found_by_their_key(panel):
    pooled = m.SurveyDesign(panel, weights="w", strata="stratum", clusters="household")
    together = [m.gini(pooled.where(f"year == {y}"), "y") for y in (2019, 2020)]
    apart = [
        m.gini(m.SurveyDesign(f, weights="w", strata="stratum", clusters="household"), "y")
        for _, f in panel.groupby("year")
    ]
    assert (apart[1] - apart[0]).se == pytest.approx((together[1] - together[0]).se, rel=0.02)


def test_waves_equal_separate_designs_exactly(panel):
    waves = m.SurveyDesign(panel, weights="w", strata="stratum", clusters="household", waves="year")
    within = [m.gini(waves.where(f"year == {y}"), "y") for y in (2019, 2020)]
    apart = [
        m.gini(m.SurveyDesign(f, weights="w", strata="stratum", clusters="household"), "y")
        for _, f in panel.groupby("year")
    ]
    assert within[0].se == pytest.approx(apart[0].se, rel=1e-12)
    assert (within[1] - within[0]).se == pytest.approx((apart[1] - apart[0]).se, rel=1e-12)


def test_arrays_without_identifiers_are_independent():
    rng = np.random.default_rng(1)
    a, b = m.gini(rng.lognormal(size=300)), m.gini(rng.lognormal(size=300))
    assert (a - b).se == pytest.approx(math.hypot(a.se, b.se), rel=1e-12)
    assert (a - a).se == pytest.approx(0, abs=1e-15)


def test_ratio_and_combine_follow_the_delta_method(panel):
    design = m.SurveyDesign(panel, clusters="household")
    top, all_ = m.quantile_share(design, "y", lower=0.8, upper=1), m.gini(design, "y")
    ratio = top / all_
    same = combine(ratio.value, [(1 / all_.value, top), (-ratio.value / all_.value, all_)])
    assert ratio.se == pytest.approx(same.se, rel=1e-12)
    assert ratio.bounds == (0, math.inf)
    logged = combine(math.log(all_.value), [(1 / all_.value, all_)])
    assert logged.se == pytest.approx(all_.se / all_.value, rel=1e-12)
    product = all_ * top
    assert product.se == pytest.approx(
        combine(product.value, [(top.value, all_), (all_.value, top)]).se
    )


@settings(deadline=None)
@given(st.floats(-5, 5), st.floats(0.01, 3), st.floats(-5, 5).filter(lambda c: abs(c) > 0.01))
def test_linear_rules(value, se, constant):
    e = Estimate(value, se)
    assert (constant * e).se == pytest.approx(abs(constant) * se)
    assert (e + constant).se == pytest.approx(se)
    assert (-e).value == -value
    assert (constant - e).value == pytest.approx(constant - value)
    assert (e / constant).value == pytest.approx(value / constant)
    assert sum([e, e]).se == pytest.approx(2 * se)


@settings(deadline=None)
@given(st.floats(0.001, 0.999), st.floats(1e-4, 0.5), st.floats(0.5, 0.99))
def test_intervals_of_bounded_figures_stay_in_range_and_agree_with_the_test(value, se, level):
    e = Estimate(value, se, bounds=(0, 1))
    low, high = e.interval(level)
    assert 0 <= low < value < high <= 1
    if low > 1e-9:
        assert e.p_value(low) == pytest.approx(1 - level, abs=1e-6)


@pytest.mark.parametrize("bounds", [(0, math.inf), (-math.inf, 1), (-math.inf, math.inf)])
def test_every_scale_inverts(bounds):
    e = Estimate(0.4, 0.1, bounds=bounds)
    low, high = e.interval()
    assert bounds[0] < low < 0.4 < high < bounds[1]
    assert e.p_value(high) == pytest.approx(0.05)


def test_bounds_follow_the_arithmetic():
    share = Estimate(0.3, 0.02, bounds=(0, 1))
    assert (100 * share).bounds == (0, 100)
    assert (-share).bounds == (-1, 0)
    assert (1 - share).bounds == (0, 1)
    assert (share - share).bounds == (-math.inf, math.inf)
    assert (0 * share).interval() == (0, 0)


def test_on_its_bound_and_known_exactly():
    assert Estimate(0.0, 0.1, bounds=(0, 1)).interval()[1] == pytest.approx(0.196, abs=1e-3)
    known = as_estimate(3)
    assert known.se == 0 and known.p_value(3) == 1 and known.p_value(2) == 0
    assert (known + Estimate(1, 0.5)).se == pytest.approx(0.5)
    assert (6 / Estimate(2, 0.1)).value == 3


def test_few_units_widen_the_interval():
    frame = pd.DataFrame({"y": [1.0, 2, 3, 4, 5, 6], "c": [1, 1, 2, 2, 3, 3]})
    e = m.mean(m.SurveyDesign(frame, clusters="c"), "y")
    assert e.degrees_of_freedom == 2
    assert (e.interval()[1] - e.value) / e.se == pytest.approx(4.3027, abs=1e-4)


def test_satterthwaite_for_independent_samples():
    rng = np.random.default_rng(5)
    a, b = m.mean(rng.normal(size=20)), m.mean(rng.normal(size=30))
    v = a.se**2, b.se**2
    expected = (v[0] + v[1]) ** 2 / (v[0] ** 2 / 19 + v[1] ** 2 / 29)
    assert (a - b).degrees_of_freedom == pytest.approx(expected)


def test_unknown_error_stays_unknown():
    one = m.gini([3.0])
    assert math.isnan(one.se) and "no standard error" in one.method
    assert math.isnan((one - 0.1).se) and math.isnan((m.gini([1, 2]) - one).se)


def test_prints_and_tabulates():
    e = Estimate(0.25, 0.01, n=100, method="gini", bounds=(0, 1))
    assert repr(e) == "0.25 (se 0.01, 95 % 0.2309 to 0.2701, n 100, gini)"
    assert repr(Estimate(12, unit="€")) == "12 € (se 0, 95 % 12 to 12, n 0)"
    assert list(e.to_frame().columns) == ["value", "se", "lower", "upper", "n", "unit", "method"]
    assert float(e) == 0.25


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Estimate(1, -1), "never negative"),
        (lambda: Estimate(1, 1).interval(95), "got 95; try 0.95"),
        (lambda: Estimate(1, 1) / 0, "cannot divide"),
        (lambda: Estimate(1, 1) / Estimate(0, 1), "cannot divide"),
    ],
)
def test_errors(action, message):
    with pytest.raises((ValueError, ZeroDivisionError), match=message):
        action()


def test_identifiers_of_different_type_are_refused(panel):
    text = panel.assign(household=panel["household"].astype(str))
    a = m.mean(m.SurveyDesign(panel, clusters="household"), "y")
    b = m.mean(m.SurveyDesign(text, clusters="household"), "y")
    with pytest.raises(ValueError, match="'household' is a number in one sample and text"):
        a - b


def halls_interval(y, quantile):
    """Hall's (1992) second-order interval of a mean, from its formula."""
    n, z = len(y), y - y.mean()
    se = math.sqrt((z @ z) / (n * (n - 1)))
    skewness = (z**3).sum() / (z @ z) ** 1.5
    ends = []
    for t in (quantile, -quantile):
        inner = 1 + skewness * (t - skewness / 6)  # 1 + 3 c (t − λ/6), c = λ/3
        ends.append(y.mean() - se * 3 / skewness * (np.cbrt(inner) - 1))
    return ends


def test_the_interval_of_a_skewed_mean_is_that_of_hall():
    y = np.random.default_rng(2).lognormal(0, 1, 40)
    z = y - y.mean()
    steady = 2 / ((z**4).sum() / (z @ z) ** 2 - 1 / 40)
    assert 3 < steady < 39
    reach = stats.t.ppf(0.975, steady)
    assert m.mean(y).interval() == pytest.approx(halls_interval(y, reach), rel=1e-9)
    plain = m.mean(y).value + np.array([-1, 1]) * stats.t.ppf(0.975, 39) * m.mean(y).se
    assert (m.mean(y).interval() > plain).all()


@pytest.mark.parametrize(
    "index", [m.mean, m.gini, m.theil_t, m.s80s20, partial(m.quantile_share, lower=0.8, upper=1)]
)
def test_the_test_is_the_inversion_of_the_interval(index, panel):
    e = index(m.SurveyDesign(panel, weights="w", strata="stratum", clusters="household"), "y")
    for level in (0.5, 0.95, 0.999):
        for end in e.interval(level):
            assert e.p_value(end) == pytest.approx(1 - level, abs=1e-9)
    assert e.p_value(e.value) > 0.8


def test_a_frequency_table_has_the_interval_of_its_rows():
    rows = np.random.default_rng(4).poisson(2.0, 300) + 1.0
    values, count = np.unique(rows, return_counts=True)
    table = pd.DataFrame({"y": values, "count": count})
    counted = m.gini(m.SurveyDesign(table, frequencies="count"), "y")
    assert counted.interval() == pytest.approx(m.gini(rows).interval(), rel=1e-9)


def test_cumulants_of_two_designs_are_those_of_one(panel):
    pooled = m.SurveyDesign(panel, clusters="household", waves="year")
    together = [m.mean(pooled.where(f"year == {y}"), "y") for y in (2019, 2020)]
    apart = [m.mean(m.SurveyDesign(f, clusters="household"), "y") for _, f in panel.groupby("year")]
    first, second = apart[1] - apart[0], together[1] - together[0]
    assert first.interval() == pytest.approx(second.interval(), rel=1e-9)
    scores = apart[1].influence[0].scores() - np.r_[apart[0].influence[0].scores()[200:], [0] * 200]
    scores = np.r_[-apart[0].influence[0].scores()[:200], scores]
    assert (scores**2).sum() == pytest.approx(first.se**2)
    third, spread = joint_cumulants(first.influence)
    assert third == pytest.approx((scores**3).sum())
    assert spread == pytest.approx((scores**4).sum() - (scores**2).sum() ** 2 / 600)


def test_a_known_bias_moves_the_interval_and_not_the_value():
    biased = Estimate(0.30, 0.02, bounds=(0, 1), bias=0.05)
    assert biased.value == 0.30
    assert biased.interval() == Estimate(0.25, 0.02, bounds=(0, 1)).interval()
    assert biased.p_value(0.25) == pytest.approx(1)
    assert (biased - biased).bias == 0 and (2 * biased).bias == pytest.approx(0.1)
    assert Estimate(0.01, 0.02, bounds=(0, 1), bias=0.03).interval()[0] == 0


def test_skewed_data_are_covered_better_than_by_students_t():
    rng, hits = np.random.default_rng(6), np.zeros(2)
    for _ in range(2000):
        y = rng.lognormal(0, 1, 50)
        e = m.mean(y)
        low, high = e.interval()
        hits += low <= math.exp(0.5) <= high, abs(e.value - math.exp(0.5)) < 2.0096 * e.se
    corrected, students = hits / 2000
    assert students < 0.915 < 0.93 < corrected < 0.96
