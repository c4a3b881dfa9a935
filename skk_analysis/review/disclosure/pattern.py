"""A suppression problem in deviations from the true values, and what a pattern lets through.

Written for one component: cells that relations join.  ``δ`` is an alternative table less the true
one; a pattern is sufficient when for every demand (a primary cell and an end of its required
interval) some δ that agrees with everything shown takes the cell that far.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from skk_analysis.review.disclosure.linear import CHUNK, solve_many, whole_near

__all__ = ["Demands", "Problem"]

ZERO = 1e-9  # a reduced cost under which it is rounding
ENOUGH = 1e-6  # of a demand: met to this
WHOLE = 1e-6
MOVED = 1e-7  # a cell that moves by more than this must be hidden
TOGETHER = 4  # so many demands are worth a common programme
NODES = 1  # of a search for a common δ of whole numbers
LEAST = 0.05  # of them one has to meet, or the rest is solved one by one


@dataclass(frozen=True, eq=False)
class Demands:
    """What has to be possible: cell ``cell[k]`` moves by ``sign[k] * amount[k]`` or more.

    Attributes
    ----------
    cell : ndarray of int, shape (demands,)
    sign : ndarray of {-1, 1}
    amount : ndarray, positive
    """

    cell: np.ndarray
    sign: np.ndarray
    amount: np.ndarray

    def __len__(self) -> int:
        return len(self.cell)

    def of(self, which: np.ndarray) -> Demands:
        """Return some of the demands."""
        return Demands(self.cell[which], self.sign[which], self.amount[which])


@dataclass(frozen=True, eq=False)
class Problem:
    """One component of a suppression problem.

    Attributes
    ----------
    matrix : sparse array, shape (relations, cells)
    low, high : ndarray, shape (relations,)
        Limits of ``matrix @ δ``; low ≤ 0 ≤ high.
    shown_low, shown_high, hidden_low, hidden_high : ndarray, shape (cells,)
        Limits of δ for a cell that is shown (0, or what its rounding leaves open) and hidden.
    cost : ndarray, shape (cells,)
        Positive; infinite for a cell that cannot be hidden, 0 for primary cells.
    integer : ndarray of bool, shape (cells,)
    """

    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    shown_low: np.ndarray
    shown_high: np.ndarray
    hidden_low: np.ndarray
    hidden_high: np.ndarray
    cost: np.ndarray
    integer: np.ndarray

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.cost)

    def limits(self, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the limits of δ under a pattern."""
        return (
            np.where(hidden, self.hidden_low, self.shown_low),
            np.where(hidden, self.hidden_high, self.shown_high),
        )

    def moved(self, deviations: np.ndarray) -> np.ndarray:
        """Return which cells have to be hidden for these δ, shape as they have."""
        above = deviations > self.shown_high + MOVED
        return np.asarray(above | (deviations < self.shown_low - MOVED))

    def meets(self, deviation: np.ndarray, demands: Demands) -> np.ndarray:
        """Return which demands a δ meets, shape (demands,)."""
        reach = demands.sign * deviation[demands.cell]
        return np.asarray(reach >= demands.amount * (1 - ENOUGH))

    def witnesses(self, hidden: np.ndarray, demands: Demands) -> tuple[np.ndarray, np.ndarray]:
        """Return a δ for each demand, shape (demands, cells), and whether it meets the demand.

        One δ often meets many demands; what `_together` leaves open is solved one by one.
        """
        found, met = self._together(hidden, demands)
        left = np.flatnonzero(~met)
        if left.size:
            found[left], met[left] = self._one_by_one(hidden, demands.of(left))
        return found, met

    def _together(self, hidden: np.ndarray, demands: Demands) -> tuple[np.ndarray, np.ndarray]:
        """Return what programmes that take many cells as far as is asked happen to meet.

        All open demands of one sign share an objective, which counts a demand up to what it asks.
        Only a δ of whole numbers counts where cells are whole.
        """
        found, met = np.zeros((len(demands), self.cells)), np.zeros(len(demands), bool)
        if len(demands) < TOGETHER:
            return found, met
        low, high = self.limits(hidden)
        for sign in (-1, 1):
            left = np.flatnonzero((demands.sign == sign) & ~met)
            while len(left) >= TOGETHER:
                cell, lower, upper = demands.cell[left], low.copy(), high.copy()
                if sign > 0:
                    upper[cell] = np.minimum(upper[cell], demands.amount[left])
                else:
                    lower[cell] = np.maximum(lower[cell], -demands.amount[left])
                cost = np.zeros((1, self.cells))
                cost[0, cell] = -sign / demands.amount[left]
                args = (self.matrix, self.low, self.high, lower, upper)
                solved = solve_many(*args, cost)
                assert solved is not None  # δ = 0 is always possible
                move, kinds = solved[0], self.integer
                if abs(move[kinds] - np.round(move[kinds])).max(initial=0) > WHOLE:
                    some = whole_near(*args, cost[0], kinds, gap=0.05, nodes=NODES)
                    if some is None:
                        break
                    move = some
                now = self.meets(move, demands) & ~met
                found[now], met[now] = move, True
                before, left = len(left), left[~met[left]]
                if before - len(left) < LEAST * before:
                    break
        return found, met

    def _one_by_one(self, hidden: np.ndarray, demands: Demands) -> tuple[np.ndarray, np.ndarray]:
        """Return a δ for each demand and whether it meets it, each by its own programme.

        Whole numbers are asked for only where the linear programme's vertex has none.
        """
        lower, upper, cost = self._capped(hidden, demands)
        args = (self.matrix, self.low, self.high)
        found = solve_many(*args, lower, upper, cost)
        assert found is not None  # δ = 0 is always possible
        row = np.arange(len(demands))
        enough = demands.amount * (1 - ENOUGH)
        met = demands.sign * found[row, demands.cell] >= enough
        kinds = self.integer
        if kinds.any():
            broken = abs(found[:, kinds] - np.round(found[:, kinds])).max(axis=1) > WHOLE
            for k in np.flatnonzero(met & broken):
                again = self._whole_witness(hidden, demands.of(np.array([k])))
                met[k] = again is not None
                found[k] = found[k] if again is None else again
        return found, met

    def _whole_witness(self, hidden: np.ndarray, demand: Demands) -> np.ndarray | None:
        """Return a δ of whole numbers that meets the demand, or goes beyond as little as it can."""
        lower, upper = self.limits(hidden)
        cell, sign, amount = demand.cell[0], demand.sign[0], demand.amount[0]
        (lower if sign > 0 else upper)[cell] = sign * amount
        cost = np.zeros((1, self.cells))
        cost[0, cell] = sign
        args = (self.matrix, self.low, self.high, lower, upper, cost, self.integer)
        found = solve_many(*args)
        return None if found is None else found[0]

    def cuts(self, hidden: np.ndarray, demands: Demands) -> tuple[sparse.csr_array, np.ndarray]:
        """Return inequalities ``cuts @ hidden >= 1`` that every sufficient pattern satisfies.

        Parameters
        ----------
        hidden : ndarray, shape (cells,)
            The pattern to cut off, or a fractional one.
        demands : Demands

        Returns
        -------
        cuts : sparse array, shape (violated demands, cells)
        violated : ndarray of bool, shape (demands,)

        Notes
        -----
        Fischetti & Salazar (2001), §4: by duality the largest deviation under pattern y is at most
        :math:`\\sum_i (r_i^+ u_i + r_i^- l_i) y_i` plus what shown numbers leave open, for the
        reduced costs r of any dual solution; it must reach the amount demanded, and no coefficient
        need exceed that.
        """
        rows, violated = [], np.zeros(len(demands), bool)
        size = max(1, CHUNK // self.cells)
        for start in range(0, len(demands), size):
            part = np.arange(start, min(start + size, len(demands)))
            some = demands.of(part)
            reach, dual = self._duals(hidden, some)
            short = reach < some.amount * (1 - ENOUGH)
            violated[part] = short
            for k in np.flatnonzero(short):
                rows.append(self._cut(dual[k], some.cell[k], some.sign[k], some.amount[k]))
        if not rows:
            return sparse.csr_array((0, self.cells)), violated
        return sparse.csr_array(np.array(rows)), violated

    def _capped(
        self, hidden: np.ndarray, demands: Demands
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return limits and costs of the demands' programmes; none goes further than is asked."""
        shown = 1 - hidden
        with np.errstate(invalid="ignore"):  # 0 · ∞ is a shown cell without an upper bound
            low = np.where(
                hidden > 0, self.hidden_low * hidden + self.shown_low * shown, self.shown_low
            )
            high = np.where(
                hidden > 0, self.hidden_high * hidden + self.shown_high * shown, self.shown_high
            )
        k = len(demands)
        lower, upper = np.tile(low, (k, 1)), np.tile(high, (k, 1))
        row, cost = np.arange(k), np.zeros((k, self.cells))
        up = demands.sign > 0
        upper[row[up], demands.cell[up]] = np.minimum(high[demands.cell], demands.amount)[up]
        lower[row[~up], demands.cell[~up]] = np.maximum(low[demands.cell], -demands.amount)[~up]
        cost[row, demands.cell] = -demands.sign
        return lower, upper, cost

    def _duals(self, hidden: np.ndarray, demands: Demands) -> tuple[np.ndarray, np.ndarray]:
        """Return how far each demanded cell can go, and the multipliers of the relations."""
        from scipy.optimize import linprog

        lower, upper, cost = self._capped(hidden, demands)
        k = len(demands)
        stacked = sparse.kron(sparse.eye_array(k), self.matrix, format="csr")
        low, high = np.tile(self.low, k), np.tile(self.high, k)
        same = low == high
        below, above = ~same & np.isfinite(high), ~same & np.isfinite(low)
        loose = sparse.vstack([stacked[below], -stacked[above]], format="csr")
        solved = linprog(
            cost.ravel(),
            A_ub=loose if loose.shape[0] else None,
            b_ub=np.concatenate([high[below], -low[above]]) if loose.shape[0] else None,
            A_eq=stacked[same] if same.any() else None,
            b_eq=low[same] if same.any() else None,
            bounds=np.stack([lower.ravel(), upper.ravel()], axis=1),
            method="highs-ds",
        )
        if solved.status != 0:
            raise RuntimeError(f"HiGHS did not solve an attacker's problem: {solved.message}")
        dual = np.zeros(len(low))
        if same.any():
            dual[same] = -solved.eqlin.marginals
        if loose.shape[0]:
            pieces = np.maximum(-solved.ineqlin.marginals, 0)
            dual[below] = pieces[: below.sum()]
            dual[above] -= pieces[below.sum() :]
        reach = demands.sign * solved.x.reshape(k, -1)[np.arange(k), demands.cell]
        return reach, dual.reshape(k, -1)

    def _cut(self, dual: np.ndarray, cell: int, sign: int, amount: float) -> np.ndarray:
        reduced = -(self.matrix.T @ dual)
        reduced[cell] += sign
        reduced[abs(reduced) < ZERO] = 0
        up, down = np.maximum(reduced, 0), np.maximum(-reduced, 0)
        shown = _times(up, self.shown_high) + _times(down, -self.shown_low)
        gain = _times(up, self.hidden_high) + _times(down, -self.hidden_low) - shown
        given = shown.sum() + _times(np.maximum(dual, 0), self.high).sum()
        given += _times(np.maximum(-dual, 0), -self.low).sum()
        given += gain[self.cost == 0].sum()
        gain[self.cost == 0] = 0
        need = amount - given
        if need <= ENOUGH * amount:  # only digits are missing: hide anything more
            return np.where(self.cost > 0, 1.0, 0.0)
        return np.minimum(gain / need, 1.0)


def _times(weight: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Return the product, 0 where the weight is 0 and the limit infinite."""
    return np.where(weight > 0, weight * np.where(weight > 0, limit, 0.0), 0.0)
