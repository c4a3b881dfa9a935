"""Counts of people by area and group, and the way from a formula on them to a public index."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, cast

import numpy as np
import pandas as pd

from skk_analysis.estimate import UNBOUNDED, Estimate, Influence, Sampling

__all__ = ["AREA_INDICES", "AreaCounts", "area_index"]


class AreaIndex(Protocol):
    """A public index of counts, carrying its formula and the range of its values."""

    __name__: str
    formula: Callable[[AreaCounts], tuple[float, np.ndarray]]
    bounds: tuple[float, float]

    def __call__(self, counts, groups=None, *, areas=None, total=None, by=None): ...


AREA_INDICES: dict[str, AreaIndex] = {}


@dataclass(frozen=True, eq=False)
class AreaCounts:
    """A validated table of counts.

    Parameters
    ----------
    counts : ndarray of float, shape (areas, groups)
        Finite and ≥ 0, with somebody in every group.
    groups : tuple of str
        Names of the groups.
    empty : int
        How many areas have nobody in them; they are left in and contribute nothing.
    """

    counts: np.ndarray
    groups: tuple
    empty: int

    @classmethod
    def read(cls, counts, groups=None, *, areas=None, total=None) -> AreaCounts:
        """Read a frame, a mapping of columns or a two-dimensional array; stop on bad cells."""
        frame = _as_frame(counts)
        columns = (
            list(groups)
            if groups is not None
            else [c for c in frame.columns if c not in (areas, total)]
        )
        absent = [c for c in [*columns, areas, total] if c is not None and c not in frame.columns]
        if absent:
            raise KeyError(f"no column {absent[0]!r}; the columns are {list(frame.columns)}")
        labels = frame.index if areas is None else frame[areas]
        table = frame[columns].apply(pd.to_numeric).to_numpy(dtype=float, na_value=np.nan)
        if total is not None:
            whole = frame[[total]].apply(pd.to_numeric).to_numpy(dtype=float, na_value=np.nan)
            table = np.column_stack([table, whole[:, 0] - table.sum(axis=1)])
            columns = [*columns, f"rest of {total}"]
        _require_counts(table, labels, columns)
        return cls(table, tuple(columns), int((table.sum(axis=1) == 0).sum()))

    @cached_property
    def people(self) -> float:
        """Number of people."""
        return float(self.counts.sum())

    @cached_property
    def cells(self) -> np.ndarray:
        """Share of all people in each cell, shape (areas, groups)."""
        return self.counts / self.people

    @cached_property
    def area_shares(self) -> np.ndarray:
        """Share of all people in each area, shape (areas, 1)."""
        return self.cells.sum(axis=1, keepdims=True)

    @cached_property
    def group_shares(self) -> np.ndarray:
        """Share of all people in each group, shape (groups,)."""
        return self.cells.sum(axis=0)

    @cached_property
    def within(self) -> np.ndarray:
        """Each group's share of its area's people, 0 where there is nobody."""
        return self.cells / np.where(self.area_shares > 0, self.area_shares, 1)

    def require_groups(self, index: str, number: int) -> None:
        """Stop unless the table has exactly this many groups."""
        if len(self.groups) != number:
            raise ValueError(
                f"{index} needs {number} groups, got {len(self.groups)}: {list(self.groups)}; name "
                "them with groups=[...], or give total= for the rest of the population"
            )

    def estimate(
        self, name: str, value: float, gradient: np.ndarray, bounds: tuple[float, float]
    ) -> Estimate:
        """Return the index with the error of drawing the same number of people independently.

        Parameters
        ----------
        gradient : ndarray, shape (areas, groups)
            Derivative of the index by the cell shares.
        """
        influence = gradient - (self.cells * gradient).sum()
        filled = self.counts > 0
        count = self.counts[filled]
        sampling = Sampling.of_units(np.zeros(len(count), dtype=int), count=count)
        totals = influence[filled] * count / self.people
        part = Influence(sampling, np.arange(len(count)), totals)
        note = f"{self.empty} areas without people contribute nothing" if self.empty else ""
        return Estimate(
            value=float(value),
            se=float(np.sqrt(part.variance)),
            n=round(self.people),
            method="; ".join(filter(None, [f"{name}, people drawn independently", note])),
            bounds=bounds,
            influence=(part,),
        )


def _as_frame(counts) -> pd.DataFrame:
    if isinstance(counts, pd.DataFrame):
        return counts
    if isinstance(counts, Mapping):
        return pd.DataFrame(counts)
    table = np.asarray(counts)
    if table.ndim != 2:
        raise ValueError(
            f"counts must be areas × groups, got shape {table.shape}; two separate arrays go in as "
            "{'group': a, 'others': b}"
        )
    return pd.DataFrame(table, columns=[f"group {g}" for g in range(table.shape[1])])


def _require_counts(table: np.ndarray, labels, columns: Sequence) -> None:
    """Stop on the first missing, infinite or negative cell, and on groups of nobody."""
    wrong = ~np.isfinite(table) | (table < 0)
    if wrong.any():
        i, g = np.argwhere(wrong)[0]
        raise ValueError(
            f"counts must be known and ≥ 0: {wrong.sum()} cells are not, the first is "
            f"{table[i, g]:g} for {columns[g]!r} in area {list(labels)[i]!r}; a protected cell is "
            "not 0, so leave its area out and say so"
        )
    nobody = [c for c, n in zip(columns, table.sum(axis=0), strict=True) if n == 0]
    if nobody:
        raise ValueError(f"nobody in any area belongs to group {nobody[0]!r}; leave the group out")
    if len(columns) < 2:
        raise ValueError(f"segregation is between at least two groups, got {list(columns)}")


def area_index(
    bounds: tuple[float, float] = UNBOUNDED,
) -> Callable[[Callable], AreaIndex]:
    """Make a public index of a formula ``formula(table) -> (value, gradient)``.

    The gradient is by the cell shares, shape (areas, groups).
    """

    def decorate(formula: Callable) -> AreaIndex:
        name = formula.__name__

        @functools.wraps(formula)
        def public(counts, groups=None, *, areas=None, total=None, by=None):
            if by is not None:
                return _table(AREA_INDICES[name], counts, groups, areas=areas, total=total, by=by)
            table = AreaCounts.read(counts, groups, areas=areas, total=total)
            value, gradient = formula(table)
            return table.estimate(name, value, gradient, bounds)

        keyword, none = inspect.Parameter.KEYWORD_ONLY, {"default": None}
        either = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [inspect.Parameter("counts", either)]
        parameters += [inspect.Parameter("groups", either, **none)]
        parameters += [inspect.Parameter(p, keyword, **none) for p in ("areas", "total", "by")]
        public.__dict__.update(
            formula=formula, bounds=bounds, __signature__=inspect.Signature(parameters)
        )
        AREA_INDICES[name] = cast(AreaIndex, public)
        return AREA_INDICES[name]

    return decorate


def _table(function: AreaIndex, frame, groups, *, areas, total, by) -> pd.DataFrame:
    """Return the index for each combination of the columns ``by``, one row each."""
    by = [by] if isinstance(by, str) else list(by)
    if groups is None:
        groups = [c for c in frame.columns if c not in (areas, total, *by)]
    rows = []
    for labels, part in frame.groupby(by, sort=True, observed=True):
        e = function(part, groups, areas=areas, total=total)
        group = dict(zip(by, labels, strict=True))
        rows.append({"index": function.__name__} | group | e.to_frame().iloc[0].to_dict())
    return pd.DataFrame(rows).drop(columns="unit")
