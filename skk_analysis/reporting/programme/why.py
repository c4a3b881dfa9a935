"""Section 7: why results came about, and for whom: contexts, mechanisms, and rival explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis import monitoring as m
from skk_analysis.reporting.programme.common import count, grade_cell, heads, need
from skk_analysis.reporting.register import localised, localised_cells
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """The table of contexts, mechanisms and outcomes, then claims with their rivals."""
    _mechanisms(report, writer)
    _claims(report, writer)


def _mechanisms(report: ProgrammeReport, writer: Writer) -> None:
    cmo = need(report, writer, "cmo")
    if cmo is None:
        return
    mine = cmo[cmo["experiment"].isin(report.experiments)]
    body = []
    for _, row in mine.iterrows():
        fields = [localised(row, f, report.language) for f in ("context", "mechanism", "outcome")]
        direction = report.analysis.directions.get(row["experiment"], "none")
        seen = writer.text(f"programme.direction.{direction}")
        body.append((report.experiments[row["experiment"]], *fields, seen))
    columns = heads(writer, "experiment", "context", "mechanism", "outcome", "seen")
    writer.table("programme.cmo", columns, body, wide=True)
    writer.say("programme.cmo.reading")


def _claims(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.why.claims")
    table = need(report, writer, "contributions")
    if table is None:
        return
    mine = table[table["experiment"].isin(report.experiments)]
    claims = m.contribution_claims(mine, report.analysis.directions)
    body = []
    for _, row in claims.iterrows():
        fields = ("claim", "evidence_for", "evidence_against", "rival")
        told = localised_cells(row, fields, report.language)
        if row["rival_state"]:
            state = writer.text(f"programme.rival.{row['rival_state']}")
            told[-1] = writer.text("programme.rival", rival=told[-1], state=state)
        body.append(
            (
                report.experiments[row["experiment"]],
                *told,
                writer.text(f"programme.claim.{row['state']}"),
                grade_cell(report, writer, row["experiment"]),
            )
        )
    columns = heads(writer, "experiment", "claim", "for", "against", "rival", "state", "security")
    writer.table("programme.claims", columns, body, wide=True)
    supported = int((claims["state"] == "supported").sum())
    writer.say(
        "programme.claims.reading",
        claims=count("programme.claims", len(claims)),
        supported=count("programme.claims.supported", supported),
    )
