"""Group-time effects against moderndid, the decomposition against diff-diff, and coverage."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.impact.differences import difference_in_differences
from skk_analysis.impact.goodman_bacon import goodman_bacon
from skk_analysis.impact.group_time import AGGREGATES
from skk_analysis.impact.honest import honest_did
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.staggered import group_time_effects

_spec = importlib.util.spec_from_file_location(
    "did_answers", Path(__file__).with_name("did_answers.py")
)
did = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(did)

THEIRS = {"dr": "doubly_robust", "reg": "regression", "ipw": "weighting"}


@pytest.mark.parametrize("key", sorted(did.answers("peers")["group_time"]))
def test_group_time_effects_agree_with_moderndid(key):
    method, covariate, control, base, anticipation = key.split("|")
    theirs = did.answers("peers")["group_time"][key]
    found = group_time_effects(
        did.panel("staggered"),
        "y",
        covariates=["fixed"] if covariate == "fixed" else [],
        method=THEIRS[method],
        comparison="never" if control == "nevertreated" else "not_yet",
        base=base,
        anticipation=int(anticipation),
        draws=0,
    )
    mine = found.table
    assert mine["time"].tolist() == theirs["time"]
    np.testing.assert_allclose(mine["estimate"], theirs["estimate"], rtol=1e-6, atol=1e-9)
    errors = np.array(theirs["se"], dtype=float)
    known = np.isfinite(errors) & (errors > 0)
    np.testing.assert_allclose(mine["se"][known], errors[known], rtol=1e-5)
    for kind in AGGREGATES:
        total = found.aggregate(kind)
        assert total.estimate == pytest.approx(theirs[kind][0], rel=1e-6), kind
        assert total.se == pytest.approx(theirs[kind][1], rel=1e-5), kind


def test_decomposition_agrees_with_diff_diff_and_sums_to_two_way_fixed_effects():
    mine = goodman_bacon(did.panel("staggered"), "y")
    theirs = pd.DataFrame(did.answers("peers")["decomposition"])
    both = mine.merge(theirs, on=["treated", "comparison"], suffixes=("", "_peer"))
    assert len(both) == len(mine) == len(theirs) == 9
    np.testing.assert_allclose(both["estimate"], both["estimate_peer"], rtol=1e-9)
    np.testing.assert_allclose(both["weight"], both["weight_peer"], rtol=1e-6)
    total = (mine["estimate"] * mine["weight"]).sum()
    fixed = difference_in_differences(did.panel("staggered"), "y", inference="cluster_robust")
    assert total == pytest.approx(fixed.estimate, rel=1e-10)


def test_one_cohort_is_plain_difference_in_differences():
    found = group_time_effects(did.panel("block"), "y", base="universal", draws=0)
    table = did.frame()
    own = table["block"] > 0
    mean = table.groupby([own, "year"])["y"].mean().unstack()
    gap = mean.loc[True] - mean.loc[False]
    rows = found.table.set_index("time")["estimate"]
    np.testing.assert_allclose(rows, (gap - gap[2017])[rows.index], atol=1e-12)


def test_weights_count_units_as_if_repeated():
    table = did.frame()
    starts = table[table["staggered"] > 0].groupby("unit")["staggered"].first().to_dict()
    copies = [
        table[table["weight"] > k].assign(unit=lambda d, k=k: d["unit"] + 1000 * k)
        for k in range(4)
    ]
    repeated = {u + 1000 * k: s for u, s in starts.items() for k in range(u % 4 + 1)}
    many = Panel(pd.concat(copies), unit="unit", time="year", treated=repeated)
    given = {"covariates": ["fixed"], "draws": 0}
    weighted = group_time_effects(did.panel("staggered", weights="weight"), "y", **given)
    again = group_time_effects(many, "y", **given)
    np.testing.assert_allclose(weighted.table["estimate"], again.table["estimate"], rtol=1e-9)
    for kind in AGGREGATES:
        assert weighted.aggregate(kind).estimate == pytest.approx(again.aggregate(kind).estimate)


def test_dynamic_effects_go_to_honest_intervals_with_their_covariance():
    found = group_time_effects(did.panel("staggered"), "y", base="universal", draws=199)
    dynamic = found.aggregate("dynamic", window=(-4, 2))
    study = dynamic.details["event_study"]
    assert study.relative.tolist() == [-4, -3, -2, 0, 1, 2]
    by = dynamic.details["by"].set_index("relative")
    np.testing.assert_allclose(np.sqrt(np.diagonal(study.covariance)), by["se"].dropna())
    assert (by["band_upper"] - by["upper"])[[0, 1, 2]].gt(0).all()
    low, high = honest_did(dynamic, m=[0.0], target="average").table.loc[0, ["lower", "upper"]]
    assert low < dynamic.estimate < high


def test_few_treated_units_have_no_error():
    table = did.frame()
    four = dict(zip(table["unit"].unique()[:4], [2014, 2014, 2016, 2016], strict=True))
    found = group_time_effects(Panel(table, unit="unit", time="year", treated=four), "y")
    assert found.table[["se", "lower", "band_lower"]].isna().all(axis=None)
    simple = found.aggregate()
    assert np.isnan([simple.se, simple.p, *simple.interval]).all()
    assert simple.details["influence_not_valid_here"]["treated_clusters"] == 4
    seven = {**four, **dict.fromkeys(table["unit"].unique()[4:7], 2016)}
    more = Panel(table, unit="unit", time="year", treated=seven)
    mixed = group_time_effects(more, "y", base="universal", draws=99)
    known = mixed.table.dropna(subset="se")
    assert set(known["group"]) == {2016}  # five units; the other group has two
    assert mixed.aggregate().p > 0
    with pytest.raises(ValueError, match="covariance of the event study is unknown"):
        honest_did(mixed.aggregate("dynamic"))


def test_bad_input_says_what_is_wrong():
    heavy = did.frame().assign(weight=lambda d: d["weight"] - 1)
    with pytest.raises(ValueError, match="weights must be positive; 0 has 0"):
        group_time_effects(
            Panel(heavy, unit="unit", time="year", treated={7: 2018}, weights="weight"), "y"
        )
    with pytest.raises(ValueError, match="comparison must be one of"):
        group_time_effects(did.panel("staggered"), "y", comparison="nobody")
    with pytest.raises(ValueError, match="no time before the 3 of anticipation"):
        group_time_effects(did.panel("staggered"), "y", anticipation=3)
    table = did.frame().assign(label=lambda d: (d["block"] > 0) * 1.0)
    starts = table[table["block"] > 0].groupby("unit")["block"].first().to_dict()
    cities = Panel(table, unit="unit", time="year", treated=starts)
    with pytest.raises(ValueError, match=r"first treated in 2018, at 2012: .*perfectly"):
        group_time_effects(cities, "y", covariates=["label"], method="weighting")
    with pytest.raises(ValueError, match="collinear among the comparison units"):
        group_time_effects(cities, "y", covariates=["label"])


@pytest.mark.slow
def test_intervals_and_bands_cover():
    """300 samples, 3 groups of 40 of 200 units, random walks, no effect: coverage.json."""
    random = np.random.default_rng(7)
    units = 200
    unit, year = np.repeat(np.arange(units), 8), np.tile(np.arange(8), units)
    starts = {u: 4 + u % 3 for u in range(120)}
    inside = band = 0
    for _ in range(300):
        y = random.normal(size=(units, 8)).cumsum(axis=1).ravel()
        frame = pd.DataFrame({"u": unit, "t": year, "y": y})
        panel = Panel(frame, unit="u", time="t", treated=starts)
        found = group_time_effects(panel, "y", draws=299)
        low, high = found.aggregate().interval
        inside += low <= 0 <= high
        by = found.table
        band += ((by["band_lower"] <= 0) & (by["band_upper"] >= 0)).all()
    reach = 3 * math.sqrt(0.95 * 0.05 * 300)
    assert abs(inside - 285) <= reach
    assert abs(band - 285) <= reach
