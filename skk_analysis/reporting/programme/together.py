"""Section 5: all experiments together, those that were stopped too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis import monitoring as m
from skk_analysis.figures import Cell, GridCell, Key, cell_grid
from skk_analysis.language import Quantity, date
from skk_analysis.monitoring.stages import FEWEST_OF_A_STAGE
from skk_analysis.reporting.programme.common import (
    count,
    figure,
    heads,
    listed_experiments,
    need,
    share,
)
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport

STATUS = {
    "continued": ("▶", "#cfe3d8", ""),
    "ended": ("■", "#d3e3f0", ""),
    "stopped": ("✕", "#f6dccd", "//"),
    "running": ("…", "#fdf3d8", ""),
}
"""Symbol, tint and hatch by what became of an experiment."""

STAGE_KEYS = {"ehkäisevä": "preventive", "varhainen": "early", "korjaava": "corrective"}


def write(report: ProgrammeReport, writer: Writer) -> None:
    """Experiments × dimensions, goals, stages, the stopped ones, and who worked with whom."""
    if report.analysis.experiments.empty:
        writer.say("programme.missing.experiments")
        return
    _map(report, writer)
    _goals(report, writer)
    _stages(report, writer)
    _stopped(report, writer)
    _cooperation(report, writer)


def status_of(row) -> str:
    """What had become of an experiment; the slice holds the state at the end of the year."""
    return row["status"] if row["status"] in STATUS else "ended"


def _map(report: ProgrammeReport, writer: Writer) -> None:
    rows: list[str] = []
    cells: dict[tuple[str, str], GridCell] = {}
    for _, row in report.analysis.experiments.iterrows():
        name = f"{report.experiments[row['id']]} ({report.city(row['city_code'])})"
        rows.append(name)
        status = status_of(row)
        column = report.dimensions.get(row["dimension"])
        if column:
            word = writer.text(f"programme.status.{status}")
            cells[name, column] = GridCell(STATUS[status][0], status, word)
    keys = {
        name: Key(writer.text(f"programme.status.{name}"), *looks) for name, looks in STATUS.items()
    }
    heading = writer.text("table.programme.experiment")
    columns = list(report.dimensions.values())
    figure(writer, "programme.map", cell_grid, rows, columns, cells, keys=keys, heading=heading)
    reached = set(report.analysis.experiments["dimension"])
    empty = [name for key, name in report.dimensions.items() if key not in reached]
    if empty:
        writer.say("programme.map.empty", dimensions="; ".join(empty))


def _goals(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.together.goals")
    goals = need(report, writer, "goals")
    if goals is None:
        return
    experiments = report.analysis.experiments
    body = [
        (
            localised(row, "goal", report.language),
            report.city(row["city_code"]),
            listed_experiments(report, experiments.loc[experiments["goal_id"] == row["id"], "id"]),
        )
        for _, row in goals.iterrows()
    ]
    writer.table("programme.goals", heads(writer, "goal", "city", "experiments"), body, wide=True)
    without = experiments.loc[experiments["goal_id"] == "", "id"]
    if len(without):
        writer.say("programme.goals.without", names=listed_experiments(report, without))


def _stages(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.together.stages")
    found = m.stage_table(report.analysis.experiments, report.analysis.directions)
    counted = ("experiments", "continued", "ended", "stopped", "favourable", "unfavourable", "open")
    body: list[tuple[Cell, ...]] = [
        (
            writer.text(f"programme.stage.{STAGE_KEYS.get(row['stage'], 'unknown')}"),
            *(count(f"programme.stage.{place}.{name}", row[name]) for name in counted),
        )
        for place, row in enumerate(found.table.to_dict("records"), start=1)
    ]
    columns = [*heads(writer, "stage"), *heads(writer, *(f"n_{name}" for name in counted))]
    writer.table("programme.stages", columns, body, wide=True)
    if found.early_share == found.early_share:
        early = share("programme.early_share", found.early_share)
        writer.say("programme.stages.early", share=early)
    if not found.testable:
        writer.say("programme.stages.not_testable", needed=str(FEWEST_OF_A_STAGE))


def _stopped(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.together.stopped")
    rows = report.analysis.experiments
    ended = rows[[status_of(row) == "stopped" for _, row in rows.iterrows()]]
    if ended.empty:
        writer.say("programme.stopped.none")
        return
    body = [
        (
            report.experiments[row["id"]],
            report.city(row["city_code"]),
            date(row["ended"], report.language),
            localised(row, "stop_reason", report.language)
            or writer.text("programme.stopped.no_reason"),
        )
        for _, row in ended.iterrows()
    ]
    columns = heads(writer, "experiment", "city", "ended", "reasons")
    writer.table("programme.stopped", columns, body, wide=True)


def _cooperation(report: ProgrammeReport, writer: Writer) -> None:
    writer.subheading("section.programme.together.cooperation")
    partners = need(report, writer, "partners")
    if partners is None:
        return
    found = m.cooperation_of(partners, report.analysis.experiments)
    names = {str(group): _group(writer, str(group)) for group in found.matrix.index}
    cells = {}
    most = max(int(found.matrix.to_numpy().max()), 1)
    for one in found.matrix.index:
        for other in found.matrix.columns:
            number = int(found.matrix.loc[[one], [other]].to_numpy()[0, 0])
            record = f"programme.cooperation.{one}.{other}"
            quantity = Quantity(record, float(number), "count")
            depth = 0 if not number else 1 + min(2, 3 * (number - 1) // most)
            cells[names[one], names[other]] = GridCell(str(number), f"depth_{depth}", quantity)
    tints = ("white", "#e6eef5", "#c3d8ea", "#94c0e0")
    keys = {
        f"depth_{d}": Key(writer.text(f"programme.together_{d}"), "", tint)
        for d, tint in enumerate(tints)
    }
    listed = list(names.values())
    heading = writer.text("table.programme.group")
    figure(
        writer, "programme.cooperation", cell_grid, listed, listed, cells, keys=keys,
        heading=heading,
    )  # fmt: skip
    crossing = share("programme.cross_share", found.cross_share)
    writer.say("programme.cooperation.cross", share=crossing)
    if found.sole:
        writer.say("programme.cooperation.sole", names=listed_experiments(report, found.sole))
    _actors(writer, partners[partners["experiment"].isin(report.experiments)])


def _actors(writer: Writer, partners: pd.DataFrame) -> None:
    """How many actors and sectors each group has."""
    body = [
        (
            _group(writer, row["group"]),
            count(f"programme.partners.{row['group']}", row["partners"]),
            count(f"programme.sectors.{row['group']}", len(row["sectors"])),
        )
        for row in m.partners_by_group(partners).to_dict("records")
    ]
    writer.table("programme.actors", heads(writer, "group", "actors", "sectors"), body)


GROUP_KEYS = {
    "kaupunki": "city",
    "asukkaat": "residents",
    "yritykset": "companies",
    "korkeakoulut": "universities",
    "järjestöt": "organisations",
}


def _group(writer: Writer, group: str) -> str:
    return writer.text(f"programme.group.{GROUP_KEYS[group]}") if group in GROUP_KEYS else group
