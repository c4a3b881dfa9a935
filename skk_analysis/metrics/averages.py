"""Means, quantiles and proportions with design-based standard errors."""

from __future__ import annotations

import numpy as np

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index

__all__ = ["mean", "median", "proportion", "quantile"]


@index()
def mean(dist: Distribution) -> Linearised:
    """Weighted mean, a ratio of totals.

    .. math:: \\bar y=\\sum_i w_i y_i / \\sum_i w_i

    Unbounded; every finite value is allowed.  Influence function :math:`z-\\mu`.

    References
    ----------
    Lohr (2021), *Sampling: Design and Analysis*, 3rd ed., §4 and §9.

    Examples
    --------
    >>> float(mean([1, 2, 3], weights=[2, 1, 1]))
    1.75
    """
    return Linearised(dist.mean, dist.mean_influence())


@index()
def quantile(dist: Distribution, p: float = 0.5) -> Linearised:
    """Weighted quantile.

    The inverse distribution function, averaged where it jumps at exactly p (Hyndman & Fan's
    definition 2): unchanged by replication and by the scale of weights.  Unbounded; every finite
    value is allowed.  Influence function :math:`(p-1[z\\le q])/f(q)`; the slope of the quantile
    function over Woodruff's interval stands for 1/f(q).

    Parameters
    ----------
    p : float, default 0.5
        0 < p < 1.

    References
    ----------
    Woodruff (1952), *JASA* 47, 635–646; Hyndman & Fan (1996), *American Statistician* 50.

    Examples
    --------
    >>> float(quantile([1, 2, 3, 4], p=0.5)), float(quantile([1, 2, 3, 4], p=0.6))
    (2.5, 3.0)
    """
    if not 0 < p < 1:
        raise ValueError(f"quantile needs 0 < p < 1, got {p}; a median is p=0.5")
    return Linearised(dist.quantile(p), dist.quantile_influence(p))


@index()
def median(dist: Distribution) -> Linearised:
    """Weighted median, :func:`quantile` of 0.5.

    Conventions, standard error and references as there.

    Examples
    --------
    >>> float(median([1, 2, 3], weights=[1, 1, 3]))
    3.0
    """
    return Linearised(dist.median, dist.quantile_influence(0.5))


@index(bounds=(0, 1))
def proportion(dist: Distribution) -> Linearised:
    """Weighted proportion of ones in a 0/1 or true/false column.

    .. math:: \\hat p=\\sum_i w_i y_i / \\sum_i w_i,\\quad y_i\\in\\{0,1\\}

    Range 0 to 1; other values stop it.  Influence function :math:`z-\\hat p`; intervals on the
    logit scale.

    References
    ----------
    Lohr (2021), *Sampling: Design and Analysis*, 3rd ed., §4.

    Examples
    --------
    >>> float(proportion([True, False, False, True]))
    0.5
    """
    other = (dist.values != 0) & (dist.values != 1)
    if other.any():
        row = dist.rows_at(np.flatnonzero(other))[0]
        raise ValueError(
            f"proportion needs 0/1 or true/false, got {dist.values[other][0]:g} (row "
            f"{row}); compare first, as in frame.assign(poor=frame.income < 12000)"
        )
    return Linearised(dist.mean, dist.mean_influence())
