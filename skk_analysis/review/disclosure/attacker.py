"""The attacker: what the published numbers tell about the hidden ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from skk_analysis.review.disclosure.closed import WHOLE, ZERO, closed_form, whole_ends
from skk_analysis.review.disclosure.linear import components
from skk_analysis.review.disclosure.programmes import Programmes
from skk_analysis.review.disclosure.relations import SLACK, Relations

__all__ = ["Knowledge", "bounds"]


def bounds(
    values: ArrayLike,
    relations: Relations,
    hidden: ArrayLike,
    *,
    lower: ArrayLike = 0.0,
    upper: ArrayLike = np.inf,
    known: tuple[ArrayLike, ArrayLike] | None = None,
    rounding: ArrayLike = 0.0,
    integer: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest value that each cell can have for a reader.

    Parameters
    ----------
    values : array_like, shape (cells,)
        The published values; those of hidden cells are not looked at and may be NaN.
    relations : Relations
    hidden : array_like of bool, shape (cells,)
    lower, upper : array_like, default 0 and infinity
        What everybody knows about a cell beforehand.
    known : (low, high), optional
        What this attacker knows beyond that, as arrays over the cells; NaN where nothing.
    rounding : array_like, default 0
        What a shown value is rounded to (10; 0.1); it tells the cell to half of that.
    integer : bool
        Whether the attacker uses that the cells flagged in ``relations`` are whole numbers.

    Returns
    -------
    low, high : ndarray, shape (cells,)
        For a shown cell its value, or what its rounding leaves open.

    Raises
    ------
    ValueError
        If the published numbers contradict each other.

    Notes
    -----
    The attacker's problem of Fischetti & Salazar (2001, *Management Science* 47(7), eqs 5–8): a
    hidden cell's minimum and maximum over everything that the relations, the published values and
    the bounds allow.  Hidden cells that no relation joins are solved apart.  A component of one
    relation has its interval in closed form, and so has one whose relations leave one degree of
    freedom; the rest is linear programming (HiGHS).  With ``integer`` a programme whose vertex is
    not whole is solved again as an integer programme.

    Examples
    --------
    A row 3 + 4 + 20 = 27 of which the first two are hidden:

    >>> low, high = bounds([3, 4, 20, 27], Relations.sums({3: [0, 1, 2]}, cells=4), [1, 1, 0, 0])
    >>> low.tolist(), high.tolist()
    ([0.0, 0.0, 20.0, 27.0], [7.0, 7.0, 20.0, 27.0])
    """
    knowledge = Knowledge.of(
        values, relations, hidden, lower=lower, upper=upper, known=known, rounding=rounding
    )
    low, high, wrong = knowledge.intervals(integer=integer)
    if wrong.any():
        listed = ", ".join(str(i) for i in np.flatnonzero(wrong)[:10])
        raise ValueError(
            f"the published numbers around cells {listed} contradict each other: check the values, "
            "the bounds, and whether rounded numbers are declared (rounding=...)"
        )
    return low, high


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What an attacker has: relations over the cells that are not exactly known, and their boxes.

    Attributes
    ----------
    open : ndarray of int, shape (k,)
        The cells that are hidden or known by rounding only.
    matrix : sparse array, shape (r, k)
    low, high : ndarray, shape (r,)
        Limits of the rows after the published values have been moved over.
    lower, upper : ndarray, shape (cells,)
    integer : ndarray of bool, shape (k,)
    wrong : ndarray of bool, shape (cells,)
        Cells of a relation that the published values violate by themselves.
    """

    open: np.ndarray
    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    wrong: np.ndarray

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        relations: Relations,
        hidden: ArrayLike,
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        known: tuple[ArrayLike, ArrayLike] | None = None,
        rounding: ArrayLike = 0.0,
    ) -> Knowledge:
        """Return the knowledge of an attacker; parameters as in `bounds`."""
        x = np.asarray(values, dtype=float)
        if x.shape != (relations.cells,):
            raise ValueError(f"{x.shape} values for {relations.cells} cells")
        mask = np.broadcast_to(np.asarray(hidden, dtype=bool), x.shape)
        gone = ~mask & ~np.isfinite(x)
        if gone.any():
            raise ValueError(
                f"cell {np.flatnonzero(gone)[0]} is shown but has no finite value; count it as "
                "hidden, or leave it out of the table"
            )
        half = np.broadcast_to(np.asarray(rounding, dtype=float), x.shape) / 2
        box = np.broadcast_to(np.asarray(lower, float), x.shape).copy()
        top = np.broadcast_to(np.asarray(upper, float), x.shape).copy()
        if known is not None:
            box, top = np.fmax(box, known[0]), np.fmin(top, known[1])
        vague = ~mask & (half > 0)
        box[vague] = np.maximum(box[vague], (x - half)[vague])
        top[vague] = np.minimum(top[vague], (x + half)[vague])
        exact = ~mask & ~vague
        box[exact] = top[exact] = x[exact]
        free = np.flatnonzero(~exact)
        fixed = np.where(exact, x, 0.0)
        moved = relations.matrix @ fixed
        size = np.maximum(abs(relations.matrix) @ abs(fixed), 1)
        matrix = sparse.csr_array(relations.matrix[:, free])
        used = np.diff(matrix.indptr) > 0
        low, high = relations.low - moved, relations.high - moved
        off = ~used & ((low > SLACK * size) | (high < -SLACK * size))
        wrong = np.zeros(x.shape, bool)
        wrong[relations.matrix[np.flatnonzero(off)].indices] = True
        return cls(
            free,
            sparse.csr_array(matrix[np.flatnonzero(used)]),
            low[used],
            high[used],
            box,
            top,
            relations.integer[free],
            wrong,
        )

    def intervals(self, *, integer: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return ``low``, ``high`` and whether the numbers around a cell contradict each other."""
        low, high, wrong = self.lower.copy(), self.upper.copy(), self.wrong.copy()
        csc = self.matrix.tocsc()
        hard: list[tuple[np.ndarray, np.ndarray]] = []
        boxes = low[self.open], high[self.open]
        kinds = self.integer if integer else np.zeros(len(self.open), bool)
        if kinds.any():
            boxes = whole_ends(*boxes, kinds)
        for rows, columns in components(self.matrix):
            cells = self.open[columns]
            box = boxes[0][columns], boxes[1][columns]
            if (box[0] > box[1] + WHOLE).any():
                wrong[cells] = True
            elif not len(rows):
                low[cells], high[cells] = box
            else:
                matrix = sparse.csr_array(csc[:, columns].tocsr()[rows])
                limits = self.low[rows], self.high[rows]
                found = closed_form(matrix, *limits, *box, kinds[columns])
                if found is None:
                    hard.append((rows, columns))
                elif not len(found):
                    wrong[cells] = True
                else:
                    low[cells], high[cells] = (_clean(end) for end in found)
        self._by_programmes(hard, boxes, kinds, (low, high, wrong))
        return low, high, wrong

    def _by_programmes(
        self,
        blocks: list[tuple[np.ndarray, np.ndarray]],
        boxes: tuple[np.ndarray, np.ndarray],
        kinds: np.ndarray,
        result: tuple[np.ndarray, np.ndarray, np.ndarray],
    ) -> None:
        """Fill in the result for the components that have no closed form, all at once."""
        if not blocks:
            return
        rows, columns = (np.concatenate([block[i] for block in blocks]) for i in (0, 1))
        found = Programmes(
            sparse.csr_array(self.matrix.tocsc()[:, columns].tocsr()[rows]),
            self.low[rows],
            self.high[rows],
            boxes[0][columns],
            boxes[1][columns],
            kinds[columns],
            np.repeat(np.arange(len(blocks)), [len(block[1]) for block in blocks]),
        ).intervals()
        cells = self.open[columns]
        if found is not None:
            result[0][cells], result[1][cells] = (_clean(end) for end in found)
        elif len(blocks) == 1:
            result[2][cells] = True
        else:  # one of them contradicts itself
            for block in blocks:
                self._by_programmes([block], boxes, kinds, result)


def _clean(ends: np.ndarray) -> np.ndarray:
    """Return the ends with whole numbers free of rounding."""
    near = np.round(ends)
    with np.errstate(invalid="ignore"):
        return np.where(abs(ends - near) <= ZERO * np.maximum(1, abs(ends)), near, ends) + 0.0
