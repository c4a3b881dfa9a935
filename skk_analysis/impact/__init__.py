"""Effects with few treated cities: estimates, honest inference, and a ceiling on what to claim.

Start with a :class:`Panel` (or :func:`programme_panel`) and :func:`evaluate`; each method is also a
verb of its own that gives an :class:`Effect`.  Small surveys go to :func:`before_after`, one city's
series to :func:`interrupted_time_series`.
"""

from skk_analysis.impact.before_after import before_after
from skk_analysis.impact.checks import Check
from skk_analysis.impact.conformal import conformal_synthetic_control
from skk_analysis.impact.differences import difference_in_differences
from skk_analysis.impact.effect_sizes import convert_effect_size, effect_size
from skk_analysis.impact.effects_by_group import GroupEffects, effects_by_group
from skk_analysis.impact.evaluate import Evaluation, evaluate
from skk_analysis.impact.evaluate_experiment import ExperimentDossier, evaluate_experiment
from skk_analysis.impact.evaluate_programme import ProgrammeEvaluation, evaluate_programme
from skk_analysis.impact.event_study import EventStudy, event_study
from skk_analysis.impact.experiment_inputs import ExperimentInputs, experiment_inputs
from skk_analysis.impact.goodman_bacon import goodman_bacon
from skk_analysis.impact.grade import Design, Grade, evidence_grade
from skk_analysis.impact.group_time import GroupTime
from skk_analysis.impact.honest import HonestBounds, honest_did
from skk_analysis.impact.identified_range import identified_range
from skk_analysis.impact.interrupted_series import interrupted_time_series
from skk_analysis.impact.multiplicity import Equivalence, adjust_effects, equivalence, romano_wolf
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.pre_trend import PreTrend, pre_trend_test
from skk_analysis.impact.programme_panel import programme_panel
from skk_analysis.impact.regression_to_mean import regression_to_mean
from skk_analysis.impact.result import Effect
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.staggered import group_time_effects
from skk_analysis.impact.synthetic_control import augmented_synthetic_control, synthetic_control
from skk_analysis.impact.synthetic_did import synthetic_did
from skk_analysis.impact.verdict import Verdict, verdict_of
from skk_analysis.impact.wild_bootstrap import WildBootstrap, wild_cluster_bootstrap

__all__ = [
    "Check",
    "Design",
    "Effect",
    "Equivalence",
    "Evaluation",
    "EventStudy",
    "ExperimentDossier",
    "ExperimentInputs",
    "Grade",
    "GroupEffects",
    "GroupTime",
    "HonestBounds",
    "Panel",
    "Placebos",
    "PreTrend",
    "ProgrammeEvaluation",
    "Verdict",
    "WildBootstrap",
    "adjust_effects",
    "augmented_synthetic_control",
    "before_after",
    "conformal_synthetic_control",
    "convert_effect_size",
    "difference_in_differences",
    "effect_size",
    "effects_by_group",
    "equivalence",
    "evaluate",
    "evaluate_experiment",
    "evaluate_programme",
    "event_study",
    "evidence_grade",
    "experiment_inputs",
    "goodman_bacon",
    "group_time_effects",
    "honest_did",
    "identified_range",
    "interrupted_time_series",
    "pre_trend_test",
    "programme_panel",
    "regression_to_mean",
    "romano_wolf",
    "synthetic_control",
    "synthetic_did",
    "verdict_of",
    "wild_cluster_bootstrap",
]
