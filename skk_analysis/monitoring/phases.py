"""The double diamond: phases gone through, time in each, returns, and evidence of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import dates, require_columns

__all__ = ["PHASES", "PhaseHistory", "phase_history"]

PHASES = ("tutki", "tarkenna", "kehita", "toteuta")
"""The programme's own names of the double diamond's phases (Design Council 2005), in order."""


@dataclass(frozen=True, eq=False)
class PhaseHistory:
    """How one experiment went through the phases.

    Parameters
    ----------
    stays : DataFrame
        One row a stay, in order of entering: phase, order (0…), entered, left (None while it
        lasts), days (until ``on`` while it lasts), returned (whether it went back to a phase
        before the last one), evidence (whether something shows that it was done), and the rest of
        the log's columns.
    phases : tuple of str
        All phases in their order.
    on : date
        The day as of which the history is told.
    """

    stays: pd.DataFrame
    phases: tuple[str, ...]
    on: dt.date

    @property
    def current(self) -> str | None:
        """The phase on the day; None before the first, and after the last has been left."""
        for _, stay in self.stays.iloc[::-1].iterrows():
            if stay["left"] is None or stay["left"] > self.on:
                return str(stay["phase"])
        return None

    @property
    def finished(self) -> bool:
        """Whether every stay has ended."""
        return bool(len(self.stays)) and self.current is None

    @property
    def returns(self) -> pd.DataFrame:
        """The stays that went back to an earlier phase."""
        return self.stays[self.stays["returned"]]

    def by_phase(self) -> pd.DataFrame:
        """Return one row a phase, also for those never entered.

        Columns: phase, visits, days, first (entered), last (left; None while it lasts), evidence
        (whether any stay has some), returns (stays that came back to it).
        """
        rows = []
        for phase in self.phases:
            mine = self.stays[self.stays["phase"] == phase]
            entered = [*mine["entered"]]
            left = [*mine["left"]]
            rows.append(
                {
                    "phase": phase,
                    "visits": len(mine),
                    "days": int(mine["days"].sum()),
                    "first": min(entered) if entered else None,
                    "last": None if not left or None in left else max(left),
                    "evidence": bool(mine["evidence"].any()),
                    "returns": int(mine["returned"].sum()),
                }
            )
        return pd.DataFrame(rows)


def phase_history(
    log: pd.DataFrame, *, phases: Sequence[str] = PHASES, on: dt.date | None = None
) -> PhaseHistory:
    """Return one experiment's way through the phases.

    Parameters
    ----------
    log : DataFrame
        Rows of the register's table ``phase_log`` of one experiment, in any order: phase, entered,
        left (ISO dates; ``left`` empty while it lasts); evidence_fi and decision_fi if there.
    phases : sequence of str
        Phases in order.
    on : date, optional
        The day as of which it is told; later stays are left out and days are counted to it.
        Default the last date of the log.

    Returns
    -------
    PhaseHistory

    Raises
    ------
    ValueError
        On an unknown phase, a stay that ends before it begins or lacks its beginning.

    Examples
    --------
    >>> rows = [("tutki", "2019-03-13", "2019-04-04"), ("tarkenna", "2019-04-04", "")]
    >>> log = pd.DataFrame(rows, columns=["phase", "entered", "left"])
    >>> phase_history(log, on=dt.date(2019, 4, 24)).by_phase()["days"].tolist()
    [22, 20, 0, 0]
    """
    require_columns(log, "phase_log", "phase", "entered", "left")
    entered, left = dates(log, "phase_log", "entered"), dates(log, "phase_log", "left")
    for row, (phase, start, end) in enumerate(zip(log["phase"], entered, left, strict=True), 2):
        _require_sense(row, phase, start, end, phases)
    known = [day for day in (*entered, *left) if day is not None]
    on = on or (max(known) if known else dt.date.min)
    stays = log.assign(
        entered=pd.Series(entered, index=log.index, dtype=object),
        left=pd.Series(left, index=log.index, dtype=object),
    )
    begun = np.array([day is not None and day <= on for day in entered], dtype=bool)
    stays = stays[begun]
    rank = {phase: place for place, phase in enumerate(phases)}
    stays = stays.assign(order=stays["phase"].map(rank)).sort_values(
        ["entered", "order"], kind="stable", ignore_index=True
    )
    ends = [min(end or on, on) for end in stays["left"]]
    evidence = [name for name in stays.columns if str(name).startswith("evidence")]
    shown = stays[evidence].ne("").any(axis=1) if evidence else pd.Series(False, stays.index)
    furthest = stays["order"].cummax().shift(fill_value=-1)
    previous = stays["order"].shift(fill_value=-1)
    stays = stays.assign(
        days=[(end - start).days for start, end in zip(stays["entered"], ends, strict=True)],
        returned=(stays["order"] < previous) & (stays["order"] < furthest),
        evidence=shown.astype(bool),
    )
    return PhaseHistory(stays, tuple(phases), on)


def _require_sense(
    row: int, phase: str, start: dt.date | None, end: dt.date | None, phases: Sequence[str]
) -> None:
    place = f"register table 'phase_log', row {row}"
    if phase not in phases:
        raise ValueError(f"{place}: phase is {phase!r}; use one of {', '.join(phases)}")
    if start is None:
        raise ValueError(f"{place}: entered is empty; write the day on which {phase} began")
    if end is not None and end < start:
        raise ValueError(f"{place}: {phase} is left {end} before it is entered {start}")
