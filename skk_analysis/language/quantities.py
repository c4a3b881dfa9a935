"""A number that a report shows: its value, what it is, and under which id it is on record."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from skk_analysis.language import forms
from skk_analysis.language.catalogue import text

MISSING = ("protected", "no_population", "not_asked", "not_received", "not_applicable")
"""Why a value is not there; a reader is told which of these it is."""


@dataclass(frozen=True)
class Quantity:
    """One number of a report.

    Parameters
    ----------
    id : where the number is on record, such as ``inequality.gini.2019``
    value : the number, held in ``unit`` (see `forms`)
    unit : a unit of `forms`
    lower, upper : limits of its 95 % interval
    n : number of observations behind it
    n_of : what ``n`` counts: persons (or their households), or units that are nobody's data, such
        as municipalities and reviews
    year : reference year of the data
    since : of a change, the year that it is counted from
    kind : a level, a change of a level, a gap between two levels of one time, or the ratio of
        after to before
    """

    id: str
    value: float
    unit: str
    decimals: int | None = None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    year: int | None = None
    since: int | None = None
    kind: Literal["value", "difference", "gap", "relative"] = "value"
    n_of: Literal["persons", "units"] = "persons"

    def shown(self, language: str) -> str:
        """The number as it is printed."""
        if self.kind == "relative":
            return forms.relative(self.value, language)
        if self.kind in ("difference", "gap"):
            signed = self.kind == "difference"
            return forms.difference(self.value, self.unit, language, self.decimals, signed=signed)
        return forms.quantity(self.value, self.unit, language, self.decimals)

    def interval(self, language: str) -> str:
        """The limits as they are printed, ``""`` where there are none."""
        if self.lower is None or self.upper is None:
            return ""
        if self.kind == "relative":
            low, high = self.lower - 1, self.upper - 1
            return forms.interval(low, high, "share", language, signed=True)
        return forms.interval(
            self.lower,
            self.upper,
            self.unit,
            language,
            self.decimals,
            signed=self.kind == "difference",
        )

    def with_interval(self, language: str) -> str:
        """``12,5 % (95 % lv. 11,0–14,1)``."""
        limits = self.interval(language)
        shown = self.shown(language)
        if not limits:
            return shown
        return text("form.with_interval", language, number=shown, limits=limits)

    def record(self) -> dict[str, Any]:
        """The number as results keep it."""
        more = {} if self.n_of == "persons" else {"n_of": self.n_of}
        return {
            "id": self.id,
            "value": self.value,
            "unit": "ratio" if self.kind == "relative" else self.unit,
            "kind": self.kind,
            "lower": self.lower,
            "upper": self.upper,
            "n": self.n,
            "reference_year": self.year,
            "since": self.since,
            **more,
        }


@dataclass(frozen=True)
class Missing:
    """A number that is not there, and why (one of `MISSING`)."""

    status: str

    def shown(self, language: str) -> str:
        """The word that stands in the number's place."""
        return text(f"missing.{self.status}", language)


def known(value: float | None) -> bool:
    """Whether a value from a table is a number at all."""
    return value is not None and math.isfinite(value)
