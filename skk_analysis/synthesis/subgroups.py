"""Means of groups of studies, and whether they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import MODIFIED, Z
from skk_analysis.synthesis.meta_regression import f_tail, meta_regression, wald
from skk_analysis.synthesis.pooling import pool_studies
from skk_analysis.synthesis.presented import words_of
from skk_analysis.synthesis.studies import Studies, read_studies

__all__ = ["Subgroups", "subgroups"]

COMMON, SEPARATE = "common", "separate"


@dataclass(frozen=True, eq=False)
class Subgroups:
    """Pooled estimates of groups and the test of their difference.

    Parameters
    ----------
    table : DataFrame
        One row a group: group, k, estimate, se, lower, upper, p, tau2, i2.
    statistic, p : float
        Test that all groups have one mean.
    degrees : tuple of float
        Its degrees of freedom; the second is infinite for z.
    heterogeneity : {"common", "separate"}
        Whether the groups share one τ².
    """

    table: pd.DataFrame
    statistic: float
    p: float
    degrees: tuple[float, float]
    heterogeneity: str

    def to_frame(self) -> pd.DataFrame:
        """Return the groups."""
        return self.table.copy()

    def text(self, language: str = "fi", **options: Any) -> str:
        """Return the result in words; options of `language.synthesis.subgroups_text`."""
        return words_of(self, "subgroups_text", language, options)


def subgroups(
    estimates: Any,
    standard_errors: Any = None,
    groups: Any = None,
    *,
    heterogeneity: str = COMMON,
    method: str = "REML",
    inference: str = MODIFIED,
    level: float = 0.95,
    covariance: Any = None,
) -> Subgroups:
    """Return the mean effect of each group of studies and a test of their difference.

    Parameters
    ----------
    estimates, standard_errors, covariance, method, inference, level
        As in :func:`~skk_analysis.synthesis.pooling.pool`.
    groups : array-like of str, shape (k,)
        Group of each study.
    heterogeneity : {"common", "separate"}
        One τ² for all groups (the default, because a group of a handful of studies can't tell its
        own) or one for each, which needs two studies in every group and independent groups.

    Returns
    -------
    Subgroups
        The test is, with a common τ², the omnibus F of the meta-regression on the groups (k − G
        degrees; χ²/(G − 1) with z); with separate ones Welch's F of means with unequal variances
        (Welch 1951), each group having its own k − 1 degrees, or with z the usual Q between groups
        over its G − 1 degrees.

    Raises
    ------
    ValueError
        If there is one group only, a group is missing, or separate τ² are not possible.
    RefusedError
        If z does not hold, or a group of one study is to have its own τ².

    Examples
    --------
    >>> found = subgroups([0.1, 0.3, 0.35, 0.65], [0.1, 0.12, 0.15, 0.2], list("aabb"))
    >>> found.table["estimate"].round(2).tolist(), round(found.p, 2)
    ([0.19, 0.47], 0.25)

    References
    ----------
    Borenstein et al. (2009), *Introduction to Meta-Analysis*, ch. 19; Welch, B. L. (1951),
    *Biometrika* 38, 330–336.
    """
    if heterogeneity not in (COMMON, SEPARATE):
        raise ValueError(f"heterogeneity is {COMMON!r} or {SEPARATE!r}, got {heterogeneity!r}")
    studies = read_studies(estimates, standard_errors, covariance=covariance)
    labels = _labels(groups, studies)
    found = tuple(dict.fromkeys(labels))
    if len(found) < 2:
        raise ValueError(f"there is one group only, {found[0]!r}; use pool")
    if heterogeneity == COMMON:
        return _common(studies, labels, found, method, inference, level)
    return _separate(studies, labels, found, method, inference, level)


def _labels(groups: Any, studies: Studies) -> np.ndarray:
    labels = pd.Series(groups).reset_index(drop=True)
    if len(labels) != len(studies.names):
        raise ValueError(f"there are {len(studies.names)} studies but {len(labels)} groups")
    missing = np.flatnonzero(labels.isna())
    if len(missing):
        raise ValueError(f"study {studies.names[missing[0]]!r} has no group; give one")
    return labels.astype(str).to_numpy()


def _common(studies, labels, found, method, inference, level) -> Subgroups:
    columns = pd.DataFrame({group: (labels == group).astype(float) for group in found})
    errors = np.sqrt(studies.variances)
    model = meta_regression(
        studies.estimates,
        errors,
        columns,
        intercept=False,
        method=method,
        inference=inference,
        level=level,
        covariance=studies.covariance,
    )
    table = model.coefficients.rename(columns={"term": "group"})
    table["k"] = [int((labels == group).sum()) for group in found]
    table["tau2"], table["i2"] = model.tau2, model.i2
    contrast = np.eye(len(found))[1:] - np.eye(len(found))[0]
    difference = contrast @ table["estimate"].to_numpy()
    f = wald(difference, contrast @ model.covariance @ contrast.T)
    degrees = (float(len(found) - 1), model.degrees)
    return Subgroups(_ordered(table), f, f_tail(f, len(found) - 1, model.degrees), degrees, COMMON)


def _separate(studies, labels, found, method, inference, level) -> Subgroups:
    pooled = []
    for group in found:
        mine = labels == group
        if studies.covariance is not None and studies.covariance[np.ix_(mine, ~mine)].any():
            raise ValueError(
                f"group {group!r} shares comparison units with other groups, so that their means "
                "are not independent; use heterogeneity='common'"
            )
        pooled.append(pool_studies(studies.where(mine), method, inference, level))
    table = pd.DataFrame(
        {
            "group": found,
            "k": [x.k for x in pooled],
            "estimate": [x.estimate for x in pooled],
            "se": [x.se for x in pooled],
            "lower": [x.interval[0] for x in pooled],
            "upper": [x.interval[1] for x in pooled],
            "p": [x.p for x in pooled],
            "tau2": [x.tau2 for x in pooled],
            "i2": [x.i2 for x in pooled],
        }
    )
    means, errors = table["estimate"].to_numpy(), table["se"].to_numpy()
    own = np.array([math.inf if inference == Z else x.k - 1 for x in pooled])
    f, degrees = welch(means, errors, own)
    return Subgroups(_ordered(table), f, f_tail(f, len(found) - 1, degrees[1]), degrees, SEPARATE)


def welch(means: np.ndarray, errors: np.ndarray, own: np.ndarray) -> tuple[float, tuple]:
    """Return Welch's F and its degrees from means, standard errors and their degrees."""
    g = len(means)
    weights = errors**-2.0
    total = weights.sum()
    between = float((weights * (means - weights @ means / total) ** 2).sum()) / (g - 1)
    lack = float(((1 - weights / total) ** 2 / own).sum())
    second = (g**2 - 1) / (3 * lack) if lack > 0 else math.inf
    return between / (1 + 2 * (g - 2) / (g**2 - 1) * lack), (float(g - 1), second)


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    return table[["group", "k", "estimate", "se", "lower", "upper", "p", "tau2", "i2"]]
