"""The card's numbers that several sections show, each under one id."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from skk_analysis.impact.grade import Grade
from skk_analysis.language import Quantity, forms, text
from skk_analysis.language.amounts import Amounts

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment


def change(report: Experiment) -> Quantity:
    """The main analysis' estimate with its interval."""
    effect = report.dossier.effect
    amounts = Amounts.of(effect, report.language)
    low, high = effect.interval
    finite = math.isfinite(low) and math.isfinite(high)
    return Quantity(
        "effect.estimate", float(effect.estimate), amounts.form, amounts.decimals,
        lower=low if finite else None, upper=high if finite else None,
        n=effect.n_treated or None, year=max(effect.years, default=None), kind="difference",
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


def why_not_higher(grade: Grade, language: str) -> str:
    """What keeps the grade from being higher: the reasons that decide."""
    deciding = [reason for reason in grade.reasons if reason.sms == grade.sms]
    words = [
        text(
            f"grade.reason.{r.name}",
            language,
            **{k: forms.number(v, language) for k, v in r.numbers.items()},
        )
        for r in deciding
    ]
    return "; ".join(words)
