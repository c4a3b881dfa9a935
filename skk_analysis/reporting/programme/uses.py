"""Section 8: what the findings of the monitoring changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis import monitoring as m
from skk_analysis.language import date
from skk_analysis.reporting.programme.common import count, heads, listed_experiments, need
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """The log from finding to change, and what was not used."""
    uses = need(report, writer, "uses")
    if uses is None:
        return
    log = m.use_log(uses, report.analysis.experiments, report.year)
    body = [
        (
            localised(row, "finding", report.language),
            report.experiments.get(row["experiment"], row["experiment"]),
            date(row["date"], report.language) if row["date"] else "–",
            localised(row, "change", report.language) or "–",
            writer.text(f"programme.use.{row['state']}"),
        )
        for _, row in log.rows.iterrows()
    ]
    columns = heads(writer, "finding", "experiment", "date", "change", "use")
    writer.table("programme.uses", columns, body, wide=True, year=str(report.year))
    numbers = {state: count(f"programme.uses.{state}", log.count(state)) for state in m.USE_STATES}
    writer.say("programme.uses.counts", **numbers)
    if log.without:
        writer.say("programme.uses.without", names=listed_experiments(report, log.without))
    _outputs(report, writer)


def _outputs(report: ProgrammeReport, writer: Writer) -> None:
    """Competence, means and actions that came of the experiments."""
    writer.subheading("section.programme.uses.outputs")
    outputs = need(report, writer, "outputs")
    if outputs is None:
        return
    known = m.until(outputs, report.year)
    known = known[known["experiment"].isin(report.experiments)]
    if known.empty:
        writer.say("programme.outputs.none")
        return
    body = [
        (
            writer.text(f"programme.output.{OUTPUT_KEYS[row['kind']]}")
            if row["kind"] in OUTPUT_KEYS
            else row["kind"],
            report.experiments[row["experiment"]],
            localised(row, "text", report.language),
        )
        for _, row in known.sort_values("kind", kind="stable").iterrows()
    ]
    writer.table("programme.outputs", heads(writer, "kind", "experiment", "content"), body)


OUTPUT_KEYS = {"osaaminen": "competence", "keino": "means", "toimi": "action"}
