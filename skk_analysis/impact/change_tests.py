"""The tests behind a before/after survey: each gives estimate, interval, p and MDE of one piece."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from skk_analysis.impact.effect_sizes import effect_size
from skk_analysis.impact.few_clusters import cluster_permutation_p, cluster_robust
from skk_analysis.impact.paired_changes import (
    DirectionChange,
    mcnemar_exact,
    mover,
    mover_p,
    newcombe_paired,
    normal_z,
)
from skk_analysis.impact.signed_ranks import EXACT_UP_TO, hodges_lehmann, signed_rank_p
from skk_analysis.impact.survey_pairs import SurveyPairs
from skk_analysis.impact.t_answer import POWER, Answer, t_answer

__all__ = ["direction_answer", "linear_answer", "mean_answer", "newcombe"]

FEWEST_CLUSTERS = 2
"""So many clusters a side; with fewer a side has no spread of its own."""


def mean_answer(pairs: SurveyPairs, adjust: str, level: float) -> Answer:
    """Student's paired t; with a comparison Welch's t on the changes, or analysis of covariance."""
    change, on = pairs.change, pairs.treated
    if not pairs.compared:
        se = _standard_error(change)
        return t_answer(
            "paired_t", change.mean(), se, len(change) - 1, level, _ranks(change, level)
        )
    gap = change[on].mean() - change[~on].mean()
    parts = [(_standard_error(x) ** 2, len(x) - 1) for x in (change[on], change[~on])]
    variance = sum(v for v, _ in parts)
    df = variance**2 / sum(v**2 / d for v, d in parts) if variance else len(change) - 2
    welch = t_answer("welch_t", gap, math.sqrt(variance), df, level, {})
    ancova = _covariance(pairs, level)
    chosen, other = (welch, ancova) if adjust == "change" else (ancova, welch)
    shift = _shift(change[on], change[~on])
    key = "covariance" if adjust == "change" else "change"
    beside = {f"{key}_estimate": other.estimate, f"{key}_interval": other.interval}
    return _with(chosen, shift | beside | {f"{key}_p": other.p})


def _with(answer: Answer, details: Mapping[str, Any]) -> Answer:
    return replace(answer, details={**answer.details, **details})


def _standard_error(x: np.ndarray) -> float:
    return float(x.std(ddof=1)) / math.sqrt(len(x))


def _covariance(pairs: SurveyPairs, level: float) -> Answer:
    from statsmodels.regression.linear_model import OLS

    x = np.column_stack([np.ones(len(pairs.before)), pairs.treated, pairs.before])
    fit = OLS(pairs.after, x).fit()
    return t_answer("ols_t", fit.params[1], fit.bse[1], fit.df_resid, level, {})


def _ranks(change: np.ndarray, level: float) -> dict[str, Any]:
    if len(change) > EXACT_UP_TO:
        return {}
    median, interval = hodges_lehmann(change, level)
    return {
        "hodges_lehmann": median,
        "hodges_lehmann_interval": interval,
        "wilcoxon_p": signed_rank_p(change),
    }


def _shift(first: np.ndarray, second: np.ndarray) -> dict[str, Any]:
    """Rank comparison of the changes of two groups: shift, dominance, Mann and Whitney's p."""
    from scipy.stats import mannwhitneyu

    pairs = np.subtract.outer(first, second)
    delta = float(np.sign(pairs).mean())
    dominance = effect_size("cliffs_delta", delta=delta, n1=len(first), n2=len(second))
    return {
        "hodges_lehmann": float(np.median(pairs)),
        "cliffs_delta": dominance,
        "mann_whitney_p": float(mannwhitneyu(first, second).pvalue),
    }


def linear_answer(pairs: SurveyPairs, adjust: str, level: float) -> Answer:
    """Weighted least squares with errors robust to clusters, few of them allowed for."""
    columns = [np.ones(len(pairs.before))]
    if pairs.compared:
        columns.append(pairs.treated.astype(float))
    y = pairs.change
    if pairs.compared and adjust == "covariance":
        columns.append(pairs.before)
        y = pairs.after
    x = np.column_stack(columns)
    contrast = np.zeros(x.shape[1])
    contrast[int(pairs.compared)] = 1.0
    found = cluster_robust(x, y, pairs.cluster, contrast, pairs.weight)
    names = [set(pairs.cluster[side]) for side in (pairs.treated, ~pairs.treated)]
    whole = pairs.compared and not names[0] & names[1]
    clusters = len(set(pairs.cluster))
    details: dict[str, Any] = {"clusters": clusters, "degrees_of_freedom": found.df}
    if whole and pairs.clustered and not pairs.weighted and adjust == "change":
        p, least = cluster_permutation_p(y, pairs.treated, pairs.cluster)
        details |= {"permutation_p": p, "attainable_p": least}
    few = min(map(len, names)) if whole else clusters
    if few < FEWEST_CLUSTERS:
        return Answer(
            "not_valid_here", found.estimate, (math.nan, math.nan), math.nan, math.nan, math.nan,
            details,
        )  # fmt: skip
    return t_answer("cluster_robust_cr2", found.estimate, found.se, found.df, level, details)


def direction_answer(pairs: SurveyPairs, level: float) -> Answer:
    """Score test of the net change of direction; with a comparison the difference of two."""
    z = normal_z(level)
    groups = [
        _directions(pairs.change[inside])
        for inside in ((pairs.treated, ~pairs.treated) if pairs.compared else (pairs.treated,))
    ]
    treated = groups[0]
    exact, middle = mcnemar_exact(treated.gained, treated.lost)
    details = {
        "gained": treated.gained, "lost": treated.lost, "p_exact": exact, "p_mid": middle,
    }  # fmt: skip
    if pairs.compared:
        comparison = groups[1]
        details |= {"comparison_gained": comparison.gained, "comparison_lost": comparison.lost}
        details |= {"treated_change": treated.net, "comparison_change": comparison.net}
        estimate, limits = treated.net - comparison.net, mover(treated, comparison, z)
        p, name = mover_p(treated, comparison), "score_difference"
    else:
        from scipy.special import ndtr

        estimate, limits = treated.net, treated.interval(z)
        p, name = float(2 * ndtr(-abs(treated.z()))), "score"
    se = math.sqrt(sum((g.moved - g.net**2) / g.n for g in groups))
    mde = _detectable(groups, z)
    return Answer(name, estimate, limits, p, se, mde, details)


def _directions(change: np.ndarray) -> DirectionChange:
    return DirectionChange(int((change > 0).sum()), int((change < 0).sum()), len(change))


def _detectable(groups: list[DirectionChange], z: float) -> float:
    """Connor's (1987) sample size formula solved for the effect, as many moving as did here."""
    from scipy.optimize import brentq
    from scipy.special import ndtri

    # with nobody moved, half a person is the least that the data allow for
    moved = [max(g.moved, 0.5 / g.n) for g in groups]

    def miss(effect: float) -> float:
        most = max(moved[0], effect)
        rest = sum(m / g.n for m, g in zip(moved[1:], groups[1:], strict=True))
        null = most / groups[0].n + rest
        there = max(most - effect**2, 0.0) / groups[0].n + rest
        return effect - z * math.sqrt(null) - float(ndtri(POWER)) * math.sqrt(there)

    return float(brentq(miss, 0.0, 3.0))


def newcombe(before: np.ndarray, after: np.ndarray, level: float) -> tuple[float, float]:
    """Return Newcombe's interval of the change of a share, as a second opinion."""
    both, gained, lost, neither = (
        int(((before == b) & (after == a)).sum()) for b, a in ((1, 1), (0, 1), (1, 0), (0, 0))
    )
    return newcombe_paired(both, gained, lost, neither, normal_z(level))
