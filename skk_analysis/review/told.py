"""What a report tells its reader, and the hash of it: the content that reviewers sign.

In the hash are every number with its interval (``results.json``), every text and every picture of
the page. Not in it is what only tells how the page was made: run id, date of retrieval, versions,
the section on origin, code, metadata inside a picture. So a run that changes none of what a reader
is told keeps its sign-off.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from skk_analysis.review.differences.numbers import results_by_id
from skk_analysis.review.ledger import canonical

BLOCKS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "dt", "dd", "caption", "figcaption",
          "tr", "summary", "pre"}  # fmt: skip
VOID = {"img", "br", "hr", "input", "wbr", "col", "meta", "link", "source"}
ORIGIN = "origin"
UNTOLD = {"code", "download"}
"""Classes of what is beside the content: code, links to files."""
PLACE = "report"
"""Section of what stands before the first heading with an id."""
SHOWN = 80
"""Characters of an anchor's text."""


@dataclass(frozen=True)
class Spot:
    """Something on the page that a comment can be about.

    ``kind`` is ``section``, ``figure`` or ``number``, ``place`` where the page shows it (an id on
    the page), ``shown`` its heading, its caption, or the number with the words before it.
    """

    kind: str
    anchor: str
    place: str
    shown: str


@dataclass
class Told:
    """What a page and its results tell.

    Parameters
    ----------
    numbers : each result by id (a second one of the same id as ``id (2)``)
    texts : (section, text) in the order of the page
    pictures : (section, alternative text, hash)
    spots : what comments can be about; not in the hash
    """

    numbers: dict[str, dict[str, str]] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str, str]] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)

    def content(self) -> dict[str, Any]:
        """What is hashed, as JSON without fractions."""
        return {
            "numbers": self.numbers,
            "pictures": [list(picture) for picture in self.pictures],
            "texts": [list(text) for text in self.texts],
        }

    def digest(self) -> str:
        """The report hash."""
        return hashlib.sha256(canonical(self.content())).hexdigest()


def told(page: str, results: Sequence[Mapping[str, Any]], unsaid: Sequence[str] = ()) -> Told:
    """What a report tells.

    Parameters
    ----------
    page : its HTML
    results : a record for each number
    unsaid : sentences of the page that do not count, such as the one with run id and date
    """
    reader = _Reader([" ".join(text.split()) for text in unsaid if text])
    reader.feed(page)
    reader.close()
    return Told(numbers_of(results), reader.texts, reader.pictures, reader.spots)


def numbers_of(results: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Results by id, each field as its JSON text; the same id again is a number of its own."""
    return {
        name: {key: json.dumps(value) for key, value in record.items()}
        for name, record in results_by_id(results).items()
    }


class _Reader(HTMLParser):
    """Collects the texts of ``<main>`` block by block; a block is a paragraph, a row, a caption."""

    def __init__(self, unsaid: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[str, str]] = []
        self.pictures: list[tuple[str, str, str]] = []
        self.spots: list[Spot] = []
        self._unsaid = unsaid
        self._open: list[str] = []
        self._main = self._skipped = 0
        self._section = self._heading = PLACE
        self._words: list[str] = []
        self._figure = ""
        self._numbers: list[list[Any]] = []  # id, where its words begin, its words
        self._seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._main = len(self._open) + 1
        if self._main and not self._skipped:
            self._begin(tag, told)
        if tag not in VOID:
            self._open.append(tag)
            if self._main and not self._skipped and UNTOLD & {*told.get("class", "").split()}:
                self._skipped = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        if self._main and not self._skipped:
            if tag in ("td", "data") and self._numbers and self._numbers[-1][2] is None:
                self._numbers[-1][2] = _plain(self._words[self._numbers[-1][1] :])
            if tag in BLOCKS:
                self._end(tag)
        while self._open.pop() != tag:
            pass
        if len(self._open) < self._skipped:
            self._skipped = 0
        if len(self._open) < self._main:
            self._main = 0

    def handle_data(self, data: str) -> None:
        if self._main and not self._skipped:
            self._words.append(data)

    def _begin(self, tag: str, told: Mapping[str, str]) -> None:
        if tag in BLOCKS:
            self._flush()
        if re.fullmatch("h[1-6]", tag):
            self._section = told.get("id") or self._section
        elif tag == "figure":
            self._figure = told.get("id", "")
        elif tag == "img" and self._section != ORIGIN:
            picture = _picture_hash(told.get("src", ""))
            self.pictures.append((self._section, told.get("alt", ""), picture))
        number = told.get("data-result") or (told.get("value") if tag == "data" else "")
        if number:
            self._numbers.append([number, len(self._words), None])
        if tag in ("td", "th", "br"):
            self._words.append(" ")

    def _end(self, tag: str) -> None:
        text, numbers, words = _plain(self._words), self._numbers, self._words
        self._flush()
        if re.fullmatch("h[1-6]", tag):
            self._spot("section", self._section, text)
        elif tag == "figcaption" and self._figure:
            self._spot("figure", self._figure, text)
        for id_, place, value in numbers:
            row = tag == "tr"  # it is called by its first cells, a sentence by its last words
            before = _plain(words[: numbers[0][1] if row else place])
            about = before[:SHOWN] if row else before[-SHOWN:].split(". ")[-1]
            self._spot("number", id_, f"{value or ''} – {about}")

    def _flush(self) -> None:
        """Take up the words since the last block."""
        text = _plain(self._words)
        self._words, self._numbers = [], []
        for sentence in self._unsaid:
            text = text.replace(sentence, "").strip()
        if text and self._section != ORIGIN:
            self.texts.append((self._section, text))

    def _spot(self, kind: str, anchor: str, shown: str) -> None:
        if anchor not in self._seen:
            self._seen.add(anchor)
            place = self._section if kind == "number" else anchor
            self.spots.append(Spot(kind, anchor, place, shown[: 2 * SHOWN]))


def _plain(words: list[str]) -> str:
    return " ".join("".join(words).split())


def _picture_hash(address: str) -> str:
    """Hash of a picture as it is seen: an SVG without its metadata (which names versions)."""
    head, _, coded = address.partition(",")
    if head.startswith("data:image/svg+xml") and head.endswith("base64"):
        drawn = base64.b64decode(coded)
        seen = re.sub(rb"<metadata>.*?</metadata>", b"", drawn, flags=re.DOTALL)
        return hashlib.sha256(seen).hexdigest()
    return hashlib.sha256(address.encode()).hexdigest()
