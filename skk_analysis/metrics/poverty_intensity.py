"""Poverty that also asks how poor: gaps under the line and inequality among those under it.

Everybody strictly under the line counts as poor.  The line is ``share`` × the median of the rows in
hand, or given: as a number (known exactly) or as an Estimate such as ``poverty_line(country,
"income")``, whose error then goes into the index's.  Formulas are the replication-invariant ones,
so that weights are frequencies or probabilities and their scale does not matter.  :math:`p_i` is
a row's population share, t the line, :math:`g=(1-y/t)_+` the relative gap, H the share of the poor.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.estimate import Estimate
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index
from skk_analysis.metrics.poverty import line_of, with_line

__all__ = ["fgt", "poverty_gap", "sen", "sen_shorrocks_thon", "watts"]

Line = float | Estimate | None


def _positive_line(dist: Distribution, name: str, line: Line, share: float) -> float:
    t = line_of(dist, line, share)
    if not t > 0:
        raise ValueError(
            f"{name} measures gaps relative to the line, which is {t:g}; give line= > 0"
        )
    return t


def _foster(dist: Distribution, name: str, alpha: float, line: Line, share: float) -> Linearised:
    if not alpha >= 0:
        raise ValueError(f"{name} needs alpha >= 0, got {alpha}")
    t = _positive_line(dist, name, line, share)
    poor = dist.values < t
    gap = np.where(poor, 1 - dist.values / t, 1.0)  # 1 for the others only to keep powers finite
    powers = np.where(poor, gap**alpha, 0.0)
    value = float(dist.share @ powers)
    if alpha == 0:
        slope = dist.density(t)
    else:
        slope = float(dist.share @ np.where(poor, gap ** (alpha - 1) * dist.values, 0.0))
        slope *= alpha / t**2
    return with_line(dist, value, powers - value, slope, line, share, dist.negatives_note())


@index(bounds=(0, math.inf))
def fgt(
    dist: Distribution, alpha: float = 2.0, line: float | Estimate | None = None, share: float = 0.6
) -> Linearised:
    """Foster–Greer–Thorbecke poverty.

    .. math:: P_\\alpha=\\sum_i p_i\\,(1-y_i/t)^\\alpha\\,1[y_i<t]

    α = 0 is the low-income rate, 1 the poverty gap, 2 counts the poorest the most.  Range 0 to 1
    when no value is negative.  Zeros are kept; negative values are kept and named.

    Influence function :math:`g(z)^\\alpha 1[z<t]-P_\\alpha`, plus that of the line times
    :math:`\\frac{\\alpha}{t^2}\\sum_i p_i y_i g_i^{\\alpha-1}` (the density at t for α = 0).

    Parameters
    ----------
    alpha : float, default 2
        Aversion to poverty, ≥ 0.
    line : float or Estimate, optional
    share : float, default 0.6
        Share of the median, when no line is given.

    References
    ----------
    Foster, Greer & Thorbecke (1984), *Econometrica* 52, 761–766, eq. (4).

    Examples
    --------
    >>> round(float(fgt([5, 8, 10, 20], alpha=2, line=10)), 4)
    0.0725
    """
    return _foster(dist, "fgt", alpha, line, share)


@index(bounds=(0, math.inf))
def poverty_gap(
    dist: Distribution, line: float | Estimate | None = None, share: float = 0.6
) -> Linearised:
    """Poverty gap: the mean shortfall from the line, everybody counted, as a share of the line.

    .. math:: P_1=\\sum_i p_i\\,(1-y_i/t)\\,1[y_i<t]

    :func:`fgt` with α = 1; range, conventions, influence function and reference as there.

    Examples
    --------
    >>> round(float(poverty_gap([5, 8, 10, 20], line=10)), 4)
    0.175
    """
    return _foster(dist, "poverty_gap", 1.0, line, share)


@index(bounds=(0, math.inf))
def watts(
    dist: Distribution, line: float | Estimate | None = None, share: float = 0.6
) -> Linearised:
    """Watts' index: the mean logarithmic shortfall from the line.

    .. math:: W=\\sum_i p_i\\,\\ln(t/y_i)\\,1[y_i<t]

    Range 0 to ∞.  Zeros and negative values stop it.  Divided by a growth rate it is the mean
    time in which the poor would leave poverty (Morduch 1998).

    Influence function :math:`\\ln(t/z)1[z<t]-W`, plus that of the line times H/t.

    Parameters
    ----------
    line : float or Estimate, optional
    share : float, default 0.6

    References
    ----------
    Watts (1968), *An Economic Definition of Poverty*; Zheng (1993), *Economics Letters* 42, 81–86.

    Examples
    --------
    >>> round(float(watts([5, 8, 10, 20], line=10)), 4)
    0.2291
    """
    dist.require_positive("watts", advice="fgt keeps zeros.")
    t = _positive_line(dist, "watts", line, share)
    shortfall = np.log(np.maximum(t / dist.values, 1.0))
    value = float(dist.share @ shortfall)
    return with_line(dist, value, shortfall - value, dist.share_below(t) / t, line, share)


@index(bounds=(0, math.inf))
def sen(dist: Distribution, line: float | Estimate | None = None, share: float = 0.6) -> Linearised:
    """Sen's index: rate, gap and inequality among the poor in one number.

    .. math:: S=H\\{I+(1-I)G_p\\}=\\frac2H\\sum_i p_i\\,g_i\\,(H-F(y_i))

    with the mean relative gap I and the Gini coefficient :math:`G_p` of the poor, F the
    distribution function counting people at :math:`y_i` by half.  This is Sen's eq. (13), the
    limit for many people: his finite formula has the factor q/(q+1).  Range 0 to 1 when no value
    is negative; 0 when nobody is poor.  Zeros are kept; negative values are kept and named.

    Influence function :math:`\\{2\\,IF_U-S(1[z<t]-H)\\}/H`, U the sum above and :math:`IF_U=
    1[z<t]\\{g(z)(H-F(z))+\\sum_{y_i<z}p_ig_i\\}-2U` (half the people at z counted); plus that of
    the line times :math:`\\frac2H\\{\\frac1{t^2}\\sum p_iy_i(H-F_i)+f(t)\\sum p_ig_i\\}-Sf(t)/H`.

    Parameters
    ----------
    line : float or Estimate, optional
    share : float, default 0.6

    References
    ----------
    Sen (1976), *Econometrica* 44, 219–231, eq. (13).

    Examples
    --------
    >>> round(float(sen([5, 8, 10, 20], line=10)), 4)
    0.2125
    """
    t = _positive_line(dist, "sen", line, share)
    rate = dist.share_below(t)
    note = dist.negatives_note()
    if rate == 0:
        return with_line(dist, 0.0, np.zeros(len(dist.values)), 0.0, line, share, "nobody is poor")
    poor, gap, rank, held = _gaps(dist, t)
    total = float(dist.share @ (gap * (rate - rank)))
    value = 2 * total / rate
    of_total = np.where(poor, gap * (rate - rank) + held, 0.0) - 2 * total
    influence = (2 * of_total - value * (poor - rate)) / rate
    density = dist.density(t)
    closer = float(dist.share @ np.where(poor, dist.values * (rate - rank), 0.0)) / t**2
    joined = density * float(dist.share @ gap)
    slope = (2 * (closer + joined) - value * density) / rate
    return with_line(dist, value, influence, slope, line, share, note)


@index(bounds=(0, math.inf))
def sen_shorrocks_thon(
    dist: Distribution, line: float | Estimate | None = None, share: float = 0.6
) -> Linearised:
    """Sen–Shorrocks–Thon index: the poverty gap with more weight on the larger gaps.

    .. math:: P_{SST}=H\\,I\\,(1+G_g)=2\\sum_i p_i\\,g_i\\,(1-F(y_i))

    with :math:`G_g` the Gini coefficient of the gaps of all people, the gaps of the others being
    zero.  Range 0 to 1 when no value is negative.  Zeros are kept; negative values are kept and
    named.

    Influence function :math:`2\\{g(z)(1-F(z))+\\sum_{y_i<z}p_ig_i\\}-2P` (half the people at z
    counted), plus that of the line times :math:`\\frac2{t^2}\\sum p_iy_i(1-F_i)` over the poor.

    Parameters
    ----------
    line : float or Estimate, optional
    share : float, default 0.6

    References
    ----------
    Shorrocks (1995), *Econometrica* 63, 1225–1230, eq. (5); Osberg & Xu (2000), *Review of Income
    and Wealth* 46, 51–81.

    Examples
    --------
    >>> round(float(sen_shorrocks_thon([5, 8, 10, 20], line=10)), 4)
    0.2812
    """
    t = _positive_line(dist, "sen_shorrocks_thon", line, share)
    poor, gap, rank, held = _gaps(dist, t)
    value = 2 * float(dist.share @ (gap * (1 - rank)))
    influence = 2 * (gap * (1 - rank) + held) - 2 * value
    slope = 2 * float(dist.share @ np.where(poor, dist.values * (1 - rank), 0.0)) / t**2
    return with_line(dist, value, influence, slope, line, share, dist.negatives_note())


def _gaps(dist: Distribution, t: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return who is poor, the gaps, each row's rank, and the total gap of those below it.

    Rows at the same value count each other by half; their sums of gap × rank and of the gaps
    below do not depend on their order.
    """
    poor = dist.values < t
    gap = np.where(poor, 1 - dist.values / t, 0.0)
    held = np.cumsum(dist.share * gap) - dist.share * gap / 2
    return poor, gap, dist.cumulative_share - dist.share / 2, held
