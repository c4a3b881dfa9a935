"""The last section of every report: every source, and how the same report is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.language import LANGUAGES, date
from skk_analysis.language.parts import Foreign
from skk_analysis.reporting.section import Writer
from skk_analysis.workspace import Resource

if TYPE_CHECKING:
    from skk_analysis.reporting.document import Document

TITLES = LANGUAGES[0]
"""Language of the raw files' titles and of their publishers' names."""

INVENTED = " (keksitty)"
"""What the sample's titles end with."""
HASH_SHOWN = 16
"""Digits of a hash that are printed; the whole one is in ``report.json``."""


def write(report: Document, writer: Writer) -> None:
    """Sources with licence, date and hash; parameters, versions and the run id."""
    origin = report.provenance
    writer.say("origin.introduction", run_id=origin.run_id)
    writer.say("origin.record")
    keys = ("source", "publisher", "licence", "retrieved", "hash")
    rows = [_source(report, writer, resource) for resource in origin.sources]
    if rows:
        writer.table("sources", [writer.text(f"table.{key}") for key in keys], rows, wide=True)
    facts: list[tuple[Cell, ...]] = [
        (writer.text("origin.run"), origin.run_id),
        (writer.text("origin.data"), origin.digest[:HASH_SHOWN]),
        (writer.text("origin.code"), origin.code[:HASH_SHOWN]),
        (writer.text("origin.notebook"), origin.notebook[:HASH_SHOWN]),
        (writer.text("origin.environment"), origin.environment[:HASH_SHOWN]),
    ]
    facts += [
        (writer.text("origin.parameter", name=name), str(value))
        for name, value in origin.parameters.items()
    ]
    facts += [
        (writer.text("origin.version", name=name), value)
        for name, value in origin.versions.items()
        if value
    ]
    writer.table("run", [writer.text("table.fact"), writer.text("table.content")], facts)


def _source(report: Document, writer: Writer, resource: Resource) -> tuple[Cell, ...]:
    title = resource.title or resource.path
    if resource.invented:  # said in the page's language
        title = title.removesuffix(INVENTED)
    after = writer.text("origin.invented") if resource.invented else ""
    if resource.title and report.language != TITLES:
        title = Foreign(title, TITLES, report.language, name=True, after=after)
    else:
        title += after
    return (
        title,
        _publisher(resource.publisher, report.language),
        resource.licence or "–",
        date(resource.retrieved, report.language) if resource.retrieved else "–",
        resource.sha256[:HASH_SHOWN],
    )


def _publisher(name: str, language: str) -> str:
    if not name:
        return "–"
    return name if language == TITLES else Foreign(name, TITLES, language, name=True)
