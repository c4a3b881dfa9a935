"""What section 2 says of indicators left out: by force, with the reason, or by deliberation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def write(report: CityYear, writer: Writer, unmeasured: Sequence[str]) -> None:
    """The forced omissions of the year in a table, then the deliberate ones.

    Parameters
    ----------
    unmeasured : reported indicators without a value of the city in the year
    """
    writer.subheading("section.scope.missing")
    writer.say("scope.omissions")
    if unmeasured:
        keys = ("indicator", "omission", "reason", "latest", "agreed")
        columns = [writer.text(f"scope.column.{key}") for key in keys]
        rows = [_forced(report, writer, name) for name in unmeasured]
        writer.table("omissions", columns, rows, wide=True, year=str(report.year))
    rejected = _rejected(report)
    if rejected.empty:
        writer.say("scope.none_rejected")
        return
    writer.listed(
        writer.sentence(
            "scope.rejected",
            kind=writer.text("scope.omission.deliberate"),
            words=localised(row, "rejected", report.language),
            name=report.indicator_name(row["indicator"]),
        )
        for _, row in rejected.iterrows()
    )


def _forced(report: CityYear, writer: Writer, indicator: str) -> tuple[Cell, ...]:
    note = report.data.indicators.loc[indicator, f"break_note_{report.language}"]
    years = _measured_years(report.data.indicator_values, indicator)
    because = (
        writer.text("scope.not_published", year=str(report.year))
        if years
        else writer.text("scope.no_source")
    )
    # the nearest year before, else the first one after
    latest = str(max(years, key=lambda year: (year <= report.year, year))) if years else "–"
    return (
        report.indicator_name(indicator),
        writer.text("scope.omission.forced"),
        f"{because} {note}".strip(),
        latest,
        report.agreed_word(indicator),
    )


def _measured_years(frame: pd.DataFrame, indicator: str) -> set[int]:
    rows = frame[(frame["indicator"] == indicator) & (frame["status"] == "observed")]
    return {int(year) for year in rows["reference_year"].unique()}


def _rejected(report: CityYear) -> pd.DataFrame:
    """Choices that name what was considered and not taken."""
    choices = report.data.register.get("indicator_choices")
    if choices is None:
        return pd.DataFrame()
    columns = [c for c in choices.columns if c.startswith("rejected")]
    named = (choices[columns] != "").any(axis=1)
    known = choices["indicator"].isin(report.data.indicators.index)
    return choices[named & known]
