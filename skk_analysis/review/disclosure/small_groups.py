"""Which groups of a whole may be shown beside it: no small one may follow by subtraction."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

__all__ = ["shown_groups"]

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
    shown = {name for name, size in sizes.items() if size >= minimum}
    left += sum(size for name, size in sizes.items() if name not in shown)
    order = {name: place for place, name in enumerate(sizes)}
    while shown and 0 < left < minimum:
        enough = [name for name in shown if sizes[name] + left >= minimum] or list(shown)
        next_one = min(enough, key=lambda name: (sizes[name], -order[name]))
        shown.remove(next_one)
        left += sizes[next_one]
    hidden_some = left > 0
    return [
        name
        for name, size in sizes.items()
        if name in shown or (zero and size == 0 and not hidden_some)
    ]
