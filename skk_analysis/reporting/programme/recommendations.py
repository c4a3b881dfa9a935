"""Section 13: recommendations; one that claims more than its evidence is shown with less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.reporting.programme.common import heads, listed_experiments, need
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Addressee, recommendation, evidence and its grade."""
    table = need(report, writer, "recommendations")
    if table is None:
        return
    body, lowered = [], False
    for _, row in table.iterrows():
        claimed, allowed = int(row["evidence_grade"] or 0), grade_of(report, row)
        lowered |= claimed > allowed
        body.append(
            (
                localised(row, "addressee", report.language),
                localised(row, "text", report.language),
                listed_experiments(report, filter(None, row["based_on"].split(";"))),
                writer.text(f"programme.strength.{min(claimed, allowed)}"),
            )
        )
    columns = heads(writer, "addressee", "recommendation", "based_on", "strength")
    writer.table("programme.recommendations", columns, body, wide=True)
    writer.say("programme.recommendations.reading")
    if lowered:
        writer.say("programme.recommendations.lowered")


def grade_of(report: ProgrammeReport, row: pd.Series) -> int:
    """The best grade among the evidence that a recommendation names; 0 where there is none."""
    studies = report.analysis.studies
    graded = [0]
    for name in row["based_on"].split(";"):
        graded.append(report.analysis.grade(name) or 0)
        if studies is not None:
            graded += [int(grade) for grade in studies.loc[studies["id"] == name, "grade"]]
    return min(max(graded), 5)
