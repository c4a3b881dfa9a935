"""The report card of one experiment (Kokeilukortti): its slice of data and its sections."""

from skk_analysis.reporting.experiment.data import ExperimentData, report_data
from skk_analysis.reporting.experiment.report import Experiment

__all__ = ["Experiment", "ExperimentData", "report_data"]
