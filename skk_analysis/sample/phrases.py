"""The invented experiments' texts in Swedish and English, by their Finnish wording."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("phrases.csv")
OTHERS = ("sv", "en")


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Finnish phrase → language → the same in that language."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["fi"]: {code: row[code] for code in OTHERS} for row in csv.DictReader(file)}


def phrase(finnish: str, language: str) -> str:
    """A Finnish text in a language; a list of phrases joined by ``;`` is said part by part.

    Raises
    ------
    KeyError
        If a phrase has not been translated.
    """
    if not finnish:
        return ""
    if finnish in phrases():
        return phrases()[finnish][language]
    if "; " in finnish:
        return "; ".join(phrase(part, language) for part in finnish.split("; "))
    raise KeyError(f"phrases.csv has no Swedish and English for {finnish!r}")


def worded(row: dict[str, Any]) -> dict[str, Any]:
    """The row with a column in each language beside every Finnish one, if it has none yet."""
    found: dict[str, Any] = {}
    for column, value in row.items():
        found[column] = value
        if column.endswith("_fi"):
            for language in OTHERS:
                name = f"{column.removesuffix('_fi')}_{language}"
                if name not in row:
                    found[name] = phrase(str(value), language)
    return found
