"""Gaps between treated units and what stands in for them, for whole batches at once.

A *kernel* takes the outcome of all units and a batch of assignments (which units count as treated
in each) and returns the gap at every time.  The real assignment and its placebos run through the
same lines, so that what is tested is what was estimated.  The effect is the mean gap from the start
of treatment on.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from skk_analysis.impact.simplex import active_set_weights, ridge_weights

__all__ = [
    "Gaps",
    "Kernel",
    "difference_gaps",
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


def difference_gaps(
    values: np.ndarray, treated: np.ndarray, allowed: np.ndarray, before: int
) -> Gaps:
    """Difference-in-differences: the plain mean of the comparison units, all times before alike."""
    weights = allowed / allowed.sum(axis=1, keepdims=True)
    time = np.full((len(treated), before), 1 / before)
    return _gaps(values, treated, weights, time)


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
    return _gaps(values, treated, unit, _time_weights(values, allowed, before, noise))


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
    return _gaps(values, treated, unit, np.full((len(treated), before), level))


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


def _gaps(values, treated, unit, time) -> Gaps:
    gap = values[treated].mean(axis=1) - unit @ values
    level = np.einsum("bt,bt->b", time, gap[:, : time.shape[1]])
    return Gaps(gap - level[:, None], unit, time)


def _follow(before, treated, allowed, zeta, *, intercept) -> np.ndarray:
    """Return unit weights that follow the treated means, shape (batch, units)."""
    columns = before - before.mean(axis=1, keepdims=True) if intercept else before
    targets = columns[treated].mean(axis=1)
    ridge = zeta**2 * before.shape[1]
    weights = np.empty(allowed.shape)
    plain = ridge <= 0
    if not plain.all():
        weights[~plain] = ridge_weights(
            columns.T, targets[~plain], ridge[~plain], allowed[~plain]
        ).weights
    for problem in np.flatnonzero(plain):
        weights[problem] = 0
        mine = allowed[problem]
        weights[problem, mine] = active_set_weights(columns[mine].T, targets[problem])
    return weights


def _time_weights(values, allowed, before, noise) -> np.ndarray:
    """Return weights of the times before treatment, shape (batch, before).

    All problems share the units but for a few, so their moment matrices are one product; the
    problem of each has only ``before`` unknowns.
    """
    from scipy.optimize import nnls

    after = values[:, before:].mean(axis=1, keepdims=True)
    lead = values[:, :before] - after  # its weighted mean is to be constant over units
    lead = lead - lead.mean()
    chosen = allowed.astype(float)
    count = chosen.sum(axis=1)
    first = chosen @ lead
    second = chosen @ (lead[:, :, None] * lead[:, None, :]).reshape(len(lead), -1)
    moments = second.reshape(-1, before, before)
    moments -= first[:, :, None] * first[:, None, :] / count[:, None, None]
    weights = np.empty((len(allowed), before))
    eye = np.eye(before)
    right = np.zeros(before + 1)
    right[-1] = 1.0
    for problem, moment in enumerate(moments):
        scale = max(np.trace(moment) / before, 1e-300)
        ridge = max((TIME_RIDGE * noise[problem]) ** 2 * count[problem] / scale, 1e-12)
        root = np.linalg.cholesky(moment / scale + ridge * eye).T
        found, _ = nnls(np.vstack([root, np.ones(before)]), right)
        weights[problem] = found / found.sum()
    return weights
