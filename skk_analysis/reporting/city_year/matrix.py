"""Section 4: areas × indicators on one page, the Urban HEART Matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skk_analysis.figures import Criterion, matrix
from skk_analysis.language import Missing, Quantity
from skk_analysis.reporting.analysis import wilson
from skk_analysis.reporting.city_year.areas import area_names, number
from skk_analysis.reporting.section import Writer
from skk_analysis.reporting.unstable import say_unstable

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

NEAR = 0.25
"""An area is near the city's value within this share of the areas' standard deviation."""


def write(report: CityYear, writer: Writer) -> None:
    """The matrix of the year's published area indicators."""
    indicators = [name for name in report.indicators_of("postal_area") if _published(report, name)]
    left_out = [name for name in report.indicators_of("postal_area") if name not in indicators]
    if not indicators:
        writer.say("matrix.none", year=str(report.year))
        return
    writer.say("matrix.introduction", city=report.city, year=str(report.year))
    if left_out:
        listed = "; ".join(report.indicator_name(name) for name in left_out)
        writer.say("matrix.left_out", year=str(report.year), names=listed)
    criteria = [_criterion(report, name) for name in indicators]
    columns = [_column(report, name) for name in indicators]
    names = area_names(report)
    rows = [(names[code], [column[code] for column in columns]) for code in names]
    caption = writer.caption("table", "matrix", city=report.city, year=str(report.year))
    writer.parts.append(matrix(criteria, rows, report.city, report.language, caption=caption))
    say_unstable(
        writer,
        (
            (f"{name}, {criterion.name}:", cell)
            for name, cells in rows
            for criterion, cell in zip(criteria, cells, strict=True)
        ),
    )
    writer.say("matrix.reading")


def city_value(report: CityYear, indicator: str, year: int) -> Quantity | Missing:
    """The city's own value of an area indicator, from its areas.

    A share is the areas' counts over their denominators. A median income is the areas' medians
    weighted by the people they describe, those aged 18 or over: near to the city's own median,
    but not the same.
    """
    rows = report.analysis.area_values(indicator, year)
    rows = rows[rows["status"] == "observed"]
    if rows.empty:
        return Missing("not_received")
    unit, decimals = report.unit(indicator)
    name = f"{indicator}.{report.data.city.code}.{year}"
    weights = rows["denominator"].astype(float)
    if rows["count"].notna().all() and weights.notna().all() and weights.sum() > 0:
        value = float(rows["count"].sum() / weights.sum())
        return Quantity(name, value, unit, decimals=decimals, n=int(weights.sum()), year=year)
    if weights.isna().any():  # the source does not say whom the figure describes
        residents = report.analysis.area_values("population", year)["value"].reindex(rows.index)
        weights = residents.astype(float).fillna(0.0)
    if weights.sum() == 0:
        return Missing("not_received")
    value = float(np.average(rows["value"].astype(float), weights=weights))
    return Quantity(name, value, unit, decimals=decimals, year=year)


def _published(report: CityYear, indicator: str) -> bool:
    rows = report.analysis.area_values(indicator, report.year)
    return bool((rows["status"] == "observed").sum() > 1)


def _criterion(report: CityYear, indicator: str) -> Criterion:
    rows = report.analysis.area_values(indicator, report.year)
    values = rows.loc[rows["status"] == "observed", "value"].astype(float)
    return Criterion(
        report.indicator_name(indicator),
        str(report.dictionary[indicator]["direction"]),
        city_value(report, indicator, report.year),
        NEAR * float(values.std(ddof=0)),
    )


def _column(report: CityYear, indicator: str) -> dict[str, Quantity | Missing]:
    rows = report.analysis.area_values(indicator, report.year)
    unit, decimals = report.unit(indicator)
    return {
        code: with_wilson(number(rows, code, indicator, unit, decimals, report.year), rows, code)
        for code in report.data.areas["unit_code"]
    }


def with_wilson(cell: Quantity | Missing, rows: pd.DataFrame, code: str) -> Quantity | Missing:
    """A share with the interval of chance variation that its denominator gives."""
    if isinstance(cell, Missing) or cell.unit != "share":
        return cell
    denominator = rows.loc[code, "denominator"]
    if pd.isna(denominator) or float(denominator) <= 0:
        return cell
    lower, upper = wilson(cell.value, float(denominator))
    return replace(cell, lower=lower, upper=upper, n=round(float(denominator)))
