"""Section 1: one slope chart for each dimension, and in a line what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Prose, Sentence, Slope, SlopePanel, slope_chart
from skk_analysis.language import Quantity, forms, verdict_word
from skk_analysis.reporting.city_comparison.cells import value_of
from skk_analysis.reporting.dictionary import DIMENSIONS
from skk_analysis.reporting.section import SUMMARY, Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

LEAST_CITIES = 2
"""A dimension is drawn when so many cities have both years."""


def write(report: CityComparison, writer: Writer) -> None:
    """A line and a chart for each dimension; the dimensions without both years are named."""
    shown = {dimension: headline(report, dimension) for dimension in DIMENSIONS}
    known = {dimension: name for dimension, name in shown.items() if name}
    lines = [_line(report, writer, dimension, name) for dimension, name in known.items()]
    if not lines:
        nothing = writer.sentence("comparison.summary.nothing", **report.span)
        writer.parts.append(Prose.of(nothing, kind=SUMMARY))
        return
    record = [
        {"measure": f"{name}.{code}", "verdict": report.verdict(name, code)}
        for name in known.values()
        for code in report.city_names()
    ]
    writer.parts.append(
        Prose(
            tuple((line,) for line in lines),
            items=True,
            kind=f"verdict {SUMMARY}",
            record={"verdicts": record},
        )
    )
    notes = [writer.sentence("comparison.summary.reading")]
    absent = [writer.text(f"dimension.{name}") for name in DIMENSIONS if name not in known]
    if absent:
        names = "; ".join(absent)
        notes.append(writer.sentence("comparison.summary.absent", names=names, **report.span))
    writer.parts.append(Prose.of(*notes, kind=f"note {SUMMARY}"))
    writer.figure("comparison_slopes", _drawn(report, writer), _charts(report, writer, known),
                  **report.span)  # fmt: skip


def headline(report: CityComparison, dimension: str) -> str:
    """The indicator that stands for a dimension: one agreed on beforehand, else the first.

    It must have both years in at least two cities.
    """
    rows = report.data.indicators
    mine = rows[
        (rows["dimension"] == dimension)
        & (rows["report"] == "yes")
        & rows["level"].isin(["municipality", "resident"])
    ]
    codes = report.city_names()
    usable = [
        str(name)
        for name in mine.index
        if sum(report.verdict(str(name), code) != "none" for code in codes) >= LEAST_CITIES
    ]
    status = report.marks.status
    agreed = (name for name in usable if status.get(name) == "beforehand")
    return next(agreed, usable[0] if usable else "")


def _line(report: CityComparison, writer: Writer, dimension: str, name: str) -> Sentence:
    """What happened in which cities, in as few words as it takes."""
    title = _title(report, writer, dimension, name)
    found = {city: report.verdict(name, code) for code, city in report.city_names().items()}
    words = []
    for verdict in ("grows", "shrinks"):
        mine = [city for city, one in found.items() if one == verdict]
        if len(mine) == len(found):
            word = verdict_word(verdict, report.language)
            return writer.sentence("comparison.summary.all", name=title, verdict=word)
        if mine:
            listed = forms.joined(mine, report.language)
            words.append(f"{verdict_word(verdict, report.language)}: {listed}")
    if not words:
        return writer.sentence("comparison.summary.unclear", name=title)
    if len([v for v in found.values() if v in ("grows", "shrinks")]) < len(found):
        words.append(writer.text("comparison.summary.others"))
    return writer.sentence("comparison.summary.line", name=title, words="; ".join(words))


def _title(report: CityComparison, writer: Writer, dimension: str, name: str) -> str:
    """The dimension and its indicator, once where they have one name."""
    title, indicator = writer.text(f"dimension.{dimension}"), report.indicator_name(name)
    return title if title == indicator else f"{title} ({indicator})"


def _charts(report: CityComparison, writer: Writer, known: dict[str, str]) -> list[SlopePanel]:
    charts = []
    for dimension, name in known.items():
        slopes = []
        for code, city in report.city_names().items():
            level = report.analysis.level(name, code)
            before, after = (value_of(report, level, code, year) for year in report.data.years)
            if isinstance(before, Quantity) and isinstance(after, Quantity):
                slopes.append(Slope(city, before, after, report.verdict(name, code)))
        charts.append(SlopePanel(_title(report, writer, dimension, name), tuple(slopes)))
    return charts


def _drawn(report: CityComparison, writer: Writer):
    def draw(charts, language: str, *, caption: str, topic: str):
        heading = writer.text("table.city")
        return slope_chart(
            charts, report.data.years, language, caption=caption, topic=topic, heading=heading
        )

    return draw
