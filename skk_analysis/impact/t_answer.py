"""What one test says; and the t test's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["POWER", "Answer", "t_answer"]

POWER = 0.8


@dataclass(frozen=True)
class Answer:
    """Estimate, interval, p and MDE of one test, and figures beside them."""

    inference: str
    estimate: float
    interval: tuple[float, float]
    p: float
    se: float
    mde: float
    details: Mapping[str, Any] = field(default_factory=dict)


def t_answer(
    test: str, estimate: float, se: float, df: float, level: float, details: Mapping[str, Any]
) -> Answer:
    """Return the answer of an estimate whose error is known with ``df`` degrees of freedom.

    The MDE is exact, from the noncentral t distribution.
    """
    from scipy.special import stdtr, stdtrit

    estimate, se = float(estimate), float(se)
    if not se > 0:
        raise ValueError(
            "everybody changed by the same amount: there is no spread to judge the change by"
        )
    half = float(stdtrit(df, (1 + level) / 2)) * se
    return Answer(
        inference=test,
        estimate=estimate,
        interval=(estimate - half, estimate + half),
        p=float(2 * stdtr(df, -abs(estimate) / se)),
        se=se,
        mde=se * _noncentrality(df, level),
        details={"degrees_of_freedom": float(df)} | dict(details),
    )


def _noncentrality(df: float, level: float) -> float:
    """Return the effect in standard errors that a two-sided t test finds with 80 % power."""
    from scipy.optimize import brentq
    from scipy.special import nctdtr, stdtrit

    limit = float(stdtrit(df, (1 + level) / 2))
    reach = limit + 5.0 + 4.0 * limit / math.sqrt(df)
    return float(brentq(lambda x: 1 - nctdtr(df, x, limit) - POWER, 0.01, reach))
