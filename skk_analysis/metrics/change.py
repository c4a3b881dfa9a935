"""Has it grown or shrunk?  A verdict on a change, with the rule and the numbers that gave it.

Verdicts and rules are data; the sentences are written elsewhere, in three languages.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate, as_estimate, combine

__all__ = [
    "Change",
    "OverallVerdict",
    "Rule",
    "adjust_p_values",
    "change",
    "gap_change",
    "overall_verdict",
    "trend",
]

GROWS, SHRINKS, UNCLEAR, DEPENDS = "grows", "shrinks", "unclear", "depends_on_measure"


@dataclass(frozen=True)
class Rule:
    """Why a verdict is what it is.

    Parameters
    ----------
    id : str
        Of one change: ``interval_excludes_zero``, ``interval_includes_zero``, ``known_exactly``,
        ``no_standard_error``.  Of several: ``all_clear_same_sign``, ``some_clear_same_sign``,
        ``clear_opposite_signs``, ``none_clear``.
    numbers : dict
        The figures that the rule was applied to.
    """

    id: str
    numbers: dict


@dataclass(frozen=True)
class Change:
    """A change between two estimates.

    Parameters
    ----------
    before, after : Estimate
    absolute : Estimate
        after − before.
    relative : Estimate or None
        after / before − 1, a fraction; None when ``before`` is not positive.
    verdict : {"grows", "shrinks", "unclear"}
    rule : Rule
    better : {"lower", "higher"} or None
        Which direction is desirable.
    """

    before: Estimate
    after: Estimate
    absolute: Estimate
    relative: Estimate | None
    verdict: str
    rule: Rule
    better: str | None = None

    @property
    def p_value(self) -> float:
        """Two-sided p-value of no change."""
        return self.absolute.p_value(0.0)

    @property
    def favourable(self) -> bool | None:
        """Whether the verdict is in the desirable direction; None when unclear or not stated."""
        if self.better is None or self.verdict == UNCLEAR:
            return None
        return (self.verdict == GROWS) == (self.better == "higher")

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row: before, after, absolute and relative with intervals, p, verdict, rule."""
        return pd.DataFrame([self.to_dict(level)])

    def to_dict(self, level: float = 0.95) -> dict[str, float | str]:
        """Return the columns of :meth:`to_frame` as a mapping."""
        row: dict[str, float | str] = {"before": self.before.value, "after": self.after.value}
        for name, estimate in (("absolute", self.absolute), ("relative", self.relative)):
            low, high = estimate.interval(level) if estimate else (math.nan, math.nan)
            row |= {name: estimate.value if estimate else math.nan}
            row |= {f"{name}_lower": low, f"{name}_upper": high}
        return row | {"p_value": self.p_value, "verdict": self.verdict, "rule": self.rule.id}


def change(
    before: Estimate | float,
    after: Estimate | float,
    *,
    better: str | None = None,
    level: float = 0.95,
) -> Change:
    """Return the absolute and relative change of a figure, and whether it grew or shrank.

    It grows or shrinks when the interval of ``after − before`` lies on one side of zero; otherwise
    the change is unclear.  Units in both samples are accounted for.

    Parameters
    ----------
    before, after : Estimate or float
        A plain number is known exactly, and then any difference is clear.
    better : {"lower", "higher"}, optional
    level : float, default 0.95

    Examples
    --------
    >>> change(Estimate(0.25, 0.003), Estimate(0.27, 0.004)).verdict
    'grows'
    >>> change(Estimate(0.25, 0.003), Estimate(0.255, 0.004)).verdict
    'unclear'
    """
    if better not in (None, "lower", "higher"):
        raise ValueError(f"better must be 'lower', 'higher' or None, got {better!r}")
    before, after = as_estimate(before), as_estimate(after)
    absolute = after - before
    relative = after / before - 1 if before.value > 0 else None
    verdict, rule = _verdict(absolute, level)
    return Change(before, after, absolute, relative, verdict, rule, better)


def _verdict(difference: Estimate, level: float) -> tuple[str, Rule]:
    direction = GROWS if difference.value > 0 else SHRINKS if difference.value < 0 else UNCLEAR
    numbers = {"change": difference.value, "se": difference.se, "level": level}
    if math.isnan(difference.se):
        return UNCLEAR, Rule("no_standard_error", numbers)
    if difference.se == 0:
        return direction, Rule("known_exactly", numbers)
    lower, upper = difference.interval(level)
    numbers |= {"lower": lower, "upper": upper}
    if lower <= 0 <= upper:
        return UNCLEAR, Rule("interval_includes_zero", numbers)
    return direction, Rule("interval_excludes_zero", numbers)


@dataclass(frozen=True)
class OverallVerdict:
    """What several measures of the same thing say together.

    Parameters
    ----------
    verdict : {"grows", "shrinks", "unclear", "depends_on_measure"}
    rule : Rule
    changes : dict of str to Change
    table : DataFrame
        One row a measure: as :meth:`Change.to_frame`, with p_adjusted and clear.
    """

    verdict: str
    rule: Rule
    changes: dict[str, Change]
    table: pd.DataFrame


def overall_verdict(
    changes: Mapping[str, Change], *, adjust: str | None = "holm", level: float = 0.95
) -> OverallVerdict:
    """Return one verdict from the changes of several measures.

    A change is clear when its p-value, adjusted for the number of measures, is below 1 − level.
    Clear changes in opposite directions make the verdict ``depends_on_measure``; clear ones in one
    direction give that direction (the rule says whether all were clear); with none it is unclear.

    Parameters
    ----------
    changes : mapping of str to Change
    adjust : {"holm", "fdr_bh", None}, default "holm"
    level : float, default 0.95

    Examples
    --------
    >>> both = {"ratio": change(10, 7.5), "difference": change(0.18, 0.26)}
    >>> overall_verdict(both).verdict
    'depends_on_measure'
    """
    if not changes:
        raise ValueError("overall_verdict needs at least one change")
    table = pd.DataFrame([c.to_dict(level) for c in changes.values()])
    table.insert(0, "measure", list(changes))
    p = table["p_value"].to_numpy()
    table["p_adjusted"] = adjust_p_values(p, adjust) if adjust else p
    table["clear"] = table["p_adjusted"] < 1 - level
    clear = table[table["clear"]]
    grows, shrinks = (clear["absolute"] > 0).sum(), (clear["absolute"] < 0).sum()
    numbers = {"grows": int(grows), "shrinks": int(shrinks), "measures": len(table)}
    rule = Rule(_agreement(int(grows), int(shrinks), len(table)), numbers | {"level": level})
    verdict = {"clear_opposite_signs": DEPENDS, "none_clear": UNCLEAR}.get(
        rule.id, GROWS if grows else SHRINKS
    )
    return OverallVerdict(verdict, rule, dict(changes), table)


def _agreement(grows: int, shrinks: int, measures: int) -> str:
    if grows and shrinks:
        return "clear_opposite_signs"
    if not grows and not shrinks:
        return "none_clear"
    return "all_clear_same_sign" if grows + shrinks == measures else "some_clear_same_sign"


def gap_change(
    before: Sequence[Estimate | float],
    after: Sequence[Estimate | float],
    *,
    better: str | None = "lower",
    level: float = 0.95,
) -> OverallVerdict:
    """Return how the gap between two groups changed, as a difference and as a ratio.

    Parameters
    ----------
    before, after : pair of Estimate or float
        The two groups' figures, in the same order at both times.  The gap is taken in the direction
        it had before, so one that turns round shrinks through zero.
    better : {"lower", "higher"} or None, default "lower"
    level : float, default 0.95

    Returns
    -------
    OverallVerdict
        Measures ``difference`` and ``ratio`` (the latter only when all four figures are positive).

    Examples
    --------
    >>> gap_change((0.02, 0.20), (0.04, 0.30)).verdict
    'depends_on_measure'
    """
    if len(before) != 2 or len(after) != 2:
        raise ValueError("a gap is between two groups: give a pair before and a pair after")
    old, new = [as_estimate(x) for x in before], [as_estimate(x) for x in after]
    if old[1].value < old[0].value:
        old, new = old[::-1], new[::-1]
    changes = {"difference": change(old[1] - old[0], new[1] - new[0], better=better, level=level)}
    if all(e.value > 0 for e in (*old, *new)):
        changes["ratio"] = change(old[1] / old[0], new[1] / new[0], better=better, level=level)
    # two views of one gap, not two chances to find something: no adjustment
    return overall_verdict(changes, adjust=None, level=level)


def trend(estimates: Sequence[Estimate | float], years: Sequence[float]) -> Estimate:
    """Return the linear trend of a figure: its least-squares slope, per year.

    .. math:: b=\\sum_t c_t\\,\\hat\\theta_t,\\qquad c_t=(t-\\bar t)\\Big/\\sum_s(s-\\bar t)^2

    The standard error is that of the sampling, with units found in several years accounted for;
    how far the years lie from a straight line is not in it.

    Parameters
    ----------
    estimates : sequence of Estimate or float
    years : sequence of float
        One for each estimate, at least two different ones.

    References
    ----------
    Steel & McLaren (2009), in *Handbook of Statistics* 29B, ch. 33, on trends from overlapping
    samples.

    Examples
    --------
    >>> slope = trend([Estimate(0.25, 0.003), Estimate(0.26, 0.003), Estimate(0.28, 0.003)],
    ...               [2018, 2019, 2020])
    >>> round(slope.value, 4), round(slope.se, 5)
    (0.015, 0.00212)
    """
    t = np.asarray(years, dtype=float)
    if t.shape != (len(estimates),) or len(np.unique(t)) < 2:
        raise ValueError(
            f"a trend needs one year for each of {len(estimates)} estimates, and two different "
            f"ones at least; got {list(years)}"
        )
    read = [as_estimate(e) for e in estimates]
    slope = (t - t.mean()) / ((t - t.mean()) ** 2).sum()
    value = float(slope @ [e.value for e in read])
    terms = list(zip(slope.tolist(), read, strict=True))
    named = next((e.method for e in read if e.method != "given"), "given")
    method = f"trend a year {t.min():g}–{t.max():g} of {named}"
    return combine(value, terms, unit=read[0].unit, method=method)


def adjust_p_values(p_values, method: str = "holm") -> np.ndarray:
    """Return p-values adjusted for their number; missing ones stay missing and do not count.

    Parameters
    ----------
    p_values : array-like of float
    method : {"holm", "fdr_bh"}, default "holm"
        Holm controls the chance of any false finding, Benjamini–Hochberg the share of false ones
        among the findings.

    References
    ----------
    Holm (1979), *Scandinavian Journal of Statistics* 6, 65–70; Benjamini & Hochberg (1995), *JRSS
    B* 57, 289–300.

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    if method not in ("holm", "fdr_bh"):
        raise ValueError(f"method must be 'holm' or 'fdr_bh', got {method!r}")
    # statsmodels' multipletests has the same numbers, and collects garbage at each call (0.1 s)
    p = np.asarray(p_values, dtype=float)
    adjusted, known = np.full(p.shape, np.nan), ~np.isnan(p)
    order = np.argsort(p[known])
    rising, rank = p[known][order], np.arange(1, len(order) + 1)
    if method == "holm":
        stepped = np.maximum.accumulate(rising * rank[::-1])
    else:
        stepped = np.minimum.accumulate((rising / (rank / len(order)))[::-1])[::-1]
    result = np.empty_like(rising)
    result[order] = np.minimum(stepped, 1.0)
    adjusted[known] = result
    return adjusted
