"""Section 6: the experiments' results as one, or why that can't be justified."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skk_analysis.figures import directions, pooled_forest
from skk_analysis.language.effects import method_name
from skk_analysis.language.pooled_numbers import (
    leave_one_out_numbers,
    reason_numbers,
    small_study_numbers,
)
from skk_analysis.language.synthesis import (
    leave_one_out_text,
    pooled_text,
    reason_text,
    small_study_text,
)
from skk_analysis.reporting.programme.common import (
    figure,
    heads,
    listed_experiments,
    plain,
    told_reasons,
)
from skk_analysis.reporting.section import Writer
from skk_analysis.synthesis import RefusedError, Synthesis, egger, leave_one_out

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport


def write(report: ProgrammeReport, writer: Writer) -> None:
    """All results together, then outcome by outcome, then what isn't tested and why."""
    analysis = report.analysis
    lacking = [name for name, dossier in analysis.dossiers.items() if not dossier.estimated]
    if lacking:
        writer.say("programme.synthesis.lacking", names=listed_experiments(report, lacking))
    if analysis.together is None:
        writer.say("programme.synthesis.too_few")
        return
    _whole(report, writer, analysis.together)
    if analysis.by_outcome:
        writer.subheading("section.programme.synthesis.outcomes")
        writer.say("programme.synthesis.outcomes")
    for outcome, synthesis in analysis.by_outcome.items():
        _outcome(report, writer, outcome, synthesis)
    _small_studies(report, writer)
    _grades(report, writer)


def _whole(report: ProgrammeReport, writer: Writer, synthesis: Synthesis) -> None:
    names = _names(report)
    if synthesis.pooled is None:
        writer.say("synthesis.refused")
        reasons = [
            writer.sentence("programme.as_is", words=reason_text(reason, report.language, names))
            for reason in synthesis.reasons
        ]
        writer.listed(reasons)
        told_reasons(writer, synthesis, "programme.pooled.all")
    else:
        _forest(report, writer, "", synthesis)
    oriented = all(e.details.get("better") for e in report.analysis.effects.values())
    table = directions(
        synthesis.directions,
        report.language,
        caption=writer.caption("table", "programme.directions"),
        names=names,
        oriented=oriented,
        record="programme.directions",
    )
    writer.parts.append(table)
    writer.say("programme.directions.reading")


def _names(report: ProgrammeReport) -> dict[str, str]:
    methods = {e.method for e in report.analysis.effects.values()}
    units = {e.unit: _unit_name(report, e.unit) for e in report.analysis.effects.values()}
    return {
        **report.indicators,
        **report.experiments,
        **units,
        **{method: method_name(method, report.language) for method in methods},
    }


def _unit_name(report: ProgrammeReport, unit: str) -> str:
    return report.text(f"programme.unit.{unit}") if unit in ("share", "percent") else unit


def _outcome(report: ProgrammeReport, writer: Writer, outcome: str, synthesis: Synthesis) -> None:
    if synthesis.pooled is not None:
        _forest(report, writer, outcome, synthesis)
        return
    names = _names(report)
    reasons = " ".join(reason_text(r, report.language, names) for r in synthesis.reasons)
    name = report.indicators.get(outcome, outcome)
    writer.say("programme.synthesis.outcome_refused", name=name, reasons=reasons)
    told_reasons(writer, synthesis, f"programme.pooled.{outcome}")


def _forest(report: ProgrammeReport, writer: Writer, outcome: str, synthesis: Synthesis) -> None:
    pooled = synthesis.pooled
    assert pooled is not None
    names = tuple(report.experiments.get(name, name) for name in pooled.studies.names)
    shown = replace(pooled, studies=pooled.studies._replace(names=names))
    effect = next(e for e in report.analysis.effects.values() if outcome in ("", e.outcome))
    told: dict[str, Any] = {"unit": effect.unit, "better": effect.details.get("better") or ""}
    told |= {"of": "experiments"}
    name = report.indicators.get(outcome, outcome) or writer.text("synthesis.directions.all")
    plain(writer, pooled_text(shown, report.language, name=name, brief=True, **told))
    figure(
        writer,
        "programme.effects",
        pooled_forest,
        shown,
        subject=outcome,
        values={"name": name},
        record=f"programme.pooled.{outcome or 'all'}",
        **told,
    )
    if pooled.k > 2:
        frame = leave_one_out(shown)
        plain(writer, leave_one_out_text(frame, report.language, unit=effect.unit))
        record = f"programme.pooled.{outcome or 'all'}"
        writer.tells(*leave_one_out_numbers(frame, effect.unit, record))


def _small_studies(report: ProgrammeReport, writer: Writer) -> None:
    """That small experiments showing larger results can't be told with so few, said once."""
    pooled = [found.pooled for found in report.analysis.by_outcome.values() if found.pooled]
    if not pooled:
        return
    largest = max(pooled, key=lambda one: one.k)
    try:
        test = egger(largest.studies.estimates, largest.studies.variances**0.5)
    except RefusedError as refused:
        plain(writer, reason_text(refused.reason, report.language))
        writer.tells(*reason_numbers(refused.reason, "programme.pooled"))
    else:
        plain(writer, small_study_text(test, report.language))
        writer.tells(*small_study_numbers(test, "programme.pooled"))


def _grades(report: ProgrammeReport, writer: Writer) -> None:
    """Why the grade of each result isn't higher, in a table."""
    writer.subheading("section.programme.synthesis.grades")
    body = []
    for name, dossier in report.analysis.dossiers.items():
        grade = dossier.grade
        if grade is None:
            continue
        steps = [writer.text(f"grade.raise.{step}") for step in grade.would_raise]
        body.append((report.experiments[name], str(grade.sms), "; ".join(steps) or "–"))
    columns = heads(writer, "experiment", "grade", "would_raise")
    writer.table("programme.grades", columns, body, wide=True)
