"""Monitoring of the experiments: register tables in, tidy frames and small results out.

Pure functions of tables and arrays: no drawing and no words of a report here.
"""

from skk_analysis.monitoring.agreement import Agreement
from skk_analysis.monitoring.canvas import canvas_completeness, canvas_fields, canvas_page
from skk_analysis.monitoring.choices import choice_marks, marks_of_all_cities, outcome_limit
from skk_analysis.monitoring.contribution import CLAIM_STATES, RIVAL_STATES, contribution_claims
from skk_analysis.monitoring.cooperation import Cooperation, cooperation_of
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
from skk_analysis.monitoring.dac import DAC_CRITERIA, dac_answers
from skk_analysis.monitoring.decisions import decisions_on
from skk_analysis.monitoring.events import (
    SEASONS,
    SPEAKER_TYPES,
    Feedback,
    event_seasons,
    feedback_of,
    speaker_types,
)
from skk_analysis.monitoring.intraclass import intraclass_correlation, intraclass_table
from skk_analysis.monitoring.krippendorff import krippendorff_alpha
from skk_analysis.monitoring.learning import LEARNING_TASKS, learning_tasks
from skk_analysis.monitoring.literature import DESIGN_GRADES, literature_cells, literature_studies
from skk_analysis.monitoring.milestones import MILESTONE_STATES, milestone_counts, milestones_on
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
from skk_analysis.monitoring.planned import PLANNED_ITEMS, planned_actual
from skk_analysis.monitoring.principles import PRINCIPLES, Evidence, principle_evidence
from skk_analysis.monitoring.register_check import check, check_files
from skk_analysis.monitoring.roadmap import roadmap_on
from skk_analysis.monitoring.scaling import (
    DEMANDS,
    MAINTAINED_MONTHS,
    REAIM,
    ScalingProfile,
    scaling_profile,
)
from skk_analysis.monitoring.stages import STAGES, StageTable, stage_table
from skk_analysis.monitoring.until import until
from skk_analysis.monitoring.uses import USE_STATES, UseLog, use_log
from skk_analysis.monitoring.values import VALUES, value_coverage
from skk_analysis.monitoring.weighted_kappa import pairwise_kappa, weighted_kappa
from skk_analysis.monitoring.workshops import Attendance, workshop_attendance

__all__ = [
    "CLAIM_STATES",
    "DAC_CRITERIA",
    "DEMANDS",
    "DESIGN_GRADES",
    "LEARNING_TASKS",
    "MAINTAINED_MONTHS",
    "MILESTONE_STATES",
    "PHASES",
    "PLANNED_ITEMS",
    "PRINCIPLES",
    "REAIM",
    "RESOURCE_GROUPS",
    "RIVAL_STATES",
    "SEASONS",
    "SPEAKER_TYPES",
    "STAGES",
    "TEST_KINDS",
    "USE_STATES",
    "VALUES",
    "Agreement",
    "Attendance",
    "Cooperation",
    "CostPerUnit",
    "Costs",
    "Evidence",
    "Feedback",
    "PhaseHistory",
    "ScalingProfile",
    "StageTable",
    "UseLog",
    "canvas_completeness",
    "canvas_fields",
    "canvas_page",
    "check",
    "check_files",
    "choice_marks",
    "contribution_claims",
    "cooperation_of",
    "cost_per_effect",
    "cost_per_participant",
    "costs_of",
    "criteria_on",
    "criteria_scores",
    "dac_answers",
    "decisions_on",
    "event_seasons",
    "feedback_of",
    "intraclass_correlation",
    "intraclass_table",
    "krippendorff_alpha",
    "learning_tasks",
    "literature_cells",
    "literature_studies",
    "marks_of_all_cities",
    "milestone_counts",
    "milestones_on",
    "outcome_limit",
    "pairwise_kappa",
    "partner_mix",
    "partners_by_group",
    "phase_history",
    "planned_actual",
    "principle_evidence",
    "rank_intervals",
    "review_agreement",
    "review_comments",
    "review_scores",
    "review_ties",
    "roadmap_on",
    "robust_pairs",
    "scaling_profile",
    "score_table",
    "speaker_types",
    "stage_table",
    "summarise_tests",
    "until",
    "use_log",
    "value_coverage",
    "weighted_kappa",
    "weighted_totals",
    "workshop_attendance",
]
