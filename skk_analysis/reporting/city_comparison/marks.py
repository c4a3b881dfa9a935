"""Which numbers of the comparison were agreed beforehand: each city's by its own choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skk_analysis.monitoring import choice_marks, marks_of_all_cities
from skk_analysis.reporting.agreed import Marks
from skk_analysis.reporting.city_comparison.data import ComparisonData

CONTEXT = "context"

ABOUT_THE_COMPARISON = frozenset({"comparability", "exposure", "similar"})
"""First parts of the ids of numbers that describe the comparison: no outcome, no mark."""


@dataclass(frozen=True)
class CityMarks(Marks):
    """Marks by city; a number of no single city has the weakest of the cities' marks.

    Parameters
    ----------
    cities : each city's marks, by code
    """

    cities: Mapping[str, Marks] = field(default_factory=dict)

    def of(self, record: Mapping[str, Any]) -> str:
        """The mark of a record: its id names the city that it is about."""
        parts = str(record["id"]).split(".")
        if parts[0] in ABOUT_THE_COMPARISON:
            return ""
        city = next((self.cities[part] for part in parts if part in self.cities), None)
        return super().of(record) if city is None else city.of(record)


def comparison_marks(data: ComparisonData) -> CityMarks:
    """The marks of a comparison: each indicator by the report's year."""
    rows = data.indicators
    background = frozenset(map(str, rows.index[rows["dimension"] == CONTEXT]))
    years = {str(name): data.year for name in rows.index if name not in background}
    tables = {
        city.code: choice_marks(
            data.register.get("indicator_choices"),
            rows,
            years,
            first_year=data.start,
            city=city.code,
            surveys=_surveys(data, city.code),
        )
        for city in data.cities
    }
    weakest = pd.DataFrame({"status": marks_of_all_cities(tables)})
    weakest["methods"] = next(iter(tables.values()))["methods"].reindex(weakest.index)
    by_city = {code: Marks(table, background) for code, table in tables.items()}
    return CityMarks(weakest, background, by_city)


def _surveys(data: ComparisonData, code: str) -> pd.DataFrame | None:
    surveys = data.register.get("surveys")
    if surveys is None or "city_code" not in surveys.columns:
        return surveys
    return surveys[surveys["city_code"].isin(["", code])]
