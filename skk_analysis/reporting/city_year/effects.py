"""Section 11: what can be said of the experiments, and what cannot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.figures.effect import estimate_cells
from skk_analysis.impact.evaluate_experiment import ExperimentDossier
from skk_analysis.language import Missing, Quantity
from skk_analysis.language.amounts import Amounts
from skk_analysis.language.effects import headline_text, verdict_word_of
from skk_analysis.language.experiments import outcome_name, refusal_text
from skk_analysis.monitoring import costs_of
from skk_analysis.reporting.city_year.experiments import shown, table_of
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def write(report: CityYear, writer: Writer) -> None:
    """Effect, interval, grade, cost and allowed wording of each experiment."""
    rows = shown(report)
    if rows.empty:
        writer.say("effects.none", city=report.city, year=str(report.year))
        return
    writer.say("effects.introduction")
    names = {str(row["id"]): localised(row, "name", report.language) for _, row in rows.iterrows()}
    dossiers = {name: report.dossiers[name] for name in names}
    keys = ("experiment", "main_indicator", "agreed", "estimate", "interval", "grade", "cost",
            "verdict")  # fmt: skip
    columns = [writer.text(f"monitoring.column.{key}") for key in keys]
    cells = [_row(report, writer, names[name], one) for name, one in dossiers.items()]
    writer.table("effects", columns, cells, wide=True, year=str(report.year))
    writer.say("effects.reading", year=str(report.year))
    writer.subheading("section.effects.wording")
    writer.listed(
        writer.sentence("effects.said", name=names[name], words=_said(report, one))
        for name, one in dossiers.items()
    )
    if any(one.estimated for one in dossiers.values()):
        writer.say("effects.card")


def _row(report: CityYear, writer: Writer, name: str, one: ExperimentDossier) -> list[Cell]:
    indicator = one.inputs.outcome
    known = indicator in report.data.indicators.index
    line: list[Cell] = [
        name,
        report.indicator_name(indicator) if known else indicator or "–",
        report.agreed_word(indicator) if known else "–",
    ]
    if one.estimated and one.grade is not None:
        record = f"effect.{one.experiment}.{indicator}"
        amounts = Amounts.of(one.effect, report.language)
        line += estimate_cells(one.effect, amounts, record)
        line.append(
            Quantity(f"experiments.{one.experiment}.grade", float(one.grade.sms), "score", 0)
        )
    else:
        line += [Missing("not_applicable")] * 3
    line.append(_cost(report, one.experiment))
    word = verdict_word_of(one.verdict, report.language)
    return [*line, word if one.estimated else writer.text("effects.no_estimate")]


def _cost(report: CityYear, experiment: str) -> Cell:
    costs = table_of(report, "costs")
    mine = costs[costs["experiment"] == experiment]
    mine = mine[mine["year"] <= str(report.year)] if len(mine) else mine
    total = costs_of(mine).total if len(mine) else math.nan
    if math.isnan(total):
        return Missing("not_received")
    return Quantity(f"cost.{experiment}", total, "euro", year=report.year)


def _said(report: CityYear, one: ExperimentDossier) -> str:
    """The sentences that the grade allows, or why nothing can be said."""
    if not one.estimated or one.grade is None:
        return refusal_text(one.reason or "", report.language)
    return headline_text(one.effect, report.language, name=outcome_name(one, report.language))
