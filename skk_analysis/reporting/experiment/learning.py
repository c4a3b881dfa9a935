"""Section 12: five things that an experiment can do besides having an effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.language import date
from skk_analysis.monitoring.learning import learning_tasks
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The five tasks with evidence, and what of the findings was taken into use."""
    rows = report.rows("learning")
    if rows.empty:
        writer.say("experiment.no_learning")
    table = learning_tasks(rows if len(rows) else None)
    told: list[tuple[Cell, ...]] = [
        (
            writer.text(f"experiment.task.{row['task']}"),
            writer.text(f"experiment.task.state_{row['state']}"),
            report.local(row, "evidence") or "–",
        )
        for _, row in table.iterrows()
    ]
    columns = [writer.text(f"experiment.task.{key}") for key in ("name", "state", "evidence")]
    writer.table("experiment_tasks", columns, told)
    _uses(report, writer)


def _uses(report: Experiment, writer: Writer) -> None:
    uses = report.rows("uses")
    if uses.empty:
        writer.say("experiment.no_uses")
        return
    told: list[tuple[Cell, ...]] = [
        (
            report.local(row, "finding"),
            report.local(row, "change") or writer.text("experiment.uses.unused"),
            date(row.get("date", ""), report.language) or "–",
        )
        for _, row in uses.iterrows()
    ]
    columns = [writer.text(f"experiment.uses.{key}") for key in ("finding", "change", "date")]
    writer.table("experiment_uses", columns, told)
