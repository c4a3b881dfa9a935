"""Do small studies show larger effects?  Asked only where there are enough studies to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import KNAPP_HARTUNG, two_sided
from skk_analysis.synthesis.meta_regression import meta_regression
from skk_analysis.synthesis.presented import words_of
from skk_analysis.synthesis.reasons import Reason, RefusedError
from skk_analysis.synthesis.studies import Studies, read_studies

__all__ = ["FEWEST", "SmallStudyTest", "begg", "egger", "enough_studies"]

FEWEST = 10
"""Studies below which the tests can't tell chance from asymmetry (Sterne et al. 2011, point 4)."""


@dataclass(frozen=True)
class SmallStudyTest:
    """A test of funnel asymmetry.

    Parameters
    ----------
    test : {"egger", "egger_mixed", "begg"}
    statistic : float
        t of Egger's, Kendall's τ of Begg's.
    p : float
        Two-sided.
    degrees : float
        Of t; NaN for Begg's.
    limit : float
        Estimate as the standard error goes to zero; NaN for Begg's.
    k : int
    """

    test: str
    statistic: float
    p: float
    degrees: float
    limit: float
    k: int

    def to_frame(self) -> pd.DataFrame:
        """Return a frame of one row."""
        return pd.DataFrame([self.__dict__])

    def text(self, language: str = "fi", **options: Any) -> str:
        """Return the result in words; options of `language.synthesis.small_study_text`."""
        return words_of(self, "small_study_text", language, options)


def enough_studies(estimates: Any, standard_errors: Any) -> Studies:
    """Return the studies, or refuse where their funnel has no shape to be tested."""
    studies = read_studies(estimates, standard_errors)
    k = len(studies.estimates)
    if k < FEWEST:
        raise RefusedError(
            Reason("small_study_tests_with_few_studies", {"k": k, "needed": FEWEST}),
            f"with {k} studies asymmetry of the funnel can't be told from chance; it needs "
            f"{FEWEST}",
        )
    if np.ptp(studies.variances) <= 1e-12 * studies.variances.max():
        raise RefusedError(
            Reason("small_study_tests_with_equal_errors", {"k": k}),
            f"all {k} studies have the same standard error, so none is small; there is no test",
        )
    return studies


def egger(
    estimates: Any, standard_errors: Any = None, *, model: str = "dispersion", method: str = "REML"
) -> SmallStudyTest:
    """Return Egger's regression test of funnel asymmetry.

    Parameters
    ----------
    estimates, standard_errors
        As in :func:`~skk_analysis.synthesis.pooling.pool`.
    model : {"dispersion", "mixed"}
        ``dispersion``: the test as published, weighted regression of the estimates on their
        standard errors with multiplicative dispersion, t of k − 2.  ``mixed``: meta-regression on
        the standard error with an additive τ² and Knapp–Hartung's t.
    method : str, default "REML"
        Estimator of τ² in the mixed model.

    Raises
    ------
    RefusedError
        Below ten studies, and where all standard errors are equal.

    Examples
    --------
    >>> errors = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55]
    >>> effects = [0.3, 0.3, 0.4, 0.4, 0.5, 0.4, 0.6, 0.7, 0.6, 0.8]
    >>> test = egger(effects, errors)
    >>> round(test.limit, 2), test.p < 0.05
    (0.19, True)

    References
    ----------
    Egger et al. (1997), *BMJ* 315, 629–634; Sterne & Egger (2005) in Rothstein, Sutton &
    Borenstein (eds), ch. 6.
    """
    if model not in ("dispersion", "mixed"):
        raise ValueError(f"model is 'dispersion' or 'mixed', got {model!r}")
    studies = enough_studies(estimates, standard_errors)
    errors, k = np.sqrt(studies.variances), len(studies.estimates)
    if model == "mixed":
        table = meta_regression(
            studies.estimates, errors, errors, method=method, inference=KNAPP_HARTUNG
        ).coefficients
        slope = table.iloc[1]
        limit = float(table["estimate"].iloc[0])
        return SmallStudyTest(
            "egger_mixed", float(slope["t"]), float(slope["p"]), k - 2.0, limit, k
        )
    from scipy.stats import linregress

    # dividing by the standard error turns the regressor into a constant: its slope is the intercept
    line = linregress(1 / errors, studies.estimates / errors)
    slope, se = float(line.intercept), float(line.intercept_stderr)
    t = slope / se if se else math.copysign(math.inf, slope)
    p = two_sided(slope, se, k - 2.0)
    return SmallStudyTest("egger", t, p, k - 2.0, float(line.slope), k)


def begg(estimates: Any, standard_errors: Any = None) -> SmallStudyTest:
    """Return Begg and Mazumdar's rank correlation of standardised deviations and variances.

    Parameters
    ----------
    estimates, standard_errors
        As in :func:`~skk_analysis.synthesis.pooling.pool`.

    Returns
    -------
    SmallStudyTest
        Kendall's τ-b, with the exact p-value below 50 studies without ties, else the normal one
        with the variance corrected for ties.

    Raises
    ------
    RefusedError
        Below ten studies, and where all standard errors are equal.

    References
    ----------
    Begg & Mazumdar (1994), *Biometrics* 50, 1088–1101.
    """
    from scipy.stats import kendalltau

    studies = enough_studies(estimates, standard_errors)
    v, y = studies.variances, studies.estimates
    precision = 1 / v
    mean = precision @ y / precision.sum()
    deviation = (y - mean) / np.sqrt(v - 1 / precision.sum())
    ties = len(set(v)) < len(v) or len(set(deviation)) < len(deviation)
    exact = not ties and len(v) < 50
    found = kendalltau(deviation, v, method="exact" if exact else "asymptotic")
    return SmallStudyTest(
        "begg", float(found.statistic), float(found.pvalue), math.nan, math.nan, len(v)
    )
