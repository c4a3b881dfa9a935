"""Group-time effects for treatment that starts at different times."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from skk_analysis.impact.comparison import require_weights
from skk_analysis.impact.doubly_robust import METHODS, two_period_effect
from skk_analysis.impact.group_time import (
    GroupTime,
    critical_value,
    limits,
    standard_errors,
    valid_here,
)
from skk_analysis.impact.panel import Block, Panel

__all__ = ["group_time_effects"]

NEVER, NOT_YET = "never", "not_yet"
VARYING, UNIVERSAL = "varying", "universal"


def group_time_effects(
    panel: Panel,
    outcome: str,
    *,
    covariates: Sequence[str] = (),
    comparison: str = NEVER,
    method: str = "doubly_robust",
    base: str = VARYING,
    anticipation: int = 0,
    missing: str = "raise",
    level: float = 0.95,
    draws: int = 999,
    seed: int = 2019,
) -> GroupTime:
    r"""Return the effect for each group of units treated first at g, at each time t.

    .. math:: ATT(g,t)=E[Y_t-Y_{b}\mid G=g]-E[m(X)\mid G=g],\qquad b=g-1-\text{anticipation}

    where :math:`m` is the comparison units' change given the covariates.  Only clean comparisons
    are used, so that early treated units never serve as comparison for late ones.

    Parameters
    ----------
    panel : Panel
    outcome : str
    covariates : sequence of str
        Their values at the earlier of the two times compared.
    comparison : {"never", "not_yet"}, default "never"
        Units never treated; or with them those not treated by the later time (plus anticipation).
    method : {"doubly_robust", "regression", "weighting"}, default "doubly_robust"
        See :func:`~skk_analysis.impact.doubly_robust.two_period_effect`; without covariates they
        are the same.
    base : {"varying", "universal"}, default "varying"
        Before g, compare each time with the one before it; or every time with b (then that time's
        effect is 0 by construction, and the event study suits
        :func:`~skk_analysis.impact.honest_did`).
    anticipation : int, default 0
        Times before the start in which treatment may already work.
    missing : {"raise", "drop"}
    level : float, default 0.95
    draws, seed : int
        Of the multiplier bootstrap (Mammen's two points) behind simultaneous bands.

    Returns
    -------
    GroupTime
        Errors, bands and p are NaN for effects of fewer than 5 treated units.  With 20 units a
        group 95 % intervals of the average cover 93 % and the band over all effects 84 %, with 40
        both 94 % (validation/impact/did).

    Raises
    ------
    ValueError
        If a group has no time b, or no comparison unit is left for it.

    References
    ----------
    Callaway & Sant'Anna (2021), *Journal of Econometrics* 225, 200–230.
    """
    for name, value, known in (
        ("comparison", comparison, (NEVER, NOT_YET)),
        ("method", method, METHODS),
        ("base", base, (VARYING, UNIVERSAL)),
    ):
        if value not in known:
            raise ValueError(f"{name} must be one of {known}, got {value!r}")
    if anticipation < 0:
        raise ValueError(f"anticipation must be 0 or more times, got {anticipation}")
    block = panel.block(outcome, covariates=covariates, missing=missing)
    require_weights(block)
    weight = np.ones(len(block.names)) if block.weight is None else block.weight
    weight = weight / weight.mean()
    cells = _cells(block, base, anticipation)
    found = [_effect(block, weight, g, t, b, comparison, method, anticipation) for g, t, b in cells]
    estimates = np.array([value for value, _ in found])
    influence = np.column_stack([psi for _, psi in found])
    enough = np.array([valid_here(block.start, np.array([g])) for g, _, _ in cells])
    errors = np.where(enough, standard_errors(influence), math.nan)
    critical = critical_value(influence[:, enough], level, draws, seed)
    table = pd.DataFrame(cells, columns=["group", "time", "base"]).drop(columns="base")
    table["estimate"] = estimates
    table = table.join(limits(estimates, errors, critical, level))
    return GroupTime(
        table=table,
        influence=influence,
        share={g: float(weight[u].sum() / weight.sum()) for g, u in block.cohorts.items()},
        member=block.start,
        weight=weight,
        critical=critical,
        outcome=outcome,
        level=level,
        anticipation=anticipation,
        draws=draws,
        seed=seed,
        provenance={
            "comparison": comparison,
            "method": method,
            "base": base,
            "anticipation": anticipation,
            "covariates": tuple(covariates),
            "draws": draws,
            "seed": seed,
            "dropped": block.dropped,
        },
    )


def _cells(block: Block, base: str, anticipation: int) -> list[tuple[int, int, int]]:
    """Return group, time and base time of every effect."""
    times = block.times
    cells = []
    for g in block.cohorts:
        earlier = times[times < g - anticipation]
        if not len(earlier):
            raise ValueError(
                f"units first treated in {g} have no time before the {anticipation} of "
                "anticipation; leave them out or start the panel earlier"
            )
        for position, t in enumerate(times):
            b = earlier[-1]
            if base == VARYING and t < g - anticipation:
                if position == 0:
                    continue
                b = times[position - 1]
            cells.append((int(g), int(t), int(b)))
    return cells


def _effect(block, weight, g, t, b, comparison, method, anticipation):
    """Return one group-time effect and the influence of all units on it."""
    if t == b:
        return 0.0, np.zeros(len(weight))
    others = np.isinf(block.start)
    if comparison == NOT_YET:
        others = others | ((block.start > max(t, b) + anticipation) & (block.start != g))
    mine = block.start == g
    used = np.flatnonzero(mine | others)
    at = {int(time): i for i, time in enumerate(block.times)}
    x = [np.ones(len(used))]
    x += [c[used, at[min(t, b)]] for c in block.covariates.values()]
    change = block.values[used, at[t]] - block.values[used, at[b]]
    try:
        value, psi = two_period_effect(change, mine[used], np.column_stack(x), weight[used], method)
    except ValueError as problem:
        raise ValueError(f"units first treated in {g}, at {t}: {problem}") from None
    influence = np.zeros(len(weight))
    influence[used] = psi * (len(weight) / len(used))
    return value, influence
