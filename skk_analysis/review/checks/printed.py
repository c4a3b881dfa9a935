"""Numbers as the report prints them: from a record to its text, and from a text to its numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache

from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts, probability
from skk_analysis.language.catalogue import keys, template
from skk_analysis.language.catalogue import text as message
from skk_analysis.language.effects import (
    check_text,
    effect_text,
    estimate_text,
    grade_text,
    grade_wording,
    headline_text,
    mde_text,
    rule_text,
    verdict_text,
)
from skk_analysis.language.number_faults import DATE
from skk_analysis.language.quantities import Quantity
from skk_analysis.review.checks.effects import Judged
from skk_analysis.review.checks.evidence import Evidence, Record

YEAR = re.compile(r"(?<![\d,.])(19|20)\d\d(?![\d,.]\d)")
PLACE = re.compile(r"\{[^}]*\}")
LEAST = 4
"""Shorter pieces of a message are too common to be told from a number of the report."""


@cache
def signs(language: str) -> tuple[str, str]:
    """Group and decimal sign."""
    shown = forms.number(1234.5, language, 1)
    return shown[1], shown[-2]


@cache
def token(language: str) -> re.Pattern[str]:
    """A number as it is printed in a language, without its sign."""
    group, point = (re.escape(sign) for sign in signs(language))
    return re.compile(rf"(?<![\w.,])(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{point}\d+)?")


def decimals_of(shown: str, language: str) -> int:
    """How many decimals the first number of a text has."""
    found = token(language).search(shown)
    return len(found[0].partition(signs(language)[1])[2]) if found else 0


def quantity_of(record: Record, decimals: int) -> Quantity:
    """The number of a record, printed with so many decimals."""
    return Quantity(
        str(record["id"]), record["value"], record["unit"], decimals,
        lower=record.get("lower"), upper=record.get("upper"), kind=record.get("kind", "value"),
    )  # fmt: skip


def is_printed(record: Record, shown: str, language: str) -> bool:
    """Whether a text is the record's number in the language's form; words may follow it."""
    form = quantity_of(record, decimals_of(shown, language)).shown(language)
    rest = shown.removeprefix(form)
    return shown.startswith(form) and (not rest or rest[0] == " ") and not re.search(r"\d", rest)


def printed_interval(record: Record, shown: str, language: str) -> str:
    """The interval of a record with the decimals that a text has; ``""`` where it has none."""
    return quantity_of(record, decimals_of(shown, language)).interval(language)


def plainly(text: str, evidence: Evidence) -> str:
    """A text without what may hold numbers: sentences judged anew, people's words, messages."""
    numbered = _figure_numbers(evidence)
    for words in (*spoken(evidence), *evidence.facts["quoted"], evidence.made.run_id, *numbered):
        text = text.replace(words, " ")
    for piece in (*pieces(evidence.language), probability(0.0, evidence.language)):
        text = text.replace(piece, " ")
    for pattern in (_names(evidence), DATE, YEAR):
        text = pattern.sub(" ", text)
    return text


def _figure_numbers(evidence: Evidence) -> Iterator[str]:
    """What figures are called; the last first, so that 12 is not read as 1."""
    for number in range(len(evidence.page.figures), 0, -1):
        yield message("figure.number", evidence.language, number=str(number))


def _names(evidence: Evidence) -> re.Pattern[str]:
    """Names of groups in the data that are numbers themselves, such as an age range: whole only."""
    names = "|".join(map(re.escape, sorted(evidence.facts["groups"], key=len, reverse=True)))
    return re.compile(rf"(?<![\w.,–])(?:{names})(?![\w–]|[.,]\d)" if names else r"(?!)")


def spoken(evidence: Evidence) -> list[str]:
    """Every sentence that the rules allow of the effects, longest first."""
    found: set[str] = set()
    for one in evidence.effects.values():
        found.update(sentences(one, evidence.language).values())
    return sorted(filter(None, found), key=lambda words: (-len(words), words))


def sentences(one: Judged, language: str) -> dict[str, str]:
    """The sentences of an effect by what they tell, from its recorded numbers and the rules."""
    effect, grade = one.recorded, one.grade
    amounts = Amounts.of(effect, language)
    full = effect_text(effect, language, name=one.name)
    found = {f"effect{place}": words for place, words in enumerate(full.split("\n"))}
    found |= {
        "paragraph": full.split("\n")[0],
        "headline": headline_text(effect, language, name=one.name),
        "verdict": verdict_text(effect, language),
        "rule": rule_text(effect, language),
        "estimate": estimate_text(effect, language),
        "mde": mde_text(effect, language),
        "grade": grade_text(grade, language),
        "wording": grade_wording(grade, language),
    }
    if not any(math.isnan(limit) for limit in effect.interval):
        found["interval"] = amounts.limits(*effect.interval)
    for check in effect.checks:
        found[f"check.{check.name}"] = check_text(check, language, amounts=amounts)
    return found


@cache
def pieces(language: str) -> tuple[str, ...]:
    """The parts of the catalogue's messages that hold digits themselves, longest first.

    Where a message names what no difference is, that is 0, or 1 of ratios.
    """
    messages = (template(name, language) for name in keys(language))
    found = {
        piece.strip(" ")
        for words in messages
        for filled in {words.replace("{null}", null) for null in "01"}
        for piece in PLACE.split(filled)
        if re.search(r"\d", piece) and len(piece.strip()) >= LEAST
    }
    return tuple(sorted(found, key=lambda words: (-len(words), words)))
