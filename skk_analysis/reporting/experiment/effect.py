"""Section 9: what can be said of the effect: design, figure, checks, grade, allowed wording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell, Figure, Prose
from skk_analysis.figures.effect import effect_figure
from skk_analysis.figures.table import Limits
from skk_analysis.impact.checks import NOT_APPLICABLE
from skk_analysis.language import Quantity
from skk_analysis.language.amounts import Amounts, probability
from skk_analysis.language.effects import (
    check_name,
    check_text,
    effect_text,
    grade_text,
    method_name,
)
from skk_analysis.language.experiments import refusal_text
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """The dossier, or why there is none."""
    writer.say(f"experiment.design.{_design(report)}")
    dossier = report.dossier
    if not dossier.estimated:
        writer.parts.append(
            Prose.of(
                writer.sentence(
                    "experiment.said", text=refusal_text(dossier.reason or "", report.language)
                ),
                kind="verdict",
            )
        )
        writer.say("experiment.effect.still")
        return
    headline, *grounds = effect_text(dossier.effect, report.language, name=report.outcome).split(
        "\n"
    )
    writer.parts.append(Prose.of(writer.sentence("experiment.said", text=headline), kind="verdict"))

    def draw(language: str, *, caption: str, topic: str) -> Figure:  # noqa: ARG001
        return effect_figure(
            dossier.effect, language, name=report.outcome, caption=caption, record="effect"
        )

    writer.figure("experiment_effect", draw)
    for paragraph in grounds[:1]:
        writer.say("experiment.said", text=paragraph)
    _methods(report, writer)
    _checks(report, writer)
    assert dossier.grade is not None
    writer.subheading("section.experiment.grade")
    writer.say("experiment.said", text=grade_text(dossier.grade, report.language))


def _design(report: Experiment) -> str:
    if report.data.inputs.panel is not None:
        return "areas" if report.row.get("level") == "postal_area" else "cities"
    if report.data.inputs.responses is not None:
        compared = (report.data.inputs.responses["group"] == "comparison").any()
        return "survey_comparison" if compared else "survey_alone"
    return "none"


def _methods(report: Experiment, writer: Writer) -> None:
    """The same change by other methods, fixed beforehand."""
    amounts = Amounts.of(report.dossier.effect, report.language)
    rows: list[tuple[Cell, ...]] = []
    for place, row in report.dossier.table.iterrows():
        found = Quantity(
            "effect.estimate" if place == 0 else f"effect.variant.{row['variant']}",
            float(row["estimate"]), amounts.form, amounts.decimals, kind="difference",
            lower=float(row["lower"]), upper=float(row["upper"]),
        )  # fmt: skip
        name = method_name(row["method"], report.language)
        variant = writer.text(f"experiment.variant.{row['variant']}")
        rows.append(
            (
                f"{name}: {variant}",
                found,
                Limits(found),
                probability(float(row["p"]), report.language),
            )
        )
    columns = [
        writer.text(f"experiment.methods.{key}") for key in ("method", "change", "interval", "p")
    ]
    writer.table("experiment_methods", columns, rows, wide=True)


def _checks(report: Experiment, writer: Writer) -> None:
    amounts = Amounts.of(report.dossier.effect, report.language)
    rows: list[tuple[Cell, ...]] = [
        (
            check_name(check.name, report.language),
            writer.text(f"experiment.check.{check.result}"),
            check_text(check, report.language, amounts=amounts),
        )
        for check in report.dossier.effect.checks
        if check.result != NOT_APPLICABLE
    ]
    columns = [writer.text(f"experiment.check.{key}") for key in ("name", "result", "words")]
    writer.table("experiment_checks", columns, rows, wide=True)
