"""What the coefficients of agreement share: the scores they read and the answer they give."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

__all__ = ["FEW_RATERS", "FEW_UNITS", "Agreement"]

FEW_UNITS = 30
"""Fewer units than this and the interval covers too seldom (``validation/agreement/coverage.csv``)
and hangs on single units; the answer is given with the caveat ``few_units``."""

FEW_RATERS = 5
"""With fewer raters nobody can tell a rater's own severity from chance: caveat ``few_raters``."""


@dataclass(frozen=True)
class Agreement:
    """One coefficient of agreement, or the reason why there is none.

    Parameters
    ----------
    coefficient : str
        ``alpha.ordinal``, ``icc.A,1``, ``kappa.quadratic`` …
    value : float
        NaN where it is undefined; ``reason`` says why.
    lower, upper : float
        Interval at ``level``; NaN where there is none.
    units, raters, scores : int
        Units that count, raters who scored any of them, and scores compared.
    reason : str
        Why the value is undefined: ``no_pairs`` (no unit has two scores), ``no_variation`` (every
        score is the same, so chance agreement is perfect too), ``few_units``.
    caveats : tuple of str
        What a reader must know: ``few_units``, ``few_raters``, ``one_score_only`` (units left out
        because one rater alone scored them), ``undefined_draws`` (resamples without variation),
        ``no_interval`` (too few units to resample).
    """

    coefficient: str
    value: float
    lower: float = math.nan
    upper: float = math.nan
    level: float = 0.95
    units: int = 0
    raters: int = 0
    scores: int = 0
    reason: str = ""
    caveats: tuple[str, ...] = ()

    def __float__(self) -> float:
        return self.value

    @property
    def defined(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)

    def interval(self) -> tuple[float, float]:
        """The limits at ``level``."""
        return self.lower, self.upper


def caveats_of(units: int, raters: int) -> tuple[str, ...]:
    """The caveats that the numbers of units and raters bring."""
    found = {"few_units": units < FEW_UNITS, "few_raters": raters < FEW_RATERS}
    return tuple(name for name, holds in found.items() if holds)


def numeric_scores(scores: ArrayLike | pd.DataFrame, name: str) -> np.ndarray:
    """Units × raters as floats, a missing score NaN.

    Raises
    ------
    ValueError
        If the table is not two-dimensional, or a score is no finite number.
    """
    values = score_array(scores, name)
    empty = pd.isna(values)
    found = np.full(values.shape, np.nan)
    for place in zip(*np.nonzero(~empty), strict=True):
        try:
            found[place] = float(values[place])
        except (TypeError, ValueError):
            found[place] = np.inf
        if np.isinf(found[place]):
            raise ValueError(
                f"{name}: the score of unit {place[0]} by rater {place[1]} is {values[place]!r}, "
                "not a finite number; leave a missing score empty (NaN), or use metric='nominal' "
                "for names of categories"
            )
    return found


def score_array(scores: ArrayLike | pd.DataFrame, name: str) -> np.ndarray:
    """Units × raters as given, checked to be a table with at least two raters."""
    values = scores.to_numpy() if isinstance(scores, pd.DataFrame) else np.asarray(scores)
    if values.ndim != 2 or values.shape[1] < 2:
        raise ValueError(
            f"{name} reads a table of units × raters with at least two raters, got shape "
            f"{values.shape}; one row a unit, one column a rater, NaN where a rater gave no score"
        )
    return values


def check_level(level: float) -> None:
    """Stop at a coverage that is no coverage."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
