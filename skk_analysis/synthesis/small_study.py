"""Do small studies show larger effects?  Asked only where there are enough studies to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import KNAPP_HARTUNG, MODIFIED, require_choices, two_sided
from skk_analysis.synthesis.meta_regression import meta_regression
from skk_analysis.synthesis.pooling import Pooled, pool_studies
from skk_analysis.synthesis.reasons import Reason, Refused
from skk_analysis.synthesis.studies import Studies, read_studies

__all__ = ["FEWEST", "SmallStudyTest", "TrimAndFill", "begg", "egger", "trim_and_fill"]

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


def _enough(estimates: Any, standard_errors: Any) -> Studies:
    studies = read_studies(estimates, standard_errors)
    k = len(studies.estimates)
    if k < FEWEST:
        raise Refused(
            Reason("small_study_tests_with_few_studies", {"k": k, "needed": FEWEST}),
            f"with {k} studies asymmetry of the funnel can't be told from chance; it needs {FEWEST}",
        )
    if np.ptp(studies.variances) <= 1e-12 * studies.variances.max():
        raise Refused(
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
    Refused
        Below ten studies, and where all standard errors are equal.

    References
    ----------
    Egger et al. (1997), *BMJ* 315, 629–634; Sterne & Egger (2005) in Rothstein, Sutton &
    Borenstein (eds), ch. 6.
    """
    if model not in ("dispersion", "mixed"):
        raise ValueError(f"model is 'dispersion' or 'mixed', got {model!r}")
    studies = _enough(estimates, standard_errors)
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
    t = float(line.intercept / line.intercept_stderr)
    p = two_sided(float(line.intercept), float(line.intercept_stderr), k - 2.0)
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
    Refused
        Below ten studies, and where all standard errors are equal.

    References
    ----------
    Begg & Mazumdar (1994), *Biometrics* 50, 1088–1101.
    """
    from scipy.stats import kendalltau

    studies = _enough(estimates, standard_errors)
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


@dataclass(frozen=True, eq=False)
class TrimAndFill:
    """The funnel made symmetric.

    Parameters
    ----------
    missing : int
        Studies that would be needed on the thin side.
    side : {"left", "right"}
        Where they would be.
    estimator : {"L0", "R0"}
    pooled : Pooled
        Of the studies found.
    filled : Pooled
        With mirror images of the most extreme ones added.
    added : DataFrame
        Columns study, estimate, se of the mirror images.
    p : float
        Of R0 only: that none are missing; NaN for L0.
    """

    missing: int
    side: str
    estimator: str
    pooled: Pooled
    filled: Pooled
    added: pd.DataFrame
    p: float

    def to_frame(self) -> pd.DataFrame:
        """Return two rows, found and filled."""
        rows = pd.concat([self.pooled.to_frame(), self.filled.to_frame()], ignore_index=True)
        rows.insert(0, "studies", ["found", "filled"])
        return rows.assign(missing=self.missing, side=self.side, estimator=self.estimator)


def trim_and_fill(
    estimates: Any,
    standard_errors: Any = None,
    *,
    estimator: str = "L0",
    side: str | None = None,
    method: str = "REML",
    inference: str = MODIFIED,
    level: float = 0.95,
) -> TrimAndFill:
    """Return how many studies a symmetric funnel lacks, and the mean with them.

    A look at what one kind of selection would do, not a corrected estimate.

    Parameters
    ----------
    estimates, standard_errors, method, inference, level
        As in :func:`~skk_analysis.synthesis.pooling.pool`.
    estimator : {"L0", "R0"}
    side : {"left", "right"}, optional
        Where studies are missing.  By default the side opposite to where the small studies lie, by
        the slope of the meta-regression on the standard error.

    Raises
    ------
    Refused
        Below ten studies, and where all standard errors are equal.

    Notes
    -----
    With ranks of |y − μ| taken from the mean of the trimmed studies, L0 is
    :math:`(4T - n(n+1))/(2n-1)` with T the rank sum of the fuller side, and R0 the run of the
    highest ranks on that side less one (Duval & Tweedie 2000, eq. 2.4 and 2.2), rounded and not
    below 0.  Trimming repeats until the number comes again; where it runs in a circle the largest
    of the circle is taken.

    References
    ----------
    Duval & Tweedie (2000), *J. Am. Stat. Assoc.* 95, 89–98.
    """
    if estimator not in ("L0", "R0") or side not in (None, "left", "right"):
        raise ValueError(
            f"estimator is 'L0' or 'R0' and side 'left' or 'right', got {estimator!r} and {side!r}"
        )
    studies = _enough(estimates, standard_errors)
    errors, k = np.sqrt(studies.variances), len(studies.estimates)
    require_choices(method, inference, level, k)
    if side is None:
        slope = meta_regression(studies.estimates, errors, errors, method=method).coefficients
        side = "right" if slope["estimate"].iloc[1] < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * studies.estimates, kind="stable")
    y, v = sign * studies.estimates[order], studies.variances[order]
    missing, centre = _missing(y, v, estimator, method)
    extreme = order[k - missing :]
    added = pd.DataFrame(
        {
            "study": [studies.names[i] for i in extreme],
            "estimate": 2 * sign * centre - studies.estimates[extreme],
            "se": errors[extreme],
        }
    )
    filled = Studies(
        (*studies.names, *(f"filled {name}" for name in added["study"])),
        np.concatenate([studies.estimates, added["estimate"].to_numpy()]),
        np.concatenate([studies.variances, studies.variances[extreme]]),
        None,
        studies.notes,
    )
    return TrimAndFill(
        missing=missing,
        side=side,
        estimator=estimator,
        pooled=pool_studies(studies, method, inference, level),
        filled=pool_studies(filled, method, inference, level),
        added=added,
        p=0.5 ** (missing + 1) if estimator == "R0" else math.nan,
    )


def _missing(y: np.ndarray, v: np.ndarray, estimator: str, method: str) -> tuple[int, float]:
    """Return the number missing on the left of sorted estimates, and the trimmed mean."""
    k, seen = len(y), [0]
    centre = _mean(y, v, method)
    while True:
        found = min(_count(y - centre, estimator), k - 2)
        if found == seen[-1]:
            return found, centre
        if found in seen:
            found = max(seen[seen.index(found) :])
            return found, _mean(y[: k - found], v[: k - found], method)
        seen.append(found)
        centre = _mean(y[: k - found], v[: k - found], method)


def _mean(y: np.ndarray, v: np.ndarray, method: str) -> float:
    names = tuple(map(str, range(len(y))))
    return pool_studies(Studies(names, y, v, None, ()), method, MODIFIED, 0.95).estimate


def _count(deviations: np.ndarray, estimator: str) -> int:
    from scipy.stats import rankdata

    n = len(deviations)
    ranks = rankdata(np.abs(deviations))
    if estimator == "L0":
        total = ranks[deviations > 0].sum()
        raw = (4 * total - n * (n + 1)) / (2 * n - 1)
    else:
        left = ranks[deviations < 0]
        raw = n - (left.max() if len(left) else 0) - 1
    return max(0, math.floor(raw + 0.5))
