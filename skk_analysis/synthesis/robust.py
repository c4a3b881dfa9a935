"""Cluster-robust variance that holds with few clusters: CR2 with Satterthwaite's degrees."""

from __future__ import annotations

import numpy as np

__all__ = ["cr2"]


def cr2(
    design: np.ndarray,
    residuals: np.ndarray,
    working: np.ndarray,
    clusters: np.ndarray,
    weights: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bias-reduced covariance of coefficients and the degrees of freedom of each.

    Parameters
    ----------
    design : ndarray, shape (n, p)
    residuals : ndarray, shape (n,)
    working : ndarray, shape (n, n)
        Covariance of the errors in the working model, zero between clusters.  Where it is right
        the variance is unbiased; where it is wrong it still converges with the clusters.
    clusters : ndarray of int, shape (n,)
    weights : ndarray, shape (n, n), optional
        Weights that the coefficients were estimated with; the inverse of ``working`` by default.

    Returns
    -------
    ndarray, shape (p, p)
        Covariance of the coefficients.
    ndarray, shape (p,)
        Satterthwaite degrees of freedom of each.

    Notes
    -----
    Residuals of cluster j are adjusted by :math:`A_j = D_j' B_j^{+1/2} D_j`, where
    :math:`\\Phi_j = D_j'D_j` and :math:`B_j = D_j (I-H)_j \\Phi (I-H)_j' D_j'`.

    References
    ----------
    Pustejovsky & Tipton (2018), *J. Bus. Econ. Stat.* 36, 672–683, eq. 10–14; Tipton (2015),
    *Psychol. Methods* 20, 375–393.
    """
    weights = np.linalg.inv(working) if weights is None else weights
    bread = np.linalg.inv(design.T @ weights @ design)
    project = design @ bread @ design.T @ weights
    maker = np.eye(len(design)) - project
    scores, loads = [], []
    for cluster in np.unique(clusters):
        mine = np.flatnonzero(clusters == cluster)
        d = np.linalg.cholesky(working[np.ix_(mine, mine)]).T
        left = d @ maker[mine]
        adjust = d.T @ _inverse_root(left @ working @ left.T) @ d
        lever = bread @ design[mine].T @ weights[np.ix_(mine, mine)] @ adjust  # (p, n_j)
        scores.append(lever @ residuals[mine])
        loads.append(lever @ maker[mine])  # how the score hangs on the errors, (p, n)
    score, load = np.array(scores), np.array(loads)
    covariance = score.T @ score
    return covariance, np.array([_satterthwaite(g, working) for g in load.transpose(1, 0, 2)])


def _inverse_root(matrix: np.ndarray) -> np.ndarray:
    """Return the symmetric root of the pseudo-inverse."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-10 * max(values[-1], 0.0)
    roots = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return (vectors * roots) @ vectors.T


def _satterthwaite(load: np.ndarray, working: np.ndarray) -> float:
    """Return 2 E(V)²/Var(V) of a sum of squared scores, shape of loads (clusters, n)."""
    moments = load @ working @ load.T
    return float(np.trace(moments) ** 2 / (moments**2).sum())
