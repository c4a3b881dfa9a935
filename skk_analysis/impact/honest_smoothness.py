r"""Shortest fixed-length intervals when the trend difference may bend by at most M a period.

An estimator is linear in the event study's coefficients,
:math:`l'\hat\beta_{post}+v'\hat\beta_{pre}`.  Write the trend difference as its slope just before
the start plus its second differences :math:`d_t`, :math:`|d_t|\le M`.  The slope is unbounded, so
the estimator must not react to it: one equation for v.  Its worst bias is then
:math:`M\sum_t|c_t|`, where the coefficients :math:`c_t` of :math:`d_t` are fixed by l for
:math:`t\ge 0` and are free numbers for :math:`t<0`.  In these free numbers the frontier of worst
bias and variance is a lasso path, piecewise linear and exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

__all__ = ["Frontier", "fixed_length", "folded_quantile", "frontier"]


class Frontier(NamedTuple):
    """Estimators with the least variance for their worst bias.

    Attributes
    ----------
    penalty : ndarray, shape (knots,)
        Descending to 0.
    free : ndarray, shape (knots, free)
        The free coefficients of second differences; linear in the penalty between knots.
    offset, directions : ndarray
        Estimator weights on all coefficients = offset + directions @ free.
    fixed_bias : float
        Sum of the absolute fixed coefficients.
    covariance : ndarray
    """

    penalty: np.ndarray
    free: np.ndarray
    offset: np.ndarray
    directions: np.ndarray
    fixed_bias: float
    covariance: np.ndarray

    def at(self, penalty: float) -> tuple[np.ndarray, float, float]:
        """Return weights, standard error and worst bias per unit of M."""
        knot = min(int(np.searchsorted(-self.penalty, -penalty)), len(self.penalty) - 1)
        free = self.free[knot]
        if knot and self.penalty[knot] != penalty:
            high, low = self.penalty[knot - 1], self.penalty[knot]
            free = free + (self.free[knot - 1] - free) * ((penalty - low) / (high - low))
        weights = self.offset + self.directions @ free
        se = math.sqrt(max(float(weights @ self.covariance @ weights), 0.0))
        return weights, se, self.fixed_bias + float(np.abs(free).sum())


def frontier(covariance: np.ndarray, before: int, target: np.ndarray) -> Frontier:
    """Return the estimators of ``target @ post`` that can be shortest for some M.

    Parameters
    ----------
    covariance : ndarray, shape (before + after, before + after)
        Coefficients before the reference first, ascending in time.
    before : int
    target : ndarray, shape (after,)
    """
    after = len(target)
    # of the slope: post periods lie 1, 2 … after the reference, so l alone reacts by this much
    slope = float(target @ np.arange(1, after + 1))
    # of second differences at the reference and later, by l alone
    steps = np.arange(after)
    fixed = np.array([target[j:] @ (steps[j:] - j + 1) for j in steps])
    # the trend k periods before the reference is −k slope + Σ_{j<k} (k − j) d_{−j}; weights v with
    # Σ k v_k = slope and c_j = Σ_{k>j} (k − j) v_k: solve for v_1 … v_before, nearest first
    k = np.arange(1, before + 1)
    system = np.maximum(k[None, :] - np.arange(before)[:, None], 0).astype(float)
    inverse = np.linalg.inv(system)[::-1]  # earliest first, as the coefficients stand
    offset = np.concatenate([inverse[:, 0] * slope, target])
    directions = np.vstack([inverse[:, 1:], np.zeros((after, before - 1))])
    quadratic = directions.T @ covariance @ directions
    linear = directions.T @ covariance @ offset
    penalty, free = _lasso_path(quadratic, linear)
    return Frontier(penalty, free, offset, directions, float(np.abs(fixed).sum()), covariance)


def _lasso_path(quadratic: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return penalties λ and minimisers of ½x'Qx + q'x + λ|x|₁ at every knot down to λ = 0."""
    n = len(linear)
    x = np.zeros(n)
    if n == 0 or not np.abs(linear).max() > 0:
        return np.zeros(1), x[None, :]
    penalty = float(np.abs(linear).max())
    first = int(np.argmax(np.abs(linear)))
    active, sign = [first], {first: -float(np.sign(linear[first]))}
    penalties, points = [penalty], [x.copy()]
    just = first  # whatever has come in or gone out at a knot cannot turn round at the same knot
    for _ in range(50 * n + 50):
        q = quadratic[np.ix_(active, active)]
        direction = np.zeros(n)  # as the penalty falls by one
        direction[active] = np.linalg.solve(q, [sign[a] for a in active])
        gradient, change = quadratic @ x + linear, quadratic @ direction
        step, event, who = penalty, "end", -1
        for j in range(n):
            if j in sign:
                s = -x[j] / direction[j] if direction[j] else math.inf
                if j != just and 0 < s < step:
                    step, event, who = s, "out", j
                continue
            for side in (1.0, -1.0):  # side · gradient reaches the penalty
                slope = 1 + side * change[j]
                s = (penalty - side * gradient[j]) / slope if slope > 0 else math.inf
                if (1e-9 * penalty if j == just else -1e-12 * penalty) <= s < step:
                    step, event, who = max(s, 0.0), "in +" if side > 0 else "in -", j
        x = x + step * direction
        penalty -= step
        if event == "out":
            active.remove(who)
            del sign[who]
            x[who] = 0.0
        elif event != "end":
            active.append(who)
            sign[who] = -1.0 if event == "in +" else 1.0
        penalties.append(penalty)
        points.append(x.copy())
        just = who
        if event == "end" or not active:
            break
    return np.array(penalties), np.array(points)


def folded_quantile(level: float, ratio: float) -> float:
    """Return the quantile of \\|N(ratio, 1)\\|."""
    normal, shift = NormalDist(), abs(ratio)
    # a bound from either side; Newton from there
    found = max(shift + normal.inv_cdf(level), normal.inv_cdf((1 + level) / 2))
    for _ in range(50):
        value = normal.cdf(found - shift) - normal.cdf(-found - shift) - level
        step = value / (normal.pdf(found - shift) + normal.pdf(found + shift))
        found -= step
        if abs(step) < 1e-13 * found:
            break
    return found


def fixed_length(
    edge: Frontier, coefficients: np.ndarray, bend: float, level: float
) -> tuple[float, float]:
    """Return centre and half-length of the shortest interval for second differences up to a bend.

    Its half-length is se × the quantile of a folded normal with mean bias / se; along the
    frontier it has one minimum, found piece by piece.
    """

    def half(penalty: float) -> float:
        _, se, bias = edge.at(penalty)
        if se == 0:
            return bend * bias
        return se * folded_quantile(level, bend * bias / se)

    costs = [half(penalty) for penalty in edge.penalty]
    knot = int(np.argmin(costs))
    best, least = float(edge.penalty[knot]), costs[knot]
    for piece in (knot - 1, knot):
        if 0 <= piece < len(edge.penalty) - 1:
            high, low = edge.penalty[piece], edge.penalty[piece + 1]
            found = _golden(half, low, high)
            if half(found) < least:
                best, least = found, half(found)
    return float(edge.at(best)[0] @ coefficients), least


def _golden(cost: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one minimum has it, by golden section."""
    ratio = (math.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    at_a, at_b = cost(a), cost(b)
    for _ in range(40):  # the cost is flat there: half the digits of the place give all of its own
        if at_a < at_b:
            high, b, at_b = b, a, at_a
            a = high - ratio * (high - low)
            at_a = cost(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + ratio * (high - low)
            at_b = cost(b)
    return (low + high) / 2
