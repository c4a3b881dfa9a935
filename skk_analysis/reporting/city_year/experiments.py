"""Section 10: what the experiments did by the end of the year: monitoring, not effects."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - `date` is the form below
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.figures.canvas_page import Field
from skk_analysis.figures.canvas_page import canvas_page as draw_canvas
from skk_analysis.figures.double_diamond import Milestone, double_diamond
from skk_analysis.figures.roadmap import Step, roadmap
from skk_analysis.language import Missing, Quantity, date, joined
from skk_analysis.monitoring import (
    canvas_completeness,
    canvas_page,
    milestones_on,
    phase_history,
    roadmap_on,
    summarise_tests,
)
from skk_analysis.reporting.city_year import reviews
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def write(report: CityYear, writer: Writer) -> None:
    """Progress, phases, milestones, reviews by the criteria, canvas and roadmap."""
    rows = shown(report)
    if rows.empty:
        writer.say("experiments.none", city=report.city, year=str(report.year))
        return
    writer.say(
        "experiments.introduction",
        count=count("experiments.count", len(rows), report),
        day=date(last_day(report).isoformat(), report.language),
    )
    _progress(report, writer, rows)
    _phases(report, writer, rows)
    _delays(report, writer, rows)
    reviews.write(report, writer, rows)
    _canvas(report, writer, rows)
    _roadmap(report, writer, rows)


def last_day(report: CityYear) -> Date:
    """The day as of which the report tells: the last one of its year."""
    return Date(report.year, 12, 31)


def shown(report: CityYear) -> pd.DataFrame:
    """The experiments that had begun their first phase or their work by the end of the year."""
    rows = report.data.register.get("experiments", pd.DataFrame(columns=["id", "started"]))
    log = table_of(report, "phase_log")
    day = last_day(report).isoformat()
    begun = set(log.loc[log["entered"] <= day, "experiment"]) if len(log) else set()
    started = (rows["started"] != "") & (rows["started"] <= day)
    return rows[rows["id"].isin(begun) | started].reset_index(drop=True)


def table_of(report: CityYear, name: str, until: str = "") -> pd.DataFrame:
    """A register table, empty where there is none; of a dated one the rows of the year's end."""
    table = report.data.register.get(name)
    if table is None:
        return pd.DataFrame(columns=["experiment"])
    if until:
        day = last_day(report).isoformat()
        return table[(table[until] == "") | (table[until] <= day)].reset_index(drop=True)
    return table


def count(name: str, value: float, report: CityYear) -> Quantity:
    """A count with its id."""
    return Quantity(name, float(value), "count", year=report.year)


def state_of(row: pd.Series, day: Date) -> str:
    """How an experiment stands on a day; the register's status is what came of it in the end."""
    if not row["started"] or row["started"] > day.isoformat():
        return "preparing"
    if row["ended"] and row["ended"] <= day.isoformat():
        return str(row["status"]) if row["status"] in ("ended", "stopped", "continued") else "ended"
    return "running"


def _of(table: pd.DataFrame, experiment: str) -> pd.DataFrame:
    return table[table["experiment"] == experiment].reset_index(drop=True)


def _progress(report: CityYear, writer: Writer, rows: pd.DataFrame) -> None:
    day = last_day(report)
    log, tests = table_of(report, "phase_log"), table_of(report, "tests", "date")
    cells: list[list[Cell]] = []
    for _, row in rows.iterrows():
        name = str(row["id"])
        line: list[Cell] = [
            localised(row, "name", report.language),
            writer.text(f"experiments.state.{state_of(row, day)}"),
            _phase_now(report, writer, _of(log, name)),
            _period(report, row),
        ]
        mine = _of(tests, name)
        found = summarise_tests(mine).set_index("kind").loc["all"] if len(mine) else None
        for key in ("tests", "changed"):
            line.append(
                count(f"progress.{name}.{key}", found[key] if found is not None else 0, report)
            )
        line += _milestone_cells(report, name)
        cells.append(line)
    keys = ("state", "phase", "period", "tests", "changed", "milestones", "on_time", "late")
    columns = [writer.text("monitoring.column.experiment")]
    columns += [writer.text(f"monitoring.column.{key}") for key in keys]
    writer.table("experiments_progress", columns, cells, wide=True, year=str(report.year))
    stopped = [row for _, row in rows.iterrows() if state_of(row, day) == "stopped"]
    if stopped:
        writer.listed(
            writer.sentence(
                "experiments.stopped",
                name=localised(row, "name", report.language),
                day=date(row["ended"], report.language),
                reason=localised(row, "stop_reason", report.language)
                or writer.text("experiments.no_reason"),
            )
            for row in stopped
        )


def _phase_now(report: CityYear, writer: Writer, log: pd.DataFrame) -> str:
    if log.empty:
        return "–"
    history = phase_history(log, on=last_day(report))
    if history.current is None:
        return writer.text("experiments.phases_gone")
    return _phase_name(report, history.current)


def _phase_name(report: CityYear, key: str) -> str:
    phases = table_of(report, "phases")
    known = phases[phases["key"] == key] if len(phases) else phases
    return localised(known.iloc[0], "name", report.language) if len(known) else key.capitalize()


def _period(report: CityYear, row: pd.Series) -> str:
    day = last_day(report).isoformat()
    start = date(row["started"], report.language) if row["started"] else ""
    end = date(row["ended"], report.language) if row["ended"] and row["ended"] <= day else ""
    return f"{start}–{end}" if start and row["started"] <= day else "–"


def _milestone_cells(report: CityYear, name: str) -> list[Cell]:
    mine = _of(table_of(report, "milestones"), name)
    if mine.empty:
        return [Missing("not_received")] * 3
    states = milestones_on(mine, last_day(report))["state"]
    figures = {
        "milestones": len(mine), "on_time": int((states == "on_time").sum()),
        "late": int((states.isin(["late", "overdue", "stopped"])).sum()),
    }  # fmt: skip
    return [count(f"progress.{name}.{key}", value, report) for key, value in figures.items()]


def _phases(report: CityYear, writer: Writer, rows: pd.DataFrame) -> None:
    """Each experiment's way through the double diamond as a figure, milestones on it."""
    log, milestones = table_of(report, "phase_log"), table_of(report, "milestones")
    drawn = False
    for _, row in rows.iterrows():
        name = str(row["id"])
        mine = _of(log, name)
        history = phase_history(mine, on=last_day(report)) if len(mine) else None
        if history is None or history.stays.empty:
            continue
        title = localised(row, "name", report.language)
        caption, topic = _captioned(writer, "figure.caption.phases", f"{name}.phases", title)
        writer.parts.append(
            double_diamond(
                history,
                {key: _phase_name(report, key) for key in history.phases},
                _marked(report, _of(milestones, name)),
                report.language,
                caption=caption,
                topic=topic,
                record=f"progress.{name}",
            )
        )
        drawn = True
    writer.say("experiments.phases_reading" if drawn else "experiments.no_phases")


def _captioned(writer: Writer, key: str, numbered: str, name: str) -> tuple[str, str]:
    """Caption and topic of a figure that there is one of for each experiment."""
    topic = writer.text(key, name=name)
    number = writer.text("figure.number", number=str(writer.numbering.of("figure", numbered)))
    return f"{number} {topic}", topic


def _marked(report: CityYear, rows: pd.DataFrame) -> list[Milestone]:
    """The milestones as of the year's end."""
    if rows.empty:
        return []
    return [
        Milestone(
            localised(row, "name", report.language),
            row["planned"],
            row["actual"] if row["actual"] and row["actual"] <= last_day(report) else None,
            row["state"] == "stopped",
        )
        for _, row in milestones_on(rows, last_day(report)).iterrows()
    ]


def _delays(report: CityYear, writer: Writer, rows: pd.DataFrame) -> None:
    """Milestones reached late, overdue or stopped by the year's end, with the reasons given."""
    milestones = table_of(report, "milestones")
    names = {str(row["id"]): localised(row, "name", report.language) for _, row in rows.iterrows()}
    told = []
    if len(milestones):
        states = milestones_on(milestones, last_day(report))
        for _, row in states[states["state"].isin(["late", "overdue", "stopped"])].iterrows():
            if row["experiment"] in names:
                told.append((row, names[row["experiment"]]))
    if not told:
        return
    writer.subheading("section.experiments.delays")
    writer.listed(
        writer.sentence(
            f"experiments.milestone.{row['state']}",
            name=name,
            milestone=localised(row, "name", report.language),
            planned=date(row["planned"].isoformat(), report.language) if row["planned"] else "–",
            reason=localised(row, "reason", report.language)
            or writer.text("experiments.no_reason"),
        )
        for row, name in told
    )


def _canvas(report: CityYear, writer: Writer, rows: pd.DataFrame) -> None:
    fields, canvas = table_of(report, "canvas_fields"), table_of(report, "canvas")
    writer.subheading("section.experiments.canvas")
    names = {str(row["id"]): localised(row, "name", report.language) for _, row in rows.iterrows()}
    found = canvas_completeness(fields, canvas) if len(fields) and len(canvas) else pd.DataFrame()
    found = found[found["experiment"].isin(names)] if len(found) else found
    if found.empty:
        writer.say("experiments.no_canvas")
        return
    titles = {row["key"]: localised(row, "name", report.language) for _, row in fields.iterrows()}
    cells: list[tuple[Cell, ...]] = []
    for _, row in found.iterrows():
        empty = [titles[key] for key in row["empty"].split(";") if key]
        cells.append((
            names[row["experiment"]],
            count(f"canvas.{row['experiment']}.filled", row["filled"], report),
            count(f"canvas.{row['experiment']}.fields", row["fields"], report),
            "; ".join(empty) or "–",
        ))  # fmt: skip
    keys = ("experiment", "filled", "fields", "empty")
    columns = [writer.text(f"monitoring.column.{key}") for key in keys]
    writer.table("experiments_canvas", columns, cells, wide=True)
    writer.say("experiments.canvas_reading")
    _pages(report, writer, fields, canvas, names)
    wrong = found[found["contradicted"] != ""]
    if len(wrong):
        writer.listed(
            writer.sentence(
                "experiments.canvas_contradicted",
                name=names[row["experiment"]],
                fields=joined([titles[k] for k in row["contradicted"].split(";")], report.language),
            )
            for _, row in wrong.iterrows()
        )


def _pages(report, writer, fields, canvas, names: dict[str, str]) -> None:
    """Each canvas drawn as a page, its empty fields among them."""
    for name, title in names.items():
        page = canvas_page(fields, canvas, city=report.data.city.code, experiment=name)
        if not page["filled"].any():
            continue
        drawn = [
            Field(localised(row, "name", report.language), localised(row, "text", report.language))
            for _, row in page.iterrows()
        ]
        caption, topic = _captioned(writer, "figure.caption.canvas", f"{name}.canvas", title)
        writer.parts.append(draw_canvas(drawn, report.language, caption=caption, topic=topic))


def _roadmap(report: CityYear, writer: Writer, rows: pd.DataFrame) -> None:
    writer.subheading("section.experiments.roadmap")
    names = {str(row["id"]): localised(row, "name", report.language) for _, row in rows.iterrows()}
    table = table_of(report, "roadmap")
    steps = roadmap_on(table, last_day(report)) if len(table) else table
    steps = steps[steps["experiment"].isin(names)]
    if steps.empty:
        writer.say("experiments.no_roadmap")
        return
    drawn = [
        Step(
            names[row["experiment"]],
            localised(row, "step", report.language),
            localised(row, "owner", report.language),
            Date.fromisoformat(row["due"]) if row["due"] else None,
            row["state"],
            int(row["days_late"]),
        )
        for _, row in steps.iterrows()
    ]

    def draw(steps, language: str, *, caption: str, topic: str):
        return roadmap(steps, last_day(report), language, caption=caption, topic=topic)

    writer.figure("roadmap", draw, drawn, city=report.city, year=str(report.year))
    late = int((steps["state"] == "overdue").sum())
    key = "experiments.overdue" if late else "experiments.none_overdue"
    shown_ = {"count": count("roadmap.overdue", late, report)} if late else {}
    writer.say(key, day=date(last_day(report).isoformat(), report.language), **shown_)
