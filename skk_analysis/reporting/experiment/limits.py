"""Section 15: how the card was made, and what it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """Rules of the numbers and words, then this card's own limits."""
    writer.listed([writer.sentence(f"experiment.rule.{name}") for name in RULES])
    writer.subheading("section.experiment.own_limits")
    writer.listed([writer.sentence(f"experiment.limit.{name}") for name in _own(report)])


RULES = ("wording", "cost", "small", "multiple")


def _own(report: Experiment) -> list[str]:
    """Limits that hold for this experiment."""
    inputs, grade = report.data.inputs, report.dossier.grade
    reasons = {reason.name for reason in grade.reasons} if grade else set()
    found = {
        "no_estimate": not report.dossier.estimated,
        "pandemic": "pandemic_only" in reasons,
        "self_selected": report.row.get("assignment") == "self_selected",
        "worst_off": report.row.get("assignment") == "worst_off_areas",
        "own_answers": inputs.responses is not None,
        "one_city": inputs.panel is not None and len(inputs.panel.starts) == 1,
        "small_sample": inputs.responses is not None and report.dossier.effect.n_treated < 100,
        "no_groups": inputs.responses is None,
        "team_told": True,
    }
    return [name for name, holds in found.items() if holds]
