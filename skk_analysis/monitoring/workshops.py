"""Who came to the workshops: the grid of cities and workshops, rates and drop-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import dates, numbers, require_columns

__all__ = ["Attendance", "workshop_attendance"]


@dataclass(frozen=True, eq=False)
class Attendance:
    """Attendance at a series of workshops.

    Parameters
    ----------
    grid : DataFrame
        Cities × workshops in date order: persons present; 0 where the city was absent, NaN where
        nothing is recorded.
    by_city : DataFrame
        city, attended, known (workshops with a record), rate, last (place of the last one
        attended, 1…; 0 for none), dropped_off (absent from the last workshop known after having
        attended one).
    by_workshop : DataFrame
        workshop, order, date, days (since the one before; NaN for the first), cities (present),
        known, participants, kept (share of the cities present at the one before that are present
        again; NaN for the first).
    """

    grid: pd.DataFrame
    by_city: pd.DataFrame
    by_workshop: pd.DataFrame

    @property
    def rate(self) -> float:
        """Share of city–workshop pairs attended, of those on record; NaN without any."""
        known = int(self.by_city["known"].sum())
        return float(self.by_city["attended"].sum() / known) if known else float("nan")


def workshop_attendance(
    attendance: pd.DataFrame, workshops: pd.DataFrame, cities: Sequence[str]
) -> Attendance:
    """Return who came to which workshop.

    Parameters
    ----------
    attendance : DataFrame
        The register's table: city_code, workshop, attended (yes/no), participants.
    workshops : DataFrame
        The register's table: id, date.
    cities : sequence of str
        Codes of the programme's cities, in the order of the grid's rows.

    Raises
    ------
    ValueError
        If a row names a workshop that is not among the workshops, a city and workshop twice, or
        ``attended`` is neither yes nor no.
    """
    require_columns(attendance, "attendance", "city_code", "workshop", "attended", "participants")
    require_columns(workshops, "workshops", "id", "date")
    days = dates(workshops, "workshops", "date")
    held = workshops.assign(day=pd.Series(days, index=workshops.index, dtype=object))
    held = held[np.array([day is not None for day in days], dtype=bool)].sort_values(
        "day", kind="stable"
    )
    _require_sense(attendance, set(workshops["id"]))
    persons = numbers(attendance, "attendance", "participants")
    there = attendance["attended"].eq("yes").to_numpy()
    rows = attendance.assign(persons=np.where(there, persons, 0.0), there=there)
    names = list(held["id"])
    grid = rows.pivot(index="city_code", columns="workshop", values="persons")
    present = rows.pivot(index="city_code", columns="workshop", values="there")
    grid = grid.reindex(index=list(cities), columns=names).astype(float)
    present = present.reindex(index=list(cities), columns=names).astype(float)
    return Attendance(grid, _by_city(present), _by_workshop(present, grid, held))


def _by_city(present: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for city, mine in zip(present.index, present.to_numpy(), strict=True):
        on_record, came = np.isfinite(mine), mine == 1
        known, attended = int(on_record.sum()), int(came.sum())
        last = int(np.flatnonzero(came)[-1]) + 1 if attended else 0
        latest = int(np.flatnonzero(on_record)[-1]) + 1 if known else 0
        rows.append(
            {
                "city": city,
                "attended": attended,
                "known": known,
                "rate": attended / known if known else np.nan,
                "last": last,
                "dropped_off": 0 < last < latest,
            }
        )
    columns = ["city", "attended", "known", "rate", "last", "dropped_off"]
    return pd.DataFrame(rows, columns=columns)


def _by_workshop(present: pd.DataFrame, grid: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    rows, before, earlier = [], None, None
    for order, (name, day) in enumerate(zip(held["id"], held["day"], strict=True), 1):
        mine = present[name].to_numpy()
        both = np.isfinite(mine) & (before == 1) if before is not None else np.zeros(len(mine))
        rows.append(
            {
                "workshop": name,
                "order": order,
                "date": day,
                "days": (day - earlier).days if earlier else np.nan,
                "cities": int((mine == 1).sum()),
                "known": int(np.isfinite(mine).sum()),
                "participants": float(np.nansum(grid[name])),
                "kept": float((mine[both] == 1).mean()) if np.any(both) else np.nan,
            }
        )
        before, earlier = mine, day
    columns = ["workshop", "order", "date", "days", "cities", "known", "participants", "kept"]
    return pd.DataFrame(rows, columns=columns)


def _require_sense(attendance: pd.DataFrame, workshops: set[str]) -> None:
    for row, (_, each) in enumerate(attendance.iterrows(), 2):
        place = f"register table 'attendance', row {row}"
        if each["workshop"] not in workshops:
            raise ValueError(
                f"{place}: no workshop {each['workshop']!r}; there are {sorted(workshops)}"
            )
        if each["attended"] not in ("yes", "no"):
            raise ValueError(f"{place}: attended is {each['attended']!r}; write yes or no")
    twice = attendance[attendance.duplicated(["city_code", "workshop"])]
    if len(twice):
        first = twice.iloc[0]
        raise ValueError(
            f"register table 'attendance': city {first['city_code']} has {first['workshop']} "
            "twice; keep one row"
        )
