"""Section 11: six questions of evaluators, and where their answers are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis import monitoring as m
from skk_analysis.reporting.programme.common import heads, need
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Question, answer, and the sections where the evidence is."""
    table = need(report, writer, "dac_answers")
    if table is None:
        return
    body = []
    for _, row in m.dac_answers(table).iterrows():
        answer = localised(row, "answer", report.language) if row["answered"] else ""
        body.append(
            (
                writer.text(f"programme.dac.{row['question']}"),
                writer.text(f"programme.dac.{row['question']}.question"),
                answer or writer.text("programme.dac.unanswered"),
                _places(report, writer, row["shown_in"]),
            )
        )
    columns = heads(writer, "criterion", "question", "answer", "shown_in")
    writer.table("programme.dac", columns, body, wide=True)


def _places(report: ProgrammeReport, writer: Writer, shown_in: str) -> str:
    """Sections by number and name; an answer without a place has no evidence here."""
    names, asked = list(report.sections), shown_in.split(";")
    places = [name for name in names if name in asked]
    told = [
        f"{names.index(name) + 1}. {writer.text(f'section.programme.{name}')}" for name in places
    ]
    return "; ".join(told) or writer.text("programme.dac.nowhere")
