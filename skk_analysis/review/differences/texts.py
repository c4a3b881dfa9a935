"""Texts, figures and verdicts that two makings of a report tell differently."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from skk_analysis.review.differences.content import Content, Shown

LINE, LEAD = 90, 30
"""Characters of a text that are printed, and how many of them before the first other one."""


@dataclass(frozen=True)
class TextDifference:
    """A text of a section, or what a figure is called; empty where it isn't there."""

    section: str
    published: str
    now: str

    def __str__(self) -> str:
        if self.published == self.now:
            return f"{self.section}: «{_short(self.now)}» is drawn differently"
        pairs = zip(self.published, self.now, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        was, is_ = (_short(text, same) for text in (self.published, self.now))
        return f"{self.section}: published «{was}», now «{is_}»"


@dataclass(frozen=True)
class VerdictDifference:
    """The word of the rule on one measure; empty where it isn't there."""

    measure: str
    published: str
    now: str

    def __str__(self) -> str:
        return f"{self.measure}: published {self.published or 'none'}, now {self.now or 'none'}"


def text_differences(published: Sequence[Shown], now: Sequence[Shown]) -> list[TextDifference]:
    """What was replaced, taken away and added, in order."""
    before, after = ([(s.section, s.words, s.picture) for s in all_] for all_ in (published, now))
    found = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        for old, new in zip_longest(before[a:b], after[c:d]):
            section = (new or old)[0]
            found.append(TextDifference(section, old[1] if old else "", new[1] if new else ""))
    return found


def verdict_differences(published: Content, now: Content) -> list[VerdictDifference]:
    """The verdicts that are others, by measure in the order of the report."""
    was, is_ = published.verdicts, now.verdicts
    return [
        VerdictDifference(measure, was.get(measure, ""), is_.get(measure, ""))
        for measure in dict.fromkeys([*was, *is_])
        if was.get(measure) != is_.get(measure)
    ]


def _short(text: str, same: int = 0) -> str:
    """What fits on a line, from a little before the place where two texts part."""
    start = max(same - LEAD, 0) if len(text) > LINE else 0
    end = start + LINE
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")
