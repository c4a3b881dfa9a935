"""Income sources and trends: identities, closed forms, derivatives."""

import numpy as np
import pandas as pd
import pytest

import skk_analysis.metrics as m
from skk_analysis.estimate import Estimate

R = np.random.default_rng(3)
N = 900
KINDS = ["earnings", "capital", "transfers"]
FRAME = pd.DataFrame(
    {
        "earnings": R.lognormal(9, 0.8, N),
        "capital": R.lognormal(5, 2, N) - 200,
        "transfers": R.uniform(0, 6000, N),
        "weight": R.uniform(1, 3, N),
        "cluster": np.arange(N) // 9,
        "year": np.arange(N) % 3 + 2018,
    }
).assign(total=lambda f: f[KINDS].sum(axis=1))
DESIGN = m.SurveyDesign(FRAME, "weight", clusters="cluster")
SAME = {
    "gini": m.gini(DESIGN, "total"),
    "half_squared_cv": m.coefficient_of_variation(DESIGN, "total"),
}
SAME["half_squared_cv"] = SAME["half_squared_cv"] * SAME["half_squared_cv"] / 2


@pytest.mark.parametrize("index", SAME)
def test_contributions_sum_to_the_index_with_its_error(index):
    parts = m.decompose_sources(DESIGN, KINDS, index=index)
    contributions = list(parts.contribution.values())
    summed = sum(contributions[1:], contributions[0])
    for whole in (parts.total, summed):
        assert whole.value == pytest.approx(SAME[index].value, rel=1e-10)
        assert whole.se == pytest.approx(SAME[index].se, rel=1e-9)
    for of in (parts.proportion, parts.income_share):
        assert sum(e.value for e in of.values()) == pytest.approx(1)


@pytest.mark.parametrize("index", SAME)
def test_effect_is_what_one_per_cent_more_of_a_source_does(index):
    parts = m.decompose_sources(DESIGN, KINDS, index=index)
    more = FRAME.assign(capital=FRAME["capital"] * (1 + 1e-6))
    moved = m.decompose_sources(more, KINDS, index=index, weights="weight").total.value
    slope = (moved / parts.total.value - 1) / 1e-6
    assert parts.effect["capital"].value == pytest.approx(slope, abs=1e-4)


@pytest.mark.parametrize("index", SAME)
def test_error_of_a_contribution_matches_the_jackknife(index):
    kept = [m.SurveyDesign(FRAME[FRAME["cluster"] != c], "weight") for c in range(100)]
    left = [m.decompose_sources(d, KINDS, index=index).contribution["earnings"].value for d in kept]
    jackknife = np.sqrt(99 / 100 * np.sum((np.array(left) - np.mean(left)) ** 2))
    estimate = m.decompose_sources(DESIGN, KINDS, index=index).contribution["earnings"]
    assert estimate.se == pytest.approx(jackknife, rel=0.05)


def test_a_source_alike_for_all_adds_nothing_and_ties_do_not_matter():
    frame = pd.DataFrame({"pay": [1.0, 3, 3, 5], "grant": [2.0] * 4, "bonus": [0.0, 1, 0, 0]})
    assert m.decompose_sources(frame, ["pay", "grant"]).contribution["grant"].value == 0
    ties = frame.assign(other=frame["bonus"][[0, 2, 1, 3]].to_numpy())
    one, two = (
        m.decompose_sources(ties.assign(rest=5 - ties[k]), ["pay", k, "rest"]).contribution[k]
        for k in ("bonus", "other")
    )
    assert one.value == pytest.approx(two.value)


def test_missing_sources_stop_or_are_dropped_and_said():
    holed = FRAME.assign(capital=FRAME["capital"].where(FRAME.index % 10 > 0))
    with pytest.raises(ValueError, match="90 of 900 values of 'capital'"):
        m.decompose_sources(holed, KINDS)
    dropped = m.decompose_sources(holed, KINDS, missing="drop")
    assert dropped.total.value == pytest.approx(m.gini(holed.dropna(), "total").value)
    assert "90 rows without capital dropped" in dropped.total.method
    table = dropped.to_frame()
    assert table.groupby("part").size().to_dict() == dict.fromkeys(table["part"], 3)


def test_source_refusals():
    with pytest.raises(ValueError, match="at least two"):
        m.decompose_sources(FRAME, ["earnings"])
    with pytest.raises(ValueError, match="'gini' or"):
        m.decompose_sources(FRAME, KINDS, index="theil")
    with pytest.raises(ValueError, match="must be > 0"):
        m.decompose_sources(FRAME.assign(tax=-FRAME["total"]), ["earnings", "tax"])


def test_trend_of_independent_years_is_least_squares():
    years, values = [2015, 2018, 2019, 2021], [0.25, 0.27, 0.26, 0.29]
    slope = m.trend([Estimate(v, 0.01) for v in values], years)
    assert slope.value == pytest.approx(np.polyfit(years, values, 1)[0])
    assert slope.se == pytest.approx(0.01 / np.sqrt(((np.array(years) - 2018.25) ** 2).sum()))


def test_trend_of_a_panel_is_the_error_of_the_persons_own_trends():
    y = R.normal(100, 20, 300)[:, None] + R.normal(0, 3, (300, 3))
    panel = pd.DataFrame({"y": y.ravel(), "id": np.repeat(np.arange(300), 3)})
    panel["year"] = np.tile([1, 2, 3], 300)
    design = m.SurveyDesign(panel, ids="id", waves="year")
    slope = m.trend([m.mean(design.where(f"year == {t}"), "y") for t in (1, 2, 3)], [1, 2, 3])
    own = (y[:, 2] - y[:, 0]) / 2
    assert slope.value == pytest.approx(own.mean())
    assert slope.se == pytest.approx(own.std(ddof=1) / np.sqrt(300), rel=1e-9)


def test_a_trend_needs_two_years():
    with pytest.raises(ValueError, match="two different"):
        m.trend([1.0, 2.0], [2020, 2020])
