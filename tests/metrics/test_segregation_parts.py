"""Segregation between and within, and the causes of its change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import skk_analysis.metrics as m

RNG = np.random.default_rng(3)
AREAS = [f"A{i}" for i in range(9)]
BEFORE = pd.DataFrame(RNG.integers(1, 40, (9, 4)), columns=list("abcd"), index=AREAS)
AFTER = pd.DataFrame(RNG.integers(1, 40, (9, 4)), columns=list("abcd"), index=AREAS)
DISTRICT = ["n", "n", "n", "e", "e", "s", "s", "s", "s"]
SUPER = {"a": "x", "b": "x", "c": "y", "d": "y"}
BOTH = [m.theil_h, m.mutual_information]


@pytest.mark.parametrize("index", BOTH)
def test_between_districts_is_the_index_of_the_districts(index):
    parts = m.segregation_parts(BEFORE, districts=DISTRICT, index=index.__name__)
    merged = BEFORE.groupby(DISTRICT).sum()
    assert parts.between.value == pytest.approx(index(merged).value)
    assert parts.between.se == pytest.approx(index(merged).se, rel=1e-9)
    assert parts.total.value == pytest.approx(index(BEFORE).value)
    assert parts.total.se == pytest.approx(index(BEFORE).se)


@pytest.mark.parametrize("index", BOTH)
@pytest.mark.parametrize("split", [{"districts": DISTRICT}, {"supergroups": SUPER}])
def test_the_parts_sum_to_the_whole_with_their_errors(index, split):
    parts = m.segregation_parts(BEFORE, index=index.__name__, **split)
    assert parts.between.value + parts.within.value == pytest.approx(parts.total.value)
    assert (parts.between + parts.within).se == pytest.approx(parts.total.se)
    contributions = list(parts.parts.values())
    whole = sum(contributions[1:], contributions[0])
    assert whole.value == pytest.approx(parts.within.value)
    assert whole.se == pytest.approx(parts.within.se)
    ratio = parts.between.value / parts.total.value
    assert parts.share_between.value == pytest.approx(ratio)


def test_contribution_of_a_district_is_its_own_index_with_its_weight():
    parts = m.segregation_parts(BEFORE, districts=DISTRICT, index="mutual_information")
    for row in parts.table.to_dict("records"):
        own = m.mutual_information(BEFORE[[d == row["part"] for d in DISTRICT]]).value
        assert row["index"] == pytest.approx(own)
        assert row["contribution"] == pytest.approx(row["population_share"] * own)


def test_supergroups_follow_theil():
    # H: the supergroups' H and each supergroup's own, weighted by entropies (Reardon et al. 2000)
    def entropy(frame):
        share = frame.sum().to_numpy() / frame.to_numpy().sum()
        return -(share * np.log(share)).sum()

    parts = m.segregation_parts(BEFORE, supergroups=SUPER)
    merged = BEFORE.T.groupby(SUPER).sum().T
    whole = entropy(BEFORE)
    assert parts.between.value == pytest.approx(m.theil_h(merged).value * entropy(merged) / whole)
    for name in "xy":
        mine = BEFORE[[g for g in SUPER if SUPER[g] == name]]
        weight = mine.to_numpy().sum() / BEFORE.to_numpy().sum() * entropy(mine) / whole
        assert parts.parts[name].value == pytest.approx(weight * m.theil_h(mine).value)


def test_districts_may_be_a_column():
    frame = BEFORE.assign(district=DISTRICT)
    found = m.segregation_parts(frame, districts="district")
    assert found.between == m.segregation_parts(BEFORE, districts=DISTRICT).between
    assert found.to_frame()["part"].tolist() == ["total", "between", "within", "share_between"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either districts="),
        ({"districts": DISTRICT, "supergroups": SUPER}, "give either districts="),
        ({"districts": DISTRICT[:3]}, "9 rows need as many districts, got 3"),
        ({"districts": [None, *DISTRICT[1:]]}, "area A0 has no district"),
        ({"supergroups": {"a": 1}}, "group 'b' has no supergroup"),
        ({"districts": DISTRICT, "index": "dissimilarity"}, "only 'theil_h' and 'mutual_inf"),
    ],
)
def test_bad_splits_stop(options, message):
    with pytest.raises(ValueError, match=message):
        m.segregation_parts(BEFORE, **options)


# -- change ------------------------------------------------------------------------------------

EFFECTS = ("structure", "area_sizes", "group_sizes", "coming_and_going")


@pytest.mark.parametrize("index", BOTH)
@pytest.mark.parametrize("after", [AFTER, AFTER.drop(index="A3").rename(index={"A5": "new"})])
def test_the_effects_sum_to_the_change_with_its_error(index, after):
    found = m.segregation_change(BEFORE, after, index=index.__name__)
    effects = [getattr(found, name) for name in EFFECTS]
    assert found.change.value == pytest.approx(index(after).value - index(BEFORE).value)
    assert sum(e.value for e in effects) == pytest.approx(found.change.value)
    assert sum(effects[1:], effects[0]).se == pytest.approx(found.change.se)
    assert found.change.se == pytest.approx(np.hypot(index(BEFORE).se, index(after).se))


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("year", [0, 1])
def test_influence_on_an_effect_is_its_derivative(effect, year):
    tables = [BEFORE.astype(float), AFTER.astype(float)]
    people = tables[year].to_numpy().sum()
    shares = tables[year] / people
    found = getattr(m.segregation_change(*tables), effect)
    influence = found.influence[year].totals / shares.to_numpy().ravel()
    step = 1e-5
    for cell in (0, 7, 22, 35):
        values = []
        for sign in (1, -1):
            moved = shares * (1 - sign * step)
            moved.iloc[cell // 4, cell % 4] += sign * step
            changed = [*tables]
            changed[year] = moved * people
            values.append(getattr(m.segregation_change(*changed), effect).value)
        assert (values[0] - values[1]) / (2 * step) == pytest.approx(influence[cell], abs=1e-4)


@pytest.mark.parametrize("index", ["theil_h", "mutual_information"])
def test_growth_of_an_area_or_a_group_is_not_structure(index):
    # the tables of R segregation's tests/testthat/test_mutual_difference.R
    start = pd.DataFrame({"one": [25, 28, 2], "two": [25, 2, 18]}, index=list("abc"))
    larger_area = start.mul([1, 1, 2], axis=0)
    larger_group = start * [1, 2]
    for after in (larger_area, larger_group):
        found = m.segregation_change(start, after, index=index)
        assert found.structure.value == pytest.approx(0, abs=1e-9)
        assert found.change.value != 0


def test_the_reverse_change_has_the_opposite_effects():
    there, back = m.segregation_change(BEFORE, AFTER), m.segregation_change(AFTER, BEFORE)
    for name in EFFECTS:
        assert getattr(there, name).value == pytest.approx(-getattr(back, name).value, abs=1e-12)


def test_areas_of_one_year_only_are_a_cause_of_their_own():
    found = m.segregation_change(BEFORE, BEFORE.drop(index="A0"))
    expected = m.theil_h(BEFORE.drop(index="A0")).value - m.theil_h(BEFORE).value
    assert found.coming_and_going.value == pytest.approx(expected)
    assert found.structure.value == pytest.approx(0, abs=1e-9)


def test_impossible_sizes_stop():
    before = pd.DataFrame({"a": [10, 0], "b": [0, 10]})
    after = pd.DataFrame({"a": [10, 8], "b": [2, 1]})
    with pytest.raises(ValueError, match="empty cells rule out the other year's sizes"):
        m.segregation_change(before, after)


def test_nothing_in_common_stops():
    with pytest.raises(ValueError, match="at least two areas and two groups in common"):
        m.segregation_change(BEFORE, AFTER.rename(index=str.lower))
