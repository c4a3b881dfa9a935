"""What is known of the mean and of a further city's effect when τ² itself is hardly known.

Six cities say little of the variance between cities, and intervals that put in its estimate as if
it were known cover too little: a t(k − 1) prediction interval of six cities 79 to 93 % for a
promised 95 (``validation/synthesis/coverage.csv``).  Here τ² keeps its whole confidence
distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skk_analysis.synthesis.random_effects import Contrasts
from skk_analysis.synthesis.studies import Studies

__all__ = ["ConfidenceDistribution", "confidence_distribution"]

REACH, STEP = 7.5, 0.125  # of the normal scores at which τ² is taken: error below 1e-9


@dataclass(frozen=True, eq=False)
class ConfidenceDistribution:
    """Mean and further effect, mixed over the confidence distribution of τ².

    Parameters
    ----------
    weights : ndarray, shape (m,)
        Of the values of τ²; sum to 1.
    tau2 : ndarray, shape (m,)
    means, variances : ndarray, shape (m,)
        Of the pooled mean at each τ².
    """

    weights: np.ndarray
    tau2: np.ndarray
    means: np.ndarray
    variances: np.ndarray

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of the mean effect."""
        return self._quantiles(self.variances, level)

    def prediction_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of the true effect in a further city."""
        return self._quantiles(self.variances + self.tau2, level)

    @property
    def p(self) -> float:
        """Two-sided p-value of a mean effect of zero, from the inversion of the interval."""
        below = self._below(0.0, np.sqrt(self.variances))
        return 2 * min(below, 1 - below)

    def probability_of_benefit(self, threshold: float = 0.0, *, better: str = "higher") -> float:
        """Return the confidence that a further city's true effect is better than a threshold.

        Parameters
        ----------
        threshold : float, default 0
        better : {"higher", "lower"}
        """
        if better not in ("higher", "lower"):
            raise ValueError(f"better is 'higher' or 'lower', got {better!r}")
        below = self._below(threshold, np.sqrt(self.variances + self.tau2))
        return below if better == "lower" else 1 - below

    def _below(self, x: float, spread: np.ndarray) -> float:
        from scipy.special import ndtr

        return float(self.weights @ ndtr((x - self.means) / spread))

    def _quantiles(self, variances: np.ndarray, level: float) -> tuple[float, float]:
        from scipy.optimize import brentq

        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
        spread = np.sqrt(variances)
        ends = []
        for tail in ((1 - level) / 2, (1 + level) / 2):
            low, high, width = self.means.min(), self.means.max(), spread.min()
            while self._below(low, spread) > tail:
                low, width = low - width, 2 * width
            while self._below(high, spread) < tail:
                high, width = high + width, 2 * width
            scale = 1e-12 * spread.min()
            ends.append(brentq(lambda x, t=tail: self._below(x, spread) - t, low, high, xtol=scale))
        return float(ends[0]), float(ends[1])


def confidence_distribution(studies: Studies, contrasts: Contrasts) -> ConfidenceDistribution:
    """Return the confidence distribution of the mean of studies.

    Parameters
    ----------
    studies : Studies
        Independent or with a covariance.
    contrasts : Contrasts
        Theirs, of one mean.

    Notes
    -----
    At the true τ², Q(τ²) is χ² with k − 1 degrees and independent of the mean weighted by it, which
    is normal with variance :math:`1/\\sum w`.  So a draw C of χ² gives τ² where Q(τ²) = C (0 where
    Q starts below), and with it the mean :math:`\\hat\\mu(\\tau^2) - Z/\\sqrt{\\sum w}`: a
    generalised pivot.  The integral over C is by the trapezoid rule on normal scores, and the
    chance of τ² = 0 is a point of its own.  With errors far below τ² the intervals are exactly
    those of t(k − 1).

    References
    ----------
    Iyer, Wang & Mathew (2004), *J. Am. Stat. Assoc.* 99, 1060–1071 (pivot); Nagashima, Noma &
    Furukawa (2019), *Stat. Methods Med. Res.* 28, 1689–1702 (why the t prediction interval covers
    too little).
    """
    from scipy.special import gammainc, gammaincinv, ndtr

    half = len(contrasts.squares) / 2
    above_zero = float(gammainc(half, contrasts.q() / 2))
    scores = np.arange(-REACH, REACH + STEP / 2, STEP)
    density = np.exp(-0.5 * scores**2)
    weights = np.concatenate([[1 - above_zero], above_zero * density / density.sum()])
    targets = 2 * gammaincinv(half, above_zero * ndtr(scores))
    tau2 = np.concatenate([[0.0], _where_q_is(contrasts, targets)])
    y, x, variances = studies.estimates, np.ones(len(studies.estimates)), studies.variances
    if studies.covariance is not None:
        variances, rotation = np.linalg.eigh(studies.covariance)
        y, x = rotation.T @ y, rotation.T @ x
    precision = 1 / (variances + tau2[:, None])
    total = precision @ (x * x)
    return ConfidenceDistribution(weights, tau2, precision @ (x * y) / total, 1 / total)


def _where_q_is(c: Contrasts, targets: np.ndarray) -> np.ndarray:
    """Return the τ² at which Q falls to each target below Q(0).

    1/Q is increasing and concave, so that Newton's steps on it from 0 climb to the root without
    ever passing it; nearly straight, it takes a handful.
    """
    tau2 = np.zeros(len(targets))
    if not c.q() > 0:
        return tau2
    for _ in range(100):
        precision = 1 / (c.variances + tau2[:, None])
        q = precision @ c.squares
        slope = (precision * precision) @ c.squares
        step = np.maximum((1 / targets - 1 / q) * q * q / slope, 0.0)
        tau2 = tau2 + step
        if (step <= 1e-12 * (tau2 + c.variances[0])).all():
            break
    return tau2
