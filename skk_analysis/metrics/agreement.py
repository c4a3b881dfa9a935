"""Agreement of answers on an ordered scale: van der Eijk's A and Tastle and Wierman's consensus.

Higher is more agreement.  How the scale is declared, and all other conventions, as in
:mod:`skk_analysis.metrics.ordinal`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from skk_analysis.metrics.answers import Answers, Categories
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index

__all__ = ["consensus", "van_der_eijk"]

SQRT_2PI = math.sqrt(2 * math.pi)


@index(bounds=(-1, 1))
def van_der_eijk(dist: Distribution, categories: Categories) -> Linearised:
    """Van der Eijk's agreement A.

    .. math:: A=\\sum_l w_l\\,U_l\\Big(1-\\frac{S_l-1}{K-1}\\Big),\\qquad
        U=\\frac{(K-2)\\,T_u-(K-1)\\,T_d}{(K-2)(T_u+T_d)}

    The shares are cut into layers within each of which the S categories that take part have the
    same share; :math:`w_l` is the layer's part of all answers, and :math:`T_u` and :math:`T_d`
    count the triples of categories with the patterns 110 or 011, and 101.  Range −1 (half at each
    end), 0 (even), 1 (one category).  At least three categories.

    Derivative by :math:`p_k`: the change of the layer that ends at k.  Where categories have equal
    shares A has a kink, and the mean of their derivatives is used; the interval allows for
    the bias that chance has there.

    Parameters
    ----------
    categories : int or sequence of float
        Number of categories, or their values.

    References
    ----------
    van der Eijk (2001), *Quality & Quantity* 35, 325–341, eq. (1)–(3).

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> answers = answer_counts([30, 40, 210, 130, 530, 50, 10])
    >>> round(float(van_der_eijk(answers, "answer", categories=7)), 7)
    0.6113333
    """
    answers = Answers.of(dist, "van_der_eijk", categories, least=3)
    order = np.argsort(answers.shares, kind="stable")
    levels = answers.shares[order]
    size = len(order)
    weight = np.zeros(size + 1)
    for layer in range(size):
        pattern = np.zeros(size, dtype=bool)
        pattern[order[layer:]] = True
        weight[layer] = (size - layer) * _pattern_agreement(pattern)
    value = float(np.diff(levels, prepend=0.0) @ weight[:-1])
    starts = np.flatnonzero(np.diff(levels, prepend=-1.0) > 1e-12)  # of equally large categories
    sizes = np.diff([*starts, size])
    slope = np.empty(size)
    slope[order] = np.repeat((weight[starts] - weight[[*starts[1:], size]]) / sizes, sizes)
    bias = _bias_of_kinks(order, levels, weight, answers.effective_n)
    return replace(answers.by_share(value, slope), bias=bias)


def _bias_of_kinks(order, levels, weight, n) -> float:
    """Return how far chance raises A through categories that are nearly the same size.

    A has a term κ|d| in the difference d of two categories next to each other by size; of an
    unbiased d with standard error σ, :math:`E|\\hat d|-|d|=2\\sigma\\{\\phi(r)-r\\Phi(-r)\\}` with
    r = |d|/σ.
    """
    from scipy.special import ndtr

    bias, size = 0.0, len(order)
    for k in range(size - 1):
        swapped = np.zeros(size, dtype=bool)
        swapped[[order[k], *order[k + 2 :]]] = True
        kink = weight[k + 1] + (size - k - 1) * _pattern_agreement(swapped)
        kink = (kink - weight[k] - weight[k + 2]) / 2
        gap = levels[k + 1] - levels[k]
        error = math.sqrt(max(levels[k + 1] + levels[k] - gap**2, 0.0) / n)
        if error > 0:
            r = gap / error
            bias += 2 * kink * error * (math.exp(-(r**2) / 2) / SQRT_2PI - r * float(ndtr(-r)))
    return bias


def _pattern_agreement(pattern: np.ndarray) -> float:
    """Return the agreement of a layer, whose categories have the same share or none."""
    size, chosen = len(pattern), int(pattern.sum())
    before, after = np.cumsum(pattern) - pattern, chosen - np.cumsum(pattern)
    empty_before = np.arange(size) - before
    empty_after = size - 1 - np.arange(size) - after
    unimodal = (pattern * (before * empty_after + empty_before * after)).sum()
    bimodal = (~pattern * before * after).sum()
    unimodality = 1.0
    if unimodal + bimodal > 0:
        unimodality = ((size - 2) * unimodal - (size - 1) * bimodal) / (
            (size - 2) * (unimodal + bimodal)
        )
    return unimodality * (1 - (chosen - 1) / (size - 1))


@index(bounds=(0, 1))
def consensus(dist: Distribution, categories: Categories) -> Linearised:
    """Tastle and Wierman's consensus.

    .. math:: Cns=1+\\sum_k p_k\\log_2\\Big(1-\\frac{|X_k-\\mu|}{X_K-X_1}\\Big)

    with the categories' values X and the mean answer μ.  Range 0 (half at each end) to 1 (one
    category).  The one logarithm to base 2 in the library, as published.  Derivative by
    :math:`p_k`:
    :math:`\\log_2(1-u_k)+X_k\\sum_jp_j\\,\\mathrm{sgn}(X_j-\\mu)/\\{(1-u_j)d\\ln2\\}`,
    with :math:`u=|X-\\mu|/d`, :math:`d=X_K-X_1`.

    Parameters
    ----------
    categories : int or sequence of float

    References
    ----------
    Tastle & Wierman (2007), *International Journal of Approximate Reasoning* 45, 531–545, eq. (1).

    Examples
    --------
    >>> from skk_analysis.metrics import answer_counts
    >>> answers = answer_counts([30, 40, 210, 130, 530, 50, 10])
    >>> round(float(consensus(answers, "answer", categories=7)), 7)
    0.7256876
    """
    answers = Answers.of(dist, "consensus", categories)
    distance = answers.scale - answers.shares @ answers.scale
    width = answers.scale[-1] - answers.scale[0]
    near = 1 - np.abs(distance) / width
    chosen = answers.shares > 0
    term = np.log2(near, out=np.zeros_like(near), where=chosen)
    pull = np.sign(distance) / (np.where(chosen, near, 1.0) * width * math.log(2))
    slope = term + answers.scale * (answers.shares @ pull)
    return answers.by_share(1 + float(answers.shares @ term), slope)
