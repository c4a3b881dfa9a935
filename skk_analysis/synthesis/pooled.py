"""A pooled estimate, its heterogeneity, and what it says of the next city."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.distribution import (
    ConfidenceDistribution,
    confidence_distribution,
)
from skk_analysis.synthesis.inference import quantile, upper_tail
from skk_analysis.synthesis.presented import figure_of, words_of
from skk_analysis.synthesis.random_effects import Fit, q_profile, whitened
from skk_analysis.synthesis.reasons import Reason
from skk_analysis.synthesis.studies import Studies

__all__ = ["Pooled", "heterogeneity_ratio", "heterogeneity_share"]

NOWHERE = (math.nan, math.nan)
NO_FURTHER_CITY = (
    "a fixed effect says nothing of how effects vary, so nothing of a further city; pool with "
    "method='REML'"
)
DEGREES = {"k-1": 1, "k-2": 2}


@dataclass(frozen=True, repr=False, eq=False)
class Pooled:
    """A pooled estimate with its heterogeneity.

    Parameters
    ----------
    estimate, se : float
        The mean effect and its standard error, Knapp–Hartung's where the inference is.
    interval : tuple of float
        At ``level``; NaN where there are no degrees of freedom.
    p : float
        Two-sided, of a mean effect of zero.
    tau2 : float
        Variance of the true effects between studies.
    q, q_p : float
        Cochran's Q and its p-value under homogeneity.
    i2 : float
        Share of the variability that is between studies, as a fraction.
    h2 : float
        Variability over what sampling alone would give.
    k : int
        Number of studies.
    method, inference : str
    level : float
    degrees : float
        Of the t distribution; infinite for z.
    factor : float
        What Knapp and Hartung's method multiplied the variance of the mean by.
    notes : tuple of Reason
        What a reader must know: dependence modelled, or named and not modelled; one study that
        dominates.
    """

    estimate: float
    se: float
    interval: tuple[float, float]
    p: float
    tau2: float
    q: float
    q_p: float
    i2: float
    h2: float
    k: int
    method: str
    inference: str
    level: float
    degrees: float
    factor: float
    notes: tuple[Reason, ...]
    studies: Studies = field(repr=False)
    fitted: Fit = field(repr=False)

    def __float__(self) -> float:
        return self.estimate

    def __repr__(self) -> str:
        low, high = self.interval
        return (
            f"{self.estimate:.4g} (se {self.se:.2g}, {self.level * 100:g} % {low:.4g} to "
            f"{high:.4g}, p {self.p:.3g}, tau2 {self.tau2:.3g}, I2 {self.i2:.0%}, k {self.k}, "
            f"{self.method}, {self.inference})"
        )

    @cached_property
    def tau2_interval(self) -> tuple[float, float]:
        """Q-profile interval of τ² at ``level``; (0, 0) where the set is empty above zero."""
        return q_profile(self.fitted.contrasts, self.level)

    @property
    def i2_interval(self) -> tuple[float, float]:
        """Interval of I², from that of τ²."""
        low, high = (_share(tau2, self.fitted) for tau2 in self.tau2_interval)
        return low, high

    @cached_property
    def distribution(self) -> ConfidenceDistribution:
        """The mean and a further city's effect without taking τ² for known, whatever the method.

        Its intervals cover what they say with few and unequal cities, where those of the t
        distribution don't; what is decided on a further city should rest on these.
        """
        if self.method == "FE" or self.k < 2:
            raise ValueError(NO_FURTHER_CITY)
        return confidence_distribution(self.studies, self.fitted.contrasts)

    @property
    def prediction_interval(self) -> tuple[float, float]:
        """Interval of the true effect in a further city, t with k − 1 degrees of freedom.

        The usual one; with six cities it covers 79 to 93 % for a promised 95, see ``distribution``.
        """
        return self._prediction("k-1")

    @property
    def prediction_interval_hts(self) -> tuple[float, float]:
        """The same with t of k − 2 degrees (Higgins, Thompson & Spiegelhalter 2009, eq. 12)."""
        return self._prediction("k-2")

    def _prediction(self, degrees: str) -> tuple[float, float]:
        if self.method == "FE":  # one effect everywhere says nothing of how effects vary
            return NOWHERE
        reach = quantile(self.level, self.k - DEGREES[degrees]) * math.hypot(
            self.se, math.sqrt(self.tau2)
        )
        return self.estimate - reach, self.estimate + reach

    def probability_of_benefit(
        self, threshold: float = 0.0, *, better: str = "higher", degrees: str = "k-1"
    ) -> float:
        """Return the probability that the true effect in a further city is better than a threshold.

        Parameters
        ----------
        threshold : float, default 0
            In the effect's unit.
        better : {"higher", "lower"}
            Which way is the desired one.
        degrees : {"k-1", "k-2"}
            Of the t distribution, as in the two prediction intervals; of k − 2, NaN when k is 2.

        Notes
        -----
        :math:`P(\\theta_{new} > c) = T((\\hat\\mu - c)/\\sqrt{se^2 + \\hat\\tau^2})`, the tail of
        the prediction interval: a further city is taken to be drawn like these.

        Raises
        ------
        ValueError
            If a choice does not exist, or the method is FE, which has no further city.
        """
        if self.method == "FE":
            raise ValueError(NO_FURTHER_CITY)
        if better not in ("higher", "lower") or degrees not in DEGREES:
            raise ValueError(
                f"better is 'higher' or 'lower' and degrees one of {list(DEGREES)}, got {better!r} "
                f"and {degrees!r}"
            )
        spread = math.hypot(self.se, math.sqrt(self.tau2))
        distance = threshold - self.estimate if better == "higher" else self.estimate - threshold
        if spread == 0:
            return float(distance < 0)
        return upper_tail(distance / spread, self.k - DEGREES[degrees])

    @cached_property
    def weights(self) -> pd.Series:
        """Weight of each study in the mean; sums to 1.  With covariances some may be negative."""
        unit = whitened(self.studies, self.tau2, np.eye(self.k))
        weights = unit.T @ (unit @ np.ones(self.k))
        index = pd.Index(self.studies.names, name="study")
        return pd.Series(weights / weights.sum(), index=index, name="weight")

    def to_frame(self) -> pd.DataFrame:
        """Return a frame of one row: everything that is one number or word."""
        row = {
            "estimate": self.estimate,
            "se": self.se,
            "lower": self.interval[0],
            "upper": self.interval[1],
            "p": self.p,
            "tau2": self.tau2,
            "tau2_lower": self.tau2_interval[0],
            "tau2_upper": self.tau2_interval[1],
            "q": self.q,
            "q_p": self.q_p,
            "i2": self.i2,
            "h2": self.h2,
            "prediction_lower": self.prediction_interval[0],
            "prediction_upper": self.prediction_interval[1],
            "prediction_hts_lower": self.prediction_interval_hts[0],
            "prediction_hts_upper": self.prediction_interval_hts[1],
            **self._of_distribution(),
            "k": self.k,
            "method": self.method,
            "inference": self.inference,
            "level": self.level,
        }
        return pd.DataFrame([row])

    def _of_distribution(self) -> dict[str, float]:
        known = self.method != "FE" and self.k > 1
        mean = self.distribution.interval(self.level) if known else NOWHERE
        further = self.distribution.prediction_interval(self.level) if known else NOWHERE
        names = ("lower", "upper", "prediction_lower", "prediction_upper")
        ends = zip(names, (*mean, *further), strict=True)
        return {f"distribution_{name}": end for name, end in ends}

    def text(self, language: str = "fi", **options: Any) -> str:
        """Return the result in words; options of `language.synthesis.pooled_text`."""
        return words_of(self, "pooled_text", language, options)

    def plot(self, language: str = "fi", **options: Any) -> Any:
        """Return the forest plot; options of `figures.pooled_forest.pooled_forest`."""
        return figure_of(self, "pooled_forest", language, options)


def _share(tau2: float, fitted: Fit) -> float:
    return tau2 / (tau2 + fitted.typical)


def heterogeneity_share(fitted: Fit, method: str) -> float:
    """Return I² as a fraction."""
    if method != "FE":
        return _share(fitted.tau2, fitted)
    q = fitted.contrasts.q()
    return max(0.0, (q - fitted.degrees) / q) if q > 0 else 0.0


def heterogeneity_ratio(fitted: Fit, method: str) -> float:
    """Return H²."""
    if not fitted.degrees:
        return math.nan
    if method != "FE":
        return 1 + fitted.tau2 / fitted.typical
    return fitted.contrasts.q() / fitted.degrees
