"""Section 9: did the residents change, or the conditions they live in?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Bar, Cell, stacked_bars
from skk_analysis.language import Missing, Quantity
from skk_analysis.metrics.decomposition import CompositionChange
from skk_analysis.reporting.city_year.groups import ORDER
from skk_analysis.reporting.measures import limits
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

DIVISIONS = ("education", "age_group", "language", "area_code")
"""Divisions by which the change is split, each by itself."""


def write(report: CityYear, writer: Writer) -> None:
    """The change of the low-income rate in two parts, the residents by education, and moves."""
    splits = {name: report.analysis.composition(name) for name in DIVISIONS}
    known = {name: split for name, split in splits.items() if split is not None}
    if known:
        writer.say("composition.introduction")
        _split_table(report, writer, known)
        _bars(report, writer, known["education"])
        writer.say("composition.reading")
    else:
        writer.say("composition.no_households")
    _moves(report, writer)


def _split_table(report: CityYear, writer: Writer, known: dict[str, CompositionChange]) -> None:
    rows: list[tuple[Cell, ...]] = []
    for name, split in known.items():
        cells: list[Cell] = [writer.text(f"division.{name}")]
        for part in ("change", "composition", "conditions"):
            cell = estimated(
                f"composition.{name}.{part}",
                getattr(split, part),
                "share",
                report.year,
                since=report.comparison_year,
                kind="difference",
            )
            cells += [cell, limits(cell)]
        rows.append(tuple(cells))
    columns = [writer.text("table.division")]
    for part in ("change", "composition", "conditions"):
        name = writer.text(f"part.{part}")
        columns += [name, writer.text("table.interval_of", part=name)]
    years = {"before": str(report.comparison_year), "year": str(report.year)}
    writer.table("composition", columns, rows, wide=True, city=report.city, **years)


def _bars(report: CityYear, writer: Writer, split: CompositionChange) -> None:
    table = split.groups.set_index("education")
    names = [name for name in ORDER["education"] if name in table.index]
    bars = []
    for year, side in zip(report.data.years, ("before", "after"), strict=True):
        parts = tuple(
            Quantity(
                f"composition.education.{name}.{year}",
                float(table.loc[name, f"share_{side}"]),
                "share",
                year=year,
            )
            for name in names
        )
        bars.append(Bar(str(year), parts))
    labels = [writer.text(f"group.education.{name}") for name in names]

    def draw(bars, language: str, *, caption: str, topic: str):
        heading = writer.text("table.year")
        return stacked_bars(bars, labels, language, caption=caption, topic=topic, heading=heading)

    writer.figure("composition", draw, bars, city=report.city)


def _moves(report: CityYear, writer: Writer) -> None:
    writer.subheading("section.composition.moves")
    rows: list[tuple[Cell, ...]] = []
    for indicator in ("municipal_population", "net_migration"):
        unit, decimals = report.unit(indicator)
        cells: list[Cell] = [report.indicator_name(indicator)]
        for year in report.data.years:
            row = report.analysis.city_row(indicator, year)
            if row is None:
                cells.append(Missing("not_received"))
            elif row["status"] != "observed":
                cells.append(Missing(str(row["status"])))
            else:
                name = f"{indicator}.{report.data.city.code}.{year}"
                cells.append(
                    Quantity(name, float(row["value"]), unit, decimals=decimals, year=year)
                )
        rows.append(tuple(cells))
    columns = (writer.text("table.indicator"), *(str(year) for year in report.data.years))
    writer.table("moves", columns, rows, city=report.city)
    writer.say("composition.moves_reading")
