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
from functools import cached_property

import numpy as np

__all__ = ["RelativeTests", "relative_tests"]

FIRST_STAGE = 0.1  # κ/α of the hybrid test, as Rambachan & Roth (2023) recommend


@dataclass(frozen=True, eq=False)
class RelativeTests:
    """C-LF hybrid tests of θ, one for each piece of the restriction.

    A piece's statistic is the largest of ``constant + slope × θ``, normals with mean at most 0,
    which are ``weights`` on the coefficients.  The least favourable critical value of its first
    stage is a quantile of their largest over ``noise``; most θ are decided by bounds on it,
    without drawing.

    Attributes
    ----------
    constant, slope : ndarray, shape (pieces, vertices)
    weights : ndarray, shape (pieces, vertices, coefficients)
    covariance : ndarray, shape (pieces, vertices, vertices)
    noise : ndarray, shape (coefficients, draws)
    alpha : float
    """

    constant: np.ndarray
    slope: np.ndarray
    weights: np.ndarray
    covariance: np.ndarray
    noise: np.ndarray
    alpha: float

    @cached_property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """One normal's quantile and Bonferroni's, by piece: the first stage's lies between."""
        from scipy.special import ndtri

        kappa = FIRST_STAGE * self.alpha
        widest = np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2).max(axis=1))
        count = self.constant.shape[1]
        return widest * ndtri(1 - kappa), widest * ndtri(1 - kappa / count)

    @cached_property
    def drawn(self) -> dict[int, float]:
        """First stages' critical values that have been drawn, by piece."""
        return {}

    def first(self, piece: int) -> float:
        """Return the critical value of a piece's first stage."""
        if piece not in self.drawn:
            largest = (self.weights[piece] @ self.noise).max(axis=0)
            place = int(np.ceil((1 - FIRST_STAGE * self.alpha) * len(largest))) - 1
            self.drawn[piece] = float(np.partition(largest, place)[place])
        return self.drawn[piece]

    def rejects(self, theta: np.ndarray, first: np.ndarray, pieces=slice(None)) -> np.ndarray:
        """Return which θ each piece rejects, given first stages' critical values.

        Larger ones reject no more points.  Shape (pieces, θ).
        """
        from scipy.special import ndtr, ndtri

        constant, slope = self.constant[pieces], self.slope[pieces]
        values = constant[:, None, :] + theta[None, :, None] * slope[:, None, :]
        which = values.argmax(axis=2)
        top = np.take_along_axis(values, which[..., None], axis=2)
        rows = np.take_along_axis(self.covariance[pieces], which[..., None], axis=1)
        variance = np.take_along_axis(rows, which[..., None], axis=2)
        # conditional on the rest, the largest stays the largest between these bounds
        ratio = rows / np.where(variance > 0, variance, 1.0)
        gain = 1 - ratio
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = (values - ratio * top) / gain
        low = np.where(gain > 1e-10, bound, -np.inf).max(axis=2)
        high = np.where(gain < -1e-10, bound, np.inf).min(axis=2)
        high = np.minimum(high, first[:, None])
        error, top = np.sqrt(variance[..., 0]), top[..., 0]
        kappa = FIRST_STAGE * self.alpha
        share = 1 - (self.alpha - kappa) / (1 - kappa)
        with np.errstate(divide="ignore", invalid="ignore"):
            # far out the left tail has no digits; by symmetry the right one has
            side = np.where(low > 0, -1.0, 1.0)
            a, b = ndtr(side * low / error), ndtr(side * high / error)
            critical = error * side * ndtri(a + share * (b - a))
        critical = np.where(critical > 0, critical, 0.0)
        return (top > first[:, None]) | (top > critical)

    def accepts(self, theta: np.ndarray, *, span: bool = False) -> np.ndarray:
        """Return which θ some piece does not reject.

        Parameters
        ----------
        theta : ndarray
            Ascending where ``span``.
        span : bool, default False
            Only the first and last accepted θ matter: those between are accepted unseen.
        """
        least, most = self.bounds
        inside: np.ndarray = np.any(~self.rejects(theta, least), axis=0)
        if span and inside.any():
            found = np.flatnonzero(inside)
            inside[found[0] : found[-1]] = True
        unsure = np.flatnonzero(~inside)
        may = ~self.rejects(theta[unsure], most)
        for piece in np.flatnonzero(may.any(axis=1)):
            points = unsure[may[piece] & ~inside[unsure]]
            if len(points):
                value = np.array([self.first(int(piece))])
                inside[points] |= ~self.rejects(theta[points], value, [piece])[0]
        return inside


def relative_tests(
    coefficients: np.ndarray,
    covariance: np.ndarray,
    before: int,
    target: np.ndarray,
    ratio: float,
    alpha: float,
    noise: np.ndarray,
) -> RelativeTests:
    """Return the tests for every step before the start and both signs; all must reject a θ.

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
    return RelativeTests(
        constant=weights @ coefficients,
        slope=np.stack([slope for _, slope in pieces]),
        weights=weights,
        covariance=weights @ covariance @ np.swapaxes(weights, 1, 2),
        noise=noise,
        alpha=alpha,
    )


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
