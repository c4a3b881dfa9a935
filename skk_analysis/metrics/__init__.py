"""Inequality, poverty, polarisation, segregation, decomposition and change.

Rows in, :class:`~skk_analysis.estimate.Estimate` out.  Every index takes a
:class:`SurveyDesign` with a column name, or an array, Series or frame with ``weights=``; ``by=``
gives a tidy table instead.  Importing this package loads numpy and pandas only.
"""

from skk_analysis.metrics.agreement import consensus, van_der_eijk
from skk_analysis.metrics.answers import answer_counts
from skk_analysis.metrics.area_index import AREA_INDICES, area_index, segregation_table
from skk_analysis.metrics.area_map import AreaMap, area_map
from skk_analysis.metrics.averages import mean, median, proportion, quantile
from skk_analysis.metrics.baseline import Baseline, bias_corrected, randomisation_baseline
from skk_analysis.metrics.change import (
    Change,
    OverallVerdict,
    Rule,
    adjust_p_values,
    change,
    gap_change,
    overall_verdict,
    trend,
)
from skk_analysis.metrics.concentration import (
    concentration_curve,
    concentration_index,
    concentration_share,
)
from skk_analysis.metrics.counts import AreaCounts, AreaValue
from skk_analysis.metrics.decomposition import (
    CompositionChange,
    Decomposition,
    composition_change,
    decompose,
)
from skk_analysis.metrics.design import SurveyDesign
from skk_analysis.metrics.exposure import (
    correlation_ratio,
    exposure,
    isolation,
    normalized_exposure,
    relative_diversity,
)
from skk_analysis.metrics.gradient import gap, relative_index, slope_index
from skk_analysis.metrics.group_polarisation import esteban_ray, reynal_querol, zhang_kanbur
from skk_analysis.metrics.grouped import GroupedData
from skk_analysis.metrics.grouped_sources import (
    grouped_from_classes,
    grouped_from_paavo,
    grouped_from_quantiles,
    income_limits,
)
from skk_analysis.metrics.index import INDICES, Linearised, index, inequality_table
from skk_analysis.metrics.inequality import (
    atkinson,
    coefficient_of_variation,
    generalized_entropy,
    gini,
    hoover,
    mld,
    theil_t,
)
from skk_analysis.metrics.lorenz import generalized_lorenz, generalized_lorenz_curve, zenga
from skk_analysis.metrics.natural_groups import esteban_gradin_ray
from skk_analysis.metrics.ordinal import (
    apouey,
    berry_mielke,
    blair_lacy,
    cowell_flachaire,
    kvalseth,
    leik,
)
from skk_analysis.metrics.ordinal_segregation import ordinal_segregation, rank_order_h
from skk_analysis.metrics.polarisation import duclos_esteban_ray, wolfson
from skk_analysis.metrics.polarisation_shape import (
    bimodality_coefficient,
    der_alienation,
    der_components,
    der_correlation,
    der_identification,
)
from skk_analysis.metrics.poverty import low_income_rate, poverty_line
from skk_analysis.metrics.poverty_intensity import fgt, poverty_gap, sen, sen_shorrocks_thon, watts
from skk_analysis.metrics.rank_intervals import rank_intervals
from skk_analysis.metrics.replication import bootstrap
from skk_analysis.metrics.segregation import (
    dissimilarity,
    mutual_information,
    segregation_atkinson,
    segregation_gini,
    theil_h,
)
from skk_analysis.metrics.segregation_bounds import SegregationBounds, segregation_bounds
from skk_analysis.metrics.segregation_change import SegregationChange, segregation_change
from skk_analysis.metrics.segregation_parts import SegregationParts, segregation_parts
from skk_analysis.metrics.shares import (
    lorenz_curve,
    palma,
    percentile_ratio,
    quantile_share,
    s80s20,
    s90s10,
)
from skk_analysis.metrics.similarity import profile_distances
from skk_analysis.metrics.sources import SourceDecomposition, decompose_sources
from skk_analysis.metrics.spatial_segregation import (
    boundary_dissimilarity,
    distance_decay_isolation,
    spatial_h,
    spatial_proximity,
)
from skk_analysis.metrics.welfare import kolm, s_gini

__all__ = [
    "AREA_INDICES",
    "INDICES",
    "AreaCounts",
    "AreaMap",
    "AreaValue",
    "Baseline",
    "Change",
    "CompositionChange",
    "Decomposition",
    "GroupedData",
    "Linearised",
    "OverallVerdict",
    "Rule",
    "SegregationBounds",
    "SegregationChange",
    "SegregationParts",
    "SourceDecomposition",
    "SurveyDesign",
    "adjust_p_values",
    "answer_counts",
    "apouey",
    "area_index",
    "area_map",
    "atkinson",
    "berry_mielke",
    "bias_corrected",
    "bimodality_coefficient",
    "blair_lacy",
    "bootstrap",
    "boundary_dissimilarity",
    "change",
    "coefficient_of_variation",
    "composition_change",
    "concentration_curve",
    "concentration_index",
    "concentration_share",
    "consensus",
    "correlation_ratio",
    "cowell_flachaire",
    "decompose",
    "decompose_sources",
    "der_alienation",
    "der_components",
    "der_correlation",
    "der_identification",
    "dissimilarity",
    "distance_decay_isolation",
    "duclos_esteban_ray",
    "esteban_gradin_ray",
    "esteban_ray",
    "exposure",
    "fgt",
    "gap",
    "gap_change",
    "generalized_entropy",
    "generalized_lorenz",
    "generalized_lorenz_curve",
    "gini",
    "grouped_from_classes",
    "grouped_from_paavo",
    "grouped_from_quantiles",
    "hoover",
    "income_limits",
    "index",
    "inequality_table",
    "isolation",
    "kolm",
    "kvalseth",
    "leik",
    "lorenz_curve",
    "low_income_rate",
    "mean",
    "median",
    "mld",
    "mutual_information",
    "normalized_exposure",
    "ordinal_segregation",
    "overall_verdict",
    "palma",
    "percentile_ratio",
    "poverty_gap",
    "poverty_line",
    "profile_distances",
    "proportion",
    "quantile",
    "quantile_share",
    "randomisation_baseline",
    "rank_intervals",
    "rank_order_h",
    "relative_diversity",
    "relative_index",
    "reynal_querol",
    "s80s20",
    "s90s10",
    "s_gini",
    "segregation_atkinson",
    "segregation_bounds",
    "segregation_change",
    "segregation_gini",
    "segregation_parts",
    "segregation_table",
    "sen",
    "sen_shorrocks_thon",
    "slope_index",
    "spatial_h",
    "spatial_proximity",
    "theil_h",
    "theil_t",
    "trend",
    "van_der_eijk",
    "watts",
    "wolfson",
    "zenga",
    "zhang_kanbur",
]
