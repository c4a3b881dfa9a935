"""The report card of one experiment (Kokeilukortti): its slice of data and its sections."""

from typing import TYPE_CHECKING

from skk_analysis.on_demand import on_demand
from skk_analysis.reporting.experiment.data import ExperimentData, report_data

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment

__all__ = ["Experiment", "ExperimentData", "report_data"]

__getattr__ = on_demand(__name__, {"Experiment": ".report"})
