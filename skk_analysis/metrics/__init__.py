"""Inequality, poverty, polarisation, segregation, decomposition and change.

Rows in, :class:`~skk_analysis.estimate.Estimate` out.  Every index takes a
:class:`SurveyDesign` with a column name, or an array, Series or frame with ``weights=``; ``by=``
gives a tidy table instead.  Importing this package loads numpy and pandas only.
"""

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
)
from skk_analysis.metrics.counts import AREA_INDICES, AreaCounts, AreaValue, area_index
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
from skk_analysis.metrics.ordinal_segregation import ordinal_segregation, rank_order_h
from skk_analysis.metrics.polarisation import duclos_esteban_ray, wolfson
from skk_analysis.metrics.poverty import low_income_rate
from skk_analysis.metrics.segregation import (
    dissimilarity,
    mutual_information,
    segregation_atkinson,
    segregation_gini,
    theil_h,
)
from skk_analysis.metrics.shares import (
    lorenz_curve,
    palma,
    percentile_ratio,
    quantile_share,
    s80s20,
)
from skk_analysis.metrics.spatial_segregation import (
    boundary_dissimilarity,
    distance_decay_isolation,
    spatial_h,
    spatial_proximity,
)

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
    "Linearised",
    "OverallVerdict",
    "Rule",
    "SurveyDesign",
    "adjust_p_values",
    "area_index",
    "area_map",
    "atkinson",
    "bias_corrected",
    "boundary_dissimilarity",
    "change",
    "coefficient_of_variation",
    "composition_change",
    "correlation_ratio",
    "decompose",
    "dissimilarity",
    "distance_decay_isolation",
    "duclos_esteban_ray",
    "exposure",
    "gap_change",
    "generalized_entropy",
    "gini",
    "hoover",
    "index",
    "inequality_table",
    "isolation",
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
    "proportion",
    "quantile",
    "quantile_share",
    "randomisation_baseline",
    "rank_order_h",
    "relative_diversity",
    "s80s20",
    "segregation_atkinson",
    "segregation_gini",
    "spatial_h",
    "spatial_proximity",
    "theil_h",
    "theil_t",
    "wolfson",
]
