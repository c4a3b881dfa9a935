"""Effects and their standard errors from what studies report, one study or a column of them.

The formulas are those of :func:`skk_analysis.impact.effect_size`; here are the usual ones by name,
and standard errors worked back from intervals, t and p.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate
from skk_analysis.impact.effect_sizes import effect_size
from skk_analysis.synthesis.inference import quantile

__all__ = [
    "fisher_z",
    "hedges_g",
    "hedges_g_from_t",
    "log_odds_ratio",
    "log_ratio_of_means",
    "log_risk_ratio",
    "logit_proportion",
    "mean_difference",
    "reported_effect",
    "risk_difference",
]


def mean_difference(mean1: Any, sd1: Any, n1: Any, mean2: Any, sd2: Any, n2: Any):
    """Return the difference of two means, group 1 less group 2 (metafor's MD).

    Numbers give an :class:`~skk_analysis.estimate.Estimate`; columns, a frame of ``estimate`` and
    ``se`` that :func:`~skk_analysis.synthesis.pooling.pool` reads, with the index of the first
    Series among them as ``study``.

    Examples
    --------
    >>> mean_difference(5.0, 1.2, 20, 4.2, 1.0, 22).se.__round__(3)
    0.343
    """
    return _of("mean_difference", mean1=mean1, sd1=sd1, n1=n1, mean2=mean2, sd2=sd2, n2=n2)


def hedges_g(mean1: Any, sd1: Any, n1: Any, mean2: Any, sd2: Any, n2: Any):
    """Return the standardised mean difference with Hedges' correction (SMD); as above.

    Examples
    --------
    >>> hedges_g(5.0, 1.2, 20, 4.2, 1.0, 22).value.__round__(3)
    0.714
    """
    return _of("hedges_g", mean1=mean1, sd1=sd1, n1=n1, mean2=mean2, sd2=sd2, n2=n2)


def log_ratio_of_means(mean1: Any, sd1: Any, n1: Any, mean2: Any, sd2: Any, n2: Any):
    """Return the logarithm of the ratio of two means (ROM); as `mean_difference`."""
    return _of("log_ratio_of_means", mean1=mean1, sd1=sd1, n1=n1, mean2=mean2, sd2=sd2, n2=n2)


def log_odds_ratio(events1: Any, n1: Any, events2: Any, n2: Any):
    """Return the log odds ratio, group 1 over group 2 (OR; half added where a cell is 0).

    Examples
    --------
    >>> tables = log_odds_ratio([4, 6], [123, 306], [11, 29], [139, 303])
    >>> tables["estimate"].round(4).tolist()
    [-0.9387, -1.6662]
    """
    return _of("log_odds_ratio", events1=events1, n1=n1, events2=events2, n2=n2)


def log_risk_ratio(events1: Any, n1: Any, events2: Any, n2: Any):
    """Return the log risk ratio (RR); as `log_odds_ratio`."""
    return _of("log_risk_ratio", events1=events1, n1=n1, events2=events2, n2=n2)


def risk_difference(events1: Any, n1: Any, events2: Any, n2: Any):
    """Return the difference of two proportions (RD); as `log_odds_ratio`."""
    return _of("risk_difference", events1=events1, n1=n1, events2=events2, n2=n2)


def logit_proportion(events: Any, n: Any):
    """Return the logit of a proportion (PLO); as `mean_difference`."""
    return _of("logit_proportion", events=events, n=n)


def fisher_z(correlation: Any, n: Any):
    """Return Fisher's z of a correlation (ZCOR); as `mean_difference`.

    Examples
    --------
    >>> fisher_z(0.5, 28).se
    0.2
    """
    return _of("fisher_z", correlation=correlation, n=n)


def hedges_g_from_t(t: float, n1: int, n2: int) -> Estimate:
    """Return Hedges' g from Student's t of two independent groups with equal variances.

    Notes
    -----
    :math:`d = t\\sqrt{1/n_1 + 1/n_2}` with the exact correction and variance of ``hedges_g``; of a
    Welch t only where the groups are of one size.

    Examples
    --------
    >>> hedges_g_from_t(2.357, 20, 22).value.__round__(3)
    0.714
    """
    d = t * math.sqrt(1 / n1 + 1 / n2)
    return effect_size("hedges_g", mean1=d, sd1=1.0, n1=n1, mean2=0.0, sd2=1.0, n2=n2)


def reported_effect(
    estimate: float,
    *,
    interval: tuple[float, float] | None = None,
    t: float | None = None,
    p: float | None = None,
    level: float = 0.95,
    degrees: float = math.inf,
    ratio: bool = False,
) -> Estimate:
    """Return an effect with the standard error that its interval, t or p implies.

    Parameters
    ----------
    estimate : float
        As reported; with ``ratio`` a ratio, whose logarithm is returned.
    interval, t, p : give one
        Two-sided; ``interval`` at ``level``.
    degrees : float
        Of the t distribution behind the interval or p; infinite for the normal one.
    ratio : bool, default False
        Whether estimate and interval are ratios (odds, risk, hazard).

    Raises
    ------
    ValueError
        If not exactly one is given, or it can't belong to the estimate: an interval that leaves it
        out, or (of symmetric intervals) whose middle it isn't within a tenth of the width; t of the
        other sign; p outside (0, 1); an estimate of no difference, of which t and p tell nothing.

    Examples
    --------
    >>> reported_effect(0.62, interval=(0.45, 0.85), ratio=True).se.__round__(3)
    0.162

    References
    ----------
    Cochrane Handbook 6.5, §6.3.1–6.3.2.
    """
    if sum(x is not None for x in (interval, t, p)) != 1:
        raise ValueError("give exactly one of interval=, t= and p=")
    if ratio and not estimate > 0:
        raise ValueError(f"a ratio is positive, got {estimate}")
    value = math.log(estimate) if ratio else float(estimate)
    if interval is not None:
        se = _from_interval(value, interval, level, degrees, ratio)
    else:
        se = _from_test(value, t, p, degrees)
    return Estimate(value=value, se=se, method="as reported")


def _from_interval(
    value: float, interval: tuple[float, float], level: float, degrees: float, ratio: bool
) -> float:
    if ratio and not min(interval) > 0:
        raise ValueError(f"the limits of a ratio are positive, got {interval}")
    low, high = (math.log(x) if ratio else float(x) for x in interval)
    if not low < high or abs(value - (low + high) / 2) > 0.1 * (high - low):
        raise ValueError(
            f"the interval {interval} does not lie about the estimate; check that both are on one "
            "scale (ratio=True for ratios), or that the interval is not of another kind"
        )
    return (high - low) / (2 * quantile(level, degrees))


def _from_test(value: float, t: float | None, p: float | None, degrees: float) -> float:
    if value == 0:
        raise ValueError("of an estimate of no difference neither t nor p tells the standard error")
    if t is None:
        assert p is not None
        if not 0 < p < 1:
            raise ValueError(f"p lies between 0 and 1, got {p}; 'p < 0.001' is not a number")
        t = math.copysign(quantile(1 - p, degrees), value)
    if not t * value > 0:
        raise ValueError(f"t is {t} and the estimate {value}; they have the same sign")
    return value / t


def _of(kind: str, **statistics: Any) -> Estimate | pd.DataFrame:
    """An estimate of numbers, a frame of columns; a fault names the study."""
    columns = {name: value for name, value in statistics.items() if np.ndim(value)}
    if not columns:
        return effect_size(kind, **{name: float(value) for name, value in statistics.items()})
    sizes = {name: len(value) for name, value in columns.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            f"{kind}: the columns have different lengths {sizes}; give one row a study"
        )
    series = next((value for value in columns.values() if isinstance(value, pd.Series)), None)
    count = next(iter(sizes.values()))
    names = range(1, count + 1) if series is None else series.index
    rows = []
    for place, name in enumerate(names):
        one = {
            key: float(np.asarray(value)[place] if key in columns else value)
            for key, value in statistics.items()
        }
        try:
            found = effect_size(kind, **one)
        except ValueError as error:
            raise ValueError(f"study {str(name)!r}: {error}") from None
        rows.append((str(name), found.value, found.se))
    return pd.DataFrame(rows, columns=["study", "estimate", "se"])
