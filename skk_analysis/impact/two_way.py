"""Unit and time effects taken out of whole panels, and what least squares leaves: closed forms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["COUNTS", "Fit", "assigned_coefficients", "demeaned", "fit", "least_squares"]

COUNTS = ("nested", "all")


class Fit(NamedTuple):
    """A least-squares fit with its cluster-robust covariance.

    Attributes
    ----------
    coefficients : ndarray, shape (regressors,)
    covariance : ndarray, shape (regressors, regressors)
        CR1, clustered.
    dof : int
        Clusters less 1: degrees of freedom of the t-test.
    factor : float
        Small-sample factor that is in the covariance.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    dof: int
    factor: float


def demeaned(values: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Return values less unit and time means, plus the grand mean.

    Parameters
    ----------
    values : ndarray, shape (..., units, times)
        Complete, so that one pass is exact.
    weight : ndarray, shape (units,), optional
        Analysis weights; the means over units are weighted.
    """
    centred = values - values.mean(axis=-1, keepdims=True)
    if weight is None:
        return centred - centred.mean(axis=-2, keepdims=True)
    return centred - (weight / weight.sum() @ centred)[..., None, :]


def fit(
    values: np.ndarray,
    regressors: np.ndarray,
    weight: np.ndarray | None = None,
    *,
    count: str = "nested",
) -> Fit:
    r"""Regress a panel on regressors and unit and time effects; errors clustered by unit.

    .. math:: V=\frac{G}{G-1}\,\frac{N-1}{N-K}\;(\tilde X'W\tilde X)^{-1}
              \Big(\sum_i s_is_i'\Big)(\tilde X'W\tilde X)^{-1},\qquad
              s_i=w_i\sum_t\tilde x_{it}\hat e_{it}

    with :math:`G` units, :math:`N` unit-times, tildes for :func:`demeaned`.

    Parameters
    ----------
    values : ndarray, shape (units, times)
    regressors : ndarray, shape (regressors, units, times)
    weight : ndarray, shape (units,), optional
    count : {"nested", "all"}, default "nested"
        :math:`K`: regressors + times, unit effects being nested in the clusters (R ``fixest``,
        Stata ``xtreg, fe`` and ``reghdfe``); or with the units' effects as well, regressors + units
        + times − 1 (Stata ``regress`` with dummies, ``areg``).

    Raises
    ------
    ValueError
        If regressors are collinear with one another or with the unit and time effects.
    """
    if count not in COUNTS:
        raise ValueError(f"count must be one of {COUNTS}, got {count!r}")
    units, times = values.shape
    y, x = demeaned(values, weight), demeaned(regressors, weight)
    k = len(x) + times + (units - 1 if count == "all" else 0)
    w = np.ones(units) if weight is None else weight
    weighted = x * w[:, None]
    gram = np.einsum("kit,lit->kl", weighted, x, optimize=True)
    scale = np.einsum("kit,kit->k", regressors * w[:, None], regressors)
    _require_rank(gram, scale)
    coefficients = np.linalg.solve(gram, np.einsum("kit,it->k", weighted, y))
    residual = y - np.einsum("k,kit->it", coefficients, x)
    scores = np.einsum("kit,it->ik", weighted, residual)
    return _sandwich(coefficients, gram, scores, values.size, k)


def least_squares(
    values: np.ndarray,
    regressors: np.ndarray,
    cluster: np.ndarray,
    weight: np.ndarray | None = None,
) -> Fit:
    """Regress rows on regressors, errors clustered; :math:`K` counts every regressor.

    Parameters
    ----------
    values : ndarray, shape (rows,)
    regressors : ndarray, shape (rows, regressors)
    cluster : ndarray of int, shape (rows,)
        Codes 0 … clusters − 1.
    weight : ndarray, shape (rows,), optional
    """
    x = np.asarray(regressors, dtype=float)
    weighted = x if weight is None else x * weight[:, None]
    gram = weighted.T @ x
    _require_rank(gram, np.diagonal(gram))
    coefficients = np.linalg.solve(gram, weighted.T @ values)
    scores = np.zeros((int(cluster.max()) + 1, x.shape[1]))
    np.add.at(scores, cluster, weighted * (values - x @ coefficients)[:, None])
    return _sandwich(coefficients, gram, scores, len(values), x.shape[1])


def _require_rank(gram: np.ndarray, scale: np.ndarray) -> None:
    """Stop where a regressor, less the others and the effects, is nothing but rounding."""
    size = np.sqrt(np.maximum(np.diagonal(gram), 0.0))
    lost = size**2 <= 1e-10 * np.maximum(scale, 1e-300)
    if lost.any() or np.linalg.eigvalsh(gram / np.outer(size, size))[0] < 1e-10:
        raise ValueError(
            "the treatment or a covariate cannot be told apart from the unit and time effects or "
            "from another covariate; leave out covariates that are constant in time or sum up"
        )


def _sandwich(coefficients, gram, scores, rows: int, k: int) -> Fit:
    clusters = len(scores)
    if rows <= k or clusters < 2:
        raise ValueError(
            f"{rows} observations in {clusters} clusters are too few for {k} parameters"
        )
    factor = clusters / (clusters - 1) * (rows - 1) / (rows - k)
    half = np.linalg.solve(gram, scores.T)
    return Fit(coefficients, factor * half @ half.T, clusters - 1, factor)


def assigned_coefficients(
    values: np.ndarray,
    slots: np.ndarray,
    profiles: np.ndarray,
    *,
    covariates: np.ndarray | None = None,
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """Return the coefficients that :func:`fit` would give if other units had been treated.

    A regressor is non-zero for treated units only, so all that an assignment changes in the normal
    equations are sums over its few units.

    Parameters
    ----------
    values : ndarray, shape (units, times)
    slots : ndarray of int, shape (batch, treated)
        Units treated in each assignment.
    profiles : ndarray, shape (treated, regressors, times)
        What the regressors are over time for the unit in each slot.
    covariates : ndarray, shape (covariates, units, times), optional
    weight : ndarray, shape (units,), optional

    Returns
    -------
    ndarray, shape (batch, regressors)
    """
    w = np.ones(len(values)) if weight is None else weight
    mine = w[slots]
    centred = profiles - profiles.mean(axis=-1, keepdims=True)
    own = np.einsum("srt,sqt->srq", profiles, centred)
    total = np.einsum("bs,srt->brt", mine, profiles)
    together = np.einsum("brt,bqt->brq", total, total - total.mean(axis=-1, keepdims=True))
    gram = np.einsum("bs,srq->brq", mine, own) - together / w.sum()
    right = _sums(demeaned(values, weight), slots, mine, profiles)
    if covariates is None or not len(covariates):
        return np.linalg.solve(gram, right[..., None])[..., 0]
    x, y = demeaned(covariates, weight), demeaned(values, weight)
    weighted = x * w[:, None]
    with_y = np.einsum("kit,it->k", weighted, y)
    among = np.einsum("kit,lit->kl", weighted, x)
    cross = np.stack([_sums(c, slots, mine, profiles) for c in x], axis=-1)
    projected = np.linalg.solve(among, np.swapaxes(cross, 1, 2))
    right = right - cross @ np.linalg.solve(among, with_y)
    return np.linalg.solve(gram - cross @ projected, right[..., None])[..., 0]


def _sums(table, slots, mine, profiles) -> np.ndarray:
    """Return the regressors' products with a demeaned table, shape (batch, regressors)."""
    return np.einsum("bs,bst,srt->br", mine, table[slots], profiles, optimize=True)
