"""Concentration index and curve: an outcome counted up along a rank such as income or education.

``rank`` is a column of numbers or an ordered categorical, low = worst off; equal ranks share the
middle of their places (weighted ridits), so neither the order of rows nor how ties are broken
matters.  :math:`p_i` is a row's population share, :math:`R_i=F(x_i^-)+\\tfrac12P(x=x_i)` its rank
between 0 and 1, μ the mean of the outcome y.  Influence functions include what each person does
to everybody's rank.
"""

# ruff: noqa: PD011 (the values of a Distribution, not of a Series)

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index
from skk_analysis.metrics.lorenz import curve
from skk_analysis.metrics.ranking import Ranking

__all__ = ["concentration_curve", "concentration_index", "concentration_share"]


@index(bounds=(-1, 1), columns=["rank"])
def concentration_index(
    dist: Distribution,
    rank: pd.Series,
    correction: str | None = None,
    bounds: tuple[float, float] | None = None,
) -> Linearised:
    """Concentration index: a Gini coefficient with people ordered by another variable.

    .. math:: C=\\frac{2}{\\mu}\\mathrm{cov}(y,R),\\qquad
        E=\\frac{4\\mu}{b-a}C,\\qquad W=\\frac{(b-a)\\mu}{(b-\\mu)(\\mu-a)}C

    Negative when the outcome is concentrated among the lowest ranks.  Range −1 to 1 for outcomes
    ≥ 0; with the outcome itself as the rank it is the Gini coefficient.  An outcome with a
    smallest and a largest possible value (a rate 0–1, an answer 1–5) limits C by its mean, and
    the picture changes with "ill" and "well" exchanged: then use Erreygers' (E, absolute) or
    Wagstaff's (W) correction and give the possible values in ``bounds`` – not those observed.
    Zeros are kept; negative values are kept and named.

    Influence function :math:`IF_G=2\\{zR(z)+\\sum_{x_i>x_z}p_iy_i-2T\\}-(z-\\mu)` of
    :math:`G=\\mu C` (ties by half, :math:`T=E[yR]`); then :math:`\\{IF_G-C(z-\\mu)\\}/\\mu`,
    :math:`4IF_G/(b-a)` and
    :math:`\\{(b-a)IF_G-W(a+b-2\\mu)(z-\\mu)\\}/\\{(b-\\mu)(\\mu-a)\\}`.

    Parameters
    ----------
    rank : column name or array
    correction : {None, "wagstaff", "erreygers"}
    bounds : tuple of float
        Smallest and largest possible value of the outcome, needed by the corrections.

    References
    ----------
    O'Donnell, van Doorslaer, Wagstaff & Lindelow (2008), *Analyzing Health Equity Using Household
    Survey Data*, World Bank, eq. (8.3); Wagstaff (2005), *Health Economics* 14, 429–432; Erreygers
    (2009), *Journal of Health Economics* 28, 504–515, eq. (26).

    Examples
    --------
    >>> round(float(concentration_index([1, 5, 2, 8], rank=[1, 1, 2, 2])), 4)
    0.125
    """
    if correction not in (None, "wagstaff", "erreygers"):
        raise ValueError(f"correction must be None, 'wagstaff' or 'erreygers', got {correction!r}")
    if correction is not None:
        return _corrected(dist, Ranking.of(rank, dist), correction, bounds)
    dist.require_positive_mean("concentration_index")
    absolute, influence = _absolute_concentration(dist, Ranking.of(rank, dist))
    value = absolute / dist.mean
    influence = (influence - value * dist.mean_influence()) / dist.mean
    return Linearised(value, influence, note=dist.negatives_note())


def _absolute_concentration(dist: Distribution, ranking: Ranking) -> tuple[float, np.ndarray]:
    """Return twice the covariance of outcome and rank, and its influence function."""
    placed = dist.values * ranking.ridit
    product = float(dist.share @ placed)
    influence = 2 * (placed + ranking.above(dist.values) - 2 * product) - dist.mean_influence()
    return 2 * product - dist.mean, influence


def _corrected(dist: Distribution, ranking: Ranking, correction: str, bounds) -> Linearised:
    """Return the index of an outcome with a smallest and a largest possible value."""
    if bounds is None or not bounds[0] < bounds[1]:
        raise ValueError(
            f"correction={correction!r} needs bounds=(smallest, largest possible value), such as "
            f"(0, 1) for a rate or (1, 5) for an answer; got {bounds}"
        )
    low, high = map(float, bounds)
    if dist.values[0] < low or dist.values[-1] > high:
        raise ValueError(
            f"values run from {dist.values[0]:g} to {dist.values[-1]:g}, outside bounds={bounds}"
        )
    absolute, influence = _absolute_concentration(dist, ranking)
    if correction == "erreygers":
        return Linearised(4 * absolute / (high - low), 4 * influence / (high - low))
    room = (high - dist.mean) * (dist.mean - low)
    if room == 0:
        raise ValueError(f"all values are {dist.mean:g}, at the end of bounds={bounds}")
    value = (high - low) * absolute / room
    closer = value * (low + high - 2 * dist.mean) * dist.mean_influence()
    return Linearised(value, ((high - low) * influence - closer) / room)


@index(columns=["rank"])
def concentration_share(dist: Distribution, rank: pd.Series, p: float = 0.5) -> Linearised:
    """Concentration curve's ordinate: the part of the outcome that the lowest-ranked share p has.

    .. math:: C(p)=\\frac{1}{\\mu}\\Big\\{\\sum_{x_i<q}p_iy_i+(p-F(q^-))\\,m(q)\\Big\\}

    with q the p-quantile of the rank and m(q) the mean outcome of those at q, so that people of
    equal rank share alike.  Range 0 to 1 for outcomes ≥ 0; above p when the outcome is
    concentrated among the lowest ranks.  The mean must be positive.

    Influence function :math:`\\{1[x_z<q](z-m)+s\\,1[x_z=q](z-m)+pm-GC-C(p)(z-\\mu)\\}/\\mu`, s the
    share of those at q that is needed.  With few people at q their mean is too uncertain to stand
    for :math:`E[y|q]`, and m in it is the mean of all whose rank is within
    :math:`\\tfrac14n^{-1/5}` of q's.

    Parameters
    ----------
    rank : column name or array
    p : float, default 0.5
        Share of the population, 0 ≤ p ≤ 1.

    References
    ----------
    O'Donnell et al. (2008), *Analyzing Health Equity*, ch. 7; Bishop, Chow & Formby (1994),
    *International Economic Review* 35, 479–488.

    Examples
    --------
    >>> round(float(concentration_share([4, 2, 1, 1], rank=[1, 2, 3, 4], p=0.25)), 4)
    0.5
    """
    if not 0 <= p <= 1:
        raise ValueError(f"concentration_share needs 0 <= p <= 1, got {p}")
    dist.require_positive_mean("concentration_share")
    ranking = Ranking.of(rank, dist)
    ends = np.cumsum(ranking.widths)
    cut = min(int(np.searchsorted(ends, p)), len(ends) - 1)
    under, at = ranking.place < cut, ranking.place == cut
    needed = float(np.clip((p - ends[cut] + ranking.widths[cut]) / ranking.widths[cut], 0, 1))
    counted = under + needed * at
    held = float(dist.share @ (counted * dist.values))
    near = np.abs(ranking.ridit - ranking.middles[cut]) <= dist.effective_n**-0.2 / 4
    level = float(dist.share @ (near * dist.values)) / float(dist.share @ near)
    value = held / dist.mean
    influence = counted * (dist.values - level) + p * level - held
    influence = (influence - value * dist.mean_influence()) / dist.mean
    return Linearised(value, influence - dist.share @ influence, note=dist.negatives_note())


def concentration_curve(
    data,
    column: str | None = None,
    *,
    rank: str | Sequence,
    points: Sequence[float] | int = 20,
    weights=None,
    missing: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the concentration curve with pointwise intervals.

    Parameters
    ----------
    data, column, weights, missing
        As for every index.
    rank : column name or array
    points : sequence of float or int, default 20
        Population shares, or the number of equal steps from 0 to 1.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        Columns population_share, value, se, lower, upper.

    References
    ----------
    O'Donnell et al. (2008), *Analyzing Health Equity Using Household Survey Data*, ch. 7.

    Examples
    --------
    >>> concentration_curve([4, 2, 1, 1], rank=[1, 2, 3, 4], points=2)["value"].tolist()
    [0.0, 0.75, 1.0]
    """
    return curve(
        concentration_share, data, column, points=points, weights=weights, missing=missing,
        level=level, rank=rank,
    )  # fmt: skip
