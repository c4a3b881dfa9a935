"""Is a cell what its column says? The answer is a machine word for the fault, or None."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from skk_analysis.monitoring.schema import Column

BLANKS = " \t\r\n\u00a0\u2007\u202f\u2009\ufeff"
"""What people and programs leave around a value without meaning it."""
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""A year outside these is a slip also where the time is free."""


@dataclass(frozen=True)
class Surroundings:
    """What a cell is judged by besides its column.

    Attributes
    ----------
    years
        First and last year of the programme, None where the register does not tell them.
    known
        Column (``table.column``) → its values; a column that is not there is not judged.
    names
        Column → other names of its values, such as a city's name for its code.
    """

    years: tuple[int, int] | None = None
    known: Mapping[str, set[str]] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def fault_word(column: Column, value: str, around: Surroundings) -> str | None:
    """A machine word for the fault of a value that is not empty."""
    if value == "":
        return None
    if unprintable(value):
        return "characters"
    if column.kind == "text":
        return None if value.strip(BLANKS) else "blank"
    parts = value.split(";") if column.list else [value]
    if len(set(parts)) < len(parts):
        return "twice"
    checks = (_part_fault(column, part, around) for part in parts)
    return next(filter(None, checks), None)


def unprintable(value: str) -> str:
    """The first character that no text may have: a control character or a damaged letter."""
    return next(
        (c for c in value if (unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t")
         or c in "\ufffd\ufffe\uffff"), "",
    )  # fmt: skip


def _part_fault(column: Column, part: str, around: Surroundings) -> str | None:
    match column.kind:
        case "id":
            return None if re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", part) else "id"
        case "code":
            return None if ascii_digits(part) and len(part) in column.digits else "code"
        case "yes_no":
            return None if part in ("yes", "no") else "yes_no"
        case "choice":
            return _choice_fault(column, part)
        case "reference":
            values = referable(column, around)
            return None if values is None or part in values else "reference"
        case "number" | "whole":
            return _number_fault(column, part)
        case _:
            return _time_fault(column, part, around)


def _choice_fault(column: Column, part: str) -> str | None:
    if part in column.choices:
        return None
    if not column.open:
        return "choice"
    if part != part.strip(BLANKS) or not part:
        return "blank"
    return None


def _number_fault(column: Column, part: str) -> str | None:
    pattern = r"-?[0-9]+" if column.kind == "whole" else r"-?[0-9]+(\.[0-9]+)?"
    if not re.fullmatch(pattern, part):
        return column.kind
    low = column.min is not None and float(part) < column.min
    high = column.max is not None and float(part) > column.max
    return "limits" if low or high else None


def _time_fault(column: Column, part: str, around: Surroundings) -> str | None:
    form, length = {"date": ("%Y-%m-%d", 10), "month": ("%Y-%m", 7), "year": ("%Y", 4)}[column.kind]
    try:
        year = dt.datetime.strptime(part, form).year if len(part) == length else 0
    except ValueError:
        year = 0
    if not year or not part.isascii() or " " in part:
        return column.kind
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return "limits"
    if column.any_time or around.years is None:
        return None
    first, last = around.years
    return None if first <= year <= last else "outside_programme"


def referable(column: Column, around: Surroundings) -> set[str] | None:
    """What a reference may name; None where that cannot be told."""
    if any(target not in around.known for target in column.to):
        return None
    return set(column.also).union(*(around.known[target] for target in column.to))


def ascii_digits(value: str) -> bool:
    """Whether a value is digits 0–9 only."""
    return value.isascii() and value.isdecimal()
