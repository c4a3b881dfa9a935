"""Effects on the treated from two times: regression, weighting, doubly robust; with influence."""

from __future__ import annotations

import numpy as np

__all__ = ["METHODS", "two_period_effect"]

METHODS = ("doubly_robust", "regression", "weighting")
LARGEST_PROPENSITY = 0.999


def two_period_effect(
    change: np.ndarray,
    treated: np.ndarray,
    covariates: np.ndarray,
    weight: np.ndarray,
    method: str,
) -> tuple[float, np.ndarray]:
    r"""Return the mean effect on the treated and each unit's influence on it.

    Parameters
    ----------
    change : ndarray, shape (units,)
        Outcome after less before.
    treated : ndarray of bool, shape (units,)
    covariates : ndarray, shape (units, covariates)
        With a constant.
    weight : ndarray, shape (units,)
    method : {"doubly_robust", "regression", "weighting"}
        With a logit for the propensity and weighted least squares on the comparison units for the
        change; weights of comparison units are normalised (Hájek).

    Returns
    -------
    effect : float
    influence : ndarray, shape (units,)
        Mean 0; the effect's variance is the mean square over the number of units.

    Raises
    ------
    ValueError
        If the covariates are collinear among the comparison units, or separate the groups.

    References
    ----------
    Sant'Anna & Zhao (2020), *Journal of Econometrics* 219, 101–122, eqs 2.2–2.4 and 3.1–3.4.
    """
    d = treated.astype(float)
    if method == "weighting":
        fitted = np.zeros(len(change))
        by_outcome = None
    else:
        fitted, by_outcome = _outcome(change, d, covariates, weight)
    residual = change - fitted
    own = weight * d
    share_own = own.mean()
    effect_own = own @ residual / own.sum()
    if method == "regression":
        # the counterfactual change averages over the treated: no weights of comparison units
        from_fit = by_outcome @ (covariates.T @ own / len(d))
        influence = (own * (residual - effect_own) - from_fit) / share_own
        return float(effect_own), influence
    odds, by_propensity = _odds(d, covariates, weight)
    other = weight * odds * (1 - d)
    share_other = other.mean()
    effect_other = other @ residual / other.sum()
    influence_own = own * (residual - effect_own)
    influence_other = other * (residual - effect_other)
    influence_other += by_propensity @ ((other * (residual - effect_other)) @ covariates / len(d))
    if by_outcome is not None:
        influence_own -= by_outcome @ (covariates.T @ own / len(d))
        influence_other -= by_outcome @ (covariates.T @ other / len(d))
    influence = influence_own / share_own - influence_other / share_other
    return float(effect_own - effect_other), influence


def _outcome(change, d, covariates, weight) -> tuple[np.ndarray, np.ndarray]:
    """Return the change fitted on comparison units, and units' influence on the coefficients."""
    w = weight * (1 - d)
    gram = (covariates * w[:, None]).T @ covariates / len(d)
    size = np.sqrt(np.maximum(np.diagonal(gram), 1e-300))
    if np.linalg.eigvalsh(gram / np.outer(size, size))[0] < 1e-10:
        raise ValueError(
            "the covariates are collinear among the comparison units, or there are fewer units "
            "than covariates; use fewer covariates, or comparison='not_yet' for more units"
        )
    beta = np.linalg.solve(gram, covariates.T @ (w * change) / len(d))
    fitted = covariates @ beta
    influence = np.linalg.solve(gram, (covariates * (w * (change - fitted))[:, None]).T).T
    return fitted, influence


def _odds(d, covariates, weight) -> tuple[np.ndarray, np.ndarray]:
    """Return the propensity odds by logit, and units' influence on its coefficients."""
    scale = np.maximum(np.abs(covariates).max(axis=0), 1e-300)
    x = covariates / scale
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -500, 500)))
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x / len(d)
        gradient = x.T @ (weight * (d - p)) / len(d)
        step = np.linalg.lstsq(hessian, gradient, rcond=1e-12)[0]
        beta = beta + step
        if np.abs(step).max() < 1e-10 or np.abs(x @ beta).max() > 40:
            break
    p = 1 / (1 + np.exp(-np.clip(x @ beta, -500, 500)))
    if (p[d == 0] > LARGEST_PROPENSITY).any() or np.abs(x @ beta).max() > 40:
        raise ValueError(
            "the covariates tell treated from comparison units (almost) perfectly, so there is no "
            "comparison for some; use fewer covariates or method='regression'"
        )
    hessian = (x * (weight * p * (1 - p))[:, None]).T @ x / len(d)
    influence = np.linalg.solve(hessian, (x * (weight * (d - p))[:, None]).T).T / scale
    return p / (1 - p), influence
