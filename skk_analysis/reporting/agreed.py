"""The mark of every reported number: agreed beforehand, added afterwards, or not chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from skk_analysis import metrics
from skk_analysis.monitoring import choice_marks, weakest_marks

CONTEXT = "context"
"""Dimension of indicators that are background: no mark."""

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

DISTRIBUTION = frozenset({"between_share", "class", "income", "theil"})
"""Parts of the distribution of income that are in no dictionary and no index by themselves."""

INDICES = frozenset(metrics.__all__)
"""Names of the measures that the library computes."""

VARIANTS = frozenset({"sensitivity"})
"""Numbers that show how a choice not made would have turned out: never chosen themselves."""


COUNTS = ("persons", "count", "days")
"""Units of numbers that tell of the programme or the data, not of an outcome."""


@dataclass(frozen=True)
class Marks:
    """What is marked how in one report.

    Parameters
    ----------
    table : what `monitoring.choice_marks` says, indexed by indicator; of several cities, that of
        the one with the weakest mark
    """

    table: pd.DataFrame = field(default_factory=pd.DataFrame)

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
        chosen as an indicator's method (``dissimilarity``).  An index of `metrics` that nobody
        chose is not chosen, also where it is taken of a chosen indicator's answers.  What names
        neither indicator nor measure tells of the programme or the report.
        """
        parts = str(record["id"]).split(".")
        if record.get("unit") in COUNTS or parts[0] in ABOUT_THE_REPORT:
            return ""
        unchosen = [p for p in parts if p in INDICES | DISTRIBUTION and p not in self.status]
        if parts[0] in VARIANTS or unchosen:
            return "not_chosen"
        for part in parts:
            name = OF_INDICATOR.get(part, part)
            if name in self.status:
                return self.status[name]
        return ""

    def counts(self, records: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        """How many of the marked records have each status."""
        tally = Counter(record["agreed"] for record in records if record.get("agreed"))
        return {status: tally[status] for status in STATUSES}


@dataclass(frozen=True)
class OutcomeMarks(Marks):
    """Marks of numbers whose ids name an experiment or a part of its card, not the indicator.

    Parameters
    ----------
    outcomes : beginning of the ids to the mark of the outcome that they belong to
    """

    outcomes: Mapping[str, str] = field(default_factory=dict)

    def of(self, record: Mapping[str, Any]) -> str:
        """The mark of the outcome; ``""`` for a number that is of none."""
        if record.get("unit") in COUNTS:
            return ""
        name = f"{record['id']}."
        found = (mark for start, mark in self.outcomes.items() if name.startswith(f"{start}."))
        return next(found, "")


def marks_of(
    register: Mapping[str, pd.DataFrame],
    indicators: pd.DataFrame,
    years: Mapping[str, int],
    *,
    first_year: int,
    cities: Sequence[str],
) -> Marks:
    """The marks of a report on one city or several.

    Parameters
    ----------
    register : the tables `indicator_choices` and `surveys`, where there are any
    indicators : the dictionary; those of the dimension ``context`` have no mark
    years : year of the outcome that the report shows of each indicator
    first_year : the programme's first reported year
    cities : municipality codes; a number of several cities has the mark of the weakest
    """
    reported = {
        name: year for name, year in years.items() if indicators.loc[name, "dimension"] != CONTEXT
    }
    surveys = register.get("surveys")
    tables = [
        choice_marks(
            register.get("indicator_choices"),
            indicators,
            reported,
            first_year=first_year,
            city=city,
            surveys=surveys[surveys["city_code"] == city] if surveys is not None else None,
        )
        for city in cities
    ]
    return Marks(weakest_marks(tables)) if tables else Marks()
