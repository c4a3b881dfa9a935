"""The report of one city and year: its slice of data, its computations and its sections."""

from skk_analysis.reporting.analysis import Analysis
from skk_analysis.reporting.city_year.data import ReportData, report_data
from skk_analysis.reporting.city_year.report import CityYear

__all__ = ["Analysis", "CityYear", "ReportData", "report_data"]
