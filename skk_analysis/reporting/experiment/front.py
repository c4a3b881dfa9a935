"""The card's first page: the experiment in short and three boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from skk_analysis.figures import Cell, Prose
from skk_analysis.figures.key_figures import Box, KeyFigures
from skk_analysis.language import NO_BREAK_SPACE, date
from skk_analysis.language.effects import grade_wording, verdict_word_of
from skk_analysis.language.experiments import refusal_text
from skk_analysis.monitoring.costs import cost_per_participant
from skk_analysis.reporting.experiment.amounts import change, euros
from skk_analysis.reporting.experiment.money import per_unit, unit_of
from skk_analysis.reporting.section import SUMMARY, Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The main points in plain words, three boxes, and the facts."""
    boxes = KeyFigures(
        (_effect(report, writer), _certainty(report, writer), _cost(report, writer)),
        report.language,
    )
    writer.parts.append(Prose.listed(_points(report, writer), kind=f"verdict {SUMMARY}"))
    writer.parts.append(boxes)
    writer.table(
        "experiment_facts", [writer.text("table.fact"), writer.text("table.content")],
        _facts(report, writer),
    )  # fmt: skip
    if report.row.get("invented") == "yes" and not report.provenance.invented:
        writer.say("report.invented")


def _effect(report: Experiment, writer: Writer) -> Box:
    title, dossier = writer.text("experiment.box.effect"), report.dossier
    if not dossier.estimated:
        return Box(
            title,
            writer.text("experiment.cannot"),
            refusal_text(dossier.reason or "", report.language),
        )
    found = change(report)
    word = verdict_word_of(dossier.verdict, report.language)
    limits = found.interval(report.language)
    key = "experiment.box.effect_note" if limits else "experiment.box.effect_note_alone"
    shown = {"name": report.outcome, "verdict": word} | ({"limits": limits} if limits else {})
    return Box(title, found, writer.text(key, **shown))


def _certainty(report: Experiment, writer: Writer) -> Box:
    title, grade = writer.text("experiment.box.certainty"), report.dossier.grade
    if grade is None:
        return Box(title, writer.text("experiment.cannot"), writer.text("experiment.box.no_grade"))
    note = writer.text(
        "experiment.box.certainty_note",
        wording=grade_wording(grade, report.language),
        section=str(list(report.sections).index("effect") + 1),
    )  # fmt: skip
    return Box(title, writer.text("experiment.box.of_five", grade=str(grade.sms)), note)


def _cost(report: Experiment, writer: Writer) -> Box:
    title, costs = writer.text("experiment.box.cost"), report.spending
    if costs is None or costs.total != costs.total:
        return Box(
            title, writer.text("experiment.cannot"), writer.text("experiment.cost.refused.no_costs")
        )
    each = cost_per_participant(
        costs.total, report.reach, smallest=report.data.policy.minimum_group
    )
    price = per_unit(report)
    notes = []
    if not each.refused:
        shown = euros("cost.per_participant", each.value).shown(report.language)
        notes.append(writer.text("experiment.box.cost_note", each=shown))
    if not price.refused:
        unit = unit_of(report)[0]
        shown = euros(f"cost.{unit}", price.value).shown(report.language)
        notes.append(writer.text(f"experiment.box.price.{unit}", each=shown))
    else:
        reason = writer.text(f"experiment.cost.refused.{price.refused}")
        notes.append(writer.text(f"experiment.cost.no_{unit_of(report)[0]}", reason=reason))
    note = " ".join(notes)
    return Box(title, euros("cost.total", costs.total), note)


def _points(report: Experiment, writer: Writer):
    row = report.row
    if problem := report.local(row, "problem"):
        yield writer.sentence("experiment.point.problem", text=problem)
    tidier = report.rows("tidier")
    done = tidier[tidier["item"] == "what"] if "item" in tidier else tidier
    if len(done):
        yield writer.sentence("experiment.point.action", text=report.local(done.iloc[0], "text"))
    yield writer.sentence(f"experiment.point.{status_of(row)}")
    dossier = report.dossier
    if not dossier.estimated:
        yield writer.sentence("experiment.effect.still")
        return
    word = verdict_word_of(dossier.verdict, report.language)
    yield writer.sentence("experiment.point.result", name=report.outcome, verdict=word)
    if dossier.grade is not None:
        yield writer.sentence("experiment.point.grade", grade=str(dossier.grade.sms))


STATES = ("planned", "running", "continued", "ended", "stopped")


def status_of(row: Mapping[str, str]) -> str:
    """The state of the experiment, one of those that the card has words for."""
    status = row.get("status", "")
    return status if status in STATES else "unknown"


def _facts(report: Experiment, writer: Writer) -> list[tuple[Cell, ...]]:
    row = report.row
    phase = report.named("phases", "key", _latest_phase(report)) if _latest_phase(report) else ""
    facts = {
        "city": report.city,
        "theme": report.word("theme", row.get("theme", "")),
        "dimension": report.named("dimensions", "key", row.get("dimension", "")),
        "stage": report.word("stage", row.get("stage", "")),
        "phase": phase,
        "status": report.word("status", row.get("status", "")),
        "time": _time(report),
        "team": _team(report, writer),
    }
    empty = writer.text("experiment.not_recorded")
    return [(writer.text(f"experiment.fact.{key}"), words or empty) for key, words in facts.items()]


def _time(report: Experiment) -> str:
    days = [date(report.row.get(key, ""), report.language) for key in ("started", "ended")]
    dash = "–" if report.language != "en" else f"{NO_BREAK_SPACE}– "
    return dash.join(days).strip(f" –{NO_BREAK_SPACE}")


def _team(report: Experiment, writer: Writer) -> str:
    rows = report.rows("teams")
    if "members" not in rows or rows.empty:
        return ""
    sectors = rows["sector"].nunique()
    return writer.text("experiment.fact.team_content", sectors=str(sectors))


def _latest_phase(report: Experiment) -> str:
    log = report.rows("phase_log")
    return "" if log.empty else str(log.sort_values("entered", kind="stable")["phase"].iloc[-1])
