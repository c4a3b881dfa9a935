"""What section 2 says of indicators left out: by force, with the reason, or by deliberation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell
from skk_analysis.reporting.dictionary import why_missing
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
    reason, latest = why_missing(report, writer, indicator, report.data.indicator_values)
    forced = writer.text("scope.omission.forced")
    return (
        report.indicator_name(indicator),
        forced,
        reason,
        latest or "–",
        report.agreed_word(indicator),
    )


def _rejected(report: CityYear) -> pd.DataFrame:
    """Choices that name what was considered and not taken."""
    choices = report.data.register.get("indicator_choices")
    if choices is None:
        return pd.DataFrame()
    columns = [c for c in choices.columns if c.startswith("rejected")]
    named = (choices[columns] != "").any(axis=1)
    known = choices["indicator"].isin(report.data.indicators.index)
    return choices[named & known]
