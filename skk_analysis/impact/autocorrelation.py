"""Regression on a short series whose errors are autocorrelated to an unknown degree.

With ten points the autocorrelation cannot be estimated well, and a standard error that pretends it
was (Newey–West, or generalised least squares at an estimated ρ) is far too small.  Here ρ is not
estimated: generalised least squares is exact for every known ρ, and the answers are averaged over
ρ with the weight that the restricted likelihood gives it.  With a flat prior this is the classical
posterior of Zellner & Tiao (1964), restricted to ρ in [0, 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Coefficients", "Mixture", "integrated_gls", "whitened"]

GRID = 200
"""Even steps of ρ in [0, 1); the integrand is smooth, so a midpoint rule is exact to 5 digits."""
NEGLIGIBLE = 1e-12
"""Degrees of autocorrelation so much less likely than the likeliest are left out."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """A weighted mixture of scaled t distributions: what is known of one quantity.

    Parameters
    ----------
    centre, scale, weight : ndarray, shape (parts,)
    df : float
    """

    centre: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    df: float

    @property
    def mean(self) -> float:
        """The estimate."""
        return float(self.weight @ self.centre)

    @property
    def se(self) -> float:
        """Standard error: root of the mean variance within the parts and the variance between."""
        between = self.weight @ (self.centre - self.mean) ** 2
        return math.sqrt(self.weight @ self.scale**2 + between)

    def p(self, null: float = 0.0) -> float:
        """Return the two-sided p-value of ``null``, from the inversion of the interval."""
        below = self._below(null)
        return min(2 * min(below, 1 - below), 1.0)

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the equal-tailed interval."""
        low, high = self._quantile((1 - level) / 2), self._quantile((1 + level) / 2)
        return low, high

    def mde(self, level: float = 0.95, power: float = 0.8) -> float:
        """Return the effect that the two-sided test would find with this power."""
        null = Mixture(np.zeros_like(self.centre), self.scale, self.weight, self.df)
        return null._quantile((1 + level) / 2) + null._quantile(power)

    def _below(self, x: float) -> float:
        from scipy.special import stdtr

        return float(self.weight @ stdtr(self.df, (x - self.centre) / self.scale))

    def _quantile(self, q: float) -> float:
        return float(_quantiles(self.centre[None], self.scale[None], self.weight, self.df, q)[0])


def _quantiles(centre, scale, weight, df: float, q: float) -> np.ndarray:
    """Return the quantile of each row's mixture: Newton's method inside a shrinking bracket."""
    from scipy.special import stdtr, stdtrit

    reach = centre + scale * stdtrit(df, q)
    low, high = reach.min(axis=1), reach.max(axis=1)
    x = reach @ weight
    for _ in range(100):
        t = (x[:, None] - centre) / scale
        miss = stdtr(df, t) @ weight - q
        low, high = np.where(miss < 0, x, low), np.where(miss < 0, high, x)
        step = miss / ((_t_density(t, df) / scale) @ weight)
        following = np.where((x - step >= low) & (x - step <= high), x - step, (low + high) / 2)
        if np.all(np.abs(following - x) <= 1e-10 * scale.max(axis=1)):
            return following
        x = following
    return x


def _t_density(t: np.ndarray, df: float) -> np.ndarray:
    if math.isinf(df):
        return np.exp(-(t**2) / 2) / math.sqrt(2 * math.pi)
    constant = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return np.exp(constant - 0.5 * (df + 1) * np.log1p(t**2 / df))


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Regression coefficients at each degree of autocorrelation, and how likely that degree is.

    Parameters
    ----------
    beta : ndarray, shape (parts, k)
    covariance : ndarray, shape (parts, k, k)
    weight : ndarray, shape (parts,)
        Sums to 1.
    df : float
    rho : float
        Mean autocorrelation; NaN where none was modelled.
    """

    beta: np.ndarray
    covariance: np.ndarray
    weight: np.ndarray
    df: float
    rho: float = math.nan

    @classmethod
    def of(cls, beta: np.ndarray, covariance: np.ndarray, df: float) -> Coefficients:
        """Return coefficients of one fit."""
        return cls(beta[None], covariance[None], np.ones(1), df)

    @property
    def mean(self) -> np.ndarray:
        """The estimates, shape (k,)."""
        return self.weight @ self.beta

    @property
    def spread(self) -> np.ndarray:
        """Covariance within and between the parts, shape (k, k)."""
        away = self.beta - self.mean
        between = np.einsum("r,ri,rj->ij", self.weight, away, away)
        return np.einsum("r,rij->ij", self.weight, self.covariance) + between

    def contrast(self, vector: np.ndarray) -> Mixture:
        """Return what is known of a linear combination of the coefficients."""
        variance = np.einsum("i,rij,j->r", vector, self.covariance, vector)
        return Mixture(self.beta @ vector, np.sqrt(variance), self.weight, self.df)

    def limits(self, rows: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the interval of each row's linear combination, shape (rows,) twice."""
        centre = rows @ self.beta.T
        scale = np.sqrt(np.einsum("mi,rij,mj->mr", rows, self.covariance, rows, optimize=True))
        low, high = (
            _quantiles(centre, scale, self.weight, self.df, q)
            for q in ((1 - level) / 2, (1 + level) / 2)
        )
        return low, high


def integrated_gls(x: np.ndarray, y: np.ndarray) -> Coefficients:
    """Regress y on x with first-order autoregressive errors of unknown ρ in [0, 1).

    Parameters
    ----------
    x : ndarray, shape (n, k)
        Full column rank.
    y : ndarray, shape (n,)
        In the order of time, evenly spaced.

    Returns
    -------
    Coefficients
        At each ρ of the grid those of generalised least squares with n − k degrees of freedom,
        weighted by :math:`|Ω|^{-1/2}|X'Ω^{-1}X|^{-1/2}S(ρ)^{-(n-k)/2}`.

    References
    ----------
    Zellner & Tiao (1964), *J. Am. Stat. Assoc.* 59, 763–778; McGilchrist (1989), *Commun. Stat.
    Theory Methods* 18, 3173–3186 (the restricted likelihood).
    """
    n, k = x.shape
    rho = (np.arange(GRID) + 0.5) / GRID
    data = np.column_stack([x, y])
    white = whitened(data, rho)
    # the triangle of [X y] holds the normal equations, their determinant and the residual sum
    triangle: np.ndarray = np.linalg.qr(white, mode="r")  # type: ignore[assignment]
    r, z = triangle[:, :k, :k], triangle[:, :k, k]
    inverse = np.linalg.inv(r)
    squares = triangle[:, k, k] ** 2
    determinant = np.log(np.abs(np.diagonal(r, axis1=1, axis2=2))).sum(1)
    likelihood = 0.5 * np.log1p(-(rho**2)) - determinant - 0.5 * (n - k) * np.log(squares)
    weight = np.exp(likelihood - likelihood.max())
    likely = weight > NEGLIGIBLE
    rho, weight, squares = rho[likely], weight[likely] / weight[likely].sum(), squares[likely]
    inverse, z = inverse[likely], z[likely]
    covariance = np.einsum("rij,rkj->rik", inverse, inverse) * (squares / (n - k))[:, None, None]
    beta = np.einsum("rij,rj->ri", inverse, z)
    return Coefficients(beta, covariance, weight, float(n - k), float(weight @ rho))


def whitened(data: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Return the rows freed of first-order autocorrelation (Prais & Winsten), for each ρ."""
    white = np.empty((len(rho), *data.shape))
    white[:, 0] = np.sqrt(1 - rho**2)[:, None] * data[0]
    white[:, 1:] = data[1:] - rho[:, None, None] * data[:-1]
    return white
