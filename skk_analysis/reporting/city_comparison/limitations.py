"""Section 10: what the comparison cannot say, and the quality of what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.language import Missing, Quantity
from skk_analysis.reporting.analysis import GAPS
from skk_analysis.reporting.city_comparison.cells import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison


def write(report: CityComparison, writer: Writer) -> None:
    """The comparison's own limits one by one, and how much of each city the area figures cover."""
    writer.listed([writer.sentence(f"comparison.limits.{name}") for name in _limits(report)])
    _coverage(report, writer)
    _samples(report, writer)


def _limits(report: CityComparison) -> list[str]:
    found = ["six", "size", "variation", "areas"]
    if len(report.data.households):
        found.append("households")
    if len(report.data.responses):
        found.append("survey")
    if report.data.pandemic:
        found.append("pandemic")
    if report.analysis.effects.programme is not None:
        found += ["self_selected", "short"]
    return found


def _coverage(report: CityComparison, writer: Writer) -> None:
    """The share of residents whose area has a value; the areas that lack one are the smallest."""
    rows: list[list[Cell]] = []
    for indicator in GAPS:
        cells = [_covered(report, code, indicator) for code in report.city_names()]
        if any(isinstance(cell, Quantity) for cell in cells):
            rows.append([report.indicator_name(indicator), *cells])
    if not rows:
        return
    columns = [writer.text("table.indicator"), *report.city_names().values()]
    writer.table("comparison_coverage", columns, rows, wide=True, year=str(report.year))
    writer.say("quality.not_random")


def _covered(report: CityComparison, code: str, indicator: str) -> Quantity | Missing:
    analysis = report.analysis.cities[code]
    people = analysis.area_values("population", report.year)["value"].astype(float).fillna(0.0)
    rows = analysis.area_values(indicator, report.year)
    if people.sum() == 0 or rows.empty:
        return Missing("not_received")
    observed = rows.index[rows["status"] == "observed"]
    share = float(people.reindex(observed).fillna(0.0).sum() / people.sum())
    return Quantity(f"coverage.{indicator}.{code}.{report.year}", share, "share", year=report.year)


def _samples(report: CityComparison, writer: Writer) -> None:
    """Households and respondents of each city in both years."""
    data = report.data
    rows: list[list[Cell]] = []
    for code, city in report.city_names().items():
        cells: list[Cell] = [city]
        for name, frame in (("households", data.households), ("responses", data.responses)):
            mine = frame[frame["city_code"] == code]
            for year in data.years:
                part = mine[mine["year"] == year]
                number = len(part) if name == "households" else part["respondent_id"].nunique()
                cells.append(count(f"quality.{name}.{code}.{year}", number, year))
        rows.append(cells)
    columns = [writer.text("table.city")]
    for name in ("households", "responses"):
        columns += [f"{writer.text(f'quality.{name}')} {year}" for year in data.years]
    writer.table("comparison_samples", columns, rows, wide=True)
