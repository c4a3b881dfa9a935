"""Urban HEART Matrix: areas × indicators, each cell a number, a symbol, a word and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skk_analysis.figures.table import Cell, Marked, Missing, Table
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

SYMBOLS = {"better": "▲", "near": "●", "worse": "▼", "higher": "↑", "lower": "↓"}
"""Against the city's own value; higher and lower are for indicators without a better end."""

COLOURS = {
    "better": "heart-good",
    "near": "heart-middle",
    "worse": "heart-poor",
    "higher": "heart-none",
    "lower": "heart-none",
}
"""The style sheet's class of each symbol."""


@dataclass(frozen=True)
class Criterion:
    """One column: an indicator, the city's value, and which end is better."""

    name: str
    direction: str  # higher, lower, neither
    city: Quantity | Missing
    margin: float
    """How far from the city's value an area counts as differing, in the value's unit."""


def mark_of(quantity: Quantity, criterion: Criterion) -> str:
    """How an area's value stands against the city's: a key of `SYMBOLS`."""
    if isinstance(criterion.city, Missing):
        return "near"
    distance = quantity.value - criterion.city.value
    lower = quantity.lower if quantity.lower is not None else quantity.value
    upper = quantity.upper if quantity.upper is not None else quantity.value
    covered = lower <= criterion.city.value <= upper
    if abs(distance) <= criterion.margin or (covered and quantity.lower is not None):
        return "near"
    if criterion.direction == "neither":
        return "higher" if distance > 0 else "lower"
    return "better" if (distance > 0) == (criterion.direction == "higher") else "worse"


def matrix(
    criteria: Sequence[Criterion],
    areas: Sequence[tuple[str, Sequence[Quantity | Missing]]],
    city: str,
    language: str,
    *,
    caption: str,
) -> Table:
    """The matrix as a table; the city's own row comes first.

    Parameters
    ----------
    criteria : the columns
    areas : each area's name and its value in every column
    city : the city's name
    """
    rows: list[tuple[Cell, ...]] = [(city, *(criterion.city for criterion in criteria))]
    for name, values in areas:
        rows.append((name, *map(lambda v, k: _cell(v, k, language), values, criteria)))
    columns = (text("table.area", language), *(criterion.name for criterion in criteria))
    return Table(
        caption, columns, tuple(rows), language, wide=True, note=text("matrix.legend", language)
    )


def _cell(value: Quantity | Missing, criterion: Criterion, language: str) -> Cell:
    if isinstance(value, Missing):
        return value
    mark = mark_of(value, criterion)
    return Marked(value, COLOURS[mark], SYMBOLS[mark], text(f"matrix.mark.{mark}", language))
