"""One mean of several studies, with what it says of the next city."""

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
    upper_tail,
    variance_factor,
)
from skk_analysis.synthesis.random_effects import (
    Design,
    Fit,
    fit,
    fit_plain_mean,
    q_profile,
    whitened,
)
from skk_analysis.synthesis.reasons import Reason, RefusedError
from skk_analysis.synthesis.studies import Studies, read_studies

__all__ = ["Pooled", "pool", "pool_studies"]

NOWHERE = (math.nan, math.nan)
DEGREES = {"k-1": 1, "k-2": 2}
INVERSE_VARIANCE, EQUAL = "inverse_variance", "equal"
DOMINANT = 0.5
"""Share of the weight above which intervals were found to cover too little."""
FEWEST_DOMINATED = 4
"""Studies below which the t quantile is so large that they cover all the same."""


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
    weighting : {"inverse_variance", "equal"}
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
    weighting: str
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

    @property
    def prediction_interval(self) -> tuple[float, float]:
        """Interval of the true effect in a further city, t with k − 1 degrees of freedom."""
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
            raise ValueError(
                "a fixed effect says nothing of how effects vary, so nothing of a further city; "
                "pool with method='REML'"
            )
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
        weights = np.ones(self.k)
        if self.weighting != EQUAL:
            unit = whitened(self.studies, self.tau2, np.eye(self.k))
            weights = unit.T @ (unit @ weights)
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
            "k": self.k,
            "method": self.method,
            "inference": self.inference,
            "weights": self.weighting,
            "level": self.level,
        }
        return pd.DataFrame([row])


def pool(
    estimates: Any,
    standard_errors: Any = None,
    *,
    method: str = "REML",
    inference: str = MODIFIED,
    level: float = 0.95,
    weights: str = INVERSE_VARIANCE,
    covariance: Any = None,
    shared: str = "",
) -> Pooled:
    """Return the mean effect of several studies and how much the effects vary.

    Parameters
    ----------
    estimates, standard_errors, covariance, shared
        As in :func:`~skk_analysis.synthesis.studies.read_studies`: numbers with standard errors, a
        list or mapping of :class:`~skk_analysis.estimate.Estimate`, or a frame with columns
        ``estimate``, ``se`` and ``study``.  A ``covariance`` of studies with comparison units in
        common (for instance of their joint placebo draws) makes the fit one of generalised least
        squares; ``shared`` only names what they share, in ``notes``.
    method : {"REML", "PM", "DL", "ML", "EB", "SJ", "HE", "FE"}
        Estimator of the variance between studies: restricted maximum likelihood, Paule–Mandel,
        DerSimonian–Laird, maximum likelihood, empirical Bayes, Sidik–Jonkman, Hedges; FE takes
        it to be zero.
    inference : {"modified_knapp_hartung", "knapp_hartung", "z"}
        The first two use t with k − 1 degrees and, for every method, Knapp and Hartung's variance;
        the modified one is never smaller than the usual variance.  ``z`` is refused for random
        effects of fewer than ten studies; for FE it is the textbook interval.
    level : float, default 0.95
    weights : {"inverse_variance", "equal"}
        ``equal`` is the plain mean with the t-test's standard error (at least the model's own,
        where the inference is modified): wider where errors differ much, but its interval covers at
        least its level whatever τ² and the errors of independent studies are (Ibragimov & Müller
        2010), also where one study dominates.

    Returns
    -------
    Pooled
        With a note ``one_study_dominates`` where one of four or more studies has over half of the
        weight that sampling errors alone would give: REML then often finds τ² = 0 where it is not,
        and at 80 % of the weight modified Knapp–Hartung intervals of six or twelve studies cover
        86 to 92 % (``validation/synthesis/dominance.csv``).  Equal weights mend that.

    Raises
    ------
    RefusedError
        If there is one study only (which may be given to FE with z), or z does not hold.
    ValueError
        If the input is not as said, naming the study.

    Notes
    -----
    Weights are :math:`1/(v_i + \\hat\\tau^2)`.  I² is :math:`\\hat\\tau^2/(\\hat\\tau^2 + s^2)`
    with the typical sampling variance :math:`s^2` of Higgins & Thompson (2002, eq. 9), so that it
    goes with the τ² of the method in use; for FE it is :math:`(Q - (k-1))/Q`, not below zero.  REML
    and ML estimates are the global maxima.

    statsmodels' ``combine_effects`` has DL and PM only, no prediction or Q-profile interval and no
    covariance, so that it is an oracle of the tests here and not what computes.

    References
    ----------
    Viechtbauer, W. (2005), *J. Educ. Behav. Stat.* 30, 261–293 (estimators); Veroniki et al.
    (2016), *Res. Synth. Methods* 7, 55–79; Knapp & Hartung (2003), *Stat. Med.* 22, 2693–2710;
    Röver, Knapp & Friede (2015), *BMC Med. Res. Methodol.* 15, 99; Viechtbauer (2007), *Stat. Med.*
    26, 37–52; Ibragimov & Müller (2010), *J. Bus. Econ. Stat.* 28, 453–468.

    Examples
    --------
    >>> pooled = pool([0.10, 0.30, 0.35, 0.65], [0.10, 0.12, 0.15, 0.20])
    >>> round(pooled.estimate, 3), round(pooled.tau2, 3)
    (0.306, 0.023)
    """
    studies = read_studies(estimates, standard_errors, covariance=covariance, shared=shared)
    return pool_studies(studies, method, inference, level, weights)


def pool_studies(
    studies: Studies, method: str, inference: str, level: float, weights: str = INVERSE_VARIANCE
) -> Pooled:
    """Return the pooled estimate of studies that were read already."""
    k = len(studies.estimates)
    require_choices(method, inference, level, k)
    _require_weights(weights, studies)
    if k < 2 and (method != "FE" or inference != Z):
        raise RefusedError(
            Reason("too_few_studies", {"k": k, "needed": 2}),
            f"{k} study has nothing to be pooled with; report its own interval",
        )
    if weights == EQUAL:
        fitted = fit_plain_mean(studies, method)
    else:
        fitted = fit(studies, Design.mean(k), method)
    factor = variance_factor(fitted, inference)
    estimate = float(fitted.coefficients[0])
    se = math.sqrt(factor * fitted.covariance[0, 0])
    degrees = math.inf if inference == Z else float(k - 1)
    reach = quantile(level, degrees) * se
    q = fitted.contrasts.q()
    return Pooled(
        estimate=estimate,
        se=se,
        interval=(estimate - reach, estimate + reach),
        p=two_sided(estimate, se, degrees),
        tau2=fitted.tau2,
        q=q,
        q_p=chi2_tail(q, k - 1),
        i2=heterogeneity_share(fitted, method),
        h2=heterogeneity_ratio(fitted, method),
        k=k,
        method=method,
        inference=inference,
        level=level,
        degrees=degrees,
        factor=factor,
        notes=studies.notes if weights == EQUAL else (*studies.notes, *_dominance(studies)),
        weighting=weights,
        studies=studies,
        fitted=fitted,
    )


def _require_weights(weights: str, studies: Studies) -> None:
    if weights not in (INVERSE_VARIANCE, EQUAL):
        raise ValueError(f"weights is {INVERSE_VARIANCE!r} or {EQUAL!r}, got {weights!r}")
    if weights == EQUAL and studies.covariance is not None:
        raise ValueError(
            "the t-test of a plain mean needs independent studies, and these have a covariance; "
            f"use weights={INVERSE_VARIANCE!r}"
        )


def _dominance(studies: Studies) -> tuple[Reason, ...]:
    """Name a study that has most of the weight by its sampling error."""
    precision = 1 / studies.variances
    at = int(precision.argmax())
    share = float(precision[at] / precision.sum())
    if share <= DOMINANT or len(precision) < FEWEST_DOMINATED:
        return ()
    return (Reason("one_study_dominates", {"study": studies.names[at], "share": share}),)


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
