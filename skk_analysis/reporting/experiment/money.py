"""Section 11: own money, others' money, hours, and what a unit of change cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.language import Missing, Quantity
from skk_analysis.monitoring.costs import CostPerUnit, cost_per_effect, cost_per_participant
from skk_analysis.reporting.experiment.amounts import count, euros
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def write(report: Experiment, writer: Writer) -> None:
    """Costs by year and payer, then a participant's share and a unit of change."""
    costs = report.spending
    if costs is None or math.isnan(costs.total):
        writer.say("experiment.no_costs")
        return
    rows: list[tuple[Cell, ...]] = [
        (
            f"{row['year']}: {report.local(row, 'item')}",
            report.word("payer", row["payer"]),
            _known(euros(f"cost.{place}.eur", row["eur"])),
            _known(count(f"cost.{place}.hours", row["hours"])),
        )
        for place, (_, row) in enumerate(costs.items.iterrows(), 1)
    ]
    columns = [writer.text(f"experiment.cost.{key}") for key in ("item", "payer", "eur", "hours")]
    writer.table("experiment_costs", columns, rows)
    shown = {
        "total": euros("cost.total", costs.total),
        "own": euros("cost.own", costs.own),
        "others": euros("cost.others", costs.others),
    }
    writer.say("experiment.cost.summary", **shown)
    if math.isfinite(costs.hours):
        writer.say("experiment.cost.hours_all", hours=count("cost.hours", costs.hours))
    each = cost_per_participant(costs.total, report.reach, report.data.policy.minimum_group)
    _told(writer, "per_participant", each)
    _told(writer, unit_of(report)[0], per_unit(report))


def _known(number: Quantity) -> Cell:
    return number if math.isfinite(number.value) else Missing("not_received")


def per_unit(report: Experiment) -> CostPerUnit:
    """Euros for one unit of change, refused where the interval covers zero."""
    effect, costs = report.dossier.effect, report.spending
    total = costs.total if costs else math.nan
    better = report.data.inputs.indicator.get("direction") or None
    size = unit_of(report)[1]
    return cost_per_effect(total, effect.estimate, effect.interval, size=size, better=better)


def unit_of(report: Experiment) -> tuple[str, float]:
    """What one unit of change is: a person more who agrees, a percentage point, or a unit."""
    effect = report.dossier.effect
    survey = report.data.inputs.responses is not None
    if survey and effect.unit == "share" and report.reach >= report.data.policy.minimum_group:
        return "per_person", 1 / report.reach
    if effect.unit == "share":
        return "per_point", 0.01
    return ("per_point" if effect.unit == "percent" else "per_one"), 1.0


def _told(writer: Writer, name: str, cost: CostPerUnit) -> None:
    if cost.refused:
        reason = writer.text(f"experiment.cost.refused.{cost.refused}")
        writer.say(f"experiment.cost.no_{name}", reason=reason)
    elif math.isnan(cost.lower):
        writer.say(f"experiment.cost.{name}", eur=euros(f"cost.{name}", cost.value))
    else:
        found = euros(f"cost.{name}", cost.value, lower=cost.lower, upper=cost.upper)
        writer.say(f"experiment.cost.{name}", eur=found, limits=found.interval(writer.language))
