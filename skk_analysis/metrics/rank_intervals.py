"""Which ranks a comparison leaves open: a rank is known only as far as the intervals lie apart."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate, as_estimate

__all__ = ["rank_intervals"]

Unit = TypeVar("Unit", bound=Hashable)


def rank_intervals(
    estimates: Mapping[Unit, Estimate | float], *, level: float = 0.95
) -> pd.DataFrame:
    """Return the ranks that each unit may have, all of them right together.

    .. math:: 1+\\#\\{j:L_j>U_i\\}\\;\\le\\;r_i\\;\\le\\;k-\\#\\{j:U_j<L_i\\}

    with :math:`[L_i,U_i]` intervals of level :math:`1-(1-\\text{level})/k`, which by Bonferroni
    hold for all k units together however their errors depend on each other.  Rank 1 is the largest
    value.  Units whose intervals overlap are not ranked against each other.

    Parameters
    ----------
    estimates : mapping of unit to Estimate or float
        A plain number is known exactly; equal ones share their ranks.
    level : float, default 0.95
        That every rank set holds its unit's true rank.

    Returns
    -------
    DataFrame
        A row a unit in the order given: unit, value, lower, upper (limits of the wider intervals),
        first, last (the smallest and largest rank possible).

    Raises
    ------
    ValueError
        If there are no units, or a value is not a number.

    References
    ----------
    Klein, Wright & Wieczorek (2020), *JRSS A* 183, 589–606, theorem 1; Mogstad, Romano, Shaikh &
    Wilhelm (2024), *Review of Economic Studies* 91, 476–518, on why ranks need sets.

    Examples
    --------
    >>> found = rank_intervals({"a": Estimate(9, 0.1), "b": Estimate(5, 1), "c": Estimate(4, 1)})
    >>> found[["unit", "first", "last"]].values.tolist()
    [['a', 1, 1], ['b', 2, 3], ['c', 2, 3]]
    """
    if not estimates:
        raise ValueError("rank_intervals needs at least one unit")
    read = {unit: as_estimate(estimate) for unit, estimate in estimates.items()}
    if odd := [unit for unit, estimate in read.items() if not np.isfinite(estimate.value)]:
        raise ValueError(f"unit {odd[0]!r} has value {read[odd[0]].value}; leave it out")
    wide = 1 - (1 - level) / len(read)
    limits = np.array([_limits(estimate, wide) for estimate in read.values()])
    lower, upper = limits.T
    above = (lower[None, :] > upper[:, None]).sum(axis=1)
    below = (upper[None, :] < lower[:, None]).sum(axis=1)
    return pd.DataFrame(
        {
            "unit": list(read),
            "value": [estimate.value for estimate in read.values()],
            "lower": lower,
            "upper": upper,
            "first": 1 + above,
            "last": len(read) - below,
        }
    )


def _limits(estimate: Estimate, level: float) -> tuple[float, float]:
    """The interval; a point where the value is known exactly, everything where nothing is known."""
    if np.isnan(estimate.se):
        return -np.inf, np.inf
    if estimate.se == 0:
        return estimate.value, estimate.value
    return estimate.interval(level)
