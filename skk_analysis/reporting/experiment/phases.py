"""Section 5: the double diamond in time, its evidence, milestones and the workshops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.figures.double_diamond import double_diamond, milestones_of
from skk_analysis.language import Missing, date
from skk_analysis.monitoring.milestones import milestone_counts, milestones_on
from skk_analysis.monitoring.phases import PhaseHistory, phase_history
from skk_analysis.monitoring.workshops import workshop_attendance
from skk_analysis.reporting.experiment.amounts import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The phases drawn and told, what was late, and which workshops the team came to."""
    log = report.rows("phase_log")
    if log.empty:
        writer.say("experiment.no_phases")
    else:
        _phases(report, writer, phase_history(log))
    _milestones(report, writer)
    _workshops(report, writer)


def _phases(report: Experiment, writer: Writer, history: PhaseHistory) -> None:
    names = {phase: report.named("phases", "key", phase) for phase in history.phases}
    milestones = report.rows("milestones")
    drawn = []
    if not milestones.empty:
        table = milestones_on(milestones)
        drawn = milestones_of(table, [report.local(row, "name") for _, row in table.iterrows()])

    def draw(language: str, *, caption: str, topic: str):
        return double_diamond(history, names, drawn, language, caption=caption, topic=topic)

    writer.figure("experiment_phases", draw)
    rows: list[tuple[Cell, ...]] = []
    empty = writer.text("experiment.not_recorded")
    for _, phase in history.by_phase().iterrows():
        mine = history.stays[history.stays["phase"] == phase["phase"]]
        told = [report.local(stay, "evidence") for _, stay in mine.iterrows()]
        decided = [report.local(stay, "decision") for _, stay in mine.iterrows()]
        rows.append(
            (
                names[phase["phase"]],
                count(f"phases.{phase['phase']}.visits", phase["visits"]),
                count(f"phases.{phase['phase']}.days", phase["days"], "days"),
                "; ".join(dict.fromkeys(filter(None, told))) or empty,
                " ".join(filter(None, decided)) or "–",
            )
        )  # fmt: skip
    columns = [
        writer.text(f"experiment.phases.{key}")
        for key in ("phase", "visits", "days", "evidence", "decision")
    ]
    writer.table("experiment_phases", columns, rows, wide=True)
    returns = len(history.returns)
    if returns:
        writer.say("experiment.phases.returned", returns=count("phases.returns", returns))


def _milestones(report: Experiment, writer: Writer) -> None:
    milestones = report.rows("milestones")
    if milestones.empty:
        writer.say("experiment.no_milestones")
        return
    table = milestones_on(milestones)
    counts = milestone_counts(table)
    writer.say(
        "experiment.milestones.counts",
        **{key: count(f"milestones.{key}", counts[key]) for key in ("on_time", "late", "stopped")},
    )
    late = table[table["state"].isin(["late", "stopped", "overdue"])]
    writer.listed(
        writer.sentence(
            "experiment.milestones.reason",
            name=report.local(row, "name"),
            reason=report.local(row, "reason") or writer.text("experiment.not_recorded"),
        )
        for _, row in late.iterrows()
    )


def _workshops(report: Experiment, writer: Writer) -> None:
    attendance, workshops = report.rows("attendance"), report.rows("workshops")
    if attendance.empty or workshops.empty:
        writer.say("experiment.no_workshops")
        return
    found = workshop_attendance(attendance, workshops, [report.row["city_code"]])
    cells = found.grid.iloc[0]
    rows: list[tuple[Cell, ...]] = [
        (date(str(row["date"]), report.language), _present(report, writer, row["workshop"], cells))
        for _, row in found.by_workshop.iterrows()
    ]
    columns = [writer.text("table.date"), writer.text("experiment.workshops.present")]
    writer.table("experiment_workshops", columns, rows, city=report.city)


def _present(report: Experiment, writer: Writer, workshop: str, cells) -> Cell:
    there = cells[workshop]
    if there != there:
        return Missing("not_received")
    if there == 0:
        return writer.text("experiment.workshops.absent")
    if there < report.data.policy.minimum_count:
        return Missing("protected")
    return count(f"workshops.{workshop}", there, "persons")
