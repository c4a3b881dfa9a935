"""Protection levels: the interval that an attacker must not get inside of, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from skk_analysis.review.disclosure import primary as rules
from skk_analysis.review.disclosure.policy import Policy

__all__ = ["magnitude_levels", "required"]


def required(
    values: ArrayLike,
    primary: ArrayLike,
    policy: Policy,
    *,
    denominator: ArrayLike | None = None,
    whole: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval that the attacker's must contain, for every primary cell.

    Parameters
    ----------
    values : array_like, shape (cells,)
        The true values.
    primary : array_like of str
        The rule that hides each cell, ``""`` where none does.
    policy : Policy
    denominator : array_like, optional
        For cells that are rates, the persons in the denominator; NaN for counts and sums.
    whole : float, default 1
        The value of a rate of 100 %: 1 or 100.

    Returns
    -------
    low, high : ndarray, shape (cells,)
        NaN for cells without a rule.

    Notes
    -----
    A count hidden by ``minimum_count`` m may be anything from 1 to m: the reader can neither tell
    which small count it is nor even that it is under the limit.  A hidden zero may be 0 … m, a
    hidden "everybody" anything from m fewer up to itself, a small complement mirrors a small
    count.  For rates these are counts over the denominator.  Any other cell is protected to within
    p per cent of itself (a zero: of the table's mean size), and a rate to at least one person,
    either way.  Sums with known contributions have exact levels: `magnitude_levels`.

    Examples
    --------
    >>> low, high = required([3, 0, 7], ["minimum_count", "group_zero", ""], Policy())
    >>> low.tolist(), high.tolist()
    ([1.0, 0.0, nan], [5.0, 5.0, nan])
    """
    value = np.asarray(values, dtype=float)
    rule = np.asarray(primary, dtype=str)
    persons = np.full(value.shape, np.nan)
    if denominator is not None:
        persons = np.broadcast_to(np.asarray(denominator, dtype=float), value.shape)
    rate = ~np.isnan(persons)
    one = np.where(rate, whole / np.where(persons > 0, persons, 1.0), 1.0)
    few, size = policy.minimum_count * one, abs(value)
    typical = size[np.isfinite(size)].mean() if np.isfinite(size).any() else 1.0
    m = policy.p_percent / 100 * np.where(size > 0, size, typical or 1.0)
    m = np.where(rate, np.maximum(m, one), m)
    low, high = value - m, value + m
    for name, least, most in (
        (rules.MINIMUM_COUNT, np.minimum(one, value), np.maximum(few, value)),
        (rules.GROUP_ZERO, value, few),
        (rules.GROUP_ALL, np.maximum(value - few, 0), value),
        (rules.COMPLEMENT, np.minimum(whole - few, value), np.maximum(whole - one, value)),
    ):
        low, high = np.where(rule == name, least, low), np.where(rule == name, most, high)
    low = np.where(rate, np.maximum(low, 0), low)
    high = np.where(rate, np.minimum(high, whole), high)
    none = rule == ""
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def magnitude_levels(
    contributions: Sequence[ArrayLike], primary: ArrayLike, policy: Policy
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval that the attacker's must contain, for sums of contributions.

    Parameters
    ----------
    contributions : sequence of array_like
        As in `primary.magnitudes`.
    primary : array_like of str, shape (cells,)
        Its result.
    policy : Policy

    Returns
    -------
    low, high : ndarray, shape (cells,)
        :math:`X` less and plus the protection level, NaN without a rule.

    Notes
    -----
    Hundepool et al. (2012), §4.4.1, table of upper protection levels: for the (n, k) rule
    :math:`(x_1+…+x_n)/k - X`, for the p % rule :math:`(p/100)\\,x_1-(X-x_1-x_2)`; the lower
    level is set equal.  A cell protected to these would not be hidden by its rule.  A sum of fewer
    than ``policy.minimum_persons`` gets the larger of both and of p per cent of itself.
    """
    top = rules.largest(contributions, max(policy.dominance_n, 2))
    rule = np.asarray(primary, dtype=str)
    first, second = top.largest[:, 0], top.largest[:, 1]
    by_share = top.largest[:, : policy.dominance_n].sum(axis=1) / policy.dominance_share - top.total
    by_percent = policy.p_percent / 100 * first - (top.total - first - second)
    level = np.maximum(np.maximum(by_share, by_percent), 0)
    few = rule == rules.MINIMUM_PERSONS
    level = np.where(few, np.maximum(level, policy.p_percent / 100 * top.total), level)
    none = rule == ""
    low, high = np.maximum(top.total - level, 0), top.total + level
    return np.where(none, np.nan, low), np.where(none, np.nan, high)
