"""Many small linear programmes as one: what the attacker and the suppression share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

__all__ = ["CHUNK", "components", "solve_many", "whole_near"]

CHUNK = 20_000  # variables in one call: large enough to forget the call's cost, small to hold
SOLVED, LIMIT, INFEASIBLE = 0, 1, 2


def components(matrix: sparse.csr_array) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (rows, columns) of the blocks that no relation joins; lone columns come last, together.

    A lone column is one without an entry; they come as one block without rows.
    """
    rows = matrix.shape[0]
    graph = sparse.block_array([[None, matrix], [matrix.T, None]], format="csr")
    _, label = connected_components(graph, directed=False)
    row_label, column_label = label[:rows], label[rows:]
    alone = np.diff(matrix.tocsc().indptr) == 0
    row_order = np.argsort(row_label, kind="stable")
    column_order = np.flatnonzero(~alone)
    column_order = column_order[np.argsort(column_label[column_order], kind="stable")]
    names = np.unique(column_label[column_order])
    row_ends = np.searchsorted(row_label[row_order], [names, names + 1])
    column_ends = np.searchsorted(column_label[column_order], [names, names + 1])
    for number in range(len(names)):
        yield (
            np.sort(row_order[row_ends[0, number] : row_ends[1, number]]),
            np.sort(column_order[column_ends[0, number] : column_ends[1, number]]),
        )
    if alone.any():
        yield np.array([], dtype=int), np.flatnonzero(alone)


def solve_many(
    matrix: sparse.csr_array,
    low: np.ndarray,
    high: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    cost: np.ndarray,
    integer: np.ndarray | None = None,
) -> np.ndarray | None:
    """Return the minimisers of ``cost[k] @ x`` over one polytope, shape (problems, columns).

    All problems share the matrix and the rows' limits ``low <= A x <= high``; ``lower`` and
    ``upper`` have shape (problems, columns) or (columns,).  None where a problem is infeasible.
    Every problem must be bounded.
    """
    problems, columns = cost.shape
    lower = np.broadcast_to(lower, cost.shape)
    upper = np.broadcast_to(upper, cost.shape)
    size = max(1, CHUNK // max(columns, 1))
    found = np.empty(cost.shape)
    for start in range(0, problems, size):
        part = slice(start, min(start + size, problems))
        k = part.stop - part.start
        solution = _solve(
            sparse.kron(sparse.eye_array(k), matrix, format="csc") if len(low) else matrix,
            np.tile(low, k),
            np.tile(high, k),
            lower[part].ravel(),
            upper[part].ravel(),
            cost[part].ravel(),
            None if integer is None else np.tile(integer, k),
            (SOLVED, INFEASIBLE),
            mip_rel_gap=0.0,
        )
        if solution is None:
            return None
        found[part] = solution.reshape(k, columns)
    return found


def whole_near(
    matrix: sparse.csr_array,
    low: np.ndarray,
    high: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    cost: np.ndarray,
    integer: np.ndarray,
    *,
    gap: float,
    nodes: int,
) -> np.ndarray | None:
    """Return a solution of whole numbers, the best or one near it, shape (columns,).

    As `solve_many` for one problem, which ends at a relative gap or after so many nodes of the
    search: a count, so that it can be repeated.  None where no solution was found by then.
    """
    ends = (SOLVED, LIMIT, INFEASIBLE)
    return _solve(
        matrix, low, high, lower, upper, cost, integer, ends, mip_rel_gap=gap, node_limit=nodes
    )


def _solve(
    matrix: sparse.sparray,
    low: np.ndarray,
    high: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    cost: np.ndarray,
    integer: np.ndarray | None,
    ends: tuple[int, ...],
    **options: float,
) -> np.ndarray | None:
    """The solution of one programme, None without one; an error if it ends in another way."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    solved = milp(
        cost,
        constraints=[LinearConstraint(matrix, low, high)] if len(low) else [],
        bounds=Bounds(lower, upper),
        integrality=None if integer is None else integer.astype(int),
        options=options,
    )
    if solved.status not in ends:
        raise RuntimeError(f"HiGHS did not solve an attacker's problem: {solved.message}")
    return solved.x
