"""A figure with everything a reader who cannot see it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from skk_analysis.figures.alternative import LONGEST
from skk_analysis.figures.table import Table
from skk_analysis.figures.table_data import RESOURCE, resource
from skk_analysis.language.quantities import Quantity


@dataclass(frozen=True)
class Figure:
    """One finished figure.

    Parameters
    ----------
    svg : the drawing
    caption : "Kuvio 1. …"
    alt : what the figure is and its main numbers, in `alternative.LONGEST` letters at most
    description : what the figure says, in full
    table : the data behind it
    told : numbers that alt or description tell and the table has not, so that they are on record
    """

    svg: str
    caption: str
    alt: str
    description: str
    table: Table
    told: tuple[Quantity, ...] = ()

    def __post_init__(self) -> None:
        texts = {"svg": self.svg, "caption": self.caption, "alt": self.alt}
        texts["description"] = self.description
        if len(self.alt) > LONGEST:
            raise ValueError(f"An alternative text has at most {LONGEST} letters: {self.alt!r}.")
        empty = [name for name, words in texts.items() if not words]
        if empty:
            raise ValueError(f"A figure needs its {', '.join(empty)}.")

    def quantities(self) -> Iterator[Quantity]:
        """The numbers that the figure draws or tells."""
        yield from self.table.quantities()
        yield from self.told

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        metadata = {
            "alt": self.alt,
            "caption": self.caption,
            "description": self.description,
            "table": self.table.html(),
            "told": [quantity.id for quantity in self.told],
        }
        data = {"image/svg+xml": self.svg, "text/plain": self.alt, RESOURCE: resource(self.table)}
        return data, {"image/svg+xml": metadata}
