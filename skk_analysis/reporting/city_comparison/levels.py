"""Section 3: levels and changes of every measured indicator, and the ranks that remain open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell, Marked, UnitPanel, UnitRow, unit_panels
from skk_analysis.language import Missing, Quantity, verdict_word
from skk_analysis.reporting.city_comparison.cells import (
    SIGNS,
    difference_of,
    ranks_of,
    value_of,
)
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

MARKS = {"grows": "heart-worse", "shrinks": "heart-better"}


def write(report: CityComparison, writer: Writer) -> None:
    """Small multiples with intervals, the changes, and the rank intervals."""
    found = measured(report)
    if not found:
        writer.say("comparison.levels.nothing", year=str(report.year))
        return
    writer.say("comparison.levels.introduction")
    charts = [_chart(report, name) for name in found]
    writer.figure("comparison_levels", _drawn(report, writer), charts, **report.span)
    cities = list(report.city_names().values())
    first = [writer.text("table.indicator")]
    writer.table(
        "comparison_changes",
        [*first, *cities],
        [_change_row(report, writer, name) for name in found],
        wide=True,
        note=writer.text("comparison.levels.changes_note"),
        **report.span,
    )
    writer.say("comparison.levels.changes_reading")
    writer.table(
        "comparison_ranks",
        [*first, *cities],
        [_rank_row(report, name) for name in found],
        wide=True,
        note=writer.text("comparison.levels.ranks_note"),
        year=str(report.year),
    )
    writer.say("comparison.levels.ranks_reading")


def measured(report: CityComparison) -> list[str]:
    """Municipal and residents' indicators that at least two cities have in the year."""
    codes = report.city_names()
    found = []
    for name in report.indicators_of("municipality", "resident"):
        values = [report.analysis.level(name, code).after for code in codes]
        if sum(value is not None for value in values) > 1:
            found.append(name)
    return found


def _chart(report: CityComparison, name: str) -> UnitPanel:
    rows = []
    for code, city in report.city_names().items():
        level = report.analysis.level(name, code)
        now = value_of(report, level, code, report.year, noise=True)
        before = value_of(report, level, code, report.comparison_year)
        rows.append(UnitRow(city, now, before))
    return UnitPanel(report.indicator_name(name), tuple(rows), _country(report, name))


def _country(report: CityComparison, name: str) -> Quantity | None:
    """The whole country's value in the report's year."""
    series = report.analysis.series(name, report.analysis.country)
    if report.year not in series:
        return None
    unit, decimals = report.unit(name)
    record = f"{name}.country.{report.year}"
    return Quantity(record, series[report.year], unit, decimals, year=report.year)


def _drawn(report: CityComparison, writer: Writer):
    def draw(charts, language: str, *, caption: str, topic: str):
        return unit_panels(
            charts,
            str(report.year),
            str(report.comparison_year),
            language,
            caption=caption,
            topic=topic,
            heading=writer.text("table.city"),
            reference=writer.text("comparison.country", year=str(report.year)),
        )

    return draw


def _change_row(report: CityComparison, writer: Writer, name: str) -> list[Cell]:
    cells: list[Cell] = [report.indicator_name(name)]
    for code in report.city_names():
        level = report.analysis.level(name, code)
        cell = difference_of(report, level, code)
        if isinstance(cell, Missing):
            cells.append(cell)
            continue
        verdict = report.verdict(name, code)
        word = verdict_word(verdict, writer.language)
        sign = SIGNS[verdict]
        if level.known and verdict != "unclear" and not abs(cell.value) > level.usual:
            sign, word = sign.translate(HOLLOW), writer.text("comparison.usual", word=word)
        cells.append(Marked(cell, "", sign, word))
    return cells


HOLLOW = str.maketrans({"▲": "△", "▼": "▽"})
"""An open sign for a change that is no larger than a usual year's."""


def _rank_row(report: CityComparison, name: str) -> list[Cell]:
    codes = list(report.city_names())
    found = {code: report.analysis.level(name, code).ranked for code in codes}
    known = {code: estimate for code, estimate in found.items() if estimate is not None}
    return [report.indicator_name(name), *ranks_of(known, name, report.year, codes)]
