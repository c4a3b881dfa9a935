"""Pooling what several studies or cities found, and what is left unknown.

Effects with standard errors in, frozen results out.  Intervals are modified Knapp–Hartung's, never
z with few cities; what can't be pooled is refused with a reason in symbols, and shown as a table of
directions.
"""

from skk_analysis.synthesis.meta_regression import MetaRegression, meta_regression
from skk_analysis.synthesis.multilevel import Multilevel, multilevel, within_study_covariance
from skk_analysis.synthesis.pooling import Pooled, leave_one_out, pool
from skk_analysis.synthesis.reasons import REASONS, Reason, Refused
from skk_analysis.synthesis.small_study import (
    SmallStudyTest,
    TrimAndFill,
    begg,
    egger,
    trim_and_fill,
)
from skk_analysis.synthesis.subgroups import Subgroups, subgroups

__all__ = [
    "REASONS",
    "MetaRegression",
    "Multilevel",
    "Pooled",
    "Reason",
    "Refused",
    "SmallStudyTest",
    "Subgroups",
    "TrimAndFill",
    "begg",
    "egger",
    "leave_one_out",
    "meta_regression",
    "multilevel",
    "pool",
    "subgroups",
    "trim_and_fill",
    "within_study_covariance",
]
