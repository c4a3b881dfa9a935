"""The report card of one experiment: one method for each section, run in any order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

import pandas as pd

from skk_analysis.impact.evaluate_experiment import ExperimentDossier, evaluate_experiment
from skk_analysis.language import keys
from skk_analysis.language.experiments import outcome_name
from skk_analysis.monitoring.costs import Costs, costs_of
from skk_analysis.reporting import origin
from skk_analysis.reporting.agreed import OutcomeMarks, marks_of
from skk_analysis.reporting.document import Document
from skk_analysis.reporting.evidence import Checked
from skk_analysis.reporting.experiment import (
    action,
    distribution,
    effect,
    front,
    indicators,
    learning,
    limits,
    money,
    phases,
    picture,
    problem,
    reviews,
    scaling,
    state,
    theory,
    trials,
)
from skk_analysis.reporting.experiment.data import ExperimentData, report_data
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Section
from skk_analysis.workspace import Workspace

CHOICE_TABLES = {"indicator_choices": "indicator_choices", "surveys": "city_surveys"}
"""What the marks are made from, and the name of it in the slice."""

SLUGS = str.maketrans({"ä": "a", "ö": "o", "å": "a", " ": "_", "-": "_"})


class Experiment(Document):
    """The card of one experiment; of a stopped one it has the same sections.

    Parameters
    ----------
    experiment : id in the register
    language : ``fi``, ``sv`` or ``en``
    workspace : folder of the workspace; empty = the one that is found

    Examples
    --------
    In a notebook each section shows itself::

        card = Experiment("turku-1", "fi")
        card.effect()
    """

    kind = "experiment"
    heading = "section.experiment.{name}"
    sections: ClassVar = {
        "problem": problem.write,
        "action": action.write,
        "model": picture.write,
        "theory": theory.write,
        "phases": phases.write,
        "tests": trials.write,
        "reviews": reviews.write,
        "indicators": indicators.write,
        "effect": effect.write,
        "distribution": distribution.write,
        "costs": money.write,
        "learning": learning.write,
        "scaling": scaling.write,
        "state": state.write,
        "limits": limits.write,
        "origin": origin.write,
    }
    data: ExperimentData

    def __init__(self, experiment: str, language: str = "fi", workspace: str = "") -> None:
        super().__init__(report_data(Workspace.find(workspace or None), experiment), language)

    # -- what the sections need ------------------------------------------------------------------

    @cached_property
    def marks(self) -> OutcomeMarks:
        """The main indicator's mark, for every number of the outcome."""
        outcome, years = self.data.inputs.outcome, self.rows("years")
        indicators = self.rows("indicators")
        if indicators.empty or outcome not in set(indicators["id"]):
            return OutcomeMarks()
        began = int(self.row["started"][:4] or 0)
        first = min(map(int, years["year"])) if len(years) else began
        table = marks_of(
            {
                name: self.data.register[key]
                for name, key in CHOICE_TABLES.items()
                if key in self.data.register
            },
            indicators.set_index("id"),
            {outcome: max(self.dossier.effect.years, default=first)},
            first_year=first,
            cities=[self.row["city_code"]],
        ).table
        mark = str(table["status"].get(outcome, "")) if len(table) else ""
        return OutcomeMarks(table, dict.fromkeys(("effect", "indicator", "groups"), mark))

    @property
    def row(self) -> Mapping[str, str]:
        """The experiment's row of the register."""
        return self.data.row

    @property
    def name(self) -> str:
        """What the experiment is called."""
        return self.local(self.row, "name") or self.data.experiment

    @property
    def city(self) -> str:
        """The city's name in the card's language; its code where the programme has no such."""
        return self.data.city.name(self.language) if self.data.city else self.row["city_code"]

    @property
    def outcome(self) -> str:
        """What the main indicator is called."""
        return outcome_name(self.dossier, self.language) or self.text("experiment.no_indicator")

    @cached_property
    def dossier(self) -> ExperimentDossier:
        """The effect with its grade, or why there is none."""
        return evaluate_experiment(self.data.inputs)

    def checked_effects(self) -> Checked:
        """The one effect, with its headline, rule and grade."""
        if not self.dossier.estimated:
            return {}
        return {
            "effect.estimate": (self.dossier.effect, self.outcome, ("paragraph", "rule", "grade"))
        }

    def refused_effects(self) -> list[str]:
        """Why there is no estimate."""
        return [self.dossier.reason] if self.dossier.reason else []

    @cached_property
    def spending(self) -> Costs | None:
        """What it cost; None where the register has no rows on it."""
        rows = self.rows("costs")
        return None if rows.empty else costs_of(rows)

    @cached_property
    def reach(self) -> float:
        """Persons reached, as the register tells; NaN where it does not."""
        rows = self.rows("scaling")
        told = pd.to_numeric(rows["reach"], errors="coerce") if "reach" in rows else pd.Series()
        return float(told.iloc[0]) if len(told) else float("nan")

    def rows(self, table: str) -> pd.DataFrame:
        """The experiment's rows of a register table; none where the register lacks the table."""
        return self.data.register.get(table, pd.DataFrame())

    def local(self, row: Mapping[str, str] | pd.Series, field: str) -> str:
        """A field of the register in the card's language; ``""`` where it is empty."""
        return localised(row, field, self.language)

    def word(self, kind: str, code: str) -> str:
        """What a code of the register is called; the code itself where it has no name."""
        key = f"experiment.{kind}.{code.lower().translate(SLUGS)}"
        if not code:
            return self.text("experiment.not_recorded")
        return self.text(key) if key in keys(self.language) else code

    def named(self, table: str, key: str, code: str) -> str:
        """The name of a row of a shared table, such as a phase or a criterion."""
        rows = self.rows(table)
        found = rows[rows[key] == code] if key in rows else rows
        return (self.local(found.iloc[0], "name") if len(found) else "") or code

    # -- sections --------------------------------------------------------------------------------

    def front(self) -> Section:
        """Title, the experiment in short, and three boxes: effect, certainty, cost."""
        writer = self.writer("front")
        title = self.text("experiment.title", name=self.name)
        about = writer.sentence("experiment.about", city=self.city)
        self._opening(writer, title, about)
        front.write(self, writer)
        return self._keep(writer.section())

    def problem(self) -> Section:
        """Problem and target group."""
        return self._section("problem")

    def action(self) -> Section:
        """What was done."""
        return self._section("action")

    def model(self) -> Section:
        """The visual model."""
        return self._section("model")

    def theory(self) -> Section:
        """The theory of change and what supports each link."""
        return self._section("theory")

    def phases(self) -> Section:
        """The double diamond, milestones and workshops."""
        return self._section("phases")

    def tests(self) -> Section:
        """Tests with the target audience and in practice."""
        return self._section("tests")

    def reviews(self) -> Section:
        """Peer review."""
        return self._section("reviews")

    def indicators(self) -> Section:
        """Indicators: agreed beforehand?, target, baseline, latest."""
        return self._section("indicators")

    def effect(self) -> Section:
        """What can be said of the effect."""
        return self._section("effect")

    def distribution(self) -> Section:
        """Side effects, and for whom it worked."""
        return self._section("distribution")

    def costs(self) -> Section:
        """Costs."""
        return self._section("costs")

    def learning(self) -> Section:
        """What was learned."""
        return self._section("learning")

    def scaling(self) -> Section:
        """Conditions of spreading it."""
        return self._section("scaling")

    def state(self) -> Section:
        """Stopped or continued, and why."""
        return self._section("state")

    def limits(self) -> Section:
        """Methods and limits."""
        return self._section("limits")

    def origin(self) -> Section:
        """Sources and provenance."""
        return self._section("origin")
