"""Polarisation: how far a distribution is clustering around separate poles.

Both indices may move against inequality: moving people from the middle of each half to its centre
lowers the Gini coefficient and raises these.
"""

from __future__ import annotations

import math

from skk_analysis.metrics.distribution import Distribution, UndefinedIndexError
from skk_analysis.metrics.identification import mean_identification
from skk_analysis.metrics.index import Linearised, index

__all__ = ["duclos_esteban_ray", "wolfson"]


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
        raise UndefinedIndexError(
            f"wolfson divides by the median, which is {middle:g}; it must be > 0"
        )
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
    +(\\alpha-1)P(z/\\mu-1)`, with two terms of the estimator that matter in small samples: the
    second :math:`f(z)^\\alpha A(z)` is smoothed by the kernel, and the chosen bandwidth varies.

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
    found = mean_identification(dist, "duclos_esteban_ray", alpha, bandwidth, distances=True)
    note = "; ".join(filter(None, [f"bandwidth {found.width:.4g}", dist.negatives_note()]))
    return Linearised(found.value, found.influence, note=note)
