"""Why segregation changes: who lives with whom, or how large the areas and the groups are.

Standard errors as in :mod:`skk_analysis.metrics.segregation`: people drawn independently, two years
as two independent samples, or areas drawn, an area being the same unit in both years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate, combine
from skk_analysis.metrics.counts import AreaCounts
from skk_analysis.metrics.segregation import mutual_information
from skk_analysis.metrics.segregation_parts import NON_NEGATIVE, divisor, information, tidy
from skk_analysis.sampling import settled

__all__ = ["SegregationChange", "segregation_change"]

ROUNDS, SAME = 10_000, 1e-12


@dataclass(frozen=True)
class SegregationChange:
    """Change of M or H between two years, and what it is due to.

    Parameters
    ----------
    index : str
    before, after, change : Estimate
    structure : Estimate
        Due to who lives with whom: what would change with the same sizes of areas and groups.
    area_sizes, group_sizes : Estimate
        Due to the areas' and the groups' shares of people.
    coming_and_going : Estimate
        Due to areas and groups that have people in one of the years only; 0 if there are none.
    """

    index: str
    before: Estimate
    after: Estimate
    change: Estimate
    structure: Estimate
    area_sizes: Estimate
    group_sizes: Estimate
    coming_and_going: Estimate

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row for each number."""
        names = ("before", "after", "change", "structure", "area_sizes", "group_sizes")
        return tidy(self, (*names, "coming_and_going"), level)


def segregation_change(
    before, after, groups=None, *, index: str = "theil_h", areas=None, total=None, units="people"
) -> SegregationChange:
    """Attribute the change of M or H to structure, sizes of areas and sizes of groups.

    .. math:: I_1-I_0=\\Delta_{structure}+\\Delta_{areas}+\\Delta_{groups}(+\\Delta_{coming,going})

    Each year's table is fitted to the other year's shares of areas and groups (iterative
    proportional fitting), which leaves its odds ratios, the structure, as they are.  The effect of
    structure is the mean of changing it under the sizes of either year; what remains is due to
    sizes, and is divided between areas and groups in the same way (a Shapley value of two levels).

    Parameters
    ----------
    before, after
        The two years' counts.  Areas are matched by their labels (column ``areas``, or the index).
    groups, areas, total, units
        As for every index of segregation, the same in both years.
    index : {"theil_h", "mutual_information"}

    Notes
    -----
    With ``units="people"`` the years are independent samples of people; when most people are the
    same this overstates the errors.  With ``units="areas"`` an area is one unit in both years.  An
    empty cell stays empty when its table is fitted to the other year's sizes; where that is
    impossible the function stops, and the areas in question must be merged.

    References
    ----------
    Elbers (2023), *Sociological Methods & Research* 52, 122–151; Mora & Ruiz-Castillo (2009),
    *Research on Economic Inequality* 17, 33–53; Deming & Stephan (1940), *Annals of Mathematical
    Statistics* 11, 427–444.

    Examples
    --------
    >>> twice = segregation_change({"a": [10, 30], "b": [40, 20]}, {"a": [20, 60], "b": [40, 20]})
    >>> abs(round(twice.structure.value, 6)), round(twice.group_sizes.value, 4)
    (0.0, 0.0057)
    """
    reading = {"areas": areas, "total": total, "units": units}
    tables = [AreaCounts.read(c, groups, **reading) for c in (before, after)]
    divisor(tables[0], index)
    common = _common(tables)
    (own0, own1), (all0, all1) = common.own(index), [_index_of(t, index) for t in tables]
    zero = [np.zeros_like(t.cells) for t in tables]

    def effect(what: str, value: float, slopes) -> Estimate:
        terms = [(1.0, t.estimate("", 0.0, slope)) for t, slope in zip(tables, slopes, strict=True)]
        return combine(value, terms, method=f"{index}, {what}; {units} drawn independently")

    values = {key: common.fitted(key, index) for key in np.ndindex(2, 2, 2)}
    estimates = {}
    for what, weights in _effects().items():
        slopes = [z.copy() for z in zero]
        value = 0.0
        for key, weight in weights.items():
            v, gradients = values[key]
            value += weight * v
            for slope, gradient in zip(slopes, gradients, strict=True):
                slope += weight * gradient
        estimates[what] = effect(what, value, slopes)
    moved = (all1[0] - own1[0]) - (all0[0] - own0[0])
    slopes = [own0[1] - all0[1], all1[1] - own1[1]]
    estimates["coming_and_going"] = effect("areas and groups of one year", moved, slopes)
    sides = [
        t.estimate(index, *value, bounds=NON_NEGATIVE)
        for t, value in zip(tables, (all0, all1), strict=True)
    ]
    return SegregationChange(
        index=index,
        before=sides[0],
        after=sides[1],
        change=effect("change", all1[0] - all0[0], [-all0[1], all1[1]]),
        **estimates,
    )


def _effects() -> dict[str, dict[tuple[int, int, int], float]]:
    """Return each effect's weights on the tables (structure, area sizes, group sizes)."""
    structure = {(s, y, y): 0.5 * (2 * s - 1) for s in (0, 1) for y in (0, 1)}
    rows = {(s, r, c): 0.25 * (2 * r - 1) for s, r, c in np.ndindex(2, 2, 2)}
    columns = {(s, r, c): 0.25 * (2 * c - 1) for s, r, c in np.ndindex(2, 2, 2)}
    return {"structure": structure, "area_sizes": rows, "group_sizes": columns}


def _index_of(table: AreaCounts, index: str) -> tuple[float, np.ndarray]:
    """Return M or H of a table and its derivative."""
    value, by_cells, _ = mutual_information.formula(table)
    slope = settled(by_cells)
    divide, divide_slope = divisor(table, index)
    return value / divide, slope / divide - value / divide**2 * divide_slope


@dataclass(frozen=True)
class _Common:
    """The areas and groups that have people in both years.

    Parameters
    ----------
    tables : list of AreaCounts
    rows, columns : list of ndarray
        Their positions in each table.
    cells : list of ndarray
        Their cells, as shares of the people in them.
    """

    tables: list[AreaCounts]
    rows: list[np.ndarray]
    columns: list[np.ndarray]
    cells: list[np.ndarray]

    def own(self, index: str) -> list[tuple[float, np.ndarray]]:
        """Return each year's index among the common cells, and its derivative by all cells."""
        values = []
        for year in (0, 1):
            value, gradients = self.fitted((year, year, year), index)
            values.append((value, gradients[year]))
        return values

    def fitted(self, key, index: str) -> tuple[float, list[np.ndarray]]:
        """Return the index of one year's structure with the years' sizes, and its derivatives.

        Of the derivative only the part that no change of sizes can undo belongs to the structure:
        what is left of the logarithm after its best fit by areas and groups.
        """
        structure, row_year, column_year = key
        rows, columns = self.cells[row_year].sum(axis=1), self.cells[column_year].sum(axis=0)
        cells = _fit(self.cells[structure], rows, columns, self._label)
        shared, surprise = information(cells)
        by_row, by_column = _additive(cells, surprise)
        odd = np.where(cells > 0, surprise - by_row[:, None] - by_column, 0)
        start = self.cells[structure]
        logs = np.log(columns)
        divide = 1.0 if index == "mutual_information" else float(-columns @ logs)
        if index == "theil_h":
            by_column = by_column + shared / divide * logs
        slopes = [np.zeros_like(c) for c in self.cells]
        slopes[structure] += np.divide(cells * odd, start, out=np.zeros_like(odd), where=start > 0)
        slopes[row_year] += by_row[:, None]
        slopes[column_year] += by_column
        return shared / divide, [self._whole(y, s / divide) for y, s in enumerate(slopes)]

    def _whole(self, year: int, slope: np.ndarray) -> np.ndarray:
        """Turn a derivative by the common cells' shares into one by the whole table's cells."""
        table = self.tables[year]
        at = np.ix_(self.rows[year], self.columns[year])
        inside = table.cells[at].sum()
        gradient = np.zeros_like(table.cells)
        gradient[at] = (slope - (self.cells[year] * slope).sum()) / inside
        return gradient

    def _label(self, row: int) -> str:
        return str(self.tables[0].labels[self.rows[0][row]])


def _common(tables: list[AreaCounts]) -> _Common:
    """Match the areas and groups of two years."""
    labels = [pd.Index(t.labels) for t in tables]
    for index in labels:
        if not index.is_unique:
            raise ValueError(f"area {index[index.duplicated()][0]!r} is there twice in a year")
    groups = [g for g in tables[0].groups if g in tables[1].groups]
    columns = [np.array([t.groups.index(g) for g in groups], dtype=int) for t in tables]
    both = labels[0].intersection(labels[1], sort=False)
    rows = [index.get_indexer(both) for index in labels]
    cells = [t.cells[np.ix_(r, c)] for t, r, c in zip(tables, rows, columns, strict=True)]
    lived_in = np.all([c.sum(axis=1) > 0 for c in cells], axis=0)
    rows, cells = [r[lived_in] for r in rows], [c[lived_in] for c in cells]
    if len(groups) < 2 or lived_in.sum() < 2 or any((c.sum(axis=0) == 0).any() for c in cells):
        raise ValueError("the two years need at least two areas and two groups in common")
    return _Common(tables, rows, columns, [c / c.sum() for c in cells])


def _fit(cells: np.ndarray, rows: np.ndarray, columns: np.ndarray, label) -> np.ndarray:
    """Return the cells with other sums of rows and columns and the same odds ratios."""
    fitted = cells
    for _ in range(ROUNDS):
        fitted = fitted * (rows / fitted.sum(axis=1))[:, None]
        sums = fitted.sum(axis=0)
        fitted = fitted * (columns / sums)
        off = np.abs(fitted.sum(axis=1) - rows)
        if off.max() < SAME:
            return fitted
    raise ValueError(
        f"one year's empty cells rule out the other year's sizes, e.g. in area "
        f"{label(int(off.argmax()))!r}; merge it with another"
    )


def _additive(cells: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the row and column effects that fit the values best, weighted by the cells."""
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)
    weighted = cells * values
    normal = np.diag(columns) - cells.T @ (cells / rows[:, None])
    right = weighted.sum(axis=0) - cells.T @ (weighted.sum(axis=1) / rows)
    by_column = np.linalg.lstsq(normal, right, rcond=None)[0]
    return (weighted.sum(axis=1) - cells @ by_column) / rows, by_column
