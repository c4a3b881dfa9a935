"""Section 4: the theory of change as a chain, and what supports each of its links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.language import Quantity
from skk_analysis.monitoring.model_tests import summarise_tests
from skk_analysis.reporting.experiment.amounts import change
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment

LINKS = ("problem", "action", "outcome", "wellbeing")


def write(report: Experiment, writer: Writer) -> None:
    """From the problem to wellbeing: each link, what it assumes, and the evidence on it."""
    writer.say("experiment.theory.chain", **_chain(report, writer))
    evidence = {
        "problem": _problem(report, writer),
        "action": _action(report, writer),
        "outcome": _outcome(report, writer),
        "wellbeing": _wellbeing(report, writer),
    }
    rows: list[tuple[Cell, ...]] = []
    for link in LINKS:
        state, words = evidence[link]
        rows.append(
            (
                writer.text(f"experiment.theory.link.{link}"),
                writer.text(f"experiment.theory.assumption.{link}"),
                writer.text(f"experiment.theory.state.{state}"),
                words,
            )
        )
    columns = [
        writer.text(f"experiment.theory.{key}")
        for key in ("link", "assumption", "state", "evidence")
    ]
    writer.table("experiment_theory", columns, rows, wide=True)
    canvas = report.rows("canvas")
    risks = canvas[canvas["field"] == "riskit"] if "field" in canvas else canvas
    words = report.local(risks.iloc[0], "text") if len(risks) else ""
    if words:
        writer.say("experiment.theory.risks", text=words)
    else:
        writer.say("experiment.theory.no_risks")


def _chain(report: Experiment, writer: Writer) -> dict[str, str]:
    tidier = report.rows("tidier")
    done = tidier[tidier["item"] == "what"] if "item" in tidier else tidier
    empty = writer.text("experiment.not_recorded")
    return {
        "problem": report.local(report.row, "problem").rstrip(".") or empty,
        "action": (report.local(done.iloc[0], "text").rstrip(".") if len(done) else "") or empty,
        "outcome": report.outcome,
        "dimension": report.named("dimensions", "key", report.row.get("dimension", "")) or empty,
    }


def _problem(report: Experiment, writer: Writer) -> tuple[str, str]:
    """Whether the first diamond left evidence of the problem."""
    log = report.rows("phase_log")
    early = log[log["phase"].isin(["tutki", "tarkenna"])] if "phase" in log else log
    told = [report.local(row, "evidence") for _, row in early.iterrows()]
    told = list(dict.fromkeys(filter(None, told)))
    return ("some", "; ".join(told)) if told else ("none", writer.text("experiment.not_recorded"))


def _action(report: Experiment, writer: Writer) -> tuple[str, str]:
    """Whether the model was tested."""
    tests = report.rows("tests")
    if tests.empty:
        return "none", writer.text("experiment.theory.no_tests")
    total = summarise_tests(tests).iloc[-1]
    numbers = {key: str(int(total[key])) for key in ("tests", "changed")}
    return "some", writer.text("experiment.theory.tested", **numbers)


def _outcome(report: Experiment, writer: Writer) -> tuple[str, str]:
    """The effect's grade."""
    grade = report.dossier.grade
    if grade is None:
        return "none", writer.text("experiment.theory.no_estimate")
    low, high = report.dossier.effect.interval
    open_ended = not (low > 0 or high < 0)
    found: Quantity = change(report)
    words = writer.text(
        "experiment.theory.open" if open_ended else "experiment.theory.estimate",
        change=found.shown(report.language), grade=str(grade.sms),
    )  # fmt: skip
    return ("weak" if grade.sms < 3 or open_ended else "some"), words


def _wellbeing(report: Experiment, writer: Writer) -> tuple[str, str]:
    """What the programme's literature says of the theme."""
    studies = report.rows("literature")
    mine = studies[studies["theme"] == report.row.get("theme")] if "theme" in studies else studies
    if mine.empty:
        return "none", writer.text("experiment.theory.no_studies")
    known = int((mine["certainty"] == "known").sum()) if "certainty" in mine else 0
    words = writer.text("experiment.theory.studies", studies=str(len(mine)), known=str(known))
    return ("some" if known else "weak"), words
