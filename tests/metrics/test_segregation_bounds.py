"""Bounds with protected counts, against every possible table."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import skk_analysis.metrics as m
from skk_analysis.metrics.count_limits import formula_value

PROVED = [
    m.dissimilarity, m.theil_h, m.mutual_information, m.isolation, m.exposure,
    m.correlation_ratio, m.normalized_exposure, m.relative_diversity,
]  # fmt: skip


def every_value(index, low, high, population=None, sizes=None):
    """Values of all tables of whole numbers within the limits."""
    ranges = [range(int(a), int(b) + 1) for a, b in zip(low.ravel(), high.ravel(), strict=True)]
    values = []
    for cells in itertools.product(*ranges):
        counts = np.array(cells, dtype=float).reshape(low.shape)
        if population is not None and (counts.sum(axis=1) != population).any():
            continue
        if sizes is not None and (counts.sum(axis=0) != sizes).any():
            continue
        if (counts.sum(axis=0) > 0).all():
            values.append(formula_value(index, counts))
    return min(values), max(values)


@pytest.fixture(params=range(4))
def hidden(request):
    """Two groups in areas of known population, some counts within limits."""
    rng = np.random.default_rng(request.param)
    population = rng.integers(6, 25, 4).astype(float)
    members = np.floor(population * rng.random(4))
    spread = rng.integers(0, 4, (2, 4)) * (rng.random(4) < 0.8)
    low = np.maximum(members - spread[0], 0)
    high = np.minimum(members + spread[1] + (members == 0), population)
    return low, high, population


@pytest.mark.parametrize("index", PROVED)
def test_proved_bounds_hold_and_are_nearly_sharp(index, hidden):
    low, high, population = hidden
    lowest, highest = (np.column_stack([a, population - b]) for a, b in ((low, high), (high, low)))
    found = m.segregation_bounds(index, lowest, highest, population=population)
    least, most = every_value(index, lowest, highest, population)
    assert found.proved
    assert found.lower <= least + 1e-12 and found.upper >= most - 1e-12
    # only dissimilarity lets people be divided; above, one area is on its chord
    assert found.lower == pytest.approx(least, abs=0.02 if index is m.dissimilarity else 1e-9)
    assert found.upper == pytest.approx(most, abs=0.01)
    assert least - 1e-12 <= found.attained[0] and found.attained[1] <= most + 1e-12
    for table, value in zip(found.tables, found.attained, strict=True):
        assert (table.sum(axis=1) == population).all()
        assert table.iloc[:, 0].between(low, high).all()
        assert formula_value(index, table.to_numpy()) == pytest.approx(value)


def test_known_counts_give_one_value():
    counts = {"a": [10, 40, 50], "b": [50, 40, 10]}
    found = m.segregation_bounds(m.dissimilarity, counts, counts, population=[60, 80, 60])
    assert found.lower == pytest.approx(0.4) and found.upper == pytest.approx(0.4)
    assert found.unknown == 0


def test_a_hidden_area_by_hand():
    # areas of 10 people: (10, 0), (0, 10) and one hidden; isolation is (100 + a²)/10/(10 + a)
    low = {"a": [10, 0, np.nan], "b": [0, 10, np.nan]}
    found = m.segregation_bounds(m.isolation, low, low, population=[10, 10, 10])
    a = np.arange(11)
    values = (100 + a**2) / 10 / (10 + a)
    assert found.lower == pytest.approx(values.min())
    assert found.upper == pytest.approx(1)
    assert found.unknown == 2


def test_isolation_of_one_of_many_groups_is_proved():
    low = np.array([[3, 5, 2], [8, 0, 1.0]])
    high = low + np.array([[2, 0, 0], [0, 2, 2]])
    found = m.segregation_bounds(m.isolation, low, high, population=[12, 11])
    assert found.proved
    assert (found.lower, found.upper) == pytest.approx(
        every_value(m.isolation, low, high, np.array([12, 11]))
    )


def test_sizes_of_the_groups_narrow_the_bounds(hidden):
    low, high, population = hidden
    lowest, highest = (np.column_stack([a, population - b]) for a, b in ((low, high), (high, low)))
    sizes = np.array([(low + high).sum() // 2, 0])
    sizes[1] = population.sum() - sizes[0]
    named = dict(zip(("group 0", "group 1"), sizes, strict=True))
    free = m.segregation_bounds(m.theil_h, lowest, highest, population=population)
    tied = m.segregation_bounds(
        m.theil_h, lowest, highest, population=population, group_sizes=named
    )
    least, most = every_value(m.theil_h, lowest, highest, population, sizes)
    assert free.lower <= tied.lower <= least + 1e-12
    assert most - 1e-12 <= tied.upper <= free.upper + 1e-12
    assert tied.lower == pytest.approx(least, abs=1e-9)


SEARCHED = [m.theil_h, m.dissimilarity, m.segregation_gini, m.relative_diversity]


@pytest.mark.parametrize("index", SEARCHED)
@pytest.mark.parametrize("seed", range(2))
def test_the_search_meets_the_extremes_of_small_tables(index, seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 20, (3, 3)).astype(float)
    spread = np.zeros(9)
    spread[rng.choice(9, 3, replace=False)] = 2
    low, high = np.maximum(counts - spread.reshape(3, 3), 0), counts + spread.reshape(3, 3)
    found = m.segregation_bounds(index, low, high)
    least, most = every_value(index, low, high)
    assert not found.proved
    assert "found by search" in found.to_frame()["method"][0]
    assert found.upper == pytest.approx(most, abs=1e-9)
    assert least - 0.01 <= found.lower <= least + 1e-9  # the search may divide people


def test_the_search_keeps_to_known_sums():
    low, high, population, sizes = np.zeros((2, 3)), np.full((2, 3), 4.0), [6, 5], [3, 4, 4]
    named = {f"group {g}": size for g, size in enumerate(sizes)}
    found = m.segregation_bounds(m.theil_h, low, high, population=population, group_sizes=named)
    for table in found.tables:
        assert table.sum(axis=1).to_numpy() == pytest.approx(population)
        assert table.sum(axis=0).to_numpy() == pytest.approx(sizes)
    _, most = every_value(m.theil_h, low, high, np.array(population), np.array(sizes))
    assert found.lower == pytest.approx(0, abs=1e-4)
    assert found.upper == pytest.approx(most)


@pytest.mark.parametrize(
    ("low", "high", "options", "message"),
    [
        ([[1, 2], [3, 4]], [[0, 2], [3, 4]], {}, "no count of 'group 0' in area 0 agrees"),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]], {"population": [9, 7]}, "at least 7 and at most 1"),
        ([[np.nan, 2], [3, 4]], [[1, 2], [3, 4]], {}, "limits must be known"),
        ([[1, 2]], [[1, 2], [3, 4]], {}, "limits are of different tables"),
    ],
)
def test_contradictory_limits_stop(low, high, options, message):
    with pytest.raises(ValueError, match=message):
        m.segregation_bounds(m.theil_h, np.array(low, float), np.array(high, float), **options)


def test_a_city_with_hidden_small_areas():
    rng = np.random.default_rng(2)
    population = rng.integers(50, 3000, 80).astype(float)
    members = np.floor(population * rng.beta(2, 8, 80))
    shown = population >= 300
    table = pd.DataFrame({"low": np.where(shown, members, np.nan)})
    table["others"] = population - table["low"]
    found = m.segregation_bounds(m.theil_h, table, table, population=population)
    true = m.theil_h(np.column_stack([members, population - members])).value
    assert found.lower < true < found.upper
    assert found.upper - found.lower < 0.1
    assert found.attained == pytest.approx((found.lower, found.upper), abs=1e-4)
