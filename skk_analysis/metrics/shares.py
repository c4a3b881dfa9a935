"""Lorenz ordinates and what is made of them: shares of the total, and ratios of shares.

Shares come from the Lorenz curve with linear interpolation, so the person at a cut is split between
the two sides, and neither ties nor the scale of weights matter.  Their influence functions need no
density: that of the generalised Lorenz ordinate at p is :math:`\\min(z-q_p,0)+p\\,q_p-GL(p)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate
from skk_analysis.metrics.design import as_design
from skk_analysis.metrics.distribution import Distribution, UndefinedIndexError
from skk_analysis.metrics.index import Linearised, index

__all__ = ["lorenz_curve", "palma", "percentile_ratio", "quantile_share", "s80s20", "s90s10"]


@index()
def quantile_share(dist: Distribution, lower: float = 0.0, upper: float = 0.2) -> Linearised:
    """Share of the total held by the people between two quantiles.

    .. math:: S(a,b)=L(b)-L(a)

    Range 0 to 1 when no value is negative (negative values are kept and named; the mean must be
    positive).  Fractions: the poorest fifth is ``lower=0, upper=0.2``.  For the interval's scale
    see :class:`~skk_analysis.estimate.Estimate`.

    Parameters
    ----------
    lower, upper : float
        Cuts of the population, 0 ≤ lower < upper ≤ 1.

    References
    ----------
    Beach & Davidson (1983), *Review of Economic Studies* 50, 723–735; Langel & Tillé (2011),
    *Statistica Neerlandica* 65.

    Examples
    --------
    >>> round(float(quantile_share([1, 2, 3, 4, 5], lower=0.8, upper=1)), 4)
    0.3333
    """
    if not 0 <= lower < upper <= 1:
        raise ValueError(f"need 0 <= lower < upper <= 1, got lower={lower}, upper={upper}")
    dist.require_positive_mean("quantile_share")
    value = dist.lorenz(upper) - dist.lorenz(lower)

    def influence() -> np.ndarray:
        return dist.lorenz_influence(upper) - dist.lorenz_influence(lower)

    return Linearised(value, influence, note=dist.negatives_note())


def _share_ratio(dist: Distribution, name: str, top: float, bottom: float) -> Linearised:
    """Return the share above quantile ``top`` over the share below quantile ``bottom``."""
    dist.require_positive_mean(name)
    below = dist.generalised_lorenz(bottom)
    if below <= 0:
        raise UndefinedIndexError(
            f"{name} divides by the total of the poorest {bottom:.0%}, {below:g} a head, which "
            "must be > 0; give the two shares with quantile_share instead"
        )
    value = (dist.mean - dist.generalised_lorenz(top)) / below

    def influence() -> np.ndarray:
        found = dist.mean_influence() - dist.generalised_lorenz_influence(top)
        found -= value * dist.generalised_lorenz_influence(bottom)
        found /= below
        return found

    return Linearised(value, influence, note=dist.negatives_note())


@index(bounds=(0, math.inf))
def s80s20(dist: Distribution) -> Linearised:
    """Income of the richest fifth over that of the poorest fifth.

    .. math:: \\frac{1-L(0.8)}{L(0.2)}

    Range 1 to ∞.  The person at a cut is split.  Zeros and negative values are kept (the latter
    named) as long as the poorest fifth's total is positive.

    References
    ----------
    Eurostat, *Income quintile share ratio* (ilc_di11); Langel & Tillé (2011), *Statistica
    Neerlandica* 65.

    Examples
    --------
    >>> round(float(s80s20(range(1, 11))), 4)
    6.3333
    """
    return _share_ratio(dist, "s80s20", top=0.8, bottom=0.2)


@index(bounds=(0, math.inf))
def s90s10(dist: Distribution) -> Linearised:
    """Income of the richest tenth over that of the poorest tenth.

    .. math:: \\frac{1-L(0.9)}{L(0.1)}

    Range 1 to ∞.  Rules as in :func:`s80s20`.

    References
    ----------
    OECD, *Income Distribution Database*, S90/S10 disposable income decile share; Langel & Tillé
    (2011), *Statistica Neerlandica* 65.

    Examples
    --------
    >>> round(float(s90s10(range(1, 11))), 4)
    10.0
    """
    return _share_ratio(dist, "s90s10", top=0.9, bottom=0.1)


@index(bounds=(0, math.inf))
def palma(dist: Distribution) -> Linearised:
    """Palma ratio: income of the richest tenth over that of the poorest four tenths.

    .. math:: \\frac{1-L(0.9)}{L(0.4)}

    Range 0.25 (all equal) to ∞.  Rules as in :func:`s80s20`.

    References
    ----------
    Palma (2011), *Development and Change* 42, 87–153; Cobham & Sumner (2013).

    Examples
    --------
    >>> round(float(palma([1, 1, 1, 1, 1, 1, 1, 1, 1, 11])), 4)
    2.75
    """
    return _share_ratio(dist, "palma", top=0.9, bottom=0.4)


@index(bounds=(0, math.inf))
def percentile_ratio(dist: Distribution, upper: float = 0.9, lower: float = 0.1) -> Linearised:
    """Ratio of two quantiles, P90/P10 by default.

    .. math:: Q(u)/Q(l)

    Range 1 to ∞.  Quantiles follow Hyndman & Fan's definition 2 (the inverse distribution function,
    averaged at its jumps).  The lower quantile must be positive.  Influence function from those of
    the quantiles, :math:`(p-1[z\\le Q(p)])/f(Q(p))`.

    Parameters
    ----------
    upper, lower : float, default 0.9 and 0.1
        0 < lower < upper < 1.

    References
    ----------
    Deville (1999), *Survey Methodology* 25, 193–203, §6; Osier (2009), *Survey Research Methods*
    3, 167–195.

    Examples
    --------
    >>> float(percentile_ratio(range(1, 101)))
    8.619047619047619
    """
    if not 0 < lower < upper < 1:
        raise ValueError(f"need 0 < lower < upper < 1, got lower={lower}, upper={upper}")
    low, high = dist.quantile(lower), dist.quantile(upper)
    if low <= 0:
        raise UndefinedIndexError(
            f"percentile_ratio divides by the {lower:g} quantile, which is {low:g}"
        )
    value = high / low

    def influence() -> np.ndarray:
        of_both = dist.quantile_influence(upper) - value * dist.quantile_influence(lower)
        return of_both / low

    return Linearised(value, influence)


def lorenz_curve(
    data,
    column: str | None = None,
    *,
    points: Sequence[float] | int = 20,
    weights=None,
    missing: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the Lorenz curve with pointwise intervals.

    Parameters
    ----------
    data, column, weights, missing
        As for every index.
    points : sequence of float or int, default 20
        Population shares, or the number of equal steps from 0 to 1.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        Columns population_share, income_share, se, lower, upper.

    References
    ----------
    Beach & Davidson (1983), *Review of Economic Studies* 50, 723–735.

    Examples
    --------
    >>> lorenz_curve([1, 2, 3, 4], points=2)["income_share"].tolist()
    [0.0, 0.3, 1.0]
    """
    shares = np.linspace(0, 1, points + 1) if isinstance(points, int) else np.asarray(points)
    design, column = as_design(data, column, weights=weights, missing=missing)
    ordinates = [
        quantile_share(design, column, lower=0, upper=p) if 0 < p < 1 else Estimate(p)
        for p in shares.tolist()
    ]
    curve = pd.concat([e.to_frame(level) for e in ordinates], ignore_index=True)
    curve.insert(0, "population_share", shares)
    curve = curve.rename(columns={"value": "income_share"})
    return curve[["population_share", "income_share", "se", "lower", "upper"]]
