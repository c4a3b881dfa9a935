"""The report of one city and year: its slice of data, its computations and its sections.

What draws and writes is imported when it is asked for: the grid only wants the slice.
"""

from typing import TYPE_CHECKING

from skk_analysis.on_demand import on_demand
from skk_analysis.reporting.city_year.data import ReportData, report_data

if TYPE_CHECKING:
    from skk_analysis.reporting.analysis import Analysis
    from skk_analysis.reporting.city_year.report import CityYear

__all__ = ["Analysis", "CityYear", "ReportData", "report_data"]

__getattr__ = on_demand(__name__, {"Analysis": "..analysis", "CityYear": ".report"})
