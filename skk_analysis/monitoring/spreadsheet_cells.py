"""A workbook's cell as the register's text: numbers, dates and truth values are read back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from skk_analysis.monitoring.cell import BLANKS, Surroundings, fault_word
from skk_analysis.monitoring.meant import meant
from skk_analysis.monitoring.schema import Column

FORMULA, FAILED = "f", "e"
"""openpyxl's data types of a formula and of an error such as #N/A."""


def cell_text(value: Any, column: Column | None) -> str:
    """What a cell shows, as text: 49 stays ``49``, a day is ``2019-03-13``, true is ``TRUE``.

    A day in a column of numbers or years is taken back to the number that it was made from: a
    spreadsheet shows 2019 as 11.7.1905 in a cell that is formatted as a date.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return _time(value, column)
    return str(value).replace("\r\n", "\n")


def _number(value: float) -> str:
    """The number with the fifteen digits that a spreadsheet keeps, never with an exponent."""
    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time(value: dt.datetime | dt.date | dt.time | dt.timedelta, column: Column | None) -> str:
    from openpyxl.utils.datetime import to_excel

    kind = column.kind if column else "text"
    if kind in ("year", "number", "whole", "code"):
        return _number(float(to_excel(value)))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if kind == "month" and isinstance(value, dt.date) and value.day == 1:
        return value.strftime("%Y-%m")
    return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else str(value)


def mended(text: str, column: Column | None, around: Surroundings) -> str:
    """The value that the text stands for; the text itself where that is not certain."""
    if column is None or column.kind == "text":
        return text.strip(BLANKS)
    if text.strip(BLANKS) == "":
        return ""
    if fault_word(column, text, around) is None:
        return text
    found = meant(column, text, around)
    return text if found is None else found
