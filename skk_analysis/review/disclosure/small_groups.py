"""Which groups of a whole may be shown beside it: no small one may follow by subtraction."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.primary import rates

__all__ = ["shown_groups", "shown_rates"]

Group = TypeVar("Group", bound=Hashable)


def shown_groups(
    sizes: Mapping[Group, float], minimum: float, *, total: float | None = None, zero: bool = False
) -> list[Group]:
    """The groups that may be shown, in their order.

    Parameters
    ----------
    sizes : persons in each of the groups that a whole is divided into
    minimum : the smallest group shown
    total : persons in the whole, which is shown, too; by default the sum of the groups. It is
        larger where some persons are in no group.
    zero : whether an empty group is shown as such

    Raises
    ------
    ValueError
        If the groups have more persons than the whole.

    Notes
    -----
    Whole less shown groups is itself a group that a reader can compute, so it must be nobody or
    have at least ``minimum`` persons. Until it does, the smallest shown group is hidden as well
    (secondary suppression; with one margin and one threshold nothing else is needed, and hiding
    the smallest that suffices loses least: Hundepool et al. 2012, §4.4). Ties go to the group that
    comes later.

    Examples
    --------
    >>> shown_groups({"a": 50, "b": 40, "c": 3}, 30)
    ['a']
    >>> shown_groups({"a": 50, "b": 40}, 30)
    ['a', 'b']
    """
    whole = sum(sizes.values()) if total is None else total
    left = whole - sum(sizes.values())
    if left < 0:
        raise ValueError(
            f"groups of {sum(sizes.values()):g} persons in a whole of {whole:g}: give the total of "
            "the same persons as the groups"
        )
    groups = {name: (size,) for name, size in sizes.items()}
    shown, [left] = _shown(groups, [left], lambda size: size >= minimum)
    nobody = zero and left == 0
    return [name for name, size in sizes.items() if name in shown or (nobody and size == 0)]


def shown_rates(
    groups: Mapping[Group, tuple[int, int]], policy: Policy, *, total: tuple[int, int]
) -> list[Group]:
    """The groups whose shares may be shown beside the whole's, in their order.

    Parameters
    ----------
    groups : for each group how many persons have the property, and how many there are
    policy : its `primary.rates` decide on each group, and on what is left of the whole
    total : the same of the whole, which is shown, too

    Raises
    ------
    ValueError
        If the groups have more persons than the whole.

    Notes
    -----
    A share and its n tell how many persons have the property, to the digits of the share.  As in
    `shown_groups`, whole less shown groups is a group that a reader can compute.

    Examples
    --------
    >>> shown_rates({"a": (40, 114), "b": (4, 79), "c": (30, 90)}, Policy(), total=(74, 283))
    ['a']
    """
    left = [total[k] - sum(one[k] for one in groups.values()) for k in (0, 1)]
    if min(left) < 0:
        raise ValueError(f"groups have {-min(left)} persons more than their whole of {total}")
    shown, _ = _shown(groups, left, lambda yes, persons: not str(rates(yes, persons, policy)))
    return [name for name in groups if name in shown]


def _shown(
    groups: Mapping[Group, Sequence[float]], left: Sequence[float], may: Callable[..., bool]
) -> tuple[set[Group], Sequence[float]]:
    """Those of the groups that are shown, and what is left of the whole beside them.

    Parameters
    ----------
    groups : counts in each; the last one is its persons
    left : the same of those of the whole who are in no group
    may : whether a group with these counts may be shown
    """

    def with_left(*names: Group) -> list[float]:
        return [count + sum(groups[name][k] for name in names) for k, count in enumerate(left)]

    shown = {name for name, counts in groups.items() if may(*counts)}
    left = with_left(*(name for name in groups if name not in shown))
    order = {name: place for place, name in enumerate(groups)}
    while shown and left[-1] and not may(*left):
        enough = [name for name in shown if may(*with_left(name))]
        next_one = min(enough or shown, key=lambda name: (groups[name][-1], -order[name]))
        shown.remove(next_one)
        left = with_left(next_one)
    return shown, left
