"""What the indicator dictionary of the programme register wants from the services."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from skk_analysis.programme import Programme

BEFORE = 10
"""So many years before the first reported year are fetched, for trends before the programme."""
EXPRESSIONS = ("numerator", "denominator", "weight")
NAME = re.compile(r"(?<![\w.])(?:sotkanet|statfin|paavo)(?:\.\w+)+")


@dataclass(frozen=True)
class Wanted:
    """Published variables (``sotkanet.127``), years, and the titles that the variables had."""

    variables: tuple[str, ...]
    years: tuple[int, ...]
    titles: dict[str, str]

    @classmethod
    def by(cls, programme: Programme, years: Sequence[int] | None = None) -> Wanted:
        """What a register wants; ``years`` are by default its own and those before."""
        dictionary = programme.indicators()
        texts = [
            text for column in EXPRESSIONS if column in dictionary for text in dictionary[column]
        ]
        variables = dict.fromkeys(name for text in texts for name in NAME.findall(text))
        if not years:
            reported = programme.years()
            years = range(reported[0] - BEFORE, reported[-1] + 1)
        table = programme.optional_table("published_variables")
        titles = (
            {} if table is None else dict(zip(table["variable"], table["title_fi"], strict=True))
        )
        return cls(tuple(variables), tuple(sorted(set(years))), titles)

    def of(self, service: str) -> list[str]:
        """The variables of a service, without its name."""
        start = f"{service}."
        return [v.removeprefix(start) for v in self.variables if v.startswith(start)]
