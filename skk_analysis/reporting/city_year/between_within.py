"""Section 6: gaps between residential areas and within them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skk_analysis import metrics
from skk_analysis.estimate import Estimate
from skk_analysis.figures import Bar, Cell, ranked_dots, stacked_bars
from skk_analysis.language import Missing, Quantity, rule_sentence
from skk_analysis.reporting.analysis import GAPS
from skk_analysis.reporting.area_gaps import area_gap
from skk_analysis.reporting.city_year.areas import area_names, number
from skk_analysis.reporting.city_year.matrix import city_value, with_wilson
from skk_analysis.reporting.measures import limits, shown
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def write(report: CityYear, writer: Writer) -> None:
    """Inequality between and within areas, the areas in order, and the gap between areas."""
    if report.analysis.decompositions:
        _decomposition(report, writer)
    else:
        writer.say("between.no_households")
    _ranked(report, writer)
    _gaps(report, writer)


def _decomposition(report: CityYear, writer: Writer) -> None:
    bars, rows = [], []
    parts = ("between", "within")
    for year, result in report.analysis.decompositions.items():
        values = tuple(
            _quantity(f"theil.{part}.{year}", getattr(result, part), "score", year)
            for part in parts
        )
        bars.append(Bar(str(year), values))
        row: list[Cell] = [str(year)]
        for cell in (*values, _share(report, year)):
            row += [cell, limits(cell)]
        rows.append(row)
    one = report.analysis.between_share
    told = shown(one, report.data.years)
    if isinstance(told.absolute, Quantity) and one.change:
        writer.say(
            "between.verdict",
            before_year=str(report.comparison_year),
            before=told.before if isinstance(told.before, Quantity) else "",
            year=str(report.year),
            after=told.after if isinstance(told.after, Quantity) else "",
            change=told.absolute,
            verdict=told.word(report.language),
            rule=rule_sentence(one.change.rule, report.language),
        )
    names = [writer.text(f"part.{part}") for part in parts]
    writer.figure(
        "between",
        _stacked(writer, names),
        bars,
        city=report.city,
    )
    columns = [writer.text("table.year")]
    for part in (*names, writer.text("measure.between_share")):
        columns += [part, writer.text("table.interval_of", part=part)]
    writer.table("between", columns, rows, wide=True, city=report.city)
    writer.say("between.reading")


def _stacked(writer: Writer, names: list[str]):
    def draw(bars, language: str, *, caption: str, topic: str):
        heading = writer.text("table.year")
        return stacked_bars(bars, names, language, caption=caption, topic=topic, heading=heading)

    return draw


def _share(report: CityYear, year: int) -> Quantity | Missing:
    result = report.analysis.decompositions[year].share_between
    return estimated(f"between_share.{year}", result, "share", year)


def _quantity(name: str, estimate: Estimate, unit: str, year: int) -> Quantity:
    lower, upper = estimate.interval()
    return Quantity(
        name, float(estimate.value), unit, lower=lower, upper=upper, n=estimate.n, year=year
    )


def _ranked(report: CityYear, writer: Writer) -> None:
    """Low income by area: from households where there are any, else from income classes."""
    names = area_names(report)
    year = report.year
    if report.analysis.has_households:
        rates = report.analysis.area_rates
        rows = [
            (names.get(code, code), _quantity(f"area_rate.{code}.{year}", rate, "share", year))
            for code, rate in rates.items()
        ]
        rate = report.analysis.measures["low_income_rate"].after
        reference = estimated(f"low_income_rate.{year}", rate, "share", year)
        name = "rates"
    else:
        indicator = "low_income_class_share"
        values = report.analysis.area_values(indicator, year)
        unit, decimals = report.unit(indicator)
        cells = {
            code: with_wilson(number(values, code, indicator, unit, decimals, year), values, code)
            for code in names
        }
        rows = [(names[code], cell) for code, cell in cells.items() if isinstance(cell, Quantity)]
        reference = city_value(report, indicator, year)
        name = "classes"
    if len(rows) < 2 or isinstance(reference, Missing):
        writer.say("between.no_areas", year=str(year))
        return

    def draw(rows, language: str, *, caption: str, topic: str):
        return ranked_dots(rows, reference, language, caption=caption, topic=topic)

    writer.figure(name, draw, rows, city=report.city, year=str(year))
    writer.say(f"between.{name}_reading")


def _gaps(report: CityYear, writer: Writer) -> None:
    rows: list[tuple[Cell, ...]] = []
    disagree = []
    for indicator in GAPS:
        found = area_gap(report.analysis, indicator, *report.unit(indicator))
        cells: list[Cell] = [report.indicator_name(indicator)]
        for year in report.data.years:
            cells += found.cells(year)
        verdict = found.change
        cells.append(writer.text(f"gap.{verdict.verdict if verdict else 'none'}"))
        if verdict and verdict.verdict == "depends_on_measure":
            disagree.append(report.indicator_name(indicator))
        if any(isinstance(cell, Quantity) for cell in cells):
            rows.append(tuple(cells))
    writer.subheading("section.between_within.gaps")
    if not rows:
        writer.say("between.no_gaps", year=str(report.year))
        return
    years = (str(report.comparison_year), str(report.year))
    columns = [writer.text("table.indicator")]
    for of_year in years:
        columns += [writer.text(f"table.{key}", year=of_year) for key in ("gap", "gap_ratio")]
    columns.append(writer.text("table.gap_direction"))
    writer.table("gaps", columns, rows, wide=True, before=years[0], year=years[1])
    writer.say("between.gaps_reading")
    if disagree:
        writer.say("between.depends", names="; ".join(disagree))


def area_gini(report: CityYear, year: int) -> float | None:
    """Gini over the areas' median incomes, each resident counted at the area's median."""
    rows = report.analysis.area_values("median_income", year)
    rows = rows[rows["status"] == "observed"]
    people = report.analysis.area_values("population", year)["value"].reindex(rows.index)
    weights = people.astype(float).fillna(0.0).to_numpy()
    if len(rows) < 2 or weights.sum() == 0:
        return None
    return metrics.gini(np.asarray(rows["value"].astype(float)), weights=weights).value
