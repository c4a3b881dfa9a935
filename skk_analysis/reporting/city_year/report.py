"""The report of one city and year: one method for each section, run in any order."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from skk_analysis.language.experiments import outcome_name
from skk_analysis.programme import Programme
from skk_analysis.reporting import origin
from skk_analysis.reporting.agreed import Marks
from skk_analysis.reporting.analysis import FAMILIES, Analysis
from skk_analysis.reporting.city_year import (
    areas,
    between_within,
    composition,
    conclusions,
    effects,
    experiments,
    groups,
    limitations,
    matrix,
    methods,
    monitor,
    polarisation,
    quality,
    scope,
    summary,
    voices,
)
from skk_analysis.reporting.city_year.answers import Answers
from skk_analysis.reporting.city_year.choices import city_marks
from skk_analysis.reporting.city_year.data import ReportData, report_data
from skk_analysis.reporting.dictionary import DictionaryDocument
from skk_analysis.reporting.evidence import Checked
from skk_analysis.reporting.section import Section
from skk_analysis.review.checks.effects import plain
from skk_analysis.workspace import Workspace

if TYPE_CHECKING:
    from skk_analysis.impact import ExperimentDossier


class CityYear(DictionaryDocument):
    """A city's report of one year.

    Parameters
    ----------
    city : name of a city of the programme, in any language
    year : a year of the programme
    language : ``fi``, ``sv`` or ``en``
    workspace : folder of the workspace; empty = the one that is found

    Examples
    --------
    In a notebook each section shows itself::

        report = CityYear("Espoo", 2019, "fi")
        report.summary()
    """

    kind = "city_year"
    sections: ClassVar = {
        "summary": summary.write,
        "scope": scope.write,
        "areas": areas.write,
        "matrix": matrix.write,
        "monitor": monitor.write,
        "between_within": between_within.write,
        "groups": groups.write,
        "polarisation": polarisation.write,
        "composition": composition.write,
        "experiments": experiments.write,
        "effects": effects.write,
        "voices": voices.write,
        "conclusions": conclusions.write,
        "methods": methods.write,
        "quality": quality.write,
        "limitations": limitations.write,
        "origin": origin.write,
    }
    data: ReportData

    def __init__(self, city: str, year: int, language: str = "fi", workspace: str = "") -> None:
        place = Workspace.find(workspace or None)
        super().__init__(report_data(place, city, year), language)
        self.analysis = Analysis(self.data)
        self.cities = Programme.of(place).cities()

    # -- what everything needs -------------------------------------------------------------------

    @property
    def city(self) -> str:
        """The city's name in the report's language."""
        return self.data.city.name(self.language)

    @property
    def year(self) -> int:
        """The report's year."""
        return self.data.year

    @property
    def comparison_year(self) -> int:
        """The year that it is compared with."""
        return self.data.comparison_year

    @cached_property
    def marks(self) -> Marks:
        """Which numbers were agreed before their outcome could be known."""
        return city_marks(self.data)

    @cached_property
    def answers(self) -> dict[int, Answers]:
        """What residents answered in the comparison year and in the year."""
        rows, policy = self.data.responses, self.data.policy
        return {year: Answers.of(rows, year, policy) for year in self.data.years}

    @cached_property
    def dossiers(self) -> dict[str, ExperimentDossier]:
        """Each experiment's effect, or why there is none."""
        from skk_analysis.impact import evaluate_experiment

        return {name: evaluate_experiment(known) for name, known in self.data.experiments.items()}

    def checked_effects(self) -> Checked:
        """The experiments' effects; their headlines are told."""
        return {
            f"effect.{name}.{one.inputs.outcome}": (
                one.effect, outcome_name(one, self.language), ("headline",)
            )
            for name, one in self._told_dossiers().items()
            if one.estimated
        }  # fmt: skip

    def refused_effects(self) -> list[str]:
        """Why experiments have no estimate."""
        return [one.reason for one in self._told_dossiers().values() if one.reason]

    def tested_changes(self) -> dict[str, dict[str, float]]:
        """p-values of the changes in the table of measures."""
        changes = {name: one.change for name, one in self.analysis.measures.items()}
        found = {name: plain(change.p_value) for name, change in changes.items() if change}
        return {"tests": found} if found else {}

    def families(self) -> dict[str, list[str]]:
        """The families of measures that have a verdict."""
        return {name: list(FAMILIES[name]) for name in self.analysis.verdicts}

    def _told_dossiers(self) -> dict[str, ExperimentDossier]:
        names = set(experiments.shown(self)["id"]) if self.data.experiments else set()
        return {name: one for name, one in self.dossiers.items() if name in names}

    # -- sections --------------------------------------------------------------------------------

    def front(self) -> Section:
        """Title, state of the data, and what the report is."""
        writer = self.writer("front")
        title = self.text("report.title", city=self.city, year=str(self.year))
        about = writer.sentence(
            "report.about", year=str(self.year), comparison=str(self.comparison_year)
        )
        self._opening(writer, title, about)
        if self.data.pandemic:
            writer.say("report.pandemic", year=str(self.year))
        return self._keep(writer.section())

    def summary(self) -> Section:
        """Five verdicts and one picture."""
        return self._section("summary")

    def scope(self) -> Section:
        """What the report tells and what it does not."""
        return self._section("scope")

    def areas(self) -> Section:
        """The city and its areas."""
        return self._section("areas")

    def matrix(self) -> Section:
        """Areas × indicators on one page."""
        return self._section("matrix")

    def monitor(self) -> Section:
        """Trends against comparison cities."""
        return self._section("monitor")

    def between_within(self) -> Section:
        """Gaps between areas and within them."""
        return self._section("between_within")

    def groups(self) -> Section:
        """Gaps between groups of residents."""
        return self._section("groups")

    def polarisation(self) -> Section:
        """Polarisation, inequality and segregation."""
        return self._section("polarisation")

    def composition(self) -> Section:
        """Did the people change, or their conditions?"""
        return self._section("composition")

    def experiments(self) -> Section:
        """What the experiments did this year."""
        return self._section("experiments")

    def effects(self) -> Section:
        """What can be said of the experiments."""
        return self._section("effects")

    def voices(self) -> Section:
        """What residents and target groups said."""
        return self._section("voices")

    def conclusions(self) -> Section:
        """Conclusions, and what was decided."""
        return self._section("conclusions")

    def methods(self) -> Section:
        """Methods and definitions."""
        return self._section("methods")

    def quality(self) -> Section:
        """Quality of the data."""
        return self._section("quality")

    def limitations(self) -> Section:
        """Limitations and sensitivity."""
        return self._section("limitations")

    def origin(self) -> Section:
        """Sources and provenance."""
        return self._section("origin")
