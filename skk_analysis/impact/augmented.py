"""Synthetic control whose lack of fit before treatment a ridge regression makes up for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skk_analysis.impact.gaps import Gaps, centred_moments, change_noise, gaps_of_weights
from skk_analysis.impact.simplex import simplex_weights, unique_weights

__all__ = ["augmented_gaps", "penalty_path"]

SMALLEST_PENALTY = 1e-8  # of the largest
PENALTIES = 20
UNIQUE = 1e-4  # of the yearly noise: a ridge that picks among weights that fit alike

Solver = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def augmented_gaps(
    values: np.ndarray,
    treated: np.ndarray,
    allowed: np.ndarray,
    before: int,
    *,
    penalty: float | None = None,
    one_error: bool = True,
    ridge: float | None = None,
    intercept: bool = False,
) -> Gaps:
    r"""Ridge-augmented synthetic control (a :class:`~skk_analysis.impact.gaps.Kernel`).

    Parameters
    ----------
    penalty : float, optional
        :math:`\lambda` of the ridge regression; None chooses it by :func:`penalty_path`.
    one_error : bool, default True
        Choose the largest penalty whose error is within a standard error of the least; False, the
        one of the least error.
    ridge : float, optional
        Ridge of the simplex weights in the outcome's unit; None leaves it out, and picks the widest
        spread where many sets of weights meet the target.
    intercept : bool, default False
        Follow the treated mean up to a constant.

    Notes
    -----
    With outcomes before treatment less the comparison mean of each time,
    :math:`w^{aug}=w+X_0(X_0'X_0+\lambda I)^{-1}(x_1-X_0'w)` (Ben-Michael, Feller & Rothstein 2021,
    *JASA* 116, 1789–1803, lemma 1).  Weights sum to 1 but may be negative.
    """
    early = values[:, :before]
    own = early - early.mean(axis=1, keepdims=True) if intercept else early
    targets = own[treated].mean(axis=1)
    solve: Solver = simplex_weights
    if ridge is None:
        solve, zeta = unique_weights, np.maximum(UNIQUE * change_noise(early, allowed), 1e-150)
    else:
        zeta = np.full(len(treated), float(ridge))
    base = solve(own.T, targets, zeta**2 * before, allowed)
    moments = centred_moments(own, allowed)
    if penalty is None:
        chosen = _cross_validated(solve, own, targets, allowed, zeta, moments, one_error)
    else:
        chosen = np.full(len(treated), float(penalty))
    system = moments + chosen[:, None, None] * np.eye(before)
    slopes = np.linalg.solve(system, (targets - base @ own)[..., None])[..., 0]
    centre = (allowed @ own) / allowed.sum(axis=1, keepdims=True)
    unit = base + allowed * (slopes @ own.T - (slopes * centre).sum(axis=1, keepdims=True))
    level = 1 / before if intercept else 0.0
    return gaps_of_weights(values, treated, unit, np.full((len(treated), before), level))


def penalty_path(moments: np.ndarray) -> np.ndarray:
    """Return the penalties tried, shape (batch, penalties).

    From the largest eigenvalue of the moments down to its 10⁻⁸th, evenly in logs.
    """
    largest = np.maximum(np.linalg.eigvalsh(moments)[:, -1], 1e-300)
    return largest[:, None] * SMALLEST_PENALTY ** (np.arange(PENALTIES + 1) / PENALTIES)


def _cross_validated(solve, own, targets, allowed, zeta, moments, one_error) -> np.ndarray:
    """Return each problem's penalty: every time before treatment is left out and predicted once."""
    times = own.shape[1]
    if times < 3:
        raise ValueError(
            f"the penalty is chosen by leaving out times before treatment, and there are {times}; "
            "3 are needed: give penalty="
        )
    path = penalty_path(moments)
    squared = np.empty((times, *path.shape))
    for left_out in range(times):
        kept = np.flatnonzero(np.arange(times) != left_out)
        rows, target = own[:, kept], targets[:, kept]
        base = solve(rows.T, target, zeta**2 * (times - 1), allowed)
        missing = target - base @ rows
        plain = targets[:, left_out] - base @ own[:, left_out]
        size, axes = np.linalg.eigh(moments[:, kept[:, None], kept])
        slopes = np.einsum("bij,bi->bj", axes, moments[:, kept, left_out])
        along = np.einsum("bij,bi->bj", axes, missing) * slopes
        moved = (along[:, None, :] / (size[:, None, :] + path[:, :, None])).sum(axis=2)
        squared[left_out] = (plain[:, None] - moved) ** 2
    mean = squared.mean(axis=0)
    least = mean.argmin(axis=1)[:, None]
    bound = np.take_along_axis(mean, least, axis=1)
    if one_error:
        error = squared.std(axis=0, ddof=1) / np.sqrt(times)
        bound = bound + np.take_along_axis(error, least, axis=1)
    return np.take_along_axis(path, (mean <= bound).argmax(axis=1)[:, None], axis=1)[:, 0]
