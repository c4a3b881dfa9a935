"""What is known of one experiment: its row, and the frames that its effect is estimated from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from skk_analysis.impact.grade import Judgement
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.programme_panel import (
    PANEL_LEVELS,
    POPULATION,
    experiment_row,
    indicator_rows,
    pandemic_years,
    programme_panel,
)
from skk_analysis.programme import Programme
from skk_analysis.workspace import Workspace, once

__all__ = ["REFUSALS", "ExperimentInputs", "experiment_inputs"]

SURVEY = "survey"
SURVEY_COLUMNS = (
    "respondent_id", "year", "group", "question", "answer", "weight", "sex", "age_group",
    "education", "language", "resource",
)  # fmt: skip
"""Of a survey's answers, what is read: nothing that the analysis does not use."""

REFUSALS = (
    "not_started",
    "no_design",
    "no_indicator",
    "no_units",
    "no_survey",
    "no_data",
    "no_before",
    "no_after",
    "small_group",
    "method_refuses",
)
"""Why an experiment has no effect estimate, by name; the words are in the catalogues."""


@dataclass(frozen=True, eq=False)
class ExperimentInputs:
    """Everything that :func:`~skk_analysis.impact.evaluate_experiment` reads, and nothing else.

    Two equal inputs give the same dossier, so their hash tells whether one is still current.

    Parameters
    ----------
    experiment : mapping
        Row of the register's table ``experiments``.
    indicator : mapping
        Row of the indicator dictionary of its main indicator; empty where there is none.
    panel : Panel or None
        Of an experiment that reaches municipalities or postal areas.
    responses : DataFrame or None
        Of one that asked its participants: one row a person, year and question.
    pandemic : tuple of int
        Years that are a shock to everyone.
    refusal : str or None
        One of :data:`REFUSALS` where the register or the data have nothing to estimate from.
    resources : tuple of str
        Names of the raw files that the rows come from.
    judgement : Judgement or None
        What a reviewer decided about the grade of evidence.
    """

    experiment: Mapping[str, str]
    indicator: Mapping[str, str] = field(default_factory=dict)
    panel: Panel | None = None
    responses: pd.DataFrame | None = None
    pandemic: tuple[int, ...] = ()
    refusal: str | None = None
    resources: tuple[str, ...] = ()
    judgement: Judgement | None = None

    @property
    def outcome(self) -> str:
        """Id of the main indicator."""
        return self.experiment.get("main_indicator", "")

    @property
    def question(self) -> str:
        """The survey's question behind the indicator."""
        return self.indicator.get("numerator", "").removeprefix("survey.") or self.outcome

    def until(self, year: int) -> ExperimentInputs:
        """What was known at the end of a year: no later figures and no later answers."""
        panel = self.panel.until(year) if self.panel is not None else None
        answers = self.responses
        if answers is not None:
            answers = answers[answers["year"].astype(int) <= year].reset_index(drop=True)
        return replace(self, panel=panel, responses=answers)


def experiment_inputs(workspace: Workspace | None, experiment: str) -> ExperimentInputs:
    """Read what one experiment's effect is estimated from.

    Parameters
    ----------
    workspace : a cleaned workspace; None is the one at hand
    experiment : id in the register

    Raises
    ------
    ValueError
        If the register has no such experiment.
    """
    place = workspace or Workspace.find()
    return once(("experiment", place.root, experiment), lambda: _inputs(place, experiment))


def _inputs(workspace: Workspace, experiment: str) -> ExperimentInputs:
    programme = Programme.of(workspace)
    row = {str(k): str(v) for k, v in experiment_row(programme, experiment).items()}
    known = ExperimentInputs(row, pandemic=pandemic_years(programme))
    level, outcome = row.get("level", ""), row.get("main_indicator", "")
    if not row.get("started"):
        return _refused(known, "not_started")
    if level not in (SURVEY, *PANEL_LEVELS):
        return _refused(known, "no_design")
    dictionary = programme.indicators()
    if outcome not in dictionary.index:
        return _refused(known, "no_indicator")
    indicator = {str(k): str(v) for k, v in dictionary.loc[outcome].items()}
    known = replace(known, indicator=indicator)
    if level == SURVEY:
        return _with_responses(known, workspace, programme)
    return _with_panel(known, workspace, programme, level)


def _with_responses(
    known: ExperimentInputs, workspace: Workspace, programme: Programme
) -> ExperimentInputs:
    """The answers of the experiment's own survey, which the table ``surveys`` names."""
    surveys = programme.optional_table("surveys")
    if surveys is None or "resource" not in surveys:
        return _refused(known, "no_survey")
    named = surveys[(surveys["experiment"] != "") & (surveys["resource"] != "")]
    mine = named.loc[named["experiment"] == known.experiment["id"], "resource"]
    if mine.empty:
        return _refused(known, "no_survey")
    path = workspace.processed / "responses.parquet"
    if not path.is_file():
        workspace.table("responses")  # says that cleaning has not been done
    wanted = [("resource", "in", sorted(set(named["resource"])))]
    answers = once(
        ("answers", path),  # to all experiments: one costs as much to find
        lambda: pd.read_parquet(path, columns=list(SURVEY_COLUMNS), filters=wanted),
    )
    rows = answers[answers["resource"].isin(mine)]
    known = replace(known, resources=tuple(sorted(rows["resource"].unique())))
    rows = rows[rows["question"] == known.question].reset_index(drop=True)
    if rows["answer"].notna().sum() == 0:
        return _refused(known, "no_data")
    return replace(known, responses=rows)


def _with_panel(
    known: ExperimentInputs, workspace: Workspace, programme: Programme, level: str
) -> ExperimentInputs:
    """The yearly figures of the experiment's units and of those it may be compared with."""
    exposure = programme.optional_table("exposure")
    if exposure is None or not len(
        exposure[
            (exposure["experiment"] == known.experiment["id"]) & (exposure["unit_level"] == level)
        ]
    ):
        return _refused(known, "no_units")
    values = indicator_rows(workspace, [known.outcome, POPULATION[level]])
    there = values[(values["indicator"] == known.outcome) & (values["unit_level"] == level)]
    units = exposure.loc[exposure["experiment"] == known.experiment["id"], "unit_code"]
    known = replace(known, resources=_resource_names(there))
    if not there.loc[there["unit_code"].isin(units), "value"].notna().any():
        return _refused(known, "no_data")
    panel = programme_panel([known.outcome], experiment=known.experiment["id"], workspace=workspace)
    return replace(known, panel=panel)


def _resource_names(rows: pd.DataFrame) -> tuple[str, ...]:
    joined = rows["resource"].dropna().unique()
    return tuple(sorted({name for names in joined for name in str(names).split(";") if name}))


def _refused(known: ExperimentInputs, reason: str) -> ExperimentInputs:
    return replace(known, refusal=reason)
