"""The mark of every reported number: agreed beforehand, added afterwards, or not chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

STATUSES = ("beforehand", "afterwards", "not_chosen")

ABOUT_THE_REPORT = frozenset({
    "areas", "canvas", "choices", "cleaning", "cost", "coverage", "criteria", "experiments",
    "households", "population_share", "progress", "quality", "response", "reviews", "roadmap",
    "scope", "segregation", "survey", "tests",
})  # fmt: skip
"""First parts of the ids of numbers that describe data, programme or report: no outcome, no
mark."""

OF_INDICATOR = {
    "area_rate": "low_income_rate", "group_gap": "low_income_rate",
    "group_ratio": "low_income_rate", "composition": "low_income_rate",
}  # fmt: skip
"""Numbers that are an indicator of the dictionary in another shape."""

VARIANTS = frozenset({"sensitivity"})
"""Numbers that show how a choice not made would have turned out: never chosen themselves."""


@dataclass(frozen=True)
class Marks:
    """What is marked how in one report.

    Parameters
    ----------
    table : what `monitoring.choice_marks` says, indexed by indicator
    background : indicators of the dictionary that are context, without a mark
    """

    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    background: frozenset[str] = frozenset()

    @cached_property
    def status(self) -> Mapping[str, str]:
        """Indicators, and measures that were chosen as the method of one, to their status."""
        if self.table.empty:
            return {}
        found: dict[str, str] = {}
        for methods, status in zip(self.table["methods"], self.table["status"], strict=True):
            for method in filter(None, methods.split(";")):
                found.setdefault(method, str(status))
        return found | {str(name): str(status) for name, status in self.table["status"].items()}

    def of(self, record: Mapping[str, Any]) -> str:
        """The mark of a record of results; ``""`` for a number that is no outcome.

        A number belongs to the first part of its id that names an indicator, or a measure that was
        chosen as an indicator's method (``dissimilarity``).
        """
        parts = str(record["id"]).split(".")
        if record.get("unit") == "persons" or parts[0] in ABOUT_THE_REPORT:
            return ""
        if parts[0] in VARIANTS:
            return "not_chosen"
        for part in parts:
            name = OF_INDICATOR.get(part, part)
            if name in self.background:
                return ""
            if name in self.status:
                return self.status[name]
        return "not_chosen"

    def counts(self, records: list[dict[str, Any]]) -> dict[str, int]:
        """How many of the marked records have each status."""
        tally = Counter(record["agreed"] for record in records if record.get("agreed"))
        return {status: tally[status] for status in STATUSES}
