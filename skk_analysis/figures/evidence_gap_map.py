"""Evidence gap map: dimensions × types, each cell a number, a symbol, a colour and a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from skk_analysis.figures.alternative import short
from skk_analysis.figures.cell_grid import GridCell, Key, draw_grid
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

if TYPE_CHECKING:
    from skk_analysis.synthesis import GapMap

__all__ = ["evidence_gap_map"]

ABSOLUTE, SYNTHESIS = "absolute", "synthesis"
LOOKS = {
    ABSOLUTE: ("○", "#f6dccd", ""),
    SYNTHESIS: ("△", "#fdf3d8", "//"),
    "none": ("■", "#e6eef5", ""),
    "low": ("◔", "#d3e3f0", ""),
    "medium": ("◑", "#b4d1e8", ""),
    "high": ("●", "#94c0e0", ""),
}
"""Symbol, tint and hatch: the gaps, evidence without a synthesis, then syntheses by confidence."""


def evidence_gap_map(
    found: GapMap,
    language: str,
    *,
    dimensions: Mapping[str, str] | None = None,
    types: Mapping[str, str] | None = None,
    caption: str = "",
    topic: str = "",
    record: str = "gap_map",
) -> Figure:
    """The map of a `synthesis.gap_map`.

    Parameters
    ----------
    found : GapMap
    language : ``fi``, ``sv`` or ``en``
    dimensions, types : what the rows and columns are called; others stay as they are
    caption, topic : as in the other figures
    record : start of the numbers' ids
    """
    caption = caption or text("chart.gap.caption", language)
    dimensions, types = dimensions or {}, types or {}
    cells = found.cells.to_dict("records")
    for cell in cells:
        cell["dimension"] = dimensions.get(cell["dimension"], cell["dimension"])
        cell["type"] = types.get(cell["type"], cell["type"])
    gaps = [cell["gap"] for cell in cells]
    counts = {
        "cells": len(cells),
        "absolute": gaps.count(ABSOLUTE),
        "synthesis": gaps.count(SYNTHESIS),
    }
    words = {name: forms.number(count, language) for name, count in counts.items()}
    alt = text("chart.gap.alt", language, topic=topic or caption, **words)
    facts = [
        text(
            "chart.gap.fact",
            language,
            dimension=cell["dimension"],
            type=cell["type"],
            number=_number(cell, language),
            gap=text(f"evidence.{cell['gap']}", language),
            confidence=_confidence(cell, language),
        )
        for cell in cells
        if cell["gap"] != ABSOLUTE
    ]
    drawn = {
        (cell["dimension"], cell["type"]): GridCell(_number(cell, language), _look(cell))
        for cell in cells
    }
    rows = list(dict.fromkeys(cell["dimension"] for cell in cells))
    columns = list(dict.fromkeys(cell["type"] for cell in cells))
    return Figure(
        svg=draw_grid(rows, columns, drawn, _keys(language), language),
        caption=caption,
        alt=short(alt),
        description=text("chart.gap.description", language, alt=alt, facts=" ".join(facts)),
        table=_table(cells, caption, language, record),
    )


def _look(cell: dict[str, Any]) -> str:
    """The look of a cell: its gap, else the confidence in its syntheses."""
    if cell["gap"] in (ABSOLUTE, SYNTHESIS):
        return cell["gap"]
    return cell["confidence"] if isinstance(cell["confidence"], str) else "none"


def _keys(language: str) -> dict[str, Key]:
    keys = {}
    for name, (symbol, tint, hatch) in LOOKS.items():
        confidence = name in ("low", "medium", "high")
        word = text(f"evidence.{'confidence.' if confidence else ''}{name}", language)
        keys[name] = Key(word, symbol, tint, hatch)
    return keys


def _number(cell: dict[str, Any], language: str) -> str:
    number = forms.number(cell["evaluations"], language)
    return (
        f"{number} + {forms.number(cell['syntheses'], language)}" if cell["syntheses"] else number
    )


def _confidence(cell: dict[str, Any], language: str) -> str:
    if not isinstance(cell["confidence"], str):
        return text("evidence.no_synthesis", language)
    return text(f"evidence.confidence.{cell['confidence']}", language)


def _table(cells: list[dict[str, Any]], caption: str, language: str, record: str) -> Table:
    heads = ("dimension", "type", "evaluations", "syntheses", "gap", "confidence")
    rows: list[tuple[Cell, ...]] = []
    for place, cell in enumerate(cells, start=1):
        counts = [
            Quantity(f"{record}.{place}.{name}", float(cell[name]), "count")
            for name in ("evaluations", "syntheses")
        ]
        gap = text(f"evidence.{cell['gap']}", language)
        last = (gap, _confidence(cell, language))
        rows.append((cell["dimension"], cell["type"], *counts, *last))
    columns = tuple(text(f"table.gap.{head}", language) for head in heads)
    return Table(
        text("figure.data", language, caption=caption), columns, tuple(rows), language, wide=True
    )
