"""The least suppression, exactly: a master problem in the pattern, cut until it is sufficient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skk_analysis.review.disclosure.pattern import Demands, Problem

__all__ = ["Least", "least", "lower_bound"]

NODES = 5_000  # of one master problem; a count, not seconds, so that a run can be repeated
ROUNDS = 200
STALLED = 1e-4  # relative gain of a round of the relaxation under which the next is not worth it
INFEASIBLE = 2


class Least(NamedTuple):
    """A pattern, None where none was found, and a bound that no sufficient pattern goes under.

    ``possible`` is False where it is proven that no pattern is sufficient.
    """

    hidden: np.ndarray | None
    bound: float
    possible: bool = True


def least(problem: Problem, demands: Demands, *, rounds: int = ROUNDS) -> Least:
    """Return the cheapest sufficient pattern.

    Notes
    -----
    Benders decomposition of Fischetti & Salazar (2001, §§3–4): the master problem chooses a
    pattern, the attacker's dual cuts off one that is not sufficient.  Where the linear programme
    finds a pattern sufficient but whole numbers do not, one more cell must be hidden.
    """
    master = _Master(problem)
    master.relax(demands, rounds=20)
    bound = 0.0
    for _ in range(rounds):
        hidden, bound, possible = master.solve(whole=True)
        if hidden is None:
            return Least(None, bound, possible)
        cuts, violated = problem.cuts(hidden.astype(float), demands)
        if not violated.any():
            _, met = problem.witnesses(hidden, demands)
            if met.all():
                return Least(hidden, bound)
            more = (~hidden & np.isfinite(problem.cost)).astype(float)
            cuts = sparse.csr_array(more[None])
        master.add(cuts)
    return Least(None, bound)


def lower_bound(problem: Problem, demands: Demands, *, rounds: int) -> float:
    """Return a cost that no sufficient pattern goes under: the relaxed master problem's."""
    return _Master(problem).relax(demands, rounds=rounds)


class _Master:
    """The covering problem in the pattern, as far as its cuts are known."""

    def __init__(self, problem: Problem) -> None:
        free = np.isfinite(problem.cost)
        self.cost = np.where(free, problem.cost, 0.0)
        self.always = problem.cost == 0
        self.most = free.astype(float)
        self.problem = problem
        self.cuts, self.least = _bridgeless(problem)

    def add(self, cuts: sparse.csr_array) -> None:
        self.cuts = sparse.csr_array(sparse.vstack([self.cuts, cuts], format="csr"))
        self.least = np.concatenate([self.least, np.ones(cuts.shape[0])])

    def solve(self, *, whole: bool) -> tuple[np.ndarray | None, float, bool]:
        """Return a pattern, a bound on the cost, and whether there is any pattern."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        constraints = []
        if len(self.least):
            constraints = [LinearConstraint(self.cuts, self.least, np.inf)]
        solved = milp(
            self.cost,
            constraints=constraints,
            bounds=Bounds(self.always.astype(float), self.most),
            integrality=np.full(len(self.cost), int(whole)),
            options={"mip_rel_gap": 0.0, "node_limit": NODES} if whole else None,
        )
        if solved.status == INFEASIBLE:
            return None, np.inf, False
        bound = solved.mip_dual_bound if whole else solved.fun
        if solved.status != 0:
            return None, 0.0 if bound is None else float(bound), True
        return (solved.x > 0.5 if whole else solved.x), float(bound), True

    def relax(self, demands: Demands, *, rounds: int) -> float:
        """Add the cuts of fractional patterns while they raise the bound; return it."""
        best = 0.0
        for number in range(rounds):
            pattern, bound, possible = self.solve(whole=False)
            if pattern is None:
                return np.inf if not possible else best
            if number and bound - best <= STALLED * bound:
                return max(best, bound)
            best = max(best, bound)
            if number + 1 == rounds:
                break
            cuts, violated = self.problem.cuts(np.clip(pattern, 0, 1), demands)
            if not violated.any():
                break
            self.add(cuts)
        return best


def _bridgeless(problem: Problem) -> tuple[sparse.csr_array, np.ndarray]:
    """Return what every least pattern satisfies: a relation never has just one hidden cell.

    A lone hidden cell of an exact relation can be worked out: it protects nothing, and a primary
    one is not protected (Fischetti & Salazar 2001, §4.3, "bridge-less" inequalities).
    """
    vague = (problem.shown_low < 0) | (problem.shown_high > 0)
    exact = (problem.low == problem.high) & ~((abs(problem.matrix) @ vague.astype(float)) > 0)
    pattern = problem.matrix[np.flatnonzero(exact)]
    sizes = np.diff(pattern.indptr)
    free = np.isfinite(problem.cost)
    rows, columns, data, least = [], [], [], []
    number = 0
    for row in np.flatnonzero(sizes):
        members = pattern.indices[pattern.indptr[row] : pattern.indptr[row + 1]]
        members = members[free[members]]
        for cell in members:
            others = members[members != cell]
            always = problem.cost[cell] == 0
            if always and (problem.cost[others] == 0).any():
                continue
            rows += [number] * (len(others) + (not always))
            columns += others.tolist() + ([] if always else [int(cell)])
            data += [1.0] * len(others) + ([] if always else [-1.0])
            least.append(1.0 if always else 0.0)
            number += 1
    return (
        sparse.csr_array((data, (rows, columns)), shape=(number, problem.cells)),
        np.array(least),
    )
