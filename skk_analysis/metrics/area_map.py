"""Where areas lie: neighbours, shared borders, sizes and centres, from polygons or given directly.

No geographic library is needed: polygons come as GeoJSON geometries, and borders are found by
cutting every side at the corners that lie on it, so that a shared stretch of border is the same
side in both polygons even where only one of them has a corner.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["AreaMap", "area_map"]

EARTH_KM = 6371.0088
CONTIGUITY = ("rook", "queen")


@dataclass(frozen=True, eq=False)
class AreaMap:
    """Neighbourship of areas and, when known, their borders, sizes and centres.

    Parameters
    ----------
    labels : Index
        Names of the areas.
    contact : sparse array, shape (areas, areas)
        1 for neighbours (or a weight, where one was given); nothing on the diagonal.
    borders : sparse array, optional
        Kilometres of shared border.
    sizes : ndarray, optional
        Square kilometres.
    centres : ndarray, optional
        Centroids in kilometres, shape (areas, 2).
    """

    labels: pd.Index
    contact: csr_array
    borders: csr_array | None = None
    sizes: np.ndarray | None = None
    centres: np.ndarray | None = None

    @classmethod
    def of(cls, space: Any, areas: Sequence) -> AreaMap:
        """Return the map of exactly these areas, in this order, from whatever describes it.

        Parameters
        ----------
        space : AreaMap, mapping, Series, list or matrix
            A map; label → neighbours' labels, or label → GeoJSON geometry; for each area the
            positions of its neighbours; or a square matrix, dense or sparse, of weights.
        """
        labels = pd.Index(areas)
        if not labels.is_unique:
            raise ValueError(f"area {labels[labels.duplicated()][0]!r} is there twice")
        if isinstance(space, AreaMap):
            return space.select(labels)
        if isinstance(space, Mapping | pd.Series):
            space = dict(space.items())
            if any(_is_geometry(value) for value in space.values()):
                return area_map(space).select(labels)
            return _from_pairs(space, labels)
        if isinstance(space, list):
            return _from_pairs(dict(enumerate(space)), pd.RangeIndex(len(labels)), labels)
        return _from_matrix(space, labels)

    def select(self, labels: pd.Index) -> AreaMap:
        """Return the map of these areas only; neighbours outside are forgotten."""
        if labels.equals(self.labels):
            return self
        at = self.labels.get_indexer(labels)
        if (at < 0).any():
            raise ValueError(
                f"area {labels[at < 0][0]!r} is not on the map; leave it out or add it"
            )
        return replace(
            self,
            labels=labels,
            contact=self.contact[at][:, at],
            borders=None if self.borders is None else self.borders[at][:, at],
            sizes=None if self.sizes is None else self.sizes[at],
            centres=None if self.centres is None else self.centres[at],
        )

    @property
    def alone(self) -> np.ndarray:
        """Positions of the areas without neighbours."""
        return np.flatnonzero((self.contact != 0).sum(axis=1) == 0)


def area_map(polygons: Any, *, contiguity: str = "rook", unit_km: float | None = None) -> AreaMap:
    """Find the neighbours, shared borders, sizes and centres of polygons.

    Parameters
    ----------
    polygons : mapping, Series or sequence
        GeoJSON Polygon or MultiPolygon of each area, as text or dictionary, by label.
    contiguity : {"rook", "queen"}
        Neighbours share a stretch of border (rook), or at least a point (queen).
    unit_km : float, optional
        Kilometres to one unit of the coordinates: 0.001 for metres.  Default: the coordinates are
        longitude and latitude, as GeoJSON has it (fit for a country the width of Finland).

    Notes
    -----
    Points closer than a metre are the same point, and a corner closer than a metre to a side lies
    on it.  Polygons simplified one by one lose their common borders; they then have no neighbours,
    and the indices name them.

    Examples
    --------
    >>> def square(x):
    ...     ring = [[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]]
    ...     return {"type": "Polygon", "coordinates": [ring]}
    >>> flat = area_map({x: square(x) for x in (0, 1, 5)}, unit_km=1)
    >>> flat.contact.toarray().tolist(), flat.alone.tolist()
    ([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [2])
    """
    if contiguity not in CONTIGUITY:
        raise ValueError(f"contiguity must be one of {CONTIGUITY}, got {contiguity!r}")
    keyed = hasattr(polygons, "items")
    labelled = dict(polygons.items()) if keyed else dict(enumerate(polygons))
    shapes = [_rings(label, geometry) for label, geometry in labelled.items()]
    corners = np.concatenate([ring for shape in shapes for part in shape for ring in part])
    scale, plane = _projection(corners, unit_km)
    sizes, *moments = np.array([_size_and_moments(shape, plane) for shape in shapes]).T
    points, ends, owner = _sides(shapes, 0.001 / scale)
    ends, owner = _cut(points * scale, ends, owner, 0.001)
    touching, borders = _shared(plane(points), ends, owner, len(shapes))
    contact = touching if contiguity == "queen" else borders
    contact = (contact > 0).astype(float).tocsr()
    centres = np.column_stack(moments) / sizes[:, None]
    return AreaMap(pd.Index(list(labelled)), contact, borders, sizes, centres)


# -- reading -----------------------------------------------------------------------------------


def _is_geometry(value: Any) -> bool:
    return (isinstance(value, str) and '"coordinates"' in value) or (
        isinstance(value, Mapping) and "coordinates" in value
    )


def _rings(label: Any, geometry: Any) -> list[list[np.ndarray]]:
    """Return the parts of a geometry, each an outer ring and its holes."""
    if not _is_geometry(geometry):
        raise ValueError(f"area {label!r} has no GeoJSON geometry, got {geometry!r:.60}")
    shape = json.loads(geometry) if isinstance(geometry, str) else geometry
    if shape["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"area {label!r} must be a Polygon or MultiPolygon, got {shape['type']}")
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return [[np.array([point[:2] for point in ring], dtype=float) for ring in p] for p in parts]


def _projection(
    corners: np.ndarray, unit_km: float | None
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Return kilometres to a unit of each coordinate, roughly, and the exact way to a plane.

    Longitude and latitude go through the transverse Mercator projection of the sphere about the
    mean longitude: 300 km from there lengths are 0.1 % too long.
    """
    if unit_km is not None:
        return np.full(2, unit_km), lambda points: points * unit_km
    if (np.abs(corners) > (180, 90)).any():
        raise ValueError(
            f"the coordinates reach {np.abs(corners).max():g}, so they are not longitude and "
            "latitude; say how long their unit is: unit_km=0.001 for metres"
        )
    middle = corners.mean(axis=0)

    def plane(points: np.ndarray) -> np.ndarray:
        east, north = np.radians(points - [middle[0], 0]).T
        x = np.arctanh(np.cos(north) * np.sin(east))
        y = np.arctan2(np.tan(north), np.cos(east))
        return EARTH_KM * np.column_stack([x, y])

    degree = np.radians(EARTH_KM)
    return np.array([degree * np.cos(np.radians(middle[1])), degree]), plane


def _size_and_moments(
    shape: list[list[np.ndarray]], plane: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return the area of a shape and its first moments, holes taken out."""
    total = np.zeros(3)
    for part in shape:
        for k, ring in enumerate(part):
            x, y = plane(ring).T
            cross = x[:-1] * y[1:] - x[1:] * y[:-1]
            moments = np.array([
                cross.sum() / 2,
                ((x[:-1] + x[1:]) @ cross) / 6,
                ((y[:-1] + y[1:]) @ cross) / 6,
            ])  # fmt: skip
            total += np.sign(moments[0]) * moments * (1 if k == 0 else -1)
    return total


def _from_pairs(space: Mapping, labels: pd.Index, names: pd.Index | None = None) -> AreaMap:
    """Return the map of a mapping from each area to its neighbours; a pair named once is a pair."""
    from scipy.sparse import csr_array

    absent = labels.difference(pd.Index(list(space)))
    if len(absent):
        raise ValueError(f"area {absent[0]!r} is not on the map; an area alone has an empty list")
    pairs = [(a, b) for a in labels for b in space[a]]
    at = np.array([labels.get_indexer(list(side)) for side in zip(*pairs, strict=True)])
    at = at.reshape(2, -1)
    i, j = at[:, (at[0] != at[1]) & (at[1] >= 0)]
    ones = np.ones(2 * len(i))
    both = csr_array((ones, (np.r_[i, j], np.r_[j, i])), shape=(len(labels),) * 2)
    return AreaMap(labels if names is None else names, (both > 0).astype(float).tocsr())


def _from_matrix(space: Any, labels: pd.Index) -> AreaMap:
    from scipy.sparse import coo_array

    matrix = coo_array(space)
    if matrix.shape != (len(labels), len(labels)):
        raise ValueError(f"{len(labels)} areas need a square matrix, got {matrix.shape}")
    if not np.isfinite(matrix.data).all() or (matrix.data < 0).any():
        raise ValueError("weights of neighbours must be known and ≥ 0")
    off = (matrix.row != matrix.col) & (matrix.data != 0)
    entries = (matrix.data[off].astype(float), (matrix.row[off], matrix.col[off]))
    return AreaMap(labels, coo_array(entries, shape=matrix.shape).tocsr())


# -- borders -----------------------------------------------------------------------------------


def _sides(shapes: list, tolerance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all distinct points, and each side's two points and shape."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    rings = [(k, ring) for k, shape in enumerate(shapes) for part in shape for ring in part]
    every, at = np.unique(np.concatenate([r for _, r in rings]), axis=0, return_inverse=True)
    close = cKDTree(every / tolerance).query_pairs(1.0, output_type="ndarray")
    graph = coo_array((np.ones(len(close)), close.T), shape=(len(every),) * 2)
    count, merged = connected_components(graph, directed=False)
    points = np.zeros((count, 2))
    points[merged] = every
    at = merged[at.ravel()]
    last = np.cumsum([len(ring) for _, ring in rings])
    inside = np.ones(len(at) - 1, dtype=bool)
    inside[last[:-1] - 1] = False  # from one ring to the next there is no side
    owner = np.repeat([k for k, _ in rings], [len(ring) for _, ring in rings])[:-1]
    ends = np.column_stack([at[:-1], at[1:]])
    inside &= ends[:, 0] != ends[:, 1]
    return points, ends[inside], owner[inside]


def _cut(points, ends, owner, tolerance) -> tuple[np.ndarray, np.ndarray]:
    """Cut each side at the points that lie on it."""
    from scipy.spatial import cKDTree

    start, step = points[ends[:, 0]], points[ends[:, 1]] - points[ends[:, 0]]
    length = np.linalg.norm(step, axis=1)
    near = cKDTree(points).query_ball_point(start + step / 2, length / 2 + tolerance)
    side = np.repeat(np.arange(len(ends)), [len(n) for n in near])
    point = np.concatenate([np.asarray(n, dtype=int) for n in near])
    offset = points[point] - start[side]
    along = (offset * step[side]).sum(axis=1) / length[side] ** 2
    across = np.abs(offset[:, 0] * step[side, 1] - offset[:, 1] * step[side, 0]) / length[side]
    on = (across <= tolerance) & (along > 0) & (along < 1)
    on &= (point != ends[side, 0]) & (point != ends[side, 1])
    sides = np.arange(len(ends))
    side = np.concatenate([sides, side[on], sides])
    point = np.concatenate([ends[:, 0], point[on], ends[:, 1]])
    along = np.concatenate([np.zeros(len(ends)), along[on], np.ones(len(ends))])
    order = np.lexsort([along, side])
    side, point = side[order], point[order]
    same = side[1:] == side[:-1]
    return np.column_stack([point[:-1], point[1:]])[same], owner[side[1:][same]]


def _shared(points, ends, owner, shapes: int) -> tuple[csr_array, csr_array]:
    """Return how many points and how long a border each two shapes share."""
    from scipy.sparse import csr_array, diags_array

    pairs = np.unique(np.column_stack([np.sort(ends, axis=1), owner]), axis=0)
    sides, side = np.unique(pairs[:, :2], axis=0, return_inverse=True)
    length = np.linalg.norm(points[sides[:, 0]] - points[sides[:, 1]], axis=1)

    def common(row: np.ndarray, column: np.ndarray, weight: np.ndarray) -> csr_array:
        own = csr_array((np.ones(len(row)), (row, column)), shape=(len(weight), shapes))
        own.data[:] = 1  # however often a shape passes there
        shared = own.T @ diags_array(weight) @ own
        shared.setdiag(0)
        shared.eliminate_zeros()
        return shared.tocsr()

    corners = np.unique(np.column_stack([ends.ravel(), np.repeat(owner, 2)]), axis=0)
    touching = common(corners[:, 0], corners[:, 1], np.ones(len(points)))
    return touching, common(side, pairs[:, 2], length)
