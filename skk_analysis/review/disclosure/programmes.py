"""The attacker's intervals by linear programming, for many components at once.

A component has two programmes a cell, but few need to be solved: each solution takes many cells to
an end that the relations allow them at most, which settles those too.  Every component solves its
next open programmes in the same call.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from skk_analysis.review.disclosure.closed import WHOLE, slack_of
from skk_analysis.review.disclosure.linear import solve_many

__all__ = ["Programmes"]

COPIES = 2_000  # columns to solve in one call where there are programmes enough
TIGHTENED = 12  # rounds of interval arithmetic


@dataclass(frozen=True, eq=False)
class Programmes:
    """``low <= matrix @ x <= high`` in a box; ``block`` numbers the components, in order."""

    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    block: np.ndarray

    def intervals(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the least and the largest value of every column; None if the rows have none."""
        reach = self._tightened()
        endless = np.isinf(reach)
        rays = self._rays(endless) if endless.any() else endless
        slack = slack_of(self.low, self.high, reach)
        # far outside whatever a bounded cell can reach; no implied bound may cut a vertex off
        far = 1e4 * max(1.0, slack / WHOLE) * np.bincount(self.block)[self.block]
        ends = np.array([-far, far])
        box = np.where(endless, ends, reach + np.array([[-slack], [slack]]))
        box = np.array([np.maximum(box[0], self.lower), np.minimum(box[1], self.upper)])
        found = np.where(rays, reach, np.nan)
        left = ~rays
        near = WHOLE * np.maximum(1, abs(np.where(endless, 0, reach)))
        part = self._of(np.arange(len(self.block)))
        while left.any():
            busy = np.isin(self.block, self.block[left.any(axis=0)])
            if busy.sum() < 0.7 * len(part.columns):
                part = self._of(np.flatnonzero(busy))
            end, column, problem = self._next(left, len(part.columns))
            cost = np.zeros((problem.max() + 1, len(self.block)))
            cost[problem, column] = np.where(end == 0, 1.0, -1.0)
            points = part.points(cost, box)
            if points is None:
                return None
            found[end, column] = points[problem, column]
            left[end, column] = False
            for side in (0, 1):
                settled = left[side] & (np.fmin.reduce(abs(points - reach[side])) <= near[side])
                found[side, settled] = reach[side, settled]
                left[side, settled] = False
        return found[0], found[1]

    def _next(self, left: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (end, column, problem) of the ends to solve now: the same number a component."""
        column, end = np.nonzero(left.T)  # columns in order, so components in order
        block = self.block[column]
        first = np.flatnonzero(np.r_[True, block[1:] != block[:-1]])
        rank = np.arange(len(block)) - np.repeat(first, np.diff(np.r_[first, len(block)]))
        now = rank < max(1, COPIES // columns)
        return end[now], column[now], rank[now]

    def _of(self, columns: np.ndarray) -> _Part:
        inside = self.matrix[:, columns]
        rows = np.flatnonzero(np.diff(inside.indptr))
        return _Part(
            columns,
            sparse.csr_array(inside[rows]),
            self.low[rows],
            self.high[rows],
            self.integer[columns],
            self.block[columns],
        )

    def _tightened(self) -> np.ndarray:
        """Return ends, shape (2, columns), that no solution passes: interval arithmetic by rows."""
        lower, upper = self.lower.astype(float), self.upper.astype(float)
        coo = self.matrix.tocoo()
        r, c, a = coo.row, coo.col, coo.data
        up = a > 0
        for _ in range(TIGHTENED):
            least, most = (
                np.where(up, a * e, a * o) for e, o in ((lower[c], upper[c]), (upper[c], lower[c]))
            )
            top = self.high[r] - _others(least, r, len(self.low), -1)
            bottom = self.low[r] - _others(most, r, len(self.low), 1)
            new_upper, new_lower = upper.copy(), lower.copy()
            np.minimum.at(new_upper, c, np.where(up, top, bottom) / a)
            np.maximum.at(new_lower, c, np.where(up, bottom, top) / a)
            same = np.array_equal(new_upper, upper) and np.array_equal(new_lower, lower)
            lower, upper = new_lower, new_upper
            if same:
                break
        return np.array([lower, upper])

    def _rays(self, endless: np.ndarray) -> np.ndarray:
        """Return which infinite ends are reached: directions of the recession cone."""
        rays = np.zeros(endless.shape, bool)
        for block in np.unique(self.block[endless.any(axis=0)]):
            part = self._of(np.flatnonzero(self.block == block))
            own = endless[:, part.columns]
            columns = len(part.columns)
            found = solve_many(
                part.matrix,
                np.where(np.isinf(part.low), -np.inf, 0.0),
                np.where(np.isinf(part.high), np.inf, 0.0),
                np.where(own[0], -1.0, 0.0),
                np.where(own[1], 1.0, 0.0),
                np.concatenate([np.eye(columns), -np.eye(columns)]),
            )
            assert found is not None  # standing still is always possible
            rays[0, part.columns] = np.diag(found[:columns]) < -WHOLE
            rays[1, part.columns] = np.diag(found[columns:]) > WHOLE
        return rays


@dataclass(frozen=True, eq=False)
class _Part:
    """The components that still have programmes to solve."""

    columns: np.ndarray
    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    integer: np.ndarray
    block: np.ndarray

    def points(self, cost: np.ndarray, box: np.ndarray) -> np.ndarray | None:
        """Return the minimisers, shape (problems, all columns), NaN outside the part."""
        own = cost[:, self.columns]
        lower, upper = box[:, self.columns]
        found = solve_many(self.matrix, self.low, self.high, lower, upper, own)
        if found is None:
            return None
        off = self.integer & (abs(found - np.round(found)) > WHOLE)
        for problem, block in {(int(p), int(self.block[c])) for p, c in np.argwhere(off)}:
            inside = np.flatnonzero(self.block == block)
            matrix = self.matrix[:, inside]
            rows = np.flatnonzero(np.diff(matrix.indptr))
            whole = solve_many(
                sparse.csr_array(matrix[rows]),
                self.low[rows],
                self.high[rows],
                lower[inside],
                upper[inside],
                own[[problem]][:, inside],
                self.integer[inside],
            )
            if whole is None:
                return None
            found[problem, inside] = whole[0]
        points = np.full(cost.shape, np.nan)
        points[:, self.columns] = np.where(self.integer, np.round(found), found)
        return points


def _others(ends: np.ndarray, row: np.ndarray, rows: int, way: int) -> np.ndarray:
    """Return for each entry its row's other ends summed; infinite ones all go the same ``way``."""
    endless = np.isinf(ends)
    finite = np.where(endless, 0.0, ends)
    rest = np.bincount(row, finite, rows)[row] - finite
    others = np.bincount(row, endless, rows)[row] - endless
    return np.where(others > 0, way * np.inf, rest)
