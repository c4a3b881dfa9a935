"""The tables and figures of an executed notebook that can be taken away, and their files' names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skk_analysis.language.data_type import RESOURCE
from skk_analysis.language.visible import visible, visible_values
from skk_analysis.reporting.execute import INJECTED

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER, WORKBOOK = "downloads", "tables.xlsx"
SVG = "image/svg+xml"
HIDDEN_TAGS = {"notes", "parameters", INJECTED}
"""Cells for researchers and for papermill: not on the page, so not to be taken away."""
NUMBER = re.compile(r"^\s*(\S+ (\d+))\.")


@dataclass(frozen=True)
class Item:
    """A table, or a figure with the numbers behind it.

    Parameters
    ----------
    name : of its files, without ending: ``table-3``, ``figure-2``
    label : "Taulukko 3"
    caption : whole, with its number
    resource : the cells as a tabular data resource
    svg : the drawing, ``""`` for a table
    alt, description : of the drawing
    """

    name: str
    label: str
    caption: str
    resource: dict[str, Any]
    svg: str = ""
    alt: str = ""
    description: str = ""

    @property
    def csv(self) -> str:
        """Name of the file with its cells."""
        return f"{self.name}.csv"

    @property
    def svg_name(self) -> str:
        """Name of the file with its drawing."""
        return f"{self.name}.svg"


def items(notebook: NotebookNode) -> list[Item]:
    """Everything in the notebook's visible cells that has data, in its order."""
    return [item for _, item in placed_items(notebook)]


def placed_items(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, Item]]:
    """Each output that has data, with what can be taken away of it.

    A figure or table keeps the number of its caption; one that is shown again, or has none, is
    told apart by a further number.
    """
    taken: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code" or HIDDEN_TAGS & set(cell.metadata.get("tags", [])):
            continue
        for output in cell.outputs:
            if RESOURCE in output.get("data", {}):
                item = _item(output, taken)
                taken.add(item.name)
                yield output, item


def _item(output: NotebookNode, taken: set[str]) -> Item:
    resource = visible_values(dict(output.data[RESOURCE]))
    told = output.metadata.get(SVG, {})
    caption = visible(str(told.get("caption") or resource.get("title", "")))
    kind = "figure" if SVG in output.data else "table"
    found = NUMBER.match(caption)
    name = wanted = f"{kind}-{found[2]}" if found else kind
    again = 1
    while name in taken:
        again += 1
        name = f"{wanted}-{again}"
    return Item(
        name,
        found[1] if found else caption,
        caption,
        resource,
        visible(output.data[SVG]) if kind == "figure" else "",
        visible(str(told.get("alt", ""))),
        visible(str(told.get("description", ""))),
    )
