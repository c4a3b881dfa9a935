"""Which numbers of the comparison were agreed beforehand: each city's by its own choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skk_analysis.monitoring import weakest_marks
from skk_analysis.reporting.agreed import Marks, marks_of
from skk_analysis.reporting.city_comparison.data import ComparisonData

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
    years = {str(name): data.year for name in data.indicators.index}
    by_city = {
        city.code: marks_of(
            data.register, data.indicators, years, first_year=data.start, cities=[city.code]
        )
        for city in data.cities
    }
    return CityMarks(weakest_marks([marks.table for marks in by_city.values()]), by_city)
