"""The indicator dictionary with its expressions read; every mistake has a line and a column."""

from __future__ import annotations

import pandas as pd

from skk_analysis.cleaning.expression import ExpressionError, parse
from skk_analysis.cleaning.message import ERROR, Message
from skk_analysis.programme import Programme

FILE = "programme/indicators.csv"
EXPRESSIONS = ("numerator", "denominator", "weight")
LEVELS = ("postal_area", "municipality", "region", "country", "resident")


def read_dictionary(programme: Programme) -> tuple[pd.DataFrame, list[Message]]:
    """The dictionary (``weight`` and ``minimum_denominator`` filled in) and its errors."""
    frame = programme.indicators()
    for column in ("denominator", "weight", "minimum_denominator"):
        if column not in frame:
            frame[column] = ""
    messages = []

    def wrong(line: int, column: str, value: str, expected: str) -> None:
        messages.append(
            Message(
                ERROR,
                "dictionary",
                "programme",
                FILE,
                line,
                column,
                value,
                expected,
                "Correct the indicator dictionary.",
            )
        )

    for line, row in enumerate(frame.itertuples(), start=2):
        for column in EXPRESSIONS:
            text = getattr(row, column)
            if not text.strip() and column != "numerator":
                continue
            try:
                parse(text)
            except ExpressionError as error:
                wrong(line, column, text, f"{error.expected} at position {error.position}")
        if row.level not in LEVELS:
            wrong(line, "level", row.level, f"one of {', '.join(LEVELS)}")
        if row.minimum_denominator and not row.minimum_denominator.isdecimal():
            wrong(line, "minimum_denominator", row.minimum_denominator, "a whole number or nothing")
    return frame, messages
