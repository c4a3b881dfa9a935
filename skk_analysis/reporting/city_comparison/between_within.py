"""Section 5: income differences between areas and within them, city by city."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Bar, Cell, stacked_bars
from skk_analysis.language import Quantity
from skk_analysis.reporting.analysis import GAPS
from skk_analysis.reporting.city_comparison.cells import ranks_of
from skk_analysis.reporting.measures import limits, shown
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

PARTS = ("between", "within")


def write(report: CityComparison, writer: Writer) -> None:
    """Bars of both parts, the share that lies between areas, and the gaps between areas."""
    _decomposition(report, writer)
    _gaps(report, writer)


def _decomposition(report: CityComparison, writer: Writer) -> None:
    found = {
        code: parts
        for code, analysis in report.analysis.cities.items()
        if (parts := analysis.decompositions.get(report.year))
    }
    if not found:
        writer.say("between.no_households")
        return
    writer.say("comparison.between.introduction")
    bars = [_bar(report, code) for code in found]
    names = [writer.text(f"part.{part}") for part in PARTS]

    def draw(bars, language: str, *, caption: str, topic: str):
        heading = writer.text("table.city")
        return stacked_bars(bars, names, language, caption=caption, topic=topic, heading=heading)

    writer.figure("comparison_between", draw, bars, year=str(report.year))
    ranks = ranks_of(
        {code: parts.share_between for code, parts in found.items()},
        "between_share",
        report.year,
        list(found),
    )
    rows = [_row(report, writer, code, rank) for code, rank in zip(found, ranks, strict=True)]
    share = writer.text("measure.between_share")
    columns = [writer.text("table.city")]
    for name in (*names, f"{share} {report.year}"):
        columns += [name, writer.text("table.interval_of", part=name)]
    columns += [writer.text("table.rank"), f"{share} {report.comparison_year}"]
    columns += [writer.text("table.change_points"), writer.text("table.verdict")]
    note = writer.text("comparison.levels.ranks_note")
    writer.table("comparison_between", columns, rows, wide=True, note=note, **report.span)
    writer.say("between.reading")


def _bar(report: CityComparison, code: str) -> Bar:
    return Bar(report.city_names()[code], tuple(_parts(report, code)))


def _parts(report: CityComparison, code: str) -> list[Quantity]:
    result = report.analysis.cities[code].decompositions[report.year]
    cells = [
        estimated(f"theil.{part}.{code}.{report.year}", getattr(result, part), "score", report.year)
        for part in PARTS
    ]
    return [cell for cell in cells if isinstance(cell, Quantity)]


def _row(report: CityComparison, writer: Writer, code: str, rank: Cell) -> list[Cell]:
    cells: list[Cell] = [report.city_names()[code]]
    one = report.analysis.cities[code].between_share
    told = shown(one, report.data.years, f"between_share.{code}")
    for cell in (*_parts(report, code), told.after):
        cells += [cell, limits(cell)]
    verdict = told.word(writer.language)
    return [*cells, rank, told.before, told.absolute, verdict]


def _gaps(report: CityComparison, writer: Writer) -> None:
    """The gap between areas of each city in the report's year and its change."""
    writer.subheading("section.between_within.gaps")
    rows: list[list[Cell]] = []
    for indicator in GAPS:
        for code, city in report.city_names().items():
            gap = report.area_gap(code, indicator)
            if gap.ends[report.year] is None:
                continue
            change = gap.change
            verdict = writer.text(f"gap.{change.verdict if change else 'none'}")
            cells = [cell for year in report.data.years for cell in gap.cells(year)]
            rows.append([report.indicator_name(indicator), city, *cells, verdict])
    if not rows:
        writer.say("between.no_gaps", year=str(report.year))
        return
    columns = [writer.text("table.indicator"), writer.text("table.city")]
    for year in report.data.years:
        columns += [writer.text(f"table.{key}", year=str(year)) for key in ("gap", "gap_ratio")]
    columns.append(writer.text("table.gap_direction"))
    writer.table("gaps", columns, rows, wide=True, **report.span)
    writer.say("between.gaps_reading")
