"""What a report says of the indicator dictionary: names, units, and why something is not there."""

from __future__ import annotations

from typing import Any

import pandas as pd

from skk_analysis.figures import Sentence
from skk_analysis.reporting.document import Document
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

    def indicator_name(self, indicator: str) -> str:
        """An indicator's name in the report's language."""
        return str(self.data.indicators.loc[indicator, f"name_{self.language}"])

    def unit(self, indicator: str) -> tuple[str, int | None]:
        """An indicator's unit and decimals."""
        row = self.data.indicators.loc[indicator]
        return str(row["unit"]), int(row["decimals"]) if row["decimals"] else None

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
    year = report.data.year
    note = report.data.indicators.loc[indicator, f"break_note_{report.language}"]
    rows = values[(values["indicator"] == indicator) & (values["status"] == "observed")]
    years = {int(y) for y in rows["reference_year"].unique()}
    name = report.indicator_name(indicator)
    if years:
        latest = str(max(years, key=lambda y: (y <= year, y)))
        because = writer.text("scope.not_published", year=str(year))
        return writer.sentence(
            "scope.missing_with_latest",
            name=name,
            year=str(year),
            reason=f"{because} {note}".strip(),
            latest=latest,
        )
    because = f"{writer.text('scope.no_source')} {note}".strip()
    return writer.sentence("scope.missing", name=name, year=str(year), reason=because)
