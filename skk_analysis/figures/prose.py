"""Headings and paragraphs of a report; numbers in a sentence name the record they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from skk_analysis.language.catalogue import placeholders, template
from skk_analysis.language.parts import marked
from skk_analysis.language.quantities import Quantity
from skk_analysis.workspace import SkkError

Part = str | Quantity
"""What may fill a place of a message."""


@dataclass(frozen=True)
class Sentence:
    """A message of the catalogue with its places filled.

    Text that comes from data (an area's name) is escaped; it stays text everywhere.
    """

    key: str
    language: str
    parts: dict[str, Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = placeholders(template(self.key, self.language))
        if wanted != self.parts.keys():
            raise SkkError(
                f"Message {self.key!r} ({self.language}) has places {sorted(wanted)}, "
                f"got {sorted(self.parts)}."
            )

    def html(self) -> str:
        """The sentence with each number in a ``<data>`` element that names its record."""
        return self._filled(escape(template(self.key, self.language), quote=False), _marked)

    def plain(self) -> str:
        """The sentence as text."""
        return self._filled(template(self.key, self.language), _plain)

    def quantities(self) -> list[Quantity]:
        """The numbers in the sentence."""
        return [part for part in self.parts.values() if isinstance(part, Quantity)]

    def _filled(self, form: str, show: Any) -> str:
        return form.format(**{k: show(v, self.language) for k, v in self.parts.items()})


def _plain(part: Part, language: str) -> str:
    return part.shown(language) if isinstance(part, Quantity) else f"{part}"


def _marked(part: Part, language: str) -> str:
    if isinstance(part, Quantity):
        return f'<data value="{escape(part.id)}">{part.shown(language)}</data>'
    return marked(part)


@dataclass(frozen=True)
class Heading:
    """A heading with the anchor that the table of contents points to."""

    words: str
    anchor: str
    level: int = 2

    def quantities(self) -> list[Quantity]:
        """Headings hold no numbers of their own."""
        return []

    def html(self) -> str:
        """``<h2 id="…">…</h2>``."""
        return f'<h{self.level} id="{self.anchor}">{marked(self.words)}</h{self.level}>'

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": self.html(), "text/plain": self.words}, {}


@dataclass(frozen=True)
class Prose:
    """Paragraphs, or a list where ``items`` is set; each line is a sentence or several.

    ``told`` are numbers that finished words among them tell, so that they are on record.
    """

    lines: tuple[tuple[Sentence, ...], ...]
    items: bool = False
    kind: str = ""  # a CSS class such as "verdict"
    record: dict[str, Any] = field(default_factory=dict)
    told: tuple[Quantity, ...] = ()

    @classmethod
    def of(cls, *sentences: Sentence, kind: str = "") -> Prose:
        """One paragraph."""
        return cls((sentences,), kind=kind)

    @classmethod
    def listed(cls, sentences: Iterable[Sentence], kind: str = "") -> Prose:
        """A list with a sentence an item."""
        return cls(tuple((sentence,) for sentence in sentences), items=True, kind=kind)

    def quantities(self) -> list[Quantity]:
        """The numbers in the text."""
        named = [q for line in self.lines for sentence in line for q in sentence.quantities()]
        return [*named, *self.told]

    def html(self) -> str:
        """Paragraphs or a list."""
        mark = f' class="{self.kind}"' if self.kind else ""
        lines = [" ".join(sentence.html() for sentence in line) for line in self.lines]
        if self.items:
            return f"<ul{mark}>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
        return "".join(f"<p{mark}>{line}</p>" for line in lines)

    def plain(self) -> str:
        """The text, a line for each paragraph."""
        return "\n".join(" ".join(s.plain() for s in line) for line in self.lines)

    def words(self) -> int:
        """How many words a reader reads."""
        return len(re.findall(r"[^\W\d_][\w’'-]*", self.plain()))

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        metadata = {"text/html": {"skk": self.record}} if self.record else {}
        return {"text/html": self.html(), "text/plain": self.plain()}, metadata
