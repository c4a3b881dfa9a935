"""Log odds ratio of a change in answers, from everybody who answered at least once."""

from __future__ import annotations

import math
import warnings

import numpy as np

from skk_analysis.estimate import Estimate
from skk_analysis.impact.survey_pairs import SurveyPairs

__all__ = ["marginal_log_odds_ratio"]


def marginal_log_odds_ratio(people: SurveyPairs, kind: str) -> Estimate:
    """Return the log odds ratio of higher answers after, beyond the comparison group's if any.

    Generalised estimating equations with independence as the working model: logistic for a
    yes-or-no answer, cumulative (proportional odds) for an ordered one; the covariance corrected
    for few persons.  Persons with one answer count, which is right when answers are missing
    completely at random.

    Parameters
    ----------
    people : SurveyPairs
    kind : {"binary", "ordinal"}

    Returns
    -------
    Estimate
        NaN, with the reason in ``method``, where an odds ratio does not exist (everybody in a
        group and wave gave the same extreme answer).

    References
    ----------
    Liang & Zeger (1986), *Biometrika* 73, 13–22; Lipsitz, Kim & Zhao (1994), *Stat. Med.* 13,
    1149–1163; Mancl & DeRouen (2001), *Biometrics* 57, 126–134.
    """
    persons = np.arange(len(people.before))
    wave = np.repeat([0.0, 1.0], len(persons))
    y = np.concatenate([people.before, people.after])
    on = np.tile(people.treated.astype(float), 2)
    there = np.isfinite(y)
    order = np.lexsort((wave, np.tile(persons, 2)))
    order = order[there[order]]
    y, wave, on, who = y[order], wave[order], on[order], np.tile(persons, 2)[order]
    for group, time in {(g, t) for g, t in zip(on, wave, strict=True)}:
        answers = y[(on == group) & (wave == time)]
        if np.unique(answers).size < 2 and answers[0] in (y.min(), y.max()):
            return _undefined("a group answered as one")
    columns = [wave] if on.all() else [wave, on, wave * on]
    place = 0 if on.all() else 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            value, error = _fit(y, np.column_stack(columns), who, kind, place)
        except (Warning, np.linalg.LinAlgError, ValueError) as reason:
            return _undefined(reason)
    method = "log odds ratio by GEE, Mancl and DeRouen's covariance"
    return Estimate(value, error, n=len(set(who)), method=method)


def _undefined(reason: object) -> Estimate:
    return Estimate(math.nan, math.nan, method=f"no odds ratio: {reason}")


def _fit(y, x, who, kind: str, place: int) -> tuple[float, float]:
    from statsmodels.genmod.cov_struct import Independence, OrdinalIndependence
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE, OrdinalGEE

    if kind == "binary":
        design = np.column_stack([np.ones(len(y)), x])
        model = GEE(y, design, who, family=Binomial(), cov_struct=Independence())
        place += 1
    else:
        model = OrdinalGEE(y, x, who, cov_struct=OrdinalIndependence())
        place += np.unique(y).size - 1
    fit = model.fit(cov_type="bias_reduced")
    return float(np.asarray(fit.params)[place]), float(np.asarray(fit.bse)[place])
