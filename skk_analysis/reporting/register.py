"""Reading rows of the programme register in the report's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from skk_analysis.language import LANGUAGES
from skk_analysis.language.parts import Foreign

NAMES = ("name",)
"""Fields that hold proper names."""


def localised_cells(
    row: Mapping[str, str] | pd.Series, fields: Iterable[str], language: str
) -> list[str]:
    """A row's fields in a language as cells of a table; a dash where one is empty."""
    return [localised(row, field, language) or "–" for field in fields]


def localised(row: Mapping[str, str] | pd.Series, field: str, language: str) -> str:
    """A register's field in a language, else in the first language that it is written in.

    What is in another language is `Foreign`. A column without a language beside others that name
    theirs is Finnish (``country``, ``country_sv``); alone it is of no language (``source``).
    """
    others = [other for other in LANGUAGES if other != language]
    beside = any(f"{field}_{one}" in row for one in LANGUAGES)
    written = {f"{field}_{language}": language, field: LANGUAGES[0] if beside else language}
    written |= {f"{field}_{other}": other for other in others}
    for name, spoken in written.items():
        if value := str(row.get(name, "") or ""):
            if spoken == language:
                return value
            return Foreign(value, spoken, language, name=field in NAMES)
    return ""
