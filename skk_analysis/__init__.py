"""Impact evaluation of the programme Sosiaalisesti kestävät kaupungit.

``import skk_analysis as skk`` is cheap: the names below are fetched when first used.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "skk_analysis.estimate": ("Estimate", "as_estimate", "combine"),
    "skk_analysis.metrics": (
        "Baseline",
        "Change",
        "CompositionChange",
        "Decomposition",
        "OverallVerdict",
        "SurveyDesign",
        "adjust_p_values",
        "atkinson",
        "change",
        "coefficient_of_variation",
        "composition_change",
        "decompose",
        "dissimilarity",
        "duclos_esteban_ray",
        "exposure",
        "gap_change",
        "generalized_entropy",
        "gini",
        "hoover",
        "inequality_table",
        "isolation",
        "lorenz_curve",
        "low_income_rate",
        "mean",
        "median",
        "mld",
        "mutual_information",
        "overall_verdict",
        "palma",
        "percentile_ratio",
        "proportion",
        "quantile",
        "quantile_share",
        "randomisation_baseline",
        "s80s20",
        "theil_h",
        "theil_t",
        "wolfson",
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
