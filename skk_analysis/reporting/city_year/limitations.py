"""Section 16: what the report cannot say, and how its numbers depend on choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skk_analysis import metrics
from skk_analysis.figures import Cell
from skk_analysis.language import Missing, Quantity
from skk_analysis.reporting.analysis import coarser
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

LINES = (0.5, 0.7)
"""Other low-income lines, as shares of the median."""


def write(report: CityYear, writer: Writer) -> None:
    """Limits of the report one by one, and the sensitivity of its main numbers."""
    writer.listed([writer.sentence(f"limits.{name}") for name in _limits(report)])
    writer.subheading("section.limitations.sensitivity")
    rows = [*_area_level(report, writer), *_income_choices(report, writer)]
    cells = [row for _, row in rows]
    if not rows:
        writer.say("limits.no_sensitivity")
        return
    columns = [writer.text("table.measure"), writer.text("table.choice")]
    columns += [str(report.comparison_year), str(report.year), writer.text("table.verdict")]
    writer.table("sensitivity", columns, cells, wide=True, city=report.city)
    writer.say("limits.sensitivity_reading")
    turned = dict.fromkeys(name for name, row in rows if _turns(report, writer, name, row))
    if turned:
        names = "; ".join(writer.text(f"measure.{name}") for name in turned)
        writer.say("limits.turned", names=names)


def _limits(report: CityYear) -> list[str]:
    found = ["description", "moving", "ecological", "ranking", "register", "areas"]
    if report.data.pandemic:
        found.append("pandemic")
    if report.analysis.has_households:
        found += ["sample", "city_line"]
    else:
        found.append("no_households")
    found += ["survey", "protected", "compassion"]
    return found


Row = tuple[str, tuple[Cell, ...]]
"""A measure and its cells."""


def _turns(report: CityYear, writer: Writer, measure: str, row: tuple[Cell, ...]) -> bool:
    """Whether a choice leads to another verdict than the one that the report tells."""
    one = report.analysis.measures.get(measure)
    if one is None or one.change is None or row[-1] == writer.text("verdict.none"):
        return False
    return row[-1] != writer.text(f"verdict.{one.change.verdict}")


def _row(report: CityYear, writer: Writer, measure: str, choice: str, pair: list, unit: str) -> Row:
    """One choice: the measure in both years and the verdict it leads to."""
    cells: list[Cell] = [writer.text(f"measure.{measure}"), writer.text(f"choice.{choice}")]
    for year, estimate in zip(report.data.years, pair, strict=True):
        cells.append(estimated(f"sensitivity.{measure}.{choice}.{year}", estimate, unit, year))
    if None in pair:
        return measure, (*cells, writer.text("verdict.none"))
    return measure, (*cells, writer.text(f"verdict.{metrics.change(*pair).verdict}"))


def _area_level(report: CityYear, writer: Writer) -> list[Row]:
    """Segregation by postal area and by the larger districts of the code's first digits."""
    analysis = report.analysis
    fine = [analysis.counts(year) for year in report.data.years]
    coarse = [None if table is None else coarser(table) for table in fine]
    rows = []
    for name in ("dissimilarity", "theil_h"):
        for choice, tables in (("postal_area", fine), ("district", coarse)):
            pair = [analysis.segregation(name, table) for table in tables]
            if any(pair):
                rows.append(_row(report, writer, name, choice, pair, "index"))
    return rows


def _income_choices(report: CityYear, writer: Writer) -> list[Row]:
    designs = report.analysis.households
    if not designs:
        return []
    years = report.data.years
    rows = []

    def pair_of(index) -> list:
        return [index(designs[year]) if year in designs else None for year in years]

    weighted = pair_of(lambda design: metrics.gini(design, "income"))
    rows.append(_row(report, writer, "gini", "weighted", weighted, "index"))
    cells: list[Cell] = [writer.text("measure.gini"), writer.text("choice.unweighted")]
    cells += [_unweighted(year, designs.get(year)) for year in years]
    rows.append(("gini", (*cells, writer.text("verdict.none"))))
    for share in LINES:
        pair = pair_of(lambda d, s=share: metrics.low_income_rate(d, "income", share=s))
        choice = f"line_{round(100 * share)}"
        rows.append(_row(report, writer, "low_income_rate", choice, pair, "share"))
    return rows


def _unweighted(year: int, design: metrics.SurveyDesign | None) -> Quantity | Missing:
    if design is None:
        return Missing("not_received")
    incomes = np.asarray(design.frame["income"].iloc[design.rows], dtype=float)
    name = f"sensitivity.gini.unweighted.{year}"
    return Quantity(name, metrics.gini(incomes).value, "index", year=year)
