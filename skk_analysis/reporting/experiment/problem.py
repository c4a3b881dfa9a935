"""Section 1: the problem, whom it concerns, where and how many, and the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.reporting.experiment.amounts import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The problem in the team's words, the target group, and the filled fields of the canvas."""
    row = report.row
    problem = report.local(row, "problem")
    writer.say("experiment.problem" if problem else "experiment.no_problem", **_text(problem))
    facts: list[tuple[Cell, ...]] = [
        (writer.text("experiment.fact.who"), report.local(row, "target_group") or _empty(writer)),
        (writer.text("experiment.fact.where"), _where(report, writer)),
    ]
    goal = _goal(report)
    facts.append((writer.text("experiment.fact.goal"), goal or writer.text("experiment.no_goal")))
    columns = [writer.text("table.fact"), writer.text("table.content")]
    writer.table("experiment_target", columns, facts)
    _size(report, writer)
    _canvas(report, writer)


def _text(words: str) -> dict[str, str]:
    return {"text": words} if words else {}


def _empty(writer: Writer) -> str:
    return writer.text("experiment.not_recorded")


def _where(report: Experiment, writer: Writer) -> str:
    areas = [code for code in report.row.get("target_areas", "").split(";") if code]
    if not areas:
        return writer.text("experiment.whole_city", city=report.city)
    return writer.text("experiment.areas", codes=", ".join(areas))


def _size(report: Experiment, writer: Writer) -> None:
    told = pd.to_numeric(report.row.get("target_size", ""), errors="coerce")
    if pd.isna(told):
        writer.say("experiment.no_size")
    else:
        few = told < report.data.policy.minimum_group
        size = count("target.size", float(told), "persons")
        writer.say("experiment.size", size=writer.text("experiment.tests.few") if few else size)


def _goal(report: Experiment) -> str:
    goals = report.rows("goals")
    if goals.empty or not report.row.get("goal_id"):
        return ""
    mine = goals[goals["id"] == report.row["goal_id"]]
    return report.local(mine.iloc[0], "goal") if len(mine) else ""


def _canvas(report: Experiment, writer: Writer) -> None:
    canvas, fields = report.rows("canvas"), report.rows("canvas_fields")
    if canvas.empty or fields.empty:
        writer.say("experiment.no_canvas")
        return
    filled = canvas.set_index("field")
    rows: list[tuple[Cell, ...]] = []
    empty = []
    for _, field in fields.iterrows():
        name = report.local(field, "name")
        words = (
            report.local(filled.loc[field["key"]], "text") if field["key"] in filled.index else ""
        )
        if field["key"] == "indikaattorit" and words:
            words = report.outcome if words == report.data.inputs.outcome else words
        if words:
            rows.append((name, words))
        else:
            empty.append(name)
    columns = [writer.text("experiment.canvas.field"), writer.text("table.content")]
    writer.table("experiment_canvas", columns, rows)
    if empty:
        writer.say("experiment.canvas.empty", names="; ".join(empty))
