"""Small surveys before and after, with or without a comparison group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate
from skk_analysis.impact.change_tests import (
    direction_answer,
    linear_answer,
    mean_answer,
    newcombe,
)
from skk_analysis.impact.checks import Check
from skk_analysis.impact.effect_sizes import convert_effect_size, effect_size
from skk_analysis.impact.marginal_odds import marginal_log_odds_ratio
from skk_analysis.impact.result import Effect
from skk_analysis.impact.survey_pairs import SurveyPairs, read_pairs
from skk_analysis.impact.t_answer import Answer

__all__ = ["before_after"]

KINDS = ("continuous", "binary", "ordinal")
ADJUST = ("change", "covariance")
WORTHWHILE = {"continuous": 0.5, "binary": 0.2, "ordinal": 0.33}
"""Smallest change worth seeing: half a standard deviation; 20 percentage points; a medium Cliff's
delta (Romano et al. 2006)."""


def before_after(
    frame: pd.DataFrame,
    outcome: str,
    *,
    person: str,
    wave: str,
    kind: str = "continuous",
    group: str | None = None,
    treated: Any = None,
    before: Any = None,
    after: Any = None,
    cluster: str | None = None,
    weights: str | None = None,
    threshold: float | None = None,
    categories: int | Sequence[float] | None = None,
    scale: tuple[float, float] | None = None,
    adjust: str = "change",
    worthwhile: float | None = None,
    level: float = 0.95,
    unit: str = "",
) -> Effect:
    """Change of the same persons' answers; with a comparison group, beyond that group's change.

    Parameters
    ----------
    frame : DataFrame
        One row a person and wave, in any order; a missing outcome is a person not measured then.
    outcome : str
        Column of numbers.
    person, wave : str
        Columns that name the row.  Of two waves the smaller is before.
    kind : {"continuous", "binary", "ordinal"}
        ``continuous``: the mean change; paired t, with a comparison Welch's t on the changes.
        ``binary``: the change of a share; Tango's score interval and McNemar's score test, with a
        comparison the difference of two shares' changes by square-and-add of the two score
        intervals.  ``ordinal``: the share that moved up less the share that moved down (Cliff's
        within-person dominance), by the same two methods.
    group, treated : str, value
        Column of the group and its value for those with the programme (default 1 of 0 and 1).
    before, after : value, optional
        The two waves, where there are more.
    cluster : str, optional
        Column of what was sampled or treated as a whole (a class, a house).  With clusters or
        weights every kind is answered by least squares on the change (binary 1/0, ordinal ±1) with
        CR2 errors and Satterthwaite's degrees of freedom; where whole clusters were treated also
        by permuting them (``details["permutation_p"]``).  With one cluster a side there is no
        valid interval, and none is given.
    weights : str, optional
        Column of one weight a person.
    threshold : float, optional
        Of a binary outcome on a longer scale: answers from this on are 1.
    categories : int or sequence, optional
        Of an ordinal outcome: 1…K or the values in order; needed.
    scale : tuple of float, optional
        Ends of a continuous scale, for the floor and ceiling check.
    adjust : {"change", "covariance"}
        Of a continuous or clustered comparison: difference of the changes, or analysis of
        covariance on the first measurement.  They estimate the same only when the groups were
        alike before (Lord 1967); ``details`` has the other one.
    worthwhile : float, optional
        Smallest effect worth seeing, for the ``sample_size`` check; default half a standard
        deviation of the first measurement, 0.2 of a share, 0.33 of a dominance.
    level : float, default 0.95
    unit : str

    Returns
    -------
    Effect
        ``estimate`` in the outcome's unit or as a difference of shares; ``p`` from the inversion
        of ``interval``; ``mde`` of the very test at this n (exact noncentral t; Connor's formula
        for shares).  ``details`` has the attrition table, exact and rank tests, effect sizes
        (``d``: standardized_mean_change or pre_post_control; of a binary outcome from the odds
        ratio) and, for binary and ordinal, the marginal log odds ratio by GEE with all persons
        measured at least once.  ``checks``: attrition, baseline_balance, floor_ceiling,
        sample_size.

    Raises
    ------
    ValueError
        On fewer than 3 pairs a group, values off the scale, a person twice in a wave, other than
        two groups or waves, or no spread at all.

    References
    ----------
    Tango (1998), *Stat. Med.* 17, 891–908; Newcombe (1998), *Stat. Med.* 17, 2635–2650; Zou &
    Donner (2008), *Stat. Med.* 27, 1693–1702; Cliff (1993), *Psychol. Bull.* 114, 494–509; Morris
    (2008), *Organ. Res. Methods* 11, 364–386.

    Examples
    --------
    >>> answers = pd.DataFrame({"who": list("abcdef") * 2, "wave": [1] * 6 + [2] * 6})
    >>> answers["score"] = [3, 4, 2, 5, 3, 4, 4, 6, 3, 5, 5, 5]
    >>> before_after(answers, "score", person="who", wave="wave").estimate.__round__(3)
    1.167
    """
    if kind not in KINDS:
        raise ValueError(f"kind is one of {KINDS}, got {kind!r}")
    if adjust not in ADJUST:
        raise ValueError(f"adjust is one of {ADJUST}, got {adjust!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
    people = read_pairs(
        frame, outcome, person=person, wave=wave, group=group, treated=treated, before=before,
        after=after, cluster=cluster, weights=weights,
    )  # fmt: skip
    people, ends = _on_its_scale(people, outcome, kind, threshold, categories, scale)
    answer = _answer(people.pairs, kind, adjust, level)
    pairs = people.pairs
    checks = (
        people.attrition_check(),
        people.balance_check(),
        people.ends_check(ends),
        _sample_size(pairs, answer, kind, worthwhile),
    )
    return Effect(
        estimate=answer.estimate,
        interval=answer.interval,
        p=answer.p,
        method="before_after_comparison" if people.compared else "before_after",
        inference=answer.inference,
        outcome=outcome,
        unit=unit,
        level=level,
        mde=answer.mde,
        se=answer.se,
        n_treated=int(pairs.treated.sum()),
        n_comparison=int((~pairs.treated).sum()),
        years=_years(people.waves),
        checks=checks,
        path=_path(pairs),
        details={"attrition": people.attrition(), **answer.details, **_sizes(people, kind)},
        provenance={
            "kind": kind, "waves": people.waves, "group": group, "treated": treated,
            "cluster": cluster, "weights": weights, "threshold": threshold, "adjust": adjust,
        },
    )  # fmt: skip


def _on_its_scale(
    people: SurveyPairs, outcome: str, kind: str, threshold, categories, scale
) -> tuple[SurveyPairs, tuple[float, float] | None]:
    """Return the persons with answers as the kind wants them, and the ends of the scale."""
    if kind == "binary" and threshold is not None:

        def cut(x: np.ndarray) -> np.ndarray:
            return np.where(np.isfinite(x), x >= threshold, np.nan)

        return replace(people, before=cut(people.before), after=cut(people.after)), None
    if threshold is not None:
        raise ValueError("threshold belongs to kind='binary'")
    allowed: Sequence[float] | None = [0.0, 1.0] if kind == "binary" else None
    if kind == "ordinal":
        if categories is None:
            raise ValueError("an ordinal outcome needs categories=, the number of them or a list")
        allowed = range(1, categories + 1) if isinstance(categories, int) else list(categories)
        scale = float(allowed[0]), float(allowed[-1])
    values = np.concatenate([people.before, people.after])
    values = values[np.isfinite(values)]
    if allowed is not None and (odd := values[~np.isin(values, allowed)]).size:
        raise ValueError(
            f"{outcome}: {odd[0]:g} is not one of {[float(x) for x in allowed]}; make codes such "
            "as 'cannot say' missing first"
        )
    if scale is not None and (odd := values[(values < scale[0]) | (values > scale[1])]).size:
        raise ValueError(f"{outcome}: {odd[0]:g} lies outside the scale {scale}")
    return people, None if kind == "binary" else scale


def _answer(pairs: SurveyPairs, kind: str, adjust: str, level: float) -> Answer:
    if pairs.clustered or pairs.weighted:
        if kind == "ordinal":
            steps = np.sign(pairs.change)
            pairs = replace(pairs, before=np.zeros_like(steps), after=steps)
            adjust = "change"
        return linear_answer(pairs, adjust, level)
    if kind == "continuous":
        return mean_answer(pairs, adjust, level)
    answer = direction_answer(pairs, level)
    if kind == "binary" and not pairs.compared:
        interval = newcombe(pairs.before, pairs.after, level)
        return replace(answer, details={**answer.details, "newcombe_interval": interval})
    return answer


def _sample_size(pairs: SurveyPairs, answer: Answer, kind: str, worthwhile: float | None) -> Check:
    """Whether the test would see an effect worth seeing; the pairs needed, all else equal."""
    if worthwhile is None:
        spread = float(pairs.before.std(ddof=1)) if kind == "continuous" else 1.0
        worthwhile = WORTHWHILE[kind] * spread
    count = len(pairs.before)
    if math.isnan(answer.mde) or not worthwhile > 0:
        return Check.of("sample_size", None, pairs=count, needed=math.nan)
    needed = math.ceil(count * (answer.mde / worthwhile) ** 2)
    return Check.of("sample_size", answer.mde <= worthwhile, pairs=count, needed=needed)


def _years(waves: tuple) -> tuple[int, ...]:
    return (int(waves[1]),) if isinstance(waves[1], (int, np.integer)) else ()


def _path(pairs: SurveyPairs) -> pd.DataFrame:
    """Means of the treated, and what they would be had they changed as the comparison did."""

    def mean(values: np.ndarray, inside: np.ndarray) -> float:
        return float(np.average(values[inside], weights=pairs.weight[inside]))

    on = pairs.treated
    start = mean(pairs.before, on)
    drift = mean(pairs.change, ~on) if pairs.compared else 0.0
    observed = np.array([start, mean(pairs.after, on)])
    counterfactual = np.array([start, start + drift])
    return pd.DataFrame(
        {
            "time": list(pairs.waves),
            "observed": observed,
            "counterfactual": counterfactual,
            "gap": observed - counterfactual,
        }
    )


def _sizes(people: SurveyPairs, kind: str) -> dict[str, Any]:
    """Effect sizes on the common scales; of unweighted persons, clusters not allowed for."""
    if people.weighted or people.clustered:
        return {}
    if kind == "continuous":
        return {"d": _standardised_change(people.pairs)}
    odds = marginal_log_odds_ratio(people, kind)
    found: dict[str, Any] = {"log_odds_ratio": odds}
    if math.isfinite(odds.value):
        found["d"] = convert_effect_size(odds, source="log_odds_ratio", target="d")
    return found


def _standardised_change(pairs: SurveyPairs) -> Estimate:
    groups = [(pairs.before[g], pairs.after[g]) for g in (pairs.treated, ~pairs.treated) if g.any()]
    if min(float(b.std()) for b, _ in groups) == 0 or min(float(a.std()) for _, a in groups) == 0:
        reason = "no spread to standardise by"
        return Estimate(math.nan, math.nan, method=reason)
    within = [float(np.clip(np.corrcoef(b, a)[0, 1], -0.999999, 0.999999)) for b, a in groups]
    means = [(float(b.mean()), float(b.std(ddof=1)), float(a.mean()), len(b)) for b, a in groups]
    if len(groups) == 1:
        names = ("mean_before", "sd_before", "mean_after", "n")
        statistics = dict(zip(names, means[0], strict=True))
        return effect_size("standardized_mean_change", **statistics, correlation=within[0])
    names = ("mean_before", "sd_before", "mean_after", "n")
    statistics = {
        f"{name}{side}": value
        for side, row in enumerate(means, 1)
        for name, value in zip(names, row, strict=True)
    }
    sizes = [row[3] for row in means]
    pooled = math.tanh(float(np.average(np.arctanh(within), weights=sizes)))
    return effect_size("pre_post_control", **statistics, correlation=pooled)
