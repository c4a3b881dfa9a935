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
    distance = dist.mean_distance
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
    cumulative sums for A.  The default bandwidth is the rule of the paper (p. 1753) that minimises
    the error of P rather than of f, :math:`h=4.7\\,\\sigma\\,\\alpha^{0.1}n^{-1/2}`, σ the standard
    deviation on the mean-normalised scale and n Kish's effective number of rows.  It depends on n,
    so writing every row out twice changes P slightly unless ``bandwidth`` is given.

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
    Duclos, Esteban & Ray (2004), *Econometrica* 72, 1737–1772, theorem 1 and §3.

    Examples
    --------
    >>> incomes = [1.0, 1.2, 1.4, 3.6, 3.8, 4.0]
    >>> round(float(duclos_esteban_ray(incomes, alpha=0.5, bandwidth=0.1)), 3)
    0.664
    """
    identification, width = identify(dist, "duclos_esteban_ray", alpha, bandwidth)
    x = dist.values / dist.mean
    distance = dist.mean_distance / dist.mean
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
    dist: Distribution, name: str, alpha: float, bandwidth: float | None
) -> tuple[np.ndarray, float]:
    """Return each row's identification with its like (density to the power α), and the bandwidth.

    The density is that of the values divided by their mean.
    """
    if not 0.25 <= alpha <= 1:
        raise ValueError(f"{name} needs 0.25 <= alpha <= 1, got {alpha}")
    dist.require_positive_mean(name)
    width = _der_bandwidth(dist, alpha) if bandwidth is None else float(bandwidth)
    if not width > 0:
        raise ValueError(
            f"bandwidth must be > 0, got {width:g}"
            + ("; all values are equal, so there is no density" if bandwidth is None else "")
        )
    return density_at(dist.values / dist.mean, dist.share, width) ** alpha, width


def _der_bandwidth(dist: Distribution, alpha: float) -> float:
    """Return the paper's rule on the mean-normalised scale."""
    sigma = math.sqrt(dist.share @ (dist.values / dist.mean - 1) ** 2)
    return 4.7 * sigma * alpha**0.1 / math.sqrt(dist.effective_n)


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
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

    low, span = x[0], x[-1] - x[0]
    cells = int(min(CELLS_PER_BANDWIDTH * span / width, MOST_CELLS)) + 2
    step = max(span, width) / (cells - 1)
    cells += 1  # so that the last point also has a cell on its right
    place = (x - low) / step
    left = place.astype(np.intp)
    right = place - left
    mass = np.bincount(left, share * (1 - right), cells)
    mass += np.bincount(left + 1, share * right, cells)
    # zeros on the far side as wide as the kernel, so that the ends do not meet around the circle
    length = next_fast_len(cells + int(8 * width / step) + 1, real=True)
    frequency = 2 * np.pi * rfftfreq(length, d=step)
    smooth = irfft(rfft(mass, length) * np.exp(-0.5 * (frequency * width) ** 2), length)[:cells]
    smooth = np.maximum(smooth / step, 0)  # rounding of the transform
    return smooth[left] * (1 - right) + smooth[left + 1] * right
