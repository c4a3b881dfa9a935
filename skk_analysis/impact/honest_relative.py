r"""Intervals when a trend's step after the start may be M̄ times the largest step before it.

For one step s before the start, and one sign, the restriction is
:math:`|\delta_{t+1}-\delta_t|\le\bar M D`, :math:`D=\pm(\delta_{s+1}-\delta_s)`: linear, with
moments :math:`\pm(\Delta\hat\beta_t-\Delta\tau_t)-\bar M\hat D\le 0` in which the effects' steps
:math:`\Delta\tau_t` are nuisances but for :math:`\sum_tL_t\Delta\tau_t=\theta`,
:math:`L_t=\sum_{k>t}l_k`.  The test statistic, least :math:`\eta` that makes all moments at most
:math:`\eta` standard errors, is a linear programme; here it has a closed form, because each
nuisance lies between two bounds and only their weighted sum is given.  Its dual's vertices are

* :math:`\pm(\theta-l'\hat\beta)-\bar M\hat D\sum|L_t|` over the sum of :math:`|L_t|` × error, and
* for each step, that its two bounds do not cross: :math:`-2\bar M\hat D` over the sum of errors,

so that the statistic is the largest of a few correlated normals, and conditional and least
favourable critical values follow at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["RelativeTest", "relative_tests"]

FIRST_STAGE = 0.1  # κ/α of the hybrid test, as Rambachan & Roth (2023) recommend


@dataclass(frozen=True, eq=False)
class RelativeTest:
    """C-LF hybrid test of θ under one piece of the restriction.

    The statistic is the largest of ``constant + slope × θ``, normals with mean at most 0 and this
    covariance.
    """

    constant: np.ndarray
    slope: np.ndarray
    covariance: np.ndarray
    first: float
    alpha: float

    def rejects(self, theta: np.ndarray) -> np.ndarray:
        """Return whether each θ is rejected."""
        from scipy.special import ndtr, ndtri

        values = self.constant + np.outer(theta, self.slope)
        which = values.argmax(axis=1)
        top = values[np.arange(len(theta)), which]
        variance = np.diagonal(self.covariance)[which]
        # conditional on the rest, the largest stays the largest between these bounds
        ratio = self.covariance[which] / np.where(variance > 0, variance, 1.0)[:, None]
        gain = 1 - ratio
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = (values - ratio * top[:, None]) / gain
        low = np.where(gain > 1e-10, bound, -np.inf).max(axis=1)
        high = np.where(gain < -1e-10, bound, np.inf).min(axis=1)
        high = np.minimum(high, self.first)
        error = np.sqrt(variance)
        kappa = FIRST_STAGE * self.alpha
        share = 1 - (self.alpha - kappa) / (1 - kappa)
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = ndtr(low / error), ndtr(high / error)
            # beyond 6 errors the left tail has no digits; by symmetry the right one has
            far_a, far_b = ndtr(-low / error), ndtr(-high / error)
            left = ndtri(a + share * (b - a))
            right = -ndtri(far_b + (1 - share) * (far_a - far_b))
            critical = error * np.where(low > 0, right, left)
        critical = np.maximum(np.nan_to_num(critical, nan=0.0), 0.0)
        return (top > self.first) | (top > critical)


def relative_tests(
    coefficients: np.ndarray,
    covariance: np.ndarray,
    before: int,
    target: np.ndarray,
    ratio: float,
    alpha: float,
    noise: np.ndarray,
) -> list[RelativeTest]:
    """Return a test for every step before the start and both signs; θ is out if all reject it.

    Parameters
    ----------
    coefficients, covariance : ndarray
        Before the reference first, without the reference.
    before : int
    target : ndarray, shape (after,)
        l.
    ratio : float
        M̄.
    alpha : float
    noise : ndarray, shape (coefficients, draws)
        Draws with this covariance, for the least favourable critical value.
    """
    after = len(target)
    k = before + after
    # steps of the whole series, in terms of the coefficients (the reference is 0)
    level = np.insert(np.eye(k), before, 0.0, axis=0)
    steps = np.diff(level, axis=0)
    own, earlier = steps[before:], steps[:before]
    load = np.cumsum(target[::-1])[::-1]  # L_t
    pieces = []
    for step in earlier:
        for sign in (1.0, -1.0):
            bound = ratio * sign * step
            up, down = own - bound, -own - bound
            errors = [np.sqrt(np.einsum("tk,kl,tl->t", m, covariance, m)) for m in (up, down)]
            pieces.append(_vertices(target, load, own, bound, errors, before))
    weights = np.stack([w for w, _ in pieces])
    # one product for all pieces: the largest of each in every draw
    drawn = weights.reshape(-1, k) @ noise
    largest = drawn.reshape(*weights.shape[:2], -1).max(axis=1)
    place = int(np.ceil((1 - FIRST_STAGE * alpha) * largest.shape[1])) - 1
    first = np.partition(largest, place, axis=1)[:, place]
    return [
        RelativeTest(w @ coefficients, slope, w @ covariance @ w.T, float(f), alpha)
        for (w, slope), f in zip(pieces, first, strict=True)
    ]


def _vertices(target, load, own, bound, errors, before) -> tuple[np.ndarray, np.ndarray]:
    """Return the dual's vertices as weights on the coefficients, and their slopes in θ."""
    up, down = errors
    post = np.concatenate([np.zeros(before), target])
    size = np.abs(load)
    # l'β − θ above what the bounds allow uses each step's upper moment where L is positive
    above = size @ np.where(load > 0, up, down)
    below = size @ np.where(load > 0, down, up)
    weights = [(post - size.sum() * bound) / above, (-post - size.sum() * bound) / below]
    slopes = [-1 / above, 1 / below]
    if bound.any():
        weights += [-2 * bound / both for both in up + down]
        slopes += [0.0] * len(own)
    return np.array(weights), np.array(slopes)
