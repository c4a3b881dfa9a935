"""The indices of segregation: values from elsewhere, closed forms, rules and derivatives."""

from __future__ import annotations

import numpy as np
import pytest

import skk_analysis.metrics as m
from skk_analysis.metrics.counts import AreaCounts

COUNTS = np.array([
    [27, 26, 159, 100], [118, 120, 142, 6], [97, 30, 80, 185], [110, 15, 109, 26],
    [151, 189, 195, 124], [173, 74, 30, 102], [89, 132, 198, 55], [171, 28, 70, 157],
    [50, 134, 92, 102], [188, 163, 167, 110], [196, 196, 27, 41], [62, 111, 164, 97],
])  # fmt: skip
TWO = COUNTS[:, :2]


def square(x, y, width=1, height=1):
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]
    return {"type": "Polygon", "coordinates": [corners]}


GRID = [square(i % 4, i // 4) for i in range(12)]
ROOK = m.area_map(GRID, unit_km=1)
QUEEN = m.area_map(GRID, unit_km=1, contiguity="queen")

# PySAL segregation 2.5.4 on COUNTS (its b of Atkinson has no effect, so only 0.5 is compared)
PYSAL = [
    (m.dissimilarity, TWO, {}, 0.26408688114043527),
    (m.segregation_gini, TWO, {}, 0.36726511544706497),
    (m.segregation_atkinson, TWO, {}, 0.12470299428320475),
    (m.theil_h, TWO, {}, 0.08884015281434156),
    (m.isolation, TWO, {}, 0.592639966392856),
    (m.exposure, TWO, {}, 0.40736003360714396),
    (m.correlation_ratio, TWO, {}, 0.1137076444507951),
    (m.boundary_dissimilarity, TWO, {"space": QUEEN}, 0.06872250388335549),
    (m.dissimilarity, COUNTS, {}, 0.2620744685771625),
    (m.segregation_gini, COUNTS, {}, 0.35587015301679303),
    (m.theil_h, COUNTS, {}, 0.09041216275882935),
    (m.normalized_exposure, COUNTS, {}, 0.07509478470051743),
    (m.relative_diversity, COUNTS, {}, 0.0752104777285855),
]


@pytest.mark.parametrize(("index", "counts", "options", "expected"), PYSAL)
def test_agrees_with_pysal_where_pysal_is_right(index, counts, options, expected):
    assert index(counts, **options).value == pytest.approx(expected, rel=1e-12)


# the tables of R segregation's tests/testthat/test_dissimilarity.R
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([100, 100, 100], [100, 100, 100], 0),
        ([100, 60, 40, 0], [0, 40, 60, 100], 0.6),
        ([80, 80, 20, 20], [20, 20, 80, 80], 0.6),
        ([100, 100, 0, 0], [0, 0, 100, 100], 1),
    ],
)
def test_dissimilarity_of_the_tables_in_r_segregation(a, b, expected):
    assert m.dissimilarity({"a": a, "b": b}).value == pytest.approx(expected, abs=1e-15)


# by hand from a = (10, 40, 50), b = (50, 40, 10)
HAND = [
    # segregation curve through (0.5, 0.1), (0.9, 0.5): area below it 0.025 + 0.12 + 0.075
    (m.segregation_gini, {}, 1 - 2 * (0.025 + 0.12 + 0.075)),
    (m.segregation_atkinson, {}, 1 - (2 * np.sqrt(0.05) + 0.4) ** 2),
    (m.segregation_atkinson, {"b": 0.25}, 1 - (0.1**0.25 * 0.5**0.75 + 0.4 + 0.5**0.25 * 0.1**0.75)
     ** (4 / 3)),
    (m.correlation_ratio, {}, (100 / 60 + 1600 / 80 + 2500 / 60) / 100 * 2 - 1),
    (m.ordinal_segregation, {"variation": "root"}, 1 - 2 * np.sqrt(0.05) - 0.4),
    (m.ordinal_segregation, {"variation": "absolute"}, 1 - (10 + 40 + 10) / 100),
]  # fmt: skip


@pytest.mark.parametrize(("index", "options", "expected"), HAND)
def test_hand_worked_values(index, options, expected):
    counts = {"a": [10, 40, 50], "b": [50, 40, 10]}
    assert index(counts, **options).value == pytest.approx(expected, rel=1e-12)


def test_gini_is_the_mean_distance_between_areas():
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 5, (25, 3)).astype(float)  # small numbers, so with many ties
    people, shares = counts.sum(axis=1), counts.sum(axis=0) / counts.sum()
    own = counts / np.maximum(people, 1)[:, None]
    distance = np.abs(own[:, None] - own[None]).sum(axis=2)
    weight = np.outer(people, people) / people.sum() ** 2
    expected = (weight * distance).sum() / (2 * (shares * (1 - shares)).sum())
    assert m.segregation_gini(counts).value == pytest.approx(expected, rel=1e-12)


def test_order_of_the_areas_changes_neither_value_nor_error():
    rng = np.random.default_rng(4)
    counts = rng.integers(0, 4, (60, 2)) + np.array([1, 0])
    first, second = (m.segregation_gini(c) for c in (counts, counts[rng.permutation(60)]))
    assert first.value == pytest.approx(second.value, rel=1e-12)
    assert first.se == pytest.approx(second.se, rel=1e-12)


def test_two_groups_make_the_multigroup_indices_equal():
    ratio = m.correlation_ratio(TWO).value
    assert m.normalized_exposure(TWO).value == pytest.approx(ratio)
    assert m.relative_diversity(TWO).value == pytest.approx(ratio)
    assert m.correlation_ratio(TWO[:, ::-1]).value == pytest.approx(ratio)


def test_normalised_exposure_averages_the_groups_correlation_ratios():
    shares = COUNTS.sum(axis=0) / COUNTS.sum()
    ratios = [m.correlation_ratio(np.roll(COUNTS, -g, axis=1)).value for g in range(4)]
    assert m.normalized_exposure(COUNTS).value == pytest.approx(shares @ ratios)


def test_atkinson_swaps_its_parameter_with_the_groups():
    one, other = m.segregation_atkinson(TWO, b=0.2), m.segregation_atkinson(TWO[:, ::-1], b=0.8)
    assert 1 - (1 - one.value) ** 0.8 == pytest.approx(1 - (1 - other.value) ** 0.2)


ALL = [
    (m.dissimilarity, {}), (m.segregation_gini, {}), (m.theil_h, {}), (m.mutual_information, {}),
    (m.isolation, {}), (m.exposure, {}), (m.correlation_ratio, {}), (m.normalized_exposure, {}),
    (m.relative_diversity, {}), (m.rank_order_h, {}), (m.rank_order_h, {"order": 1}),
    (m.ordinal_segregation, {}), (m.ordinal_segregation, {"variation": "variance"}),
    (m.ordinal_segregation, {"variation": "root"}),
    (m.spatial_proximity, {"space": ROOK}), (m.distance_decay_isolation, {"space": ROOK}),
    (m.spatial_h, {"space": ROOK}), (m.spatial_h, {"space": ROOK, "radius_km": 1.7}),
    (m.spatial_proximity, {"space": [[1], [2], []] + [[] for _ in range(9)]}),
    (m.distance_decay_isolation, {"space": [[1], [2], []] + [[] for _ in range(9)]}),
]  # fmt: skip
TWO_ONLY = [
    (m.segregation_atkinson, {"b": 0.3}), (m.boundary_dissimilarity, {"space": QUEEN}),
    (m.boundary_dissimilarity, {"space": ROOK, "border": "length"}),
]  # fmt: skip
CASES = [(i, o, COUNTS) for i, o in ALL] + [(i, o, TWO) for i, o in ALL[:9] + TWO_ONLY]


@pytest.mark.parametrize(("index", "options", "counts"), CASES)
def test_influence_is_the_derivative(index, options, counts):
    table = AreaCounts.read(counts)
    estimate = index(counts, **options)
    influence = estimate.influence[0].totals / table.cells.ravel()
    step = 1e-6
    for cell in range(0, counts.size, 7):
        values = []
        for sign in (1, -1):
            moved = table.cells * (1 - sign * step)
            moved.flat[cell] += sign * step
            values.append(index(moved * table.people, **options).value)
        slope = (values[0] - values[1]) / (2 * step)
        assert slope == pytest.approx(influence[cell], abs=1e-5)


@pytest.mark.parametrize(("index", "options", "counts"), CASES)
def test_a_group_of_nobody_changes_nothing_and_is_mentioned(index, options, counts):
    plain = index(counts, **options)
    wider = index(np.insert(counts, 2, 0, axis=1), **options)
    assert wider.value == pytest.approx(plain.value, rel=1e-12)
    assert wider.se == pytest.approx(plain.se, rel=1e-12)
    assert "nobody in group 'group 2'" in wider.method


@pytest.mark.parametrize("index", [m.isolation, m.exposure, m.correlation_ratio])
def test_an_index_about_a_group_of_nobody_stops(index):
    counts = {"x": [0, 0], "y": [1, 2], "z": [3, 1]}
    with pytest.raises(ValueError, match="nobody in any area belongs to group 'x'"):
        index(counts)


@pytest.mark.parametrize("index", [m.segregation_atkinson, m.boundary_dissimilarity])
def test_two_group_indices_say_so(index):
    with pytest.raises(ValueError, match="needs 2 groups, got 4"):
        index(COUNTS, **({} if index is m.segregation_atkinson else {"space": ROOK}))


@pytest.mark.parametrize("b", [0, 1, -0.5])
def test_atkinson_refuses_parameters_out_of_range(b):
    with pytest.raises(ValueError, match="b must lie between 0 and 1"):
        m.segregation_atkinson(TWO, b=b)


def test_an_unknown_parameter_is_named():
    with pytest.raises(TypeError, match="dissimilarity has no parameter 'order'"):
        m.dissimilarity(TWO, order=2)


@pytest.mark.parametrize("index", sorted(m.AREA_INDICES))
def test_a_missing_count_stops_with_its_label(index):
    counts = TWO.astype(float)
    counts[3, 1] = np.nan
    with pytest.raises(ValueError, match="the first is nan for 'group 1' in area 3"):
        m.AREA_INDICES[index](counts)


@pytest.mark.parametrize("index", [m.segregation_gini, m.theil_h, m.segregation_atkinson])
def test_estimates_of_one_table_share_its_people(index):
    table = AreaCounts.read(TWO)
    one = table.estimate("one", *index.formula(table))
    assert (one - one).se == 0
    assert (one + one).se == pytest.approx(2 * one.se)


@pytest.mark.slow
def test_a_hundred_thousand_areas_cost_less_than_forty_sorts():
    import time
    import tracemalloc

    rng = np.random.default_rng(0)
    counts = rng.poisson(30, (100_000, 4)).astype(float)
    share = counts[:, 0] / counts.sum(axis=1)

    def seconds(work):
        start = time.process_time()  # the machine may have other work
        work()
        return time.process_time() - start

    def all_four():
        for index in (m.dissimilarity, m.segregation_gini):
            index(counts[:, :2])
        for index in (m.theil_h, m.segregation_gini):
            index(counts)

    ratios = [seconds(all_four) / seconds(lambda: np.argsort(share)) for _ in range(25)]
    assert np.median(ratios) <= 40
    tracemalloc.start()
    all_four()
    assert tracemalloc.get_traced_memory()[1] <= 200e6
    tracemalloc.stop()
