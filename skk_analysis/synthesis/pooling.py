"""One mean of several studies."""

from __future__ import annotations

import math
from typing import Any

from skk_analysis.synthesis.inference import (
    MODIFIED,
    Z,
    chi2_tail,
    quantile,
    require_choices,
    two_sided,
    variance_factor,
)
from skk_analysis.synthesis.pooled import Pooled, heterogeneity_ratio, heterogeneity_share
from skk_analysis.synthesis.random_effects import Design, fit
from skk_analysis.synthesis.reasons import Reason, RefusedError
from skk_analysis.synthesis.studies import Studies, read_studies

__all__ = ["pool", "pool_studies"]

DOMINANT = 0.5
"""Share of the weight above which intervals were found to cover too little."""
FEWEST_DOMINATED = 4
"""Studies below which the t quantile is so large that they cover all the same."""


def pool(
    estimates: Any,
    standard_errors: Any = None,
    *,
    method: str = "REML",
    inference: str = MODIFIED,
    level: float = 0.95,
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
        common (for instance ``placebos.cov()`` of joint placebo draws, one column a city) makes the
        fit one of generalised least squares; ``shared`` only names what they share, in ``notes``.
    method : {"REML", "PM", "DL", "ML", "EB", "SJ", "HE", "FE"}
        Estimator of the variance between studies: restricted maximum likelihood, Paule–Mandel,
        DerSimonian–Laird, maximum likelihood, empirical Bayes, Sidik–Jonkman, Hedges; FE takes
        it to be zero.
    inference : {"modified_knapp_hartung", "knapp_hartung", "z"}
        The first two use t with k − 1 degrees and, for every method, Knapp and Hartung's variance;
        the modified one is never smaller than the usual variance (with FE it is Birge's: widened
        by Q/(k − 1) where the studies disagree).  ``z`` is refused for random effects of fewer than
        ten studies; for FE it is the textbook interval.
    level : float, default 0.95

    Returns
    -------
    Pooled
        With a note ``one_study_dominates`` where one of four or more studies has over half of the
        weight that sampling errors alone would give: REML then often finds τ² = 0 where it is not,
        and modified Knapp–Hartung intervals may cover as little as 86 % for a promised 95
        (``validation/synthesis/dominance.csv``).  ``distribution`` is right there too.

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
    26, 37–52.

    Examples
    --------
    >>> pooled = pool([0.10, 0.30, 0.35, 0.65], [0.10, 0.12, 0.15, 0.20])
    >>> round(pooled.estimate, 3), round(pooled.tau2, 3)
    (0.306, 0.023)
    """
    studies = read_studies(estimates, standard_errors, covariance=covariance, shared=shared)
    return pool_studies(studies, method, inference, level)


def pool_studies(studies: Studies, method: str, inference: str, level: float) -> Pooled:
    """Return the pooled estimate of studies that were read already."""
    k = len(studies.estimates)
    require_choices(method, inference, level, k)
    if k < 2 and (method != "FE" or inference != Z):
        raise RefusedError(
            Reason("too_few_studies", {"k": k, "needed": 2}),
            f"{k} study has nothing to be pooled with; report its own interval",
        )
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
        notes=(*studies.notes, *_dominance(studies)),
        studies=studies,
        fitted=fitted,
    )


def _dominance(studies: Studies) -> tuple[Reason, ...]:
    """Name a study that has most of the weight by its sampling error."""
    precision = 1 / studies.variances
    at = int(precision.argmax())
    share = float(precision[at] / precision.sum())
    if share <= DOMINANT or len(precision) < FEWEST_DOMINATED:
        return ()
    return (Reason("one_study_dominates", {"study": studies.names[at], "share": share}),)
