"""Intraclass correlations of Shrout & Fleiss and McGraw & Wong, with their F intervals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skk_analysis.monitoring.agreement import Agreement, caveats_of, check_level, numeric_scores

__all__ = ["intraclass_correlation", "intraclass_table"]

FORMS = {
    "1": "ICC(1,1)", "A,1": "ICC(2,1)", "C,1": "ICC(3,1)",
    "k": "ICC(1,k)", "A,k": "ICC(2,k)", "C,k": "ICC(3,k)",
}  # fmt: skip
"""McGraw and Wong's names, and Shrout and Fleiss's for the same figures."""

_ALIASES = {other.removeprefix("ICC(").removesuffix(")"): ours for ours, other in FORMS.items()}


def intraclass_correlation(
    scores: ArrayLike | pd.DataFrame, form: str = "A,1", *, level: float = 0.95
) -> Agreement:
    """One intraclass correlation.

    With the mean squares of units (R), raters (C), error (E) and within units (W) of n units and k
    raters:

    .. math:: ICC(1)=\\frac{R-W}{R+(k-1)W},\\quad
        ICC(C,1)=\\frac{R-E}{R+(k-1)E},\\quad
        ICC(A,1)=\\frac{R-E}{R+(k-1)E+\\frac kn(C-E)}

    and, for the mean of the k scores, :math:`ICC(k)=(R-W)/R`, :math:`ICC(C,k)=(R-E)/R`,
    :math:`ICC(A,k)=(R-E)/\\{R+(C-E)/n\\}`.

    Parameters
    ----------
    scores : array-like or DataFrame, units × raters
        Complete: every rater scores every unit.
    form : {"A,1", "C,1", "1", "A,k", "C,k", "k"}
        McGraw and Wong's name, or Shrout and Fleiss's: ``"1,1"`` = ``"1"`` (each unit has raters of
        its own), ``"2,1"`` = ``"A,1"`` (the same raters, absolute agreement), ``"3,1"`` = ``"C,1"``
        (the same raters, consistency), and ``"1,k"``, ``"2,k"``, ``"3,k"`` for the mean of the
        raters.
    level : float, default 0.95
        Coverage of the F interval; of the A forms by Satterthwaite's degrees of freedom.

    Returns
    -------
    Agreement
        Undefined where all scores are the same (``no_variation``).  May be negative.

    Raises
    ------
    ValueError
        If a score is missing (an alpha needs no complete table), or there are fewer than two units.

    References
    ----------
    Shrout & Fleiss (1979), *Psychological Bulletin* 86, 420–428; McGraw & Wong (1996),
    *Psychological Methods* 1, 30–46, tables 4, 5 and 7.

    Examples
    --------
    >>> judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8]]
    >>> judges += [[7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> [round(float(intraclass_correlation(judges, f)), 2) for f in FORMS]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    check_level(level)
    plain = form.strip().removeprefix("ICC(").removesuffix(")")
    key = _ALIASES.get(plain, plain)
    if key not in FORMS:
        raise ValueError(
            f"form must be one of {', '.join(FORMS)} (McGraw and Wong) or {', '.join(_ALIASES)} "
            f"(Shrout and Fleiss), got {form!r}"
        )
    values = _complete(scores)
    n, k = values.shape
    counts: dict[str, Any] = {"units": n, "raters": k, "scores": values.size, "level": level}
    caveats = caveats_of(n, k)
    name = f"icc.{key}"
    if np.ptp(values) == 0:
        return Agreement(name, math.nan, reason="no_variation", caveats=caveats, **counts)
    value, lower, upper = _icc(*_mean_squares(values), n, k, key, level)
    return Agreement(name, value, lower, upper, caveats=caveats, **counts)


def intraclass_table(scores: ArrayLike | pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """All six forms: form, shrout_fleiss, value, lower, upper, units, raters.

    See :func:`intraclass_correlation`; the interval of an undefined form is NaN.
    """
    rows = []
    for form, other in FORMS.items():
        found = intraclass_correlation(scores, form, level=level)
        rows.append((form, other, found.value, *found.interval(), found.units, found.raters))
    columns = ["form", "shrout_fleiss", "value", "lower", "upper", "units", "raters"]
    return pd.DataFrame(rows, columns=columns)


def _complete(scores) -> np.ndarray:
    values = numeric_scores(scores, "intraclass_correlation")
    missing = np.argwhere(np.isnan(values))
    if len(missing):
        unit, rater = missing[0]
        raise ValueError(
            f"intraclass_correlation needs every rater's score of every unit; {len(missing)} are "
            f"missing, the first of unit {unit} by rater {rater}. Leave incomplete units out "
            "yourself, or use krippendorff_alpha, which takes missing scores"
        )
    if len(values) < 2:
        raise ValueError(f"intraclass_correlation needs at least two units, got {len(values)}")
    return values


def _mean_squares(values: np.ndarray) -> tuple[float, float, float, float]:
    """Mean squares of units, raters, error, and within units."""
    n, k = values.shape
    grand = values.mean()
    units = k * ((values.mean(axis=1) - grand) ** 2).sum()
    raters = n * ((values.mean(axis=0) - grand) ** 2).sum()
    within = ((values - values.mean(axis=1, keepdims=True)) ** 2).sum()
    error = max(within - raters, 0.0)
    return (
        units / (n - 1), raters / (k - 1), error / ((n - 1) * (k - 1)), within / (n * (k - 1)),
    )  # fmt: skip


def _icc(r: float, c: float, e: float, w: float, n: int, k: int, key: str, level: float):
    """Value and limits; McGraw and Wong's tables 4 (value) and 7 (limits)."""
    mean = key.endswith("k")
    if key.startswith("A"):
        value = _ratio(r - e, r + (k - 1) * e + k / n * (c - e))
        limits = _absolute_limits(r, c, e, n, k, value, level)
    else:
        noise, freedom = (w, n * (k - 1)) if key in ("1", "k") else (e, (n - 1) * (k - 1))
        value = _ratio(r - noise, r + (k - 1) * noise)
        limits = _ratio_limits(r, noise, n - 1, freedom, k, level)
    if mean:
        # the mean of k scores, by Spearman and Brown's formula: the same as the mean squares give
        return tuple(_stepped_up(x, k) for x in (value, *limits))
    return value, *limits


def _ratio(over: float, under: float) -> float:
    return over / under if under else math.nan


def _stepped_up(single: float, k: int) -> float:
    under = 1 + (k - 1) * single
    return k * single / under if under > 0 else -math.inf


def _ratio_limits(r, noise, units, freedom, k, level) -> tuple[float, float]:
    """Limits from R / noise, which is distributed as F × (1 + k ρ/(1 − ρ))."""
    from scipy.stats import f

    if noise == 0:
        return 1.0, 1.0
    tail = 1 - (1 - level) / 2
    low = r / noise / f.ppf(tail, units, freedom)
    high = r / noise * f.ppf(tail, freedom, units)
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _absolute_limits(r, c, e, n, k, value, level) -> tuple[float, float]:
    """Limits of ICC(A,1), the raters' and the error's mean squares pooled by Satterthwaite."""
    from scipy.stats import f

    if value == 1:
        return 1.0, 1.0
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    pooled = (a * c + b * e) ** 2
    freedom = pooled / ((a * c) ** 2 / (k - 1) + (b * e) ** 2 / ((n - 1) * (k - 1)))
    tail = 1 - (1 - level) / 2
    up, down = f.ppf(tail, n - 1, freedom), f.ppf(tail, freedom, n - 1)
    spread = k * c + (k * n - k - n) * e
    return n * (r - up * e) / (up * spread + n * r), n * (down * r - e) / (spread + n * down * r)
