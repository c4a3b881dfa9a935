"""Counts of people by area and group."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
import pandas as pd

from skk_analysis.estimate import UNBOUNDED, Estimate, Influence, Sampling
from skk_analysis.metrics.tables import as_frame
from skk_analysis.sampling import LateInfluence, settled

__all__ = ["AreaCounts", "AreaValue", "naming", "read_cells"]

NAMED_AT_MOST = 5
BLOCK = 2**14  # cells at a time: they stay in the processor's cache
UNITS = ("people", "areas")


class AreaValue(NamedTuple):
    """Value of an index of counts and its derivative by the cell shares.

    Attributes
    ----------
    value : float
    gradient : ndarray, shape (areas, groups), or function that returns it
        Cells of nobody don't matter: nobody is drawn from them.  A function is called if and when
        a standard error is wanted.
    note : str
        Anything the reader of this one value must know.
    """

    value: float
    gradient: np.ndarray | Callable[[], np.ndarray]
    note: str = ""


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
    units : {"people", "areas"}
        What was drawn: people one by one, or areas with everybody in them.
    keys : Index or None
        Labels by which an area is recognised in another table; None if it has none of its own.
    """

    counts: np.ndarray
    groups: tuple
    labels: Sequence
    asked: tuple
    units: str = "people"
    keys: pd.Index | None = None

    @classmethod
    def read(cls, counts, groups=None, *, areas=None, total=None, units="people") -> AreaCounts:
        """Read a frame, a mapping of columns or a two-dimensional array; stop on bad cells."""
        if units not in UNITS:
            raise ValueError(f"units must be one of {list(UNITS)}, got {units!r}")
        labels, asked, table = read_cells(counts, groups, areas=areas, total=total)
        if not (table.size and table.min() >= 0 and np.isfinite(table.sum())):
            wrong = ~np.isfinite(table) | (table < 0)
            i, g = np.argwhere(wrong)[0]
            raise ValueError(
                f"counts must be known and ≥ 0: {wrong.sum()} cells are not, the first is "
                f"{table[i, g]:g} for {asked[g]!r} in area {labels[i]!r}; a protected cell is not "
                "0: leave its area out and say so, or ask segregation_bounds what is possible"
            )
        keys = _keys(counts, labels, areas) if units == "areas" else None
        return cls(table, asked, labels, asked, units, keys)._without_empty_groups()

    def _without_empty_groups(self) -> AreaCounts:
        present = self.members > 0
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
    def members(self) -> np.ndarray:
        """Number of people in each group, shape (groups,)."""
        return self.counts.sum(axis=0)

    @cached_property
    def people(self) -> float:
        """Number of people."""
        return float(self.members.sum())

    @cached_property
    def cells(self) -> np.ndarray:
        """Share of all people in each cell, shape (areas, groups)."""
        return self.counts / self.people

    @cached_property
    def area_shares(self) -> np.ndarray:
        """Share of all people in each area, shape (areas, 1)."""
        return self.counts.sum(axis=1, keepdims=True) / self.people

    @cached_property
    def group_shares(self) -> np.ndarray:
        """Share of all people in each group, shape (groups,)."""
        return self.members / self.people

    def blocks(self) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Yield some areas at a time: which, their cells and expected cells, to be overwritten."""
        for block in _blocks(self.counts):
            cells = self.counts[block] / self.people
            shares = self.area_shares[block], self.group_shares
            yield block, cells, np.multiply(*shares, out=np.empty_like(cells))

    @cached_property
    def expected(self) -> np.ndarray:
        """Share of all people in each cell if all areas were alike."""
        # laid out as the cells are, or what follows would go against the grain
        return np.multiply(self.area_shares, self.group_shares, out=np.empty_like(self.cells))

    @cached_property
    def within(self) -> np.ndarray:
        """Each group's share of its area's people, 0 where there is nobody."""
        total = self.counts.sum(axis=1, keepdims=True)
        total[total == 0] = 1
        return self.counts / total

    @cached_property
    def information(self) -> float:
        """Mutual information of area and group: the mean surprise."""
        parts = (_inner(cells, _surprise(cells, even)) for _, cells, even in self.blocks())
        return sum(parts, start=0.0)

    @cached_property
    def surprise(self) -> np.ndarray:
        """Logarithm of the cells over the expected cells, 0 where there is nobody."""
        surprise = np.empty_like(self.counts)
        for block, cells, expected in self.blocks():
            surprise[block] = _surprise(cells, expected)
        return surprise

    @cached_property
    def filled(self) -> np.ndarray | slice:
        """Positions of the cells with people, in the flattened table."""
        return slice(None) if self.counts.all() else np.flatnonzero(self.counts.ravel())

    @cached_property
    def sampling(self) -> Sampling:
        """What was drawn; shared by all that is estimated from this table."""
        if self.units == "areas":
            keys = None if self.keys is None else self.keys[self._lived_in]
            return Sampling.of_units(
                np.zeros(np.count_nonzero(self._lived_in), dtype=int),
                keys=None if keys is None else pd.MultiIndex.from_arrays([keys], names=["area"]),
            )
        count = self.counts.ravel()[self.filled]
        drawn = np.array([self.people])
        return Sampling(np.zeros(len(count), dtype=int), drawn, np.zeros(1), count)

    @cached_property
    def _units(self) -> np.ndarray:
        return np.arange(len(self.sampling.count))

    @cached_property
    def _lived_in(self) -> np.ndarray:
        return self.area_shares[:, 0] > 0

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
        gradient: np.ndarray | Callable[[], np.ndarray],
        note: str = "",
        *,
        bounds: tuple[float, float] = UNBOUNDED,
        bias: float = 0.0,
    ) -> Estimate:
        """Return the index with the error of drawing as many people (or areas) independently.

        Parameters
        ----------
        name : str
        value, gradient, note
            As in :class:`AreaValue`.
        bounds : tuple of float
            Range of the index.
        bias : float
            Known bias of the value, for which the interval allows.
        """
        if self.units == "areas":
            return self._of_areas(name, value, settled(gradient), note, bounds)

        def look_up() -> Influence:
            share = self.sampling.count / self.people
            found = settled(gradient).ravel()[self.filled]
            share *= found - np.einsum("i,i->", share, found)
            return Influence(self.sampling, self._units, share)

        def powers() -> np.ndarray:
            found = settled(gradient)
            mean = _inner(self.counts, found) / self.people
            if not math.isfinite(mean):  # where there is nobody the slope may be anything
                found = np.where(self.counts > 0, found, 0.0)
                mean = _inner(self.counts, found) / self.people
            sums = np.zeros(4)
            for block in _blocks(found):
                apart = found[block] - mean
                power = self.counts[block] * apart
                sums[1] += _inner(power, apart)
                power *= apart
                sums[2] += _inner(power, apart)
                power *= apart
                sums[3] += _inner(power, apart)
            return sums / self.people ** np.arange(1.0, 5.0)

        part = LateInfluence(look_up, powers, self.people)
        notes = [f"{name}, people drawn independently", note, self.note]
        return Estimate(
            value=float(value),
            se=cast(float, lambda: math.sqrt(part.variance) if self.people > 1 else math.nan),
            n=round(self.people),
            method="; ".join(filter(None, notes)),
            bounds=bounds,
            influence=(part,),
            bias=bias,
        )

    def _of_areas(self, name, value, gradient, note, bounds) -> Estimate:
        """Return the index with the error of drawing as many areas, each with all its people.

        Who lives in an area is then a part of the area and no chance: there is no bias of few.
        """
        by_cell = self.cells * np.where(self.cells > 0, gradient, 0.0)
        totals = by_cell.sum(axis=1, keepdims=True) - self.area_shares * by_cell.sum()
        part = Influence(self.sampling, self._units, totals[self._lived_in, 0])
        stated = [f"{name}, areas drawn independently", note, self.note]
        return Estimate(
            value=float(value),
            se=math.sqrt(part.variance) if len(self._units) > 1 else math.nan,
            n=round(self.people),
            method="; ".join(filter(None, stated)),
            bounds=bounds,
            influence=(part,),
        )


def _keys(counts, labels, areas) -> pd.Index | None:
    """Return the areas' labels, if they are more than their positions in the table."""
    keys = pd.Index(labels)
    numbered = isinstance(keys, pd.RangeIndex) and keys.name is None
    if areas is None and (numbered or not isinstance(counts, pd.DataFrame)):
        return None
    if not keys.is_unique:
        twice = keys[keys.duplicated()].tolist()[0]
        raise ValueError(f"area {twice!r} is there twice; add its rows up")
    return keys


def _surprise(cells: np.ndarray, expected: np.ndarray) -> np.ndarray:
    somebody = True if cells.all() else cells > 0
    ratio = np.divide(cells, expected, out=np.ones_like(cells), where=somebody)
    return np.log(ratio, out=ratio)


def _inner(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.einsum("ig,ig->", one, other))


def _blocks(table: np.ndarray) -> Iterator[slice]:
    """Yield slices of rows that are worked on within the processor's cache."""
    rows = max(BLOCK * len(table) // max(table.size, 1), 1)
    for start in range(0, len(table), rows):
        yield slice(start, start + rows)


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
    table = np.asfortranarray(_numbers(frame, columns))  # group by group: formulas go along areas
    if total is not None:
        rest = _numbers(frame, [total])[:, 0] - table.sum(axis=1)
        table, columns = np.column_stack([table, rest]), [*columns, f"rest of {total}"]
    return labels, tuple(columns), table


def _numbers(frame: pd.DataFrame, columns: list) -> np.ndarray:
    wanted = frame if columns == list(frame.columns) else frame[columns]
    plain = wanted.to_numpy()
    if plain.dtype.kind in "fiu":
        return plain.astype(float, copy=False)
    if not all(pd.api.types.is_numeric_dtype(kind) for kind in wanted.dtypes):
        wanted = wanted.apply(pd.to_numeric)
    return wanted.to_numpy(dtype=float, na_value=np.nan)


def _as_frame(counts) -> pd.DataFrame:
    counts = as_frame(counts)
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
