"""A sufficient suppression, not always the least, for components too large to solve exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from skk_analysis.review.disclosure.linear import solve_many, whole_near
from skk_analysis.review.disclosure.pattern import MOVED, WHOLE, Demands, Problem

__all__ = ["Protected", "protect", "trim"]

NODES = 20  # of a search for whole numbers that need not be the cheapest
EFFORT = 3_000  # demands
AT_A_TIME = 16  # demands after which it is seen what is met by now


class Protected(NamedTuple):
    """A pattern, the first demand that no pattern meets (None where all are met), and for each
    cell the demand that it was hidden for (−1 where none)."""

    hidden: np.ndarray
    failed: int | None
    cause: np.ndarray


def protect(problem: Problem, demands: Demands) -> Protected:
    """Return a sufficient pattern, where there is one.

    Notes
    -----
    Demand by demand, largest first, the cheapest δ that meets it hides the cells that it moves
    (Kelly, Golden & Assad 1992, *Networks* 22, 397–417, and Robertson 1995 for the linear
    programme): hiding a cell costs its cost over the deviation that it could carry, and nothing
    where it is hidden already.  Since hiding more never protects less, no demand is lost again,
    and one that is met already is passed over.
    """
    hidden, cause = problem.cost == 0, np.full(problem.cells, -1)
    order = np.argsort(-demands.amount, kind="stable")
    while len(order := order[~problem.witnesses(hidden, demands.of(order))[1]]):
        some = order[:AT_A_TIME]
        order = order[AT_A_TIME:]
        while len(some):
            k, some = some[0], some[1:]
            moved = _cheapest(problem, demands.of(np.array([k])), hidden)
            if moved is None:
                return Protected(hidden, int(k), cause)
            new = problem.moved(moved) & ~hidden
            hidden, cause[new] = hidden | new, k
            some = some[~problem.meets(moved, demands.of(some))]
            order = order[~problem.meets(moved, demands.of(order))]
    return Protected(hidden, None, cause)


def trim(problem: Problem, demands: Demands, protected: Protected) -> np.ndarray:
    """Return the pattern without the cells that turn out not to be needed, dearest first.

    Notes
    -----
    It ends when so many demands have been seen to again that more would take longer than it is
    worth (``EFFORT``); the pattern is sufficient whenever it ends.
    """
    hidden, _, cause = protected
    witness, met = problem.witnesses(hidden, demands)
    assert met.all()
    moves = problem.moved(witness)
    secondary, left = np.flatnonzero(hidden & (problem.cost > 0)), EFFORT
    for cell in secondary[np.lexsort((-secondary, -problem.cost[secondary]))]:
        used = moves[:, cell]
        if left < 0:
            break
        trial = hidden.copy()
        trial[cell] = False
        if used.any():
            asked = demands.of(cause[[cell]])  # the one that is most likely to need the cell
            if cause[cell] >= 0 and used[cause[cell]] and not problem.witnesses(trial, asked)[1][0]:
                continue
            left -= int(used.sum())
            again, met = problem.witnesses(trial, demands.of(np.flatnonzero(used)))
            if not met.all():
                continue
            moves[used] = problem.moved(again)
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
    if abs(found[0, kinds] - np.round(found[0, kinds])).max(initial=0) <= WHOLE:
        return _net(found[0])
    near = hidden | problem.moved(_net(found[0]))
    whole, met = problem.witnesses(near, demand)  # the cells are often enough for whole numbers
    if met[0]:
        return whole[0]
    some = whole_near(*args[:5], args[5][0], kinds, gap=0.1, nodes=NODES)
    if some is None:
        solved = solve_many(*args, kinds)
        some = None if solved is None else solved[0]
    return None if some is None else _net(some)


def _net(parts: np.ndarray) -> np.ndarray:
    """Return δ from what goes up and what goes down."""
    up, down = np.split(parts, 2)
    return up - down
