"""The cities side by side in one year: its slice of data, its computations and its sections."""

from typing import TYPE_CHECKING

from skk_analysis.on_demand import on_demand
from skk_analysis.reporting.city_comparison.data import ComparisonData, report_data

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

__all__ = ["CityComparison", "ComparisonData", "report_data"]

__getattr__ = on_demand(__name__, {"CityComparison": ".report"})
