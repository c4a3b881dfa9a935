"""Inequality as a loss of social welfare: S-Gini and Kolm, with an aversion of the user's choice.

Conventions as in :mod:`skk_analysis.metrics.inequality`.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index

__all__ = ["kolm", "s_gini"]


@index(bounds=(0, 1))
def s_gini(dist: Distribution, nu: float = 2.0) -> Linearised:
    """Single-parameter (extended) Gini: the Gini coefficient with more weight on the poorest.

    .. math:: G_\\nu=1-\\frac1\\mu\\int_0^1\\nu(1-p)^{\\nu-1}Q(p)\\,dp
        =1-\\frac1\\mu\\sum_i y_i\\big[(1-F_{i-1})^\\nu-(1-F_i)^\\nu\\big]

    with the quantile function Q and cumulative shares F.  ν = 2 is the Gini coefficient; ν → 1
    gives 0, ν → ∞ looks at the poorest person only.  Range 0 to 1.  Zeros are kept; negative
    values are kept and named, and the index may then exceed 1; the mean must be positive.
    Neither ties nor the order of rows matter.

    Influence function :math:`\\{(1-G_\\nu)(z-\\mu)-IF_W\\}/\\mu`, with
    :math:`IF_W=\\nu\\int_{y_1}^z(1-F)^{\\nu-1}dy-\\nu(W-y_1)` and the welfare
    :math:`W=(1-G_\\nu)\\mu`.

    Parameters
    ----------
    nu : float, default 2
        Aversion to inequality, > 1.

    References
    ----------
    Donaldson & Weymark (1980), *Journal of Economic Theory* 22, 67–86; Yitzhaki (1983),
    *International Economic Review* 24, 617–628, eq. (6).

    Examples
    --------
    >>> round(float(s_gini([1, 2, 3, 4])), 4), round(float(s_gini([1, 2, 3, 4], nu=3)), 4)
    (0.25, 0.375)
    """
    if not nu > 1:
        raise ValueError(f"s_gini needs nu > 1, got {nu}; 1 would always give 0")
    dist.require_positive_mean("s_gini")
    left = np.clip(1 - np.concatenate([[0.0], dist.cumulative_share]), 0.0, 1.0)
    left[-1] = 0.0
    welfare = float(dist.values @ -np.diff(left**nu))
    steps = np.diff(dist.values) * left[1:-1] ** (nu - 1)
    climbed = np.concatenate([[0.0], np.cumsum(steps)])
    slope = nu * (climbed - (welfare - dist.values[0]))
    value = 1 - welfare / dist.mean
    influence = ((1 - value) * dist.mean_influence() - slope) / dist.mean
    return Linearised(value, influence, note=dist.negatives_note())


@index(bounds=(0, math.inf))
def kolm(dist: Distribution, kappa: float) -> Linearised:
    """Kolm's index: the amount of income that could be given up by each for full equality.

    .. math:: K_\\kappa=\\frac1\\kappa\\ln\\sum_i p_i\\,e^{\\kappa(\\mu-y_i)}

    Absolute: in the unit of the values, unchanged when everybody gets the same amount more (and
    not when everybody gets the same percentage more).  Range 0 to ∞.  Zeros and negative values
    are kept as they are, since only distances from the mean count.

    Influence function :math:`\\frac1\\kappa\\{e^{\\kappa(\\mu-z)}/M-1\\}+z-\\mu`, with
    :math:`M=\\sum_i p_i e^{\\kappa(\\mu-y_i)}`.

    Parameters
    ----------
    kappa : float
        Aversion to inequality, > 0, per unit of the values: for incomes in euros something like
        0.0001.  The index is κ/2 times the variance when κ is small beside 1 / spread.

    References
    ----------
    Kolm (1976), *Journal of Economic Theory* 12, 416–442 (the leftist measure); Blackorby &
    Donaldson (1980), *International Economic Review* 21, 107–136.

    Examples
    --------
    >>> round(float(kolm([1, 2, 3], kappa=1)), 4), round(float(kolm([11, 12, 13], kappa=1)), 4)
    (0.309, 0.309)
    """
    if not kappa > 0:
        raise ValueError(f"kolm needs kappa > 0, got {kappa}")
    exponent = -kappa * dist.mean_influence()
    highest = float(exponent.max())  # taken out so that nothing overflows
    loss = np.exp(exponent - highest)
    mean_loss = float(dist.share @ loss)
    value = (highest + math.log(mean_loss)) / kappa
    return Linearised(value, (loss / mean_loss - 1) / kappa + dist.mean_influence())
