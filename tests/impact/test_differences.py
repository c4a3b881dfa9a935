"""Difference-in-differences and event study against other programs and by construction."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from skk_analysis.impact.comparison import drawn_placebos
from skk_analysis.impact.differences import difference_in_differences
from skk_analysis.impact.event_study import event_study
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.size_matching import Placebos

_spec = importlib.util.spec_from_file_location(
    "did_answers", Path(__file__).with_name("did_answers.py")
)
did = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(did)


ROBUST = {"inference": "cluster_robust"}


@pytest.mark.parametrize(
    ("name", "kind", "given"),
    [
        ("block", "block", {}),
        ("block_covariate_weights", "block", {"covariates": ["x"]}),
        ("staggered", "staggered", {}),
        ("staggered_covariate", "staggered", {"covariates": ["x"]}),
    ],
)
def test_two_way_fixed_effects_agree_with_pyfixest(name, kind, given):
    theirs = did.answers("peers")["regressions"][name]
    weighted = {"weights": "weight"} if "weights" in name else {}
    found = difference_in_differences(did.panel(kind, **weighted), "y", **given, **ROBUST)
    assert found.estimate == pytest.approx(theirs["coefficients"][0], rel=1e-9)
    assert found.se == pytest.approx(theirs["errors"][0], rel=1e-9)
    assert found.p == pytest.approx(theirs["p"][0], rel=1e-7)
    if given:
        assert found.details["slopes"]["x"] == pytest.approx(theirs["coefficients"][1], rel=1e-9)


@pytest.mark.parametrize(
    ("name", "kind", "given"),
    [
        ("event_block", "block", {}),
        ("event_block_covariate_weights", "block", {"covariates": ["x"]}),
        ("event_staggered", "staggered", {}),
    ],
)
def test_event_study_agrees_with_pyfixest(name, kind, given):
    theirs = did.answers("peers")["regressions"][name]
    weighted = {"weights": "weight"} if "weights" in name else {}
    found = event_study(did.panel(kind, **weighted), "y", **given, **ROBUST)
    mine = found.details["event_study"]
    k = len(mine.relative)
    np.testing.assert_allclose(mine.coefficients, theirs["coefficients"][:k], rtol=1e-8, atol=1e-10)
    covariance = np.array(theirs["covariance"])[:k, :k]
    np.testing.assert_allclose(mine.covariance, covariance, rtol=1e-7, atol=1e-10)


def test_counting_all_effects_agrees_with_dummies_in_statsmodels():
    table = did.frame()
    on = ((table["block"] > 0) & (table["year"] >= table["block"])).astype(float)
    dummies = pd.get_dummies(table[["unit", "year"]].astype(str), drop_first=True, dtype=float)
    x = sm.add_constant(pd.concat([on.rename("on"), dummies], axis=1))
    fit = sm.OLS(table["y"], x).fit(cov_type="cluster", cov_kwds={"groups": table["unit"]})
    found = difference_in_differences(did.panel("block"), "y", count="all", **ROBUST)
    assert found.estimate == pytest.approx(fit.params["on"], rel=1e-9)
    assert found.se == pytest.approx(fit.bse["on"], rel=1e-9)


def test_two_by_two_is_the_difference_of_four_means():
    table = did.frame()
    table = table[table["year"].isin([2015, 2019])]
    starts = table[table["block"] > 0].groupby("unit")["block"].first().to_dict()
    mean = table.assign(own=table["block"] > 0).groupby(["own", "year"])["y"].mean().unstack()
    change = mean[2019] - mean[2015]
    two = Panel(table, unit="unit", time="year", treated=starts)
    found = difference_in_differences(two, "y", **ROBUST)
    assert found.estimate == pytest.approx(change[True] - change[False], abs=1e-12)


def test_card_and_krueger_from_stores_that_lack_values():
    """Rows with the published means and counts, different stores missing in each wave."""
    published = did.answers("published")["card_krueger"]
    random = np.random.default_rng(1994)
    rows = []
    for state, kept in (("new_jersey", 331), ("pennsylvania", 79)):
        for wave, mean in enumerate(published[state]):
            size = published["stores"][0 if state == "new_jersey" else 1][wave]
            value = np.full(kept, np.nan)
            chosen = random.choice(kept, size, replace=False)
            value[chosen] = random.gamma(4, 5, size)
            value += mean - np.nanmean(value)
            rows.append(pd.DataFrame({"store": [f"{state}{i}" for i in range(kept)], "wave": wave}))
            rows[-1]["employment"] = value
    table = pd.concat(rows, ignore_index=True)
    starts = dict.fromkeys(table.loc[table["store"].str.startswith("new"), "store"], 1)
    stores = Panel(table, unit="store", time="wave", treated=starts)
    found = difference_in_differences(stores, "employment", missing="available", **ROBUST)
    assert found.estimate == pytest.approx(published["difference"], abs=1e-9)
    on = table["store"].isin(starts).to_numpy(dtype=float)
    x = np.column_stack([on * table["wave"], on, table["wave"], np.ones(len(on))])
    use = table["employment"].notna().to_numpy()
    groups = pd.factorize(table["store"])[0][use]
    fit = sm.OLS(table["employment"][use], x[use]).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    assert found.se == pytest.approx(fit.bse.iloc[0], rel=1e-9)
    assert found.details["rows_without"] == (~use).sum()
    both = table.pivot_table(index="store", columns="wave", values="employment").dropna()
    change = both[1] - both[0]
    own = both.index.str.startswith("new")
    balanced = difference_in_differences(stores, "employment", missing="balanced", **ROBUST)
    assert balanced.estimate == pytest.approx(change[own].mean() - change[~own].mean(), abs=1e-9)
    assert len(balanced.details["left_out"]) == table["store"].nunique() - len(both)
    with pytest.raises(ValueError, match="lack values"):
        difference_in_differences(stores, "employment", **ROBUST)


def test_smallest_visible_effect_is_found_in_80_percent():
    found = difference_in_differences(did.panel("block"), "y", **ROBUST)
    dof = found.details["cluster_robust"]["dof"]
    limit = stats.t.ppf(0.975, dof)
    power = stats.nct.sf(limit, dof, found.mde / found.se)
    assert power == pytest.approx(0.80, abs=0.005)
    wild = difference_in_differences(
        did.panel("block"), "y", inference="wild_cluster_bootstrap", draws=99
    )
    assert np.isnan(wild.mde)


@pytest.mark.parametrize("inference", ["cluster_robust", "wild_cluster_bootstrap"])
def test_few_treated_units_give_no_clustered_interval(inference):
    table = did.frame()
    four = dict.fromkeys(table.loc[table["block"] > 0, "unit"].unique()[:4], 2018)
    cities = Panel(
        table[(table["block"] == 0) | table["unit"].isin(four)],
        unit="unit",
        time="year",
        treated=four,
    )
    found = difference_in_differences(cities, "y", inference=inference, draws=99)
    assert np.isnan([found.p, found.se, *found.interval]).all()
    shown = found.details["cluster_robust_not_valid_here"]
    assert shown["treated_clusters"] == 4
    assert shown["se"] > 0
    study = event_study(cities, "y", **ROBUST)
    assert np.isnan(study.details["event_study"].covariance).all()
    assert np.isnan(study.p)


@pytest.mark.parametrize("kind", ["block", "staggered"])
@pytest.mark.parametrize("given", [{}, {"covariates": ["x"]}])
def test_placebos_are_what_fitting_them_gives(kind, given):
    """The batched coefficients against one regression for each placebo assignment."""
    table = did.frame().assign(size=lambda d: 100 + d["unit"])
    starts = table[table[kind] > 0].groupby("unit")[kind].first()
    few = (
        starts.groupby(starts).head(1).to_dict()
        if kind == "staggered"
        else dict(list(starts.to_dict().items())[:2])
    )
    table = table[(table[kind] == 0) | table["unit"].isin(few)]
    columns = {"population": "size", "weights": "weight"}
    cities = Panel(table, unit="unit", time="year", treated=few, **columns)
    plan = Placebos(count=3, draws=50)
    found = difference_in_differences(cities, "y", placebos=plan, **given)
    study = event_study(cities, "y", placebos=plan, **given)
    block = cities.block("y")
    slots = drawn_placebos(block, plan).slots
    assert len(found.placebos) == len(slots) > 5
    donors = table[~table["unit"].isin(few)]
    for b in (0, len(slots) - 1):
        names = block.names[slots[b]]
        placebo = {u: int(block.start[t]) for u, t in zip(names, block.treated, strict=True)}
        alone = Panel(donors, unit="unit", time="year", treated=placebo, **columns)
        one = difference_in_differences(alone, "y", **given, **ROBUST)
        assert found.placebos[b] == pytest.approx(one.estimate, rel=1e-9)
        path = event_study(alone, "y", **given, **ROBUST)
        again = path.details["cluster_robust_not_valid_here"]["event_study"].coefficients
        np.testing.assert_allclose(study.details["placebo_coefficients"][b], again, rtol=1e-8)


def test_covariance_of_one_city_is_the_noise_of_its_size():
    """300 towns whose variance falls with size: each coefficient's error is the big city's."""
    random = np.random.default_rng(3)
    size = np.exp(random.uniform(7, 12, 301))
    size[0] = 150_000.0
    deviation = np.sqrt(0.1 + 2_000 / size)
    table = pd.DataFrame({"u": np.repeat(np.arange(301), 6), "t": np.tile(np.arange(6), 301)})
    table["y"] = (random.normal(size=(301, 6)) * deviation[:, None]).ravel()
    table["size"] = size[table["u"]]
    city = Panel(table, unit="u", time="t", treated={0: 5}, population="size")
    study = event_study(city, "y").details["event_study"]
    # y_k − y_ref of independent years: variance 2σ², covariance σ²
    expected = deviation[0] ** 2 * (np.eye(5) + 1)
    np.testing.assert_allclose(study.covariance, expected, rtol=0.35)
    without = Panel(table, unit="u", time="t", treated={0: 5})
    plain = event_study(without, "y").details["event_study"]
    assert np.diagonal(plain.covariance).min() > 1.5 * np.diagonal(expected).max()


def test_order_of_rows_does_not_matter():
    table = did.frame().sample(frac=1, random_state=1)
    starts = table[table["block"] > 0].groupby("unit")["block"].first().to_dict()
    shuffled = Panel(table, unit="unit", time="year", treated=starts)
    given = {"inference": "wild_cluster_bootstrap", "draws": 199}
    one = difference_in_differences(shuffled, "y", **given)
    two = difference_in_differences(did.panel("block"), "y", **given)
    assert one.estimate == pytest.approx(two.estimate, abs=1e-12)
    assert (one.p, *one.interval) == pytest.approx((two.p, *two.interval), abs=1e-9)


def test_matched_comparison_keeps_the_nearest_in_size():
    table = did.frame().assign(size=lambda d: 100.0 + d["unit"])
    cities = Panel(table, unit="unit", time="year", treated={7: 2018}, population="size")
    found = difference_in_differences(
        cities, "y", matched_comparison=True, placebos=Placebos(count=6)
    )
    assert sorted(found.weights.index) == [4, 5, 6, 8, 9, 10]
    named = difference_in_differences(cities, "y", comparison=[4, 5, 6, 8, 9, 10])
    assert found.estimate == pytest.approx(named.estimate, abs=1e-12)


def test_bad_input_says_what_is_wrong():
    with pytest.raises(ValueError, match="cannot be told apart"):
        difference_in_differences(did.panel("block"), "y", covariates=["fixed"], **ROBUST)
    with pytest.raises(ValueError, match="inference must be one of"):
        difference_in_differences(did.panel("block"), "y", inference="robust")
    with pytest.raises(ValueError, match="not among the untreated"):
        difference_in_differences(did.panel("block"), "y", comparison=["nowhere"])
