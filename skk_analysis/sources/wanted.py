"""What the indicator dictionary of the programme register wants from the services."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from skk_analysis.programme import Programme

BEFORE = 10
"""So many years before the first reported year are fetched, for trends before the programme."""
EXPRESSIONS = ("numerator", "denominator", "weight")
NAME = re.compile(r"(?<![\w.])(?:sotkanet|statfin|paavo)(?:\.\w+)+")


@dataclass(frozen=True)
class Wanted:
    """What to fetch: expressions of published variables, years, and the variables' known titles.

    An expression (``paavo.hr_tuy|paavo.hr_pi_tul+paavo.hr_ke_tul``) lists alternatives.
    """

    expressions: tuple[str, ...]
    years: tuple[int, ...]
    titles: dict[str, str]

    @classmethod
    def by(cls, programme: Programme, years: Sequence[int] | None = None) -> Wanted:
        """What a register wants; ``years`` are by default its own and those before."""
        dictionary = programme.indicators()
        texts = [
            text for column in EXPRESSIONS if column in dictionary for text in dictionary[column]
        ]
        if not years:
            reported = programme.years()
            years = range(reported[0] - BEFORE, reported[-1] + 1)
        table = programme.optional_table("published_variables")
        titles = (
            {} if table is None else dict(zip(table["variable"], table["title_fi"], strict=True))
        )
        return cls(tuple(dict.fromkeys(texts)), tuple(sorted(set(years))), titles)

    def of(self, service: str) -> list[str]:
        """The variables of a service, each once, without its name."""
        names = (name for text in self.expressions for name in NAME.findall(text))
        return [n.removeprefix(f"{service}.") for n in dict.fromkeys(names) if _of(n, service)]

    def missing(self, service: str, there: Collection[str]) -> list[str]:
        """The variables that expressions lack, where none of their alternatives is whole."""
        found: dict[str, None] = {}
        for text in self.expressions:
            lacking = [
                [n for n in NAME.findall(part) if n.removeprefix(f"{service}.") not in there]
                for part in text.split("|")
            ]
            if all(lacking):
                found |= dict.fromkeys(n for n in lacking[0] if _of(n, service))
        return [name.removeprefix(f"{service}.") for name in found]


def _of(name: str, service: str) -> bool:
    return name.startswith(f"{service}.")
