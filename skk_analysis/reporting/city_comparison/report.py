"""The comparison of the cities in one year: one method for each section, run in any order."""

from __future__ import annotations

from typing import ClassVar

from skk_analysis.reporting import origin
from skk_analysis.reporting.agreed import Marks
from skk_analysis.reporting.area_gaps import AreaGap, area_gap
from skk_analysis.reporting.city_comparison import (
    between_within,
    disagreement,
    effects,
    levels,
    limitations,
    pandemic,
    rules,
    segregation,
    similar,
    summary,
)
from skk_analysis.reporting.city_comparison.analysis import Comparison
from skk_analysis.reporting.city_comparison.data import ComparisonData, report_data
from skk_analysis.reporting.city_comparison.effects_analysis import TOGETHER
from skk_analysis.reporting.dictionary import DictionaryDocument
from skk_analysis.reporting.evidence import Checked
from skk_analysis.reporting.section import Section
from skk_analysis.workspace import Workspace


class CityComparison(DictionaryDocument):
    """The comparison of the programme's cities in one year.

    Parameters
    ----------
    year : a year of the programme
    language : ``fi``, ``sv`` or ``en``
    workspace : folder of the workspace; empty = the one that is found

    Examples
    --------
    In a notebook each section shows itself::

        report = CityComparison(2019, "fi")
        report.summary()
    """

    kind = "city_comparison"
    heading = "section.city_comparison.{name}"
    sections: ClassVar = {
        "summary": summary.write,
        "rules": rules.write,
        "levels": levels.write,
        "segregation": segregation.write,
        "between_within": between_within.write,
        "similar": similar.write,
        "effects": effects.write,
        "pandemic": pandemic.write,
        "disagreement": disagreement.write,
        "limitations": limitations.write,
        "origin": origin.write,
    }
    data: ComparisonData

    def __init__(self, year: int, language: str = "fi", workspace: str = "") -> None:
        place = Workspace.find(workspace or None)
        super().__init__(report_data(place, year), language)
        self.analysis = Comparison(self.data)

    @property
    def marks(self) -> Marks:
        """Which numbers were agreed beforehand, each city's by its own choices."""
        return self.analysis.marks

    def checked_effects(self) -> Checked:
        """Every effect of the table; those of all cities together are told in full."""
        found = {}
        for (indicator, unit), dossier in effects.dossiers(self):
            told = ("effect",) if unit == TOGETHER else ("wording",)
            record = f"effect.{indicator}.{unit}.{dossier.effect.method}"
            found[record] = (dossier.effect, self.indicator_name(indicator), told)
        return found

    def tested_changes(self) -> dict[str, dict[str, float]]:
        """p-values of each city's changes that are tested together."""
        return disagreement.tests(self)

    @property
    def year(self) -> int:
        """The report's year."""
        return self.data.year

    @property
    def comparison_year(self) -> int:
        """The year that it is compared with."""
        return self.data.comparison_year

    @property
    def span(self) -> dict[str, str]:
        """Both years, as messages name them."""
        return {"before": str(self.comparison_year), "year": str(self.year)}

    def city_names(self) -> dict[str, str]:
        """The cities' names in the report's language by code, in the register's order."""
        return {city.code: city.name(self.language) for city in self.data.cities}

    def verdict(self, indicator: str, code: str) -> str:
        """Whether an indicator grew or shrank in a city, ``none`` where it cannot be told."""
        return self.analysis.verdict(self.analysis.level(indicator, code), *self.unit(indicator))

    def area_gap(self, code: str, indicator: str) -> AreaGap:
        """The gap between a city's areas in an indicator."""
        analysis = self.analysis.cities[code]
        return area_gap(analysis, indicator, *self.unit(indicator), f"{indicator}.{code}")

    def front(self) -> Section:
        """Title, state of the data, and what the report is."""
        writer = self.writer("front")
        about = writer.sentence("comparison.about", cities=str(len(self.data.cities)), **self.span)
        self._opening(writer, self.text("comparison.title", year=str(self.year)), about)
        if self.data.pandemic:
            writer.say("comparison.pandemic_year", year=str(self.year))
        return self._keep(writer.section())

    def summary(self) -> Section:
        """One slope chart for each dimension, and what they say."""
        return self._section("summary")

    def rules(self) -> Section:
        """What may be compared, and what may not."""
        return self._section("rules")

    def levels(self) -> Section:
        """Levels and changes with intervals, and the ranks that they leave open."""
        return self._section("levels")

    def segregation(self) -> Section:
        """Segregation at two area levels beside chance."""
        return self._section("segregation")

    def between_within(self) -> Section:
        """Gaps between areas and within them, city by city."""
        return self._section("between_within")

    def similar(self) -> Section:
        """Comparison groups and distances."""
        return self._section("similar")

    def effects(self) -> Section:
        """The programme's cities against other municipalities."""
        return self._section("effects")

    def pandemic(self) -> Section:
        """The pandemic year: national shift and exposure."""
        return self._section("pandemic")

    def disagreement(self) -> Section:
        """Where measures disagree."""
        return self._section("disagreement")

    def limitations(self) -> Section:
        """What the comparison cannot say."""
        return self._section("limitations")

    def origin(self) -> Section:
        """Sources and provenance."""
        return self._section("origin")
