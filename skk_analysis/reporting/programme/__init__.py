"""The programme's report of one year: what was done, what is known, and what may be scaled."""

from typing import TYPE_CHECKING

from skk_analysis.on_demand import on_demand
from skk_analysis.reporting.programme.data import ProgrammeData, report_data

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.analysis import Analysis
    from skk_analysis.reporting.programme.report import ProgrammeReport

__all__ = ["Analysis", "ProgrammeData", "ProgrammeReport", "report_data"]

__getattr__ = on_demand(__name__, {"Analysis": ".analysis", "ProgrammeReport": ".report"})
