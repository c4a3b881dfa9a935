"""Boxes with a heading, one value and a line under it, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from skk_analysis.language.parts import marked
from skk_analysis.language.quantities import Quantity

__all__ = ["Box", "KeyFigures"]


@dataclass(frozen=True)
class Box:
    """One box: what it is, a number on record or words, and what must be known of it."""

    title: str
    value: Quantity | str
    note: str


@dataclass(frozen=True)
class KeyFigures:
    """Boxes in a row; a list of terms for those who hear the page."""

    boxes: tuple[Box, ...]
    language: str

    def quantities(self) -> list[Quantity]:
        """The numbers in the boxes."""
        return [box.value for box in self.boxes if isinstance(box.value, Quantity)]

    def html(self) -> str:
        """A description list, a group for each box."""
        return '<dl class="key-figures">' + "".join(map(self._box, self.boxes)) + "</dl>"

    def plain(self) -> str:
        """A line for each box."""
        return "\n".join(f"{b.title}: {self._shown(b.value)}. {b.note}" for b in self.boxes)

    def _box(self, box: Box) -> str:
        value = marked(self._shown(box.value))
        if isinstance(box.value, Quantity):
            value = f'<data value="{escape(box.value.id)}">{value}</data>'
        note = marked(box.note)
        return (
            f'<div><dt>{marked(box.title)}</dt><dd>{value}</dd><dd class="note">{note}</dd></div>'
        )

    def _shown(self, value: Quantity | str) -> str:
        return value if isinstance(value, str) else value.shown(self.language)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": self.html(), "text/plain": self.plain()}, {}
