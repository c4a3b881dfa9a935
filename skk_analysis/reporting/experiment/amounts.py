"""The card's numbers that several sections show, each under one id."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from skk_analysis.language import Quantity, forms
from skk_analysis.language.amounts import Amounts

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def change(report: Experiment) -> Quantity:
    """The main analysis' estimate with its interval."""
    effect = report.dossier.effect
    amounts = Amounts.of(effect, report.language)
    low, high = effect.interval
    finite = math.isfinite(low) and math.isfinite(high)
    asked = report.data.inputs.responses is not None
    return Quantity(
        "effect.estimate", float(effect.estimate), amounts.form, amounts.decimals,
        lower=low if finite else None, upper=high if finite else None,
        n=effect.n_treated or None, year=max(effect.years, default=None), kind="difference",
        n_of="persons" if asked else "units",
    )  # fmt: skip


def level(report: Experiment, name: str, value: float, year: int | None) -> Quantity:
    """A level of the main indicator."""
    row = report.data.inputs.indicator
    unit = report.dossier.effect.unit or row.get("unit", "")
    unit = unit if unit in forms.DECIMALS else "score"
    decimals = int(row["decimals"]) if row.get("decimals", "").isdecimal() else None
    return Quantity(f"indicator.{name}", value, unit, decimals, year=year)


def euros(name: str, value: float, **limits: float) -> Quantity:
    """An amount of money."""
    return Quantity(name, float(value), "euro", **limits)  # type: ignore[arg-type]


def count(name: str, value: float, unit: Literal["count", "persons", "days"] = "count") -> Quantity:
    """A number of things."""
    return Quantity(name, float(value), unit)
