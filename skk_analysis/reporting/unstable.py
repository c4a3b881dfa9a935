"""Rates whose interval is so wide that a reader must see it, wherever the table has no room."""

from __future__ import annotations

from collections.abc import Iterable

from skk_analysis.figures import Cell
from skk_analysis.language import Quantity
from skk_analysis.reporting.section import Writer
from skk_analysis.review.checks.data import is_unstable


def say_unstable(writer: Writer, cells: Iterable[tuple[str, Cell]]) -> None:
    """A sentence with the unstable ones of some cells and their intervals, if there are any.

    Parameters
    ----------
    cells : what a number is of, and the number
    """
    told = [
        f"{name} {cell.with_interval(writer.language)}"
        for name, cell in cells
        if isinstance(cell, Quantity) and is_unstable(cell.record())
    ]
    if told:
        writer.say("quality.unstable", numbers="; ".join(told))
