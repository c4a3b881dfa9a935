"""Section 13: conditions, cost, owner, decision and next step of spreading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures.prose import Part
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
    texts = {
        "conditions": report.local(row, "conditions"),
        "owner": report.local(row, "owner"),
        "decision": _joined(report.local(row, "decision"), decided),
        "next_step": report.local(row, "next_step"),
    }
    told = [
        (writer.text(f"experiment.scaling.{key}"), words or empty) for key, words in texts.items()
    ]
    writer.table(
        "experiment_scaling", [writer.text("table.fact"), writer.text("table.content")], told
    )
    numbers = _numbers(report, writer, row)
    writer.listed(
        writer.sentence("experiment.scaling.number", name=name, number=number)
        for name, number in numbers.items()
    )
    lacking = [name for name, words in told if words == empty]
    lacking += [name for name, number in numbers.items() if number == empty]
    if lacking:
        writer.say("experiment.scaling.lacking", names="; ".join(lacking))


def _numbers(report: Experiment, writer: Writer, row: pd.Series) -> dict[str, Part]:
    """Reach, adoption, maintenance and cost by their names."""
    empty = writer.text("experiment.not_recorded")
    found = {
        "reach": _reach(report, writer),
        "adoption": _number(row, "adoption", empty),
        "maintenance": _number(row, "maintenance_months", empty),
        "cost": _cost(row, empty),
    }
    return {writer.text(f"experiment.scaling.{key}"): number for key, number in found.items()}


def _joined(decision: str, decided: str) -> str:
    return f"{decision[:1].upper()}{decision[1:]} ({decided})" if decision and decided else decision


def _reach(report: Experiment, writer: Writer) -> Part:
    if report.reach != report.reach:
        return writer.text("experiment.not_recorded")
    if report.reach < report.data.policy.minimum_group:
        return writer.text("experiment.tests.few")
    return count("scaling.reach", report.reach, "persons")


def _number(row: pd.Series, name: str, empty: str) -> Part:
    told = pd.to_numeric(row.get(name, "") or None, errors="coerce")
    return empty if told is None or pd.isna(told) else count(f"scaling.{name}", float(told))


def _cost(row: pd.Series, empty: str) -> Part:
    told = pd.to_numeric(row.get("cost_eur_year", "") or None, errors="coerce")
    return empty if told is None or pd.isna(told) else euros("scaling.cost_year", float(told))
