"""What messages say of a wrong cell: what was expected and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from skk_analysis.monitoring.cell import (
    BLANKS,
    FIRST_YEAR,
    LAST_YEAR,
    Surroundings,
    fault_word,
    referable,
    unprintable,
)
from skk_analysis.monitoring.meant import meant
from skk_analysis.monitoring.schema import Column

SHOWN_CHOICES = 12


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: a machine word, what was expected, and the mend."""

    check: str
    expected: str
    mend: str


def fault(column: Column, value: str, around: Surroundings) -> Fault | None:
    """What is wrong with a value of this column, None if nothing is.

    An empty value is wrong only where it is required.
    """
    if value == "":
        if not column.required:
            return None
        return Fault("empty", expected(column, around), f"Fill it in: {column.en}.")
    check = fault_word(column, value, around)
    if check is None:
        return None
    return Fault(check, expected(column, around, check), _mend(column, value, around, check))


def _mend(column: Column, value: str, around: Surroundings, check: str) -> str:
    """A sentence that tells what to write."""
    likely = meant(column, value, around)
    if likely:
        return f"Write {likely!r}."
    if check == "characters":
        code = f"U+{ord(unprintable(value)):04X}"
        return f"Remove the character {code}; the file may have been saved in a wrong encoding."
    if check == "blank":
        return "Leave the cell empty, or write a text."
    if check == "limits":
        return "Correct it; it is outside the limits."
    if check == "twice":
        return "Name each once."
    if check == "outside_programme":
        return "Correct it, or add its year to years.csv or programme_phases.csv if it is right."
    close = _close(column, value, around)
    if close:
        return f"Did you mean {' or '.join(map(repr, close))}?"
    if column.kind == "reference":
        return (
            f"Add it to {' or '.join(t.split('.')[0] + '.csv' for t in column.to)}, or correct it."
        )
    return MENDS.get(column.kind, "Correct it, or leave the cell empty.")


MENDS: dict[str, str] = {
    "id": "Use lower-case letters a–z, digits and single hyphens.",
    "code": "Look up the official code; it keeps its zeros in front.",
    "date": "Write year, month and day with hyphens.",
    "month": "Write year and month with a hyphen.",
    "year": "Write the year with four digits.",
    "number": "Write digits with a decimal point, no spaces and no unit.",
    "whole": "Write a whole number in digits.",
    "yes_no": "Write yes or no.",
    "choice": "Use one of these words as it is.",
}


def _close(column: Column, value: str, around: Surroundings) -> list[str]:
    values = list(column.choices) if column.kind == "choice" else []
    if column.kind == "reference":
        values = sorted(referable(column, around) or ())
    parts = [p.strip(BLANKS) for p in (value.split(";") if column.list else [value])]
    wrong = next((p for p in parts if p not in values), value)
    lower = {v.casefold(): v for v in values}
    return [lower[m] for m in get_close_matches(wrong.casefold(), list(lower), 2, 0.6)]


def close_choice(column: Column, value: str) -> str | None:
    """A listed choice that a free value so resembles that it may be a slip."""
    if column.kind != "choice" or not column.open or value in column.choices:
        return None
    lower = {choice.casefold(): choice for choice in column.choices}
    found = get_close_matches(value.casefold(), list(lower), 1, 0.85)
    return lower[found[0]] if found else None


def expected(column: Column, around: Surroundings | None = None, check: str = "") -> str:
    """What a cell of this column should hold, in words."""
    around = around or Surroundings()
    describe: dict[str, Callable[[], str]] = {
        "text": lambda: "a text",
        "id": lambda: "an id such as espoo-1",
        "code": lambda: f"{' or '.join(map(str, column.digits))} digits",
        "date": lambda: "a date such as 2019-03-13",
        "month": lambda: "a month such as 2019-03",
        "year": lambda: "a year such as 2019",
        "number": lambda: "a number such as 12.5" + _limits(column),
        "whole": lambda: "a whole number" + _limits(column),
        "yes_no": lambda: "yes or no",
        "choice": lambda: "one of: " + ", ".join(column.choices),
        "reference": lambda: f"a value of {' or '.join(column.to)}",
    }
    said = describe[column.kind]()
    if check == "characters":
        said = "a text without control characters or damaged letters"
    if check in ("outside_programme", "limits") and column.kind in ("date", "month", "year"):
        first, last = (FIRST_YEAR, LAST_YEAR) if check == "limits" else around.years or (0, 0)
        said = f"a {column.kind} within {first}–{last}"
    values = referable(column, around) if column.kind == "reference" else None
    if values and len(values) <= SHOWN_CHOICES:
        said += f" ({', '.join(sorted(values))})"
    return f"{said}; several are separated by ;" if column.list else said


def _limits(column: Column) -> str:
    low = "" if column.min is None else f" from {column.min:g}"
    return low + ("" if column.max is None else f" to {column.max:g}")
