"""The attacker: what the published numbers tell about the hidden ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from skk_analysis.review.disclosure.linear import components, solve_many
from skk_analysis.review.disclosure.relations import SLACK, Relations

__all__ = ["Knowledge", "bounds"]

ZERO = 1e-9  # an entry of a null vector, or a reduced cost, under which it is rounding
WHOLE = 1e-6  # how near a whole number is one


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
        for rows, columns in components(self.matrix):
            cells = self.open[columns]
            box = (self.lower[cells], self.upper[cells])
            kinds = self.integer[columns] if integer else np.zeros(len(columns), bool)
            if kinds.any():
                box = _whole(*box, kinds)
            block = _Block(
                sparse.csr_array(csc[:, columns].tocsr()[rows]),
                self.low[rows],
                self.high[rows],
                *box,
                kinds,
            )
            found = block.intervals()
            if found is None:
                wrong[cells] = True
            else:
                low[cells], high[cells] = (_clean(end) for end in found)
        return low, high, wrong


@dataclass(frozen=True, eq=False)
class _Block:
    """One component of the attacker's problem."""

    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray

    def intervals(self) -> tuple[np.ndarray, np.ndarray] | None:
        if (self.lower > self.upper + WHOLE).any():
            return None
        if not len(self.low):
            return self.lower, self.upper
        if len(self.low) == 1:
            return self._one_relation()
        if (self.low == self.high).all() and not self.integer.any():
            line = self._one_direction()
            if line is not None:
                return None if line == () else line
        return self._programmes()

    @property
    def _slack(self) -> float:
        ends = np.concatenate([self.low, self.high, self.lower, self.upper])
        return SLACK * max(1.0, float(abs(ends[np.isfinite(ends)]).max(initial=0)))

    def _one_relation(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Exact: with one relation every other cell can stand at its end of the box."""
        a = np.zeros(len(self.lower))
        a[self.matrix.indices] = self.matrix.data
        least, most = (
            np.minimum(a * self.lower, a * self.upper),
            np.maximum(a * self.lower, a * self.upper),
        )
        if least.sum() > self.high[0] + self._slack or most.sum() < self.low[0] - self._slack:
            return None
        room = self.high[0] - _rest(least), self.low[0] - _rest(most)
        ends = np.sort(np.array([room[0] / a, room[1] / a]), axis=0)
        low, high = np.maximum(self.lower, ends[0]), np.minimum(self.upper, ends[1])
        if self.integer.any():
            if not (self.integer.all() and (abs(a) == 1).all()):
                return self._programmes()
            low, high = _whole(low, high, self.integer)
        return np.minimum(low, high), np.maximum(low, high)

    def _one_direction(self) -> tuple[np.ndarray, np.ndarray] | tuple[()] | None:
        """Exact: the solutions of equations of nullity 1 are a line, cut by the box."""
        rows, columns = self.matrix.shape
        if columns > rows + 1 or columns > 200:
            return None
        u, s, vt = np.linalg.svd(self.matrix.toarray())
        rank = int((s > ZERO * s[0]).sum())
        if columns - rank > 1:
            return None
        start = vt[:rank].T @ ((u[:, :rank].T @ self.low) / s[:rank])
        if abs(self.matrix @ start - self.low).max() > self._slack:
            return ()
        d = vt[-1] if rank < columns else np.zeros(columns)
        d = np.where(abs(d) > ZERO, d, 0.0)
        moving = d != 0
        if ((start < self.lower - self._slack) | (start > self.upper + self._slack))[~moving].any():
            return ()
        ends = np.array(
            [(self.lower - start)[moving] / d[moving], (self.upper - start)[moving] / d[moving]]
        )
        first, last = ends.min(axis=0).max(initial=-np.inf), ends.max(axis=0).min(initial=np.inf)
        if first > last + self._slack:
            return ()
        low, high = start.copy(), start.copy()
        reach = np.sort(np.array([first * d[moving], last * d[moving]]), axis=0)
        low[moving] += reach[0]
        high[moving] += reach[1]
        return low, high

    def _programmes(self) -> tuple[np.ndarray, np.ndarray] | None:
        upper, lower = self._filled()
        columns = len(lower)
        bounded = np.isfinite(lower).all() and np.isfinite(upper).all()
        rays = np.zeros((2, columns), bool) if bounded else self._rays(lower, upper)
        if not bounded:  # far outside whatever a bounded cell can reach
            far = 1e4 * max(1.0, self._slack / SLACK) * columns
            lower, upper = (
                np.where(np.isfinite(lower), lower, -far),
                np.where(np.isfinite(upper), upper, far),
            )
        cost = np.concatenate([np.eye(columns), -np.eye(columns)])
        found = solve_many(self.matrix, self.low, self.high, lower, upper, cost)
        if found is None:
            return None
        kinds = self.integer
        if kinds.any():
            broken = abs(found[:, kinds] - np.round(found[:, kinds])).max(axis=1) > WHOLE
            for problem in np.flatnonzero(broken):
                again = solve_many(
                    self.matrix, self.low, self.high, lower, upper, cost[[problem]], kinds
                )
                if again is None:
                    return None
                found[problem] = again[0]
        low, high = np.diag(found[:columns]).copy(), np.diag(found[columns:]).copy()
        low[kinds], high[kinds] = np.round(low[kinds]), np.round(high[kinds])
        low[rays[0]], high[rays[1]] = -np.inf, np.inf
        return low, high

    def _filled(self) -> tuple[np.ndarray, np.ndarray]:
        """Return upper and lower bounds, infinite ones made finite where a relation implies it."""
        lower, upper = self.lower.copy(), self.upper.copy()
        coo = self.matrix.tocoo()
        r, c, a = coo.row, coo.col, coo.data
        rows = len(self.low)
        for _ in range(len(lower)):
            open_ends = np.isinf(lower).sum() + np.isinf(upper).sum()
            if not open_ends:
                break
            least = np.where(a > 0, a * lower[c], a * upper[c])
            most = np.where(a > 0, a * upper[c], a * lower[c])
            down, up = np.isinf(least), np.isinf(most)
            n_down, n_up = np.bincount(r, down, rows), np.bincount(r, up, rows)
            s_down = np.bincount(r, np.where(down, 0, least), rows)
            s_up = np.bincount(r, np.where(up, 0, most), rows)
            alone_down, alone_up = n_down[r] - down == 0, n_up[r] - up == 0
            most_here = np.where(
                alone_down, self.high[r] - s_down[r] + np.where(down, 0, least), np.inf
            )
            least_here = np.where(alone_up, self.low[r] - s_up[r] + np.where(up, 0, most), -np.inf)
            with np.errstate(invalid="ignore"):
                top = np.where(a > 0, most_here / a, least_here / a)
                bottom = np.where(a > 0, least_here / a, most_here / a)
            implied_top, implied_bottom = np.full_like(upper, np.inf), np.full_like(lower, -np.inf)
            np.minimum.at(implied_top, c, top)
            np.maximum.at(implied_bottom, c, bottom)
            upper = np.where(np.isinf(upper), implied_top, upper)
            lower = np.where(np.isinf(lower), implied_bottom, lower)
            if np.isinf(lower).sum() + np.isinf(upper).sum() == open_ends:
                break
        slack = self._slack  # a bound that is only implied must not cut a vertex off
        return np.where(np.isinf(self.upper), upper + slack, upper), np.where(
            np.isinf(self.lower), lower - slack, lower
        )

    def _rays(self, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        """Return whether each cell can go to −∞ and to +∞: directions of the recession cone."""
        columns = len(lower)
        cost = np.concatenate([np.eye(columns), -np.eye(columns)])
        found = solve_many(
            self.matrix,
            np.where(np.isinf(self.low), -np.inf, 0.0),
            np.where(np.isinf(self.high), np.inf, 0.0),
            np.where(np.isinf(lower), -1.0, 0.0),
            np.where(np.isinf(upper), 1.0, 0.0),
            cost,
        )
        assert found is not None  # standing still is always possible
        return np.array([np.diag(found[:columns]) < -WHOLE, np.diag(found[columns:]) > WHOLE])


def _rest(ends: np.ndarray) -> np.ndarray:
    """Return for each cell the sum of all the others, infinite ends included."""
    endless = np.isinf(ends)
    finite = np.where(endless, 0.0, ends)
    rest = finite.sum() - finite
    others = endless.sum() - endless
    sign = np.sign(ends[endless][0]) if endless.any() else 0.0
    return np.where(others > 0, sign * np.inf, rest)


def _clean(ends: np.ndarray) -> np.ndarray:
    """Return the ends with whole numbers free of rounding."""
    near = np.round(ends)
    with np.errstate(invalid="ignore"):
        return np.where(abs(ends - near) <= ZERO * np.maximum(1, abs(ends)), near, ends) + 0.0


def _whole(low: np.ndarray, high: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.where(kinds, np.ceil(low - WHOLE), low),
        np.where(kinds, np.floor(high + WHOLE), high),
    )
