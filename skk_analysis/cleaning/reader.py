"""What a reader is: a publisher's layout, how to know it, and how to turn it into tidy rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import Cells
from skk_analysis.cleaning.message import ERROR, Message, cell_messages
from skk_analysis.cleaning.raw_file import RawFile

COUNTRY, REGION, MUNICIPALITY, POSTAL_AREA = "country", "region", "municipality", "postal_area"
COUNTRY_CODE = "SSS"
"""Statistics Finland's code of the whole country; every source's country gets it."""

OBSERVATION_COLUMNS = [
    "unit_level",
    "unit_code",
    "indicator",
    "reference_year",
    "release_year",
    "group",
    "value",
    "count",
    "denominator",
    "status",
    "reason",
    "resource",
]


@dataclass
class Keys:
    """What earlier files of the workspace say about codes, for readers that need it.

    ``municipalities`` and ``regions`` map plain names to codes; ``sotkanet`` maps Sotkanet's
    internal region id to level and code; ``releases`` says which year each group of Paavo
    variables is about in each publication year.
    """

    municipalities: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    sotkanet: pd.DataFrame | None = None
    releases: pd.DataFrame | None = None


@dataclass
class Reading:
    """What one raw file gave.

    ``tables`` holds ``observations``, ``areas``, ``households`` or ``responses``; ``labels`` what
    the file's own labels say about areas (unit_code, name, city_name); ``rows_refused`` counts
    raw rows that gave nothing.
    """

    rows_read: int
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    labels: pd.DataFrame | None = None
    rows_refused: int = 0
    keys: Keys | None = None


@dataclass(frozen=True)
class Reader:
    """One publisher's layout.

    ``recognises`` looks at a file's content, never at its name; ``key`` readers run first, because
    others need what they say about codes.
    """

    name: str
    folder: str
    title: str
    layout: str
    recognises: Callable[[RawFile], bool]
    read: Callable[[RawFile, Keys], Reading]
    publisher: str = "Tilastokeskus"
    licence: str = "CC-BY-4.0"
    source: str = ""
    key: bool = False


def observations(
    file: RawFile,
    *,
    unit_level: object,
    unit_code: object,
    indicator: object,
    reference_year: object,
    cells: Cells,
    group: object = "total",
    release_year: int | None = None,
    count: np.ndarray | None = None,
    lines: np.ndarray | None = None,
) -> pd.DataFrame:
    """Rows of the table ``observations``; ``row`` (the raw line) goes along for messages."""
    size = len(cells.value)
    missing = np.full(size, np.nan)
    frame = pd.DataFrame(
        {
            "unit_level": text_column(unit_level, size),
            "unit_code": text_column(unit_code, size),
            "indicator": text_column(indicator, size),
            "reference_year": pd.array(
                np.broadcast_to(np.asarray(reference_year), size), dtype="Int64"
            ),
            "release_year": pd.array([release_year], dtype="Int64").repeat(size),
            "group": text_column(group, size),
            "value": cells.value,
            "count": missing if count is None else count,
            "denominator": missing,
            "status": text_column(cells.status, size),
            "reason": text_column(cells.reason, size),
            "resource": text_column(file.resource, size),
        }
    )
    frame["row"] = np.zeros(size, np.int64) if lines is None else lines
    return frame


def text_column(values: object, size: int) -> pd.Series:
    """A text column, from one value or from many."""
    if isinstance(values, str):
        return pd.Series(pd.array([values], dtype="str").repeat(size))
    return pd.Series(pd.array(values, dtype="str"))


def wrong_cells(
    file: RawFile,
    wrong: np.ndarray,
    lines: np.ndarray,
    values: Sequence[object] | pd.Series,
    column: str,
    expected: str,
    mend: str = "Correct the raw file at its publisher, or fetch it again.",
) -> list[Message]:
    """An error for each cell that is marked wrong."""
    if not wrong.any():
        return []
    template = file.message(ERROR, "schema", expected, mend, column=column)
    found = pd.Series(values).to_numpy(object)[wrong]
    return cell_messages(template, lines[wrong].tolist(), found.tolist())


def years(
    file: RawFile, text: pd.Series, lines: np.ndarray, column: str
) -> tuple[np.ndarray, list[Message]]:
    """A column of years (a trailing ``*`` marks preliminary figures and is allowed)."""
    digits = text.str.strip().str.removesuffix("*").str.removesuffix(".0")
    good = digits.str.fullmatch(r"(?:19|20)\d\d").to_numpy(bool)
    messages = wrong_cells(file, ~good, lines, text, column, "a year such as 2019")
    return digits.where(good, "0").astype("int64").to_numpy(), messages
