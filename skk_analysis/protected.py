"""Figures that are not shown: a small table beside the processed ones, applied when these are read.

`skk_analysis.reporting.disclosure` works out which cells they are. Applied here, at the bottom of
the house, so that whoever reads a processed table meets them as protected: a report, an effect's
panel, a notebook in JupyterLab.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FILE = "protected_cells.parquet"
TABLES = ("observations", "indicator_values")
"""Processed tables whose rows may be protected."""

CELL = ["unit_level", "unit_code", "indicator", "reference_year", "group"]
"""Columns that name a cell."""

FIGURES = ("value", "count", "denominator")
STATUS, REASON = "protected", "disclosure"
"""One reason for all: which cells are small themselves, and which are hidden for their sake, would
tell of the small ones."""


def read(path: Path, either: Sequence[Sequence[tuple[str, str, Any]]] = ()) -> pd.DataFrame:
    """The protected cells, of those that the filters on the table leave (any of the lists)."""
    import pandas as pd

    kept = [[one for one in filters if one[0] in CELL] for filters in either]
    return pd.read_parquet(path, filters=kept if kept and all(kept) else None)


def masked(frame: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """The rows with the figures of the protected cells taken out.

    Status and reason say so; of rows that cleaning protected, the numbers behind them go, too.

    Parameters
    ----------
    frame : rows of a processed table that have all columns of `CELL`
    cells : as `read` gives them
    """
    if frame.empty or cells.empty:
        return frame
    named = _named(frame, cells)
    hit = named & (frame["status"] == "observed").to_numpy()
    small = named & (frame["status"] == STATUS).to_numpy()
    if not (hit.any() or small.any()):
        return frame
    frame = frame.copy()
    for column in FIGURES:
        if column in frame:
            frame.loc[hit | small, column] = float("nan")
    frame.loc[hit, "status"] = STATUS
    if "reason" in frame:
        frame.loc[hit | small, "reason"] = REASON
    return frame


def _named(frame: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    """Which rows the cells name."""
    import pandas as pd

    near = frame["unit_code"].isin(cells["unit_code"].unique())
    near &= frame["indicator"].isin(cells["indicator"].unique())
    named = near.to_numpy(dtype=bool, copy=True)
    keys, wanted = (
        pd.MultiIndex.from_frame(rows[CELL].astype({"reference_year": "Int64"}))
        for rows in (frame[named], cells)
    )
    named[named] = keys.isin(wanted)
    return named


def needed(columns: Collection[str] | None) -> list[str] | None:
    """The columns to read so that rows can be masked."""
    if columns is None:
        return None
    return [*columns, *(name for name in [*CELL, "status"] if name not in columns)]
