"""The accessibility statement (saavutettavuusseloste) of the site, by the model of law 306/2019.

Scope, state, known shortcomings, how and when it was tested, feedback, supervision: the parts that
the Commission's implementing decision (EU) 2018/1523 asks for. What was tested is read from
``page/tested.toml``; whom to tell of shortcomings is the register's (``contacts.csv``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from skk_analysis.language.catalogue import LANGUAGES
from skk_analysis.programme import Programme
from skk_analysis.reporting.addresses import INDEX
from skk_analysis.reporting.runner import Order

FOLDER = "accessibility"
PURPOSE = "accessibility"
SHORTCOMINGS = ("people", "language", "narrow", "figures", "pdf", "files")
SUPERVISION = "https://www.saavutettavuusvaatimukset.fi/"
"""The supervising authority's pages on accessibility."""

WAYS = {"email": "mailto:", "address": "", "phone": "tel:"}
"""Columns of ``contacts.csv`` that may be filled, and what makes a link of them."""


def statement_pages(orders: Sequence[Order]) -> dict[str, bytes]:
    """``accessibility/<language>.html`` in every language, whatever reports there are."""
    if not orders:
        return {}
    contacts = Programme.of(orders[0].report.workspace).contacts()
    contact = next((row for row in contacts if row["purpose"] == PURPOSE), None)
    return {
        f"{FOLDER}/{language}.html": statement(contact, language).encode() for language in LANGUAGES
    }


def statement(contact: Mapping[str, str] | None, language: str) -> str:
    """The statement's page.

    Parameters
    ----------
    contact : the row of the register's ``contacts`` for feedback on accessibility; None if absent
    language : language of the page
    """
    from skk_analysis.language import text
    from skk_analysis.reporting.page.shell import page, switch

    tested = _tested()
    state = "statement.state_text_faults" if tested["violations"] else "statement.state_text"
    return page(
        "statement.html.j2",
        language,
        invented=bool(contact and contact.get("invented") == "yes"),
        root="../",
        home=INDEX[language],
        title=text("statement.title", language),
        languages=switch({other: f"{other}.html" for other in LANGUAGES}, language),
        state=text(state, language),
        shortcomings=[text(f"statement.short_{name}", language) for name in SHORTCOMINGS],
        tested=_told(tested, language),
        contact=_ways(contact, language) if contact else [],
        supervision=SUPERVISION,
    )


def _tested() -> dict[str, Any]:
    from skk_analysis.reporting.page.shell import TEMPLATES

    return tomllib.loads((TEMPLATES / "tested.toml").read_text("utf-8"))


def _told(tested: Mapping[str, Any], language: str) -> str:
    from skk_analysis.language import date, text
    from skk_analysis.language.forms import number

    counts = ("pages", "checks", "violations")
    return text(
        "statement.tested_text",
        language,
        date=date(tested["date"], language),
        **{name: tested[name] for name in ("version", "browser", "axe")},
        **{name: number(tested[name], language) for name in counts},
    )


def _ways(contact: Mapping[str, str], language: str) -> list[tuple[str, str, str]]:
    """What it is called, the value, and its link if it has one."""
    from skk_analysis.language import text

    name = contact.get(f"name_{language}") or contact["name_fi"]
    ways = [(text("statement.contact_name", language), name, "")]
    for column, scheme in WAYS.items():
        if value := contact.get(column, ""):
            link = scheme and scheme + quote("".join(value.split()), safe="@+")
            ways.append((text(f"statement.contact_{column}", language), value, link))
    return ways
