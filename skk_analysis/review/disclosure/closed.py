"""The attacker's intervals in closed form, where a component is small or rigid enough."""

from __future__ import annotations

import numpy as np
from scipy import sparse

__all__ = ["WHOLE", "ZERO", "closed_form", "slack_of", "whole_ends"]

ZERO = 1e-9  # an entry of a null vector under which it is rounding
WHOLE = 1e-6  # how near a whole number is one
SLACK = 1e-6
DENSE = 200  # columns of a component whose rank is looked at

Intervals = tuple[np.ndarray, np.ndarray] | tuple[()]


def closed_form(
    matrix: sparse.csr_array,
    low: np.ndarray,
    high: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    integer: np.ndarray,
) -> Intervals | None:
    """Return the intervals of one component, () if it contradicts itself, None if not closed.

    Parameters
    ----------
    matrix, low, high
        ``low <= matrix @ x <= high``.
    lower, upper : ndarray
        The box.
    integer : ndarray of bool
    """
    if len(low) == 1:
        return _one_relation(matrix, low[0], high[0], lower, upper, integer)
    if (low == high).all() and not integer.any():
        return _one_direction(matrix, low, lower, upper)
    if (low == high).all():
        return _one_direction_whole(matrix, low, lower, upper, integer)
    return None


def slack_of(*ends: np.ndarray) -> float:
    """Return what counts as rounding among numbers of these sizes."""
    sizes = [float(abs(e[np.isfinite(e)]).max(initial=0)) for e in ends]
    return SLACK * max(1.0, *sizes)


def whole_ends(
    low: np.ndarray, high: np.ndarray, integer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends moved inwards to whole numbers where ``integer``."""
    return (
        np.where(integer, np.ceil(low - WHOLE), low),
        np.where(integer, np.floor(high + WHOLE), high),
    )


def _one_relation(
    matrix: sparse.csr_array,
    floor: float,
    ceiling: float,
    lower: np.ndarray,
    upper: np.ndarray,
    integer: np.ndarray,
) -> Intervals | None:
    """Exact: with one relation every other cell can stand at its end of the box.

    With whole numbers it is exact where all coefficients are 1 or −1 and all cells are whole.
    """
    a = np.zeros(len(lower))
    a[matrix.indices] = matrix.data
    if integer.any() and not (integer.all() and (abs(a) == 1).all()):
        return None
    slack = slack_of(np.array([floor, ceiling]), lower, upper)
    least = np.minimum(a * lower, a * upper)
    most = np.maximum(a * lower, a * upper)
    if least.sum() > ceiling + slack or most.sum() < floor - slack:
        return ()
    room = ceiling - _rest(least), floor - _rest(most)
    ends = np.sort(np.array([room[0] / a, room[1] / a]), axis=0)
    low, high = np.maximum(lower, ends[0]), np.minimum(upper, ends[1])
    if integer.any():
        low, high = whole_ends(low, high, integer)
        return () if (low > high).any() else (low, high)
    return np.minimum(low, high), np.maximum(low, high)


def _rest(ends: np.ndarray) -> np.ndarray:
    """Return for each cell the sum of all the others, infinite ends included."""
    endless = np.isinf(ends)
    finite = np.where(endless, 0.0, ends)
    rest = finite.sum() - finite
    sign = np.sign(ends[endless][0]) if endless.any() else 0.0
    return np.where(endless.sum() - endless > 0, sign * np.inf, rest)


def _line(matrix: sparse.csr_array, right: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return a point and a direction of the solutions of ``matrix @ x = right``.

    None where they are more than a line; the direction is 0 where there is one point only.
    """
    rows, columns = matrix.shape
    if columns > rows + 1 or columns > DENSE:
        return None
    u, s, vt = np.linalg.svd(matrix.toarray())
    rank = int((s > ZERO * s[0]).sum())
    if columns - rank > 1:
        return None
    start = vt[:rank].T @ ((u[:, :rank].T @ right) / s[:rank])
    d = vt[-1] if rank < columns else np.zeros(columns)
    d = np.where(abs(d) > ZERO, d, 0.0)
    return start, d / abs(d[d != 0]).min(initial=1)


def _one_direction(
    matrix: sparse.csr_array, right: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> Intervals | None:
    """Exact: the solutions of equations of nullity 1 are a line, cut by the box."""
    line = _line(matrix, right)
    if line is None:
        return None
    start, d = line
    slack, moving = slack_of(right, lower, upper), d != 0
    outside = (start < lower - slack) | (start > upper + slack)
    if abs(matrix @ start - right).max() > slack or outside[~moving].any():
        return ()
    ends = np.array([(lower - start)[moving] / d[moving], (upper - start)[moving] / d[moving]])
    first = ends.min(axis=0).max(initial=-np.inf)
    last = ends.max(axis=0).min(initial=np.inf)
    if first > last + slack:
        return ()
    low, high = start.copy(), start.copy()
    reach = np.sort(np.array([first * d[moving], last * d[moving]]), axis=0)
    low[moving] += reach[0]
    high[moving] += reach[1]
    return low, high


def _one_direction_whole(
    matrix: sparse.csr_array,
    right: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    integer: np.ndarray,
) -> Intervals | None:
    """Exact for whole numbers where both ends of the line are whole."""
    found = _one_direction(matrix, right, lower, upper)
    if not found:
        return found
    ends = np.array(found)[:, integer]
    if not (np.isfinite(ends).all() and (abs(ends - np.round(ends)) <= WHOLE).all()):
        return None
    low, high = (np.where(integer, np.round(end), end) for end in found)
    return low, high
