"""The report of one city and year: one method for each section, run in any order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skk_analysis.figures import Heading, Prose, Sentence
from skk_analysis.language import LANGUAGES, date, text
from skk_analysis.programme import Programme
from skk_analysis.reporting.city_year import (
    areas,
    between_within,
    composition,
    conclusions,
    groups,
    limitations,
    matrix,
    methods,
    monitor,
    origin,
    polarisation,
    quality,
    scope,
    summary,
)
from skk_analysis.reporting.city_year.analysis import Analysis
from skk_analysis.reporting.city_year.data import ReportData, report_data
from skk_analysis.reporting.city_year.section import Numbering, Section, Writer
from skk_analysis.reporting.provenance import Provenance, provenance
from skk_analysis.workspace import SkkError, Workspace

SECTIONS: dict[str, Callable[[CityYear, Writer], None]]

RESULTS = "application/vnd.skk.results+json"


class CityYear:
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

    def __init__(self, city: str, year: int, language: str = "fi", workspace: str = "") -> None:
        if language not in LANGUAGES:
            raise SkkError(f"There is no language {language!r}: {', '.join(LANGUAGES)}.")
        place = Workspace.find(workspace or None)
        self.language = language
        self.data: ReportData = report_data(place, city, year)
        self.analysis = Analysis(self.data)
        programme = Programme.of(place)
        self.cities = programme.cities()
        self._numbering = Numbering()
        self._shown: dict[str, Section] = {}
        self._provenance: Provenance | None = None

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

    @property
    def provenance(self) -> Provenance:
        """Where the report comes from."""
        if self._provenance is None:
            self._provenance = provenance(
                self.data, self.data.city.name_fi, self.year, self.language
            )
        return self._provenance

    def indicator_name(self, indicator: str) -> str:
        """An indicator's name in the report's language."""
        return str(self.data.indicators.loc[indicator, f"name_{self.language}"])

    def unit(self, indicator: str) -> tuple[str, int | None]:
        """An indicator's unit and decimals."""
        row = self.data.indicators.loc[indicator]
        return str(row["unit"]), int(row["decimals"]) if row["decimals"] else None

    def indicators_of(self, *levels: str) -> list[str]:
        """The reported indicators that are measured at these levels, in the register's order."""
        rows = self.data.indicators
        return list(rows.index[rows["level"].isin(levels) & (rows["report"] == "yes")])

    # -- sections --------------------------------------------------------------------------------

    def front(self) -> Section:
        """Title, state of the data, and what the report is."""
        writer = Writer("front", self.language, self._numbering)
        title = text("report.title", self.language, city=self.city, year=str(self.year))
        writer.parts.append(Heading(title, "report", level=1))
        writer.parts.append(Prose.of(*self._front_sentences(writer), kind="lead"))
        if self.data.pandemic:
            writer.say("report.pandemic", year=str(self.year))
        return self._keep(writer.section())

    def _front_sentences(self, writer: Writer) -> list[Sentence]:
        origin_ = self.provenance
        retrieved = max((source.retrieved for source in origin_.sources), default="")
        day = date(retrieved, self.language) if retrieved else writer.text("page.unknown_date")
        sentences = [
            writer.sentence(
                "report.about", year=str(self.year), comparison=str(self.comparison_year)
            ),
            writer.sentence("report.state", date=day, run_id=origin_.run_id),
        ]
        if origin_.invented:
            sentences.append(writer.sentence("report.invented"))
        return sentences

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

    def end(self) -> Results:
        """All numbers that the sections showed, and the mark that the report is complete."""
        return Results(self)

    def results(self) -> list[dict[str, Any]]:
        """One record for each number shown, in the order of showing."""
        records: dict[str, dict[str, Any]] = {}
        for section in self._shown.values():
            for quantity in section.quantities():
                records.setdefault(quantity.id, quantity.record())
        return list(records.values())

    def _section(self, name: str) -> Section:
        number = list(SECTIONS).index(name) + 1
        anchor = name.replace("_", "-")
        writer = Writer(anchor, self.language, self._numbering)
        heading = f"{number}. {text(f'section.{name}', self.language)}"
        writer.parts.append(Heading(heading, anchor))
        SECTIONS[name](self, writer)
        return self._keep(writer.section())

    def _keep(self, section: Section) -> Section:
        self._shown[section.anchor] = section
        return section


class Results:
    """The last output of a report: its numbers as data, and its end."""

    def __init__(self, report: CityYear) -> None:
        self.report = report

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        words = text("report.end", self.report.language)
        data = {
            RESULTS: self.report.results(),
            "text/html": f'<p class="note">{words}</p>',
            "text/plain": words,
        }
        mark = {"skk": "end", "run_id": self.report.provenance.run_id}
        return data, {"text/html": mark}


SECTIONS = {
    "summary": summary.write,
    "scope": scope.write,
    "areas": areas.write,
    "matrix": matrix.write,
    "monitor": monitor.write,
    "between_within": between_within.write,
    "groups": groups.write,
    "polarisation": polarisation.write,
    "composition": composition.write,
    "conclusions": conclusions.write,
    "methods": methods.write,
    "quality": quality.write,
    "limitations": limitations.write,
    "origin": origin.write,
}
"""The sections in the programme's order; those on experiments come with a later part."""
