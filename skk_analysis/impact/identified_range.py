"""The range of effects over every synthetic control that fits as well as the best one.

With many comparison units and few years before treatment, a great many weights fit equally well,
and each says something else of the years after.  The range is a fact of the data: no test narrows
it, only a penalty's preference among the weights does.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.impact.adjustment import without_covariates
from skk_analysis.impact.checks import Check
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.result import Effect
from skk_analysis.impact.simplex import active_set_weights

__all__ = ["identified_range", "identified_range_check"]

EXACT = 1e-9  # of the values' spread: equal but for rounding


def identified_range(
    data: Panel | Block,
    outcome: str | None = None,
    *,
    slack: float = 0.0,
    intercept: bool = True,
    exposure: bool = False,
    missing: str = "raise",
) -> tuple[float, float]:
    r"""Return the least and the largest effect among equally good synthetic controls.

    Parameters
    ----------
    data : Panel or Block
    outcome : str
        With a panel, its outcome column.
    slack : float, default 0
        How far, in the outcome's unit, a fitted value before treatment may lie from the best
        fit's at any time.  0 asks for the very same fit.
    intercept : bool, default True
        Follow the treated mean up to a constant level difference, as
        :func:`~skk_analysis.impact.synthetic_control.synthetic_control` does by default.
    exposure, missing
        As there.

    Returns
    -------
    tuple of float
        Equal where the best fit has only one set of weights.

    Notes
    -----
    The best fit's values :math:`\hat y=X_0'\hat w` are unique even where its weights are not.  Two
    linear programmes, solved by HiGHS (Huangfu & Hall 2018), minimise and maximise the effect over
    :math:`w\ge 0,\ 1'w=1,\ |X_0'w-\hat y|\le` slack.  With several first years the ranges add up
    with the weights of the effect.

    Raises
    ------
    ValueError
        If ``slack`` is negative, or a panel comes without an outcome.
    """
    if not slack >= 0:
        raise ValueError(f"slack must be 0 or more, in the outcome's unit, got {slack}")
    block = _block(data, outcome, missing)
    block, _ = without_covariates(block, exposure=exposure)
    donors = block.values[block.donors]
    low = high = 0.0
    cells = 0
    for start, units in block.cohorts.items():
        before = block.before(start)
        least, most = _range(block.values[units].mean(axis=0), donors, before, slack, intercept)
        weight = len(units) * (len(block.times) - before)
        low, high, cells = low + weight * least, high + weight * most, cells + weight
    return low / cells, high / cells


def _block(data: Panel | Block, outcome: str | None, missing: str) -> Block:
    if isinstance(data, Block):
        return data
    if outcome is None:
        raise ValueError("a panel has many columns: name the outcome")
    return data.block(outcome, missing=missing)


def _range(target, donors, before, slack, intercept) -> tuple[float, float]:
    """Return the range of one treated path against the donors' paths."""
    from scipy.optimize import linprog

    if intercept:
        target = target - target[:before].mean()
        donors = donors - donors[:, :before].mean(axis=1, keepdims=True)
    scale = max(float(np.abs(donors).max()), float(np.abs(target).max()), 1e-300)
    rows = donors[:, :before].T / scale
    fit = rows @ active_set_weights(rows, target[:before] / scale)
    tight = max(slack / scale, EXACT)
    after = donors[:, before:].mean(axis=1) / scale
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(
            sign * after,
            A_ub=np.vstack([rows, -rows]),
            b_ub=np.concatenate([fit + tight, tight - fit]),
            A_eq=np.ones((1, len(donors))),
            b_eq=[1.0],
            bounds=(0, None),
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if found.status:
            raise ValueError(
                f"the linear programme of the identified range failed: {found.message}"
            )
        ends.append(float(target[before:].mean() - sign * found.fun * scale))
    return ends[1], ends[0]


def identified_range_check(
    effect: Effect,
    data: Panel | Block,
    outcome: str | None = None,
    *,
    slack: float = 0.0,
    intercept: bool = True,
    exposure: bool = False,
    missing: str = "raise",
) -> Check:
    """Return whether the conclusion hangs on the choice among equally good weights.

    A clear effect passes where the whole range lies on its side of zero, and fails otherwise.  An
    unclear one passes where the range is no wider than its confidence set, so that chance matters
    more than the choice, and is else inconclusive, as it is where the set is unknown or infinite.
    ``ratio`` is the width of the range in units of the set's.

    Parameters
    ----------
    effect : Effect
    data, outcome, slack, intercept, exposure, missing
        As in :func:`identified_range`.
    """
    low, high = identified_range(
        data, outcome, slack=slack, intercept=intercept, exposure=exposure, missing=missing
    )
    width = effect.interval[1] - effect.interval[0]
    known = math.isfinite(width) and width > 0
    ratio = (high - low) / width if known else math.nan
    clear = effect.interval[0] > 0 or effect.interval[1] < 0
    same_side = low > 0 if effect.estimate > 0 else high < 0
    passed = same_side if clear else True if known and ratio <= 1 else None
    return Check.of("identified_range", passed, low=low, high=high, ratio=ratio)
