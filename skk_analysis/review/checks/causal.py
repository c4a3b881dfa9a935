"""No word claims a cause where the evidence does not reach grade 3.

The words are data (``causal.toml``): beginnings of words in each language, and the messages that
may hold one because a person has read them: they deny or explain a cause, or name a thing. What
the rules let be said of an effect of grade 3 or more is allowed; what people wrote in the register
is theirs, and is told to the reviewer instead.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from skk_analysis.language.catalogue import template
from skk_analysis.review.checks.evidence import Evidence, Fault
from skk_analysis.review.checks.printed import PLACE, sentences

SHOWN = 100
LEAST = 16
"""Letters of a piece of a message that is found wherever it stands."""
CAUSAL_GRADE = 3


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("causal.toml").read_text("utf-8"))


@cache
def claiming(language: str) -> re.Pattern[str]:
    """Words that claim a cause, whatever their ending."""
    return re.compile("|".join(_data()["stems"][language]), re.IGNORECASE)


def allowed_messages() -> list[str]:
    """Messages that may hold such a word."""
    return list(_data()["messages"])


@cache
def _allowed(language: str) -> re.Pattern[str]:
    """The allowed messages as they stand in a text: long pieces by themselves, short ones whole.

    A short name such as «Vaikutus» is allowed as a line of its own only; in a sentence it would
    let every claim pass.
    """
    pattern, forms = claiming(language), []
    for name in allowed_messages():
        pieces = [piece for piece in PLACE.split(template(name, language)) if piece]
        if not any(pattern.search(piece) for piece in pieces):
            continue
        telling = [piece.strip() for piece in pieces if pattern.search(piece)]
        if all(len(piece) >= LEAST for piece in telling):
            forms += [re.escape(piece) for piece in telling]
        elif len(pieces) > 1:
            forms.append(".{1,200}?".join(re.escape(piece.strip()) for piece in pieces))
        else:
            forms.append(rf"(?m:^\s*{re.escape(telling[0])}\s*$)")
    return re.compile("|".join(sorted(forms, key=lambda form: (-len(form), form))))


def claims(evidence: Evidence) -> list[Fault]:
    """Sentences of the report that claim a cause."""
    pattern, faults = claiming(evidence.language), []
    blocks = [block for block in evidence.page.prose() if block.section != "origin"]
    headings = _headings(evidence)
    lines = (_without(block.text, headings.get(block.figure, ())) for block in blocks)
    text = "\n".join(re.sub(r"\s*\n\s*", " ", line) for line in lines)
    for words in (*_earned(evidence), *evidence.facts["quoted"]):
        text = text.replace(words, " ")
    text = _allowed(evidence.language).sub(" ", text)
    for block, line in zip(blocks, text.split("\n"), strict=True):
        if found := pattern.search(line):
            start = max(found.start() - SHOWN // 2, 0)
            words = line[start : start + SHOWN].strip()
            faults.append(Fault.of("causal", block.section, word=found[0], words=words))
    return faults


def _headings(evidence: Evidence) -> dict[str, set[str]]:
    """Allowed names that head the rows and columns of each figure's data."""
    names = {template(name, evidence.language) for name in allowed_messages()}
    return {
        table.figure: {c.text for row in table.rows for c in row if c.heading} & names
        for table in evidence.page.tables
        if table.figure
    }


def _without(words: str, headings: Iterable[str]) -> str:
    """A description without the headings that it puts before what stands there in brackets."""
    for name in headings:
        words = re.sub(rf"(?<!\w){re.escape(name)}(?= \()", " ", words)
    return words


def people(evidence: Evidence) -> list[Fault]:
    """Words of people in the register that claim a cause: for the reviewer to judge."""
    pattern = claiming(evidence.language)
    told = [words for words in evidence.facts["quoted"] if pattern.search(words)]
    return [Fault.of("people_claim", words=words[:SHOWN]) for words in told]


def _earned(evidence: Evidence) -> list[str]:
    """What may be said of effects whose grade allows the words, longest first."""
    found: set[str] = set()
    for one in evidence.effects.values():
        if one.grade.sms >= CAUSAL_GRADE:
            found.update(filter(None, sentences(one, evidence.language).values()))
    return sorted(found, key=lambda words: (-len(words), words))
