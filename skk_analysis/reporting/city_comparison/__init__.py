"""The cities side by side in one year: its slice of data, its computations and its sections."""

from skk_analysis.reporting.city_comparison.data import ComparisonData, report_data
from skk_analysis.reporting.city_comparison.report import CityComparison

__all__ = ["CityComparison", "ComparisonData", "report_data"]
