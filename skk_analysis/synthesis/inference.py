"""Tests and intervals of coefficients when the variance between studies is estimated."""

from __future__ import annotations

import math

from skk_analysis.synthesis.random_effects import METHODS, Fit
from skk_analysis.synthesis.reasons import Reason, RefusedError

__all__ = ["FEWEST_FOR_Z", "INFERENCES", "require_choices", "variance_factor"]

MODIFIED, KNAPP_HARTUNG, Z = "modified_knapp_hartung", "knapp_hartung", "z"
INFERENCES = (MODIFIED, KNAPP_HARTUNG, Z)
FEWEST_FOR_Z = 10
"""Studies below which a normal quantile takes an estimated τ² for known at too high a price."""


def require_choices(method: str, inference: str, level: float, k: int) -> None:
    """Stop at a choice that does not exist or does not hold with k studies."""
    if method not in METHODS:
        raise ValueError(f"method is one of {list(METHODS)}, got {method!r}")
    if inference not in INFERENCES:
        raise ValueError(f"inference is one of {list(INFERENCES)}, got {inference!r}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
    if inference == Z and method != "FE" and k < FEWEST_FOR_Z:
        raise RefusedError(
            Reason("z_with_few_studies", {"k": k, "needed": FEWEST_FOR_Z}),
            f"a z interval of {k} studies covers far less than it says, because the variance "
            f"between studies is estimated; it needs {FEWEST_FOR_Z} studies. Use inference="
            f"{MODIFIED!r}",
        )


def variance_factor(fitted: Fit, inference: str) -> float:
    """Return the factor on the coefficients' covariance (Knapp & Hartung 2003, eq. 6 and 9).

    The modified one is never below 1 (Röver, Knapp & Friede 2015, §2.4), so that six cities that
    happen to agree don't make the interval narrower than their own errors allow.
    """
    if inference == Z or not fitted.degrees:
        return 1.0
    return max(1.0, fitted.dispersion) if inference == MODIFIED else fitted.dispersion


def quantile(level: float, degrees: float) -> float:
    """Return the two-sided t quantile; normal where degrees are infinite, NaN where none."""
    from scipy.special import ndtri, stdtrit

    if degrees <= 0:
        return math.nan
    upper = 0.5 + level / 2
    return float(ndtri(upper) if math.isinf(degrees) else stdtrit(degrees, upper))


def upper_tail(t: float, degrees: float) -> float:
    """Return P(T > t); NaN where there are no degrees of freedom."""
    from scipy.special import ndtr, stdtr

    if degrees <= 0 or math.isnan(t):
        return math.nan
    return float(ndtr(-t) if math.isinf(degrees) else stdtr(degrees, -t))


def two_sided(estimate: float, se: float, degrees: float) -> float:
    """Return the two-sided p-value of zero."""
    if se == 0:
        return float(estimate == 0)
    return 2 * upper_tail(abs(estimate) / se, degrees)


def chi2_tail(q: float, degrees: float) -> float:
    """Return P(χ² > q); NaN where there are no degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, q)) if degrees > 0 else math.nan
