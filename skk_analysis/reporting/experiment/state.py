"""Section 14: stopped, ended or continued, and why; the same for failures and successes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.language import date
from skk_analysis.reporting.experiment.front import status_of
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The state, its day, the reasons, and what was left behind."""
    row = report.row
    status, ended = status_of(row), row.get("ended", "")
    if ended and status in ("continued", "ended", "stopped"):
        writer.say(f"experiment.state.{status}", date=date(ended, report.language))
    else:
        writer.say(f"experiment.point.{status}")
    reason = report.local(row, "stop_reason")
    if reason:
        writer.say("experiment.state.reason", text=reason)
    elif decision := _decision(report):
        writer.say("experiment.state.decision", text=decision)
    else:
        writer.say("experiment.state.no_reason")
    outputs = report.rows("outputs")
    if outputs.empty:
        writer.say("experiment.no_outputs")
        return
    writer.listed(
        writer.sentence(
            "experiment.state.output",
            kind=report.word("output", row["kind"]), text=report.local(row, "text"),
        )
        for _, row in outputs.iterrows()
    )  # fmt: skip


def _decision(report: Experiment) -> str:
    """What was decided when the last phase was left."""
    log = report.rows("phase_log")
    if log.empty:
        return ""
    return report.local(log.sort_values("entered", kind="stable").iloc[-1], "decision")
