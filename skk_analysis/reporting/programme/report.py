"""The programme's report of one year: one method for each section, run in any order."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import pandas as pd

from skk_analysis.reporting import origin
from skk_analysis.reporting.agreed import OutcomeMarks, marks_of
from skk_analysis.reporting.document import Document
from skk_analysis.reporting.evidence import Checked
from skk_analysis.reporting.programme import (
    concept,
    criteria,
    dac,
    knowledge,
    limits,
    methods,
    planned,
    principles,
    recommendations,
    scaling,
    summary,
    synthesis,
    together,
    uses,
    why,
)
from skk_analysis.reporting.programme.analysis import Analysis
from skk_analysis.reporting.programme.data import ProgrammeData, report_data
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Section
from skk_analysis.workspace import Workspace


class ProgrammeReport(Document):
    """The programme's report of one year.

    Parameters
    ----------
    year : a year of the programme
    language : ``fi``, ``sv`` or ``en``
    workspace : folder of the workspace; empty = the one that is found

    Examples
    --------
    In a notebook each section shows itself::

        report = ProgrammeReport(2020, "fi")
        report.summary()
    """

    kind = "programme"
    heading = "section.programme.{name}"
    sections: ClassVar = {
        "summary": summary.write,
        "planned": planned.write,
        "concept": concept.write,
        "knowledge": knowledge.write,
        "together": together.write,
        "synthesis": synthesis.write,
        "why": why.write,
        "uses": uses.write,
        "scaling": scaling.write,
        "criteria": criteria.write,
        "dac": dac.write,
        "principles": principles.write,
        "recommendations": recommendations.write,
        "limits": limits.write,
        "methods": methods.write,
        "origin": origin.write,
    }
    data: ProgrammeData

    def __init__(self, year: int, language: str = "fi", workspace: str = "") -> None:
        place = Workspace.find(workspace or None)
        super().__init__(report_data(place, year), language)
        self.analysis = Analysis(self.data)

    # -- what everything needs -------------------------------------------------------------------

    @cached_property
    def marks(self) -> OutcomeMarks:
        """The mark of each experiment's main indicator, for the numbers of its effect."""
        indicators = self.table("indicators")
        if indicators is None:
            return OutcomeMarks()
        known = indicators.set_index("id")
        found: dict[str, str] = {}
        for name, inputs in self.data.inputs.items():
            if inputs.outcome not in known.index:
                continue
            marks = marks_of(
                self.data.register,
                known,
                {inputs.outcome: self.year},
                first_year=min(map(int, self.data.register["years"]["year"])),
                cities=[inputs.experiment["city_code"]],
            )
            found[f"programme.effect.{name}"] = marks.status.get(inputs.outcome, "")
        return OutcomeMarks(outcomes=found)

    @property
    def year(self) -> int:
        """The report's year."""
        return self.data.year

    def checked_effects(self) -> Checked:
        """The experiments' effects; their verdicts are told in tables."""
        return {
            f"programme.effect.{name}": (effect, self.indicators.get(effect.outcome, ""), ())
            for name, effect in self.analysis.effects.items()
        }

    def refused_effects(self) -> list[str]:
        """Why experiments have no estimate."""
        return [one.reason for one in self.analysis.dossiers.values() if one.reason]

    def table(self, name: str) -> pd.DataFrame | None:
        """A table of the register that has rows, else None."""
        return self.analysis.table(name)

    def city(self, code: str) -> str:
        """A city's name in the report's language."""
        return next((c.name(self.language) for c in self.data.cities if c.code == code), code)

    @cached_property
    def experiments(self) -> dict[str, str]:
        """Experiments' names in the report's language, by id."""
        rows = self.analysis.experiments
        return {
            row["id"]: localised(row, "name", self.language) or row["id"]
            for _, row in rows.iterrows()
        }

    @cached_property
    def dimensions(self) -> dict[str, str]:
        """Dimensions' names in the report's language, by key and in order."""
        return self._names("dimensions", "key")

    @cached_property
    def indicators(self) -> dict[str, str]:
        """Indicators' names in the report's language, by id."""
        return self._names("indicators", "id")

    def _names(self, name: str, key: str) -> dict[str, str]:
        table = self.table(name)
        if table is None:
            return {}
        return {
            row[key]: localised(row, "name", self.language) or row[key]
            for _, row in table.iterrows()
        }

    # -- sections --------------------------------------------------------------------------------

    def front(self) -> Section:
        """Title, state of the data, and what the report is."""
        writer = self.writer("front")
        title = self.text("programme.title", year=str(self.year))
        self._opening(writer, title, writer.sentence("programme.about", year=str(self.year)))
        if self.data.pandemic:
            writer.say("report.pandemic", year=str(self.year))
        return self._keep(writer.section())

    def summary(self) -> Section:
        """For decision makers: each experiment in three facts."""
        return self._section("summary")

    def planned(self) -> Section:
        """What was planned and what came of it."""
        return self._section("planned")

    def concept(self) -> Section:
        """The concept and the theory of change."""
        return self._section("concept")

    def knowledge(self) -> Section:
        """What research knows."""
        return self._section("knowledge")

    def together(self) -> Section:
        """All experiments, the stopped ones too."""
        return self._section("together")

    def synthesis(self) -> Section:
        """The results as one, or why not."""
        return self._section("synthesis")

    def why(self) -> Section:
        """Why, and for whom."""
        return self._section("why")

    def uses(self) -> Section:
        """How the monitoring was used."""
        return self._section("uses")

    def scaling(self) -> Section:
        """What may be scaled and on which conditions."""
        return self._section("scaling")

    def criteria(self) -> Section:
        """How the jointly built criteria were met."""
        return self._section("criteria")

    def dac(self) -> Section:
        """Six questions of evaluators."""
        return self._section("dac")

    def principles(self) -> Section:
        """Evidence on the three principles."""
        return self._section("principles")

    def recommendations(self) -> Section:
        """Recommendations, never stronger than their evidence."""
        return self._section("recommendations")

    def limits(self) -> Section:
        """What is not known."""
        return self._section("limits")

    def methods(self) -> Section:
        """How things were computed."""
        return self._section("methods")

    def origin(self) -> Section:
        """Sources and provenance."""
        return self._section("origin")
