"""What a report says of the indicator dictionary: names, units, and why something is not there."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd

from skk_analysis.figures import Sentence
from skk_analysis.reporting.document import Document
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

DIMENSIONS = (
    "toimeentulo",
    "palvelut",
    "turvallisuus",
    "jakautuminen",
    "vaikuttaminen",
    "osallisuus",
    "yhteisollisyys",
    "kiinnittyminen",
    "hyvinvointi_terveys",
)
"""The four foundations, the four opportunities and the outcome of the programme's logic."""


class DictionaryDocument(Document):
    """A report on indicators; its slice has the dictionary as ``indicators`` and a ``year``."""

    data: Any

    @cached_property
    def dictionary(self) -> dict[str, dict[str, str]]:
        """The rows of the indicator dictionary by indicator."""
        return self.data.indicators.to_dict("index")

    def indicator_name(self, indicator: str) -> str:
        """An indicator's name in the report's language."""
        return localised(self.dictionary[indicator], "name", self.language) or indicator

    def unit(self, indicator: str) -> tuple[str, int | None]:
        """An indicator's unit and decimals."""
        row = self.dictionary[indicator]
        return str(row["unit"]), int(row["decimals"]) if row["decimals"] else None

    def agreed_word(self, indicator: str) -> str:
        """Whether an indicator was agreed beforehand; a dash for a figure without a mark."""
        status = self.marks.of({"id": indicator}) if self.marks else ""
        return self.text(f"agreed.{status}") if status else "–"

    def indicators_of(self, *levels: str) -> list[str]:
        """The reported indicators that are measured at these levels, in the register's order."""
        rows = self.data.indicators
        return list(rows.index[rows["level"].isin(levels) & (rows["report"] == "yes")])


def omission(
    report: DictionaryDocument, writer: Writer, indicator: str, values: pd.DataFrame
) -> Sentence:
    """Why an indicator has no value in the report's year, and the nearest year that has one.

    Parameters
    ----------
    values : rows of ``indicator_values``
    """
    reason, latest = why_missing(report, writer, indicator, values)
    parts = {"name": report.indicator_name(indicator), "year": str(report.data.year)}
    if latest:
        return writer.sentence("scope.missing_with_latest", reason=reason, latest=latest, **parts)
    return writer.sentence("scope.missing", reason=reason, **parts)


def why_missing(
    report: DictionaryDocument, writer: Writer, indicator: str, values: pd.DataFrame
) -> tuple[str, str]:
    """The reason in words, and the nearest year with a value (``""`` if there is none)."""
    year = report.data.year
    note = localised(report.dictionary[indicator], "break_note", report.language)
    rows = values[(values["indicator"] == indicator) & (values["status"] == "observed")]
    years = {int(y) for y in rows["reference_year"].unique()}
    because = writer.text("scope.no_source")
    if years:
        because = writer.text("scope.not_published", year=str(year))
    # the nearest year before, else the last one after
    latest = str(max(years, key=lambda y: (y <= year, y))) if years else ""
    return f"{because} {note}".strip(), latest
