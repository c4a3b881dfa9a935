"""Mean identification, weighed by distance or not: the integral that polarisation is.

.. math:: P=\\int f(x)^{1+\\alpha}A(x)\\,dx,\\qquad \\hat P=\\sum_i p_i\\hat f(y_i)^\\alpha A(y_i)

with :math:`A(z)=E|z-Y|` (Duclos–Esteban–Ray polarisation) or A = 1 (mean identification), incomes
being divided by their mean.  The influence function is that of the estimator itself: it knows that
the density is smoothed and that the bandwidth was chosen from the same data.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from skk_analysis.metrics.density import Grid, distance_to
from skk_analysis.metrics.distribution import Distribution, UndefinedIndexError

__all__ = ["Identified", "mean_identification"]

PILOT = 0.3  # of Silverman's normal scale, narrow enough to see two humps
GAUSS_AT_0 = 1 / math.sqrt(2 * math.pi)  # Gaussian kernel at 0
GAUSS_NORM = 1 / (2 * math.sqrt(math.pi))  # its squared norm
NOBODY = 1e-12  # of the highest density: what is below is rounding of the transform


class Identified(NamedTuple):
    """The integral, its influence function and the bandwidth it was estimated with."""

    value: float
    influence: np.ndarray
    width: float


class Bandwidth(NamedTuple):
    """A bandwidth, and the influence function of its logarithm on the pilot's grid.

    Attributes
    ----------
    width : float
        As a share of the mean income.
    points, drift : ndarray
        The influence function; zero for a bandwidth that was given.
    """

    width: float
    points: np.ndarray = np.zeros(1)
    drift: np.ndarray = np.zeros(1)


def mean_identification(
    dist: Distribution, name: str, alpha: float, bandwidth: float | None, *, distances: bool
) -> Identified:
    """Return the mean of each row's density to the power α, times its distance if ``distances``.

    Influence function, with w the kernel and h the bandwidth,

    .. math:: f(z)^\\alpha A(z)+\\alpha\\,E_x[f(x)^{\\alpha-1}A(x)\\,w_h(x-z)]
        +E_x[f(x)^\\alpha|x-z|]+\\frac{\\partial P}{\\partial\\ln h}\\,IF_{\\ln h}(z)
        +\\eta P(z/\\mu-1)

    less its mean, the second term without z's own part; the third term and −1 in η = α − 1 are
    there with distances only.
    """
    if not 0.25 <= alpha <= 1:
        raise ValueError(f"{name} needs 0.25 <= alpha <= 1, got {alpha}")
    dist.require_positive_mean(name)
    chosen = _bandwidth(dist, alpha, distances) if bandwidth is None else Bandwidth(bandwidth)
    if bandwidth is None and not chosen.width > 0:
        raise UndefinedIndexError(f"{name}: all values are equal, so there is no density")
    if not chosen.width > 0:
        raise ValueError(f"bandwidth must be > 0, got {chosen.width:g}")
    x = dist.relative
    grid = Grid.of(x, dist.share, chosen.width)
    density = grid.at_rows(grid.density)
    influence = density**alpha
    if distances:
        influence *= dist.mean_distance() / dist.mean
    value = float(dist.share @ influence)
    # a row makes its own density higher, but that goes with the row and is in the first term
    own = (alpha * GAUSS_AT_0 / chosen.width) * dist.share / dist.counts
    own *= influence
    own /= density
    influence -= own
    elasticity = alpha - 1 if distances else alpha
    influence += grid.at_rows(_felt_by_others(grid, chosen, alpha, distances))
    influence += elasticity * value * x
    influence -= dist.share @ influence
    return Identified(value, influence, float(chosen.width))


def _felt_by_others(grid: Grid, chosen: Bandwidth, alpha: float, distances: bool) -> np.ndarray:
    """Return the part of the influence that passes through other rows' densities and distances."""
    occupied = grid.mass > 0
    identified = grid.mass * grid.density**alpha
    by_density = np.zeros_like(identified)
    np.divide(alpha * identified, grid.density, out=by_density, where=occupied)
    if distances:
        by_density *= distance_to(grid.points, grid.mass)
    felt = grid.smooth(by_density)
    if distances:
        felt += distance_to(grid.points, identified)
    # a Gaussian kernel spreads like heat: its derivative by ln h is h² times that by x, twice
    by_width = chosen.width**2 * float(by_density @ grid.curvature)
    return felt + by_width * np.interp(grid.points, chosen.points, chosen.drift)


def _bandwidth(dist: Distribution, alpha: float, distances: bool) -> Bandwidth:
    """Return the bandwidth at which the leading biases of P cancel."""
    x, n = dist.relative, dist.effective_n
    sigma = math.sqrt(dist.share @ (x - 1) ** 2)
    quartiles = (dist.quantile(0.75) - dist.quantile(0.25)) / (1.349 * dist.mean)
    pilot = PILOT * (min(sigma, quartiles) or sigma) * n**-0.2
    own_count = (2 * GAUSS_AT_0 - (1 - alpha) * GAUSS_NORM) / n
    for _ in range(8):
        if not pilot > 0:
            break
        grid = Grid.of(x, dist.share, pilot)
        distance = distance_to(grid.points, grid.mass) if distances else np.ones(len(grid.points))
        weight = grid.density**alpha * distance
        curved = -float(weight @ grid.curvature)
        if curved > 0:
            width = (own_count * float(weight.sum()) / curved) ** (1 / 3)
            return Bandwidth(width, grid.points, _drift(grid, alpha, weight, distances))
        pilot /= 1.6  # so wide that the humps have run into one another
    return Bandwidth(4.7 * sigma * alpha**0.1 / math.sqrt(n))


def _drift(grid: Grid, alpha: float, weight: np.ndarray, distances: bool) -> np.ndarray:
    """Return the influence function of ln h, up to a constant; the pilot bandwidth is held.

    A third of those of :math:`\\ln\\int f^\\alpha A` and :math:`-\\ln(-\\int f^\\alpha Af'')`.
    """
    lived_in = grid.density > NOBODY * grid.density.max()
    by_density = np.zeros_like(weight)
    np.divide(alpha * weight, grid.density, out=by_density, where=lived_in)
    level = grid.smooth(by_density)
    curved = grid.smooth(by_density * grid.curvature) + grid.smooth(weight, second_derivative=True)
    if distances:
        identified = grid.density**alpha
        level += distance_to(grid.points, identified)
        curved += distance_to(grid.points, identified * grid.curvature)
    return (level / weight.sum() - curved / (weight @ grid.curvature)) / 3
