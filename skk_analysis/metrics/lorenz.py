"""Generalised Lorenz curve, and Zenga's index of the means below and above each person.

Lorenz ordinates are linear between rows, as in :mod:`skk_analysis.metrics.shares`.
"""

# ruff: noqa: PD011 (the values of a Distribution, not of a Series)

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index, inequality_table

__all__ = ["generalized_lorenz", "generalized_lorenz_curve", "zenga"]


@index()
def generalized_lorenz(dist: Distribution, p: float = 0.5) -> Linearised:
    """Generalised Lorenz ordinate: the total of the poorest share p, per head of everybody.

    .. math:: GL(p)=\\int_0^p Q(u)\\,du=\\mu L(p)

    In the unit of the values; GL(1) is the mean.  A curve that lies above another everywhere has
    more welfare under every aversion to inequality.  Every finite value is allowed; the person at
    the cut is split.

    Influence function :math:`\\min(z-q_p,0)+p\\,q_p-GL(p)`.

    Parameters
    ----------
    p : float, default 0.5
        Share of the population, 0 ≤ p ≤ 1.

    References
    ----------
    Shorrocks (1983), *Economica* 50, 3–17; Beach & Davidson (1983), *Review of Economic Studies*
    50, 723–735.

    Examples
    --------
    >>> float(generalized_lorenz([1, 2, 3, 4], p=0.5))
    0.75
    """
    if not 0 <= p <= 1:
        raise ValueError(f"generalized_lorenz needs 0 <= p <= 1, got {p}")
    return Linearised(dist.generalised_lorenz(p), dist.generalised_lorenz_influence(p))


def generalized_lorenz_curve(
    data,
    column: str | None = None,
    *,
    points: Sequence[float] | int = 20,
    weights=None,
    missing: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the generalised Lorenz curve with pointwise intervals.

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
        Columns population_share, value, se, lower, upper.

    References
    ----------
    Shorrocks (1983), *Economica* 50, 3–17.

    Examples
    --------
    >>> generalized_lorenz_curve([1, 2, 3, 4], points=2)["value"].tolist()
    [0.0, 0.75, 2.5]
    """
    return curve(
        generalized_lorenz, data, column, points=points, weights=weights, missing=missing,
        level=level,
    )  # fmt: skip


def curve(ordinate: Callable, data, column, *, points, level, **asked) -> pd.DataFrame:
    """Return an index of a population share ``p`` at several points, from one sort."""
    shares = np.linspace(0, 1, points + 1) if isinstance(points, int) else np.asarray(points)
    extra = {k: asked.pop(k) for k in [*asked] if k not in ("weights", "missing")}
    ordinates: dict[Any, Callable] = {
        float(p): functools.partial(ordinate, p=float(p), **extra) for p in shares
    }
    table = inequality_table(data, column, indices=ordinates, level=level, **asked)
    table = table.rename(columns={"index": "population_share"})
    return table[["population_share", "value", "se", "lower", "upper"]]


@index(bounds=(0, 1))
def zenga(dist: Distribution) -> Linearised:
    """Zenga's index of 2007: how far the poorer are from the richer, averaged over all divisions.

    .. math:: Z=\\int_0^1\\Big(1-\\frac{M^-(p)}{M^+(p)}\\Big)dp
        =1-\\int_0^1\\frac{L(p)}{p}\\,\\frac{1-p}{1-L(p)}\\,dp

    with the mean :math:`M^-` of the poorest share p and the mean :math:`M^+` of the rest.  Range 0
    (all equal) to 1.  Zeros are kept; negative values stop it.  The integral is exact for the
    Lorenz curve with linear interpolation, so replication changes nothing and ties are split
    (Zenga's own discrete sum, which takes :math:`M^+` without the person at the cut's share,
    differs by a term of order 1/n).

    Influence function
    :math:`-\\int_0^{F(z)}\\frac{\\mu Q-M^-z}{(1-p)(M^+)^2}dp
    -\\int_{F(z)}^1\\frac{z-\\mu Q/M^+}{p\\,M^+}dp`; for the rows at z both integrands are
    :math:`z(M^+-M^-)/(M^+)^2`.  Five-point Gauss quadrature between distinct values.

    References
    ----------
    Zenga (2007), *Statistica & Applicazioni* 5, 3–27; Langel & Tillé (2012), *Journal of
    Statistical Planning and Inference* 142, 2604–2614.

    Examples
    --------
    >>> round(float(zenga([1, 1, 1])), 4), round(float(zenga([1, 2, 3, 4])), 4)
    (0.0, 0.5441)
    """
    dist.require_positive("zenga", or_zero=True, advice="gini keeps negative values.")
    dist.require_positive_mean("zenga")
    relative = dist.values / dist.mean
    starts = np.flatnonzero(np.diff(relative, prepend=-1.0) > 0)
    income, width = relative[starts], np.add.reduceat(dist.share, starts)
    rows = np.diff([*starts, len(relative)])
    return Linearised(_zenga_value(income, width), np.repeat(_zenga_influence(income, width), rows))


def _zenga_value(income: np.ndarray, width: np.ndarray) -> float:
    """Return the integral of a piecewise linear Lorenz curve; ``income`` relative to the mean.

    On a piece :math:`L=a+bp` the integrand is
    :math:`\\{(1-b)p-a\\}/\\{p(c-bp)\\}`, c = 1 − a; its integral is
    :math:`-\\frac ac\\ln\\frac{p_1}{p_0}-\\big(\\frac1b-\\frac1c\\big)\\ln\\frac{1-L_1}{1-L_0}`.
    """
    p1 = np.cumsum(width)
    p0 = p1 - width
    lorenz = np.concatenate([[0.0], np.cumsum(width * income)])[:-1]
    start = lorenz - income * p0
    c, left = 1 - start, 1 - lorenz
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.where(p0 > 0, start / c * np.log(p1 / p0), 0.0)
        # the last piece ends at L = 1, where the factor before the logarithm is 0
        fall = np.log1p(-np.minimum(income * width / left, 1.0))
        above = np.where(income > 0, (1 / income - 1 / c) * fall, -width)
    above[-1] = 0.0
    return 0.0 - float((below + above).sum())


def _zenga_influence(income: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Return the influence at each distinct value, everything relative to the mean."""
    start = np.cumsum(width) - width
    held = np.cumsum(width * income) - width * income
    top = np.zeros((2, len(income)))  # integrals of Q / ((1-p) M+^2) and M- / ((1-p) M+^2)
    bottom = np.zeros((2, len(income)))  # integrals of 1 / (p M+) and Q / (p M+^2)
    own = np.zeros(len(income))
    for node, weight in zip(*np.polynomial.legendre.leggauss(5), strict=True):
        p = start + width * (1 + node) / 2
        step = width * weight / 2
        lorenz = held + income * width * (1 + node) / 2
        lower, upper = lorenz / p, (1 - lorenz) / (1 - p)
        top += step / ((1 - p) * upper**2) * np.array([income, lower])
        bottom += step / (p * upper) * np.array([np.ones_like(p), income / upper])
        own += step * (upper - lower) / upper**2
    quantile_below, mean_below = np.cumsum(top, axis=1) - top
    one_above, quantile_above = bottom.sum(axis=1, keepdims=True) - np.cumsum(bottom, axis=1)
    return -(
        quantile_below - income * mean_below + income * one_above - quantile_above + income * own
    )
