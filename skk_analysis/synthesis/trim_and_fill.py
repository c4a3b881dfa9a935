"""The funnel made symmetric: what one kind of selection would do to the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import MODIFIED, require_choices
from skk_analysis.synthesis.meta_regression import meta_regression
from skk_analysis.synthesis.pooled import Pooled
from skk_analysis.synthesis.pooling import pool_studies
from skk_analysis.synthesis.presented import words_of
from skk_analysis.synthesis.small_study import enough_studies
from skk_analysis.synthesis.studies import Studies

__all__ = ["TrimAndFill", "trim_and_fill"]


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

    def text(self, language: str = "fi", **options: Any) -> str:
        """Return the result in words; options of `language.synthesis.trim_and_fill_text`."""
        return words_of(self, "trim_and_fill_text", language, options)


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
    RefusedError
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
    studies = enough_studies(estimates, standard_errors)
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
