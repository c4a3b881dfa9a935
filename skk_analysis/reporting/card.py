"""What other pages need of a report, as small files beside it.

``content.json`` is what the report says: texts, figures, verdicts and where its numbers stand;
differences between two makings are worked out from it. ``card.json`` is what the site's pages show
and find of the report; the site reads one for each of thousands of reports, so it is small.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skk_analysis.language.search_words import stems
from skk_analysis.language.visible import visible, visible_values
from skk_analysis.reporting.differences import CONTENT, Folder
from skk_analysis.reporting.signoff.facts import state_sentence
from skk_analysis.review.differences import Content, content

if TYPE_CHECKING:
    from skk_analysis.reporting.companions import Made

CARD = "card.json"
FORMAT = 1
LINES, LONGEST = 3, 240
"""Sentences of a card, and characters of each."""


@dataclass(frozen=True)
class Card:
    """A report in short.

    Parameters
    ----------
    title : of its page
    lines : its first verdicts
    words : stems of its title, headings, captions, rows and verdicts, for search
    """

    title: str = ""
    lines: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, folder: Folder) -> Card:
        """The card of a report's folder; an empty one where there is none, as of an old report."""
        try:
            told = json.loads((folder / CARD).read_text("utf-8"))
            if told["format"] != FORMAT:
                return cls()
            return cls(str(told["title"]), tuple(told["lines"]), tuple(told["words"].split()))
        except (OSError, KeyError, ValueError, TypeError, AttributeError):
            return cls()


def told(made: Made) -> Mapping[str, bytes]:
    """The two files of a report."""
    order, language = made.order, made.order.report.language
    state = state_sentence(language, order.run_id, order.data_date)
    said = content(made.notebook, [state, order.run_id])
    files = {CONTENT: said.record(), CARD: _card(said, language)}
    return {name: _bytes(visible_values(record)) for name, record in files.items()}


def _card(said: Content, language: str) -> dict[str, Any]:
    captions = [figure.words for figure in said.figures]
    text = " ".join([said.title, *said.headings.values(), *captions, *said.rows, *said.summary])
    return {
        "format": FORMAT,
        "title": said.title,
        "lines": [_short(line) for line in said.summary[:LINES]],
        "words": " ".join(sorted(stems(visible(text), language))),
    }


def _short(line: str) -> str:
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"


def _bytes(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
