"""Section 8: polarisation, inequality and segregation side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skk_analysis import metrics
from skk_analysis.figures import Cell, Curve, change_dots, density_of, two_years
from skk_analysis.language import Missing, Quantity, rule_sentence, verdict_word
from skk_analysis.reporting.analysis import SEGREGATION, UNITS
from skk_analysis.reporting.city_year import wellbeing_polarisation
from skk_analysis.reporting.city_year.between_within import area_gini
from skk_analysis.reporting.measures import change_table, dots
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

LEVELS = {"P10": 0.1, "P25": 0.25, "P50": 0.5, "P75": 0.75, "P90": 0.9}
MIDDLE = (0.6, 2.0)
"""The middle earns between these multiples of the median."""

TOP_OF_AXIS = 0.97
"""The income axis ends at this point of the distribution."""


def write(report: CityYear, writer: Writer) -> None:
    """The distribution, the measures of income and segregation, and those of wellbeing."""
    analysis = report.analysis
    if analysis.has_households:
        _distribution(report, writer)
    else:
        writer.say("polarisation.no_households")
        _areas_only(report, writer)
    if analysis.measures:
        _measures(report, writer)
    else:
        writer.say("polarisation.none", year=str(report.year))
    wellbeing_polarisation.write(report, writer)


def _measures(report: CityYear, writer: Writer) -> None:
    """All measures with their changes, where they disagree, and what chance alone would give."""
    analysis = report.analysis
    writer.subheading("section.polarisation.measures")
    for family, outcome in analysis.verdicts.items():
        writer.say(
            "polarisation.verdict",
            family=writer.text(f"family.{family}"),
            verdict=verdict_word(outcome.verdict, report.language),
            rule=rule_sentence(outcome.rule, report.language),
        )
    overall = {outcome.verdict for outcome in analysis.verdicts.values()}
    if {"grows", "shrinks"} <= overall or "depends_on_measure" in overall:
        writer.say("polarisation.depends")
    change_table(
        writer, "measures", analysis.measures.values(), report.data.years, _note(report, writer)
    )
    changes = dots(analysis.measures.values(), report.data.years, report.language)
    if changes:
        span = {"before": str(report.comparison_year), "year": str(report.year)}
        writer.figure("changes", change_dots, changes, city=report.city, **span)
        _multiple_tests(report, writer)
    _unpublished(report, writer)
    _by_year(report, writer)
    _chance(report, writer)


def _note(report: CityYear, writer: Writer) -> str:
    households = "intervals_sample" if report.analysis.has_households else None
    register = "intervals_register" if report.analysis.class_counts else None
    return " ".join(writer.text(f"polarisation.{key}") for key in (households, register) if key)


def _distribution(report: CityYear, writer: Writer) -> None:
    designs = report.analysis.households
    year = report.year
    names = list(LEVELS)
    top = metrics.quantile(designs[year], "income", p=TOP_OF_AXIS).value
    grid = np.linspace(0.0, top, 300)
    curves = {y: _curve(report, y, grid) for y in designs}
    span = {"before": str(report.comparison_year), "year": str(year)}

    def draw(before, after, language: str, *, caption: str, topic: str):
        return two_years(before, after, names, language, caption=caption, topic=topic)

    before = curves.get(report.comparison_year)
    writer.figure("distribution", draw, before, curves[year], city=report.city, **span)
    rows = [_thirds_row(report, y) for y in designs]
    columns = [writer.text("table.year")]
    columns += [writer.text(f"class.{name}") for name in ("bottom", "middle", "top")]
    writer.table("thirds", columns, rows, city=report.city)


def _curve(report: CityYear, year: int, grid: np.ndarray) -> Curve:
    design = report.analysis.households[year]
    rows, values, _ = design.values("income")
    weights = design.weights[rows]
    quantiles = []
    for name, p in LEVELS.items():
        cell = estimated(
            f"income.{name.lower()}.{year}", metrics.quantile(design, "income", p=p), "euro", year
        )
        quantiles.append(cell)
    spread = float(np.subtract(*np.quantile(values, (0.75, 0.25)))) / 1.349
    bandwidth = 0.9 * spread * len(values) ** -0.2
    density = density_of(values, weights, grid, bandwidth)
    return Curve(year, grid, density, tuple(q for q in quantiles if isinstance(q, Quantity)))


def _thirds_row(report: CityYear, year: int) -> tuple[Cell, ...]:
    """Shares of residents under, around and over the middle of the income distribution."""
    design = report.analysis.households[year]
    median = metrics.median(design, "income")
    low, high = (metrics.low_income_rate(design, "income", line=share * median) for share in MIDDLE)
    parts = {"bottom": low, "middle": high - low, "top": 1 - high}
    cells = [estimated(f"class.{name}.{year}", part, "share", year) for name, part in parts.items()]
    return (str(year), *cells)


def _areas_only(report: CityYear, writer: Writer) -> None:
    """What the areas' medians tell of differences when there are no households."""
    rows: list[tuple[Cell, ...]] = []
    for year in report.data.years:
        value = area_gini(report, year)
        cell: Cell = Missing("not_received")
        if value is not None:
            cell = Quantity(f"area_gini.{year}", value, "index", year=year)
        rows.append((str(year), cell))
    columns = (writer.text("table.year"), writer.text("measure.area_gini"))
    writer.table("area_gini", columns, rows, city=report.city)


def _multiple_tests(report: CityYear, writer: Writer) -> None:
    tests, clear = report.analysis.clear_after_holm
    year = report.year
    writer.say(
        "polarisation.multiple",
        tests=Quantity("tests.count", float(tests), "count", year=year),
        clear=Quantity("tests.clear", float(clear), "count", year=year),
    )


def _unpublished(report: CityYear, writer: Writer) -> None:
    missing = [year for year in report.data.years if year not in report.analysis.class_counts]
    if missing:
        years = ", ".join(str(year) for year in missing)
        writer.say("polarisation.income_not_published", years=years)


def _by_year(report: CityYear, writer: Writer) -> None:
    """Segregation in every year up to the report's, each from the areas that it has."""
    found = {y: t for y, t in report.analysis.class_counts.items() if y <= report.year}
    if len(found) < 2:
        return
    rows: list[tuple[Cell, ...]] = []
    for year, table in found.items():
        cells: list[Cell] = [str(year)]
        for name in SEGREGATION:
            estimate = report.analysis.segregation(name, table)
            cells.append(estimated(f"{name}.all_areas.{year}", estimate, UNITS[name], year))
        areas = Quantity(f"segregation.areas.{year}", float(len(table)), "count", year=year)
        rows.append((*cells, areas))
    columns = [writer.text("table.year")]
    columns += [writer.text(f"measure.{name}") for name in SEGREGATION]
    columns.append(writer.text("table.observed_areas"))
    writer.table("segregation", columns, rows, wide=True, city=report.city)
    writer.say("polarisation.by_year")


def _chance(report: CityYear, writer: Writer) -> None:
    """Segregation beside what random placing of the same people would give."""
    chance = report.analysis.chance
    if not chance:
        return
    writer.subheading("section.polarisation.chance")
    rows: list[tuple[Cell, ...]] = []
    year = report.year
    for name, baseline in chance.items():
        expected = Quantity(f"{name}.chance.{year}", baseline.expected, "index", 2, year=year)
        excess = Quantity(
            f"{name}.excess.{year}", baseline.excess.value, "index", year=year, kind="difference"
        )
        observed = estimated(f"{name}.{year}", baseline.observed, "index", year)
        rows.append((writer.text(f"measure.{name}"), observed, expected, excess))
    columns = [writer.text("table.measure")]
    columns += [writer.text(f"table.{key}") for key in ("observed", "by_chance", "over_chance")]
    writer.table("chance", columns, rows, year=str(year), city=report.city)
    writer.say("polarisation.chance")
