"""The programme's report of one year: what was done, what is known, and what may be scaled."""

from skk_analysis.reporting.programme.analysis import Analysis
from skk_analysis.reporting.programme.data import ProgrammeData, report_data
from skk_analysis.reporting.programme.report import ProgrammeReport

__all__ = ["Analysis", "ProgrammeData", "ProgrammeReport", "report_data"]
