"""Counts of people by area and group, and the way from a formula on them to a public index.

A researcher adds an index by writing its value and its derivative by the cell shares::

    @area_index(bounds=(0, 1))
    def correlation_ratio(table):
        \"\"\"Correlation ratio. ...\"\"\"
        return value, gradient

The function that comes out takes a frame, a mapping or an array, gives an
:class:`~skk_analysis.estimate.Estimate` with the error of drawing people one by one (or with
``by=`` a tidy table), and can be given to the randomisation baseline, the bias correction and the
bounds.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol, cast

import numpy as np
import pandas as pd

from skk_analysis.estimate import UNBOUNDED, Estimate, Influence, Sampling

__all__ = ["AREA_INDICES", "AreaCounts", "AreaValue", "area_index"]

NAMED_AT_MOST = 5


class AreaValue(NamedTuple):
    """Value of an index of counts and its derivative by the cell shares.

    Attributes
    ----------
    value : float
    gradient : ndarray, shape (areas, groups)
        Cells of nobody don't matter: nobody is drawn from them.
    note : str
        Anything the reader of this one value must know.
    """

    value: float
    gradient: np.ndarray
    note: str = ""


class AreaIndex(Protocol):
    """A public index of counts, carrying its formula and the range of its values."""

    __name__: str
    formula: Callable[..., tuple[float, np.ndarray]]
    bounds: tuple[float, float]

    def __call__(
        self, counts, groups=None, *, areas=None, total=None, by=None, **parameters
    ) -> Estimate: ...


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
    labels : sequence
        Names of the areas.
    asked : tuple of str
        All groups that the caller named.  Those of nobody are left out, and said to be.
    """

    counts: np.ndarray
    groups: tuple
    labels: Sequence
    asked: tuple

    @classmethod
    def read(cls, counts, groups=None, *, areas=None, total=None) -> AreaCounts:
        """Read a frame, a mapping of columns or a two-dimensional array; stop on bad cells."""
        labels, asked, table = read_cells(counts, groups, areas=areas, total=total)
        wrong = ~np.isfinite(table) | (table < 0)
        if wrong.any():
            i, g = np.argwhere(wrong)[0]
            raise ValueError(
                f"counts must be known and ≥ 0: {wrong.sum()} cells are not, the first is "
                f"{table[i, g]:g} for {asked[g]!r} in area {labels[i]!r}; a protected cell is not "
                "0: leave its area out and say so, or ask segregation_bounds what is possible"
            )
        return cls(table, asked, labels, asked)._without_empty_groups()

    def _without_empty_groups(self) -> AreaCounts:
        present = self.counts.sum(axis=0) > 0
        kept = tuple(g for g, p in zip(self.groups, present, strict=True) if p)
        if len(kept) < 2:
            raise ValueError(
                "segregation is between at least two groups with people in them; those of "
                f"{list(self.asked)} are {list(kept)}"
            )
        if present.all():
            return self
        return replace(self, counts=self.counts[:, present], groups=kept)

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

    @cached_property
    def sampling(self) -> Sampling:
        """People drawn one by one; shared by all that is estimated from this table."""
        count = self.counts[self.counts > 0]
        return Sampling.of_units(np.zeros(len(count), dtype=int), count=count)

    @property
    def note(self) -> str:
        """Say which areas and groups are of nobody."""
        empty = np.flatnonzero(self.area_shares[:, 0] == 0)
        absent = [g for g in self.asked if g not in self.groups]
        notes = [
            f"no people in {naming(self.labels, empty)}" if len(empty) else "",
            f"nobody in group {', '.join(map(repr, absent))}" if absent else "",
        ]
        return "; ".join(filter(None, notes))

    def require_groups(self, index: str, number: int) -> None:
        """Stop unless the table has exactly this many groups."""
        if len(self.groups) != number:
            raise ValueError(
                f"{index} needs {number} groups, got {len(self.groups)}: {list(self.groups)}; name "
                "them with groups=[...], or give total= for the rest of the population"
            )

    def position(self, index: str, asked: int) -> int:
        """Return the column of the group that the caller named first, second, …"""
        name = self.asked[asked]
        if name not in self.groups:
            raise ValueError(f"{index} is undefined: nobody in any area belongs to group {name!r}")
        return self.groups.index(name)

    def estimate(
        self,
        name: str,
        value: float,
        gradient: np.ndarray,
        note: str = "",
        *,
        bounds: tuple[float, float] = UNBOUNDED,
    ) -> Estimate:
        """Return the index with the error of drawing the same number of people independently.

        Parameters
        ----------
        name : str
        value, gradient, note
            As in :class:`AreaValue`.
        bounds : tuple of float
            Range of the index.
        """
        filled = self.counts > 0
        influence = gradient[filled] - float((self.cells[filled] * gradient[filled]).sum())
        totals = influence * (self.sampling.count / self.people)
        part = Influence(self.sampling, np.arange(len(totals)), totals)
        return Estimate(
            value=float(value),
            se=float(np.sqrt(part.variance)),
            n=round(self.people),
            method="; ".join(
                filter(None, [f"{name}, people drawn independently", note, self.note])
            ),
            bounds=bounds,
            influence=(part,),
        )


def naming(labels: Sequence, which: Sequence[int] | np.ndarray) -> str:
    """Name some areas, and count the rest."""
    named = ", ".join(str(labels[i]) for i in which[:NAMED_AT_MOST])
    rest = len(which) - NAMED_AT_MOST
    return f"{named} and {rest} more areas" if rest > 0 else f"area {named}"


def read_cells(
    counts, groups=None, *, areas=None, total=None
) -> tuple[Sequence, tuple, np.ndarray]:
    """Return area labels, groups and the numbers of people, not yet checked."""
    frame = _as_frame(counts)
    columns = [c for c in frame.columns if c not in (areas, total)] if groups is None else groups
    columns = [columns] if isinstance(columns, str) else list(columns)
    absent = [c for c in [*columns, areas, total] if c is not None and c not in frame.columns]
    if absent:
        raise KeyError(f"no column {absent[0]!r}; the columns are {list(frame.columns)}")
    labels = frame.index if areas is None else pd.Index(frame[areas])
    table = _numbers(frame, columns)
    if total is not None:
        rest = _numbers(frame, [total])[:, 0] - table.sum(axis=1)
        table, columns = np.column_stack([table, rest]), [*columns, f"rest of {total}"]
    return labels, tuple(columns), table


def _numbers(frame: pd.DataFrame, columns: list) -> np.ndarray:
    return frame[columns].apply(pd.to_numeric).to_numpy(dtype=float, na_value=np.nan)


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


def area_index(
    bounds: tuple[float, float] = UNBOUNDED,
) -> Callable[[Callable], AreaIndex]:
    """Make a public index of a formula ``formula(table, **parameters) -> (value, gradient)``.

    The gradient is by the cell shares, shape (areas, groups); :class:`AreaValue` adds a note.
    """

    def decorate(formula: Callable) -> AreaIndex:
        name = formula.__name__
        own = list(inspect.signature(formula).parameters.values())[1:]

        @functools.wraps(formula)
        def public(counts, groups=None, *, areas=None, total=None, by=None, **parameters):
            unknown = set(parameters) - {p.name for p in own}
            if unknown:
                raise TypeError(f"{name} has no parameter {min(unknown)!r}")
            if by is not None:
                given = {"areas": areas, "total": total, **parameters}
                return _table(AREA_INDICES[name], counts, groups, by, given)
            table = AreaCounts.read(counts, groups, areas=areas, total=total)
            return table.estimate(
                _label(name, parameters), *formula(table, **parameters), bounds=bounds
            )

        keyword, none = inspect.Parameter.KEYWORD_ONLY, {"default": None}
        either = inspect.Parameter.POSITIONAL_OR_KEYWORD
        shown = [inspect.Parameter("counts", either), inspect.Parameter("groups", either, **none)]
        shown += [inspect.Parameter(p, keyword, **none) for p in ("areas", "total", "by")]
        shown += [p.replace(kind=keyword) for p in own]
        public.__dict__.update(
            formula=formula, bounds=bounds, __signature__=inspect.Signature(shown)
        )
        AREA_INDICES[name] = cast(AreaIndex, public)
        return AREA_INDICES[name]

    return decorate


def _label(name: str, parameters: Mapping) -> str:
    """Return the name with those parameters that are numbers or words."""
    shown = ", ".join(f"{k}={v}" for k, v in parameters.items() if isinstance(v, int | float | str))
    return f"{name}({shown})" if shown else name


def _table(function: AreaIndex, frame, groups, by, given: Mapping) -> pd.DataFrame:
    """Return the index for each combination of the columns ``by``, one row each."""
    by = [by] if isinstance(by, str) else list(by)
    if groups is None:
        groups = [c for c in frame.columns if c not in (given["areas"], given["total"], *by)]
    rows = []
    for labels, part in frame.groupby(by, sort=True, observed=True):
        e = function(part, groups, **given)
        group = dict(zip(by, labels, strict=True))
        rows.append({"index": function.__name__} | group | e.to_frame().iloc[0].to_dict())
    return pd.DataFrame(rows).drop(columns="unit")
