"""What is done for speed changes no number: counting for sorting, one look-up for many."""

import functools
import pickle

import numpy as np
import pandas as pd
import pytest

import skk_analysis.metrics as m
from skk_analysis.estimate import Influence, Sampling
from skk_analysis.metrics.distribution import Distribution, ascending
from skk_analysis.metrics.domain import Domain

R = np.random.default_rng(21)
N = 2000
FRAME = pd.DataFrame(
    {
        "income": R.lognormal(7, 0.6, N).round(-1),
        "weight": R.uniform(1, 3, N),
        "stratum": np.arange(N) // 500,
        "cluster": np.arange(N) // 20,
        "people": R.integers(1, 5, N),
        "area": R.integers(0, 3, N),
    }
)
DESIGNS = {
    "equal": m.SurveyDesign(FRAME),
    "weighted": m.SurveyDesign(FRAME, "weight"),
    "clustered": m.SurveyDesign(FRAME, "weight", "stratum", "cluster"),
    "counted": m.SurveyDesign(FRAME, "weight", frequencies="people"),
}
INDICES = [
    functools.partial(m.gini, corrected=True),
    "theil_t", "zenga", "s80s20", "percentile_ratio", "low_income_rate", "duclos_esteban_ray",
    "median", "esteban_gradin_ray",
]  # fmt: skip


@pytest.mark.parametrize("by", [None, "area"])
@pytest.mark.parametrize("name", DESIGNS)
def test_counting_whole_incomes_gives_what_sorting_gives(monkeypatch, name, by):
    tables = []
    for least in (N + 1, 2):
        monkeypatch.setattr("skk_analysis.metrics.distribution.LEAST_COUNTED", least)
        tables.append(m.inequality_table(DESIGNS[name], "income", by=by, indices=INDICES))
    for column in ("value", "se", "lower", "upper"):
        assert tables[1][column].to_numpy() == pytest.approx(tables[0][column].to_numpy(), rel=1e-9)
    assert tables[1][["n", "method"]].equals(tables[0][["n", "method"]])


def test_counting_is_left_alone_where_it_would_not_pay_or_not_be_exact(monkeypatch):
    monkeypatch.setattr("skk_analysis.metrics.distribution.LEAST_COUNTED", 3)
    domain = functools.partial(Domain, rows=np.arange(4))
    for values in ([1.0, 2, 2.5, 3], [1.0, 2, 3, 1e6], [0.5, 1.5, 2.5, 3.5]):
        design = m.SurveyDesign(pd.DataFrame({"y": values}))
        assert Distribution.counted(np.array(values), domain(design)) is None


def test_counted_rows_are_named_in_errors(monkeypatch):
    monkeypatch.setattr("skk_analysis.metrics.distribution.LEAST_COUNTED", 2)
    with pytest.raises(ValueError, match=r"2 of 5 are not, the smallest is 0 \(row 2\)"):
        m.mld([3, 1, 0, 2, 0])
    assert "2 negative values kept" in m.gini([5, -1, -1, 4, 6]).method
    with pytest.raises(ValueError, match=r"got 2 \(row 1\)"):
        m.proportion([0, 2, 1, 1])


def test_variance_of_a_simple_sample_is_that_of_the_general_formula():
    totals = R.normal(0.3, 1, 50)
    stratum = np.zeros(60, dtype=int)
    simple = Sampling.of_units(stratum, fraction=[0.25])
    general = Sampling.of_units(np.append(stratum, [1, 1]), fraction=[0.25, 0.5])
    units = R.permutation(60)[:50]
    assert simple.simple and not general.simple
    fast, slow = (Influence(s, units, totals) for s in (simple, general))
    assert fast.variance == pytest.approx(slow.variance, rel=1e-12)
    assert fast.degrees_of_freedom == slow.degrees_of_freedom == 49


def test_estimates_from_differently_ordered_rows_are_the_same_units():
    frame = FRAME.assign(other=FRAME["income"].sample(frac=1, random_state=1).to_numpy() * 1.5)
    design = m.SurveyDesign(frame, "weight")
    difference = m.mean(design, "other") - m.mean(design, "income")
    direct = m.mean(m.SurveyDesign(frame.assign(d=frame["other"] - frame["income"]), "weight"), "d")
    assert difference.se == pytest.approx(direct.se, rel=1e-9)


@pytest.mark.parametrize(
    "values",
    [
        R.lognormal(10, 0.6, 5000),
        R.normal(0, 1, 5000),
        R.choice([-2.0, -0.0, 0.0, 1.5], 5000),
        1 + R.random(5000) * 1e-9,
        np.concatenate([R.normal(0, 1e300, 2500), 1e-300 * (1 + R.random(2500) * 1e-13)]),
        np.repeat(7.0, 10),
        np.array([3.0]),
        np.zeros(0),
    ],
)
def test_ascending_is_the_stable_order(values):
    order, found = ascending(values)
    assert np.array_equal(order, np.argsort(values, kind="stable"))
    assert np.array_equal(found, values[order])


@pytest.mark.parametrize("least", [N + 1, 2])
def test_variance_by_value_is_that_of_the_units(monkeypatch, least):
    monkeypatch.setattr("skk_analysis.metrics.distribution.LEAST_COUNTED", least)
    for design in DESIGNS.values():
        estimate = m.gini(design, "income")
        (part,) = estimate.influence
        rows = Influence(part.sampling, part.units, part.totals)
        assert estimate.se**2 == pytest.approx(rows.variance, rel=1e-12)
        assert part.cumulants == pytest.approx(rows.cumulants, rel=1e-9)
        assert part.degrees_of_freedom == rows.degrees_of_freedom
        assert (estimate - estimate).se == 0
    counts = FRAME.groupby("area")[["people", "weight"]].sum()
    counts.iloc[0, 0] = 0
    for index in (m.dissimilarity, m.theil_h, m.segregation_gini, m.isolation):
        estimate = index(counts)
        (part,) = estimate.influence
        rows = Influence(part.sampling, part.units, part.totals)
        assert estimate.se**2 == pytest.approx(rows.variance, rel=1e-12)
        assert part.cumulants == pytest.approx(rows.cumulants, rel=1e-9)
        assert part.degrees_of_freedom == rows.degrees_of_freedom


def test_a_standard_error_that_nobody_asked_for_yet_survives_pickling_and_later_changes():
    incomes, weights = FRAME["income"].to_numpy().copy(), FRAME["weight"].to_numpy().copy()
    expected = m.gini(incomes, weights=weights)
    assert expected.se > 0
    later, unweighted, known = m.gini(incomes, weights=weights), m.gini(incomes), m.gini(incomes).se
    sent = pickle.loads(pickle.dumps(m.gini(incomes, weights=weights)))
    incomes *= R.random(N)
    weights[:] = 1
    assert later.se == expected.se == sent.se and unweighted.se == known
    assert (later - expected).se == pytest.approx(np.sqrt(2) * expected.se)  # two samples
    assert (sent - sent).se == 0


def test_replicates_never_ask_for_an_influence():
    def fail():
        raise AssertionError("nobody needs it")

    @m.index()
    def value_only(dist):
        return m.Linearised(dist.mean, fail)

    try:
        found = value_only(DESIGNS["weighted"].resampled(50), "income")
        assert found.se > 0
        with pytest.raises(AssertionError, match="nobody needs it"):
            _ = value_only(DESIGNS["weighted"], "income").se
    finally:
        del m.INDICES["value_only"]
