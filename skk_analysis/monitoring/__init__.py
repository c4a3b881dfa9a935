"""Monitoring of the experiments: register tables in, tidy frames and small results out.

Pure functions of tables and arrays: no drawing and no words of a report here.
"""

from skk_analysis.monitoring.agreement import Agreement
from skk_analysis.monitoring.canvas import canvas_completeness, canvas_fields, canvas_page
from skk_analysis.monitoring.choices import choice_marks, marks_of_all_cities, outcome_limit
from skk_analysis.monitoring.costs import (
    CostPerUnit,
    Costs,
    cost_per_effect,
    cost_per_participant,
    costs_of,
)
from skk_analysis.monitoring.criteria import (
    criteria_on,
    criteria_scores,
    rank_intervals,
    robust_pairs,
    weighted_totals,
)
from skk_analysis.monitoring.intraclass import intraclass_correlation, intraclass_table
from skk_analysis.monitoring.krippendorff import krippendorff_alpha
from skk_analysis.monitoring.learning import LEARNING_TASKS, learning_tasks
from skk_analysis.monitoring.milestones import (
    MILESTONE_STATES,
    milestone_counts,
    milestones_on,
)
from skk_analysis.monitoring.model_tests import TEST_KINDS, summarise_tests
from skk_analysis.monitoring.partners import RESOURCE_GROUPS, partner_mix, partners_by_group
from skk_analysis.monitoring.peer_reviews import (
    review_agreement,
    review_comments,
    review_scores,
    review_ties,
    score_table,
)
from skk_analysis.monitoring.phases import PHASES, PhaseHistory, phase_history
from skk_analysis.monitoring.roadmap import roadmap_on
from skk_analysis.monitoring.stages import STAGES, StageTable, stage_table
from skk_analysis.monitoring.weighted_kappa import pairwise_kappa, weighted_kappa
from skk_analysis.monitoring.workshops import Attendance, workshop_attendance

__all__ = [
    "LEARNING_TASKS",
    "MILESTONE_STATES",
    "PHASES",
    "RESOURCE_GROUPS",
    "STAGES",
    "TEST_KINDS",
    "Agreement",
    "Attendance",
    "CostPerUnit",
    "Costs",
    "PhaseHistory",
    "StageTable",
    "canvas_completeness",
    "canvas_fields",
    "canvas_page",
    "choice_marks",
    "cost_per_effect",
    "cost_per_participant",
    "costs_of",
    "criteria_on",
    "criteria_scores",
    "intraclass_correlation",
    "intraclass_table",
    "krippendorff_alpha",
    "learning_tasks",
    "marks_of_all_cities",
    "milestone_counts",
    "milestones_on",
    "outcome_limit",
    "pairwise_kappa",
    "partner_mix",
    "partners_by_group",
    "phase_history",
    "rank_intervals",
    "review_agreement",
    "review_comments",
    "review_scores",
    "review_ties",
    "roadmap_on",
    "robust_pairs",
    "score_table",
    "stage_table",
    "summarise_tests",
    "weighted_kappa",
    "weighted_totals",
    "workshop_attendance",
]
