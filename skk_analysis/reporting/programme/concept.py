"""Section 3: what social sustainability means here, and how it is thought to come about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from skk_analysis import monitoring as m
from skk_analysis.figures import Cell
from skk_analysis.figures.logic_model import Link, Node, logic_model
from skk_analysis.language import Missing
from skk_analysis.reporting.concepts import concepts_table
from skk_analysis.reporting.programme.common import count, counted, heads, need
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Concepts, the logic model with numbers, values, related programmes."""
    _concepts(report, writer)
    _logic(report, writer)
    _values(report, writer)
    _related(report, writer)


def _concepts(report: ProgrammeReport, writer: Writer) -> None:
    concepts = need(report, writer, "concepts")
    if concepts is not None:
        concepts_table(writer, concepts)


def _logic(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.concept.logic")
    dimensions, links = need(report, writer, "dimensions"), need(report, writer, "logic_links")
    if dimensions is None or links is None:
        return
    nodes = _nodes(report, writer, dimensions)
    writer.figure("programme.logic", logic_model, nodes, _links(report))
    without = int((links["evidence"] == "").sum())
    writer.say(
        "programme.logic.reading",
        links=count("programme.links", len(links)),
        without=count("programme.links.without", without),
    )


def _nodes(report: ProgrammeReport, writer: Writer, dimensions) -> list[Node]:
    """Dimensions with how many indicators and experiments they have."""
    experiments, indicators = report.analysis.experiments, report.table("indicators")
    nodes = []
    for _, row in dimensions.iterrows():
        key, told = row["key"], []
        for name, table in (("indicators", indicators), ("experiments", experiments)):
            number = math.nan
            if table is not None and "dimension" in table:
                number = float((table["dimension"] == key).sum())
            cell = counted(f"programme.dimension.{key}.{name}", number)
            told.append((writer.text(f"programme.logic.{name}"), cell))
        if all(isinstance(cell, Missing) for _, cell in told):
            told = []
        nodes.append(Node(key, report.dimensions[key], row["layer"], tuple(told)))
    return nodes


def _links(report: ProgrammeReport) -> list[Link]:
    table = report.table("logic_links")
    assert table is not None
    return [
        Link(
            row["from"],
            row["to"],
            localised(row, "assumption", report.language),
            localised(row, "evidence", report.language),
        )
        for _, row in table.iterrows()
    ]


def _values(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.concept.values")
    indicators = need(report, writer, "indicators")
    if indicators is None or not report.dimensions:
        return
    coverage = m.value_coverage(indicators, list(report.dimensions))
    body: list[tuple[Cell, ...]] = [
        (
            _value_name(writer, str(value)),
            *(count(f"programme.value.{value}.{key}", row[key]) for key in report.dimensions),
        )
        for value, row in coverage.iterrows()
    ]
    columns = [*heads(writer, "value"), *report.dimensions.values()]
    writer.table("programme.values", columns, body, wide=True)
    empty = [_value_name(writer, str(v)) for v in coverage.index[coverage.sum(axis=1) == 0]]
    if empty:
        writer.say("programme.values.empty", values="; ".join(empty))


def _value_name(writer: Writer, value: str) -> str:
    return writer.text(f"programme.value.{VALUE_KEYS[value]}") if value in VALUE_KEYS else value


VALUE_KEYS = {
    "ihmisarvo": "dignity",
    "tasa-arvo": "equality",
    "oikeudenmukaisuus": "justice",
    "myötätunto": "compassion",
}


def _related(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.concept.related")
    related = need(report, writer, "related_programmes")
    if related is None:
        return
    body = [
        (localised(row, "name", report.language), localised(row, "relation", report.language))
        for _, row in related.iterrows()
    ]
    writer.table("programme.related", heads(writer, "programme", "relation"), body)
