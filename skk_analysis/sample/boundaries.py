"""Invented maps: each city is a patch of grid cells with shared, jittered borders.

Neighbouring areas use the very same border points, so polygons share borders and never overlap.
An island lies apart from the patch and has no neighbour.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np

from skk_analysis.sample.world import CITIES, CityModel, areas, stream

CELL = 0.022
"""Height of a cell in degrees of latitude, about 2.4 km."""

INNER = ("centre", "student", "block", "new", "villa", "house", "tiny", "empty", "rural")
"""Kinds from the middle of a city outwards."""

POINTS_BETWEEN = 3
"""Border points between two corners."""

Cell = tuple[int, int]


def _cells(count: int, rng: np.random.Generator) -> list[Cell]:
    """The `count` grid cells nearest the middle, ordered outwards; the shape is a little uneven."""
    span = range(-6, 7)
    stretch = rng.uniform(0.8, 1.2)
    lean = rng.uniform(-0.3, 0.3)
    grid = [(column, row) for column in span for row in span]
    distance = {c: (c[0] * stretch + lean * c[1]) ** 2 + (c[1] / stretch) ** 2 for c in grid}
    return sorted(grid, key=lambda c: (round(distance[c], 9), c))[:count]


def _corner(city: CityModel, column: int, row: int) -> np.ndarray:
    """A grid corner moved at random, the same for every cell that meets there."""
    move = stream("corner", int(city.code), column + 50, row + 50).uniform(-0.24, 0.24, 2)
    return np.array([column, row], float) + move


def _border(city: CityModel, start: Cell, end: Cell) -> list[np.ndarray]:
    """Points from one corner towards the next (end left out), bent the same from both sides."""
    first, last = sorted((start, end))
    a, b = _corner(city, *first), _corner(city, *last)
    rng = stream("border", int(city.code), first[0] + 50, first[1] + 50, last[0] - first[0])
    across = np.array([a[1] - b[1], b[0] - a[0]])
    steps = np.arange(1, POINTS_BETWEEN + 1) / (POINTS_BETWEEN + 1)
    bends = rng.uniform(-0.09, 0.09, POINTS_BETWEEN)
    middle = [a + step * (b - a) + bend * across for step, bend in zip(steps, bends, strict=True)]
    line = [a, *middle, b]
    return line[:-1] if start == first else line[:0:-1]


def _ring(city: CityModel, cell: Cell) -> np.ndarray:
    column, row = cell
    corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    return np.array([point for start, end in sides for point in _border(city, start, end)])


def _island(rng: np.random.Generator, below: float) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radius = 0.42 * rng.uniform(0.75, 1.15, 12)
    return np.stack([radius * np.cos(angles), radius * np.sin(angles) + below - 1.1], axis=1)


def _turn(rng: np.random.Generator) -> np.ndarray:
    """A rotation, so that no city lies square to the compass."""
    angle = rng.uniform(0.2, 0.6) * rng.choice([-1, 1])
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@cache
def rings() -> dict[str, np.ndarray]:
    """The closed outline of each area in degrees (longitude, latitude), five decimals."""
    found = {}
    for city in CITIES:
        frame = areas()[areas()["city_code"] == city.code]
        land = frame[frame["kind"] != "island"]
        order = land["kind"].map(INNER.index).sort_values(kind="stable").index
        rng = stream("map", int(city.code))
        cells = _cells(len(land), rng)
        shapes = {
            land["code"][index]: _ring(city, cell) for index, cell in zip(order, cells, strict=True)
        }
        for code in frame.loc[frame["kind"] == "island", "code"]:
            shapes[code] = _island(rng, min(row for _, row in cells))
        turn = _turn(rng)
        scale = np.array([CELL / np.cos(np.radians(city.seat[1])), CELL])
        for code, ring in shapes.items():
            degrees = np.round(np.array(city.seat) + ring @ turn * scale, 5)
            found[code] = np.vstack([degrees, degrees[:1]])
    return {code: found[code] for code in areas()["code"]}


def areas_m2() -> list[int]:
    """Surface of each area in square metres."""
    surfaces = []
    for ring in rings().values():
        metres = _metres(ring)
        x, y = metres[:, 0], metres[:, 1]
        surfaces.append(round(abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2))
    return surfaces


def centres() -> tuple[list[int], list[int]]:
    """A point inside each area in a plane system like EPSG:3067 (not the exact projection)."""
    points = [_metres(ring[:-1]).mean(axis=0) for ring in rings().values()]
    return [round(p[0]) for p in points], [round(p[1]) for p in points]


def _metres(ring: np.ndarray) -> np.ndarray:
    latitude = np.radians(ring[:, 1].mean())
    return np.stack(
        [500_000 + (ring[:, 0] - 27) * 111_320 * np.cos(latitude), ring[:, 1] * 111_320], axis=1
    )


def geojson() -> bytes:
    """All areas as GeoJSON (CRS84), one feature a line as the publisher's file has them."""
    frame, surfaces = areas(), areas_m2()
    features = []
    for row, (code, ring), surface in zip(
        frame.itertuples(), rings().items(), surfaces, strict=True
    ):
        properties = {
            "posti_alue": code, "nimi": row.name_fi, "namn": row.name_sv,
            "kunta": row.city_code, "area_m2": surface,
        }  # fmt: skip
        geometry = {"type": "Polygon", "coordinates": [ring.tolist()]}
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        features.append(json.dumps(feature, ensure_ascii=False))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    head = ['"type": "FeatureCollection"', '"name": "esimerkkialueet"', f'"crs": {json.dumps(crs)}']
    text = "{\n" + ",\n".join(head) + ',\n"features": [\n' + ",\n".join(features) + "\n]\n}\n"
    return text.encode("utf-8")
