"""Cluster-robust inference, and where there are too few treated clusters to believe it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

__all__ = ["ENOUGH_TREATED", "Test", "robust_inference", "t_test"]

ENOUGH_TREATED = 5
"""Treated clusters below which neither clustered errors nor the wild bootstrap are returned.

The clustered error sees a treated cluster's noise only through its own residual, which the
coefficient fits away: with one treated city a nominal 5 % test finds an effect in nine of ten
samples without one (MacKinnon & Webb 2017, *Journal of Applied Econometrics* 32, 233–254).
"""


class Test(NamedTuple):
    """A t-test with its interval, and the effect that it finds with 80 % power."""

    se: float
    p: float
    interval: tuple[float, float]
    mde: float


def t_test(estimate: float, se: float, dof: float, level: float) -> Test:
    """Return the two-sided t-test of no effect and the interval from the same t."""
    from scipy.special import stdtr, stdtrit

    if not se > 0:
        return Test(se, math.nan, (math.nan, math.nan), math.nan)
    reach = float(stdtrit(dof, (1 + level) / 2)) * se
    mde = reach + float(stdtrit(dof, 0.80)) * se
    p = float(2 * stdtr(dof, -abs(estimate) / se))
    return Test(se, p, (estimate - reach, estimate + reach), mde)


def robust_inference(
    estimate: float, se: float, dof: float, level: float, treated: int, comparison: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what an effect may say of a clustered error, and its details.

    Returns
    -------
    fields, details : dict
        With enough treated (and comparison) clusters, ``se``, ``p``, ``interval`` and ``mde`` of
        the effect, and the same under ``cluster_robust``; with fewer, no fields, and the figures
        that other programs would print under ``cluster_robust_not_valid_here``.
    """
    test = t_test(estimate, se, dof, level)
    shown = {"se": se, "p": test.p, "lower": test.interval[0], "upper": test.interval[1]}
    shown |= {"dof": dof, "treated_clusters": treated}
    if min(treated, comparison) < ENOUGH_TREATED:
        return {}, {"cluster_robust_not_valid_here": shown}
    return test._asdict(), {"cluster_robust": shown}
