"""Section 12: what the register shows of the three principles of renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis import monitoring as m
from skk_analysis.figures import Cell
from skk_analysis.language import Missing
from skk_analysis.reporting.programme.common import count, heads
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Evidence by principle: how many of how many."""
    body = []
    for found in m.principle_evidence(report.data.register, report.year):
        record = f"programme.principle.{found.name}"
        cells: tuple[Cell, Cell] = (Missing("not_received"), Missing("not_received"))
        if found.known:
            cells = count(record, found.count), count(f"{record}.of", found.total)
        body.append(
            (
                writer.text(f"programme.principle.{found.principle}"),
                writer.text(f"programme.evidence.{found.name}"),
                *cells,
            )
        )
    columns = heads(writer, "principle", "evidence", "number", "of_all")
    writer.table("programme.principles", columns, body, wide=True, year=str(report.year))
    writer.say("programme.principles.reading")
