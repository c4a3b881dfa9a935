"""The phenomenon canvas (ilmiökanvas) as a page: its fields, those that are empty seen to be so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skk_analysis.figures import boxes
from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text

COLUMNS, GAP = 3, 0.09
LONGEST = 12
"""Lines of one field that are drawn; the whole text stands in the table."""


@dataclass(frozen=True)
class Field:
    """One field of the canvas and what is written in it, ``""`` if nothing."""

    name: str
    words: str


def canvas_page(fields: Sequence[Field], language: str, *, caption: str, topic: str) -> Figure:
    """The canvas drawn as a page of boxes in the order of the fields.

    Parameters
    ----------
    fields : the configured fields in order, empty ones among them
    topic : whose canvas it is, as it starts the alternative text

    Raises
    ------
    ValueError
        If the canvas has no fields.
    """
    if not fields:
        raise ValueError("a canvas has no fields to draw: the register's canvas_fields is empty")
    empty = [field.name for field in fields if not field.words]
    counts = {
        "topic": topic,
        "filled": forms.number(len(fields) - len(empty), language),
        "fields": forms.number(len(fields), language),
    }
    facts = [
        text("chart.canvas.field", language, name=field.name, words=field.words or _empty(language))
        for field in fields
    ]
    alt = text("chart.canvas.alt", language, **counts)
    if empty:
        names = forms.joined(empty, language)
        facts.insert(0, text("chart.canvas.empty_ones", language, names=names))
    return Figure(
        svg=_draw(fields, language),
        caption=caption,
        alt=short(alt),
        description=" ".join([alt, *facts]),
        table=_table(fields, language, caption),
    )


def _empty(language: str) -> str:
    return text("chart.canvas.empty", language)


def _table(fields: Sequence[Field], language: str, caption: str) -> Table:
    columns = (
        text("chart.canvas.column.field", language),
        text("chart.canvas.column.text", language),
    )
    rows = tuple((field.name, field.words or _empty(language)) for field in fields)
    return Table(text("figure.data", language, caption=caption), columns, rows, language)


def _draw(fields: Sequence[Field], language: str) -> str:
    width = (c.WIDTH - GAP * (COLUMNS - 1) - 0.04) / COLUMNS
    written = [_lines(field, width, language) for field in fields]
    rows = [written[i : i + COLUMNS] for i in range(0, len(written), COLUMNS)]
    heights = [max(boxes.height_of(lines) for lines in row) for row in rows]
    total = sum(heights) + GAP * (len(rows) - 1) + 0.04
    with c.drawing(height=total, layout=None) as canvas:
        axes = canvas.add_axes((0, 0, 1, 1))
        boxes.sheet(axes, c.WIDTH, total)
        top = total - 0.02
        for place, (row, height) in enumerate(zip(rows, heights, strict=True)):
            for column, lines in enumerate(row):
                field = fields[place * COLUMNS + column]
                left = 0.02 + column * (width + GAP)
                boxes.draw_box(axes, left, top, width, height, lines, empty=not field.words)
            top -= height + GAP
        return c.svg(canvas)


def _lines(field: Field, width: float, language: str) -> list[boxes.Line]:
    name = boxes.wrapped(field.name, width, 7.5, bold=True)
    body = boxes.wrapped(field.words or _empty(language), width, 7.5, muted=not field.words)
    if len(body) > LONGEST:
        body = [*body[:LONGEST], boxes.Line("…")]
    return [*name, *body]
