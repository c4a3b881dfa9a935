"""The logic model in section 2: dimensions, their indicators and the year's numbers on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skk_analysis.figures.logic_model import Link, Node, logic_model
from skk_analysis.language import Missing, Quantity
from skk_analysis.reporting.city_year.matrix import city_value
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def write(report: CityYear, writer: Writer, indicators: Sequence[str]) -> None:
    """The figure, where the register has dimensions.

    Parameters
    ----------
    indicators : the reported ones
    """
    dimensions = report.data.register.get("dimensions")
    if dimensions is None or dimensions.empty:
        return
    of = report.data.indicators["dimension"]
    nodes = [
        Node(
            row["key"],
            localised(row, "name", report.language),
            row["layer"],
            tuple(
                (report.indicator_name(name), value(report, name))
                for name in indicators
                if of[name] == row["key"]
            ),
        )
        for _, row in dimensions.iterrows()
    ]
    links = report.data.register.get("logic_links")
    drawn = [
        Link(row["from"], row["to"], localised(row, "assumption", report.language), row["evidence"])
        for _, row in (links.iterrows() if links is not None else ())
    ]

    def draw(nodes, language: str, *, caption: str, topic: str):
        return logic_model(nodes, drawn, language, caption=caption, topic=topic)

    writer.subheading("section.scope.logic")
    writer.say("scope.logic")
    writer.figure("logic", draw, nodes, city=report.city, year=str(report.year))


def value(report: CityYear, indicator: str) -> Quantity | Missing:
    """The city's number of an indicator in the report's year, whatever level it is measured at."""
    level = report.dictionary[indicator]["level"]
    if level == "postal_area":
        return city_value(report, indicator, report.year)
    if level == "resident":
        shares = report.answers[report.year].shares
        share = shares.get(indicator)
        if share is None:
            return Missing("protected" if indicator in shares else "not_asked")
        return estimated(f"{indicator}.all.{report.year}", share, "share", report.year)
    row = report.analysis.city_row(indicator, report.year)
    if row is None:
        return Missing("not_received")
    if row["status"] != "observed":
        return Missing(str(row["status"]))
    unit, decimals = report.unit(indicator)
    name = f"{indicator}.{report.data.city.code}.{report.year}"
    return Quantity(name, float(row["value"]), unit, decimals=decimals, year=report.year)
