"""Section 13: conditions, cost, owner, decision and next step of spreading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.impact.evaluate_experiment import SMALLEST_GROUP
from skk_analysis.language import date
from skk_analysis.reporting.experiment.amounts import count, euros
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The row of the scaling table, each empty field named."""
    rows = report.rows("scaling")
    if rows.empty:
        writer.say("experiment.no_scaling")
        return
    row = rows.iloc[0]
    empty = writer.text("experiment.not_recorded")
    decided = date(row.get("decided", ""), report.language)
    decision = report.local(row, "decision")
    told: list[tuple[Cell, ...]] = [
        (writer.text("experiment.scaling.reach"), _reach(report, writer)),
        (writer.text("experiment.scaling.adoption"), _number(row, "adoption", empty)),
        (writer.text("experiment.scaling.maintenance"), _number(row, "maintenance_months", empty)),
        (writer.text("experiment.scaling.conditions"), report.local(row, "conditions") or empty),
        (writer.text("experiment.scaling.cost"), _cost(row, empty)),
        (writer.text("experiment.scaling.owner"), report.local(row, "owner") or empty),
        (writer.text("experiment.scaling.decision"), _joined(decision, decided) or empty),
        (writer.text("experiment.scaling.next_step"), report.local(row, "next_step") or empty),
    ]
    writer.table(
        "experiment_scaling", [writer.text("table.fact"), writer.text("table.content")], told
    )
    lacking = [str(name) for name, content in told if content == empty]
    if lacking:
        writer.say("experiment.scaling.lacking", names="; ".join(lacking))


def _joined(decision: str, decided: str) -> str:
    return f"{decision[:1].upper()}{decision[1:]} ({decided})" if decision and decided else decision


def _reach(report: Experiment, writer: Writer) -> Cell:
    if report.reach != report.reach:
        return writer.text("experiment.not_recorded")
    if report.reach < SMALLEST_GROUP:
        return writer.text("experiment.tests.few")
    return count("scaling.reach", report.reach, "persons")


def _number(row: pd.Series, name: str, empty: str) -> Cell:
    told = pd.to_numeric(row.get(name, "") or None, errors="coerce")
    return empty if told is None or pd.isna(told) else count(f"scaling.{name}", float(told))


def _cost(row: pd.Series, empty: str) -> Cell:
    told = pd.to_numeric(row.get("cost_eur_year", "") or None, errors="coerce")
    return empty if told is None or pd.isna(told) else euros("scaling.cost_year", float(told))
