"""Tables that a screen reader can walk: a caption, header cells with scope, typed cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from skk_analysis.figures.table_data import RESOURCE, resource
from skk_analysis.language.catalogue import text
from skk_analysis.language.parts import marked
from skk_analysis.language.quantities import Missing, Quantity


@dataclass(frozen=True)
class Limits:
    """The interval of a quantity as a cell of its own."""

    of: Quantity


@dataclass(frozen=True)
class Marked:
    """A quantity with a class that is told by a symbol and a word as well as by colour."""

    quantity: Quantity
    mark: str  # a CSS class such as "heart-good"
    symbol: str
    word: str


Cell = str | Quantity | Limits | Missing | Marked
"""What a table's cell may hold."""


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Parameters
    ----------
    caption : "Taulukko 3. …"
    columns : headings; the first column's cells are the rows' headings
    rows : cells, as many in a row as there are columns
    language : ``fi``, ``sv`` or ``en``
    wide : put it into a region that scrolls and takes the keyboard's focus
    note : a line under the table
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    language: str
    wide: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if not self.caption or not all(self.columns):
            raise ValueError(f"A table needs a caption and no empty heading: {self.columns!r}.")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.caption}: {len(row)} cells under {len(self.columns)}.")

    def quantities(self) -> Iterator[Quantity]:
        """The numbers in the table, row by row."""
        for row in self.rows:
            for cell in row:
                match cell:
                    case Quantity():
                        yield cell
                    case Marked():
                        yield cell.quantity
                    case Limits():  # a range may stand alone
                        yield cell.of

    def statuses(self) -> list[str]:
        """The reasons for missing numbers that occur, each once."""
        cells = (cell for row in self.rows for cell in row)
        return list(dict.fromkeys(cell.status for cell in cells if isinstance(cell, Missing)))

    def html(self) -> str:
        """The table as accessible HTML, with what its signs mean."""
        head = "".join(
            f'<th scope="col"{_side(self._is_numeric(i))}>{marked(heading)}</th>'
            for i, heading in enumerate(self.columns)
        )
        numeric = [self._is_numeric(i) for i in range(1, len(self.columns))]
        body = "".join(
            "<tr>" + self._heading(row[0]) + "".join(map(self._cell, row[1:], numeric)) + "</tr>"
            for row in self.rows
        )
        table = (
            f"<table><caption>{escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
        if self.wide:
            table = (
                f'<div class="region" role="region" tabindex="0" '
                f'aria-label="{escape(self.caption)}">{table}</div>'
            )
        notes = [self.note] if self.note else []
        notes += [text(f"missing.{s}.meaning", self.language) for s in self.statuses()]
        return table + "".join(f'<p class="note">{marked(note)}</p>' for note in notes)

    def plain(self) -> str:
        """The table as text, one row a line."""
        lines = [self.caption, " | ".join(self.columns)]
        lines += [" | ".join(self._words(cell) for cell in row) for row in self.rows]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        shown = {"text/html": self.html(), "text/plain": self.plain()}
        return {**shown, RESOURCE: resource(self)}, {}

    def _is_numeric(self, column: int) -> bool:
        return column > 0 and any(
            isinstance(row[column], Quantity | Limits | Marked) for row in self.rows
        )

    def _words(self, cell: Cell) -> str:
        match cell:
            case Quantity():
                return cell.shown(self.language)
            case Limits():
                return cell.of.interval(self.language) or text("table.no_interval", self.language)
            case Marked():
                return f"{cell.quantity.shown(self.language)} {cell.symbol}"
            case Missing():
                return cell.shown(self.language)
        return cell

    def _heading(self, cell: Cell) -> str:
        return f'<th scope="row">{marked(self._words(cell))}</th>'

    def _cell(self, cell: Cell, numeric: bool) -> str:
        words = marked(self._words(cell))
        match cell:
            case Quantity():
                return f'<td class="number" data-result="{escape(cell.id)}">{words}</td>'
            case Marked():
                number = escape(cell.quantity.shown(self.language))
                return (
                    f'<td class="number {cell.mark}" data-result="{escape(cell.quantity.id)}">'
                    f'{number} <span aria-hidden="true">{cell.symbol}</span>'
                    f'<span class="unseen"> {escape(cell.word)}</span></td>'
                )
            case Limits():
                return f'<td class="number" data-limits="{escape(cell.of.id)}">{words}</td>'
            case Missing():
                kind = "protected" if cell.status == "protected" else "missing"
                return f'<td class="number {kind}">{words}</td>'
        return f"<td{_side(numeric and cell == '–')}>{words}</td>"


def _side(numeric: bool) -> str:
    return ' class="number"' if numeric else ""


def value_table(
    caption: str,
    heading: str,
    rows: Sequence[tuple[str, Quantity]],
    language: str,
) -> Table:
    """The data behind a figure: a name, its number, and limits and n where there are any."""
    limits = any(quantity.lower is not None for _, quantity in rows)
    counts = any(quantity.n is not None for _, quantity in rows)
    columns = [heading, text("table.value", language)]
    columns += [text("table.interval", language)] if limits else []
    columns += [text("table.n", language)] if counts else []
    body = []
    for name, quantity in rows:
        row: list[Cell] = [name, quantity]
        row += [Limits(quantity)] if limits else []
        row += [count_of(quantity)] if counts else []
        body.append(tuple(row))
    return Table(caption, tuple(columns), tuple(body), language)


def count_of(quantity: Quantity) -> Cell:
    """The number of observations behind a quantity, as a cell."""
    if quantity.n is None:
        return Missing("not_applicable")
    unit = "persons" if quantity.n_of == "persons" else "count"
    return Quantity(f"{quantity.id}.n", float(quantity.n), unit, year=quantity.year)
