"""Exact rank methods for small samples: Wilcoxon's signed ranks, Hodges and Lehmann's estimate."""

from __future__ import annotations

import numpy as np

__all__ = ["hodges_lehmann", "signed_rank_p"]

EXACT_UP_TO = 400
"""Beyond so many differences the normal approximation is as good."""


def signed_rank_p(differences: np.ndarray) -> float:
    """Return the exact two-sided p-value of Wilcoxon's signed rank test.

    Differences of 0 are left out (Wilcoxon's rule), tied ones share their mean rank, and the
    distribution is the one given these ranks; with under 2 differences left it is 1.
    """
    moved = differences[differences != 0]
    if len(moved) < 2:
        return 1.0
    ranks = _double_ranks(np.abs(moved))
    weight = _distribution(ranks)
    positive, total = int(ranks[moved > 0].sum()), int(ranks.sum())
    fewer = min(positive, total - positive)
    return min(2 * float(weight[: fewer + 1].sum()), 1.0)


def hodges_lehmann(
    differences: np.ndarray, level: float = 0.95
) -> tuple[float, tuple[float, float]]:
    """Return the median of the pairwise means of the differences and its exact interval.

    The interval inverts the signed rank test; its coverage is at least ``level``, exactly so
    without ties.  NaN ends where so few differences cannot reach the level.

    References
    ----------
    Hodges & Lehmann (1963), *Ann. Math. Stat.* 34, 598–611; Hollander, Wolfe & Chicken (2014),
    *Nonparametric Statistical Methods*, 3rd ed., §3.2–3.3.
    """
    n = len(differences)
    row, column = np.triu_indices(n)
    walsh = np.sort((differences[row] + differences[column]) / 2)
    tail = np.cumsum(_distribution(2 * np.arange(1, n + 1)))[::2]
    outside = int(np.searchsorted(tail, (1 - level) / 2, side="right"))
    if outside == 0:
        return float(np.median(walsh)), (np.nan, np.nan)
    return float(np.median(walsh)), (float(walsh[outside - 1]), float(walsh[-outside]))


def _double_ranks(values: np.ndarray) -> np.ndarray:
    """Return twice the mean ranks, which are whole numbers."""
    from scipy.stats import rankdata

    return np.rint(2 * rankdata(values)).astype(int)


def _distribution(double_ranks: np.ndarray) -> np.ndarray:
    """Return the probability of each sum of doubled ranks when every sign is a fair coin."""
    if len(double_ranks) > EXACT_UP_TO:
        raise ValueError(f"exact ranks are for up to {EXACT_UP_TO} persons")
    weight = np.zeros(int(double_ranks.sum()) + 1)
    weight[0] = 1.0
    for rank in double_ranks:
        moved = np.zeros_like(weight)
        moved[rank:] = weight[: len(weight) - rank]
        weight = (weight + moved) / 2
    return weight
