"""A table's cells as data: what it shows and no more, at full precision, with types and units.

The form is a *tabular data resource* (Frictionless, https://specs.frictionlessdata.io/), which
Jupyter knows as a kind of output, so the numbers need not be read back from words. Values stand in
the unit that is printed: 36.5 under "%", and not 0.365. A number that is not there keeps its word
("suojattu", "ei tietoa"), and the schema lists these words as missing values, each by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skk_analysis.language.catalogue import text
from skk_analysis.language.data_type import RESOURCE, plain_name
from skk_analysis.language.forms import POINTS, scaled
from skk_analysis.language.quantities import Missing, Quantity

if TYPE_CHECKING:
    from skk_analysis.figures.table import Cell, Table

DIGITS = 15
"""Significant digits of a double that survive; scaling to percent adds noise behind them."""

__all__ = ["RESOURCE", "printed_value", "resource", "unit_word"]

Value = str | float | int | None


@dataclass
class _Column:
    """One field of the data: what it is called, its unit and its values."""

    name: str
    title: str
    type: str
    values: list[Value]
    unit: str = ""
    ids: list[str] = field(default_factory=list)
    """Under which id each value is on record, ``""`` for none; empty if no value is."""

    def descriptor(self) -> dict[str, Any]:
        told = {"name": self.name, "type": self.type, "title": self.title}
        return {**told, "skk:unit": self.unit} if self.unit else told


def resource(table: Table) -> dict[str, Any]:
    """The data of a table.

    Returns
    -------
    dict
        ``title``, ``notes``, ``schema`` with the fields' names, titles, types, units and the words
        for missing values, ``data`` as rows under a row of names, and ``skk:results``: under which
        id a value is on record, as (row, field, id) from 0.
    """
    columns: list[_Column] = []
    for number, heading in enumerate(table.columns):
        cells = [row[number] for row in table.rows]
        columns += _columns(heading, cells, table.language)
    _make_unique(columns)
    missing = {s: text(f"missing.{s}", table.language) for s in table.statuses()}
    notes = [table.note] if table.note else []
    notes += [text(f"missing.{status}.meaning", table.language) for status in missing]
    rows = [list(row) for row in zip(*(column.values for column in columns), strict=True)]
    return {
        "profile": "tabular-data-resource",
        "title": table.caption,
        "notes": notes,
        "schema": {
            "fields": [column.descriptor() for column in columns],
            "missingValues": ["", *missing.values()],
            "skk:missing": missing,
        },
        "data": [[column.name for column in columns], *rows],
        "skk:results": [
            [row, number, id_]
            for number, column in enumerate(columns)
            for row, id_ in enumerate(column.ids)
            if id_
        ],
    }


def unit_word(quantity: Quantity, language: str) -> str:
    """What a value as `printed_value` gives it is measured in, ``""`` for a plain number."""
    if quantity.kind == "relative" or (
        quantity.kind == "value" and quantity.unit in ("share", "percent")
    ):
        return "%"
    if quantity.kind in ("difference", "gap") and quantity.unit in POINTS:
        return text("data.unit.points", language)
    return text(f"data.unit.{quantity.unit}", language)


def printed_value(value: float | None, quantity: Quantity) -> Value:
    """A value of the quantity (or a limit of it) in the unit that the report prints."""
    if value is None:
        return None
    if quantity.kind == "relative":
        return _clean((value - 1) * 100)
    return _clean(scaled(value, quantity.unit))


def _clean(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _columns(heading: str, cells: Sequence[Cell], language: str) -> list[_Column]:
    """The fields of one column: numbers, their unit if it changes, limits, marks, and words."""
    from skk_analysis.figures.table import Limits, Marked

    name = plain_name(heading)
    numbers = [c.quantity if isinstance(c, Marked) else c for c in cells]
    made: list[_Column] = []
    if any(isinstance(cell, Quantity) for cell in numbers):
        made.append(_numbers(name, heading, numbers, language))
        made += _unit(name, heading, numbers, made[0], language)
    if any(isinstance(cell, Limits) for cell in cells):
        made += _limits(name, heading, cells, language)
    if any(isinstance(cell, Marked) for cell in cells):
        words = [cell.word if isinstance(cell, Marked) else None for cell in cells]
        title = text("data.mark", language, column=heading)
        made.append(_Column(f"{name}_mark", title, "string", list(words)))
    if not made:
        return [_Column(name, heading, "string", [_word(cell, language) for cell in cells])]
    if any(isinstance(cell, str) for cell in cells):
        words = [cell if isinstance(cell, str) else None for cell in cells]
        title = text("data.words", language, column=heading)
        made.append(_Column(f"{name}_text", title, "string", list(words)))
    return made


def _numbers(name: str, heading: str, cells: Sequence[Any], language: str) -> _Column:
    values: list[Value] = []
    for cell in cells:
        known = isinstance(cell, Quantity)
        values.append(printed_value(cell.value, cell) if known else _missing(cell, language))
    ids = [cell.id if isinstance(cell, Quantity) else "" for cell in cells]
    return _Column(name, heading, "number", values, ids=ids)


def _unit(
    name: str, heading: str, cells: Sequence[Any], numbers: _Column, language: str
) -> list[_Column]:
    """The unit where it is the same in all rows; else a field that tells it for each."""
    units = [unit_word(c, language) if isinstance(c, Quantity) else None for c in cells]
    known = {unit for unit in units if unit is not None}
    if len(known) == 1:
        numbers.unit = known.pop()
        return []
    title = text("data.unit", language, column=heading)
    return [_Column(f"{name}_unit", title, "string", list(units))]


def _limits(name: str, heading: str, cells: Sequence[Any], language: str) -> list[_Column]:
    from skk_analysis.figures.table import Limits

    units = {unit_word(c.of, language) for c in cells if isinstance(c, Limits)}
    unit = units.pop() if len(units) == 1 else ""
    made = []
    for side, title in (
        ("lower", text("data.lower", language, column=heading)),
        ("upper", text("data.upper", language, column=heading)),
    ):
        values = [
            printed_value(getattr(cell.of, side), cell.of)
            if isinstance(cell, Limits)
            else _missing(cell, language)
            for cell in cells
        ]
        made.append(_Column(f"{name}_{side}", title, "number", values, unit))
    return made


def _missing(cell: Any, language: str) -> str | None:
    return cell.shown(language) if isinstance(cell, Missing) else None


def _word(cell: Cell, language: str) -> str | None:
    return cell if isinstance(cell, str) else _missing(cell, language)


def _make_unique(columns: Sequence[_Column]) -> None:
    taken: set[str] = set()
    for column in columns:
        name, number = column.name, 1
        while column.name in taken:
            number += 1
            column.name = f"{name}_{number}"
        taken.add(column.name)
