"""An attacker written apart from the library's: dense, one programme a cell, and by enumeration."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import linprog


def margins(shape: tuple[int, ...]) -> np.ndarray:
    """Return equations of a table with totals last, shape (equations, cells)."""
    full = tuple(k + 1 for k in shape)
    equations = []
    for axis, k in enumerate(shape):
        for rest in itertools.product(*(range(f) for i, f in enumerate(full) if i != axis)):
            row = np.zeros(full)
            for j in range(k + 1):
                row[(*rest[:axis], j, *rest[axis:])] = -1 if j == k else 1
            equations.append(row.ravel())
    return np.array(equations)


def filled(inner: np.ndarray) -> np.ndarray:
    """Return a table with its totals, flattened."""
    for axis in range(inner.ndim):
        inner = np.concatenate([inner, inner.sum(axis=axis, keepdims=True)], axis=axis)
    return inner.ravel().astype(float)


def interval(equations: np.ndarray, x: np.ndarray, hidden: np.ndarray, cell: int) -> tuple:
    """Return the least and the largest value of a hidden, non-negative cell."""
    box = [(0, None) if h else (v, v) for h, v in zip(hidden, x, strict=True)]
    ends = []
    for sign in (1, -1):
        cost = np.zeros(len(x))
        cost[cell] = sign
        solved = linprog(cost, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=box)
        assert solved.status in (0, 3), solved.message
        ends.append(np.inf * -sign if solved.status == 3 else sign * solved.fun)
    return tuple(ends)


def values_possible(equations: np.ndarray, x: np.ndarray, hidden: np.ndarray):
    """Return every value that each hidden cell takes in some table of whole numbers.

    Depth first over the hidden cells, each up to the value that the sums over it allow; an
    equation is checked as soon as its last hidden cell is set.  None where a cell has no upper
    limit or the tables are too many to list.
    """
    cells = np.flatnonzero(hidden)
    a, b = equations[:, cells], -equations @ np.where(hidden, 0, x)
    keep = (a != 0).any(axis=1)
    a, b = a[keep], b[keep]
    sums = (a >= 0).all(axis=1)
    tops = [b[sums & (a[:, k] > 0)].min(initial=np.inf) for k in range(len(cells))]
    last = np.array([np.flatnonzero(row)[-1] for row in a])
    free = [k for k in range(len(cells)) if not (last == k).any()]
    if not np.isfinite(tops).all() or np.prod([tops[k] + 1 for k in free]) > LISTED:
        return None
    found: list[set[int]] = [set() for _ in cells]

    def go(k: int, rest: np.ndarray, chosen: list[int]) -> None:
        if k == len(cells):
            for values, value in zip(found, chosen, strict=True):
                values.add(value)
            return
        done = np.flatnonzero(last == k)
        if done.size:  # an equation fixes the cell
            value = round(rest[done[0]] / a[done[0], k])
            options = [value] if 0 <= value <= tops[k] else []
        else:
            options = range(int(tops[k]) + 1)
        for value in options:
            after = rest - a[:, k] * value
            if (abs(after[done]) < 1e-9).all():
                go(k + 1, after, [*chosen, value])

    go(0, b, [])
    return found


LISTED = 20_000


def cheapest(equations, cost, primary, sufficient) -> float:
    """Return the least cost of any pattern, by trying all of them, cheapest first."""
    free = np.flatnonzero(~primary)
    subsets = itertools.chain.from_iterable(
        itertools.combinations(free.tolist(), k) for k in range(len(free) + 1)
    )
    ordered = sorted(subsets, key=lambda s: cost[list(s)].sum())
    for subset in ordered:
        hidden = primary.copy()
        hidden[list(subset)] = True
        exposed = (equations[:, hidden] != 0).sum(axis=1) == 1
        if exposed.any():  # a lone hidden cell in a sum: no need to solve anything
            lone = np.flatnonzero(hidden)[(equations[exposed][:, hidden] != 0).argmax(axis=1)]
            if primary[lone].any():
                continue
        if sufficient(hidden):
            return float(cost[list(subset)].sum())
    return np.inf
