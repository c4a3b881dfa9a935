"""The linear model with known sampling errors and one unknown variance between studies.

Everything about the variance between studies, τ², is a matter of the error contrasts alone: the
k − p combinations of the estimates that are free of the mean.  Rotated to the eigenvectors of their
covariance they are independent, :math:`z_i \\sim N(0, d_i + \\tau^2)`, whether the studies were
independent or not.  All estimators then are one-line sums over :math:`(z_i^2, d_i)`, and their
equations have brackets known beforehand, so that root finding can't fail or cycle.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from skk_analysis.synthesis.studies import Studies

__all__ = ["METHODS", "Contrasts", "Design", "Fit", "error_contrasts", "fit", "q_profile"]

LOG_STEP = 0.25
"""Step of log(variance) in the search for maxima; the terms of the likelihood are about 2 wide."""


class Contrasts(NamedTuple):
    """Squared error contrasts with their sampling variances, and what else estimators need."""

    squares: np.ndarray
    variances: np.ndarray
    marginal: np.ndarray
    """Eigenvalues of the sampling covariance, shape (k,); of use to ML only."""
    spread: float
    """Mean squared deviation of the estimates from their plain mean; of use to SJ only."""

    def q(self, tau2: float = 0.0) -> float:
        """Return Cochran's generalised Q at a variance between studies."""
        return float(self.squares @ (1 / (self.variances + tau2)))


class Design(NamedTuple):
    """Regressors of full rank, shape (k, p), and the directions free of them, (k, k − p)."""

    columns: np.ndarray
    free: np.ndarray

    @classmethod
    def of(cls, columns: np.ndarray) -> Design:
        """Return the design of the columns given."""
        return cls(columns, np.linalg.qr(columns, mode="complete")[0][:, columns.shape[1] :])

    @classmethod
    @lru_cache(maxsize=16)
    def mean(cls, k: int) -> Design:
        """Return the design of one mean of k studies."""
        return cls.of(np.ones((k, 1)))


def error_contrasts(studies: Studies, design: Design) -> Contrasts:
    """Return the rotated error contrasts of studies under a design."""
    y, k, free = studies.estimates, len(studies.estimates), design.free
    if studies.covariance is None:
        inner, marginal = (free.T * studies.variances) @ free, studies.variances
    else:
        inner, marginal = free.T @ studies.covariance @ free, np.linalg.eigvalsh(studies.covariance)
    variances, rotation = np.linalg.eigh(inner)
    # rounding may take the smallest below the smallest sampling variance, which it can't be
    variances = np.maximum(variances, marginal.min())
    squares = (rotation.T @ (free.T @ y)) ** 2
    return Contrasts(squares, variances, marginal, float(((y - y.sum() / k) ** 2).sum() / k))


# -- estimators of the variance between studies ------------------------------------------------


def _root(function: Callable[[float], float], low: float, high: float, scale: float) -> float:
    """Return the root between two points of opposite sign."""
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-14 * scale, rtol=1e-14, maxiter=500))


def _where_q_is(c: Contrasts, target: float) -> float:
    """Return the τ² at which Q falls to the target; 0 where it lies below from the start."""
    if target <= 0 or c.q() <= target:
        return 0.0
    smallest = float(c.variances[0])
    beyond = c.squares.sum() / target - smallest  # Q(τ²) ≤ Σz²/(min d + τ²)
    return _root(lambda t: c.q(t) - target, 0.0, beyond * (1 + 1e-9) + 1e-9 * smallest, smallest)


def _maximum(c: Contrasts, variances: np.ndarray) -> float:
    """Return the global maximum of −½[Σ log(variances + τ²) + Q(τ²)] over τ² ≥ 0.

    Likelihoods of variances can have several maxima.  Beyond max(z² − d) every term of the slope
    is negative, so that all of them are found as changes of the slope's sign on a grid as fine as
    the terms are wide, and the highest is taken.
    """
    high = float((c.squares - c.variances).max()) * (1 + 1e-9)
    if high <= 0:
        return 0.0
    smallest = float(variances.min())
    steps = math.ceil(math.log1p(high / smallest) / LOG_STEP) + 1
    grid = smallest * np.expm1(np.linspace(0.0, math.log1p(high / smallest), steps + 1))
    found = _slopes(c, variances, grid)
    falls = np.flatnonzero((found[:-1] > 0) & (found[1:] <= 0))
    peaks = [0.0] if found[0] <= 0 else []
    peaks += [
        _root(lambda t: _slope(c, variances, t), grid[i], grid[i + 1], smallest) for i in falls
    ]
    return peaks[0] if len(peaks) == 1 else max(peaks, key=lambda t: _height(c, variances, t))


def _slopes(c: Contrasts, variances: np.ndarray, grid: np.ndarray) -> np.ndarray:
    column = grid[:, None]
    rise = (c.squares / (c.variances + column) ** 2).sum(1)
    return rise - (1 / (variances + column)).sum(1)


def _slope(c: Contrasts, variances: np.ndarray, t: float) -> float:
    precision = 1 / (c.variances + t)
    return float(c.squares @ (precision * precision) - (1 / (variances + t)).sum())


def _height(c: Contrasts, variances: np.ndarray, t: float) -> float:
    return -0.5 * float(np.log(variances + t).sum() + c.q(t))


def _reml(c: Contrasts) -> float:
    return _maximum(c, c.variances)


def _ml(c: Contrasts) -> float:
    return _maximum(c, c.marginal)


def _paule_mandel(c: Contrasts) -> float:
    return _where_q_is(c, len(c.squares))


def _dersimonian_laird(c: Contrasts) -> float:
    return max(0.0, (c.q() - len(c.squares)) / float((1 / c.variances).sum()))


def _hedges(c: Contrasts) -> float:
    return max(0.0, float((c.squares - c.variances).mean()))


def _sidik_jonkman(c: Contrasts) -> float:
    return c.spread * c.q(c.spread) / len(c.squares)


METHODS: dict[str, Callable[[Contrasts], float]] = {
    "REML": _reml,
    "PM": _paule_mandel,
    "DL": _dersimonian_laird,
    "ML": _ml,
    "EB": _paule_mandel,  # Morris's estimator solves the same equation
    "SJ": _sidik_jonkman,
    "HE": _hedges,
    "FE": lambda _: 0.0,
}
"""Estimators of the variance between studies; FE takes it to be zero."""


def q_profile(c: Contrasts, level: float) -> tuple[float, float]:
    """Return the Q-profile interval of τ² (Viechtbauer 2007); (0, 0) where even 0 is too high."""
    from scipy.special import chdtri

    tail, degrees = (1 - level) / 2, len(c.squares)
    if not degrees:
        return math.nan, math.nan
    low = _where_q_is(c, float(chdtri(degrees, tail)))
    return low, _where_q_is(c, float(chdtri(degrees, 1 - tail)))


# -- coefficients ------------------------------------------------------------------------------


class Fit(NamedTuple):
    """Weighted least squares at an estimated variance between studies."""

    coefficients: np.ndarray
    """Shape (p,)."""
    covariance: np.ndarray
    """Of the coefficients with all variances taken as known, shape (p, p)."""
    tau2: float
    contrasts: Contrasts
    dispersion: float
    """How the estimates vary over what the model says (Knapp and Hartung's factor)."""

    @property
    def degrees(self) -> int:
        """Studies less coefficients."""
        return len(self.contrasts.squares)

    @property
    def typical(self) -> float:
        """Typical sampling variance (Higgins & Thompson 2002, eq. 9)."""
        return self.degrees / float((1 / self.contrasts.variances).sum())


def whitened(studies: Studies, tau2: float, columns: np.ndarray) -> np.ndarray:
    """Return columns, shape (k, …), with all variance taken to one."""
    if studies.covariance is None:
        return (columns.T / np.sqrt(studies.variances + tau2)).T
    from scipy.linalg import solve_triangular

    total = studies.covariance + tau2 * np.eye(len(studies.variances))
    return solve_triangular(np.linalg.cholesky(total), columns, lower=True)


def fit(studies: Studies, design: Design, method: str) -> Fit:
    """Return the fit of studies on a design."""
    contrasts = error_contrasts(studies, design)
    tau2 = METHODS[method](contrasts)
    free = len(contrasts.squares)
    dispersion = contrasts.q(tau2) / free if free else math.nan
    rows = whitened(studies, tau2, np.column_stack([design.columns, studies.estimates]))
    if rows.shape[1] == 2:  # one coefficient, of which there are thousands in a simulation
        x, y = rows.T
        precision = x @ x
        b, covariance = np.array([x @ y / precision]), np.array([[1 / precision]])
    else:
        q, r = np.linalg.qr(rows[:, :-1])
        inverse = np.linalg.inv(r)
        b, covariance = inverse @ (q.T @ rows[:, -1]), inverse @ inverse.T
    return Fit(b, covariance, tau2, contrasts, dispersion)
