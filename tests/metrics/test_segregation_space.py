"""Neighbours and borders from polygons, and the indices that see where areas lie."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import skk_analysis.metrics as m


def square(x, y, width=1, height=1):
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]
    return {"type": "Polygon", "coordinates": [corners]}


SIDE = 4
GRID = m.area_map([square(i % SIDE, i // SIDE) for i in range(SIDE**2)], unit_km=1)
COLUMN, ROW = np.arange(SIDE**2) % SIDE, np.arange(SIDE**2) // SIDE
HALVES = {"a": 10 * (COLUMN < 2), "b": 10 * (COLUMN >= 2)}
CHECKERBOARD = {"a": 10 * ((COLUMN + ROW) % 2), "b": 10 * (1 - (COLUMN + ROW) % 2)}


# -- maps --------------------------------------------------------------------------------------


def test_a_border_is_shared_where_only_one_polygon_has_a_corner():
    found = m.area_map(
        {
            "tall": square(0, 0, 1, 2),
            "low": square(1, 0),
            "high": square(1, 1),
            "far": square(5, 5),
        },
        unit_km=1,
    )
    assert found.borders.toarray().tolist() == [
        [0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0],
    ]  # fmt: skip
    assert found.sizes.tolist() == [2, 1, 1, 1]
    assert found.centres.tolist() == [[0.5, 1], [1.5, 0.5], [1.5, 1.5], [5.5, 5.5]]
    assert found.alone.tolist() == [3]


def test_a_corner_joins_queens_but_not_rooks():
    polygons = [square(0, 0), square(1, 1)]
    assert m.area_map(polygons, unit_km=1).contact.sum() == 0
    assert m.area_map(polygons, unit_km=1, contiguity="queen").contact.sum() == 2


def test_inner_areas_of_a_grid_have_four_and_eight_neighbours():
    queen = m.area_map([square(i % 4, i // 4) for i in range(16)], unit_km=1, contiguity="queen")
    assert GRID.contact.sum(axis=1)[5] == 4 and queen.contact.sum(axis=1)[5] == 8


def test_holes_and_islands():
    ring = square(0, 0, 3, 3)
    ring["coordinates"].append(square(1, 1)["coordinates"][0])
    both = {"type": "MultiPolygon", "coordinates": [square(1, 1)["coordinates"],
                                                    square(9, 0)["coordinates"]]}  # fmt: skip
    found = m.area_map({"ring": json.dumps(ring), "inside": json.dumps(both)}, unit_km=1)
    assert found.sizes.tolist() == [8, 2]
    assert found.centres.tolist() == [[1.5, 1.5], [5.5, 1.0]]
    assert found.borders.toarray().tolist() == [[0, 4], [4, 0]]


def test_orientation_of_the_rings_does_not_matter():
    turned = square(2, 0)
    turned["coordinates"][0].reverse()
    found = m.area_map([square(1, 0), turned], unit_km=1)
    assert found.sizes.tolist() == [1, 1] and found.borders.sum() == 2


def test_units_are_kilometres():
    metres = m.area_map([square(0, 0, 2000, 1000), square(2000, 0, 1000, 1000)], unit_km=0.001)
    assert metres.sizes == pytest.approx([2, 1]) and metres.borders.sum() == pytest.approx(2)
    degrees = m.area_map([square(25, 60, 0.1, 0.1)])
    assert degrees.sizes[0] == pytest.approx(5.56 * 11.12, rel=0.002)


def test_real_postal_areas_have_their_published_sizes(real_data):
    text = (real_data / "boundaries" / "postal_areas_six_cities_2019.geojson").read_text()
    features = json.loads(text)["features"]
    polygons = {f["properties"]["posti_alue"]: f["geometry"] for f in features}
    found = m.area_map(polygons)
    published = np.array([f["properties"]["area_m2"] for f in features]) / 1e6
    assert found.sizes == pytest.approx(published, rel=0.01)
    assert [found.labels[i] for i in found.alone] == ["20900", "20960"]  # islands of Turku
    assert (found.contact != found.contact.T).nnz == 0


@pytest.mark.parametrize(
    ("polygons", "options", "message"),
    [
        ({"x": None}, {}, "area 'x' has no GeoJSON geometry"),
        ({"x": {"type": "Point", "coordinates": [1, 2]}}, {}, "must be a Polygon or MultiPolygon"),
        ([square(385000, 6670000)], {}, "say how long their unit is: unit_km=0.001"),
        ([square(0, 0)], {"contiguity": "bishop"}, "contiguity must be one of"),
    ],
)
def test_bad_polygons_stop(polygons, options, message):
    with pytest.raises(ValueError, match=message):
        m.area_map(polygons, **options)


FOUR = pd.DataFrame({"a": [9, 5, 2, 1], "b": [1, 5, 8, 9]}, index=["n", "e", "s", "w"])
CHAIN = {"n": ["e"], "e": ["s"], "s": ["w"], "w": []}


@pytest.mark.parametrize(
    "space",
    [
        CHAIN,
        pd.Series(CHAIN),
        [[1], [0, 2], [1, 3], [2]],
        np.eye(4, k=1) + np.eye(4, k=-1),
        csr_array(np.eye(4, k=1) + np.eye(4, k=-1)),
        m.area_map({x: square(i, 0) for i, x in enumerate("nesw")}, unit_km=1),
        CHAIN | {"elsewhere": ["n"], "n": ["e", "elsewhere"]},
    ],
)
def test_neighbours_may_be_given_in_many_ways(space):
    found = m.boundary_dissimilarity(FOUR, space=space)
    shares = FOUR["a"] / FOUR.sum(axis=1)
    expected = m.dissimilarity(FOUR).value - shares.diff().abs().mean()
    assert found.value == pytest.approx(expected)


def test_labels_are_matched_whatever_the_order():
    one = m.spatial_h(FOUR, space=CHAIN)
    other = m.spatial_h(FOUR.iloc[::-1].rename_axis("area").reset_index(), ["a", "b"],
                        areas="area", space=CHAIN)  # fmt: skip
    assert one.value == pytest.approx(other.value)


def test_polygons_may_be_given_straight_to_the_index():
    polygons = {x: json.dumps(square(25 + i, 60)) for i, x in enumerate("nesw")}
    one = m.boundary_dissimilarity(FOUR, space=polygons)
    assert one.value == pytest.approx(m.boundary_dissimilarity(FOUR, space=CHAIN).value)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (None, "needs space="),
        ({"n": ["e"], "e": [], "s": []}, "area 'w' is not on the map"),
        (np.eye(3), "4 areas need a square matrix"),
        (-np.ones((4, 4)), "weights of neighbours must be known"),
    ],
)
def test_bad_maps_stop(space, message):
    with pytest.raises(ValueError, match=message):
        m.boundary_dissimilarity(FOUR, space=space)


def test_distances_need_polygons():
    with pytest.raises(ValueError, match="radius_km needs polygons"):
        m.spatial_h(FOUR, space=CHAIN, radius_km=1)
    with pytest.raises(ValueError, match="border='length' needs polygons"):
        m.boundary_dissimilarity(FOUR, space=CHAIN, border="length")


# -- indices -----------------------------------------------------------------------------------


def test_a_clustered_checkerboard_does_not_look_clustered():
    # the values of the formulas as printed (methods.md B2); PySAL 2.5.4 inverts their order
    assert m.spatial_proximity(HALVES, space=GRID).value == pytest.approx(1.400, abs=5e-4)
    assert m.spatial_proximity(CHECKERBOARD, space=GRID).value == pytest.approx(0.967, abs=5e-4)
    for counts, expected in ((HALVES, 0.710), (CHECKERBOARD, 0.485)):
        found = m.distance_decay_isolation(counts, space=GRID)
        assert found.value == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("index", "options"),
    [
        (m.boundary_dissimilarity, {}), (m.boundary_dissimilarity, {"border": "length"}),
        (m.spatial_proximity, {}), (m.distance_decay_isolation, {}),
        (m.spatial_h, {}), (m.spatial_h, {"radius_km": 1.5}),
    ],
)  # fmt: skip
def test_every_spatial_index_ranks_halves_above_the_checkerboard(index, options):
    assert (
        index(HALVES, space=GRID, **options).value
        > index(CHECKERBOARD, space=GRID, **options).value
    )


def test_morrill_by_hand():
    # D = 1; 4 of the 24 borders of the grid part the halves, all 24 part a checkerboard
    assert m.boundary_dissimilarity(HALVES, space=GRID).value == pytest.approx(1 - 4 / 24)
    assert m.boundary_dissimilarity(CHECKERBOARD, space=GRID).value == pytest.approx(0)


def test_border_length_weighs_borders():
    # the border a–b is 2 km, a–c and b–c 1 km
    space = m.area_map([square(0, 0, 2, 2), square(2, 0, 2, 2), square(4, 0, 1, 1)], unit_km=1)
    counts = {"x": [10, 5, 0], "y": [0, 5, 10]}
    by_length = m.boundary_dissimilarity(counts, space=space, border="length").value
    assert m.dissimilarity(counts).value - by_length == pytest.approx((2 * 0.5 + 1 * 0.5) / 3)


def test_proximity_and_isolation_by_brute_force():
    rng = np.random.default_rng(8)
    counts = rng.integers(0, 50, (16, 3)).astype(float)
    distance = np.linalg.norm(GRID.centres[:, None] - GRID.centres[None], axis=2)
    np.fill_diagonal(distance, np.sqrt(0.6))
    near = np.exp(-distance / 0.7)

    def mean_nearness(x):
        return sum(x[i] * x[j] * near[i, j] for i in range(16) for j in range(16)) / x.sum() ** 2

    people = counts.sum(axis=1)
    own = sum(x.sum() * mean_nearness(x) for x in counts.T)
    proximity = m.spatial_proximity(counts, space=GRID, decay_km=0.7)
    assert proximity.value == pytest.approx(own / (people.sum() * mean_nearness(people)))

    met = 0.0
    for i in range(16):
        weight = near[i] * people / (near[i] * people).sum()
        share = np.divide(counts[:, 0], people, out=np.zeros(16), where=people > 0)
        met += counts[i, 0] / counts[:, 0].sum() * (weight * share).sum()
    isolation = m.distance_decay_isolation(counts, space=GRID, decay_km=0.7)
    assert isolation.value == pytest.approx(met)


def test_spatial_h_is_h_of_the_environments():
    rng = np.random.default_rng(9)
    counts = rng.integers(1, 50, (16, 3)).astype(float)
    around = counts + GRID.contact.toarray() @ counts
    shares, whole = around / around.sum(axis=1, keepdims=True), counts.sum(axis=0) / counts.sum()
    entropy = -(shares * np.log(shares)).sum(axis=1)
    people = counts.sum(axis=1) / counts.sum()
    expected = 1 - people @ entropy / -(whole * np.log(whole)).sum()
    assert m.spatial_h(counts, space=GRID).value == pytest.approx(expected)


def test_without_neighbours_spatial_h_is_h():
    alone = [[] for _ in range(16)]
    assert m.spatial_h(HALVES, space=alone).value == pytest.approx(m.theil_h(HALVES).value)
    tiny = m.spatial_h(HALVES, space=GRID, radius_km=0.5)
    assert tiny.value == pytest.approx(1)


@pytest.mark.parametrize("index", [m.boundary_dissimilarity, m.spatial_proximity, m.spatial_h])
def test_areas_without_neighbours_are_named(index):
    found = index(FOUR, space=CHAIN | {"s": [], "w": []})
    assert "no neighbours of area w" in found.method
    many = index(np.ones((12, 2)) + np.eye(12, 2), space=[[] for _ in range(12)])
    assert "no neighbours of 0, 1, 2, 3, 4 and 7 more areas" in many.method


def test_borders_of_areas_without_people_do_not_count():
    counts = pd.concat([FOUR, pd.DataFrame({"a": [0], "b": [0]}, index=["lake"])])
    wet = CHAIN | {"lake": ["n", "w"]}
    found = m.boundary_dissimilarity(counts, space=wet)
    assert found.value == pytest.approx(m.boundary_dissimilarity(FOUR, space=CHAIN).value)
    assert "no people in area lake" in found.method


def test_memory_stays_in_proportion_to_the_areas():
    import tracemalloc

    rng = np.random.default_rng(1)
    n = 3000
    centres = rng.random((n, 2)) * 50
    space = m.AreaMap(pd.RangeIndex(n), csr_array((n, n)), None, np.ones(n), centres)
    counts = rng.poisson(50, (n, 2))
    tracemalloc.start()
    m.spatial_proximity(counts, space=space)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40e6 < 8 * n * n


def test_by_city_with_one_map():
    frame = pd.concat([FOUR.assign(city=c).rename_axis("area").reset_index() for c in "xy"])
    frame["area"] = frame["city"] + frame["area"]
    space = {c + k: [c + v for v in vs] for c in "xy" for k, vs in CHAIN.items()}
    found = m.spatial_h(frame, ["a", "b"], areas="area", by="city", space=space)
    assert found["value"].tolist() == [m.spatial_h(FOUR, space=CHAIN).value] * 2
