"""Reading rows of the programme register in the report's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from skk_analysis.language import LANGUAGES


def localised_cells(
    row: Mapping[str, str] | pd.Series, fields: Iterable[str], language: str
) -> list[str]:
    """A row's fields in a language as cells of a table; a dash where one is empty."""
    return [localised(row, field, language) or "–" for field in fields]


def localised(row: Mapping[str, str] | pd.Series, field: str, language: str) -> str:
    """A register's field in a language, else in the first language that it is written in."""
    for name in (f"{field}_{language}", field, *(f"{field}_{other}" for other in LANGUAGES)):
        value = row.get(name, "")
        if value:
            return str(value)
    return ""
