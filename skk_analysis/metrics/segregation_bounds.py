"""Segregation when some counts are protected: the range of what is possible, not one number.

A count that is only known to be 1 to 4, or an area whose classes are hidden but whose population is
published, leaves an index between two bounds.  For two groups in areas of known population the
bounds are proved; otherwise they are found by search and said to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.metrics.area_index import AreaIndex
from skk_analysis.metrics.bounds_proof import PROVABLE, proved_bounds
from skk_analysis.metrics.bounds_search import searched_tables
from skk_analysis.metrics.count_limits import CountLimits, formula_value

__all__ = ["SegregationBounds", "segregation_bounds"]

PROVED = "proved"
SEARCHED = "found by search: the true range is at least as wide"


@dataclass(frozen=True)
class SegregationBounds:
    """Least and greatest value of an index that the published counts allow.

    Parameters
    ----------
    index : str
    lower, upper : float
    proved : bool
        No table in accordance with the counts has a value outside.  Otherwise the bounds are the
        most extreme values that a search has met.
    attained : tuple of float
        Values of two possible tables: the range is at least so wide.
    tables : tuple of DataFrame
        Those tables.
    unknown : int
        Number of cells that are not known exactly.
    """

    index: str
    lower: float
    upper: float
    proved: bool
    attained: tuple[float, float]
    tables: tuple[pd.DataFrame, pd.DataFrame]
    unknown: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row: index, lower, upper, unknown cells, and how the bounds were found."""
        method = PROVED if self.proved else SEARCHED
        row = {"index": self.index, "lower": self.lower, "upper": self.upper}
        return pd.DataFrame([row | {"unknown": self.unknown, "method": method}])


def segregation_bounds(
    index: AreaIndex,
    lowest,
    highest,
    groups=None,
    *,
    areas=None,
    population=None,
    group_sizes: Mapping | None = None,
    seed: int = 0,
    **parameters,
) -> SegregationBounds:
    """Return the range of an index when counts are only known to lie within limits.

    Parameters
    ----------
    index : function
        An area-count index, such as ``dissimilarity``.
    lowest, highest
        Tables of the least and the greatest possible count of each cell, equal where it is known.
        With ``population``, a missing limit is 0 and the area's population.
    groups, areas
        As for the index.
    population : sequence, optional
        Number of people in each area, all groups together.
    group_sizes : mapping, optional
        Number of people in each group in all areas together, where published.
    seed : int, default 0
        Of the random starts of the search.
    **parameters
        Handed on to the index.

    Notes
    -----
    With two groups, areas of known population and one of dissimilarity, H, M, isolation, exposure,
    correlation ratio, normalised exposure and relative diversity (isolation and correlation ratio:
    any number of groups), the bounds are proved.  For a given number A of members the index rises
    with :math:`\\sum_i\\varphi_i(a_i)`, all :math:`\\varphi_i` convex.  Its least value is reached
    by adding members one by one where they cost least, exact because the costs are convex (for
    dissimilarity: twice the larger of what the limits force above and below the even share).  Its
    greatest value is at most that of the chords of :math:`\\varphi_i` over the limits, filled by
    falling slope; only one area is then not at a limit, so the bound is sharp but for that area.
    All possible A are gone through.

    In other cases the greatest value is sought among the corners of the possible tables by
    following the gradient, the least one by conditional gradient steps, from several starts.

    References
    ----------
    Manski (2003), *Partial Identification of Probability Distributions*, ch. 1; Ibaraki & Katoh
    (1988), *Resource Allocation Problems*, ch. 4; Frank & Wolfe (1956), *Naval Research Logistics
    Quarterly* 3, 95–110.

    Examples
    --------
    >>> from skk_analysis.metrics import dissimilarity
    >>> found = segregation_bounds(dissimilarity, {"a": [10, 1, 50], "b": [50, 46, 10]},
    ...     {"a": [10, 4, 50], "b": [50, 49, 10]}, population=[60, 50, 60])
    >>> round(found.lower, 4), round(found.upper, 4), found.proved
    (0.6869, 0.7279, True)
    """
    table = CountLimits.read(lowest, highest, groups, areas, population, group_sizes)
    name = index.__name__
    if name in ("isolation", "correlation_ratio") and table.population is not None:
        proved = proved_bounds(name, table.first_against_rest())
    elif len(table.groups) == 2 and table.population is not None and name in PROVABLE:
        proved = proved_bounds(name, table)
    else:
        proved = None
    if proved is not None:
        lower, upper, firsts = proved
        rests = [np.column_stack([a, table.people - a]) for a in firsts]
        attained = [float(formula_value(index, r)) for r in rests]
        names = [table.groups[0], "others" if len(table.groups) > 2 else table.groups[1]]
        frames = [pd.DataFrame(r, index=table.labels, columns=names) for r in rests]
        return _result(name, (lower, upper), True, attained, frames, table)
    tables = searched_tables(index, table, parameters, np.random.default_rng(seed))
    attained = [formula_value(index, t, table.labels, parameters) for t in tables]
    frames = [pd.DataFrame(t, index=table.labels, columns=list(table.groups)) for t in tables]
    return _result(name, attained, False, attained, frames, table)


def _result(name, bounds, proved, attained, frames, table) -> SegregationBounds:
    return SegregationBounds(
        index=name,
        lower=float(bounds[0]),
        upper=float(bounds[1]),
        proved=proved,
        attained=(float(attained[0]), float(attained[1])),
        tables=(frames[0], frames[1]),
        unknown=int((table.low < table.high).sum()),
    )
