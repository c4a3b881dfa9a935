"""The front page in each language, pages of municipalities by letter, and doors between languages.

The front page shows the programme and the comparison of its cities first, then the cities, the
years and the experiments. Municipalities beyond the programme's cities (`--all-municipalities`)
stand there by name only; what there is of each is on the page of its first letter.

A report's page is made without knowing in which languages there are others, so it links to
``sv.html`` beside the folder of its language: a page that leads on to the report in that language,
or says that there is none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from skk_analysis.language import LANGUAGES, text
from skk_analysis.language.collation import collation_key
from skk_analysis.programme import Programme
from skk_analysis.reporting.addresses import INDEX
from skk_analysis.reporting.disclosure.audit_page import FOLDER as AUDIT
from skk_analysis.reporting.front.changes import changed_reports
from skk_analysis.reporting.front.entries import Entry, entries
from skk_analysis.reporting.front.search import script, search_data
from skk_analysis.reporting.kinds import CITY_COMPARISON, CITY_YEAR, EXPERIMENT, PROGRAMME
from skk_analysis.reporting.page.shell import page, switch
from skk_analysis.reporting.runner import Order

MUNICIPALITIES = "municipalities"
SHEETS = ("site.css",)
LETTERS = {"Å": "a-ring", "Ä": "a-umlaut", "Ö": "o-umlaut"}
"""Letters behind Z, and what their pages are called."""


def front_pages(orders: Sequence[Order], alone: bool = False) -> dict[str, bytes]:
    """All pages of the site that lead to reports, by name.

    Parameters
    ----------
    orders : every report that is listed
    alone : the reports leave the site, and with them neither what changed nor the audit page
    """
    found = entries(orders)
    own = _own_codes(orders)
    near = [entry for entry in found if entry.city is None or entry.city.code in own]
    far = [entry for entry in found if entry.city is not None and entry.city.code not in own]
    beside: dict[str, str] = {}
    if not alone:
        changed = {"changes": "changes.all"} if changed_reports(orders) else {}
        beside = changed | {AUDIT: "disclosure.title"}
    made: dict[str, bytes] = {}
    for language in LANGUAGES:
        made[INDEX[language]] = _front(found, near, far, language, beside)
        for letter, group in _by_letter(far, language):
            made[letter_page(letter, language)] = _municipalities(letter, group, language)
    return {**made, **_doors(found)}


def letter_page(letter: str, language: str) -> str:
    """Name of the page of the municipalities with this initial."""
    return f"{MUNICIPALITIES}/{LETTERS.get(letter, letter.lower())}.{language}.html"


def _front(
    found: list[Entry], near: list[Entry], far: list[Entry], language: str, beside: dict[str, str]
) -> bytes:
    of_kind = {
        kind.name: [entry for entry in near if entry.kind.name == kind.name]
        for kind in (PROGRAMME, CITY_COMPARISON, CITY_YEAR, EXPERIMENT)
    }
    known = set(of_kind)
    of_kind["other"] = [entry for entry in near if entry.kind.name not in known]
    letters = [
        (letter, letter_page(letter, language), _names(group, language))
        for letter, group in _by_letter(far, language)
    ]
    return page(
        "index.html.j2",
        language,
        invented=_invented(found),
        script=script(),
        sheets=SHEETS,
        root="",
        title=text("index.title", language),
        languages=switch(INDEX, language),
        programme=[e.shown(language) for e in [*of_kind["programme"], *of_kind["city_comparison"]]],
        cities=_by_city(of_kind["city_year"], language),
        grid=_grid(of_kind["city_year"], language),
        experiments=_by_city(of_kind["experiment"], language),
        others=[entry.shown(language) for entry in of_kind["other"]],
        letters=letters,
        beside={f"{name}/{language}.html": text(key, language) for name, key in beside.items()},
        search=search_data(found, language),
    ).encode()


def _municipalities(letter: str, group: list[Entry], language: str) -> bytes:
    pages = {other: f"../{INDEX[other]}#municipalities" for other in LANGUAGES}
    return page(
        "municipalities.html.j2",
        language,
        invented=_invented(group),
        sheets=SHEETS,
        root="../",
        title=text("site.municipalities_by_letter", language, letter=letter),
        languages=switch(pages, language),
        home=f"../{INDEX[language]}",
        cities=_by_city(group, language),
    ).encode()


def _by_city(found: Iterable[Entry], language: str) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Key, name and reports of each city; what is about no single city stands by itself."""
    every = text("index.all_cities", language)
    return [
        (
            city.key if city else "all",
            city.name(language) if city else every,
            [entry.shown(language) for entry in group],
        )
        for city, group in groupby(found, lambda entry: entry.city)
    ]


def _grid(found: list[Entry], language: str) -> dict[str, Any]:
    """City reports by year: a row a city, a column a year."""
    years = sorted({entry.year for entry in found if entry.year is not None})
    rows = []
    for city, group in groupby(found, lambda entry: entry.city):
        by_year = {entry.year: entry.shown(language) for entry in group}
        rows.append((city.name(language) if city else "", [by_year.get(year) for year in years]))
    return {"years": [str(year) for year in years], "rows": rows}


def _by_letter(found: Iterable[Entry], language: str) -> list[tuple[str, list[Entry]]]:
    """Municipalities by initial in the order of the language's alphabet.

    Names stay in their own letters, so that of Finnish and Swedish holds for English pages too.
    """
    alphabet = language if language in ("fi", "sv") else "fi"
    named = sorted(
        found, key=lambda e: (collation_key(_name(e, language), alphabet), e.subject.folder)
    )
    return [
        (letter, list(group))
        for letter, group in groupby(named, lambda entry: _initial(_name(entry, language)))
    ]


def _names(group: Iterable[Entry], language: str) -> list[tuple[str, str]]:
    found = {entry.city.key: _name(entry, language) for entry in group if entry.city}
    return list(found.items())


def _name(entry: Entry, language: str) -> str:
    return entry.city.name(language) if entry.city else ""


def _initial(name: str) -> str:
    first = unicodedata.normalize("NFC", name[:2]).upper()[:1]
    if first in LETTERS:
        return first
    bare = unicodedata.normalize("NFKD", first)[:1]
    return bare if "A" <= bare <= "Z" else "0"


def _own_codes(orders: Sequence[Order]) -> set[str]:
    if not orders:
        return set()
    return {city.code for city in Programme.of(orders[0].report.workspace).cities()}


def _invented(found: Iterable[Entry]) -> bool:
    return any(e.record and e.record.invented for one in found for e in one.editions.values())


def _doors(found: Iterable[Entry]) -> dict[str, bytes]:
    """Beside the folders of a subject's languages, a page in each that leads to its report."""
    made = {}
    for entry in found:
        there = tuple(e.language for e in entry.editions.values() if e.record)
        if there:
            folder = "/".join(entry.subject.folder)
            for language in LANGUAGES:
                made[f"{folder}/{language}.html"] = _door(language, there)
    return made


@cache
def _door(language: str, there: tuple[str, ...]) -> bytes:
    """The same for all subjects: its addresses are relative."""
    return page(
        "language.html.j2",
        language,
        invented=False,
        root="../../",
        title=text("site.other_language", language),
        forward=f"{language}/index.html" if language in there else "",
        there=[
            {"language": o, "name": text("site.in_language", o), "address": f"{o}/index.html"}
            for o in there
        ],
        home=f"../../{INDEX[language]}",
    ).encode()
