"""The roadmap (tiekartta): its steps as they stood on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd

__all__ = ["ROADMAP_STATES", "roadmap_on"]

ROADMAP_STATES = ("done", "overdue", "dropped", "upcoming", "undated")
"""How a step stands on a day; the register's own words are planned, under_way, done, overdue and
dropped, as of the day it was last edited."""


def roadmap_on(roadmap: pd.DataFrame, as_of: date | str) -> pd.DataFrame:
    """The steps as they stood on a day.

    The register holds a step's state as of its last edit, which may be later than the report's
    day.  A step is therefore *upcoming* until it falls due, whatever came of it later, unless
    ``done_on`` says that it was done earlier; one that was done only after the day, and one that
    is not done though due, is *overdue*.

    Parameters
    ----------
    roadmap : the register's table `roadmap`; a column ``done_on`` (date) is used where it is there
    as_of : the day, such as the last of the report's year

    Returns
    -------
    DataFrame
        The rows with ``state`` (one of `ROADMAP_STATES`) and ``days_late`` (days over due on the
        day, 0 if none), ordered by experiment and step.

    Raises
    ------
    ValueError
        If a date is not one; the message names the step.
    """
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    rows = roadmap.copy()
    due = [_day(row, "due") for _, row in rows.iterrows()]
    done_on = [_day(row, "done_on") for _, row in rows.iterrows()]
    states = [
        _state(status, when, done, day)
        for status, when, done in zip(rows["status"], due, done_on, strict=True)
    ]
    late = [
        (day - when).days if state == "overdue" and when else 0
        for state, when in zip(states, due, strict=True)
    ]
    rows = rows.assign(state=states, days_late=late)
    return rows.sort_values(
        ["experiment", "due"], kind="stable", key=lambda c: c.astype(str)
    ).reset_index(drop=True)


def _day(row: pd.Series, column: str) -> date | None:
    text = str(row.get(column, "") or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"roadmap: {column} of step {row.get('order', '')} of {row['experiment'] or 'the city'}"
            f" is {text!r}; write a date as 2020-12-15"
        ) from None


def _state(status: str, due: date | None, done_on: date | None, day: date) -> str:
    if done_on is not None and done_on <= day:
        return "done"
    if due is None:
        return "undated"
    if due > day:
        return "upcoming"
    if status == "dropped":
        return "dropped"
    return "done" if status == "done" and done_on is None else "overdue"
