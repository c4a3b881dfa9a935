"""The report of one city and year: its slice of data, its computations and its sections.

What draws and writes is imported when it is asked for: the grid only wants the slice.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.city_year.data import ReportData, report_data

if TYPE_CHECKING:
    from skk_analysis.reporting.analysis import Analysis
    from skk_analysis.reporting.city_year.report import CityYear

__all__ = ["Analysis", "CityYear", "ReportData", "report_data"]


def __getattr__(name: str) -> Any:
    homes = {"Analysis": "skk_analysis.reporting.analysis", "CityYear": f"{__name__}.report"}
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(homes[name]), name)
