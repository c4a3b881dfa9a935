"""What a service says about an indicator now, against what the register says that it was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

RENAMED, REDEFINED, ENDED, RANGE = "renamed", "redefined", "ended", "range"
DESCRIBED, TERMS = "described", "terms"
REGISTER_FILE = "programme/published_variables.csv"

AGES = re.compile(
    r"(?P<from>\d+)\s*-\s*(?P<to>\d+)\s*-?\s*vuotia|(?P<over>\d+)\s*vuotta\s*täyttän"
    r"|alle\s*(?P<under>\d+)\s*-?\s*vuotia|(?P<least>\d+)\s*vuotta"
    r"|(?P<single>\d+)\s*-?\s*vuotia",
    re.IGNORECASE,
)
ENDED_MARK = re.compile(r"\(\s*(?:\d{4})?\s*-\s*(?P<year>\d{4})\s*\)\s*$")
"""Sotkanet marks a series that has ended by its last year: ``… (-2019)``."""


@dataclass(frozen=True)
class Finding:
    """One thing that is otherwise than the dictionary says; ``kind`` is a machine word."""

    kind: str
    variable: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.variable}: {self.what}.{f' {self.mend}' if self.mend else ''}"

    @property
    def stops(self) -> bool:
        """Whether figures must not be stored: they would be mixed with others of their name."""
        return self.kind == REDEFINED


def base_population(title: str) -> tuple[tuple[str, ...], str]:
    """Whom a title is about: the ages in it and what follows its last ``%`` or ``/``.

    ``Korkea-asteen koulutuksen saaneet, % 15 vuotta täyttäneistä`` is about ``15+`` and
    ``%15vuottatayttaneista``; the same title with 20 is another indicator.
    """
    plain = _plain(title)
    ages = []
    for found in AGES.finditer(plain):
        if found["to"]:
            ages.append(f"{found['from']}-{found['to']}")
        elif found["under"]:
            ages.append(f"<{found['under']}")
        elif found["single"]:
            ages.append(found["single"])
        else:
            ages.append(f"{found['over'] or found['least']}+")
    share = re.search(r"([%/])([^%/]*)$", plain)
    return tuple(sorted(set(ages))), share[1] + _letters(share[2]) if share else ""


def compare_titles(variable: str, known: str, now: str) -> list[Finding]:
    """How a title has changed; spelling, blanks and dashes don't count."""
    found = []
    if mark := ENDED_MARK.search(_plain(now)):
        found.append(
            Finding(ENDED, variable, f"the series ended in {mark['year']} ({now!r})", _CHOOSE)
        )
    known, now = (ENDED_MARK.sub("", _plain(title)).strip() for title in (known, now))
    if not known or _letters(known) == _letters(now):
        return found
    if base_population(known) != base_population(now):
        what = f"the base population was that of {known!r} and is that of {now!r}"
        mend = f"Nothing is stored: choose another indicator, or accept it in {REGISTER_FILE}."
        return [*found, Finding(REDEFINED, variable, what, mend)]
    mend = f"If it is the same indicator, write the new title in {REGISTER_FILE}."
    return [*found, Finding(RENAMED, variable, f"it was {known!r} and is {now!r}", mend)]


def compare_years(variable: str, first: int, last: int, wanted: Sequence[int]) -> list[Finding]:
    """Wanted years that lie outside the years that the service has."""
    missing = [year for year in wanted if not first <= year <= last]
    if not missing:
        return []
    listed = ", ".join(map(str, missing))
    kind = ENDED if max(missing) > last else RANGE
    what = f"the service has the years {first}–{last}, not {listed}"
    return [Finding(kind, variable, what, "They stay empty.")]


_CHOOSE = "Choose its successor in programme/indicators.csv."


def _plain(title: str) -> str:
    text = unicodedata.normalize("NFC", title).replace("–", "-").replace("−", "-")
    return " ".join(text.split())


def _letters(title: str) -> str:
    """Letters and digits only: ``vastaavan ikäisestä`` is ``vastaavanikäisestä``."""
    plain = unicodedata.normalize("NFKD", _plain(title).casefold())
    return "".join(c for c in plain if c.isalnum() or c in "%/")
