"""Section 3: the city, its residential areas and how much is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Area, Cell, area_map
from skk_analysis.language import Missing, Quantity
from skk_analysis.language.parts import Foreign
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer
from skk_analysis.review.disclosure.small_groups import shown_groups

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

LOW_CLASS = "low_income_class_share"
MAPPED = (LOW_CLASS, "population")
"""Indicators for the map in order of preference; the first one published for the year is shown."""


def write(report: CityYear, writer: Writer) -> None:
    """How many areas, how large, how much of it protected; the table and the map."""
    areas = report.data.areas
    if areas.empty:
        writer.say("areas.none", city=report.city)
        return
    _problem(report, writer)
    population = report.analysis.area_values("population", report.year)
    _introduction(report, writer, population)
    _map(report, writer)
    columns = ["table.area", "table.code", "table.population", "table.share_of_city"]
    columns += ["table.low_class"]
    columns += ["table.households"] if report.analysis.has_households else []
    writer.table(
        "areas",
        [writer.text(key) for key in columns],
        _rows(report, population),
        wide=True,
        year=str(report.year),
    )


def _problem(report: CityYear, writer: Writer) -> None:
    """The city's own words on its problem, from the canvas in the register."""
    canvas = report.data.register.get("canvas")
    if canvas is None:
        return
    mine = canvas[(canvas["field"] == "problem") & (canvas["experiment"] == "")]
    words = [localised(row, "text", report.language) for _, row in mine.iterrows()]
    if any(words):
        writer.say("areas.problem", words=" ".join(word for word in words if word))


def _introduction(report: CityYear, writer: Writer, population: pd.DataFrame) -> None:
    known = population[population["status"] == "observed"]
    year = report.year
    count = Quantity("areas.count", float(len(report.data.areas)), "count", year=year)
    if known.empty:
        writer.say("areas.count", city=report.city, count=count, year=str(year))
        return
    total = float(known["value"].sum())
    writer.say(
        "areas.introduction",
        city=report.city,
        year=str(year),
        count=count,
        population=Quantity("areas.population", total, "persons", year=year),
        median=Quantity("areas.median_size", float(known["value"].median()), "persons", year=year),
        smallest=Quantity("areas.smallest", float(known["value"].min()), "persons", year=year),
        largest=Quantity("areas.largest", float(known["value"].max()), "persons", year=year),
    )
    classes = report.analysis.area_values(LOW_CLASS, year)
    if classes.empty:
        writer.say("areas.income_not_published", year=str(year))
        return
    hidden = classes.index[classes["status"] == "protected"]
    if hidden.empty:
        return
    people = float(known["value"].reindex(hidden).sum())
    writer.say(
        "areas.protected",
        count=Quantity("areas.protected", float(len(hidden)), "count", year=year),
        share=Quantity("areas.protected_population", people / total, "share", year=year),
    )


def _map(report: CityYear, writer: Writer) -> None:
    drawn = report.data.areas.dropna(subset="boundary")
    for indicator in MAPPED:
        values = report.analysis.area_values(indicator, report.year)
        if drawn.empty or (values["status"] == "observed").sum() < 2:
            continue
        unit, decimals = report.unit(indicator)
        areas = [
            Area(
                _name(row, report),
                row["boundary"],
                number(values, row["unit_code"], indicator, unit, decimals, report.year),
            )
            for _, row in drawn.iterrows()
        ]
        name = report.indicator_name(indicator)
        writer.figure(
            "map", area_map, areas, indicator=name, city=report.city, year=str(report.year)
        )
        return
    writer.say("areas.no_map")


def _rows(report: CityYear, population: pd.DataFrame) -> list[tuple[Cell, ...]]:
    year = report.year
    classes = report.analysis.area_values(LOW_CLASS, year)
    known = population[population["status"] == "observed"]["value"].astype(float)
    total = float(known.sum())
    sampled = report.data.households
    sampled = sampled[sampled["year"] == year].groupby("area_code").size()
    shown = shown_groups(sampled.to_dict(), report.data.policy.minimum_count)
    rows: list[tuple[Cell, ...]] = []
    for _, area in report.data.areas.iterrows():
        code = area["unit_code"]
        people = number(population, code, "population", "persons", 0, year)
        share: Cell = people
        if isinstance(people, Quantity) and total:
            share = Quantity(f"population_share.{code}.{year}", people.value / total, "share")
        low = number(classes, code, LOW_CLASS, *report.unit(LOW_CLASS), year)
        cells: list[Cell] = [
            _name(area, report),
            code,
            people,
            share,
            low,
        ]
        if report.analysis.has_households:
            count = int(sampled.get(code, 0))
            cells.append(_households(code, count, year, shown=not count or code in shown))
        rows.append(tuple(cells))
    return rows


def _households(code: str, count: int, year: int, shown: bool) -> Quantity | Missing:
    """How many households of an area are in the data; a handful is not told."""
    if not shown:
        return Missing("protected")
    return Quantity(f"households.{code}.{year}", float(count), "persons", year=year)


def _name(area: pd.Series, report: CityYear) -> str:
    """An area's name; a Swedish one that is the Finnish one is Swedish in a bilingual city only."""
    language, finnish, swedish = report.language, str(area["name_fi"]), area["name_sv"]
    if language == "fi":
        return finnish
    known = language == "sv" and isinstance(swedish, str) and swedish
    if known and (swedish != finnish or language in report.data.city.languages):
        return str(swedish)
    return Foreign(finnish, "fi", language, name=True)


def area_names(report: CityYear) -> dict[str, str]:
    """Area code to its name in the report's language."""
    return {row["unit_code"]: _name(row, report) for _, row in report.data.areas.iterrows()}


def number(
    rows: pd.DataFrame,
    code: str,
    indicator: str,
    unit: str,
    decimals: int | None,
    year: int,
) -> Quantity | Missing:
    """An area's value of an indicator, or why there is none."""
    if code not in rows.index:
        return Missing("not_received")
    status, value = (rows.loc[code, column] for column in ("status", "value"))
    if status != "observed":
        return Missing(str(status))
    return Quantity(f"{indicator}.{code}.{year}", float(value), unit, decimals=decimals, year=year)
