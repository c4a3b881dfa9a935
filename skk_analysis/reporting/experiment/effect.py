"""Section 9: what can be said of the effect: design, figure, checks, grade, allowed wording."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skk_analysis.figures import Cell, Figure, Prose
from skk_analysis.figures.effect import effect_figure
from skk_analysis.figures.table import Limits
from skk_analysis.impact.checks import FAILED, INCONCLUSIVE, PASSED
from skk_analysis.impact.verdict import null_of
from skk_analysis.language import Quantity
from skk_analysis.language.amounts import Amounts, probability
from skk_analysis.language.effects import (
    check_name,
    check_text,
    effect_text,
    grade_text,
    method_name,
    rule_text,
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
    said = effect_text(dossier.effect, report.language, name=report.outcome)
    headline = said.split("\n")[0]  # the rest of it is the tables below
    writer.parts.append(Prose.of(writer.sentence("experiment.said", text=headline), kind="verdict"))

    def draw(language: str, *, caption: str, topic: str) -> Figure:  # noqa: ARG001
        return effect_figure(
            dossier.effect, language, name=report.outcome, caption=caption, record="effect"
        )

    writer.figure("experiment_effect", draw)
    writer.say("experiment.said", text=rule_text(dossier.effect, report.language))
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
    numbers: list[tuple[str, Quantity]] = []
    for place, row in report.dossier.table.iterrows():
        found = Quantity(
            "effect.estimate" if place == 0 else f"effect.variant.{row['variant']}",
            float(row["estimate"]), amounts.form, amounts.decimals, kind="difference",
            lower=float(row["lower"]), upper=float(row["upper"]),
        )  # fmt: skip
        name = method_name(row["method"], report.language)
        variant = writer.text(f"experiment.variant.{row['variant']}")
        numbers.append((f"{name}: {variant}", found))
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
    if len(rows) > 1:
        turned = turned_from(numbers, null_of(report.dossier.effect))
        words = {"names": "; ".join(turned)} if turned else {}
        writer.say(f"experiment.methods.{'turned' if turned else 'stable'}", **words)


def turned_from(rows: Sequence[tuple[str, Quantity]], null: float) -> list[str]:
    """Names of the rows whose interval lies on another side of no difference than the first's."""
    (_, main), *others = rows
    return [name for name, found in others if side_of(found, null) != side_of(main, null)]


def side_of(found: Quantity, null: float) -> int:
    """1 or −1 where the interval lies wholly above or below no difference, else 0."""
    low, high = found.lower, found.upper
    return 0 if low is None or high is None else int(low > null) - int(high < null)


def _checks(report: Experiment, writer: Writer) -> None:
    """Checks that were not passed, in words; the others by name."""
    checks = report.dossier.effect.checks
    amounts = Amounts.of(report.dossier.effect, report.language)
    rows: list[tuple[Cell, ...]] = [
        (
            check_name(check.name, report.language),
            writer.text(f"experiment.check.{check.result}"),
            check_text(check, report.language, amounts=amounts),
        )
        for result in (FAILED, INCONCLUSIVE)
        for check in checks
        if check.result == result
    ]
    if rows:
        columns = [writer.text(f"experiment.check.{key}") for key in ("name", "result", "words")]
        writer.table("experiment_checks", columns, rows, wide=True)
    passed = [check_name(check.name, report.language) for check in checks if check.result == PASSED]
    if passed:
        writer.say("experiment.check.all_passed", names="; ".join(passed))
