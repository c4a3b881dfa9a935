"""Polarisation: how far a distribution is clustering around separate poles.

Both indices may move against inequality: moving people from the middle of each half to its centre
lowers the Gini coefficient and raises these.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index

__all__ = ["duclos_esteban_ray", "wolfson"]

CELLS_PER_BANDWIDTH = 16  # keeps the binned density within 1e-5 of the exact one
MOST_CELLS = 2**23
PILOT = 0.35  # of Silverman's normal scale, narrow enough to see two humps
GAUSS_AT_0 = 1 / math.sqrt(2 * math.pi)  # Gaussian kernel at 0
GAUSS_NORM = 1 / (2 * math.sqrt(math.pi))  # its squared norm


@index(bounds=(0, math.inf))
def wolfson(dist: Distribution) -> Linearised:
    """Wolfson's bipolarisation index, on the 0–1 scale.

    .. math:: P = 4\\,\\frac{\\mu}{m}\\Big(\\tfrac12-L(\\tfrac12)-\\tfrac{G}{2}\\Big)

    with the median m.  0 = all equal, 1 = half the people at zero and half at twice the mean (some
    authors print a quarter or half of this: Foster & Wolfson's scale is half).  May exceed 1 when
    the mean is far above the median.  Zeros are kept; negative values are kept and named; mean and
    median must be positive.  L is linear between rows, the median Hyndman & Fan's definition 2.

    Influence function :math:`\\frac4m\\{\\frac{z-\\mu}2-IF_{GL(1/2)}-\\frac{A(z)-2G\\mu}{2}\\}
    -\\frac{P}{m}IF_m`, with :math:`A(z)=E|z-Y|`.

    References
    ----------
    Wolfson (1994), *American Economic Review* 84(2), 353–358; Wolfson (1997), *Review of Income
    and Wealth* 43, 401–421.

    Examples
    --------
    >>> round(float(wolfson([1, 2, 3, 4])), 4), round(float(wolfson([1.5, 1.5, 3.5, 3.5])), 4)
    (0.3, 0.4)
    """
    dist.require_positive_mean("wolfson")
    middle = dist.median
    if middle <= 0:
        raise ValueError(f"wolfson divides by the median, which is {middle:g}; it must be > 0")
    distance = dist.mean_distance()
    mean_distance = float(dist.share @ distance)  # 2 G mu
    gap = dist.mean / 2 - dist.generalised_lorenz(0.5) - mean_distance / 4
    value = 4 * gap / middle
    gap_influence = (
        dist.mean_influence() / 2
        - dist.generalised_lorenz_influence(0.5)
        - (distance - mean_distance) / 2
    )
    influence = (4 * gap_influence - value * dist.quantile_influence(0.5)) / middle
    return Linearised(value, influence, note=dist.negatives_note())


@index(bounds=(0, math.inf))
def duclos_esteban_ray(
    dist: Distribution, alpha: float = 0.5, bandwidth: float | None = None
) -> Linearised:
    """Duclos–Esteban–Ray polarisation: alienation among people who identify with their like.

    .. math:: P_\\alpha=\\int\\!\\!\\int f(x)^{1+\\alpha}f(y)\\,|x-y|\\,dx\\,dy

    for incomes divided by their mean, the integral unhalved: α → 0 gives twice the Gini coefficient
    (DAD and Stata's DASP print half of it).  Range 0 upwards, no upper bound.  Zeros are kept;
    negative values are kept and named; the mean must be positive.

    Estimated by :math:`\\sum_i p_i \\hat f(y_i)^\\alpha A(y_i)` with a Gaussian kernel density and
    :math:`A(z)=E|z-Y|`, in O(n log n): linear binning and fast Fourier transform for the density,
    cumulative sums for A.  The default bandwidth is the one at which the two leading biases of P
    cancel, the smoothing of the density and each row's counting among its own like:

    .. math:: h^3 = \\frac{2K(0)-(1-\\alpha)R(K)}{n}\\cdot
        \\frac{\\int f^\\alpha A}{-\\int f^\\alpha A f''}

    with a pilot density in f, A and f''; K is the Gaussian kernel, R its squared norm, n Kish's
    effective number of rows.  The rule printed in the paper (p. 1753), :math:`h=4.7\\,\\sigma\\,
    \\alpha^{0.1}n^{-1/2}`, is for a normal density; where there are two humps, which is what the
    index is for, its σ spans both and P comes out several standard errors too low.  As h depends
    on n, writing every row out twice changes P slightly unless ``bandwidth`` is given.

    Influence function :math:`(1+\\alpha)f(z)^\\alpha A(z)+E_x[f(x)^\\alpha|x-z|]-(2+\\alpha)P
    +(\\alpha-1)P(z/\\mu-1)`.

    Parameters
    ----------
    alpha : float, default 0.5
        Weight of identification, 0.25 to 1 by the axioms.
    bandwidth : float, optional
        Kernel standard deviation as a share of the mean.

    References
    ----------
    Duclos, Esteban & Ray (2004), *Econometrica* 72, 1737–1772, theorem 1 and §3; Jones & Sheather
    (1991), *Statistics & Probability Letters* 11, 511–514, for letting the two biases cancel.

    Examples
    --------
    >>> incomes = [1.0, 1.2, 1.4, 3.6, 3.8, 4.0]
    >>> round(float(duclos_esteban_ray(incomes, alpha=0.5, bandwidth=0.1)), 3)
    0.664
    """
    identification, width = identify(dist, "duclos_esteban_ray", alpha, bandwidth)
    x = dist.values / dist.mean
    distance = dist.mean_distance() / dist.mean
    value = float(dist.share @ (identification * distance))
    influence = (
        (1 + alpha) * identification * distance
        + distance_to(x, dist.share * identification)
        - (2 + alpha) * value
        + (alpha - 1) * value * (x - 1)
    )
    note = "; ".join(filter(None, [f"bandwidth {width:.4g}", dist.negatives_note()]))
    return Linearised(value, influence, note=note)


def identify(
    dist: Distribution, name: str, alpha: float, bandwidth: float | None, *, alone: bool = False
) -> tuple[np.ndarray, float]:
    """Return each row's identification with its like (density to the power α), and the bandwidth.

    The density is that of the values divided by their mean; its default bandwidth is the best for
    polarisation, or for mean identification ``alone``, which is polarisation with A = 1.
    """
    if not 0.25 <= alpha <= 1:
        raise ValueError(f"{name} needs 0.25 <= alpha <= 1, got {alpha}")
    dist.require_positive_mean(name)
    width = _der_bandwidth(dist, alpha, alone) if bandwidth is None else float(bandwidth)
    if not width > 0:
        raise ValueError(
            f"bandwidth must be > 0, got {width:g}"
            + ("; all values are equal, so there is no density" if bandwidth is None else "")
        )
    return density_at(dist.values / dist.mean, dist.share, width) ** alpha, width


def _der_bandwidth(dist: Distribution, alpha: float, alone: bool) -> float:
    """Return the bandwidth, as a share of the mean, at which the leading biases of P cancel."""
    x, n = dist.values / dist.mean, dist.effective_n
    sigma = math.sqrt(dist.share @ (x - 1) ** 2)
    quartiles = (dist.quantile(0.75) - dist.quantile(0.25)) / (1.349 * dist.mean)
    pilot = PILOT * (min(sigma, quartiles) or sigma) * n**-0.2
    own_count = (2 * GAUSS_AT_0 - (1 - alpha) * GAUSS_NORM) / n
    for _ in range(8):
        if not pilot > 0:
            break
        grid, mass, *_ = _bin(x, dist.share, pilot)
        distance = np.ones_like(grid) if alone else distance_to(grid, mass)
        weight = _smooth(grid, mass, pilot) ** alpha * distance
        curvature = -float(weight @ _smooth(grid, mass, pilot, derivative=2))
        if curvature > 0:
            return (own_count * float(weight.sum()) / curvature) ** (1 / 3)
        pilot /= 1.6  # so wide that the humps have run into one another
    return 4.7 * sigma * alpha**0.1 / math.sqrt(n)


def distance_to(x: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Return :math:`\\sum_j m_j|x_i-x_j|` for ascending x, by cumulative sums."""
    below, moment = np.cumsum(mass), np.cumsum(mass * x)
    return x * (2 * below - below[-1]) - 2 * moment + moment[-1]


def density_at(x: np.ndarray, share: np.ndarray, width: float) -> np.ndarray:
    """Return the Gaussian kernel density at the points ``x`` themselves.

    Linear binning to a grid, convolution by fast Fourier transform, linear interpolation back.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Ascending.
    share : ndarray, shape (n,)
    width : float
        Standard deviation of the kernel.
    """
    grid, mass, left, right = _bin(x, share, width)
    smooth = _smooth(grid, mass, width)
    return smooth[left] * (1 - right) + smooth[left + 1] * right


def _bin(x: np.ndarray, share: np.ndarray, width: float):
    """Share out each row between the two grid points around it, in proportion to nearness.

    Returns the grid, its mass, and each row's left grid point and part that went right.  The margin
    of four kernel widths at both ends keeps them apart on the circle of the Fourier transform.
    """
    low, span = x[0] - 4 * width, x[-1] - x[0] + 8 * width
    cells = int(min(CELLS_PER_BANDWIDTH * span / width, MOST_CELLS))
    step = span / cells
    place = (x - low) / step
    left = place.astype(np.intp)
    right = place - left
    mass = np.bincount(left, share * (1 - right), cells) + np.bincount(
        left + 1, share * right, cells
    )
    return low + step * np.arange(cells), mass, left, right


def _smooth(grid: np.ndarray, mass: np.ndarray, width: float, derivative: int = 0) -> np.ndarray:
    """Return the Gaussian kernel density of binned mass (or its second derivative) on the grid."""
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

    step = grid[1] - grid[0]
    length = next_fast_len(len(mass), real=True)
    frequency = 2 * np.pi * rfftfreq(length, d=step)
    kernel = np.exp(-0.5 * (frequency * width) ** 2)
    if derivative == 2:
        return irfft(-(frequency**2) * kernel * rfft(mass, length), length)[: len(mass)] / step
    # what is below zero is rounding of the transform
    return np.maximum(irfft(kernel * rfft(mass, length), length)[: len(mass)] / step, 0)
