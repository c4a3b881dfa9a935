"""Do effects vary with what is known of the studies?"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import (
    MODIFIED,
    Z,
    chi2_tail,
    quantile,
    require_choices,
    two_sided,
    variance_factor,
)
from skk_analysis.synthesis.moderators import INTERCEPT, moderator_columns
from skk_analysis.synthesis.pooled import heterogeneity_ratio, heterogeneity_share
from skk_analysis.synthesis.random_effects import (
    METHODS,
    Design,
    Fit,
    error_contrasts,
    fit,
    q_profile,
)
from skk_analysis.synthesis.reasons import Reason
from skk_analysis.synthesis.studies import read_studies

__all__ = ["MetaRegression", "meta_regression"]


@dataclass(frozen=True, repr=False, eq=False)
class MetaRegression:
    """Coefficients of moderators, and the heterogeneity that they leave.

    Parameters
    ----------
    coefficients : DataFrame
        One row a term: term, estimate, se, t, degrees, p, lower, upper.
    tau2 : float
        Residual variance between studies.
    q, q_p : float
        Residual heterogeneity and its p-value.
    omnibus, omnibus_p : float
        Test of all moderators at once: F with (m, k − p) degrees, χ²/m with z.
    r2 : float
        Share of the variance between studies that the moderators account for (Raudenbush 2009),
        not below 0; NaN where there is none to account for.
    i2, h2 : float
        Of the residual heterogeneity.
    k : int
    method, inference : str
    level, degrees, factor : float
    notes : tuple of Reason
    """

    coefficients: pd.DataFrame
    tau2: float
    q: float
    q_p: float
    omnibus: float
    omnibus_p: float
    r2: float
    i2: float
    h2: float
    k: int
    method: str
    inference: str
    level: float
    degrees: float
    factor: float
    notes: tuple[Reason, ...]
    fitted: Fit = field(repr=False)

    def __repr__(self) -> str:
        terms = ", ".join(
            f"{row.term} {row.estimate:.4g} (p {row.p:.3g})"
            for row in self.coefficients.itertuples()
        )
        return f"{terms}; tau2 {self.tau2:.3g}, R2 {self.r2:.0%}, k {self.k}, {self.method}"

    @cached_property
    def tau2_interval(self) -> tuple[float, float]:
        """Q-profile interval of the residual τ² at ``level``."""
        return q_profile(self.fitted.contrasts, self.level)

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of the coefficients, shape (p, p)."""
        return self.factor * self.fitted.covariance

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients.copy()

    def predict(self, moderators: Any) -> pd.DataFrame:
        """Return the mean effect at given moderator values, and the interval of a further city's.

        Parameters
        ----------
        moderators : array-like or DataFrame, shape (n, p)
            Values of the coefficients' columns in their order, without the intercept.

        Returns
        -------
        DataFrame
            Columns estimate, se, lower, upper, prediction_lower, prediction_upper.
        """
        values = np.atleast_2d(np.asarray(moderators, dtype=float))
        if INTERCEPT in set(self.coefficients["term"]):
            values = np.column_stack([np.ones(len(values)), values])
        p = len(self.coefficients)
        if values.shape[1] != p:
            raise ValueError(
                f"the model has the terms {list(self.coefficients['term'])}, got "
                f"{values.shape[1]} columns; give one for each but the intercept"
            )
        mean = values @ self.fitted.coefficients
        se = np.sqrt(np.einsum("ij,jk,ik->i", values, self.covariance, values))
        half = quantile(self.level, self.degrees)
        wide = half * np.hypot(se, math.sqrt(self.tau2)) if self.method != "FE" else math.nan
        return pd.DataFrame(
            {
                "estimate": mean,
                "se": se,
                "lower": mean - half * se,
                "upper": mean + half * se,
                "prediction_lower": mean - wide,
                "prediction_upper": mean + wide,
            }
        )


def meta_regression(
    estimates: Any,
    standard_errors: Any = None,
    moderators: Any = None,
    *,
    intercept: bool = True,
    method: str = "REML",
    inference: str = MODIFIED,
    level: float = 0.95,
    covariance: Any = None,
    shared: str = "",
) -> MetaRegression:
    """Return how effects vary with moderators, under random effects.

    Parameters
    ----------
    estimates, standard_errors, covariance, shared, method, inference, level
        As in :func:`~skk_analysis.synthesis.pooling.pool`; t has k − p degrees.
    moderators : array-like, Series or DataFrame, shape (k,) or (k, m)
        Numbers, truth values or text; text becomes differences from its first level.
    intercept : bool, default True

    Returns
    -------
    MetaRegression

    Raises
    ------
    ValueError
        If a moderator is missing (naming the study), constant or a combination of the others, or
        there are too few studies.
    RefusedError
        If z does not hold.

    Examples
    --------
    >>> model = meta_regression([0.1, 0.3, 0.35, 0.65], [0.1, 0.12, 0.15, 0.2], [1, 2, 3, 4])
    >>> model.coefficients["estimate"].round(3).tolist()
    [-0.057, 0.162]

    References
    ----------
    Knapp & Hartung (2003), *Stat. Med.* 22, 2693–2710; López-López et al. (2014), *Br. J. Math.
    Stat. Psychol.* 67, 30–48 (R²).
    """
    if moderators is None:
        raise ValueError("meta_regression needs moderators=; without any, use pool")
    studies = read_studies(estimates, standard_errors, covariance=covariance, shared=shared)
    k = len(studies.estimates)
    require_choices(method, inference, level, k)
    table = moderator_columns(moderators, studies.names, intercept)
    fitted = fit(studies, Design.of(table.to_numpy()), method)
    factor = variance_factor(fitted, inference)
    degrees = math.inf if inference == Z else float(fitted.degrees)
    covariances = factor * fitted.covariance
    tested = np.array([name != INTERCEPT for name in table])
    if not tested.any():
        raise ValueError("meta_regression needs at least one moderator; without any, use pool")
    omnibus = wald(fitted.coefficients[tested], covariances[np.ix_(tested, tested)])
    return MetaRegression(
        coefficients=_coefficients(list(table), fitted, np.diag(covariances), degrees, level),
        tau2=fitted.tau2,
        q=fitted.contrasts.q(),
        q_p=chi2_tail(fitted.contrasts.q(), fitted.degrees),
        omnibus=omnibus,
        omnibus_p=f_tail(omnibus, int(tested.sum()), degrees),
        r2=_r2(studies, fitted, method),
        i2=heterogeneity_share(fitted, method),
        h2=heterogeneity_ratio(fitted, method),
        k=k,
        method=method,
        inference=inference,
        level=level,
        degrees=degrees,
        factor=factor,
        notes=studies.notes,
        fitted=fitted,
    )


def _coefficients(terms, fitted: Fit, variances, degrees: float, level: float) -> pd.DataFrame:
    se = np.sqrt(variances)
    half = quantile(level, degrees)
    b = fitted.coefficients
    with np.errstate(divide="ignore", invalid="ignore"):  # plain Knapp–Hartung of a perfect fit
        t = b / se
    return pd.DataFrame(
        {
            "term": terms,
            "estimate": b,
            "se": se,
            "t": t,
            "degrees": degrees,
            "p": [two_sided(float(x), float(s), degrees) for x, s in zip(b, se, strict=True)],
            "lower": b - half * se,
            "upper": b + half * se,
        }
    )


def _r2(studies, fitted: Fit, method: str) -> float:
    total = METHODS[method](error_contrasts(studies, Design.mean(len(studies.estimates))))
    return max(0.0, 1 - fitted.tau2 / total) if total > 0 else math.nan


def wald(coefficients: np.ndarray, covariance: np.ndarray) -> float:
    """Return the Wald statistic over its number of restrictions."""
    if not covariance.any():
        return math.inf if coefficients.any() else math.nan
    return float(coefficients @ np.linalg.solve(covariance, coefficients)) / len(coefficients)


def f_tail(f: float, m: int, degrees: float) -> float:
    """Return P(F > f); χ²/m where the second degrees are infinite."""
    from scipy.special import fdtrc

    return chi2_tail(f * m, m) if math.isinf(degrees) else float(fdtrc(m, degrees, f))
