"""Section 1: five verdicts in plain language and one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.estimate import Estimate
from skk_analysis.figures import Prose, Sentence, change_dots
from skk_analysis.language import Quantity
from skk_analysis.reporting.analysis import Analysis, Measured
from skk_analysis.reporting.measures import dots, shown
from skk_analysis.reporting.section import SUMMARY, Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

LINES = 5
HEADLINES = (
    "gini",
    "wolfson",
    "dissimilarity",
    "between_share",
    "low_income_rate",
    "isolation",
    "municipal_gini",
    "municipal_low_income",
    "theil_h",
    "offences",
)
"""The measures of the summary in order of preference; the first five that exist are told."""

PUBLISHED = {
    "municipal_gini": ("municipal_gini", "index_100"),
    "municipal_low_income": ("low_income_rate", "percent"),
    "offences": ("offences", "per_1000"),
}
"""Measures that are published figures of the whole city: their indicator and unit."""


def write(report: CityYear, writer: Writer) -> None:
    """Five lines, what they do not say, and the changes in a picture."""
    lines = headlines(report.analysis)
    years = report.data.years
    record = [
        {"measure": one.name, "verdict": one.change.verdict, "rule": one.change.rule.id}
        for one in lines
        if one.change
    ]
    sentences = [_line(writer, one, years) for one in lines]
    if not sentences:
        writer.parts.append(
            Prose.of(writer.sentence("summary.nothing", year=str(report.year)), kind=SUMMARY)
        )
        return
    writer.parts.append(
        Prose(
            tuple((sentence,) for sentence in sentences),
            items=True,
            kind=f"verdict {SUMMARY}",
            record={"verdicts": record},
        )
    )
    writer.parts.append(Prose.of(*_reservations(report, writer, lines), kind=f"note {SUMMARY}"))
    changes = dots(lines, years, report.language)
    if changes:
        span = {"before": str(years[0]), "year": str(years[1]), "city": report.city}
        writer.figure("summary", change_dots, changes, **span)


def headlines(analysis: Analysis) -> list[Measured]:
    """The measures that the summary tells, at most five."""
    found = []
    for name in HEADLINES:
        one = _measured(analysis, name)
        if one is not None and one.after is not None:
            found.append(one)
    # a measure with a change says more than one without
    found.sort(key=lambda one: one.change is None)
    kept = found[:LINES]
    return sorted(kept, key=lambda one: HEADLINES.index(one.name))


def _measured(analysis: Analysis, name: str) -> Measured | None:
    if name == "between_share":
        return analysis.between_share
    if name in PUBLISHED:
        return published(analysis, name)
    return analysis.measures.get(name)


def published(analysis: Analysis, name: str) -> Measured:
    """A published figure of the whole city in both years; a register total has no sampling."""
    indicator, unit = PUBLISHED[name]
    values: list[Estimate | None] = []
    for year in analysis.data.years:
        row = analysis.city_row(indicator, year)
        if row is None or row["status"] != "observed":
            values.append(None)
        else:
            values.append(Estimate(float(row["value"])))
    return Measured(name, unit, *values)


def _line(writer: Writer, one: Measured, years: tuple[int, int]) -> Sentence:
    row = shown(one, years)
    name = writer.text(f"plain.{one.name}")
    assert isinstance(row.after, Quantity)
    if not isinstance(row.before, Quantity):
        return writer.sentence("summary.single", name=name, year=str(years[1]), after=row.after)
    return writer.sentence(
        "summary.line",
        name=name,
        verdict=row.word(writer.language),
        before_year=str(years[0]),
        before=row.before,
        year=str(years[1]),
        after=row.after,
    )


def _reservations(report: CityYear, writer: Writer, lines: list[Measured]) -> list[Sentence]:
    overall = {one.verdict for one in report.analysis.verdicts.values()}
    sentences = [writer.sentence("summary.rule")]
    if any(one.name in PUBLISHED for one in lines):
        sentences.append(writer.sentence("summary.published"))
    if any(one.change is None for one in lines):
        sentences.append(writer.sentence("summary.no_before", before=str(report.comparison_year)))
    if len(overall & {"grows", "shrinks"}) == 2 or "depends_on_measure" in overall:
        sentences.append(writer.sentence("summary.depends"))
    sentences.append(writer.sentence("summary.monitoring"))
    if not report.analysis.has_households:
        sentences.append(writer.sentence("summary.no_households"))
    return sentences
