"""Reading rows of the programme register in the report's language."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skk_analysis.language import LANGUAGES


def localised(row: Mapping[str, str] | pd.Series, field: str, language: str) -> str:
    """A register's field in a language, else in the first language that it is written in."""
    for name in (f"{field}_{language}", field, *(f"{field}_{other}" for other in LANGUAGES)):
        value = row.get(name, "")
        if value:
            return str(value)
    return ""
