"""From text cells to numbers with a status: a missing value always says why it is missing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

OBSERVED = "observed"
PROTECTED = "protected"
NO_POPULATION = "no_population"
NOT_ASKED = "not_asked"
NOT_RECEIVED = "not_received"
NOT_APPLICABLE = "not_applicable"
STATUSES = (OBSERVED, PROTECTED, NO_POPULATION, NOT_ASKED, NOT_RECEIVED, NOT_APPLICABLE)

SYMBOLS: dict[str, tuple[str, str]] = {
    "..": (PROTECTED, "dots"),
    "...": (NOT_RECEIVED, "three_dots"),
    "…": (NOT_RECEIVED, "three_dots"),
    ".": (NOT_APPLICABLE, "dot"),
    "-": (NOT_APPLICABLE, "dash"),
    "": (NOT_RECEIVED, "blank"),
}
"""What Statistics Finland's symbols mean in any table."""

NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]{1,3})?")


@dataclass
class Cells:
    """Numbers with status and reason; ``wrong`` marks cells that are neither number nor symbol."""

    value: np.ndarray
    status: np.ndarray
    reason: np.ndarray
    wrong: np.ndarray

    def split(self, names: Iterable[str]) -> dict[str, Cells]:
        """Cells of columns that lie below each other, as views: marking one marks the whole."""
        names = list(names)
        fields = (self.value, self.status, self.reason, self.wrong)
        parts = [np.split(field, len(names)) for field in fields]
        return {name: Cells(*columns) for name, *columns in zip(names, *parts, strict=True)}

    def mark(self, where: np.ndarray, status: str, reason: str | None = None) -> None:
        """Make cells missing with this status; None keeps the reason that the cell has."""
        self.value[where] = np.nan
        self.status[where] = status
        if reason is not None:
            self.reason[where] = reason


def numbers(text: Iterable[str]) -> np.ndarray:
    """Text as numbers; decimal point or comma; NaN where the text is not a finite number."""
    values = np.array([_number(cell) for cell in text], float)
    return np.where(np.isfinite(values), values, np.nan)


def _number(cell: str) -> float:
    plain = cell.strip()
    return float(plain.replace(",", ".")) if NUMBER.fullmatch(plain) else np.nan


def read_cells(text: Any, symbols: Mapping[str, tuple[str, str]] = SYMBOLS) -> Cells:
    """Classify text cells. Each distinct text is looked at once, so a large table stays cheap."""
    codes, distinct = pd.factorize(pd.Series(text, dtype="str").fillna(""))
    found = [cell.strip() for cell in distinct.tolist()]
    value = numbers(found)
    meaning = [symbols.get(cell) for cell in found]
    is_symbol = np.array([m is not None for m in meaning], bool)
    value[is_symbol] = np.nan
    status = np.array([m[0] if m else OBSERVED for m in meaning], object)
    reason = np.array([m[1] if m else "" for m in meaning], object)
    wrong = np.isnan(value) & ~is_symbol
    return Cells(value[codes], status[codes], reason[codes], wrong[codes])


def padded_code(text: pd.Series, width: int) -> pd.Series:
    """Codes as text with their leading zeros back (``49`` → ``049``); nothing stays nothing."""
    codes = text.str.strip().str.removesuffix(".0")
    return codes.where(codes.eq(""), codes.str.zfill(width))


def plain_name(name: str) -> str:
    """A name for comparison: composed, lower case, single blanks, plain hyphens."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(folded.replace("–", "-").replace("’", "'").split())


def slug(text: str) -> str:
    """Text as an identifier: ``Työttömät`` → ``tyottomat``."""
    ascii_text = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    words = "".join(c if c.isalnum() else " " for c in ascii_text).split()
    return "_".join(words)
