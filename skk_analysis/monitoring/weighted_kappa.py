"""Cohen's kappa of two raters, plain or weighted, with its large-sample standard error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skk_analysis.monitoring.agreement import (
    Agreement,
    caveats_of,
    check_level,
    numeric_scores,
    score_array,
)

__all__ = ["pairwise_kappa", "weighted_kappa"]


def weighted_kappa(
    first: ArrayLike | pd.Series,
    second: ArrayLike | pd.Series | None = None,
    weights: str | ArrayLike = "quadratic",
    *,
    categories: Sequence | None = None,
    level: float = 0.95,
) -> Agreement:
    """Weighted κ of two raters.

    .. math:: \\kappa_w = \\frac{\\sum w_{ij}p_{ij}-\\sum w_{ij}p_{i\\cdot}p_{\\cdot j}}
        {1-\\sum w_{ij}p_{i\\cdot}p_{\\cdot j}}

    with agreement weights: linear :math:`1-|i-j|/(K-1)`, quadratic :math:`1-(i-j)^2/(K-1)^2`,
    unweighted :math:`1[i=j]`.  The standard error is Fleiss, Cohen and Everitt's for κ ≠ 0, and
    the interval is κ ± z · SE, cut at ±1.

    Parameters
    ----------
    first, second : array-like
        The two raters' scores of the same units; a unit that either left empty is not compared.
        Or ``first`` alone: their K × K table of counts.
    weights : {"quadratic", "linear", "unweighted"} or array-like, default "quadratic"
        Or a K × K table of *agreement* weights with ones on the diagonal.
    categories : sequence, optional
        All categories of the scale in order.  Left out: those that occur, sorted.  Give them where
        some category was never used, as the weights hang on how many there are.
    level : float, default 0.95

    Returns
    -------
    Agreement
        Undefined where both raters used one and the same category only (``no_variation``) or have
        no unit in common (``no_pairs``).

    References
    ----------
    Cohen (1968), *Psychological Bulletin* 70, 213–220; Fleiss, Cohen & Everitt (1969),
    *Psychological Bulletin* 72, 323–327, eq. (8)–(9).

    Examples
    --------
    >>> husbands_and_wives = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
    >>> kappa = weighted_kappa(husbands_and_wives, weights="linear")
    >>> round(float(kappa), 3)
    0.237
    """
    check_level(level)
    if second is None:
        table, n = _counts(first), None
    else:
        table, n = _cross(first, second, categories)
    name = f"kappa.{weights}" if isinstance(weights, str) else "kappa.own_weights"
    units = int(table.sum()) if n is None else n
    counts: dict[str, Any] = {"units": units, "raters": 2, "scores": 2 * units, "level": level}
    caveats = caveats_of(units, 2)
    if not units:
        return Agreement(name, math.nan, reason="no_pairs", caveats=caveats, **counts)
    value, se = _kappa(table / units, _weights(weights, len(table)), units)
    if math.isnan(value):
        return Agreement(name, math.nan, reason="no_variation", caveats=caveats, **counts)
    from scipy.special import ndtri

    half = float(ndtri(0.5 + level / 2)) * se
    low, high = max(value - half, -1.0), min(value + half, 1.0)
    return Agreement(name, value, low, high, caveats=caveats, **counts)


def pairwise_kappa(
    scores: pd.DataFrame,
    weights: str | ArrayLike = "quadratic",
    *,
    categories: Sequence | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Weighted κ of every pair of raters who share units.

    Parameters
    ----------
    scores : DataFrame, units × raters
        NaN = no score.
    weights, categories, level : as in :func:`weighted_kappa`

    Returns
    -------
    DataFrame
        first, second, units, value, lower, upper, reason: one row a pair.  The mean of the values
        is Light's κ (1971); it has no interval of its own, as the pairs share raters.
    """
    given = score_array(scores, "pairwise_kappa")
    if categories is None:
        categories = sorted(pd.unique(given[~pd.isna(given)]))
    rows = []
    for one, other in combinations(range(given.shape[1]), 2):
        found = weighted_kappa(
            given[:, one], given[:, other], weights, categories=categories, level=level
        )
        if found.units:
            pair = scores.columns[one], scores.columns[other]
            rows.append((*pair, found.units, found.value, *found.interval(), found.reason))
    columns = ["first", "second", "units", "value", "lower", "upper", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _counts(table) -> np.ndarray:
    values = np.asarray(table, dtype=float)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or len(values) < 2:
        raise ValueError(
            f"weighted_kappa reads two raters' scores or their square table of counts, got shape "
            f"{values.shape}"
        )
    if not np.isfinite(values).all() or (values < 0).any() or (values % 1).any():
        raise ValueError("weighted_kappa: a table of counts holds whole numbers from zero up")
    return values


def _cross(first, second, categories) -> tuple[np.ndarray, int]:
    one, other = np.asarray(first, dtype=object), np.asarray(second, dtype=object)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(
            f"weighted_kappa: the two raters must score the same units, got shapes {one.shape} "
            f"and {other.shape}"
        )
    both = ~(pd.isna(one) | pd.isna(other))
    one, other = one[both], other[both]
    scale = sorted(set(one) | set(other)) if categories is None else list(categories)
    known = {category: place for place, category in enumerate(scale)}
    table = np.zeros((max(len(scale), 2),) * 2)
    for a, b in zip(one, other, strict=True):
        for score in (a, b):
            if score not in known:
                raise ValueError(
                    f"weighted_kappa: the score {score!r} is not among the categories "
                    f"{', '.join(map(str, scale))}"
                )
        table[known[a], known[b]] += 1
    return table, int(both.sum())


def _weights(weights: str | ArrayLike, size: int) -> np.ndarray:
    if isinstance(weights, str):
        apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / (size - 1)
        known = {"linear": 1 - apart, "quadratic": 1 - apart**2, "unweighted": 1.0 * (apart == 0)}
        if weights not in known:
            raise ValueError(
                f"weights must be one of {', '.join(known)} or a table, got {weights!r}"
            )
        return known[weights]
    own = numeric_scores(np.asarray(weights), "weighted_kappa")
    if own.shape != (size, size) or not np.allclose(np.diag(own), 1):
        raise ValueError(
            f"weighted_kappa: own weights are a {size} × {size} table of agreement with ones on "
            f"the diagonal, got shape {own.shape}; from disagreements v use 1 - v / v.max()"
        )
    return own


def _kappa(p: np.ndarray, w: np.ndarray, n: int) -> tuple[float, float]:
    """κ and its standard error, eq. (8)–(9) of Fleiss, Cohen and Everitt."""
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, chance = (w * p).sum(), rows @ w @ columns
    if chance >= 1:
        return math.nan, math.nan
    kappa = (observed - chance) / (1 - chance)
    by_row, by_column = w @ columns, rows @ w
    inner = w * (1 - chance) - (by_row[:, None] + by_column) * (1 - observed)
    spread = (p * inner**2).sum() - (observed * chance - 2 * chance + observed) ** 2
    return float(kappa), float(math.sqrt(max(spread, 0.0) / n) / (1 - chance) ** 2)
