"""Pooling what several studies or cities found, and what is left unknown.

Effects with standard errors in, frozen results out.  Intervals are modified Knapp–Hartung's, never
z with few cities; what can't be pooled is refused with a reason in symbols, and shown as a table of
directions.
"""

from skk_analysis.synthesis.directions import direction_table
from skk_analysis.synthesis.distribution import ConfidenceDistribution
from skk_analysis.synthesis.effect_measures import (
    fisher_z,
    hedges_g,
    hedges_g_from_t,
    log_odds_ratio,
    log_ratio_of_means,
    log_risk_ratio,
    logit_proportion,
    mean_difference,
    reported_effect,
    risk_difference,
)
from skk_analysis.synthesis.gap_map import CONFIDENCE, GapMap, gap_map
from skk_analysis.synthesis.known import KNOWN_RULES, known_table
from skk_analysis.synthesis.leave_one_out import leave_one_out
from skk_analysis.synthesis.meta_regression import MetaRegression, meta_regression
from skk_analysis.synthesis.multilevel import Multilevel, multilevel, within_study_covariance
from skk_analysis.synthesis.of_effects import (
    effects_frame,
    shared_donor_covariance,
    synthesise_effects,
)
from skk_analysis.synthesis.poolable import Synthesis, reasons_against_pooling, synthesise
from skk_analysis.synthesis.pooled import Pooled
from skk_analysis.synthesis.pooling import pool
from skk_analysis.synthesis.reasons import REASONS, Reason, RefusedError
from skk_analysis.synthesis.small_study import SmallStudyTest, begg, egger
from skk_analysis.synthesis.subgroups import Subgroups, subgroups
from skk_analysis.synthesis.trim_and_fill import TrimAndFill, trim_and_fill

__all__ = [
    "CONFIDENCE",
    "KNOWN_RULES",
    "REASONS",
    "ConfidenceDistribution",
    "GapMap",
    "MetaRegression",
    "Multilevel",
    "Pooled",
    "Reason",
    "RefusedError",
    "SmallStudyTest",
    "Subgroups",
    "Synthesis",
    "TrimAndFill",
    "begg",
    "direction_table",
    "effects_frame",
    "egger",
    "fisher_z",
    "gap_map",
    "hedges_g",
    "hedges_g_from_t",
    "known_table",
    "leave_one_out",
    "log_odds_ratio",
    "log_ratio_of_means",
    "log_risk_ratio",
    "logit_proportion",
    "mean_difference",
    "meta_regression",
    "multilevel",
    "pool",
    "reasons_against_pooling",
    "reported_effect",
    "risk_difference",
    "shared_donor_covariance",
    "subgroups",
    "synthesise",
    "synthesise_effects",
    "trim_and_fill",
    "within_study_covariance",
]
