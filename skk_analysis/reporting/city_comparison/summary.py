"""Section 1: one slope chart for each dimension, and in a line what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Prose, Sentence, Slope, SlopePanel, slope_chart
from skk_analysis.language import Quantity
from skk_analysis.reporting.city_comparison.cells import count, value_of
from skk_analysis.reporting.dictionary import DIMENSIONS
from skk_analysis.reporting.section import Writer

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
        writer.say("comparison.summary.nothing", **report.span)
        return
    writer.parts.append(Prose(tuple((line,) for line in lines), items=True, kind="verdict"))
    notes = [writer.sentence("comparison.summary.reading")]
    absent = [writer.text(f"dimension.{name}") for name in DIMENSIONS if name not in known]
    if absent:
        names = "; ".join(absent)
        notes.append(writer.sentence("comparison.summary.absent", names=names, **report.span))
    writer.parts.append(Prose.of(*notes, kind="note"))
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
    agreed = report.analysis.agreed
    return next((name for name in usable if agreed.get(name)), usable[0] if usable else "")


def _line(report: CityComparison, writer: Writer, dimension: str, name: str) -> Sentence:
    found = [report.verdict(name, code) for code in report.city_names()]
    counts = {
        verdict: count(f"summary.{name}.{verdict}", found.count(verdict), report.year)
        for verdict in ("grows", "shrinks", "unclear")
    }
    return writer.sentence(
        "comparison.summary.line",
        dimension=writer.text(f"dimension.{dimension}"),
        name=report.indicator_name(name),
        **counts,
    )


def _charts(report: CityComparison, writer: Writer, known: dict[str, str]) -> list[SlopePanel]:
    charts = []
    for dimension, name in known.items():
        slopes = []
        for code, city in report.city_names().items():
            level = report.analysis.level(name, code)
            before, after = (value_of(report, level, code, year) for year in report.data.years)
            if isinstance(before, Quantity) and isinstance(after, Quantity):
                slopes.append(Slope(city, before, after, report.verdict(name, code)))
        title = f"{writer.text(f'dimension.{dimension}')}: {report.indicator_name(name)}"
        charts.append(SlopePanel(title, tuple(slopes)))
    return charts


def _drawn(report: CityComparison, writer: Writer):
    def draw(charts, language: str, *, caption: str, topic: str):
        heading = writer.text("table.city")
        return slope_chart(
            charts, report.data.years, language, caption=caption, topic=topic, heading=heading
        )

    return draw
