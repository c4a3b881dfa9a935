"""Milestones: planned against actual days."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import dates, require_columns

__all__ = ["MILESTONE_STATES", "milestone_counts", "milestones_on"]

MILESTONE_STATES = ("on_time", "late", "stopped", "overdue", "coming", "undated")
"""States of a milestone; what each means is told in :func:`milestones_on`."""


def milestones_on(milestones: pd.DataFrame, on: dt.date | None = None) -> pd.DataFrame:
    """Return milestones with their state as the dates tell it.

    Parameters
    ----------
    milestones : DataFrame
        The register's table: planned, actual (ISO dates), status; the other columns are kept.
    on : date, optional
        The day as of which it is told: an actual day after it has not happened yet.  Default the
        last date of the table.

    Returns
    -------
    DataFrame
        With planned and actual as dates (None), ``days`` late (negative: early; NaN where either
        is missing) and ``state``: ``on_time`` (reached on the planned day or before), ``late``
        (reached after it), ``stopped`` (the register says so: the work ended before it was
        reached as planned), ``overdue`` (planned before ``on``, not reached), ``coming`` (planned
        for later) or ``undated`` (nothing to judge by).  ``differs`` is True where the register's
        own status says otherwise.

    Examples
    --------
    >>> rows = [("2019-04-10", "2019-04-24", "late"), ("2020-10-30", "", "")]
    >>> table = pd.DataFrame(rows, columns=["planned", "actual", "status"])
    >>> milestones_on(table, dt.date(2019, 12, 31))[["days", "state"]].to_numpy().tolist()
    [[14.0, 'late'], [nan, 'coming']]
    """
    require_columns(milestones, "milestones", "planned", "actual", "status")
    planned, actual = (dates(milestones, "milestones", c) for c in ("planned", "actual"))
    known = [day for day in (*planned, *actual) if day is not None]
    on = on or (max(known) if known else dt.date.min)
    actual = [day if day is not None and day <= on else None for day in actual]
    pairs = list(zip(planned, actual, strict=True))
    stopped = milestones["status"].eq("stopped")
    states = [
        "stopped"
        if ended and (got is not None or plan is None or plan <= on)
        else _state(plan, got, on)
        for (plan, got), ended in zip(pairs, stopped, strict=True)
    ]
    days = [(got - plan).days if plan and got else np.nan for plan, got in pairs]
    said = milestones["status"].to_numpy()
    return milestones.assign(
        planned=pd.Series(planned, index=milestones.index, dtype=object),
        actual=pd.Series(actual, index=milestones.index, dtype=object),
        days=np.where(stopped, np.nan, np.array(days, dtype=float)),
        state=states,
        differs=[
            bool(word) and word in MILESTONE_STATES[:3] and state in MILESTONE_STATES[:3]
            and word != state
            for word, state in zip(said, states, strict=True)
        ],
    )  # fmt: skip


def _state(planned: dt.date | None, actual: dt.date | None, on: dt.date) -> str:
    if planned is None:
        return "undated"
    if actual is not None:
        return "on_time" if actual <= planned else "late"
    return "overdue" if planned < on else "coming"


def milestone_counts(milestones: pd.DataFrame) -> dict[str, int]:
    """Return how many milestones are in each state, of a table from :func:`milestones_on`."""
    counts = milestones["state"].value_counts()
    return {state: int(counts.get(state, 0)) for state in MILESTONE_STATES}
