"""What the programme planned and what came of it, in numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from skk_analysis.monitoring.events import SEASONS, event_seasons
from skk_analysis.monitoring.typed import numbers, require_columns

__all__ = ["PLANNED_ITEMS", "planned_actual"]

PLANNED_ITEMS = ("cities", "city_share", "funding", "workshops", "events", "years", "experiments")
"""Cities; euros of a city a year; the cities' euros a year; workshops; events a year; years."""

Tables = Mapping[str, pd.DataFrame]


def planned_actual(tables: Tables, year: int) -> pd.DataFrame:
    """Return planned and actual numbers of the programme in one year.

    Parameters
    ----------
    tables : mapping of DataFrame
        Tables of the register by name; ``plan`` has item and amount.  What a missing table would
        tell is NaN.
    year : int

    Returns
    -------
    DataFrame
        item, planned, adjusted (planned for the cities that came; NaN where it is the same) and
        actual.  ``funding`` is planned as cities × city share: 10 × 5 000 = 50 000 euros a year,
        for the six that came 30 000; actual is what ``payments`` has of the cities, NaN where
        nothing is on record, which is not zero.
    """
    plan = _plan(tables)
    cities = tables.get("cities")
    came = float((cities["actual"] == "yes").sum()) if cities is not None else math.nan
    share = plan.get("city_share", math.nan)
    actual = {
        "cities": came,
        "city_share": _city_share(tables, year),
        "funding": _city_money(tables, year),
        "workshops": _held(tables, "workshops", year),
        "events": _events(tables, year),
        "years": _years(tables, year),
        "experiments": _started(tables, year),
    }
    planned = {**plan, "funding": plan.get("cities", math.nan) * share}
    adjusted = {"funding": came * share}
    rows = [
        (item, planned.get(item, math.nan), adjusted.get(item, math.nan), actual[item])
        for item in PLANNED_ITEMS
    ]
    return pd.DataFrame(rows, columns=["item", "planned", "adjusted", "actual"])


def _plan(tables: Tables) -> dict[str, float]:
    plan = tables.get("plan")
    if plan is None:
        return {}
    require_columns(plan, "plan", "item", "amount")
    return dict(zip(plan["item"], numbers(plan, "plan", "amount"), strict=True))


def _paid(tables: Tables, year: int) -> pd.DataFrame:
    payments = tables.get("payments")
    if payments is None:
        return pd.DataFrame({"eur": []})
    require_columns(payments, "payments", "year", "city_code", "amount_eur")
    told = payments.assign(eur=numbers(payments, "payments", "amount_eur"))
    mine = (told["year"] == str(year)) & (told["city_code"] != "")
    return told[mine & np.isfinite(told["eur"])]


def _city_money(tables: Tables, year: int) -> float:
    paid = _paid(tables, year)
    return float(paid["eur"].sum()) if len(paid) else math.nan


def _city_share(tables: Tables, year: int) -> float:
    """Euros of a city, on average over those that have paid."""
    paid = _paid(tables, year)
    return float(paid["eur"].sum() / paid["city_code"].nunique()) if len(paid) else math.nan


def _held(tables: Tables, name: str, year: int) -> float:
    """Workshops held by the end of the year: those somebody attended, where that is on record."""
    table, attendance = tables.get(name), tables.get("attendance")
    if table is None:
        return math.nan
    held = table[(table["date"] != "") & (table["date"].str[:4] <= str(year))]
    if attendance is not None:
        attended = set(attendance.loc[attendance["attended"] == "yes", "workshop"])
        held = held[held["id"].isin(attended)]
    return float(len(held))


def _events(tables: Tables, year: int) -> float:
    events = tables.get("events")
    if events is None:
        return math.nan
    seasons = event_seasons(events, [year])
    return float(min(seasons["held"].sum(), len(SEASONS)) if len(seasons) else 0)


def _years(tables: Tables, year: int) -> float:
    years = tables.get("years")
    return math.nan if years is None else float((years["year"] <= str(year)).sum())


def _started(tables: Tables, year: int) -> float:
    experiments = tables.get("experiments")
    if experiments is None:
        return math.nan
    return float(
        ((experiments["started"] != "") & (experiments["started"].str[:4] <= str(year))).sum()
    )
