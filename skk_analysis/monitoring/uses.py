"""Findings of the monitoring, and the changes of the models that they led to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import require_columns
from skk_analysis.monitoring.until import until

__all__ = ["USE_STATES", "UseLog", "use_log"]

USE_STATES = ("changed", "claimed", "not_used")
"""Used with a change on record; said to be used, but no change is told; not used."""


@dataclass(frozen=True, eq=False)
class UseLog:
    """The log of uses.

    Parameters
    ----------
    rows : DataFrame
        The register's rows with ``state``, one of :data:`USE_STATES`, by date.
    without : tuple of str
        Experiments with no finding on record.
    """

    rows: pd.DataFrame
    without: tuple[str, ...]

    def count(self, state: str) -> int:
        """How many findings are in a state."""
        return int((self.rows["state"] == state).sum())

    @property
    def share_changed(self) -> float:
        """Share of findings that changed a model; NaN without findings."""
        return self.count("changed") / len(self.rows) if len(self.rows) else np.nan


def use_log(uses: pd.DataFrame, experiments: pd.DataFrame, year: int) -> UseLog:
    """Return the findings known by the end of a year, and what was done with them.

    Parameters
    ----------
    uses : DataFrame
        The register's table: experiment, date, used (yes/no) and change in any language.
    experiments : DataFrame
        The register's table: id.
    year : int
        Later findings are left out.
    """
    require_columns(uses, "uses", "experiment", "used")
    known = until(uses, year)
    told = known.filter(regex=r"^change(_|$)")
    changed = (told != "").any(axis=1) if len(told.columns) else pd.Series(False, known.index)
    used = known["used"] == "yes"
    state = np.select([used & changed, used], USE_STATES[:2], USE_STATES[2])
    rows = known.assign(state=state)
    if "date" in rows:
        dated = rows["date"].where(rows["date"] != "", "9999")  # undated ones last
        rows = rows.loc[dated.sort_values(kind="stable").index].reset_index(drop=True)
    without = tuple(name for name in experiments["id"] if name not in set(known["experiment"]))
    return UseLog(rows, without)
