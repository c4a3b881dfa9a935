"""The dossier of one experiment of the register, whatever it was measured by."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from skk_analysis.impact.before_after import before_after
from skk_analysis.impact.evaluate import MAIN, Evaluation, assignment_of, evaluate
from skk_analysis.impact.experiment_inputs import ExperimentInputs, experiment_inputs
from skk_analysis.impact.grade import Design, Grade, evidence_grade
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.programme_panel import first_full_year
from skk_analysis.impact.result import Effect, _presenter
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.verdict import Verdict, verdict_of
from skk_analysis.workspace import Workspace

__all__ = [
    "SMALLEST_GROUP",
    "ExperimentDossier",
    "evaluate_experiment",
    "survey_effect",
    "survey_pairs_of",
    "survey_waves",
]

SMALLEST_GROUP = 10
"""Participants measured both times under which a group is described only in words, because its
figures could tell of one person (disclosure policy of the programme)."""

TREATED, COMPARISON = "participant", "comparison"
AGREES = 4
"""Answers from this on, on the scale 1–5, agree; the same as in the residents' survey."""

COLUMNS = ("method", "variant", "estimate", "lower", "upper", "p", "mde")


@dataclass(frozen=True, eq=False)
class ExperimentDossier:
    """One experiment's effect with grade and verdict, or the reason why there is none.

    Parameters
    ----------
    inputs : ExperimentInputs
        What it was computed from.
    effect : Effect
        The main analysis with checks, verdict and grade; ``nan`` with the verdict
        ``not_estimable`` and no grade where it was refused.
    table : DataFrame
        One row a method: method, variant, estimate, lower, upper, p, mde; the main one first.
        Empty where refused.
    reason : str or None
        Why nothing was computed, one of
        :data:`~skk_analysis.impact.experiment_inputs.REFUSALS`; None where there is an effect.
    detail : str
        What the method itself said when it refused.
    evaluation : Evaluation or None
        All that was computed of a panel (power, leave-one-out, specifications).
    """

    inputs: ExperimentInputs
    effect: Effect
    table: pd.DataFrame
    reason: str | None = None
    detail: str = ""
    evaluation: Evaluation | None = None

    @property
    def experiment(self) -> str:
        """Id of the experiment."""
        return self.inputs.experiment["id"]

    @property
    def estimated(self) -> bool:
        """Whether there is an effect estimate."""
        return self.reason is None

    @property
    def grade(self) -> Grade | None:
        """How strong the evidence can be and why not stronger; None where refused."""
        return self.effect.grade

    @property
    def verdict(self) -> Verdict:
        """What may be said."""
        assert self.effect.verdict is not None
        return self.effect.verdict

    def text(self, language: str = "fi") -> str:
        """Return the conclusion in words, or why there is none."""
        return _presenter("skk_analysis.language.experiments", "dossier_text")(self, language)

    def plot(self, language: str = "fi"):
        """Return the figure of the effect; None where there is nothing to draw."""
        return self.effect.plot(language) if self.estimated else None

    def __repr__(self) -> str:
        if not self.estimated:
            return f"{self.experiment}: no estimate ({self.reason})"
        assert self.grade is not None
        return f"{self.experiment}: {self.effect!r}, grade {self.grade.sms}"


def evaluate_experiment(
    experiment: str | ExperimentInputs,
    workspace: Workspace | None = None,
    *,
    limit: float | None = None,
    placebos: Placebos | None = None,
) -> ExperimentDossier:
    """Return the dossier of one experiment by the design that fits how it was measured.

    Experiments that reached whole municipalities or postal areas are compared with others of the
    same kind (:func:`~skk_analysis.impact.evaluate`); those that asked their participants before
    and after, with the comparison group they asked (:func:`~skk_analysis.impact.before_after`,
    the share that agrees).  Where neither can be done the dossier says why; it never guesses.

    Parameters
    ----------
    experiment : str or ExperimentInputs
        Id in the register, or what :func:`~skk_analysis.impact.experiment_inputs` has read: then
        nothing else is read, and the same inputs always give the same dossier.
    workspace : Workspace, optional
        Where the id is looked up; default the one at hand.
    limit : float, optional
        Smallest effect of practical importance, in the indicator's unit.
    placebos : Placebos, optional
        Of a panel.

    Returns
    -------
    ExperimentDossier

    Raises
    ------
    ValueError
        If the register has no such experiment.

    Examples
    --------
    >>> dossier = evaluate_experiment("espoo-1")  # doctest: +SKIP
    >>> dossier.estimated, dossier.grade.sms  # doctest: +SKIP
    (True, 2)
    """
    known = (
        experiment
        if isinstance(experiment, ExperimentInputs)
        else experiment_inputs(workspace, experiment)
    )
    if known.refusal:
        return _refused(known, known.refusal)
    if known.panel is not None:
        return _of_panel(known, known.panel, limit, placebos)
    assert known.responses is not None
    return _of_survey(known, known.responses, limit)


def survey_effect(known: ExperimentInputs, answers: pd.DataFrame) -> Effect:
    """Return the change of some of the survey's persons beyond that of the comparison group.

    Raises
    ------
    ValueError
        If there are too few persons, fewer than two waves or no spread.
    """
    compared = (answers["group"] == COMPARISON).any()
    people = answers[answers["group"].isin([TREATED, COMPARISON])].reset_index(drop=True)
    waves = survey_waves(known, people)
    weights = _weights(people)
    share = known.indicator.get("unit") in ("share", "percent")
    return before_after(
        people.assign(weight=weights),
        "answer",
        person="respondent_id",
        wave="year",
        before=waves[0],
        after=waves[-1],
        group="group" if compared else None,
        treated=TREATED if compared else None,
        kind="binary" if share else "continuous",
        threshold=AGREES if share else None,
        weights="weight" if weights.min() < weights.max() else None,
        unit="share" if share else known.indicator.get("unit", ""),
    )


def survey_waves(known: ExperimentInputs, people: pd.DataFrame) -> tuple[int, ...]:
    """Return the last wave before the experiment's first full year, and the last of all."""
    asked = people.loc[(people["group"] == TREATED) & people["answer"].notna(), "year"]
    years = sorted(int(year) for year in asked.unique())
    if len(years) < 2:
        return tuple(years)
    start = first_full_year(known.experiment["started"])
    before = [year for year in years if year < start]
    after = [year for year in years if year >= start]
    return (before[-1], after[-1]) if before and after else tuple((before or after)[-1:])


def _of_survey(
    known: ExperimentInputs, responses: pd.DataFrame, limit: float | None
) -> ExperimentDossier:
    waves = survey_waves(known, responses)
    if len(waves) < 2:
        start = first_full_year(known.experiment["started"])
        early = not waves or waves[0] < start
        return _refused(known, "no_after" if early else "no_before")
    pairs = survey_pairs_of(known, responses)
    if (pairs["group"] == TREATED).sum() < SMALLEST_GROUP:
        return _refused(known, "small_group")
    try:
        effect = survey_effect(known, responses)
    except ValueError as error:
        return _refused(known, "method_refuses", str(error))
    effect = _judged(known, effect, limit)
    variants = {(effect.method, MAIN): effect}
    if effect.n_comparison:
        alone = survey_effect(known, responses[responses["group"] == TREATED])
        variants[alone.method, "participants_only"] = alone
    rows = [(*key, e.estimate, *e.interval, e.p, e.mde) for key, e in variants.items()]
    return ExperimentDossier(known, effect, pd.DataFrame(rows, columns=list(COLUMNS)))


def _judged(known: ExperimentInputs, effect: Effect, limit: float | None) -> Effect:
    """Return a survey's effect with its grade, then its verdict."""
    better = known.indicator.get("direction") or None
    effect = replace(
        effect,
        outcome=known.outcome,
        details={**effect.details, "better": better, "pandemic": known.pandemic},
        provenance={**effect.provenance, "experiment": known.experiment["id"]},
    )
    facts = Design(
        comparison="comparison_group" if effect.n_comparison else "none",
        pre_years=1,
        post_years=1,
        pandemic_only=bool(effect.years) and set(effect.years) <= set(known.pandemic),
        assignment=assignment_of(known.experiment),
    )
    effect = replace(
        effect,
        grade=evidence_grade(facts, effect.checks),
        details={**effect.details, "design": facts, "limit": limit},
    )
    effect = _graded(known, effect)
    return replace(effect, verdict=verdict_of(effect, limit=limit, better=better))


def _of_panel(
    known: ExperimentInputs, panel: Panel, limit: float | None, placebos: Placebos | None
) -> ExperimentDossier:
    panel = _complete(panel, known.outcome)
    start = max(panel.starts.values())
    if not panel.times or max(panel.times) < start:
        return _refused(known, "no_after")
    if min(panel.times) >= min(panel.starts.values()):
        return _refused(known, "no_before")
    judge = partial(evaluate, unit=known.indicator.get("unit", ""), missing="drop", limit=limit)
    better = known.indicator.get("direction") or None
    try:
        found = judge(
            panel, known.outcome, experiment=known.experiment, better=better, placebos=placebos
        )
    except ValueError as error:
        return _refused(known, "method_refuses", str(error))
    found = replace(found, effect=_graded(known, found.effect))
    return ExperimentDossier(known, found.effect, found.table, evaluation=found)


def _graded(known: ExperimentInputs, effect: Effect) -> Effect:
    """Return the effect with what a reviewer decided about its grade."""
    if known.judgement is None or effect.grade is None:
        return effect
    return replace(effect, grade=known.judgement.on(effect.grade))


def _complete(panel: Panel, outcome: str) -> Panel:
    """Return the panel over the last unbroken run of years in which every treated unit is known.

    A treated unit without a value stops every method; a gap long ago is no reason to say nothing.
    """
    treated = panel.frame[panel.frame[panel.unit].isin(list(panel.starts))]
    known = treated.dropna(subset=[outcome]).groupby(panel.time)[panel.unit].nunique()
    whole = {int(year) for year, count in known.items() if count == len(panel.starts)}
    if not whole:
        return panel.until(min(panel.times) - 1)
    first = last = max(whole)
    while first - 1 in whole:
        first -= 1
    return panel.without(times=[year for year in panel.times if not first <= year <= last])


def survey_pairs_of(known: ExperimentInputs, answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row a person who answered both times: respondent_id, group."""
    waves = survey_waves(known, answers)
    if len(waves) < 2:
        return pd.DataFrame({"respondent_id": [], "group": []})
    both = answers[answers["answer"].notna() & answers["year"].isin(waves)]
    counts = both.groupby(["respondent_id", "group"])["year"].nunique().reset_index()
    return counts.loc[counts["year"] == 2, ["respondent_id", "group"]]


def _weights(people: pd.DataFrame) -> pd.Series:
    """Return one weight a person: the first wave's, which drew them."""
    first = people.sort_values("year", kind="stable").groupby("respondent_id")["weight"]
    return first.transform("first").astype(float)  # aligned by the rows' index


def _refused(known: ExperimentInputs, reason: str, detail: str = "") -> ExperimentDossier:
    unit = known.indicator.get("unit", "")
    nothing = Effect(
        math.nan,
        outcome=known.outcome,
        unit=unit,
        provenance={"experiment": known.experiment["id"], "refused": reason},
    )
    effect = replace(nothing, verdict=verdict_of(nothing))
    empty = pd.DataFrame({name: [] for name in COLUMNS})
    return ExperimentDossier(known, effect, empty, reason, detail)
