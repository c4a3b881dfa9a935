"""Gaps between treated units and what stands in for them, for whole batches at once.

A *kernel* takes the outcome of all units and a batch of assignments (which units count as treated
in each) and returns the gap at every time.  The real assignment and its placebos run through the
same lines, so that what is tested is what was estimated.  The effect is the mean gap from the start
of treatment on.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from skk_analysis.impact.simplex import simplex_weights

__all__ = [
    "Gaps",
    "Kernel",
    "centred_moments",
    "change_noise",
    "difference_gaps",
    "gaps_of_weights",
    "kernel_of_units",
    "synthetic_control_gaps",
    "synthetic_did_gaps",
]

TIME_RIDGE = 1e-6  # makes the time weights unique and moves them by less than any digit shown


class Gaps(NamedTuple):
    """Gaps of a batch of assignments.

    Attributes
    ----------
    gap : ndarray, shape (batch, times)
        Treated mean less its comparison, level differences taken out as the method does.
    unit_weights : ndarray, shape (batch, units)
        Weights of the comparison units; 0 for the others.
    time_weights : ndarray, shape (batch, times before)
        Weights of the times before treatment whose mean gap counts as the level.
    """

    gap: np.ndarray
    unit_weights: np.ndarray
    time_weights: np.ndarray


class Kernel(Protocol):
    """A comparison method.

    Parameters
    ----------
    values : ndarray, shape (units, times)
    treated : ndarray of int, shape (batch, slots)
        Positions of the units that count as treated.
    allowed : ndarray of bool, shape (batch, units)
        Units that may serve as comparison.
    before : int
        Number of times before treatment.
    """

    def __call__(
        self, values: np.ndarray, treated: np.ndarray, allowed: np.ndarray, before: int
    ) -> Gaps: ...


def kernel_of_units(kernel: Kernel, keep: np.ndarray) -> Kernel:
    """Return the kernel for a part of the units, where it knows anything of single units.

    Parameters
    ----------
    kernel : Kernel
        One that does has a method ``of_units``.
    keep : ndarray
        Positions or truth values of the units whose values it will be given.
    """
    part = getattr(kernel, "of_units", None)
    return kernel if part is None else part(keep)


def difference_gaps(
    values: np.ndarray, treated: np.ndarray, allowed: np.ndarray, before: int
) -> Gaps:
    """Difference-in-differences: the plain mean of the comparison units, all times before alike."""
    weights = allowed / allowed.sum(axis=1, keepdims=True)
    time = np.full((len(treated), before), 1 / before)
    return gaps_of_weights(values, treated, weights, time)


def synthetic_did_gaps(
    values: np.ndarray, treated: np.ndarray, allowed: np.ndarray, before: int
) -> Gaps:
    r"""Synthetic difference-in-differences: weighted units and weighted times before.

    Notes
    -----
    Unit weights follow the treated mean before treatment up to a constant, with ridge
    :math:`\zeta=(N_{tr}T_{post})^{1/4}\,\hat\sigma`, :math:`\hat\sigma` the standard deviation of
    the comparison units' yearly changes before treatment; time weights follow each comparison
    unit's mean after treatment up to a constant, with a ridge only for uniqueness (Arkhangelsky,
    Athey, Hirshberg, Imbens & Wager 2021, *American Economic Review* 111, 4088–4118, eqs 4–6).
    """
    after = values.shape[1] - before
    noise = change_noise(values[:, :before], allowed)
    zeta = (treated.shape[1] * after) ** 0.25 * noise
    unit = _follow(values[:, :before], treated, allowed, zeta, intercept=True)
    return gaps_of_weights(values, treated, unit, _time_weights(values, allowed, before, noise))


def synthetic_control_gaps(
    values: np.ndarray,
    treated: np.ndarray,
    allowed: np.ndarray,
    before: int,
    *,
    ridge: float | None = None,
    intercept: bool = True,
) -> Gaps:
    r"""Synthetic control on the outcome before treatment.

    Parameters
    ----------
    ridge : float, optional
        Ridge :math:`\zeta` in the outcome's unit; None takes that of synthetic
        difference-in-differences, 0 leaves it out (then the weights need not be unique).
    intercept : bool, default True
        Follow the treated mean up to a constant.  Without it levels must match as well, which is
        Abadie, Diamond & Hainmueller's (2010) synthetic control.
    """
    if ridge is None:
        after = values.shape[1] - before
        zeta = (treated.shape[1] * after) ** 0.25 * change_noise(values[:, :before], allowed)
    else:
        zeta = np.full(len(treated), float(ridge))
    unit = _follow(values[:, :before], treated, allowed, zeta, intercept=intercept)
    level = 1 / before if intercept else 0.0
    return gaps_of_weights(values, treated, unit, np.full((len(treated), before), level))


def change_noise(before: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return the standard deviation of the comparison units' yearly changes, shape (batch,)."""
    change = np.diff(before, axis=1)
    if not change.shape[1]:  # one time before: the spread between units is all there is to see
        change = before - before.mean()
    count = allowed.sum(axis=1) * change.shape[1]
    centre = change.mean()
    total = allowed @ (change - centre).sum(axis=1)
    square = allowed @ ((change - centre) ** 2).sum(axis=1)
    variance = (square - total**2 / count) / np.maximum(count - 1, 1)
    return np.sqrt(np.maximum(variance, 0.0))


def gaps_of_weights(
    values: np.ndarray, treated: np.ndarray, unit: np.ndarray, time: np.ndarray
) -> Gaps:
    """Return the gaps that unit weights leave, less their level under the time weights."""
    gap = values[treated].mean(axis=1) - unit @ values
    level = np.einsum("bt,bt->b", time, gap[:, : time.shape[1]])
    return Gaps(gap - level[:, None], unit, time)


def _follow(before, treated, allowed, zeta, *, intercept) -> np.ndarray:
    """Return unit weights that follow the treated means, shape (batch, units)."""
    columns = before - before.mean(axis=1, keepdims=True) if intercept else before
    targets = columns[treated].mean(axis=1)
    return simplex_weights(columns.T, targets, zeta**2 * before.shape[1], allowed)


def centred_moments(table: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return sums of squares and products over each problem's units, about those units' means.

    Parameters
    ----------
    table : ndarray, shape (units, columns)
    allowed : ndarray of bool, shape (batch, units)

    Returns
    -------
    ndarray, shape (batch, columns, columns)
    """
    columns = table.shape[1]
    table = table - table.mean(axis=0)
    chosen = allowed.astype(float)
    first = chosen @ table
    second = chosen @ (table[:, :, None] * table[:, None, :]).reshape(len(table), -1)
    moments = second.reshape(-1, columns, columns)
    moments -= first[:, :, None] * first[:, None, :] / chosen.sum(axis=1)[:, None, None]
    return moments


def _time_weights(values, allowed, before, noise) -> np.ndarray:
    """Return weights of the times before treatment, shape (batch, before).

    All problems share the units but for a few, so their moment matrices are one product; the
    problem of each has only ``before`` unknowns.
    """
    from scipy.optimize import nnls

    after = values[:, before:].mean(axis=1, keepdims=True)
    lead = values[:, :before] - after  # its weighted mean is to be constant over units
    count, moments = allowed.sum(axis=1), centred_moments(lead, allowed)
    # units that differ by rounding only say nothing of the times, which then weigh alike
    floor = 1e-20 * max(float((values**2).mean()), 1e-280) * len(values)
    scale = np.maximum(np.trace(moments, axis1=1, axis2=2) / before, floor)
    ridge = np.maximum((TIME_RIDGE * noise) ** 2 * count / scale, 1e-12)
    roots = np.linalg.cholesky(
        moments / scale[:, None, None] + ridge[:, None, None] * np.eye(before)
    )
    left = np.ones((len(allowed), before + 1, before))
    left[:, :before] = roots.swapaxes(1, 2)
    right = np.eye(before + 1)[-1]
    weights = np.array([nnls(problem, right)[0] for problem in left]).reshape(-1, before)
    return weights / weights.sum(axis=1, keepdims=True)
