"""What was known at the end of a year: later rows are not in that year's report."""

from __future__ import annotations

import pandas as pd

__all__ = ["until"]


def until(table: pd.DataFrame, year: int, column: str = "date") -> pd.DataFrame:
    """Return the rows dated by the end of a year, and those without a date.

    Parameters
    ----------
    table : DataFrame
        A register table, all text.
    year : int
    column : str, default "date"
        ISO dates or years; a table without the column is returned whole.
    """
    if column not in table.columns:
        return table
    day = table[column].str[:4]
    return table[(day == "") | (day <= str(year))].reset_index(drop=True)
