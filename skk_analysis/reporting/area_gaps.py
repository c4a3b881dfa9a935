"""The gap between residential areas in an indicator, as a difference and as a ratio."""

from __future__ import annotations

from dataclasses import dataclass

from skk_analysis import metrics
from skk_analysis.figures import Cell
from skk_analysis.language import Missing, Quantity, forms
from skk_analysis.metrics.change import OverallVerdict
from skk_analysis.reporting.analysis import Analysis, weighted_quantile

ENDS = (0.1, 0.9)
"""The gap is between the areas at these points of the residents' distribution over areas."""


@dataclass(frozen=True)
class AreaGap:
    """The values at both ends of the residents' distribution over areas, in two years.

    Parameters
    ----------
    record : start of the numbers' ids
    unit, decimals : of the indicator
    years : the earlier and the later year
    ends : the low and the high end by year, None where too few areas have a value
    """

    record: str
    unit: str
    decimals: int | None
    years: tuple[int, int]
    ends: dict[int, tuple[float, float] | None]

    @property
    def change(self) -> OverallVerdict | None:
        """How the gap changed as a difference and as a ratio, where both years have it.

        Both are taken as printed: no direction is told of a change that a reader does not see.
        """
        before, after = (self.ends[year] for year in self.years)
        if before is None or after is None:
            return None
        places = printed_places(self.unit, self.decimals)
        pairs = {"difference": [round(high - low, places) for low, high in (before, after)]}
        if before[0] > 0 and after[0] > 0:
            digits = forms.places("ratio")
            pairs["ratio"] = [round(high / low, digits) for low, high in (before, after)]
        changes = {name: metrics.change(*pair) for name, pair in pairs.items()}
        # two views of one gap, not two chances to find something: no adjustment
        return metrics.overall_verdict(changes, adjust=None)

    def cells(self, year: int) -> list[Cell]:
        """Difference and ratio of a year."""
        ends = self.ends[year]
        if ends is None:
            return [Missing("not_received"), Missing("not_received")]
        low, high = ends
        gap = Quantity(
            f"gap.{self.record}.{year}", high - low, self.unit, self.decimals, year=year, kind="gap"
        )
        ratio: Cell = Missing("not_applicable")
        if low > 0:
            ratio = Quantity(f"gap_ratio.{self.record}.{year}", high / low, "ratio", year=year)
        return [gap, ratio]


def area_gap(
    analysis: Analysis, indicator: str, unit: str, decimals: int | None, record: str = ""
) -> AreaGap:
    """The gap of a city's areas in an indicator.

    Parameters
    ----------
    record : start of the numbers' ids; by default the indicator
    """
    years = analysis.data.years
    ends = {year: _ends(analysis, indicator, year, unit, decimals) for year in years}
    return AreaGap(record or indicator, unit, decimals, years, ends)


def _ends(
    analysis: Analysis, indicator: str, year: int, unit: str, decimals: int | None
) -> tuple[float, float] | None:
    """The tenth and ninetieth percentile of residents by their area's value."""
    rows = analysis.area_values(indicator, year)
    rows = rows[rows["status"] == "observed"]
    people = analysis.area_values("population", year)["value"].reindex(rows.index)
    weights = people.astype(float).fillna(0.0).to_numpy()
    if len(rows) < 2 or weights.sum() == 0:
        return None
    values = rows["value"].astype(float).to_numpy()
    places = printed_places(unit, decimals)
    low, high = (round(weighted_quantile(values, weights, p), places) for p in ENDS)
    return low, high


def printed_places(unit: str, decimals: int | None) -> int:
    """Decimals of a value that a reader sees, of the number as it is held."""
    return forms.places(unit, decimals) + (2 if unit == "share" else 0)
