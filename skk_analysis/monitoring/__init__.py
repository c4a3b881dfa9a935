"""Monitoring of the experiments: register tables in, tidy frames and small results out.

Pure functions of tables and arrays: no drawing and no words of a report here.
"""

from skk_analysis.monitoring.costs import (
    CostPerUnit,
    Costs,
    cost_per_effect,
    cost_per_participant,
    costs_of,
)
from skk_analysis.monitoring.learning import LEARNING_TASKS, learning_tasks
from skk_analysis.monitoring.milestones import (
    MILESTONE_STATES,
    milestone_counts,
    milestones_on,
)
from skk_analysis.monitoring.model_tests import TEST_KINDS, summarise_tests
from skk_analysis.monitoring.partners import RESOURCE_GROUPS, partner_mix, partners_by_group
from skk_analysis.monitoring.phases import PHASES, PhaseHistory, phase_history
from skk_analysis.monitoring.stages import STAGES, StageTable, stage_table
from skk_analysis.monitoring.workshops import Attendance, workshop_attendance

__all__ = [
    "LEARNING_TASKS",
    "MILESTONE_STATES",
    "PHASES",
    "RESOURCE_GROUPS",
    "STAGES",
    "TEST_KINDS",
    "Attendance",
    "CostPerUnit",
    "Costs",
    "PhaseHistory",
    "StageTable",
    "cost_per_effect",
    "cost_per_participant",
    "costs_of",
    "learning_tasks",
    "milestone_counts",
    "milestones_on",
    "partner_mix",
    "partners_by_group",
    "phase_history",
    "stage_table",
    "summarise_tests",
    "workshop_attendance",
]
