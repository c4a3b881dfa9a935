"""Section 2: what may be compared between the cities, and what may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.reporting.analysis import GAPS
from skk_analysis.reporting.city_comparison.analysis import SURVEY
from skk_analysis.reporting.city_comparison.cells import count
from skk_analysis.reporting.city_comparison.levels import measured
from skk_analysis.reporting.dictionary import DIMENSIONS, omission
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

LEVELS = ("municipality", "resident")
MICRODATA = (("theil_t", "households"), ("dissimilarity", "income_classes"))
"""Measures that the report computes itself, and from what."""


def write(report: CityComparison, writer: Writer) -> None:
    """The comparability table, then what is left out: forced by the data, or by choice."""
    writer.listed(
        [writer.sentence(f"comparison.rules.{name}", **{}) for name in ("same", "order", "cause")]
    )
    shown = measured(report)
    rows = [_row(report, writer, name) for name in shown]
    areas = [name for name in GAPS if _area_cities(report, name)]
    rows += [_area_row(report, writer, name) for name in areas]
    keys = ("indicator", "comparable", "measured_from", "reference_year", "cities_measured",
            "standardised", "agreed", "publisher", "definition")  # fmt: skip
    columns = [writer.text(f"table.{key}") for key in keys]
    if rows:
        writer.table("comparability", columns, rows, wide=True, year=str(report.year))
    _own_measures(report, writer)
    _left_out(report, writer, {*shown, *areas})


def _row(report: CityComparison, writer: Writer, name: str) -> list[Cell]:
    row = report.data.indicators.loc[name]
    codes = report.city_names()
    have = [code for code in codes if report.analysis.level(name, code).after is not None]
    frame, by = (
        (report.data.responses, "question")
        if row["level"] == "resident"
        else (report.data.published, "indicator")
    )
    years = frame["year" if by == "question" else "reference_year"]
    used = frame[(frame[by] == name) & (years == report.year)]
    return [
        report.indicator_name(name),
        " ".join(_reservations(report, writer, row, len(have) < len(codes)))
        or writer.text("comparison.comparable.yes"),
        writer.text(f"comparison.level.{row['level']}"),
        str(report.year),
        count(f"comparability.{name}.cities", len(have), report.year),
        _standardised(writer, row),
        report.agreed_word(name),
        publishers(report, used),
        localised(row, "definition", report.language),
    ]


def _standardised(writer: Writer, row: pd.Series) -> str:
    return writer.text("quality.yes" if row.get("age_standardised", "") == "yes" else "quality.no")


def _reservations(
    report: CityComparison, writer: Writer, row: pd.Series, partly: bool
) -> list[str]:
    """Why cities may be compared in an indicator only with reservations."""
    found = []
    if row["level"] == "resident":
        found.append("survey")
    elif row["kind"] in SURVEY:
        found.append("no_interval")
    if row["dimension"] == "hyvinvointi_terveys" and row.get("age_standardised", "") != "yes":
        found.append("age")
    if partly:
        found.append("partly")
    words = [writer.text(f"comparison.comparable.{name}") for name in found]
    note = localised(row, "break_note", report.language)
    return [*words, note] if note else words


def publishers(report: CityComparison, rows: pd.DataFrame) -> str:
    """Who published the raw files that some rows come from."""
    names = {part for joined in rows["resource"].dropna().unique() for part in joined.split(";")}
    found = [r.publisher or r.title for r in report.data.resources if r.name in names]
    return "; ".join(dict.fromkeys(name for name in found if name)) or "–"


def _area_cities(report: CityComparison, name: str) -> list[str]:
    """Cities some of whose areas have an indicator in the year."""
    return [
        code
        for code, analysis in report.analysis.cities.items()
        if (analysis.area_values(name, report.year)["status"] == "observed").any()
    ]


def _area_row(report: CityComparison, writer: Writer, name: str) -> list[Cell]:
    row = report.data.indicators.loc[name]
    rows = report.data.area_values
    used = rows[(rows["indicator"] == name) & (rows["reference_year"] == report.year)]
    note = localised(row, "break_note", report.language)
    reservations = [writer.text("comparison.comparable.areas"), *([note] if note else [])]
    return [
        report.indicator_name(name),
        " ".join(reservations),
        writer.text("comparison.level.postal_area"),
        str(report.year),
        count(f"comparability.{name}.cities", len(_area_cities(report, name)), report.year),
        _standardised(writer, row),
        report.agreed_word(name),
        publishers(report, used),
        localised(row, "definition", report.language),
    ]


def _own_measures(report: CityComparison, writer: Writer) -> None:
    """What the report computes itself, and what is comparable of it."""
    sentences = [
        writer.sentence(f"comparison.rules.{name}")
        for name, frame in (
            ("households", report.data.households),
            ("income_classes", report.data.observations),
        )
        if len(frame)
    ]
    if sentences:
        writer.listed(sentences)


def _left_out(report: CityComparison, writer: Writer, shown: set[str]) -> None:
    rows = report.data.indicators
    wanted = rows[rows["dimension"].isin(DIMENSIONS) & (rows["report"] == "yes")]
    forced = [
        omission(report, writer, str(name), _values_of(report, row["level"]))
        for name, row in wanted.iterrows()
        if name not in shown and row["level"] in LEVELS
    ]
    writer.subheading("section.city_comparison.rules.left_out")
    if forced:
        writer.say("comparison.rules.forced")
        writer.listed(forced)
    chosen = [
        report.indicator_name(str(name))
        for name, row in rows.iterrows()
        if name not in shown and (row["level"] not in LEVELS or row["report"] != "yes")
    ]
    if chosen:
        writer.say("comparison.rules.chosen", names="; ".join(chosen))


def _values_of(report: CityComparison, level: str) -> pd.DataFrame:
    """Values of the cities in which a measured year is looked for."""
    if level == "resident":
        rows = report.data.responses
        return rows.rename(columns={"question": "indicator", "year": "reference_year"})
    rows = report.data.published
    return rows[rows["unit_code"].isin(list(report.city_names()))]
