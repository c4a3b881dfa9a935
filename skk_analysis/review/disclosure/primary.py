"""Primary rules: which cells disclose something by themselves.

Every function takes arrays and returns, in the same shape, the name of the rule that hides a cell,
or ``""`` for a cell that may be shown.  A missing value (NaN) shows nothing and is never hidden.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from skk_analysis.review.disclosure.policy import Policy

__all__ = [
    "COMPLEMENT",
    "DOMINANCE",
    "GROUP_ALL",
    "GROUP_ZERO",
    "MINIMUM_COUNT",
    "MINIMUM_DENOMINATOR",
    "MINIMUM_INDEX_PERSONS",
    "MINIMUM_PERSONS",
    "P_PERCENT",
    "counts",
    "magnitudes",
    "rates",
    "statistics",
]

MINIMUM_COUNT = "minimum_count"
MINIMUM_DENOMINATOR = "minimum_denominator"
MINIMUM_PERSONS = "minimum_persons"
MINIMUM_INDEX_PERSONS = "minimum_index_persons"
COMPLEMENT = "complement"
GROUP_ZERO = "group_zero"
GROUP_ALL = "group_all"
DOMINANCE = "dominance"
P_PERCENT = "p_percent"
WIDTH = "<U24"


def counts(values: ArrayLike, policy: Policy, *, group: ArrayLike | None = None) -> np.ndarray:
    """Return the rule that hides each count.

    Parameters
    ----------
    values : array_like
        Numbers of persons, not negative; NaN where there is none.
    policy : Policy
    group : array_like, optional
        Persons in the group whose distribution the cell belongs to (the row's or column's total),
        broadcast to ``values``.  Without it every zero counts as disclosing.

    Returns
    -------
    ndarray of str
        ``minimum_count`` for 0 < count < ``policy.minimum_count``; with ``policy.group_zero``
        ``group_zero`` for a count of 0 in a group that has persons, and ``group_all`` for a count
        equal to its group's: nobody, or everybody, in the group has the property.

    Raises
    ------
    ValueError
        If a count is negative or infinite, or exceeds its group.

    Notes
    -----
    Hundepool et al. (2012), §5.2: the threshold rule and group disclosure.

    Examples
    --------
    >>> counts([0, 4, 5, 9], Policy(), group=[9, 9, 9, 9]).tolist()
    ['group_zero', 'minimum_count', '', 'group_all']
    """
    value = _not_negative(values, "count")
    hit = np.full(value.shape, "", dtype=WIDTH)
    if policy.group_zero:
        total = np.full(value.shape, np.inf) if group is None else _not_negative(group, "group")
        value, total = np.broadcast_arrays(value, total)
        _not_above(value, total, "count", "group")
        hit = np.full(value.shape, "", dtype=WIDTH)
        hit[(value == 0) & (total > 0)] = GROUP_ZERO
        hit[(value > 0) & (value == total)] = GROUP_ALL
    hit[(value > 0) & (value < policy.minimum_count)] = MINIMUM_COUNT
    return hit


def rates(count: ArrayLike, denominator: ArrayLike, policy: Policy) -> np.ndarray:
    """Return the rule that hides each rate ``count / denominator``.

    Parameters
    ----------
    count, denominator : array_like
        Persons with the property and persons in all; broadcast together.
    policy : Policy

    Returns
    -------
    ndarray of str
        ``minimum_denominator`` for a denominator under ``policy.minimum_denominator``;
        ``minimum_count`` for a numerator, ``complement`` for a remainder, of
        1 … ``policy.minimum_count`` − 1; with ``policy.group_zero`` ``group_zero`` for 0 % and
        ``group_all`` for 100 %.  The first that applies is named.

    Raises
    ------
    ValueError
        If a number is negative or infinite, or a count exceeds its denominator.

    Examples
    --------
    >>> rates([10, 4, 98, 0, 50], [29, 100, 100, 100, 100], Policy()).tolist()
    ['minimum_denominator', 'minimum_count', 'complement', 'group_zero', '']
    """
    part, whole = np.broadcast_arrays(
        _not_negative(count, "count"), _not_negative(denominator, "denominator")
    )
    _not_above(part, whole, "count", "denominator")
    rest = whole - part
    hit = np.full(part.shape, "", dtype=WIDTH)
    if policy.group_zero:
        hit[rest == 0] = GROUP_ALL
        hit[part == 0] = GROUP_ZERO
    hit[(rest > 0) & (rest < policy.minimum_count)] = COMPLEMENT
    hit[(part > 0) & (part < policy.minimum_count)] = MINIMUM_COUNT
    hit[whole < policy.minimum_denominator] = MINIMUM_DENOMINATOR
    return hit


def statistics(n: ArrayLike, policy: Policy, kind: str = "mean") -> np.ndarray:
    """Return the rule that hides each statistic computed from ``n`` persons.

    Parameters
    ----------
    n : array_like
        Unweighted persons behind each statistic.
    policy : Policy
    kind : {"mean", "index", "extreme"}
        Means, medians, quantiles and sums; inequality indices and the like; a single minimum or
        maximum, which is one person's value whatever ``n`` is.

    Returns
    -------
    ndarray of str
        ``minimum_persons``, ``minimum_index_persons``, ``extreme`` or ``""``.

    Raises
    ------
    ValueError
        If ``kind`` is unknown or a number of persons is negative.

    Examples
    --------
    >>> statistics([9, 10], Policy()).tolist()
    ['minimum_persons', '']
    """
    persons = _not_negative(n, "n")
    if kind == "extreme":
        hidden = np.zeros(persons.shape, bool) if policy.show_extremes else ~np.isnan(persons)
        return np.where(hidden, "extreme", "").astype(WIDTH)
    rules = {"mean": MINIMUM_PERSONS, "index": MINIMUM_INDEX_PERSONS}
    if kind not in rules:
        raise ValueError(f"kind is {kind!r}; give 'mean', 'index' or 'extreme'")
    return np.where(persons < getattr(policy, rules[kind]), rules[kind], "").astype(WIDTH)


def magnitudes(contributions: Sequence[ArrayLike], policy: Policy) -> np.ndarray:
    """Return the rule that hides each sum (or mean) of persons' contributions.

    Parameters
    ----------
    contributions : sequence of array_like
        For each cell the persons' (households', firms') unweighted contributions, not negative.
    policy : Policy

    Returns
    -------
    ndarray of str, shape (cells,)
        ``minimum_persons`` for fewer contributors than ``policy.minimum_persons``; ``dominance``
        where the n largest exceed the share k of the sum,
        :math:`x_1+…+x_n > kX`; ``p_percent`` where :math:`X-x_1-x_2 < (p/100)\\,x_1`.  The first
        that applies is named; a cell without contributors shows nothing and gets ``""``.

    Raises
    ------
    ValueError
        If a contribution is negative, infinite or missing.

    Notes
    -----
    Hundepool et al. (2012), §4.2.1, table of sensitivity rules; all three are strict inequalities,
    so a cell exactly at the limit is shown.

    Examples
    --------
    >>> magnitudes([[1] * 9, [1] * 10, [90] + [1] * 10], Policy()).tolist()
    ['minimum_persons', '', 'dominance']
    """
    top = largest(contributions, max(policy.dominance_n, 2))
    total, size = top.total, top.size
    first, second = top.largest[:, 0], top.largest[:, 1]
    hit = np.full(len(total), "", dtype=WIDTH)
    slack = 1e-12 * total  # a limit met exactly in decimals must not fail by a binary digit
    hit[total - first - second < policy.p_percent / 100 * first - slack] = P_PERCENT
    leading = top.largest[:, : policy.dominance_n].sum(axis=1)
    hit[leading > policy.dominance_share * total + slack] = DOMINANCE
    hit[(size > 0) & (size < policy.minimum_persons)] = MINIMUM_PERSONS
    return hit


class largest:  # noqa: N801 - reads as the function that it is used as
    """The sum, the number and the ``k`` largest contributions of each cell."""

    def __init__(self, contributions: Sequence[ArrayLike], k: int) -> None:
        cells = [_contributions(one, number) for number, one in enumerate(contributions)]
        self.size = np.array([len(one) for one in cells], dtype=int)
        self.total = np.array([one.sum() for one in cells], dtype=float)
        self.largest = np.zeros((len(cells), k))
        for row, one in enumerate(cells):
            leading = np.sort(one)[::-1][:k]
            self.largest[row, : len(leading)] = leading


def _contributions(values: ArrayLike, cell: int) -> np.ndarray:
    one = np.asarray(values, dtype=float).ravel()
    bad = ~(np.isfinite(one) & (one >= 0))
    if bad.any():
        raise ValueError(
            f"cell {cell}: contribution {one[bad][0]} is negative, infinite or missing; the "
            "dominance and p % rules are defined for non-negative contributions: give absolute "
            "values, and leave persons without a value out"
        )
    return one


def _not_negative(values: ArrayLike, what: str) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    bad = (array < 0) | np.isinf(array)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{what} {array[bad][0]:g} at {where}: a number of persons is finite and not negative"
        )
    return array


def _not_above(part: np.ndarray, whole: np.ndarray, name: str, limit: str) -> None:
    bad = part > whole
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name} {part[bad][0]:g} at {where} exceeds its {limit} {whole[bad][0]:g}; "
            "check that both count the same persons"
        )
