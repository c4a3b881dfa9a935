"""Additive relations between cells: what the reader of a table can add up and subtract."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse

__all__ = ["Relations"]

SLACK = 1e-6  # a relation holds to this, relative to the sizes that meet in it


@dataclass(frozen=True, eq=False)
class Relations:
    """Linear relations ``low <= A x <= high`` between the cells ``x`` of one or more tables.

    Parameters
    ----------
    matrix : sparse array, shape (relations, cells)
        A margin is a row with −1 at the total and 1 at its parts.
    low, high : ndarray, shape (relations,)
        Both 0 for an exact additive relation; an interval where a number is known by rounding.
    integer : ndarray of bool, shape (cells,)
        Cells known to be whole numbers (counts).

    Notes
    -----
    Cells are numbered 0 … ``cells`` − 1 by the caller, usually the rows of a data frame.  Builders
    make one kind of relation each; ``+`` puts relations between the same cells together, and
    :meth:`beside` sets the cells of separate tables side by side.  The form :math:`Ax=b` with
    bounds is that of Fischetti & Salazar (2001), *Management Science* 47(7), 1008–1027.

    Examples
    --------
    >>> Relations.sums({2: [0, 1]}, cells=3).matrix.toarray()
    array([[ 1.,  1., -1.]])
    """

    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    integer: np.ndarray

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return int(self.matrix.shape[1])

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def __add__(self, other: Relations) -> Relations:
        if other.cells != self.cells:
            raise ValueError(
                f"relations of {self.cells} and of {other.cells} cells cannot be put together; "
                "give both the same numbering (cells=...), or use beside() for separate tables"
            )
        return Relations(
            sparse.csr_array(sparse.vstack([self.matrix, other.matrix], format="csr")),
            np.concatenate([self.low, other.low]),
            np.concatenate([self.high, other.high]),
            self.integer | other.integer,
        )

    @classmethod
    def rows(
        cls,
        rows: Sequence[Mapping[int, float]],
        *,
        cells: int,
        low: ArrayLike = 0.0,
        high: ArrayLike = 0.0,
        integer: bool | ArrayLike = False,
    ) -> Relations:
        """Return relations given as ``{cell: coefficient}``, one mapping a relation."""
        at = np.array([cell for row in rows for cell in row], dtype=int)
        if at.size and (at.min() < 0 or at.max() >= cells):
            bad = at[(at < 0) | (at >= cells)][0]
            raise ValueError(f"cell {bad} in a relation, but cells are numbered 0 … {cells - 1}")
        coefficient = np.array([c for row in rows for c in row.values()], dtype=float)
        number = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        return cls(
            sparse.csr_array((coefficient, (number, at)), shape=(len(rows), cells)),
            np.broadcast_to(np.asarray(low, dtype=float), (len(rows),)).copy(),
            np.broadcast_to(np.asarray(high, dtype=float), (len(rows),)).copy(),
            np.broadcast_to(np.asarray(integer, dtype=bool), (cells,)).copy(),
        )

    @classmethod
    def none(cls, cells: int, *, integer: bool | ArrayLike = False) -> Relations:
        """Return no relation between ``cells`` cells; flags whole numbers."""
        return cls.rows([], cells=cells, integer=integer)

    @classmethod
    def sums(
        cls, parts: Mapping[int, Iterable[int]], *, cells: int, integer: bool | ArrayLike = False
    ) -> Relations:
        """Return totals as sums of their parts: ``{total: [part, ...]}``."""
        rows = [{**dict.fromkeys(of, 1.0), total: -1.0} for total, of in parts.items()]
        return cls.rows(rows, cells=cells, integer=integer)

    @classmethod
    def table(cls, shape: Sequence[int], *, integer: bool = False) -> Relations:
        """Return the relations of a table with margins.

        Parameters
        ----------
        shape : sequence of int
            Numbers of categories, totals not counted.  The cells are those of an array of shape
            ``[k + 1 for k in shape]`` in C order, whose last index in each dimension is the total.
        integer : bool
            Whether the cells are counts.
        """
        numbers = np.arange(int(np.prod([k + 1 for k in shape]))).reshape([k + 1 for k in shape])
        rows = []
        for axis in range(numbers.ndim):
            lines = np.moveaxis(numbers, axis, -1).reshape(-1, numbers.shape[axis])
            rows += [
                {**dict.fromkeys(line[:-1].tolist(), 1.0), int(line[-1]): -1.0} for line in lines
            ]
        return cls.rows(rows, cells=numbers.size, integer=integer)

    @classmethod
    def frame(
        cls,
        cells: pd.DataFrame,
        nested: Mapping[str, Mapping[Hashable, Iterable[Hashable]]],
        *,
        missing: str = "raise",
        integer: bool | ArrayLike = False,
    ) -> Relations:
        """Return the relations of a table in long form, nested categories included.

        Parameters
        ----------
        cells : DataFrame
            One row a cell, numbered by position; only the columns named in ``nested`` are used,
            and together they must name each cell once.
        nested : mapping
            For each column its hierarchy ``{parent: [child, ...]}``: country, cities, districts;
            "all" over "men" and "women".  Several parents may have a child in common (areas in two
            divisions).  A column without relations (the year) has ``{}``.
        missing : {"raise", "unknown", "zero"}
            Where a child's cell is not in the table: stop, take it as some number that is not
            negative, or as a known zero.  A parent's cell that is missing makes no relation.
        integer : bool or array_like of bool
            Which cells are counts.

        Raises
        ------
        ValueError
            If a column is missing, a cell is named twice, or a child's cell is missing.
        """
        if missing not in ("raise", "unknown", "zero"):
            raise ValueError(f"missing is {missing!r}; give 'raise', 'unknown' or 'zero'")
        columns = list(nested)
        absent = [c for c in columns if c not in cells.columns]
        if absent or not columns:
            raise ValueError(
                f"columns {absent or columns} are not in the table {list(cells.columns)}"
            )
        keys = list(cells[columns].itertuples(index=False, name=None))
        place: dict[tuple, int] = {}
        for number, key in enumerate(keys):
            if key in place:
                raise ValueError(
                    f"rows {place[key]} and {number} are the same cell {_named(columns, key)}; "
                    "name every column that tells them apart"
                )
            place[key] = number
        rows, high = [], []
        for axis, column in enumerate(columns):
            children = {parent: list(of) for parent, of in nested[column].items()}
            for number, key in enumerate(keys):
                of = children.get(key[axis])
                if not of:
                    continue
                sought = [(*key[:axis], child, *key[axis + 1 :]) for child in of]
                found = [place[child] for child in sought if child in place]
                if len(found) < len(sought) and missing == "raise":
                    gone = next(child for child in sought if child not in place)
                    raise ValueError(
                        f"cell {_named(columns, gone)}, a part of row {number}, is not in the "
                        "table; add it, or say missing='unknown' or missing='zero'"
                    )
                if found:
                    rows.append({number: 1.0, **dict.fromkeys(found, -1.0)})
                    open_end = len(found) < len(sought) and missing == "unknown"
                    high.append(np.inf if open_end else 0.0)
        return cls.rows(rows, cells=len(keys), high=np.array(high), integer=integer)

    @classmethod
    def equal(cls, pairs: Iterable[tuple[int, int]], *, cells: int) -> Relations:
        """Return pairs of cells that are the same number in two tables (linked tables)."""
        return cls.rows([{a: 1.0, b: -1.0} for a, b in pairs], cells=cells)

    @classmethod
    def same(cls, keys: Iterable[Hashable], *, integer: bool | ArrayLike = False) -> Relations:
        """Return equality of all cells that have the same key; a key of None joins nothing."""
        first: dict[Hashable, int] = {}
        listed = list(keys)
        pairs = []
        for number, key in enumerate(listed):
            if key is not None and first.setdefault(key, number) != number:
                pairs.append((first[key], number))
        return cls.equal(pairs, cells=len(listed)) + cls.none(len(listed), integer=integer)

    @classmethod
    def differences(cls, triples: Iterable[tuple[int, int, int]], *, cells: int) -> Relations:
        """Return published changes: ``(change, new, old)`` with change = new − old."""
        rows = [{change: 1.0, new: -1.0, old: 1.0} for change, new, old in triples]
        return cls.rows(rows, cells=cells)

    @classmethod
    def rounded(
        cls, at: ArrayLike, published: ArrayLike, base: ArrayLike, *, cells: int
    ) -> Relations:
        """Return what a rounded number tells of a cell: it lies within ``base / 2`` of it.

        Parameters
        ----------
        at : array_like of int, shape (k,)
            The cells whose rounded values are known; the cells themselves count as hidden.
        published, base : array_like, shape (k,)
            The rounded value, and what it was rounded to (10; 0.1).
        cells : int
        """
        where = np.atleast_1d(np.asarray(at, dtype=int))
        near, half = np.broadcast_arrays(np.asarray(published, float), np.asarray(base, float) / 2)
        rows = [{int(cell): 1.0} for cell in where]
        return cls.rows(rows, cells=cells, low=near - half, high=near + half)

    @classmethod
    def rates(
        cls,
        count: ArrayLike,
        denominator: ArrayLike,
        rate: ArrayLike,
        base: ArrayLike,
        *,
        cells: int,
    ) -> Relations:
        """Return what published rates tell of counts: ``count`` lies near ``rate × denominator``.

        Parameters
        ----------
        count, denominator : array_like of int, shape (k,)
            Cells of the numerators and of the denominators; either may be hidden.
        rate, base : array_like, shape (k,)
            The rates as published, as a share (0.365 for 36,5 %), and what they were rounded to
            (0.001 for a tenth of a percentage point).
        cells : int

        Notes
        -----
        With the published rate :math:`r` rounded to :math:`b`,
        :math:`(r-b/2)D \\le C \\le (r+b/2)D`: two linear relations, also where both are hidden.
        """
        part, whole = (np.atleast_1d(np.asarray(c, dtype=int)) for c in (count, denominator))
        near = np.broadcast_to(np.asarray(rate, dtype=float), part.shape)
        half = np.broadcast_to(np.asarray(base, dtype=float) / 2, part.shape)
        above = [
            {int(c): 1.0, int(d): -(r - h)}
            for c, d, r, h in zip(part, whole, near, half, strict=True)
        ]
        below = [
            {int(c): -1.0, int(d): r + h}
            for c, d, r, h in zip(part, whole, near, half, strict=True)
        ]
        return cls.rows(above + below, cells=cells, low=0.0, high=np.inf)

    @classmethod
    def beside(cls, *tables: Relations) -> Relations:
        """Return separate tables as one: the cells of the second follow those of the first."""
        return cls(
            sparse.csr_array(sparse.block_diag([t.matrix for t in tables], format="csr")),
            np.concatenate([t.low for t in tables]),
            np.concatenate([t.high for t in tables]),
            np.concatenate([t.integer for t in tables]),
        )

    def check(self, values: ArrayLike) -> np.ndarray:
        """Return the values as an array after checking that they satisfy every relation.

        Raises
        ------
        ValueError
            If there are too few values, one is missing, or a relation does not hold: the message
            names the relation's cells, their values and by how much they miss.
        """
        x = np.asarray(values, dtype=float)
        if x.shape != (self.cells,):
            raise ValueError(f"{x.shape} values for {self.cells} cells")
        if not np.isfinite(x).all():
            cell = int(np.flatnonzero(~np.isfinite(x))[0])
            raise ValueError(
                f"cell {cell} has no finite value ({x[cell]}); leave it out of the table"
            )
        sums, size = self.matrix @ x, abs(self.matrix) @ abs(x)
        off = np.maximum(self.low - sums, sums - self.high)
        bad = np.flatnonzero(off > SLACK * np.maximum(size, 1))
        if bad.size:
            row = self.matrix[[bad[0]]].tocoo()
            terms = " ".join(
                f"{c:+g}·{x[i]:g} (cell {i})" for i, c in zip(row.col, row.data, strict=True)
            )
            raise ValueError(
                f"{bad.size} relations do not hold; the first, {terms}, misses by {off[bad[0]]:g}: "
                "give the values before rounding, or say that they are rounded (Relations.rounded)"
            )
        return x


def _named(columns: Sequence[str], key: tuple) -> dict:
    return dict(zip(columns, key, strict=True))
