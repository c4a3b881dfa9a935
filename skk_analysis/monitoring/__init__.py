"""Monitoring of the experiments: register tables in, tidy frames and small results out.

Pure functions of tables and arrays: no drawing and no words of a report here.
"""

from skk_analysis.monitoring.agreement import Agreement
from skk_analysis.monitoring.canvas import canvas_completeness, canvas_fields, canvas_page
from skk_analysis.monitoring.choices import choice_marks, marks_of_all_cities, outcome_limit
from skk_analysis.monitoring.criteria import (
    criteria_on,
    criteria_scores,
    rank_intervals,
    robust_pairs,
    weighted_totals,
)
from skk_analysis.monitoring.intraclass import intraclass_correlation, intraclass_table
from skk_analysis.monitoring.krippendorff import krippendorff_alpha
from skk_analysis.monitoring.peer_reviews import (
    review_agreement,
    review_comments,
    review_scores,
    review_ties,
    score_table,
)
from skk_analysis.monitoring.roadmap import roadmap_on
from skk_analysis.monitoring.weighted_kappa import pairwise_kappa, weighted_kappa

__all__ = [
    "Agreement",
    "canvas_completeness",
    "canvas_fields",
    "canvas_page",
    "choice_marks",
    "criteria_on",
    "criteria_scores",
    "intraclass_correlation",
    "intraclass_table",
    "krippendorff_alpha",
    "marks_of_all_cities",
    "outcome_limit",
    "pairwise_kappa",
    "rank_intervals",
    "review_agreement",
    "review_comments",
    "review_scores",
    "review_ties",
    "roadmap_on",
    "robust_pairs",
    "score_table",
    "weighted_kappa",
    "weighted_totals",
]
