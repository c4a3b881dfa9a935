"""Dispersion and polarisation of answers on an ordered scale (Likert).

The column holds numbers; ``categories`` declares the scale, either the number K of categories 1…K
or their values in order, because a category that nobody chose counts: five answers on a scale of
five are not five on a scale of seven.  Codes such as 9 = "don't know" must be made missing first.
A table of counts goes in by :func:`answer_counts`.  :math:`p_k` is the share of category k,
:math:`F_k=p_1+…+p_k`; formulas use shares only, so the scale of weights does not matter and
replication changes nothing.  Standard errors come from the derivative by the shares, under the
design's strata and clusters.

Higher is more dispersion, contrary to :mod:`skk_analysis.metrics.agreement`.  Only the order of
the categories counts, not their values.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.metrics.answers import Answers, Categories
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index

__all__ = ["apouey", "berry_mielke", "blair_lacy", "cowell_flachaire", "kvalseth", "leik"]


@index(bounds=(0, 1))
def leik(dist: Distribution, categories: Categories) -> Linearised:
    """Leik's ordinal dispersion D.

    .. math:: D=\\frac{2}{K-1}\\sum_{k<K}\\min(F_k,1-F_k)

    Range 0 (one category) to 1 (half at each end).  1 − D is Leik's ordinal consensus.
    Derivative by :math:`F_k`: ±2/(K−1); at exactly :math:`F_k=1/2` that of the side below.

    Parameters
    ----------
    categories : int or sequence of float

    References
    ----------
    Leik (1966), *Pacific Sociological Review* 9, 85–90.

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> answers = answer_counts([30, 40, 210, 130, 530, 50, 10])
    >>> round(float(leik(answers, "answer", categories=7)), 3)
    0.287
    """
    return _from_half(Answers.of(dist, "leik", categories), 1.0)


def _from_half(answers: Answers, alpha: float) -> Linearised:
    """Return Apouey's family, a function of the distances of cumulative shares from a half."""
    distance = answers.cumulative - 0.5
    scale = 2**alpha / len(distance)
    # the power has a cusp at 0: go no nearer than one standard error of a share
    far = np.maximum(np.abs(distance), 0.5 / math.sqrt(answers.effective_n))
    side = np.where(distance > 0, 1.0, -1.0)
    steep = far if alpha < 1 else np.abs(distance)
    slope = -scale * alpha * steep ** (alpha - 1) * side
    return answers.by_cumulative(1 - scale * (np.abs(distance) ** alpha).sum(), slope)


@index(bounds=(0, 1))
def apouey(dist: Distribution, categories: Categories, alpha: float = 0.5) -> Linearised:
    """Apouey's bipolarisation P₂.

    .. math:: P_2(\\alpha)=1-\\frac{2^\\alpha}{K-1}\\sum_{k<K}|F_k-\\tfrac12|^\\alpha

    Range 0 (one category) to 1 (half at each end).  α = 1 is Leik's D, α = 2 Blair and Lacy's
    index.  Derivative by :math:`F_k`:
    :math:`-\\alpha2^\\alpha|F_k-\\frac12|^{\\alpha-1}\\mathrm{sgn}(F_k-\\frac12)/(K-1)`; for α < 1
    it is infinite at a half, and taken no nearer to it than :math:`1/(2\\sqrt n)`.

    Parameters
    ----------
    categories : int or sequence of float
    alpha : float, default 0.5
        Over 0.  The smaller, the more the categories around the median count.

    References
    ----------
    Apouey (2007), *Health Economics* 16, 875–894, eq. (7).

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> round(float(apouey(answer_counts([20] * 5), "answer", categories=5, alpha=1)), 4)
    0.6
    """
    if not alpha > 0:
        raise ValueError(f"apouey needs alpha > 0, got {alpha}")
    return _from_half(Answers.of(dist, "apouey", categories), alpha)


def _ordinal_variation(answers: Answers) -> Linearised:
    cumulative = answers.cumulative
    scale = 4 / len(cumulative)
    value = scale * float(cumulative @ (1 - cumulative))
    return answers.by_cumulative(value, scale * (1 - 2 * cumulative))


@index(bounds=(0, 1))
def berry_mielke(dist: Distribution, categories: Categories) -> Linearised:
    """Berry and Mielke's index of ordinal variation IOV.

    .. math:: IOV=\\frac{4}{K-1}\\sum_{j<k}p_jp_k(k-j)=\\frac{4}{K-1}\\sum_{k<K}F_k(1-F_k)

    Range 0 (one category) to 1 (half at each end).  Their maximum for an odd number of people is
    slightly less than this even one; it would make the index depend on that number and is not
    used.  Derivative by :math:`F_k`: :math:`4(1-2F_k)/(K-1)`.

    Parameters
    ----------
    categories : int or sequence of float

    References
    ----------
    Berry & Mielke (1992), *Perceptual and Motor Skills* 74, 63–66; Blair & Lacy (2000),
    *Sociological Methods & Research* 28, 251–280.

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> round(float(berry_mielke(answer_counts([20] * 5), "answer", categories=5)), 4)
    0.8
    """
    return _ordinal_variation(Answers.of(dist, "berry_mielke", categories))


@index(bounds=(0, 1))
def blair_lacy(dist: Distribution, categories: Categories) -> Linearised:
    """Blair and Lacy's ordinal variation 1 − l².

    .. math:: 1-l^2=1-\\frac{4}{K-1}\\sum_{k<K}(F_k-\\tfrac12)^2

    with their concentration l², the squared distance of the cumulative shares from those of half
    at each end.  Range 0 (one category) to 1 (half at each end).  Equal to :func:`berry_mielke`,
    as they showed; derivative as there.

    Parameters
    ----------
    categories : int or sequence of float

    References
    ----------
    Blair & Lacy (1996), *Perceptual and Motor Skills* 82, 411–418; (2000), *Sociological Methods &
    Research* 28, 251–280.

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> round(float(blair_lacy(answer_counts([20] * 5), "answer", categories=5)), 4)
    0.8
    """
    return _ordinal_variation(Answers.of(dist, "blair_lacy", categories))


@index(bounds=(0, 1))
def kvalseth(dist: Distribution, categories: Categories) -> Linearised:
    """Kvålseth's coefficient of ordinal variation COV.

    .. math:: COV=1-\\sqrt{1-IOV}

    with IOV as in :func:`berry_mielke`; that is 1 − l in Blair and Lacy's notation, on the scale of
    distances instead of their squares.  Range 0 (one category) to 1 (half at each end).
    Derivative that of IOV over :math:`2\\sqrt{1-IOV}`, 0 at IOV = 1, where there is none.

    Parameters
    ----------
    categories : int or sequence of float

    References
    ----------
    Kvålseth (1995), *Perceptual and Motor Skills* 80, 621–622; Blair & Lacy (2000), *Sociological
    Methods & Research* 28, 251–280.

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> round(float(kvalseth(answer_counts([20] * 5), "answer", categories=5)), 4)
    0.5528
    """
    squared = _ordinal_variation(Answers.of(dist, "kvalseth", categories))
    kept = math.sqrt(max(1 - squared.value, 0.0))
    return Linearised(1 - kept, squared.influence / (2 * kept or 1.0))


@index(bounds=(0, math.inf))
def cowell_flachaire(
    dist: Distribution, categories: Categories, alpha: float = 0.0, status: str = "downward"
) -> Linearised:
    """Cowell and Flachaire's inequality of status.

    .. math:: I(\\alpha)=\\frac{1}{\\alpha(\\alpha-1)}\\Big[\\sum_kp_ks_k^\\alpha-1\\Big],\\qquad
        I(0)=-\\sum_kp_k\\ln s_k

    with a person's status s the share of people in the same or a lower category
    (``"downward"``), or in the same or a higher one (``"upward"``), and full equality (everybody
    in one category) as the reference.  Range 0 upwards.  Unlike the dispersion indices it is
    highest when all categories are used.  Derivative by :math:`p_k`: :math:`\\varphi(s_k)` plus the
    sum of :math:`p_j\\varphi'(s_j)` over the categories whose status includes k.

    Parameters
    ----------
    categories : int or sequence of float
    alpha : float, default 0
        Below 1.
    status : {"downward", "upward"}

    References
    ----------
    Cowell & Flachaire (2017), *Economica* 84, 290–321, eq. (29)–(30).

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> answers = answer_counts([25, 25, 25, 25])
    >>> round(float(cowell_flachaire(answers, "answer", categories=4)), 4)
    0.5918
    """
    if not alpha < 1:
        raise ValueError(f"cowell_flachaire needs alpha < 1, got {alpha}")
    if status not in ("downward", "upward"):
        raise ValueError(f"status must be 'downward' or 'upward', got {status!r}")
    answers = Answers.of(dist, "cowell_flachaire", categories)
    turn = slice(None, None, 1 if status == "downward" else -1)
    shares = answers.shares[turn]
    standing = np.where(shares > 0, np.cumsum(shares), 1.0)  # nobody stands in an empty category
    if alpha == 0:
        level, steep = -np.log(standing), -1 / standing
    else:
        level = (standing**alpha - 1) / (alpha * (alpha - 1))
        steep = standing ** (alpha - 1) / (alpha - 1)
    slope = level + np.cumsum((shares * steep)[::-1])[::-1]
    return answers.by_share(float(shares @ level), slope[turn])
