"""The jointly built criteria: scores, weighted totals, thresholds, ranks under other weightings."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd

from skk_analysis.monitoring.peer_reviews import review_scores

__all__ = ["criteria_on", "criteria_scores", "rank_intervals", "robust_pairs", "weighted_totals"]

TIE = 1e-4
"""Totals closer than this share of the scores' range are equal; above the solver's tolerance."""


def criteria_on(criteria: pd.DataFrame, as_of: date | str) -> pd.DataFrame:
    """The version of each criterion that is in force on a day.

    Parameters
    ----------
    criteria : the register's table `criteria`: id, weight, threshold, version, date, wording_*
    as_of : a criterion whose first version is later is not there yet

    Returns
    -------
    DataFrame
        The rows in force, indexed by id, with ``weight`` and ``threshold`` as numbers, ``share``
        (the weight's share of all weights) and ``versions`` (how many versions there have been).

    Raises
    ------
    ValueError
        If a weight is not a number or is negative, all are zero, or a date is not one.
    """
    day = as_of if isinstance(as_of, str) else as_of.isoformat()
    dated = criteria[criteria["date"].map(_checked_date) <= day]
    counts = dated.groupby("id", sort=False).size()
    latest = dated.sort_values(["date", "version"], kind="stable").groupby("id", sort=False).tail(1)
    found = latest.set_index("id").loc[list(counts.index)]
    found["weight"] = [_number(row, "weight") for _, row in found.iterrows()]
    found["threshold"] = [_number(row, "threshold") for _, row in found.iterrows()]
    if (found["weight"] < 0).any() or (len(found) and not found["weight"].sum() > 0):
        raise ValueError("criteria: weights are zero or more, and not all zero")
    return found.assign(share=found["weight"] / found["weight"].sum(), versions=counts)


def criteria_scores(reviews: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """Mean scores, experiments × criteria in force; NaN = nobody scored it."""
    means = review_scores(reviews).pivot(index="experiment", columns="criterion", values="mean")
    order = list(dict.fromkeys(reviews["experiment"]))
    return means.reindex(index=order, columns=list(criteria.index)).astype(float)


def weighted_totals(scores: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    """Weighted mean of the scores and the thresholds met.

    Returns
    -------
    DataFrame
        Indexed by experiment: ``total`` (NaN where a criterion is without a score: a missing score
        is not zero), ``rank`` (1 = highest; equal totals share the better rank), ``met``, ``of``
        (criteria with a threshold and a score), ``failed`` (ids joined by ``;``), ``missing``.
    """
    weights = criteria["share"].reindex(scores.columns).to_numpy(dtype=float)
    total = pd.Series(scores.to_numpy(dtype=float) @ weights, index=scores.index)
    threshold = criteria["threshold"].reindex(scores.columns)
    judged = scores.notna() & threshold.notna()
    met = scores.ge(threshold, axis=1) & judged
    failed = (judged & ~met).apply(lambda row: ";".join(row.index[row]), axis=1)
    missing = scores.isna().apply(lambda row: ";".join(row.index[row]), axis=1)
    return pd.DataFrame(
        {
            "total": total,
            "rank": total.round(9).rank(method="min", ascending=False),
            "met": met.sum(axis=1),
            "of": judged.sum(axis=1),
            "failed": failed,
            "missing": missing,
        }
    )


def rank_intervals(
    scores: pd.DataFrame, criteria: pd.DataFrame, *, spread: float = 1.0
) -> pd.DataFrame:
    """Exact best and worst rank of each experiment over all weightings near the agreed one.

    The weightings are all :math:`w\\ge0, \\sum w=1` whose every weight lies within
    :math:`w_i(1\\pm spread)` of the agreed share; ``spread=math.inf`` admits the whole simplex.
    The best rank is one more than the fewest, the worst one more than the most experiments that
    have a higher total under one and the same weighting: two mixed integer programmes an
    experiment, solved to optimality, so that the interval is neither sampled nor a bound.

    Parameters
    ----------
    scores : DataFrame, experiments × criteria
        Experiments with a missing score are not ranked.
    criteria : as from `criteria_on`
    spread : float, default 1
        1 lets every weight go from nothing to twice the agreed share.

    Returns
    -------
    DataFrame
        Indexed by experiment: rank (agreed weights), best, worst.

    References
    ----------
    Saisana, Saltelli & Tarantola (2005), *JRSS A* 168, 307–323 (ranks under other weightings);
    Salo & Punkka (2011), *Management Science* 57, 991–1003 (ranking intervals by programming).
    """
    if spread < 0:
        raise ValueError(
            f"spread must be zero or more, got {spread}; 0.5 lets weights vary by half"
        )
    whole = scores.dropna()
    share = criteria["share"].reindex(scores.columns).to_numpy(dtype=float)
    lower = np.zeros_like(share) if math.isinf(spread) else np.maximum(share * (1 - spread), 0)
    upper = np.ones_like(share) if math.isinf(spread) else np.minimum(share * (1 + spread), 1)
    table = whole.to_numpy(dtype=float)
    agreed = weighted_totals(whole, criteria)["rank"]
    ends = [
        (1 + _above(table, i, lower, upper, most=False), 1 + _above(table, i, lower, upper, True))
        for i in range(len(table))
    ]
    best, worst = zip(*ends, strict=True) if ends else ((), ())
    found = {"rank": agreed.astype(int), "best": list(best), "worst": list(worst)}
    return pd.DataFrame(found, index=whole.index)


def robust_pairs(ranks: pd.DataFrame) -> pd.DataFrame:
    """Pairs whose order stands under every weighting: their rank intervals do not overlap.

    Returns
    -------
    DataFrame
        higher, lower: one row a pair.
    """
    rows = [
        (one, other)
        for one in ranks.index
        for other in ranks.index
        if ranks.loc[one, "worst"] < ranks.loc[other, "best"]
    ]
    return pd.DataFrame(rows, columns=["higher", "lower"])


def _above(table: np.ndarray, i: int, lower: np.ndarray, upper: np.ndarray, most: bool) -> int:
    """The fewest or most rows that have a higher total than row i under one weighting."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    gaps = np.delete(table, i, axis=0) - table[i]
    rows, criteria = gaps.shape
    if rows == 0 or not gaps.any():
        return 0
    gaps = gaps / np.ptp(table)
    big = np.abs(gaps).max(axis=1, initial=0.0) + 1.0
    # z = 1 where the row is above; one of the two implications binds, depending on the aim
    if most:
        gate = LinearConstraint(np.hstack([gaps, -np.diag(big)]), TIE - big, np.inf)
    else:
        gate = LinearConstraint(np.hstack([gaps, -np.diag(big)]), -np.inf, TIE)
    total = LinearConstraint(np.concatenate([np.ones(criteria), np.zeros(rows)])[None], 1, 1)
    limits = Bounds(np.concatenate([lower, np.zeros(rows)]), np.concatenate([upper, np.ones(rows)]))
    whole = np.concatenate([np.zeros(criteria), np.ones(rows)])
    cost = whole * (-1 if most else 1)
    answer = milp(cost, integrality=whole, bounds=limits, constraints=[gate, total])
    if not answer.success:
        raise RuntimeError(f"the programme of ranks was not solved: {answer.message}")
    return round(abs(answer.fun))


def _checked_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(
            f"criteria: the date {text!r} is not one; write it as 2019-05-15"
        ) from None


def _number(row: pd.Series, column: str) -> float:
    text = str(row[column]).strip().replace(",", ".")
    if not text and column == "threshold":
        return math.nan
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"criteria: the {column} of {row.name!r} is {text!r}, not a number"
        ) from None
