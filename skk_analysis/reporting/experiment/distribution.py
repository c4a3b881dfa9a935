"""Section 10: what else happened, and whether it widened a gap between groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.figures.table import Limits
from skk_analysis.impact.effects_by_group import GroupEffects, effects_by_group
from skk_analysis.language import Quantity, keys
from skk_analysis.reporting.experiment.amounts import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """Side effects as the register tells them, then the change by group where it was measured."""
    _side_effects(report, writer)
    writer.subheading("section.experiment.groups")
    if not report.dossier.estimated:
        writer.say("experiment.groups.no_estimate")
        return
    found = effects_by_group(report.data.inputs)
    if found is None:
        writer.say("experiment.groups.areas")
    elif found.table.empty:
        writer.say("experiment.groups.small")
    else:
        _groups(report, writer, found)


def _side_effects(report: Experiment, writer: Writer) -> None:
    rows = report.rows("side_effects")
    if rows.empty:
        writer.say("experiment.no_side_effects")
        return
    told: list[tuple[Cell, ...]] = [
        (report.local(row, "text"), writer.text(f"experiment.side.{row['wanted'] or 'unknown'}"))
        for _, row in rows.iterrows()
    ]
    columns = [writer.text("experiment.side.what"), writer.text("experiment.side.kind")]
    writer.table("experiment_side_effects", columns, told)


def _groups(report: Experiment, writer: Writer, found: GroupEffects) -> None:
    unit = report.dossier.effect.unit
    rows: list[tuple[Cell, ...]] = []
    for _, row in found.table.iterrows():
        name = f"{row['division']}.{row['group']}"
        moved = Quantity(
            f"groups.{name}", float(row["estimate"]), unit, kind="difference",
            lower=float(row["lower"]), upper=float(row["upper"]), n=int(row["n_treated"]),
        )  # fmt: skip
        before = Quantity(f"groups.{name}.before", float(row["before"]), unit)
        n = count(f"groups.{name}.n", row["n_treated"], "persons")
        rows.append((_name(writer, row["division"], row["group"]), n, before, moved, Limits(moved)))
    columns = [
        writer.text(f"experiment.groups.{key}")
        for key in ("group", "n", "before", "change", "interval")
    ]
    writer.table("experiment_groups", columns, rows, wide=True)
    sentences = []
    for _, gap in found.gaps.iterrows():
        moved = Quantity(
            f"groups.gap.{gap['division']}", float(gap["change"]), unit, kind="difference",
            lower=float(gap["lower"]), upper=float(gap["upper"]),
        )  # fmt: skip
        sentences.append(
            writer.sentence(
                f"experiment.gap.{gap['verdict']}",
                division=writer.text(f"division.{gap['division']}"),
                low=_group(writer, gap["division"], gap["low"]),
                high=_group(writer, gap["division"], gap["high"]),
                change=moved, limits=moved.interval(report.language),
            )
        )  # fmt: skip
    writer.listed(sentences)
    writer.say("experiment.groups.reading")
    if found.small:
        writer.say("experiment.groups.hidden")


def _group(writer: Writer, division: str, group: str) -> str:
    key = f"group.{division}.{group}"
    return writer.text(key) if key in keys(writer.language) else group


def _name(writer: Writer, division: str, group: str) -> str:
    return f"{writer.text(f'division.{division}')}: {_group(writer, division, group)}"
