"""The search of a front page: an index inside the page, so that it works from a disk.

For each stem of a word (`search_words`) the subjects in which it occurs, as runs of numbers: a word
of all reports is one run, and the ten years of a municipality, which share the names of its areas,
are another. So three thousand reports take about as much as one picture.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from skk_analysis.language import text
from skk_analysis.language.search_words import ENDINGS, KEPT, SHORTEST, WEAK, stems
from skk_analysis.reporting.front.entries import Entry

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LINE = 110
"""Characters of a verdict in a list of finds."""


def script() -> str:
    """The script of a page with search; the same for every page and language."""
    return (Path(__file__).parents[1] / "page" / "search.js").read_text("utf-8")


def search_data(found: Sequence[Entry], language: str) -> Markup:
    """The index as JSON that may stand in a page.

    Parameters
    ----------
    found : the subjects; those without a report are left out
    language : of the page
    """
    there = [entry for entry in found if entry.edition(language).record]
    places: dict[str, list[int]] = {}
    for number, entry in enumerate(there):
        for word in sorted(_words(entry, language)):
            places.setdefault(word, []).append(number)
    words = sorted(places)
    data = {
        "reports": [_listed(entry, language) for entry in there],
        "words": " ".join(words),
        "places": " ".join(_runs(places[word]) for word in words),
        "rules": {
            "endings": ENDINGS[language],
            "kept": KEPT if language == "fi" else {},
            "weak": WEAK if language == "fi" else (),
            "shortest": SHORTEST,
        },
        "texts": {  # the script fills the places
            "none": text("site.search.none", language),
            "one": text("site.search.one", language),
            "many": text("site.search.many", language, count="{count}"),
            "more": text("site.search.more", language, shown="{shown}"),
        },
    }
    return inline_json(data)


def inline_json(data: Any) -> Markup:
    """JSON in a page: nothing in it can end the element that it stands in."""
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        told = told.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(told)


def _listed(entry: Entry, language: str) -> list[str]:
    """Title, address, and the first thing that it found."""
    edition = entry.edition(language)
    line = edition.card.lines[0] if edition.card.lines else ""
    return [entry.title(language), edition.address, line[:LINE], edition.language]


def _words(entry: Entry, language: str) -> set[str]:
    """Stems of the report and of its names in all languages: who knows Turku may not know Åbo."""
    names = [entry.title(language), text(f"index.kind_{entry.kind.name}", language)]
    if entry.city:
        names += [entry.city.name_fi, entry.city.name_sv, entry.city.name_en]
    return stems(" ".join(names), language) | set(entry.edition(language).card.words)


def _runs(numbers: Sequence[int]) -> str:
    """Ascending numbers as runs in base 36: the first less the last one before, and how many more.

    Examples
    --------
    >>> _runs([3, 4, 5, 40])
    '3+2,z'
    """
    told, last = [], 0
    place = 0
    while place < len(numbers):
        end = place
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        length = end - place
        told.append(_base36(numbers[place] - last) + (f"+{_base36(length)}" if length else ""))
        last, place = numbers[end], end + 1
    return ",".join(told)


def _base36(number: int) -> str:
    digits = DIGITS[number % 36]
    while number := number // 36:
        digits = DIGITS[number % 36] + digits
    return digits
