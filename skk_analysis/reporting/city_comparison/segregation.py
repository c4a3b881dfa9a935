"""Section 4: segregation of income classes in each city at two area levels, beside chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis import metrics
from skk_analysis.figures import Cell, UnitPanel, UnitRow, unit_panels
from skk_analysis.language import Missing, Quantity
from skk_analysis.reporting.city_comparison.analysis import DISTRICT, LEVELS, POSTAL_AREA
from skk_analysis.reporting.city_comparison.cells import count, ranks_of
from skk_analysis.reporting.measures import limits, measure_name
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

OTHERS = ("isolation", "theil_h")
"""Indices beside dissimilarity."""


def write(report: CityComparison, writer: Writer) -> None:
    """Dissimilarity at both levels with what chance alone would show, then other indices."""
    codes = [
        code
        for code in report.city_names()
        if report.analysis.dissimilarity(code, POSTAL_AREA, report.year)
    ]
    if not codes:
        writer.say("comparison.segregation.nothing", **report.span)
        return
    writer.say("comparison.segregation.introduction")
    charts = [_chart(report, writer, codes, level) for level in LEVELS]
    writer.figure("comparison_segregation", _drawn(writer), charts, year=str(report.year))
    rows = [
        _row(report, writer, code, level)
        for level in LEVELS
        for code in codes
        if report.analysis.dissimilarity(code, level, report.year)
    ]
    keys = ("city", "area_level", "observed_areas")
    columns = [writer.text(f"table.{key}") for key in keys]
    columns += [str(year) for year in report.data.years]
    further = ("interval", "by_chance", "over_chance", "bias_corrected", "verdict")
    columns += [writer.text(f"table.{key}") for key in further]
    writer.table("comparison_segregation", columns, rows, wide=True, **report.span)
    writer.say("comparison.segregation.reading")
    _sizes(report, writer, codes)
    _others(report, writer, codes)


def _dissimilarity(report: CityComparison, code: str, level: str, year: int) -> Quantity | Missing:
    estimate = report.analysis.dissimilarity(code, level, year)
    return estimated(f"dissimilarity.{level}.{code}.{year}", estimate, "index", year)


def _chance(report: CityComparison, code: str, level: str) -> Quantity:
    baseline = report.analysis.chance(code, level)
    name = f"dissimilarity.{level}.{code}.chance.{report.year}"
    return Quantity(name, baseline.expected, "index", 1, year=report.year)


def _chart(report: CityComparison, writer: Writer, codes: list[str], level: str) -> UnitPanel:
    names = report.city_names()
    rows = [
        UnitRow(
            names[code],
            _dissimilarity(report, code, level, report.year),
            _chance(report, code, level),
        )
        for code in codes
        if report.analysis.dissimilarity(code, level, report.year)
    ]
    return UnitPanel(writer.text(f"comparison.areas.{level}"), tuple(rows))


def _drawn(writer: Writer):
    def draw(charts, language: str, *, caption: str, topic: str):
        return unit_panels(
            [chart for chart in charts if chart.rows],
            writer.text("measure.dissimilarity"),
            writer.text("table.by_chance"),
            language,
            caption=caption,
            topic=topic,
            heading=writer.text("table.city"),
            columns=len(LEVELS),
        )

    return draw


def _row(report: CityComparison, writer: Writer, code: str, level: str) -> list[Cell]:
    year = report.year
    table = report.analysis.class_counts(code, level, year)
    assert table is not None
    before, after = (_dissimilarity(report, code, level, y) for y in report.data.years)
    baseline = report.analysis.chance(code, level)
    name = f"dissimilarity.{level}.{code}"
    excess = Quantity(
        f"{name}.excess.{year}", baseline.excess.value, "index", year=year, kind="difference"
    )
    corrected = metrics.bias_corrected(
        metrics.dissimilarity, table, ["low", "high"], method="jackknife"
    )
    old, new = (report.analysis.dissimilarity(code, level, y) for y in report.data.years)
    verdict = metrics.change(old, new).verdict if old and new else "none"
    return [
        report.city_names()[code],
        writer.text(f"comparison.areas.{level}"),
        count(f"{name}.areas.{year}", len(table), year),
        before,
        after,
        limits(after),
        _chance(report, code, level),
        excess,
        Quantity(f"{name}.corrected.{year}", corrected.value, "index", year=year),
        writer.text(f"verdict.{verdict}"),
    ]


def _sizes(report: CityComparison, writer: Writer, codes: list[str]) -> None:
    """The order of the cities by both levels: does it depend on how areas are drawn?"""
    names = list(report.city_names())
    rows: list[list[Cell]] = []
    for level in LEVELS:
        known = {
            code: e
            for code in codes
            if (e := report.analysis.dissimilarity(code, level, report.year))
        }
        cells = ranks_of(known, f"dissimilarity.{level}", report.year, names)
        rows.append([writer.text(f"comparison.areas.{level}"), *cells])
    columns = [writer.text("table.area_level"), *report.city_names().values()]
    writer.table(
        "comparison_segregation_ranks", columns, rows, wide=True, year=str(report.year),
        note=writer.text("comparison.levels.ranks_note"),
    )  # fmt: skip
    finer, coarse = (
        [
            e.value
            for code in codes
            if (e := report.analysis.dissimilarity(code, level, report.year))
        ]
        for level in LEVELS
    )
    if finer and coarse:
        writer.say(
            "comparison.segregation.sizes",
            smaller=writer.text(f"comparison.areas.{POSTAL_AREA}"),
            larger=writer.text(f"comparison.areas.{DISTRICT}"),
            fine=_mean("fine", finer, report.year),
            coarse=_mean("coarse", coarse, report.year),
        )


def _mean(name: str, values: list[float], year: int) -> Quantity:
    return Quantity(f"dissimilarity.{name}.{year}", sum(values) / len(values), "index", year=year)


def _others(report: CityComparison, writer: Writer, codes: list[str]) -> None:
    rows: list[list[Cell]] = []
    for code in codes:
        cells: list[Cell] = [report.city_names()[code]]
        for name in OTHERS:
            one = report.analysis.cities[code].segregation_measures[name]
            for year, estimate in zip(report.data.years, (one.before, one.after), strict=True):
                cells.append(estimated(f"{name}.{code}.{year}", estimate, one.unit, year))
            verdict = one.change.verdict if one.change else "none"
            cells.append(writer.text(f"verdict.{verdict}"))
        rows.append(cells)
    columns = [writer.text("table.city")]
    for name in OTHERS:
        label = measure_name(name, report.language)
        columns += [f"{label} {year}" for year in report.data.years]
        columns.append(writer.text("table.verdict_of", part=label))
    writer.table("comparison_segregation_others", columns, rows, wide=True, **report.span)
