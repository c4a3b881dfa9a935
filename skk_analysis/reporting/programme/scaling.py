"""Section 9: what goes on, and whether its conditions, owner and cost are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis import monitoring as m
from skk_analysis.figures import Cell, GridCell, Key, cell_grid
from skk_analysis.language import Missing
from skk_analysis.reporting.programme.common import (
    count,
    euros,
    figure,
    grade_cell,
    heads,
    listed_experiments,
    need,
    people_of,
)
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport

TOLD, BAD, UNTOLD = "told", "bad", "untold"


def write(report: ProgrammeReport, writer: Writer) -> None:
    """The RE-AIM profile, then what every decision needs, then those that lack it."""
    if need(report, writer, "scaling") is None:
        return
    profile = report.analysis.scaling
    if profile is None:
        writer.say("programme.missing.experiments")
        return
    _profile(report, writer, profile)
    _demands(report, writer, profile)


def _profile(report: ProgrammeReport, writer: Writer, profile: m.ScalingProfile) -> None:
    columns = [writer.text(f"programme.reaim.{name}") for name in m.REAIM]
    cells = {}
    for name, row in profile.table.iterrows():
        told = profile.told(str(name))
        for part, column in zip(m.REAIM, columns, strict=True):
            cells[report.experiments[str(name)], column] = _cell(
                report, writer, str(name), part, row, told[part]
            )
    keys = {
        TOLD: Key(writer.text("programme.reaim_told"), "", "#d3e3f0"),
        BAD: Key(writer.text("programme.reaim_bad"), "", "#f6dccd", "//"),
        UNTOLD: Key(writer.text("programme.reaim_untold"), "?", "white"),
    }
    rows = [report.experiments[str(name)] for name in profile.table.index]
    heading = writer.text("table.programme.experiment")
    figure(writer, "programme.reaim", cell_grid, rows, columns, cells, keys=keys, heading=heading)
    writer.say("programme.reaim.reading", months=str(m.MAINTAINED_MONTHS))


def _cell(
    report: ProgrammeReport, writer: Writer, name: str, part: str, row: pd.Series, told: bool
) -> GridCell:
    if not told:
        return GridCell("?", UNTOLD, Missing("not_received"))
    if part == "effectiveness":
        direction = str(row["effectiveness"])
        word = writer.text(f"programme.direction.{direction}")
        symbol = {"favourable": "▲", "unfavourable": "▼", "open": "○"}[direction]
        return GridCell(symbol, TOLD if direction == "favourable" else BAD, word)
    if part == "implementation":
        return GridCell("✓", TOLD, writer.text("programme.described"))
    column = "maintenance_months" if part == "maintenance" else part
    record, value = f"programme.reaim.{name}.{part}", float(row[column])
    smallest = report.data.policy.minimum_group
    number = people_of(report, record, value, smallest) if part == "reach" else count(record, value)
    good = bool(row["maintained"]) if part == "maintenance" else row[column] > 0
    return GridCell(number.shown(report.language), TOLD if good else BAD, number)


def _demands(report: ProgrammeReport, writer: Writer, profile: m.ScalingProfile) -> None:
    writer.subheading("section.programme.scaling.demands")
    scaling = report.table("scaling")
    assert scaling is not None
    told = m.until(scaling, report.year, "decided").set_index("experiment")
    body: list[tuple[Cell, ...]] = []
    for name, row in profile.table.iterrows():
        source = told.loc[name] if name in told.index else pd.Series(dtype=str)
        cost = float(row["cost_eur_year"]) if pd.notna(row["cost_eur_year"]) else math.nan
        words = [
            localised(source, field, report.language) or "–"
            for field in ("decision", "conditions", "owner")
        ]
        body.append(
            (
                report.experiments[str(name)],
                *words,
                euros(f"programme.scaling.{name}.cost", cost),
                grade_cell(report, writer, str(name)),
                _lacking(writer, row),
            )
        )
    columns = heads(writer, "experiment", "decision", "conditions", "owner", "cost_year")
    columns += heads(writer, "security", "lacking")
    writer.table("programme.scaling", columns, body, wide=True)
    key = "programme.scaling.slogans" if profile.slogans else "programme.scaling.no_slogans"
    shown = {"names": listed_experiments(report, profile.slogans)} if profile.slogans else {}
    writer.say(key, **shown)
    weak = [
        name
        for name in profile.table.index[profile.table["going_on"].astype(bool)]
        if report.analysis.directions.get(str(name)) != "favourable"
    ]
    if weak:
        writer.say("programme.scaling.weak", names=listed_experiments(report, map(str, weak)))


def _lacking(writer: Writer, row: pd.Series) -> str:
    """What a decision to go on still lacks; of one that ended nothing is asked."""
    if not row["going_on"]:
        return writer.text("programme.scaling.ended")
    missing = [writer.text(f"programme.demand.{name}") for name in row["missing"]]
    return "; ".join(missing) or writer.text("programme.scaling.nothing_lacking")
