"""Segregation that sees where the areas lie: borders, nearness and local environments.

Arguments, rules and standard errors as in :mod:`skk_analysis.metrics.segregation`, and ``space``:
an :func:`~skk_analysis.metrics.area_map.area_map`, a mapping from each area to its neighbours or
its GeoJSON polygon, a list of each area's neighbours by position, or a square matrix of weights.
Areas are matched by the labels in the column ``areas`` (or the index); those of the map without
counts are left out.  Areas without neighbours stay in, and ``method`` names them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skk_analysis.metrics.area_index import area_index
from skk_analysis.metrics.area_map import AreaMap
from skk_analysis.metrics.counts import AreaCounts, AreaValue, naming
from skk_analysis.metrics.segregation import dissimilarity
from skk_analysis.sampling import settled

__all__ = [
    "boundary_dissimilarity",
    "distance_decay_isolation",
    "spatial_h",
    "spatial_proximity",
]

BLOCK = 1_000_000


@area_index(bounds=(-1, 1))
def boundary_dissimilarity(
    table: AreaCounts, space: Any = None, border: str = "contact"
) -> AreaValue:
    """Dissimilarity less the mean difference between neighbours, of two groups.

    .. math:: D(adj)=D-\\frac{\\sum_i\\sum_jc_{ij}|z_i-z_j|}{\\sum_i\\sum_jc_{ij}}

    with :math:`z_i` the first group's share of the area.  At most D.  It falls when the groups live
    in neighbouring areas, and can fall below 0 when neighbours differ more than D says.  Borders of
    areas without people don't count.

    Parameters
    ----------
    space : map, mapping, list or matrix
        The areas' neighbours.
    border : {"contact", "length"}
        :math:`c_{ij}` is 1 for neighbours (or the weight given): Morrill's D(adj); or the length of
        their border, known from polygons: Wong's D(w).

    References
    ----------
    Morrill (1991), *Geography Research Forum* 11, 25–36; Wong (1993), *Urban Studies* 30, 559–572.

    Examples
    --------
    >>> counts = {"a": [10, 10, 0, 0], "b": [0, 0, 10, 10]}
    >>> row = [[1], [0, 2], [1, 3], [2]]
    >>> round(float(boundary_dissimilarity(counts, space=row)), 4)
    0.6667
    """
    table.require_groups("boundary_dissimilarity", 2)
    area = _map(table, space, "boundary_dissimilarity")
    if border not in ("contact", "length"):
        raise ValueError(f"border must be 'contact' or 'length', got {border!r}")
    weights = area.contact if border == "contact" else area.borders
    if weights is None:
        raise ValueError("border='length' needs polygons; neighbours alone have no border length")
    value, by_cells, _ = dissimilarity.formula(table)
    gradient = settled(by_cells)

    people, pairs = table.area_shares[:, 0], weights.tocoo()
    lived_in = (people[pairs.row] > 0) & (people[pairs.col] > 0)
    i, j, weight = pairs.row[lived_in], pairs.col[lived_in], pairs.data[lived_in]
    if len(weight):
        weight = np.asarray(weight / weight.sum(), dtype=float)
        step = table.within[i, 0] - table.within[j, 0]
        value -= float(weight @ np.abs(step))
        signed = weight * np.sign(step)
        pull = np.bincount(i, signed, len(people)) - np.bincount(j, signed, len(people))
        by_share = (pull / np.where(people > 0, people, 1))[:, None]
        gradient = gradient - by_share * ([1, 0] - table.within[:, :1])
    return AreaValue(value, gradient, _alone(area))


@area_index(bounds=(0, math.inf))
def spatial_proximity(table: AreaCounts, space: Any = None, decay_km: float = 1.0) -> AreaValue:
    """Spatial proximity: how much nearer people live to their own group than to everybody.

    .. math:: SP=\\frac{\\sum_gX_gP_{gg}}{T\\,P_{tt}},\\qquad
        P_{gg}=\\sum_i\\sum_j\\frac{x_{ig}x_{jg}c_{ij}}{X_g^2},\\qquad c_{ij}=e^{-d_{ij}/decay}

    for any number of groups.  1 = no clustering, above 1 the groups cluster, below 1 they avoid
    their own (a checkerboard).  The distance between centroids is in kilometres, that within an
    area :math:`\\sqrt{0.6\\,a_i}` with its size in km².  Without polygons :math:`c_{ij}` is 1 for
    the area itself and its neighbours (or their weight).

    Parameters
    ----------
    space : map, mapping, list or matrix
        Polygons, or the areas' neighbours.
    decay_km : float, default 1
        Distance at which nearness falls to 1/e; 1 as in the Census of the United States.

    References
    ----------
    White (1983), *American Journal of Sociology* 88, 1008–1018; Massey & Denton (1988), *Social
    Forces* 67, 281–315; Iceland, Weinberg & Steinmetz (2002), *Racial and Ethnic Residential
    Segregation in the United States 1980–2000*, appendix B.

    Examples
    --------
    >>> row = [[1], [0, 2], [1, 3], [2]]
    >>> together = spatial_proximity({"a": [10, 10, 0, 0], "b": [0, 0, 10, 10]}, space=row)
    >>> apart = spatial_proximity({"a": [10, 0, 10, 0], "b": [0, 10, 0, 10]}, space=row)
    >>> round(float(together), 4), round(float(apart), 4)
    (1.6, 0.8)
    """
    area = _map(table, space, "spatial_proximity")
    near = _Nearness(area, "exponential", decay_km)
    cells, groups = table.cells, table.group_shares
    spread = (near.apply(cells) + near.apply_back(cells)) / 2
    own = (cells * spread).sum(axis=0)
    everybody, around = float((cells.sum(axis=1) * spread.sum(axis=1)).sum()), spread.sum(axis=1)
    value = float((own / groups).sum()) / everybody
    gradient = 2 * spread / groups - own / groups**2 - 2 * value * around[:, None]
    return AreaValue(value, gradient / everybody, near.note)


@area_index(bounds=(0, 1))
def distance_decay_isolation(
    table: AreaCounts, space: Any = None, decay_km: float = 1.0
) -> AreaValue:
    """Distance-decay isolation: the share of the first group among the people met near home.

    .. math:: DP^*_{xx}=\\sum_i\\frac{x_i}{X}\\sum_jk_{ij}\\frac{x_j}{t_j},\\qquad
        k_{ij}=\\frac{c_{ij}t_j}{\\sum_nc_{in}t_n}

    with nearness :math:`c_{ij}` as in :func:`spatial_proximity`, and everybody in the groups given
    as :math:`t`.  Range 0 to 1; X/T when the group is spread evenly.

    Parameters
    ----------
    space : map, mapping, list or matrix
        Polygons, or the areas' neighbours.
    decay_km : float, default 1
        Distance at which the chance of meeting falls to 1/e.

    References
    ----------
    Morgan (1983), *Sociology and Social Research* 67; Massey & Denton (1988), *Social Forces* 67,
    281–315; Iceland, Weinberg & Steinmetz (2002), appendix B.

    Examples
    --------
    >>> row = [[1], [0, 2], [1, 3], [2]]
    >>> counts = {"a": [10, 10, 0, 0], "b": [0, 0, 10, 10]}
    >>> round(float(distance_decay_isolation(counts, space=row)), 4)
    0.8333
    """
    area = _map(table, space, "distance_decay_isolation")
    near = _Nearness(area, "exponential", decay_km)
    group = table.position("distance_decay_isolation", 0)
    mine, size = table.cells[:, group], table.group_shares[group]
    own, all_ = near.apply(np.column_stack([mine, table.area_shares[:, 0]])).T
    reached = all_ > 0
    all_ = np.where(reached, all_, 1)
    met = np.where(reached, own / all_, 0)
    value = float(mine @ met) / size
    back = near.apply_back(np.column_stack([mine / all_, mine * met / all_]))
    gradient = np.repeat(-back[:, 1:], len(table.groups), axis=1)
    gradient[:, group] += met - value + back[:, 0]
    return AreaValue(value, gradient / size, near.note)


@area_index(bounds=(0, 1))
def spatial_h(table: AreaCounts, space: Any = None, radius_km: float | None = None) -> AreaValue:
    """Spatial information theory index: Theil's H of local environments, for any number of groups.

    .. math:: \\tilde H=1-\\frac1E\\sum_it_i\\tilde E_i,\\qquad
        \\tilde E_i=-\\sum_g\\tilde\\pi_{ig}\\ln\\tilde\\pi_{ig},\\qquad
        \\tilde\\pi_{ig}=\\frac{\\sum_j\\phi_{ij}x_{jg}}{\\sum_j\\phi_{ij}t_j}

    1 = every environment is of one group; 0 = all are like the whole (slightly below 0 is
    possible).  With no neighbours anywhere it is :func:`~skk_analysis.metrics.theil_h`.

    Parameters
    ----------
    space : map, mapping, list or matrix
        Polygons, or the areas' neighbours.
    radius_km : float, optional
        The environment reaches so far, with the biweight :math:`\\phi=(1-(d/r)^2)^2` of the
        distance between centroids.  Default: the area itself and its neighbours, all with weight 1
        (or the weight given).

    References
    ----------
    Reardon & O'Sullivan (2004), *Sociological Methodology* 34, 121–162.

    Examples
    --------
    >>> row = [[1], [0, 2], [1, 3], [2]]
    >>> round(float(spatial_h({"a": [10, 10, 0, 0], "b": [0, 0, 10, 10]}, space=row)), 4)
    0.5409
    """
    area = _map(table, space, "spatial_h")
    near = _Nearness(area, "contact" if radius_km is None else "biweight", radius_km or 1.0)
    around = near.apply(table.cells)
    people = around.sum(axis=1, keepdims=True)
    share = around / np.where(people > 0, people, 1)
    surprise = -np.log(np.where(share > 0, share, 1))
    entropy = (share * surprise).sum(axis=1, keepdims=True)
    logs = -np.log(table.group_shares)
    whole, size = float(table.group_shares @ logs), table.area_shares
    within = float((size * entropy).sum())
    pull = np.where(people > 0, size * (surprise - entropy) / np.where(people > 0, people, 1), 0)
    gradient = -(entropy + near.apply_back(pull)) / whole + within / whole**2 * logs
    return AreaValue(1 - within / whole, gradient, near.note)


# -- nearness ----------------------------------------------------------------------------------


def _map(table: AreaCounts, space: Any, index: str) -> AreaMap:
    if space is None:
        raise ValueError(f"{index} needs space=: the areas' neighbours or polygons")
    return AreaMap.of(space, table.labels)


def _alone(area: AreaMap) -> str:
    alone = area.alone
    return f"no neighbours of {naming(area.labels, alone)}" if len(alone) else ""


class _Nearness:
    """The matrix of nearness, never held as a whole: memory stays in proportion to the areas."""

    def __init__(self, area: AreaMap, kernel: str, reach_km: float) -> None:
        if not reach_km > 0:
            raise ValueError(f"a distance must be positive, got {reach_km}")
        if area.centres is None and kernel == "biweight":
            raise ValueError("radius_km needs polygons; neighbours alone have no distances")
        self.area, self.reach = area, reach_km
        self.kernel = "contact" if area.centres is None else kernel
        shown = {"contact": "an area and its neighbours are near"}
        by_distance = f"{kernel} nearness with {reach_km:g} km"
        notes = [shown.get(self.kernel, by_distance), _alone(area)]
        self.note = "; ".join(filter(None, notes if self.kernel == "contact" else notes[:1]))

    def apply(self, columns: np.ndarray) -> np.ndarray:
        """Return Σ_j c_ij · column_j."""
        if self.kernel == "contact":
            return columns + self.area.contact @ columns
        step = max(1, BLOCK // len(columns))
        blocks = [
            self._rows(start, start + step) @ columns for start in range(0, len(columns), step)
        ]
        return np.concatenate(blocks)

    def apply_back(self, columns: np.ndarray) -> np.ndarray:
        """Return Σ_i c_ij · column_i; nearness by distance is the same both ways."""
        if self.kernel == "contact":
            return columns + self.area.contact.T @ columns
        return self.apply(columns)

    def _rows(self, start: int, stop: int) -> np.ndarray:
        """Return some rows of the matrix of nearness."""
        centres, sizes = self.area.centres, self.area.sizes
        assert centres is not None and sizes is not None
        from scipy.spatial.distance import cdist

        distance = cdist(centres[start:stop], centres)
        if self.kernel == "biweight":
            return np.maximum(1 - (distance / self.reach) ** 2, 0) ** 2
        own = np.arange(start, min(stop, len(centres)))
        distance[own - start, own] = np.sqrt(0.6 * sizes[own])
        return np.exp(-distance / self.reach)
