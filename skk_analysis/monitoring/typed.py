"""Cells of register tables as dates and numbers; what is neither stops with its place."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

__all__ = ["dates", "numbers", "require_columns"]


def require_columns(table: pd.DataFrame, name: str, *columns: str) -> None:
    """Stop where a register table lacks a column.

    Raises
    ------
    ValueError
        Naming the table and what it lacks.
    """
    if missing := [column for column in columns if column not in table.columns]:
        raise ValueError(
            f"register table {name!r} lacks column(s) {missing}; it has {list(table.columns)}: add "
            "them, empty where nothing is known"
        )


def dates(table: pd.DataFrame, name: str, column: str) -> list[dt.date | None]:
    """Return a column of ISO dates; an empty cell is None.

    Raises
    ------
    ValueError
        Naming the table, the row and the cell that is not a date.
    """
    found: list[dt.date | None] = []
    for row, cell in enumerate(table[column], 2):
        try:
            found.append(dt.date.fromisoformat(cell) if cell else None)
        except ValueError:
            raise ValueError(
                f"register table {name!r}, row {row}: {column} is {cell!r}; write a date as "
                "2019-03-13"
            ) from None
    return found


def numbers(table: pd.DataFrame, name: str, column: str) -> np.ndarray:
    """Return a column of numbers; an empty cell is NaN.

    Raises
    ------
    ValueError
        Naming the table, the row and the cell that is not a number.
    """
    found = pd.to_numeric(table[column].replace("", None), errors="coerce").to_numpy(float)
    for row, (cell, value) in enumerate(zip(table[column], found, strict=True), 2):
        if cell and not np.isfinite(value):
            raise ValueError(
                f"register table {name!r}, row {row}: {column} is {cell!r}; write a number with a "
                "decimal point"
            )
    return found
