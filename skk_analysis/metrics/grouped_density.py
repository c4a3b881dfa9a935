"""The smoothest density that honours published figures, and how sure it is.

The density of an area is sought as :math:`f(x)=r(x)\\,e^{g(x)}`: a reference r (a normal density of
log income with exponential, hence Pareto, tails, its centre and width fitted to the area's figures)
times the smoothest deviation g with which every figure holds exactly.  "Smoothest" is a Gaussian
process on log income, plus the noise that n people have by being n and not infinitely many.
Conditioning that process on the figures gives both the density and the uncertainty that the
figures leave in any index of it: what the shape may do between them, and what chance did.

References
----------
Silverman (1982), *Annals of Statistics* 10, 795–810 (penalised likelihood whose limit is normal);
Rasmussen & Williams (2006), *Gaussian Processes for Machine Learning*, ch. 2; Reed & Jorgensen
(2004), *Communications in Statistics* 33, 1733–1753 (normal–Pareto log income).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from skk_analysis.metrics.grouped_figures import (
    TINY,
    Figures,
    cell_limits,
    cell_mean,
    linear_rows,
    lorenz_rows,
    occupied,
)

__all__ = ["Fitted", "Prior", "fit", "learn"]

FINEST = 1e-3  # share of people in one evaluation point
CHUNK = 200  # areas whose covariance matrices are in memory at once
STEPS = 60
TOLERANCE = 1e-9
REFRESH = (0, 2, 4, 7, 11, 16, 24, 34)  # Newton steps at which the basis is made anew
AXIS = np.linspace(-8, 8, 161)  # standardised log income, for the learned part of the reference
TRUSTED = 3.2  # beyond it too few people are seen to learn a shape from
LEARNERS = 400


@dataclass(frozen=True)
class Prior:
    """What is thought of income densities before an area's own figures are seen.

    Parameters
    ----------
    spread, length : float
        Standard deviation of the log density's deviation from the reference, and the distance in
        log income over which it turns.
    tilt : float
        Standard deviation of the deviation's level, and of its slope over one width of the
        reference.
    left, right : float
        Where, in widths of the reference, its exponential tails begin.
    learned : ndarray
        Addition to the log reference at ``AXIS``, learned from many areas.
    """

    spread: float = 0.43
    length: float = 0.7
    tilt: float = 0.3
    left: float = 1.4
    right: float = 1.6
    learned: np.ndarray = field(default_factory=lambda: np.zeros(len(AXIS)))

    def log_reference(self, z: np.ndarray) -> np.ndarray:
        """Return the logarithm of the standardised reference density, up to a constant."""
        centre = np.clip(z, -self.left, self.right)
        tails = self.left * np.minimum(z + self.left, 0) - self.right * np.maximum(
            z - self.right, 0
        )
        return tails - centre**2 / 2 + np.interp(z, AXIS, self.learned)

    def density(self, z: np.ndarray, width: np.ndarray) -> np.ndarray:
        """Return the reference's mass in cells; sums to 1."""
        log = self.log_reference(z) + np.log(width)
        mass = np.exp(log - log.max(axis=1, keepdims=True))
        return mass / mass.sum(axis=1, keepdims=True)

    def covariance(self, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the covariance of the deviation between cells, shape (areas, cells, cells)."""
        y, tilted = y * (np.sqrt(3) / self.length), self.tilt * z
        gap = np.abs(y[:, :, None] - y[:, None, :])
        near = np.exp(-gap)
        gap += 1  # in place: these matrices are what fitting takes its time for
        near *= gap
        near *= self.spread**2
        near += tilted[:, :, None] * tilted[:, None, :] + self.tilt**2
        return near


@dataclass(frozen=True, eq=False)
class Fitted:
    """Fitted densities on cells of income.

    Attributes
    ----------
    n : ndarray, shape (areas,)
    left, right, mass : ndarray, shape (areas, cells)
        Limits of the cells, and the share of people in each.
    rows : ndarray, shape (areas, figures, cells)
        The figures as functionals of the mass; a zero row is one that is not published.
    y, z, width : ndarray, shape (areas, cells)
        Log income relative to the scale, standardised by the reference, and the cell's width.
    gap : ndarray, shape (areas,)
        Largest miss of a figure, in shares (of people, or of the area's income).
    """

    n: np.ndarray
    left: np.ndarray
    right: np.ndarray
    mass: np.ndarray
    rows: np.ndarray
    y: np.ndarray
    z: np.ndarray
    width: np.ndarray
    gap: np.ndarray
    prior: Prior

    def people(self, i: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the distribution of one area as points.

        A cell is cut to slices of a thousandth of the people or less, each at its mean; but the
        richest person is one person.  The tail of a density goes on for ever, and indices that
        the top decides (Theil T) would otherwise be too high in small areas.

        Returns
        -------
        values, shares, cells : ndarray, shape (points,)
            Ascending incomes, the shares of people, and the cell of each.
        """
        share = self.mass[i] / self.mass[i].sum()
        slices = np.where(share > 0, np.clip(np.ceil(share / FINEST), 4, None), 0).astype(int)
        cell = np.repeat(np.arange(len(share)), slices)
        step = np.arange(len(cell)) - np.repeat(np.cumsum(slices) - slices, slices)
        left, right, count = self.left[i][cell], self.right[i][cell], slices[cell]
        low, ratio = (
            np.where(left > 0, left, 1),
            np.where(left > 0, right / np.maximum(left, TINY), 1),
        )
        ends = [
            np.where(left > 0, low * ratio ** (k / count), right * k / count)
            for k in (step, step + 1)
        ]
        values, shares = cell_mean(ends[0], ends[1]), share[cell] / count
        top = np.cumsum(shares[::-1])[::-1] <= 1 / self.n[i]
        if top.any():
            values = np.where(top, (shares[top] @ values[top]) / shares[top].sum(), values)
        return values, shares, cell

    def uncertainty(self, influence: np.ndarray) -> np.ndarray:
        """Return the standard deviations that the figures leave in functionals of the density.

        Parameters
        ----------
        influence : ndarray, shape (areas, functionals, cells)
            Influence function of each functional in each cell.

        Returns
        -------
        ndarray, shape (areas, functionals)
        """
        parts = [self._uncertainty(rows, influence[rows]) for rows in _chunks(len(self.n))]
        return np.concatenate(parts)

    def _uncertainty(self, rows: slice, influence: np.ndarray) -> np.ndarray:
        both = np.concatenate([self.rows[rows], influence], axis=1)
        weighted = both * self.mass[rows][:, None]
        smooth = weighted @ self.prior.covariance(self.y[rows], self.z[rows])
        noise = both / self.n[rows, None, None]
        joint = (smooth + noise) @ weighted.swapaxes(1, 2)
        k = self.rows.shape[1]
        cross = joint[:, :k, k:]
        learned = np.einsum("nki,nki->ni", cross, _solve(joint[:, :k, :k], cross))
        total = np.einsum("nii->ni", joint[:, k:, k:])
        return np.sqrt(np.maximum(total - learned, 0))


def fit(figures: Figures, prior: Prior | None = None) -> Fitted:
    """Return the smoothest density of each area that honours its figures."""
    prior = prior or Prior()
    parts = [vars(_fit(figures.take(rows), prior)) for rows in _chunks(len(figures.n))]
    names = [name for name in parts[0] if name != "prior"]
    return Fitted(**{k: np.concatenate([p[k] for p in parts]) for k in names}, prior=prior)


def learn(figures: Figures, prior: Prior | None = None, rounds: int = 2) -> Prior:
    """Return the prior whose reference has the shape that the areas have in common.

    The mean of the areas' deviations from the reference, larger areas counting more (with the
    square root of their people), is moved to the reference (empirical Bayes).
    """
    prior = prior or Prior()
    figures = figures.take(np.arange(0, len(figures.n), len(figures.n) // LEARNERS + 1))
    weight = np.sqrt(np.minimum(figures.n, 3000.0))[:, None]
    for _ in range(rounds):
        fitted = fit(figures, prior)
        seen = (fitted.mass > 1e-9) & (fitted.width > 0.01) & (np.abs(fitted.z) < TRUSTED)
        ratio = np.log(np.where(seen, fitted.mass / fitted.width, 1.0))
        share = fitted.mass * seen / (fitted.mass * seen).sum(axis=1, keepdims=True)
        deviation = ratio - prior.log_reference(fitted.z)
        deviation -= (deviation * share).sum(axis=1, keepdims=True)
        cell = np.rint((np.clip(fitted.z, -8, 8) + 8) * 10).astype(int)
        mean = _smooth_mean(cell[seen], deviation[seen], (weight * seen)[seen])
        prior = replace(prior, learned=prior.learned + mean)
    return prior


def _smooth_mean(cell: np.ndarray, value: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the weighted mean by cell of ``AXIS``, smoothed, constant where nothing is seen."""
    mass = np.bincount(cell, weight, len(AXIS))
    seen = mass > 0
    mean = np.bincount(cell, weight * value, len(AXIS))[seen] / mass[seen]
    kernel = np.exp(-((np.arange(-6, 7) / 3) ** 2) / 2)
    whole = np.pad(np.interp(AXIS, AXIS[seen], mean), 6, mode="edge")
    return np.convolve(whole, kernel / kernel.sum(), "valid")


def _chunks(length: int) -> Iterator[slice]:
    return (slice(i, min(i + CHUNK, length)) for i in range(0, max(length, 1), CHUNK))


def _fit(figures: Figures, prior: Prior) -> Fitted:
    left, right = cell_limits(figures)
    x = cell_mean(left, right)
    y, width = np.log(x), np.log(right / np.where(left > 0, left, right / np.e))
    linear, target = linear_rows(figures, x)
    loc, size = _reference(y, width, linear, target, prior)
    z = (y - loc[:, None]) / size[:, None]
    start = prior.density(z, width) * occupied(figures, x)
    mass, rows, gap = _newton(figures, left, right, start, linear, target, prior.covariance(y, z))
    scale = figures.scale[:, None]
    return Fitted(figures.n, left * scale, right * scale, mass, rows, y, z, width, gap, prior)


def _newton(figures, left, right, start, linear, target, covariance):
    """Return the mass, the figures' rows at it, and the largest miss."""
    mass = start
    for step in range(STEPS):
        lorenz, wanted = lorenz_rows(figures, left, right, mass)
        rows = np.concatenate([linear, lorenz], axis=1)
        miss = np.concatenate([target, wanted], axis=1) - np.einsum("nkj,nj->nk", rows, mass)
        if np.abs(miss).max(initial=0) < TOLERANCE:
            break
        if step in REFRESH:
            basis = (rows * mass[:, None]) @ covariance + rows / figures.n[:, None, None]
        slope = np.einsum("nkj,nj,nlj->nkl", rows, mass, basis)
        move = np.einsum("nk,nkj->nj", _solve(slope, miss[..., None])[..., 0], basis)
        reach = np.max(np.abs(move) * (mass > TOLERANCE), axis=1, keepdims=True)
        mass = mass * np.exp(np.clip(move * np.minimum(1, 2 / np.maximum(reach, TINY)), -50, 50))
    return mass, rows, np.abs(miss).max(axis=1)


def _reference(y, width, rows, target, prior: Prior) -> tuple[np.ndarray, np.ndarray]:
    """Return centre and width of the reference by least squares on the linear figures."""
    loc, log_size = np.full(len(y), -0.1), np.full(len(y), np.log(0.55))

    def miss(loc, log_size):
        z = (y - loc[:, None]) / np.exp(log_size)[:, None]
        return target - np.einsum("nkj,nj->nk", rows, prior.density(z, width))

    h = 1e-4
    for _ in range(8):
        now = miss(loc, log_size)
        slope = np.stack([miss(loc + h, log_size) - now, miss(loc, log_size + h) - now], 2) / h
        normal = slope.swapaxes(1, 2) @ slope + 1e-6 * np.eye(2)
        step = np.linalg.solve(normal, slope.swapaxes(1, 2) @ now[..., None])[..., 0]
        step = np.clip(step, -0.3, 0.3)
        loc, log_size = loc - step[:, 0], np.clip(log_size - step[:, 1], np.log(0.15), np.log(1.5))
    return loc, np.exp(log_size)


def _solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve with rows of zeros (figures not published) left at zero."""
    diagonal = np.einsum("nkk->nk", matrix)
    ridge = np.where(diagonal == 0, 1.0, TINY)[..., None] * np.eye(matrix.shape[1])
    return np.linalg.solve(matrix + ridge, right)
