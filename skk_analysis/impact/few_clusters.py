"""Least squares with few clusters: CR2 errors with Satterthwaite's degrees of freedom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

__all__ = ["ClusterRobust", "cluster_permutation_p", "cluster_robust"]

ENUMERATED = 20_000
SAMPLED = 9_999


@dataclass(frozen=True)
class ClusterRobust:
    """One coefficient with its error.

    Parameters
    ----------
    estimate, se, df : float
    """

    estimate: float
    se: float
    df: float


def cluster_robust(
    x: np.ndarray, y: np.ndarray, clusters: np.ndarray, contrast: np.ndarray, weights=None
) -> ClusterRobust:
    """Return a contrast of weighted least squares, unbiased when errors are in fact independent.

    Parameters
    ----------
    x : ndarray, shape (n, k)
    y : ndarray, shape (n,)
    clusters : ndarray of int, shape (n,)
    contrast : ndarray, shape (k,)
    weights : ndarray, shape (n,), optional

    References
    ----------
    Bell & McCaffrey (2002), *Surv. Methodol.* 28, 169–181; Pustejovsky & Tipton (2018), *J. Bus.
    Econ. Stat.* 36, 672–683 (CR2, working model: equal variances).
    """
    weights = np.ones(len(y)) if weights is None else weights
    bread = np.linalg.inv(x.T @ (weights[:, None] * x))
    hat = x @ bread @ (x * weights[:, None]).T
    residual_maker = np.eye(len(y)) - hat
    errors = residual_maker @ y
    working = residual_maker @ residual_maker.T
    pull = weights * (x @ bread @ contrast)
    names = np.unique(clusters)
    directions = np.zeros((len(names), len(y)))
    score = np.zeros(len(names))
    for i, name in enumerate(names):
        inside = clusters == name
        adjusted = _inverse_root(working[np.ix_(inside, inside)]) @ pull[inside]
        score[i] = adjusted @ errors[inside]
        directions[i] = adjusted @ residual_maker[inside]
    products = directions @ directions.T
    df = np.trace(products) ** 2 / (products**2).sum()
    estimate = float(contrast @ bread @ x.T @ (weights * y))
    return ClusterRobust(estimate, math.sqrt(float(score @ score)), float(df))


def _inverse_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-10 * max(values.max(), 1.0)
    root = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return (vectors * root) @ vectors.T


def cluster_permutation_p(
    y: np.ndarray, treated: np.ndarray, clusters: np.ndarray, seed: int = 0
) -> tuple[float, float]:
    """Return the permutation p-value of the difference in means, and the smallest attainable.

    Whole clusters change sides; all ways where they are few, else a seeded sample with the
    observed one.
    """
    names, position = np.unique(clusters, return_inverse=True)
    size = np.bincount(position).astype(float)
    total = np.bincount(position, y)
    on = np.bincount(position, treated) > 0
    ways = math.comb(len(names), int(on.sum()))
    if ways <= ENUMERATED:
        chosen = np.zeros((ways, len(names)))
        for row, places in enumerate(combinations(range(len(names)), int(on.sum()))):
            chosen[row, list(places)] = 1
    else:
        rng = np.random.default_rng(seed)
        chosen = rng.permuted(np.tile(on.astype(float), (SAMPLED, 1)), axis=1)
        chosen = np.vstack([on, chosen])
    inside, persons = chosen @ total, chosen @ size
    gap = inside / persons - (total.sum() - inside) / (size.sum() - persons)
    seen = total[on].sum() / size[on].sum() - total[~on].sum() / size[~on].sum()
    extreme = np.abs(gap) >= abs(seen) * (1 - 1e-9)
    return float(extreme.mean()), 1 / len(gap)
