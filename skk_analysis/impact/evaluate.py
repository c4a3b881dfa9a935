"""One call for the evaluator: the main analysis fixed beforehand, every check, then the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.adjustment import without_covariates
from skk_analysis.impact.checks import NOT_APPLICABLE, PASSED, Check
from skk_analysis.impact.comparison import matched_block
from skk_analysis.impact.design import anticipation_check, design_checks
from skk_analysis.impact.event_study import event_study
from skk_analysis.impact.few_treated import effect_of, refuse_weights
from skk_analysis.impact.gaps import (
    difference_gaps,
    synthetic_control_gaps,
    synthetic_did_gaps,
)
from skk_analysis.impact.grade import ASSIGNMENTS as POSSIBLE_ASSIGNMENTS
from skk_analysis.impact.grade import Design, Grade, evidence_grade
from skk_analysis.impact.honest import honest_did
from skk_analysis.impact.identified_range import identified_range_check
from skk_analysis.impact.pandemic import (
    bounded_exposure,
    closure_check,
    dropped_check,
    exposure_check,
    without_pandemic,
)
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.placebos import Inference, placebo_inference
from skk_analysis.impact.power import power_table
from skk_analysis.impact.pre_trend import pre_trend_test
from skk_analysis.impact.programme_panel import experiment_row
from skk_analysis.impact.result import Effect
from skk_analysis.impact.sensitivity import (
    leave_one_out,
    leave_one_out_checks,
    placebo_in_time,
    specification_curve,
)
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.verdict import Verdict, verdict_of

__all__ = ["Evaluation", "evaluate"]

MAIN = "main"
SINGULAR = 1e12
ASSIGNMENTS = {"worst_off_areas": "worst_off", "random": "lottery"}
"""The register's words for how it was decided who got it, where :class:`Design` has another."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The dossier of one outcome: effect, all that was checked, verdict and grade.

    Parameters
    ----------
    effect : Effect
        The main analysis with its checks, verdict and grade.
    table : DataFrame
        One row a method: method, variant, estimate, lower, upper, p, mde; the main one first.
    power : DataFrame
        See :func:`~skk_analysis.impact.power.power_table`.
    leave_one_out, specifications, placebos_in_time : DataFrame
        See :mod:`~skk_analysis.impact.sensitivity`.
    """

    effect: Effect
    table: pd.DataFrame
    power: pd.DataFrame
    leave_one_out: pd.DataFrame
    specifications: pd.DataFrame
    placebos_in_time: pd.DataFrame

    @property
    def verdict(self) -> Verdict:
        """What may be said."""
        assert self.effect.verdict is not None
        return self.effect.verdict

    @property
    def grade(self) -> Grade:
        """How strong the evidence can be."""
        assert self.effect.grade is not None
        return self.effect.grade

    def checks(self) -> pd.DataFrame:
        """Return one row a check: name, result, numbers."""
        rows = [(c.name, c.result, dict(c.numbers)) for c in self.effect.checks]
        return pd.DataFrame(rows, columns=["check", "result", "numbers"])

    def text(self, language: str = "fi") -> str:
        """Return the dossier's conclusion in words."""
        return self.effect.text(language)

    def plot(self, language: str = "fi"):
        """Return the figure: path, estimate with interval, placebos, smallest visible effect."""
        return self.effect.plot(language)

    def __repr__(self) -> str:
        return f"{self.effect!r}, grade {self.grade.sms}, checks {len(self.effect.checks)}"


def evaluate(
    panel: Panel,
    outcome: str,
    *,
    experiment: str | Mapping[str, Any] | None = None,
    unit: str = "",
    better: str | None = None,
    limit: float | None = None,
    closed: bool = False,
    placebo_outcomes: tuple[str, ...] = (),
    facts: Design | None = None,
    placebos: Placebos | None = None,
    missing: str = "raise",
) -> Evaluation:
    """Return the dossier of one outcome: the main analysis, the fixed set of checks, one verdict.

    Parameters
    ----------
    panel : Panel
        Treated cities or areas, comparison units, years.  With ``population`` the placebos are
        size-matched; with ``exposure`` (or population) exposure × pandemic is taken out.
    outcome : str
    experiment : str or mapping, optional
        Id of an experiment in the programme register of the workspace at hand, or its row: how it
        was decided who got it (``assignment``) and what was chosen as its ``main_indicator``.
    unit : str
        Of the outcome, as the indicator dictionary names it: ``share``, ``percent``, ``per_1000`` …
    better : {"higher", "lower", "neither"}, optional
        Desired direction of the outcome.
    limit : float, optional
        Smallest effect of practical importance.
    closed : bool, default False
        Closures moved the outcome mechanically in a pandemic year.
    placebo_outcomes : tuple of str
        Outcomes that the programme cannot have moved.
    facts : Design, optional
        What was done, for the grade; read from the panel and the experiment where not given.
    placebos : Placebos, optional
    missing : {"raise", "drop"}

    Returns
    -------
    Evaluation

    Notes
    -----
    The main analysis is synthetic difference-in-differences with weights from all comparison units
    and the rank test among size-matched placebos; nothing here chooses between methods by their
    results.  The verdict is made after the checks, so no caveat contradicts it.
    """
    plan = placebos or Placebos()
    alpha = round(1 - plan.level, 12)
    row = _experiment(experiment)
    raw = panel.block(outcome, missing=missing)
    refuse_weights(raw)
    exposed = _exposed(raw)
    block = without_covariates(raw, exposure=True)[0] if exposed else raw
    found = placebo_inference(synthetic_did_gaps, block, plan)
    variants = _variants(raw, block, found, exposed, plan)
    reach = (found.interval[1] - found.interval[0]) / 2
    left_out = leave_one_out(synthetic_did_gaps, block)
    curve, curve_check = specification_curve(raw, plan, reach=reach, main=found.estimate)
    in_time, in_time_check = placebo_in_time(synthetic_did_gaps, block, plan)
    unadjusted = variants.get(("synthetic_did", "without_exposure"))
    effect = effect_of("synthetic_did", block, found, plan)
    effect = effect.with_checks(
        *design_checks(panel, raw, plan, missing_cells=_empty(panel, outcome)),
        anticipation_check(block, found, plan.level),
        *_before_checks(panel, raw, plan, exposed, missing),
        in_time_check,
        *leave_one_out_checks(left_out, found.estimate, reach),
        curve_check,
        identified_range_check(effect, block),
        exposure_check(unadjusted, found, alpha) if unadjusted else _no_exposure(),
        dropped_check(found, variants.get(("synthetic_did", "without_pandemic")), alpha),
        bounded_exposure(block, found),
        closure_check(block, closed),
        *(_placebo_outcome(panel, name, plan, missing) for name in placebo_outcomes),
    )
    facts = facts or _facts(effect, raw, row)
    effect = replace(
        effect,
        unit=unit,
        details={
            **effect.details,
            "better": better,
            "design": facts,
            "limit": limit,
            "agreed_beforehand": row.get("main_indicator") == outcome if row else None,
            "pandemic": tuple(int(t) for t in raw.times if t in raw.pandemic),
        },
        provenance={**effect.provenance, "exposure": exposed, "experiment": row.get("id")},
    )
    effect = replace(
        effect,
        grade=evidence_grade(facts, effect.checks),
        verdict=verdict_of(effect, limit=limit, better=better),
    )
    table = pd.DataFrame([_row(*key, each) for key, each in variants.items()])
    power = power_table(synthetic_did_gaps, block, plan)
    return Evaluation(effect, table, power, left_out, curve, in_time)


def _variants(
    raw: Block, block: Block, found: Inference, exposed: bool, plan: Placebos
) -> dict[tuple[str, str], Inference]:
    """Return the same effect by the other methods, fixed beforehand; the main one first."""
    variants = {("synthetic_did", MAIN): found}
    if exposed:
        unadjusted = placebo_inference(synthetic_did_gaps, raw, plan)
        variants["synthetic_did", "without_exposure"] = unadjusted
    if calm := without_pandemic(synthetic_did_gaps, raw, plan):
        variants["synthetic_did", "without_pandemic"] = calm
    matched = placebo_inference(difference_gaps, matched_block(block, plan), plan)
    variants["difference_in_differences", "matched_comparison"] = matched
    ridge = placebo_inference(synthetic_control_gaps, block, plan)
    variants["synthetic_control", "ridge"] = ridge
    return variants


def _exposed(block: Block) -> bool:
    """Return whether exposure × pandemic can and need be taken out."""
    exposure = block.exposure if block.exposure is not None else block.size
    after = block.times[block.times >= min(block.cohorts)]
    struck = bool(np.isin(after, block.pandemic).any())
    return struck and exposure is not None and np.ptp(exposure[block.donors]) > 0


def _row(method: str, variant: str, found: Inference) -> dict[str, Any]:
    low, high = found.interval
    return {
        "method": method,
        "variant": variant,
        "estimate": found.estimate,
        "lower": low,
        "upper": high,
        "p": found.p,
        "mde": found.mde,
    }


def _empty(panel: Panel, outcome: str) -> int:
    """Return how many unit-times lack the outcome."""
    use = panel.frame[panel.unit].isin([*panel.starts, *panel.comparison])
    have = panel.frame.loc[use, outcome].notna().sum()
    return int(panel.frame.loc[use, panel.unit].nunique() * len(panel.times) - have)


def _before_checks(
    panel: Panel, block: Block, plan: Placebos, exposed: bool, missing: str
) -> tuple[Check, ...]:
    """Return what the years before the start say of parallel paths, and how much it takes.

    None with under two years before, with gaps between years, or with placebos too few for a
    covariance: the checks then stay unmade, and count as inconclusive.
    """
    early = min(block.before(start) for start in block.cohorts) < 2
    if early or (np.diff(block.times) != 1).any():
        return ()
    study = event_study(panel, block.outcome, exposure=exposed, placebos=plan, missing=missing)
    covariance = study.details["event_study"].covariance
    if not np.isfinite(covariance).all() or np.linalg.cond(covariance) > SINGULAR:
        return ()
    return (
        pre_trend_test(study).check(),
        honest_did(study, restriction="smoothness", m=(), target="average").check(),
        honest_did(study, restriction="relative_magnitude", m=(), target="average").check(),
    )


def _no_exposure() -> Check:
    nothing = {"without": math.nan, "adjusted": math.nan}
    return Check("pandemic_exposure", NOT_APPLICABLE, nothing)


def _placebo_outcome(panel: Panel, outcome: str, plan: Placebos, missing: str) -> Check:
    """Return whether an outcome that cannot have moved did."""
    block = panel.block(outcome, missing=missing)
    if _exposed(block):
        block, _ = without_covariates(block, exposure=True)
    found = placebo_inference(synthetic_did_gaps, block, plan)
    return Check.of(
        "placebo_outcome",
        None if math.isnan(found.p) else found.p > 1 - plan.level,
        estimate=found.estimate,
        p=found.p,
        outcome=outcome,
    )


def _experiment(experiment: str | Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the experiment's row of the register."""
    if experiment is None or isinstance(experiment, Mapping):
        return experiment or {}
    from skk_analysis.programme import Programme
    from skk_analysis.workspace import Workspace

    return experiment_row(Programme.of(Workspace.find()), experiment)


def assignment_of(row: Mapping[str, Any]) -> str:
    """Return how it was decided who got an experiment; the weakest where nobody has said it."""
    told = str(row.get("assignment") or "")
    known = ASSIGNMENTS.get(told, told)
    return known if known in POSSIBLE_ASSIGNMENTS else "self_selected"


def _facts(effect: Effect, block: Block, row: Mapping[str, Any]) -> Design:
    """Return what was done, as the panel, the checks and the register tell it."""
    after = block.times[block.times >= max(block.cohorts)]
    fit, matched = effect.check("pre_fit"), effect.check("size_matched_placebos")
    return Design(
        comparison="comparison_group",
        pre_years=min(block.before(start) for start in block.cohorts),
        post_years=len(after),
        pandemic_only=len(after) == 1 and bool(np.isin(after, block.pandemic).all()),
        assignment=assignment_of(row),
        balance=bool(fit and fit.result == PASSED and matched and matched.ok) or None,
    )
