"""Answers on a declared ordered scale: what every index of Likert answers is a function of."""

# ruff: noqa: PD011 (the values of a Distribution, not of a Series)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.metrics.design import SurveyDesign
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised

__all__ = ["Answers", "Categories", "answer_counts"]

Categories = int | Sequence[float]


def answer_counts(counts: Sequence[float]) -> SurveyDesign:
    """Return the answers of a table of counts, for the indices of agreement and dispersion.

    Parameters
    ----------
    counts : sequence of float
        Number of respondents in each category, in order, zeros included.  With percentages the
        values are right but the standard errors are those of a hundred respondents.

    Returns
    -------
    SurveyDesign
        With the column ``answer``, 1 … K; each respondent drawn independently.

    Examples
    --------
    >>> from skk_analysis.metrics import leik
    >>> float(leik(answer_counts([25, 0, 0, 0, 25]), "answer", categories=5))
    1.0
    """
    frame = pd.DataFrame({"answer": np.arange(1, len(counts) + 1), "count": counts})
    return SurveyDesign(frame, frequencies="count")


@dataclass(frozen=True, eq=False)
class Answers:
    """Shares of the declared categories, and each row's category.

    Parameters
    ----------
    scale : ndarray of float, shape (K,)
        Values of the categories.
    place : ndarray of int, shape (n,)
    shares : ndarray of float, shape (K,)
    effective_n : float
    """

    scale: np.ndarray
    place: np.ndarray
    shares: np.ndarray
    effective_n: float

    @classmethod
    def of(cls, dist: Distribution, name: str, categories: Categories, least: int = 2) -> Answers:
        """Read the answers; stop on one that is not on the scale."""
        if isinstance(categories, int):
            scale = np.arange(1.0, categories + 1)
        else:
            scale = np.asarray(categories, dtype=float)
        if scale.ndim != 1 or len(scale) < least or not (np.diff(scale) > 0).all():
            raise ValueError(
                f"{name} needs categories= a number of at least {least}, or that many ascending "
                f"values, got {categories!r}"
            )
        place = np.minimum(np.searchsorted(scale, dist.values), len(scale) - 1)
        strange = np.flatnonzero(scale[place] != dist.values)
        if len(strange):
            rows = dist.rows_at(strange)
            raise ValueError(
                f"{len(rows)} answers are not on the scale {scale.tolist()}, the first is "
                f"{dist.values[strange[0]]:g} (row {dist.rows_at(strange[:1])[0]}); make "
                'codes such as "don\'t know" missing, or declare the category'
            )
        shares = np.bincount(place, dist.share, minlength=len(scale))
        return cls(scale, place, shares, dist.effective_n)

    @property
    def cumulative(self) -> np.ndarray:
        """Shares up to and including each category but the last, shape (K−1,)."""
        return np.cumsum(self.shares)[:-1]

    def by_share(self, value: float, slope: np.ndarray, note: str = "") -> Linearised:
        """Return an index with its derivative by the shares."""
        present = np.where(self.shares > 0, slope, 0.0)
        return Linearised(float(value), (slope - self.shares @ present)[self.place], note=note)

    def by_cumulative(self, value: float, slope: np.ndarray) -> Linearised:
        """Return an index with its derivative by the cumulative shares."""
        return self.by_share(value, np.append(np.cumsum(slope[::-1])[::-1], 0.0))
