"""A sufficient suppression, not always the least, for components too large to solve exactly."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from skk_analysis.review.disclosure.linear import solve_many
from skk_analysis.review.disclosure.pattern import WHOLE, Demands, Problem

__all__ = ["protect", "trim"]

MOVED = 1e-7
AT_A_TIME = 8  # demands after which it is seen what is met by now


def protect(problem: Problem, demands: Demands) -> tuple[np.ndarray, int | None]:
    """Return a pattern, and the first demand that no pattern meets (None where all are met).

    Notes
    -----
    Demand by demand, largest first, the cheapest δ that meets it hides the cells that it moves;
    a demand that is met already is passed over
    (Kelly, Golden & Assad 1992, *Networks* 22, 397–417, and Robertson 1995 for the linear
    programme): hiding a cell costs its cost over the deviation that it could carry, and nothing
    where it is hidden already.  Since hiding more never protects less, no demand is lost again.
    """
    hidden = problem.cost == 0
    order = np.argsort(-demands.amount, kind="stable")
    while len(order := order[~problem.witnesses(hidden, demands.of(order))[1]]):
        for k in order[:AT_A_TIME]:
            moved = _cheapest(problem, demands.of(np.array([k])), hidden)
            if moved is None:
                return hidden, int(k)
            hidden = (
                hidden | (moved > problem.shown_high + MOVED) | (moved < problem.shown_low - MOVED)
            )
        order = order[AT_A_TIME:]
    return hidden, None


def trim(problem: Problem, demands: Demands, hidden: np.ndarray) -> np.ndarray:
    """Return the pattern without the cells that turn out not to be needed, dearest first."""
    witness, met = problem.witnesses(hidden, demands)
    assert met.all()
    secondary = np.flatnonzero(hidden & (problem.cost > 0))
    for cell in secondary[np.lexsort((-secondary, -problem.cost[secondary]))]:
        used = (witness[:, cell] > problem.shown_high[cell] + MOVED) | (
            witness[:, cell] < problem.shown_low[cell] - MOVED
        )
        trial = hidden.copy()
        trial[cell] = False
        if used.any():
            again, met = problem.witnesses(trial, demands.of(np.flatnonzero(used)))
            if not met.all():
                continue
            witness[used] = again
        hidden = trial
    return hidden


def _cheapest(problem: Problem, demand: Demands, hidden: np.ndarray) -> np.ndarray | None:
    """Return the δ that meets one demand at least cost of what it newly hides."""
    cell, sign, amount = int(demand.cell[0]), int(demand.sign[0]), float(demand.amount[0])
    free = np.isfinite(problem.cost) | hidden
    low = np.where(free, problem.hidden_low, problem.shown_low)
    high = np.where(free, problem.hidden_high, problem.shown_high)
    price = np.where(free & ~hidden, problem.cost, 0.0)
    up, down = (price / np.clip(room, MOVED, amount) for room in (high, -low))
    lower = np.zeros(2 * problem.cells)
    upper = np.concatenate([high, -low])
    there, back = (cell, cell + problem.cells)[::sign]
    if upper[there] < amount * (1 - WHOLE):
        return None
    lower[there] = min(amount, upper[there])
    upper[back] = 0
    args = (
        sparse.csr_array(sparse.hstack([problem.matrix, -problem.matrix], format="csr")),
        problem.low,
        problem.high,
        lower,
        upper,
        np.concatenate([up, down])[None],
    )
    found = solve_many(*args)
    if found is None:
        return None
    kinds = np.tile(problem.integer, 2)
    if abs(found[0, kinds] - np.round(found[0, kinds])).max(initial=0) > WHOLE:
        found = solve_many(*args, kinds)
        if found is None:
            return None
    return found[0, : problem.cells] - found[0, problem.cells :]
