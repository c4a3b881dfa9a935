"""From published tables to :class:`~skk_analysis.metrics.grouped.GroupedData`, all checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skk_analysis.metrics.grouped import GroupedData
from skk_analysis.metrics.grouped_bounds import split_at
from skk_analysis.metrics.grouped_checks import (
    NEAR,
    area_names,
    one_each,
    placed_median,
    require,
    require_amounts,
    require_possible_mean,
)
from skk_analysis.metrics.grouped_density import Prior, fit, learn
from skk_analysis.metrics.grouped_figures import Figures

__all__ = ["grouped_from_classes", "grouped_from_paavo", "grouped_from_quantiles", "income_limits"]

ENOUGH_TO_LEARN = 100  # areas, for the shape they have in common
PAAVO = ("low", "middle", "high", "mean", "median")


def grouped_from_classes(
    counts,
    limits: Sequence[float] | np.ndarray,
    *,
    mean=None,
    median=None,
    class_means=None,
    areas: Sequence | None = None,
    prior: Prior | None = None,
) -> GroupedData:
    """Read tables of people by income class.

    Parameters
    ----------
    counts : DataFrame or array, shape (areas, classes)
        People in each class; a missing one makes the area protected.  One row for one area.
    limits : sequence or array
        Ascending class limits, one more than classes; the last may be inf.  The same for all, or
        a row for each area.
    mean, median : array, optional
        Of each area; missing ones are not used.
    class_means : array, shape (areas, classes), optional
        Mean income in each class.
    areas : sequence, optional
        Names; default the frame's index.
    prior : Prior, optional
        Default: the general one, its shape learned from the areas when there are 100 or more.

    Returns
    -------
    GroupedData

    Raises
    ------
    ValueError
        If a figure is negative, or contradicts another; the area is named.

    Examples
    --------
    >>> town = grouped_from_classes([[20, 60, 20]], [0, 13000, 31000, np.inf], mean=[23500])
    >>> gini = town.estimates("gini").iloc[0]
    >>> 0.2 < gini.value < 0.4
    True
    """
    names = area_names(counts, areas)
    counts = np.atleast_2d(np.asarray(counts, dtype=float))
    limits = np.broadcast_to(np.asarray(limits, dtype=float), (len(counts), counts.shape[1] + 1))
    mean, median = one_each(mean, len(counts)), one_each(median, len(counts))
    class_means = None if class_means is None else np.atleast_2d(np.asarray(class_means, float))
    require(names, (limits[:, 0] >= 0) & (np.diff(limits, axis=1) > 0).all(axis=1),
             "class limits must ascend from 0 or more", limits)  # fmt: skip
    require_amounts(names, counts, mean, median)
    n = counts.sum(axis=1)
    status = np.where(np.isnan(n), "protected", np.where(n == 0, "no_population", "observed"))
    with np.errstate(invalid="ignore"):
        shares = counts / n[:, None]
    seen = status == "observed"
    median = placed_median(names, limits, shares, median, n)
    if class_means is not None:
        inside = (class_means >= limits[:, :-1]) & (class_means <= limits[:, 1:])
        require(names, (inside | ~(counts > 0)).all(axis=1), "class mean outside its class",
                 class_means)  # fmt: skip
        whole = (shares * np.where(counts > 0, class_means, 0)).sum(axis=1)
        mean = np.where(np.isnan(mean), whole, mean)
        require(names, ~(np.abs(whole / mean - 1) > NEAR), "the class means do not give the mean",
                 np.column_stack([whole, mean]))  # fmt: skip
    require_possible_mean(names, limits, shares, mean, median)
    figures = _class_figures(n, limits, shares, mean, median, class_means).take(seen)
    note = _note(f"{counts.shape[1]} classes", mean, median, class_means is not None, status)
    bound_limits, bound_shares = limits, shares
    if class_means is None:
        bound_limits, bound_shares = split_at(limits, np.nan_to_num(shares), median, 0.5)
    return GroupedData(
        names, n, status, note, mean, fit(figures, prior or _learned(figures)),
        bound_limits, bound_shares, class_means,
    )  # fmt: skip


def grouped_from_paavo(frame: pd.DataFrame, limits: Sequence[float] | None = None) -> GroupedData:
    """Read what Paavo publishes of the income of postal areas' adults.

    Parameters
    ----------
    frame : DataFrame
        One row an area: low, middle, high (people in the national classes: the lowest 20 %, the
        middle 60 and the highest 20 % of adults in the whole country), mean, median.  Missing =
        protected.
    limits : pair of float, optional
        Incomes that separate the classes; default those that :func:`income_limits` finds.

    Returns
    -------
    GroupedData
    """
    absent = [name for name in PAAVO if name not in frame]
    if absent:
        raise KeyError(f"no column {absent[0]!r}; needed are {list(PAAVO)}")
    low, high = limits if limits is not None else income_limits(frame)
    counts = frame[["low", "middle", "high"]].astype(float)
    seen = counts.notna().all(axis=1) & (counts.sum(axis=1) > 0)
    # an area without people is published with a mean of 0 in some years
    income = frame[["mean", "median"]].astype(float).where(seen)
    return grouped_from_classes(
        counts, [0, low, high, np.inf], mean=income["mean"], median=income["median"]
    )


def income_limits(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the national class limits that the areas' own figures imply.

    Nothing is assumed of the distributions.  Where more than half of the people are below a limit
    the median is below it too, and where fewer are, above: so the limit lies between the highest
    median of the former areas and the lowest of the latter.  Within that range (a per cent or two
    in a whole country) it is where the median of areas with just half below it would be: a
    parabola of the median over the normal score of the share below (areas of 300 people or more,
    a share of 0.25–0.75), larger areas counting more.  In a country whose areas are all alike
    nothing near a half is seen, and the limit is extrapolated: give limits there.

    Parameters
    ----------
    frame : DataFrame
        As for :func:`grouped_from_paavo`, of the whole country.
    """
    counts = frame[["low", "middle", "high"]].astype(float)
    n, median = counts.sum(axis=1), frame["median"].astype(float)
    low = _limit("low", counts["low"] / n, median, n)
    return low, _limit("high", 1 - counts["high"] / n, median, n)


def _limit(name: str, below: pd.Series, median: pd.Series, n: pd.Series) -> float:
    """Return the limit of which each area's share below it is known."""
    from scipy.special import ndtri

    near = ((below - 0.5).abs() < 0.25) & (n >= 300) & median.notna()
    if near.sum() < 5:
        raise ValueError(
            f"only {near.sum()} areas have about half of their people below the limit of the class "
            f"{name!r}, too few to tell it; give limits="
        )
    score, income = ndtri(below[near]), np.log(median[near])
    smooth = float(np.exp(np.polyfit(score, income, 2, w=np.sqrt(n[near]))[-1]))
    least, most = median[below > 0.5].max(), median[below < 0.5].min()
    if least > most:  # rounding
        return smooth
    return float(np.fmin(np.fmax(smooth, least), most))


def grouped_from_quantiles(
    *, means=None, shares=None, cuts=None, mean=None, n=None, areas: Sequence | None = None
) -> GroupedData:
    """Read quantile groups: quintiles, deciles or any other equal groups.

    Parameters
    ----------
    means : array, shape (areas, groups), optional
        Mean income of each group, from the lowest.
    shares : array, shape (areas, groups), optional
        Share of all income that each group has; sums to 1.
    cuts : array, shape (areas, groups − 1), optional
        Incomes that separate the groups.
    mean : array, optional
        Mean of all; needed for nothing, but used with cuts and shares.
    n : array, optional
        People behind the figures; default so many that chance plays no part.
    areas : sequence, optional
        Names.

    Returns
    -------
    GroupedData

    Examples
    --------
    >>> country = grouped_from_quantiles(shares=[[0.09, 0.14, 0.18, 0.23, 0.36]])
    >>> gini = country.estimates("gini").iloc[0]
    >>> 0.25 < gini.value < 0.28
    True
    """
    given = next((x for x in (means, shares, cuts) if x is not None), None)
    if given is None:
        raise ValueError("give means=, shares= or cuts= of the quantile groups")
    names = area_names(given, areas)
    size = len(names)
    n = np.full(size, np.inf) if n is None else one_each(n, size)
    mean = one_each(mean, size)
    if shares is not None:
        shares = np.atleast_2d(np.asarray(shares, dtype=float))
        require(names, ~(np.abs(shares.sum(axis=1) - 1) > 0.005), "shares must sum to 1", shares)
        mean = np.where(np.isnan(mean), 1.0, mean)
        means = shares / shares.sum(axis=1, keepdims=True) * shares.shape[1] * mean[:, None]
    ordinates, limits = np.empty((size, 0)), np.empty((size, 0))
    if means is not None:
        means = np.atleast_2d(np.asarray(means, dtype=float))
        require(names, ~(np.diff(means, axis=1) < 0).any(axis=1) & ~(means < 0).any(axis=1),
                 "group means must ascend from 0 or more", means)  # fmt: skip
        mean = means.mean(axis=1)
        ordinates = np.cumsum(means, axis=1)[:, :-1] / means.shape[1]
    if cuts is not None:
        limits = np.atleast_2d(np.asarray(cuts, dtype=float))
        require(names, ~(np.diff(limits, axis=1) <= 0).any(axis=1) & ~(limits <= 0).any(axis=1),
                 "cuts must ascend from above 0", limits)  # fmt: skip
    return _from_quantiles(names, n, mean, ordinates, limits)


def _from_quantiles(names, n, mean, ordinates, limits) -> GroupedData:
    missing = np.isnan(np.column_stack([ordinates, limits])).any(axis=1)
    status = np.where(missing, "protected", np.where(n == 0, "no_population", "observed"))
    k, m = limits.shape[1], ordinates.shape[1]
    below = np.broadcast_to(np.arange(1, k + 1) / (k + 1), limits.shape)
    ranks = np.broadcast_to(np.arange(1, m + 1) / (m + 1), ordinates.shape)
    zero = np.zeros((len(n), 1))
    centre = np.where(np.isnan(mean), limits[:, k // 2] * 1.1, mean) if k else mean
    figures = Figures(
        n, centre, limits, below, zero, zero + np.inf, mean[:, None], ranks, ordinates
    )
    figures = figures.take(status == "observed")
    note = _note(f"{max(k, m) + 1} quantile groups", mean, np.full(len(n), np.nan), m > 0, status)
    table, shares = None, None
    if k:
        table = np.concatenate([zero, limits, zero + np.inf], axis=1)
        shares = np.full((len(n), k + 1), 1 / (k + 1))
    return GroupedData(names, n, status, note, mean, fit(figures, _learned(figures)), table, shares)


# -- figures -------------------------------------------------------------------------------------


def _class_figures(n, limits, shares, mean, median, class_means) -> Figures:
    """Return the figures of class tables, the class totals when class means are known."""
    cumulative = np.cumsum(shares, axis=1)
    centre = np.where(np.isnan(mean), np.where(np.isnan(median), limits[:, 1] * 1.5, median), mean)
    none = np.empty((len(n), 0))
    zero = np.zeros((len(n), 1))
    lows, highs, totals = zero, zero + np.inf, mean[:, None]
    if class_means is not None:
        lows, highs = limits[:, :-1], limits[:, 1:]
        totals = shares * np.where(shares > 0, class_means, 0)
    cuts = np.column_stack([limits[:, 1:-1], median])
    below = np.column_stack([cumulative[:, :-1], np.where(np.isnan(median), np.nan, 0.5)])
    if np.isfinite(limits[:, -1]).all():
        cuts, below = np.column_stack([cuts, limits[:, -1]]), np.column_stack([below, zero + 1])
    if (limits[:, 0] > 0).any():
        cuts, below = np.column_stack([cuts, limits[:, 0]]), np.column_stack([below, zero])
    return Figures(n, centre, cuts, below, lows, highs, totals, none, none)


def _learned(figures: Figures) -> Prior:
    return learn(figures) if len(figures.n) >= ENOUGH_TO_LEARN else Prior()


def _note(table: str, mean, median, class_means: bool, status) -> np.ndarray:
    """Say for each area what its figures are."""
    notes = []
    for has_mean, has_median, kind in zip(
        np.isfinite(mean), np.isfinite(median), status, strict=True
    ):
        named = {"group means": class_means, "mean": has_mean and not class_means,
                 "median": has_median}  # fmt: skip
        also = " and ".join(name for name, known in named.items() if known)
        notes.append(
            {
                "observed": f"{table}{' with ' + also if also else ''}",
                "protected": f"{table}, protected: only the range is known",
                "no_population": "an area without people",
            }[kind]
        )
    return np.array(notes, dtype=object)
