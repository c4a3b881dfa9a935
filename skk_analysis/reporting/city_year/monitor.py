"""Section 5: the city's trends against its comparison cities, the Urban HEART Monitor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skk_analysis.figures import Cell, Series, monitor
from skk_analysis.language import Missing, Quantity, date, year_range
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

FIRST_YEAR = 2010
QUARTERS = (0.25, 0.5, 0.75)
COLUMNS = ("change_points", "peer_median", "target", "agreed", "years_measured")
LEAST_PEERS = 3
"""With fewer comparison cities than this in a year, their median is not shown."""


def write(report: CityYear, writer: Writer) -> None:
    """Who the comparison cities are, the trends, and the year's values beside theirs."""
    rows = report.data.indicator_values
    shown = rows[
        (rows["status"] == "observed")
        & (rows["group"] == "total")
        & rows["reference_year"].between(FIRST_YEAR, report.year)
    ]
    by_indicator = dict(list(shown.groupby("indicator")))
    found = {
        indicator: one
        for indicator in report.indicators_of("municipality")
        if indicator in by_indicator
        and (one := series(report, indicator, by_indicator[indicator])).city
    }
    if not found:
        writer.say("monitor.none", city=report.city)
        return
    _peers(report, writer)
    writer.figure(
        "monitor", _drawn(report), list(found.values()), city=report.city, year=str(report.year)
    )
    names = [
        writer.text("table.indicator"),
        str(report.comparison_year),
        str(report.year),
        *(writer.text(f"table.{key}") for key in COLUMNS),
    ]
    rows = [_row(report, indicator, one) for indicator, one in found.items()]
    writer.table("monitor", names, rows, wide=True, city=report.city, year=str(report.year))
    writer.say("monitor.reading")
    _at_the_same_time(report, writer)


def _at_the_same_time(report: CityYear, writer: Writer) -> None:
    """What happened around the city meanwhile: a change in a trend may come from it."""
    events = report.data.register.get("context_events")
    if events is None:
        return
    in_years = events["date"].str[:4].isin([str(year) for year in report.data.years])
    told = [
        writer.sentence(
            "monitor.event",
            date=date(row["date"], report.language),
            event=localised(row, "event", report.language),
        )
        for _, row in events[in_years].sort_values("date").iterrows()
    ]
    if told:
        writer.say("monitor.events")
        writer.listed(told)


def _drawn(report: CityYear):
    def draw(series_: list[Series], language: str, *, caption: str, topic: str):
        return monitor(series_, report.city, report.year, language, caption=caption, topic=topic)

    return draw


def series(report: CityYear, indicator: str, rows: pd.DataFrame) -> Series:
    """The city's values of an indicator by year and the middle of its comparison cities."""
    unit, decimals = report.unit(indicator)
    own = rows[rows["unit_code"] == report.data.city.code]
    peers = rows[rows["unit_code"].isin(report.data.peers["unit_code"])]
    by_year = peers.groupby("reference_year")["value"].apply(list)
    spread = {int(y): np.quantile(v, QUARTERS) for y, v in by_year.items() if len(v) >= LEAST_PEERS}

    def quantity(name: str, year: int, value: float) -> Quantity:
        return Quantity(f"{name}.{year}", float(value), unit, decimals=decimals, year=int(year))

    code = report.data.city.code
    return Series(
        report.indicator_name(indicator),
        {
            int(year): quantity(f"{indicator}.{code}", year, value)
            for year, value in zip(own["reference_year"], own["value"], strict=True)
        },
        {year: quantity(f"{indicator}.peers", year, middle[1]) for year, middle in spread.items()},
        {year: float(middle[0]) for year, middle in spread.items()},
        {year: float(middle[2]) for year, middle in spread.items()},
        _target(report, indicator),
    )


def _target(report: CityYear, indicator: str) -> Quantity | None:
    """The value that the city and the programme agreed to aim at, if they did."""
    choices = report.data.register.get("indicator_choices")
    if choices is None or "target_value" not in choices:
        return None
    mine = choices[(choices["indicator"] == indicator) & (choices["target_value"] != "")]
    if mine.empty:
        return None
    unit, decimals = report.unit(indicator)
    target = float(mine["target_value"].iloc[0].replace(",", "."))
    return Quantity(f"{indicator}.target", target, unit, decimals=decimals)


def _peers(report: CityYear, writer: Writer) -> None:
    peers = report.data.peers
    if peers.empty:
        writer.say("monitor.no_peers")
        return

    def size(name: str, people: float) -> Quantity:
        return Quantity(f"monitor.peers.{name}", float(people), "persons", year=report.year)

    writer.say(
        "monitor.peers",
        count=Quantity("monitor.peers", float(len(peers)), "count", year=report.year),
        smallest=size("smallest", peers["population"].min()),
        largest=size("largest", peers["population"].max()),
    )


def _row(report: CityYear, indicator: str, one: Series) -> tuple[Cell, ...]:
    before, after = (one.city.get(year) for year in report.data.years)
    change: Cell = Missing("not_applicable")
    if before and after:
        change = Quantity(
            f"{indicator}.{report.data.city.code}.change",
            after.value - before.value,
            after.unit,
            decimals=after.decimals,
            year=report.year,
            since=report.comparison_year,
            kind="difference",
        )
    absent = Missing("not_received")
    return (
        one.name,
        before or absent,
        after or absent,
        change,
        one.median.get(report.year) or absent,
        one.target or Missing("not_applicable"),
        report.agreed_word(indicator),
        year_range(list(one.city)),
    )
