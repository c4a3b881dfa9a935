"""Impact evaluation of the programme Sosiaalisesti kestävät kaupungit.

``import skk_analysis as skk`` is cheap: the names below are fetched when first used.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "skk_analysis.workspace": ("SkkError", "Workspace"),
    "skk_analysis.estimate": ("Estimate", "as_estimate", "combine"),
    "skk_analysis.metrics": (
        "Baseline",
        "Change",
        "CompositionChange",
        "Decomposition",
        "OverallVerdict",
        "SegregationBounds",
        "SegregationChange",
        "SegregationParts",
        "SourceDecomposition",
        "SurveyDesign",
        "adjust_p_values",
        "answer_counts",
        "apouey",
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
        "hoover",
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
        "proportion",
        "quantile",
        "quantile_share",
        "randomisation_baseline",
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
    ),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *_MODULE_OF]


def __getattr__(name: str):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
