"""Numbers as the report prints them: from a record to its text, and from a text to its numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache

from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts
from skk_analysis.language.catalogue import keys, template
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
from skk_analysis.language.quantities import Quantity
from skk_analysis.review.checks.effects import Judged
from skk_analysis.review.checks.evidence import Evidence, Record

YEAR = re.compile(r"(?<![\d,.])(19|20)\d\d(?![\d,.]\d)")
DATE = re.compile(r"\b\d{1,2}\.\d{1,2}\.(\d{4})?|\b\d{1,2} [A-Z][a-z]{2,8}( \d{4})?\b")
CLOCK = re.compile(r"\bklo \d{1,2}\.\d\d\b")
PLACE = re.compile(r"\{[^}]*\}")
LEAST = 4
"""Shorter pieces of a message are too common to be told from a number of the report."""


@cache
def signs(language: str) -> tuple[str, str]:
    """Group and decimal sign."""
    shown = forms.number(1234.5, language, 1)
    return shown[1], shown[-2]


@cache
def _token(language: str) -> re.Pattern[str]:
    group, point = (re.escape(sign) for sign in signs(language))
    return re.compile(rf"(?<![\w.,])(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)(?:{point}\d+)?")


def decimals_of(shown: str, language: str) -> int:
    """How many decimals the first number of a text has."""
    found = _token(language).search(shown)
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


def untraced(text: str, evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Numbers of a text that nothing on record explains: the place of the line and the number.

    Parameters
    ----------
    text : lines without the numbers that name their record
    """
    language = evidence.language
    known: dict[int, set[str]] = {}
    told = [*_known(evidence)]
    point = signs(language)[1]
    for place, line in enumerate(_plainly(text, evidence).split("\n")):
        for found in _token(language).finditer(line):
            token = found[0]
            places = len(token.partition(point)[2])
            if places not in known:
                known[places] = {forms.number(value, language, places) for value in told}
            if token not in known[places]:
                yield place, token


def _plainly(text: str, evidence: Evidence) -> str:
    """A text without what may hold numbers: sentences judged anew, people's words, messages."""
    for words in (*spoken(evidence), *evidence.facts["quoted"], evidence.made.run_id):
        text = text.replace(words, " ")
    for piece in pieces(evidence.language):
        text = text.replace(piece, " ")
    for pattern in (CLOCK, DATE, YEAR):
        text = pattern.sub(" ", text)
    return text


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


def _known(evidence: Evidence) -> Iterator[float]:
    """Every number on record as printed, without sign."""
    for record in evidence.records:
        for key in ("value", "lower", "upper"):
            value = record.get(key)
            if isinstance(value, int | float):
                if record["kind"] == "relative":
                    yield abs(value - 1) * 100
                yield abs(forms.scaled(float(value), record["unit"]))
        if record.get("n"):
            yield float(record["n"])
    yield from (float(place) for place, _ in enumerate(evidence.page.headings, start=1))
    for numbers in evidence.facts["said"].values():
        for value in numbers:
            yield abs(value)
            yield abs(value) * 100
    for one in evidence.effects.values():
        effect = one.recorded
        amounts = Amounts.of(effect, evidence.language)
        for value in (effect.estimate, *effect.interval, effect.mde):
            if abs(value) < float("inf"):
                yield abs(forms.scaled(value, amounts.form))
        yield float(one.placebos)
        yield float(one.grade.sms)
        yield float(one.grade.nesta)


@cache
def pieces(language: str) -> tuple[str, ...]:
    """The parts of the catalogue's messages that hold digits themselves, longest first."""
    found = {
        piece.strip(" ")
        for name in keys(language)
        for piece in PLACE.split(template(name, language))
        if re.search(r"\d", piece) and len(piece.strip()) >= LEAST
    }
    return tuple(sorted(found, key=lambda words: (-len(words), words)))
