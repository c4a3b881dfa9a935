"""Reading a report's part of the processed tables and the register."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from skk_analysis import protected
from skk_analysis.programme import Programme
from skk_analysis.reporting.disclosure.mask import protected_cells
from skk_analysis.workspace import (
    Resource,
    SkkError,
    Workspace,
    once,
    reading_once,
    reads_many,
    recently,
)


@contextmanager
def quick_texts() -> Iterator[None]:
    """Within it texts in new frames are Python's own.

    Arrow's are for millions of rows. A report's frames have hundreds, and what pandas does with
    them takes twice as long in Arrow; type, content and hash of the frames are the same.
    """
    with pd.option_context("mode.string_storage", "python"):
        yield


@contextmanager
def reading_slice() -> Iterator[None]:
    """How a report's slice is read: each file once, and texts for small frames."""
    with reading_once(), quick_texts():
        yield


def year_row(programme: Programme, year: int) -> dict[str, str]:
    """What the register says of a year of the programme.

    Raises
    ------
    SkkError
        If it has no such year.
    """
    years = programme.table("years")
    found = years[years["year"] == str(year)]
    if found.empty:
        known = ", ".join(years["year"])
        raise SkkError(f"The programme has no year {year}. It has: {known}.")
    return {str(key): str(value) for key, value in found.iloc[0].items()}


OBSERVED = ("unit_code", "indicator", "reference_year", "group", "value", "status", "resource")
"""Columns of the published figures that reports read."""

YEARS = ("year", "reference_year")
Filter = tuple[str, str, Any]
"""Column, comparison, value: as pyarrow takes them."""


def of_units(level: str, codes: Sequence[str]) -> list[Filter]:
    """The rows of some units; the limits let row groups be passed over that have none of them."""
    limits = [("unit_code", ">=", min(codes)), ("unit_code", "<=", max(codes))] if codes else []
    return [("unit_level", "==", level), *limits, ("unit_code", "in", list(codes))]


def rows_of(
    workspace: Workspace,
    name: str,
    *either: list[Filter],
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Rows of a processed table for which all filters of a list hold, in the table's order.

    The tables are sorted by unit and come in small row groups, so a city's rows are read without
    the rest of the country. Who reads the slices of many years reads the rows of all years once.
    """
    path = workspace.processed / f"{name}.parquet"
    if not path.is_file():
        return workspace.table(name)
    kept = None if columns is None else list(columns)
    filters = [
        one for one in either if not any(how == "in" and not len(what) for _, how, what in one)
    ]
    if not filters:
        return pd.read_parquet(path, columns=kept).iloc[:0]
    if name not in protected.TABLES:
        return _read(path, kept, filters)
    rows = _read(path, protected.needed(kept), filters)
    hidden, broad = protected_cells(workspace), _broad(filters)[0]
    cells = recently(("hidden", hidden, repr(broad)), lambda: protected.read(hidden, broad))
    rows = _of_status(protected.masked(rows, cells), filters).reset_index(drop=True)
    return rows if kept is None else rows[kept]


def _read(path: Path, columns: list[str] | None, either: list[list[Filter]]) -> pd.DataFrame:
    """Rows of a file; where many slices are read, they are taken from those of all years."""
    if not reads_many():
        return pd.read_parquet(path, columns=columns, filters=either).reset_index(drop=True)
    from pyarrow import parquet

    broad, years = _broad(either)
    asked = dict.fromkeys([*(columns or ()), *(name for name, _, _ in years)])
    read = list(asked) if columns else None
    rows = recently(
        ("rows", path, repr((read, broad))),
        lambda: parquet.read_table(path, columns=read, filters=broad),
    )
    if years:
        rows = rows.filter(parquet.filters_to_expression([years]))
    return (rows.select(columns) if columns else rows).to_pandas()


def _broad(either: list[list[Filter]]) -> tuple[list[list[Filter]], list[Filter]]:
    """The filters without those on years, and these."""
    years = [item for item in either[0] if item[0] in YEARS] if len(either) == 1 else []
    return [[item for item in one if item not in years] for one in either], years


def _of_status(rows: pd.DataFrame, filters: list[list[Filter]]) -> pd.DataFrame:
    """Without rows that have become protected where every filter asks for observed ones."""
    asked = all(("status", "==", "observed") in one for one in filters)
    return rows[rows["status"] == "observed"] if asked else rows


def postal_areas(
    workspace: Workspace, cities: Sequence[str], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """The postal areas of some cities, by municipality code, in the order of their codes."""
    rows = rows_of(workspace, "areas", [("city_code", "in", list(cities))], columns=columns)
    return rows[rows["unit_level"] == "postal_area"].sort_values("unit_code", ignore_index=True)


def named_resources(frames: Sequence[pd.DataFrame]) -> set[str]:
    """Names of the raw files that the rows of these frames come from."""
    names: set[str] = set()
    for frame in frames:
        for joined in frame["resource"].dropna().unique():
            names.update(part for part in str(joined).split(";") if part)
    return names


def of_resources(workspace: Workspace, name: str, named: set[str]) -> pd.DataFrame:
    """Rows of what cleaning said, on these raw files."""
    table = once(("table", workspace.processed, name), lambda: workspace.table(name))
    return table[table["resource"].isin(named)].reset_index(drop=True)


def resources_named(workspace: Workspace, named: Collection[str]) -> list[Resource]:
    """The described raw files of these names, in the order of the Data Package."""
    return [resource for resource in workspace.resources() if resource.name in named]
