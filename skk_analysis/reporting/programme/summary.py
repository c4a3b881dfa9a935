"""Section 1: for decision makers, three facts an experiment: result, security, cost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from skk_analysis.figures import Cell, Prose
from skk_analysis.figures.effect import estimate_cells
from skk_analysis.language import Missing
from skk_analysis.language.amounts import Amounts
from skk_analysis.language.effects import verdict_word_of
from skk_analysis.reporting.programme.common import count, euros, grade_cell, heads
from skk_analysis.reporting.section import SUMMARY, Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """A handful of sentences, then the table of three facts."""
    rows = report.analysis.experiments
    if rows.empty:
        nothing = writer.sentence("programme.missing.experiments")
        writer.parts.append(Prose.of(nothing, kind=SUMMARY))
        return
    _sentences(report, writer)
    _facts(report, writer)
    writer.say("programme.summary.reading")


def _sentences(report: ProgrammeReport, writer: Writer) -> None:
    analysis, rows = report.analysis, report.analysis.experiments
    directions = Counter(analysis.directions.values())
    told = [
        writer.sentence(
            "programme.summary.scope",
            cities=count("programme.cities", len(report.data.cities)),
            experiments=count("programme.experiments", len(rows)),
        ),
        writer.sentence(
            "programme.summary.results",
            estimated=count("programme.estimated", len(analysis.effects)),
            favourable=count("programme.favourable", directions["favourable"]),
            unfavourable=count("programme.unfavourable", directions["unfavourable"]),
            open=count("programme.open", directions["open"]),
        ),
    ]
    grades = [grade for grade in map(analysis.grade, analysis.effects) if grade is not None]
    if grades:
        told.append(writer.sentence("programme.summary.strongest", grade=str(max(grades))))
    together = analysis.together
    if together is not None:
        key = "pooled" if together.pooled is not None else "not_pooled"
        told.append(writer.sentence(f"programme.summary.{key}"))
    slogans = analysis.scaling.slogans if analysis.scaling is not None else ()
    if slogans:
        number = count("programme.slogans", len(slogans))
        told.append(writer.sentence("programme.summary.slogans", count=number))
    writer.parts.append(Prose.listed(told, kind=SUMMARY))


def _facts(report: ProgrammeReport, writer: Writer) -> None:
    body = []
    for _, row in report.analysis.experiments.iterrows():
        name = row["id"]
        body.append(
            (
                f"{report.experiments[name]} ({report.city(row['city_code'])})",
                *_result(report, writer, name),
                grade_cell(report, writer, name),
                euros(f"programme.cost.{name}", report.analysis.cost(name)),
            )
        )
    columns = heads(writer, "experiment", "indicator", "result", "interval", "verdict")
    columns += heads(writer, "security", "cost")
    writer.table("programme.facts", columns, body, wide=True)


def _result(report: ProgrammeReport, writer: Writer, name: str) -> tuple[Cell, ...]:
    dossier = report.analysis.dossiers.get(name)
    none = Missing("not_applicable")
    if dossier is None or not dossier.estimated:
        outcome = dossier.inputs.outcome if dossier else ""
        indicator = report.indicators.get(outcome, outcome) or "–"
        return indicator, none, none, writer.text("programme.cannot_tell")
    effect = dossier.effect
    amounts = Amounts.of(effect, report.language)
    estimate, interval = estimate_cells(effect, amounts, f"programme.effect.{name}")
    indicator = report.indicators.get(effect.outcome, effect.outcome)
    return indicator, estimate, interval, verdict_word_of(dossier.verdict, report.language)
