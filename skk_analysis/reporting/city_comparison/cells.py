"""The comparison's numbers as numbers of a report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from skk_analysis.estimate import Estimate
from skk_analysis.figures import Cell, Limits
from skk_analysis.language import Missing, Quantity
from skk_analysis.metrics import rank_intervals
from skk_analysis.reporting.city_comparison.analysis import Level

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

SIGNS = {"grows": "▲", "shrinks": "▼", "unclear": "●", "none": "–"}
"""A direction told by a sign, for tables."""


def count(name: str, number: int, year: int) -> Quantity:
    """A count as a number of the report."""
    return Quantity(name, float(number), "count", year=year)


def value_of(
    report: CityComparison, level: Level, code: str, year: int, *, noise: bool = False
) -> Quantity | Missing:
    """A city's value in one of the two years, or why there is none.

    Parameters
    ----------
    noise : whether a figure without sampling gets the interval of its yearly variation
    """
    unit, decimals = report.unit(level.indicator)
    estimate = level.after if year == report.year else level.before
    if estimate is None:
        return _missing(report, level.indicator, code, year)
    if noise and not estimate.se > 0 and level.known and level.noise > 0:
        estimate = Estimate(estimate.value, level.noise)
    limits: dict[str, Any] = {}
    if estimate.se > 0 and math.isfinite(estimate.se):
        limits["lower"], limits["upper"] = estimate.interval()
    name = f"{level.indicator}.{code}.{year}" + (".level" if noise else "")
    n = estimate.n or None
    return Quantity(name, float(estimate.value), unit, decimals=decimals, n=n, year=year, **limits)


def _missing(report: CityComparison, indicator: str, code: str, year: int) -> Missing:
    """The status that the processed data give."""
    rows = report.data.published
    rows = rows[
        (rows["indicator"] == indicator)
        & (rows["unit_code"] == code)
        & (rows["reference_year"] == year)
    ]
    status = str(rows["status"].iloc[-1]) if len(rows) else "not_received"
    return Missing("not_received" if status == "observed" else status)


def difference_of(report: CityComparison, level: Level, code: str) -> Quantity | Missing:
    """A city's change between the two years, with its interval where it has one."""
    change = level.change
    if change is None:
        lacking = report.comparison_year if level.before is None else report.year
        return _missing(report, level.indicator, code, lacking)
    unit, decimals = report.unit(level.indicator)
    limits: dict[str, Any] = {}
    if change.absolute.se > 0:
        limits["lower"], limits["upper"] = change.absolute.interval()
    return Quantity(
        f"{level.indicator}.{code}.change",
        float(change.absolute.value),
        unit,
        decimals=decimals,
        year=report.year,
        since=report.comparison_year,
        kind="difference",
        **limits,
    )


def ranks_of(estimates: dict[str, Estimate], name: str, year: int, codes: list[str]) -> list[Cell]:
    """The ranks that each city may have; cities without a value have none.

    Parameters
    ----------
    estimates : values by city code, of the cities that have one
    name : start of the numbers' ids
    codes : the cities, in the order of the cells
    """
    if len(estimates) < 2:
        return [Missing("not_applicable") for _ in codes]
    table = rank_intervals(estimates).set_index("unit")
    cells: list[Cell] = []
    for code in codes:
        if code not in table.index:
            cells.append(Missing("not_received"))
            continue
        first, last = (float(table.loc[code, side]) for side in ("first", "last"))
        rank = Quantity(
            f"rank.{name}.{code}.{year}", first, "count", lower=first, upper=last, year=year
        )
        cells.append(rank if first == last else Limits(rank))
    return cells
