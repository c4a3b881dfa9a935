"""Rows × columns where each cell is a number or a symbol, told by words as well as by colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text

__all__ = ["GridCell", "Key", "cell_grid", "draw_grid"]

ROW = 0.3
LONGEST, HEADING, UPRIGHT = 34, 13, 24
"""Letters on one line of a row's name, of a column's heading, and of one that stands upright."""

ACROSS = 70
"""Letters of headings side by side."""

MANY = 6
"""Columns from which on their headings stand upright."""


@dataclass(frozen=True)
class Key:
    """What a kind of cell looks like and means.

    ``tint`` is a fill light enough for dark text; ``hatch`` tells it without colour.
    """

    word: str
    symbol: str = ""
    tint: str = "white"
    hatch: str = ""


@dataclass(frozen=True)
class GridCell:
    """One cell: what is printed in it, its kind, and its content in the data table."""

    printed: str
    kind: str = ""
    content: Cell = ""

    @property
    def in_table(self) -> Cell:
        """What the table shows."""
        return self.content or self.printed or "–"


Grid = Mapping[tuple[str, str], GridCell]


def cell_grid(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Grid,
    language: str,
    *,
    keys: Mapping[str, Key],
    heading: str,
    caption: str,
    topic: str = "",
) -> Figure:
    """A grid as a figure; cells that are not given are empty.

    Parameters
    ----------
    rows, columns : names in their order
    cells : by row and column
    language : ``fi``, ``sv`` or ``en``
    keys : what each kind of cell looks like and means
    heading : of the rows, in the data table
    caption, topic : as in the other figures
    """
    wrong = [place for place in cells if place[0] not in rows or place[1] not in columns]
    if wrong:
        raise ValueError(f"cell {wrong[0]!r} is in no row or column of the grid; add it or drop it")
    shown = {
        "topic": topic or caption,
        "rows": forms.number(len(rows), language),
        "columns": forms.number(len(columns), language),
    }
    alt = text("chart.grid.alt", language, **shown)
    facts = " ".join(_fact(row, columns, cells, keys, language) for row in rows)
    body = tuple(
        (
            row,
            *(cells[row, column].in_table if (row, column) in cells else "–" for column in columns),
        )
        for row in rows
    )
    title = text("figure.data", language, caption=caption)
    return Figure(
        svg=draw_grid(rows, columns, cells, keys, language),
        caption=caption,
        alt=short(alt),
        description=text("chart.grid.description", language, alt=alt, facts=facts),
        table=Table(title, (heading, *columns), body, language, wide=True),
    )


def _fact(
    row: str, columns: Sequence[str], cells: Grid, keys: Mapping[str, Key], language: str
) -> str:
    told = []
    for column in columns:
        cell = cells.get((row, column))
        if cell is not None:
            word = keys[cell.kind].word if cell.kind in keys else cell.printed
            content = (
                word if not cell.printed or word == cell.printed else f"{cell.printed}, {word}"
            )
            if cell.kind in keys and cell.printed == keys[cell.kind].symbol:
                content = word
            told.append(text("chart.grid.cell", language, column=column, content=f"({content})"))
    if not told:
        return text("chart.grid.empty", language, row=row)
    return text("chart.grid.fact", language, row=row, cells="; ".join(told))


def draw_grid(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Grid,
    keys: Mapping[str, Key],
    language: str,
) -> str:
    """The drawing of a grid with its legend."""
    upright = len(columns) > MANY
    width = UPRIGHT if upright else max(HEADING, ACROSS // max(len(columns), 1))
    wrapped = [fill(column, width, break_long_words=False) for column in columns]
    names = [fill(row, LONGEST) for row in rows]
    lines = max((name.count("\n") + 1 for name in names), default=1)
    longest = max((len(line) for name in wrapped for line in name.split("\n")), default=0)
    stacked = max((name.count("\n") + 1 for name in wrapped), default=1)
    head = 0.075 * longest if upright else 0.17 * stacked
    used = [key for key in keys if any(cell.kind == key for cell in cells.values())]
    step = max(ROW, 0.16 * lines)
    with c.drawing(height=0.45 + head + step * len(rows) + 0.2 * len(used)) as canvas:
        axes = canvas.subplots()
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                _cell(axes, j, len(rows) - 1 - i, cells.get((row, column)), keys)
        axes.set_xlim(0, max(len(columns), 1))
        axes.set_ylim(0, max(len(rows), 1))
        axes.set_yticks([len(rows) - 0.5 - i for i in range(len(rows))], names, fontsize=8)
        turned: Any = {"rotation": 90, "va": "bottom"} if upright else {}
        axes.set_xticks([j + 0.5 for j in range(len(columns))], wrapped, fontsize=7.5, **turned)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        _legend(axes, [keys[name] for name in used], language)
        return c.svg(canvas)


def _cell(axes: Axes, x: int, y: int, cell: GridCell | None, keys: Mapping[str, Key]) -> None:
    key = keys.get(cell.kind) if cell else None
    axes.add_patch(
        Rectangle(
            (x, y), 1, 1, facecolor=key.tint if key else "white", edgecolor=c.GREY,
            linewidth=0.6, hatch=key.hatch if key else "",
        )
    )  # fmt: skip
    if cell and cell.printed:
        printed = cell.printed
        if key and key.symbol and key.symbol != printed:
            printed = f"{printed} {key.symbol}"
        box = (
            {"facecolor": key.tint, "edgecolor": "none", "pad": 1.2} if key and key.hatch else None
        )
        axes.text(x + 0.5, y + 0.5, printed, ha="center", va="center", fontsize=8.5, bbox=box)


def _legend(axes: Axes, used: list[Key], language: str) -> None:
    if not used:
        return
    handles = [
        Rectangle((0, 0), 1, 1, facecolor=key.tint, edgecolor=c.GREY, hatch=key.hatch)
        for key in used
    ]
    labels = [
        text("table.grid.mark", language, symbol=key.symbol, word=key.word)
        if key.symbol
        else key.word
        for key in used
    ]
    axes.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0, -0.01), fontsize=7.5, frameon=False,
        borderaxespad=0.2,
    )  # fmt: skip
