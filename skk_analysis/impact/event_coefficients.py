"""Coefficients by time relative to the start of treatment, with their whole covariance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.cluster_robust import t_test
from skk_analysis.impact.result import Effect

__all__ = ["EventStudy", "study_of"]


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Coefficients by time relative to the start of treatment.

    Parameters
    ----------
    relative : ndarray of int, shape (coefficients,)
        Ascending; 0 is the first treated time.  The reference, −1, has no coefficient.
    coefficients : ndarray, shape (coefficients,)
    covariance : ndarray, shape (coefficients, coefficients)
    dof : float, default inf
        Degrees of freedom of tests; inf = normal.
    reference : int, default -1

    Raises
    ------
    ValueError
        If shapes differ, the covariance is not symmetric, or times are not ascending.
    """

    relative: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    dof: float = np.inf
    reference: int = -1

    def __post_init__(self) -> None:
        for name, kind in (("relative", int), ("coefficients", float), ("covariance", float)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        k = len(self.relative)
        if self.coefficients.shape != (k,) or self.covariance.shape != (k, k):
            raise ValueError(
                f"an event study of {k} times needs {k} coefficients and a {k} × {k} covariance, "
                f"got {self.coefficients.shape} and {self.covariance.shape}"
            )
        if (np.diff(self.relative) <= 0).any() or self.reference in self.relative:
            raise ValueError(
                f"relative times must ascend and leave out the reference {self.reference}, got "
                f"{self.relative.tolist()}"
            )
        if not np.allclose(self.covariance, self.covariance.T, rtol=1e-6, atol=0, equal_nan=True):
            raise ValueError("the covariance must be symmetric")

    @classmethod
    def of(cls, coefficients: Any, covariance: Any, before: int, reference: int = -1) -> EventStudy:
        """Return an event study from estimates made elsewhere.

        Parameters
        ----------
        coefficients : array-like
            Those before the reference first, without the reference itself.
        covariance : array-like
        before : int
            How many coefficients lie before the reference.
        """
        k = len(coefficients)
        relative = [*range(reference - before, reference), *range(reference + 1, k - before)]
        return cls(np.array(relative), np.asarray(coefficients), np.asarray(covariance))

    @property
    def before(self) -> np.ndarray:
        """Which coefficients lie before the reference."""
        return self.relative < self.reference

    @property
    def after(self) -> np.ndarray:
        """Which lie after it."""
        return self.relative > self.reference

    def average(self, weights: Sequence[float] | np.ndarray | None = None) -> tuple[float, float]:
        """Return a weighted mean of the coefficients after the reference, and its error."""
        after = self.after
        w = np.full(after.sum(), 1 / after.sum()) if weights is None else np.asarray(weights)
        variance = w @ self.covariance[np.ix_(after, after)] @ w
        return float(w @ self.coefficients[after]), float(np.sqrt(variance))

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return a row a relative time: coefficient, error, pointwise interval and p."""
        rows: list[Mapping[str, float]] = []
        for time, value, variance in zip(
            self.relative.tolist(), self.coefficients, np.diagonal(self.covariance), strict=True
        ):
            test = t_test(float(value), float(np.sqrt(variance)), self.dof, level)
            low, high = test.interval
            rows.append(
                {
                    "relative": time,
                    "coefficient": float(value),
                    "se": test.se,
                    "lower": low,
                    "upper": high,
                    "p": test.p,
                }
            )
        return pd.DataFrame(rows)


def study_of(study: EventStudy | Effect) -> EventStudy:
    """Return the event study that an effect carries, or the study itself."""
    if isinstance(study, EventStudy):
        return study
    if "event_study" not in study.details:
        raise ValueError(
            f"an effect by {study.method} has no event study; use event_study(…), or "
            "group_time_effects(…, base='universal').aggregate('dynamic')"
        )
    found: EventStudy = study.details["event_study"]
    return found
