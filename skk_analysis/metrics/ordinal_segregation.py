"""Segregation between ordered groups: income classes, levels of education, answers on a scale.

Arguments, rules and standard errors as in :mod:`skk_analysis.metrics.segregation`; the groups are
named from the lowest to the highest.  Both indices look at the people at or below each threshold
between two groups against those above it.  A group of nobody is left out, so it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skk_analysis.metrics.area_index import area_index
from skk_analysis.metrics.counts import AreaCounts, AreaValue

__all__ = ["ordinal_segregation", "rank_order_h"]


def _entropy(c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return −c·ln c − (1 − c)·ln(1 − c) and its derivative, 0 at the ends."""
    inside = (c > 0) & (c < 1)
    c = np.where(inside, c, 0.5)
    low, high = np.log(c), np.log1p(-c)
    return np.where(inside, -c * low - (1 - c) * high, 0), np.where(inside, high - low, 0)


def _variance(c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return c·(1 − c) and its derivative."""
    return c * (1 - c), 1 - 2 * c


def _root(c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the square root of c·(1 − c) and its derivative, 0 at the ends."""
    value = np.sqrt(np.maximum(c * (1 - c), 0))
    return value, np.divide(0.5 - c, value, out=np.zeros_like(c), where=value > 0)


def _absolute(c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ½ − |c − ½| and its derivative."""
    return 0.5 - np.abs(c - 0.5), np.sign(0.5 - c)


VARIATIONS: dict[str, Callable] = {
    "information": _entropy,
    "variance": _variance,
    "root": _root,
    "absolute": _absolute,
}


@dataclass(frozen=True)
class _Thresholds:
    """Variation at each threshold, among everybody and within areas.

    Parameters
    ----------
    whole, within : ndarray, shape (thresholds,)
        Variation of everybody, and the areas' mean variation weighted by their people.
    share : ndarray, shape (thresholds,)
        Share of everybody at or below the threshold.
    by_share : ndarray, shape (thresholds,)
        Derivative of ``whole`` by ``share``.
    by_cumulated : ndarray, shape (areas, thresholds)
        Derivative of ``within`` by the area's share of people at or below the threshold.
    by_area : ndarray, shape (areas, thresholds)
        Derivative of ``within`` by the area's share of people.
    """

    whole: np.ndarray
    within: np.ndarray
    share: np.ndarray
    by_share: np.ndarray
    by_cumulated: np.ndarray
    by_area: np.ndarray

    @classmethod
    def of(cls, table: AreaCounts, variation: Callable) -> _Thresholds:
        # divided by its own last entry, an area without higher groups has exactly 1
        counts = np.cumsum(table.counts, axis=1)
        cumulated = counts[:, :-1] / np.where(counts[:, -1:] > 0, counts[:, -1:], 1)
        share = np.cumsum(table.group_shares)[:-1]
        own, slope = variation(cumulated)
        whole, by_share = variation(share)
        within = (table.area_shares * own).sum(axis=0)
        return cls(whole, within, share, by_share, slope, own - cumulated * slope)

    def gradient(self, by_within: np.ndarray, by_share: np.ndarray) -> np.ndarray:
        """Return the derivative by the cells of a function of ``within`` and ``share``."""
        at_or_below = self.by_cumulated * by_within + by_share
        # a person of group g is at or below the thresholds g, g + 1, …
        reached = np.cumsum(at_or_below[:, ::-1], axis=1)[:, ::-1]
        reached = np.column_stack([reached, np.zeros(len(reached))])
        return reached + (self.by_area @ by_within)[:, None]


@area_index(bounds=(0, 1))
def ordinal_segregation(
    table: AreaCounts, variation: str = "information"
) -> tuple[float, np.ndarray]:
    """Ordinal segregation: how much less the areas' people vary in rank than everybody.

    .. math:: \\Lambda=\\sum_i t_i\\frac{v-v_i}{v},\\qquad v=\\sum_{k<K}f(c_k)

    with :math:`c_k` the share of people in groups 1 to k.  Range 0 (all areas alike) to 1 (no
    variation within areas).  Two groups: Theil's H, the correlation ratio, Hutchens' index.

    Parameters
    ----------
    variation : {"information", "variance", "root", "absolute"}
        :math:`f(c)`: −c·ln c − (1 − c)·ln(1 − c) gives the ordinal information theory index
        :math:`H^O`; c(1 − c) the ordinal variation ratio :math:`R^O`; √(c(1 − c)) the ordinal
        square root index :math:`S^O`; ½ − \\|c − ½\\| the absolute difference index.

    References
    ----------
    Reardon (2009), *Research on Economic Inequality* 17, 129–155 (Λ1 to Λ4).

    Examples
    --------
    >>> round(float(ordinal_segregation({"low": [30, 0], "middle": [0, 0], "high": [0, 30]})), 4)
    1.0
    """
    if variation not in VARIATIONS:
        raise ValueError(f"variation must be one of {sorted(VARIATIONS)}, got {variation!r}")
    at = _Thresholds.of(table, VARIATIONS[variation])
    whole, within = float(at.whole.sum()), float(at.within.sum())
    one = np.ones_like(at.whole)
    return 1 - within / whole, at.gradient(-one / whole, at.by_share * within / whole**2)


@area_index(bounds=(0, 1))
def rank_order_h(table: AreaCounts, order: int | None = None) -> AreaValue:
    """Rank-order information theory index: segregation by income that doesn't depend on classes.

    .. math:: H^R=2\\int_0^1 E(p)\\,H(p)\\,dp,\\qquad E(p)=-p\\ln p-(1-p)\\ln(1-p)

    where :math:`H(p)` is Theil's H between the poorest share p of people and the rest.  H is known
    at the thresholds between the classes; a polynomial is fitted to it by least squares with the
    weights :math:`E(p)^2` and integrated exactly.  Range 0 to 1 (a badly fitting polynomial can
    leave it).  Class limits may differ between places and years.

    Parameters
    ----------
    order : int, optional
        Order of the polynomial, less than the number of thresholds.  Default: 4 as in the
        reference, or as high as the thresholds determine; three classes have a line, two a
        constant (then H itself).

    References
    ----------
    Reardon & Bischoff (2011), *American Journal of Sociology* 116, 1092–1153, appendix A; Reardon
    (2011), *Measures of Income Segregation*, Stanford CPI working paper.

    Examples
    --------
    >>> round(float(rank_order_h({"low": [30, 10], "middle": [20, 20], "high": [10, 30]})), 4)
    0.1016
    """
    at = _Thresholds.of(table, _entropy)
    highest = len(at.share) - 1
    order = min(4, highest) if order is None else order
    if not 0 <= order <= highest:
        raise ValueError(
            f"{len(table.groups)} classes have {highest + 1} thresholds, which determine a "
            f"polynomial of order 0 to {highest}, got {order}"
        )
    h = 1 - at.within / at.whole
    value, by_h, by_share = _integrated_polynomial(at.share, h, order)
    by_share += by_h * at.within / at.whole**2 * at.by_share
    gradient = at.gradient(-by_h / at.whole, by_share)
    thresholds = ", ".join(f"{p:.2f}" for p in at.share)
    return AreaValue(value, gradient, f"polynomial of order {order} through H at p = {thresholds}")


def _integrated_polynomial(
    p: np.ndarray, h: np.ndarray, order: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return 2∫E(p)H(p)dp of the fitted polynomial, and its derivatives by h and by p."""
    entropy, slope = _entropy(p)
    weight, weight_slope = entropy**2, 2 * entropy * slope
    powers = np.arange(order + 1)
    x = p[:, None] ** powers
    x_slope = powers * p[:, None] ** np.maximum(powers - 1, 0)
    normal = x.T @ (weight[:, None] * x)
    coefficients = np.linalg.solve(normal, x.T @ (weight * h))
    lever = np.linalg.solve(normal, _moments(order))
    residual = h - x @ coefficients
    by_p = (x_slope @ lever) * weight * residual - (x @ lever) * weight * (x_slope @ coefficients)
    by_p += (x @ lever) * weight_slope * residual
    return float(_moments(order) @ coefficients), (x @ lever) * weight, by_p


def _moments(order: int) -> np.ndarray:
    """Return 2∫p^m·E(p)dp for m = 0, 1, …, order; the first is 1."""
    m = np.arange(order + 1)
    harmonic = np.cumsum(1 / np.arange(1, order + 3))
    return 2 * (1 / (m + 2) ** 2 + harmonic[:-1] / (m + 1) - harmonic[1:] / (m + 2))
