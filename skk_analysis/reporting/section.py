"""A section of the report: what it displays, in order, written through a `Writer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from skk_analysis.estimate import Estimate
from skk_analysis.figures import Cell, Figure, Heading, Prose, Sentence, Table
from skk_analysis.figures.prose import Part
from skk_analysis.language import Missing, Quantity, text
from skk_analysis.workspace import SkkError

SUMMARY = "summary"
"""Class of what stands first in every report: what it says, in plain words, 150 of them at most."""


class Display(Protocol):
    """Something that a notebook shows."""

    def quantities(self) -> Iterable[Quantity]:
        """The numbers in it."""

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]: ...


@dataclass(frozen=True)
class Section:
    """What one cell of the notebook shows."""

    anchor: str
    parts: tuple[Display, ...]

    def quantities(self) -> Iterator[Quantity]:
        """The numbers that the section shows, each id once."""
        seen: dict[str, Quantity] = {}
        for part in self.parts:
            for quantity in part.quantities():
                first = seen.setdefault(quantity.id, quantity)
                if first is quantity:
                    yield quantity
                elif first.value != quantity.value:
                    raise SkkError(f"Section {self.anchor}: two values under {quantity.id!r}.")

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self.parts:
            display(part)

    def __repr__(self) -> str:
        return f"Section({self.anchor}, {len(self.parts)} displays)"


class Numbering:
    """Numbers of figures and tables: in order of first showing, the same when shown again."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}

    def of(self, kind: str, name: str) -> int:
        """The number of the figure or table with this name."""
        known = self._numbers.setdefault(kind, {})
        return known.setdefault(name, len(known) + 1)


@dataclass
class Writer:
    """Collects the displays of one section in the report's language."""

    anchor: str
    language: str
    numbering: Numbering
    parts: list[Display] = field(default_factory=list)

    def text(self, key: str, **values: str) -> str:
        """A message in the report's language."""
        return text(key, self.language, **values)

    def sentence(self, key: str, **parts: Part) -> Sentence:
        """A message whose numbers are on record."""
        return Sentence(key, self.language, parts)

    def say(self, key: str, **parts: Part) -> None:
        """A paragraph of one message."""
        self.parts.append(Prose.of(self.sentence(key, **parts)))

    def tells(self, *numbers: Quantity) -> None:
        """Put on record what the finished words of the last paragraphs tell."""
        last = self.parts[-1]
        if not isinstance(last, Prose):
            raise SkkError(f"Section {self.anchor}: only paragraphs tell numbers in words.")
        self.parts[-1] = replace(last, told=(*last.told, *numbers))

    def listed(self, sentences: Iterable[Sentence]) -> None:
        """A list with a sentence an item."""
        self.parts.append(Prose.listed(sentences))

    def subheading(self, key: str) -> None:
        """A heading within the section."""
        anchor = key.removeprefix("section.").replace(".", "-").replace("_", "-")
        self.parts.append(Heading(self.text(key), anchor, level=3))

    def table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        *,
        wide: bool = False,
        note: str = "",
        **values: str,
    ) -> None:
        """A numbered table; its caption is the message ``table.caption.<name>``."""
        caption = self.caption("table", name, **values)
        body = tuple(tuple(row) for row in rows)
        self.parts.append(Table(caption, tuple(columns), body, self.language, wide, note))

    def figure(self, name: str, draw: Callable[..., Figure], *args: Any, **values: str) -> None:
        """A numbered figure; caption and topic are ``figure.caption.<name>``."""
        topic = self.text(f"figure.caption.{name}", **values)
        caption = self.caption("figure", name, **values)
        self.parts.append(draw(*args, self.language, caption=caption, topic=topic))

    def caption(self, kind: str, name: str, **values: str) -> str:
        """``Kuvio 3. …``; the same name with other values is another figure or table."""
        place = self.numbering.of(kind, repr((name, values)))
        number = text(f"{kind}.number", self.language, number=str(place))
        return f"{number} {self.text(f'{kind}.caption.{name}', **values)}"

    def section(self) -> Section:
        """The finished section."""
        return Section(self.anchor, tuple(self.parts))


def estimated(
    name: str, estimate: Estimate | None, unit: str, year: int | None = None, **more: Any
) -> Quantity | Missing:
    """An estimate as a number of the report; a missing one as the sign that stands for it."""
    if estimate is None:
        return Missing("not_received")
    lower, upper = estimate.interval() if estimate.se > 0 else (None, None)
    return Quantity(
        name,
        float(estimate.value),
        unit,
        lower=lower,
        upper=upper,
        n=estimate.n or None,
        year=year,
        **more,
    )
