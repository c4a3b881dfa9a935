"""Section 2: what the report measures this year, what it does not, and why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.language import Quantity, keys
from skk_analysis.language.collation import collation_key
from skk_analysis.reporting.city_year import logic, omissions
from skk_analysis.reporting.dictionary import DIMENSIONS
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

VALUES = ("ihmisarvo", "tasa-arvo", "oikeudenmukaisuus", "myötätunto")
"""What the founding document names as the core of social sustainability."""

KINDS = ("rekisteri", "kysely", "kokemus", "toiminta")


@dataclass(frozen=True)
class Availability:
    """One indicator of the dictionary in the report's year."""

    indicator: str
    dimension: str
    kind: str
    core_values: tuple[str, ...]
    city_function: str
    measured: bool


def write(report: CityYear, writer: Writer) -> None:
    """The scope table, the indicators left out with their reasons, and the values' coverage."""
    found = availability(report)
    measured = [one for one in found if one.measured]
    writer.say(
        "scope.introduction",
        measured=_count(f"scope.measured.{report.year}", len(measured), report.year),
        all=_count("scope.indicators", len(found), report.year),
        year=str(report.year),
    )
    writer.table("scope", _columns(writer, report.year), _rows(report, writer, found), wide=True)
    omissions.write(report, writer, [one.indicator for one in found if not one.measured])
    logic.write(report, writer, [one.indicator for one in found])
    _coverage(report, writer, found)
    _functions(report, writer, found)


def availability(report: CityYear) -> list[Availability]:
    """The reported indicators and whether the city has any value of them in the year."""
    values = report.data.indicator_values
    seen = values[(values["reference_year"] == report.year) & (values["status"] == "observed")]
    own = seen["unit_code"].isin([report.data.city.code, *report.data.areas["unit_code"]])
    measured = set(seen.loc[own, "indicator"])
    rows = report.data.indicators
    rows = rows[rows["dimension"].isin(DIMENSIONS) & (rows["report"] == "yes")]
    return [
        Availability(
            str(name),
            row["dimension"],
            row["kind"],
            tuple(part for part in row["values"].split(";") if part),
            row.get("city_function", ""),
            name in measured,
        )
        for name, row in rows.iterrows()
    ]


def _count(name: str, count: int, year: int) -> Quantity:
    return Quantity(name, float(count), "count", year=year)


def _columns(writer: Writer, year: int) -> tuple[str, ...]:
    kinds = [writer.text(f"kind.{kind}") for kind in KINDS]
    return (
        writer.text("table.dimension"),
        writer.text("table.measured_in", year=str(year)),
        writer.text("table.not_measured"),
        *kinds,
        writer.text("table.indicators"),
    )


def _rows(report: CityYear, writer: Writer, found: list[Availability]) -> Iterable[list[Cell]]:
    for dimension in DIMENSIONS:
        mine = [one for one in found if one.dimension == dimension]
        measured = [one for one in mine if one.measured]
        cells: list[Cell] = [writer.text(f"dimension.{dimension}")]
        counts = {"measured": len(measured), "not_measured": len(mine) - len(measured)}
        counts |= {kind: sum(one.kind == kind for one in measured) for kind in KINDS}
        for name, count in counts.items():
            cells.append(_count(f"scope.{dimension}.{name}", count, report.year))
        names = ", ".join(report.indicator_name(one.indicator) for one in measured)
        cells.append(names or writer.text("scope.none"))
        yield cells


def _coverage(report: CityYear, writer: Writer, found: list[Availability]) -> None:
    writer.subheading("section.scope.values")
    rows: list[list[Cell]] = []
    for value in VALUES:
        mine = [one for one in found if value in one.core_values]
        measured = sum(one.measured for one in mine)
        key = _key(value)
        rows.append(
            [
                writer.text(f"value.{key}"),
                _count(f"scope.value.{key}.chosen", len(mine), report.year),
                _count(f"scope.value.{key}.measured", measured, report.year),
            ]
        )
    columns = (
        writer.text("table.core_value"),
        writer.text("table.chosen"),
        writer.text("table.measured_in", year=str(report.year)),
    )
    writer.table("values", columns, rows)
    one_kind = [
        writer.text(f"dimension.{dimension}")
        for dimension in DIMENSIONS
        if len({one.kind for one in found if one.dimension == dimension and one.measured}) == 1
    ]
    writer.say("scope.pillar")
    if one_kind:
        writer.say("scope.one_kind", dimensions="; ".join(one_kind))


def _title(function: str, writer: Writer) -> str:
    message = f"city_function.{_key(function)}"
    return writer.text(message) if message in keys(writer.language) else function


def _functions(report: CityYear, writer: Writer, found: list[Availability]) -> None:
    """Sustainability concerns everything that the city does: which of it do indicators reach?"""
    rows: list[list[Cell]] = []
    titles = {one.city_function: _title(one.city_function, writer) for one in found}
    titles.pop("", None)
    for function, title in sorted(
        titles.items(), key=lambda item: collation_key(item[1], report.language)
    ):
        mine = [one for one in found if one.city_function == function]
        key, measured = _key(function), sum(one.measured for one in mine)
        rows.append(
            [
                title,
                _count(f"scope.function.{key}.chosen", len(mine), report.year),
                _count(f"scope.function.{key}.measured", measured, report.year),
            ]
        )
    if not rows:
        return
    columns = (
        writer.text("table.city_function"),
        writer.text("table.chosen"),
        writer.text("table.measured_in", year=str(report.year)),
    )
    writer.table("functions", columns, rows)


def _key(word: str) -> str:
    """A register's word as it stands in message ids."""
    return word.replace("-", "_").replace("ö", "o").replace("ä", "a").replace(" ", "_")
