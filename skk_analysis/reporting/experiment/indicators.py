"""Section 8: the indicators: agreed beforehand?, target, baseline, latest figure, change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell, Limits
from skk_analysis.language import Missing, date
from skk_analysis.reporting.experiment.amounts import change, level
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The main indicator; one row because there is one, named before the outcome."""
    outcome = report.data.inputs.outcome
    if not outcome or not report.data.inputs.indicator:
        writer.say("experiment.refusal.no_indicator")
        return
    choice = _choice(report)
    before, after = _levels(report)
    none = Missing("not_applicable")
    moved = change(report) if report.dossier.estimated else None
    row: tuple[Cell, ...] = (
        report.outcome,
        _target(report, writer, choice),
        before or Missing("not_received"),
        after or Missing("not_received"),
        moved or none,
        Limits(moved) if moved else none,
    )
    names = ("name", "target", "baseline", "latest", "change", "interval")
    columns = [writer.text(f"experiment.indicators.{name}") for name in names]
    writer.table("experiment_indicator", columns, [row], wide=True)
    writer.say("experiment.indicators.agreed", agreed=_agreed(report, writer))
    definition = localised(report.data.inputs.indicator, "definition", report.language)
    if definition:
        writer.say("experiment.indicators.definition", text=definition.rstrip("."))
    writer.say("experiment.indicators.reading")


def _choice(report: Experiment) -> pd.Series | None:
    rows = report.rows("indicator_choices")
    mine = rows[rows["indicator"] == report.data.inputs.outcome] if "indicator" in rows else rows
    return mine.iloc[0] if len(mine) else None


def _agreed(report: Experiment, writer: Writer) -> str:
    """Whether the indicator was chosen before anybody could know the outcome, by the dates."""
    table = report.marks.table
    if table.empty:
        return writer.text("experiment.indicators.not_chosen")
    mark = table.loc[report.data.inputs.outcome]
    if mark["status"] == "not_chosen" or not mark["chosen_on"]:
        key = "not_chosen" if mark["status"] == "not_chosen" else "undated"
        return writer.text(f"experiment.indicators.{key}")
    day = date(mark["chosen_on"], report.language)
    return writer.text(f"experiment.indicators.{mark['status']}", date=day)


def _target(report: Experiment, writer: Writer, choice: pd.Series | None) -> Cell:
    told = (
        pd.to_numeric(choice.get("target_value") or None, errors="coerce")
        if choice is not None
        else None
    )
    if told is None or pd.isna(told):
        return writer.text("experiment.indicators.no_target")
    year = choice.get("target_year", "") if choice is not None else ""
    return level(report, "target", float(told), int(year) if year.isdecimal() else None)


def _levels(report: Experiment) -> tuple[Cell | None, Cell | None]:
    """Those with the experiment, at the last time before it and at the latest."""
    path = report.dossier.effect.path
    if path is None:
        return None, None
    years = [int(time) for time in path["time"]]
    first_after = min(report.dossier.effect.years, default=years[-1])
    earlier = [place for place, year in enumerate(years) if year < first_after]
    before = earlier[-1] if earlier else 0
    observed = path["observed"].to_numpy(float)
    return (
        level(report, "baseline", float(observed[before]), years[before]),
        level(report, "latest", float(observed[-1]), years[-1]),
    )
