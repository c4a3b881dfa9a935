"""Section 15: what is missing and why, how much of the population is covered, and of which date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.language import MISSING, Missing, Quantity, year_range
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

MOST_MESSAGES = 12
"""How many remarks of cleaning are listed; the rest are counted."""


def write(report: CityYear, writer: Writer) -> None:
    """Coverage of the area indicators, reference dates, and what cleaning remarked."""
    writer.say("quality.introduction")
    _coverage(report, writer)
    _dates(report, writer)
    _microdata(report, writer)
    _messages(report, writer)


def _coverage(report: CityYear, writer: Writer) -> None:
    rows = [_coverage_row(report, name) for name in report.indicators_of("postal_area")]
    if report.data.areas.empty:
        return
    columns = [writer.text("table.indicator"), writer.text("table.observed_areas")]
    columns += [writer.text(f"missing.{status}").capitalize() for status in MISSING]
    columns.append(writer.text("table.population_covered"))
    writer.table("coverage", columns, rows, wide=True, year=str(report.year))
    writer.say("quality.not_random")


def _coverage_row(report: CityYear, indicator: str) -> tuple[Cell, ...]:
    year = report.year
    rows = report.analysis.area_values(indicator, year)
    codes = report.data.areas["unit_code"]
    status = rows["status"].reindex(codes).fillna("not_received")
    counts: list[Cell] = []
    for kind in ("observed", *MISSING):
        name = f"coverage.{indicator}.{kind}.{year}"
        counts.append(Quantity(name, float((status == kind).sum()), "count", year=year))
    people = report.analysis.area_values("population", year)["value"].reindex(codes)
    people = people.astype(float).fillna(0.0)
    share: Cell = Missing("not_received")
    if people.sum() > 0:
        covered = float(people[status.eq("observed").to_numpy()].sum() / people.sum())
        share = Quantity(f"coverage.{indicator}.population.{year}", covered, "share", year=year)
    return (report.indicator_name(indicator), *counts, share)


def _dates(report: CityYear, writer: Writer) -> None:
    values = report.data.indicator_values
    own = values["unit_code"].isin([report.data.city.code, *report.data.areas["unit_code"]])
    observed = values[own & (values["status"] == "observed")]
    by_indicator = dict(list(observed.groupby("indicator")))
    rows: list[tuple[Cell, ...]] = []
    for indicator in report.indicators_of("postal_area", "municipality", "resident"):
        mine = by_indicator.get(indicator, observed.iloc[:0])
        years = sorted({int(year) for year in mine["reference_year"]})
        released = mine.loc[mine["reference_year"] == report.year, "release_year"].dropna()
        rows.append(
            (
                report.indicator_name(indicator),
                year_range(years) or writer.text("quality.never"),
                writer.text("quality.yes" if report.year in years else "quality.no"),
                year_range([int(year) for year in released.unique()]) or "–",
            )
        )
    keys = ("indicator", "years_measured")
    columns = [writer.text(f"table.{key}") for key in keys]
    columns.append(writer.text("table.measured_in", year=str(report.year)))
    columns.append(writer.text("table.released"))
    writer.table("dates", columns, rows, wide=True)


def _microdata(report: CityYear, writer: Writer) -> None:
    data = report.data
    rows: list[tuple[Cell, ...]] = []
    for name, frame in (("households", data.households), ("responses", data.responses)):
        cells: list[Cell] = [writer.text(f"quality.{name}")]
        for year in data.years:
            mine = frame[frame["year"] == year]
            count = len(mine) if name == "households" else mine["respondent_id"].nunique()
            cells.append(Quantity(f"quality.{name}.{year}", float(count), "persons", year=year))
        rows.append(tuple(cells))
    columns = (writer.text("table.data"), *(str(year) for year in data.years))
    writer.table("microdata", columns, rows)
    writer.say("quality.small_numbers")


def _messages(report: CityYear, writer: Writer) -> None:
    messages = report.data.messages
    kept = messages[messages["severity"].isin(["error", "warning"])]
    writer.subheading("section.quality.cleaning")
    year = report.year
    total = _total(report.data.cleaning, "rows_read")
    refused = _total(report.data.cleaning, "rows_refused")
    writer.say(
        "quality.cleaning",
        files=Quantity("cleaning.files", float(len(report.data.cleaning)), "count", year=year),
        read=Quantity("cleaning.rows_read", total, "count", year=year),
        refused=Quantity("cleaning.rows_refused", refused, "count", year=year),
        warnings=Quantity("cleaning.warnings", float(len(kept)), "count", year=year),
    )
    if kept.empty:
        return
    grouped = kept.groupby(["check", "resource"], sort=True).size()
    rows: list[tuple[Cell, ...]] = []
    for (check, resource), count in grouped.head(MOST_MESSAGES).items():
        name = f"cleaning.{check}.{resource}"
        rows.append((str(check), str(resource), Quantity(name, float(count), "count", year=year)))
    columns = [writer.text(f"table.{key}") for key in ("check", "file", "remarks")]
    writer.table("cleaning", columns, rows)


def _total(frame: pd.DataFrame, column: str) -> float:
    return float(frame[column].fillna(0).sum()) if len(frame) else 0.0
