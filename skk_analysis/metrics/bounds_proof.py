"""Proved bounds of an index for two groups in areas of known population.

For a given number of members of the first group each index rises with a sum over areas of convex
functions of the area's members.  The least sum is reached by adding members one by one where they
cost least; the greatest is at most that of the functions' chords over the limits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skk_analysis.metrics.count_limits import CountLimits

__all__ = ["PROVABLE", "proved_bounds"]

LARGEST = 200_000_000


def _log(x: np.ndarray) -> np.ndarray:
    """Return x·ln x, 0 at 0."""
    return x * np.log(np.where(x > 0, x, 1))


def _information(sums, members, people) -> np.ndarray:
    everybody = people.sum()
    rest = everybody - members
    return (sums - _log(people).sum() - _log(members) - _log(rest) + _log(everybody)) / everybody


def _entropy(members, people) -> np.ndarray:
    share = members / people.sum()
    return -_log(share) - _log(1 - share)


def _eta(sums, members, people) -> np.ndarray:
    share = members / people.sum()
    return (sums / members - share) / (1 - share)


def _isolation(sums, members, _people) -> np.ndarray:
    return sums / members


def _logs(a, people) -> np.ndarray:
    return _log(a) + _log(people - a)


def _squares(a, people) -> np.ndarray:
    return a**2 / np.where(people > 0, people, 1)


# for each index: the convex φ(a, t), and the index from Σφ, the number of members and all t
PROVABLE: dict[str, tuple[Callable | None, Callable]] = {
    "mutual_information": (_logs, _information),
    "theil_h": (_logs, lambda s, m, t: _information(s, m, t) / _entropy(m, t)),
    "isolation": (_squares, _isolation),
    "exposure": (_squares, lambda *given: 1 - _isolation(*given)),
    "correlation_ratio": (_squares, _eta),
    "normalized_exposure": (_squares, _eta),
    "relative_diversity": (_squares, _eta),
    "dissimilarity": (
        None,
        lambda s, m, t: s / (2 * m * (1 - m / t.sum())),
    ),
}


def proved_bounds(name: str, limits: CountLimits) -> tuple[float, float, list[np.ndarray]] | None:
    """Return the bounds and the members by area that come nearest to them."""
    convex, of_sum = PROVABLE[name]
    people, members = limits.people, limits.members()
    low, high = limits.low[:, 0], limits.high[:, 0]
    if len(members) == 0:
        raise ValueError("one of the groups would be of nobody")
    if convex is None:
        if len(members) * len(people) > LARGEST:
            return None
        least, most = _even_sums(low, high, people, members)
    else:
        least = _least_sums(convex, low, high, people, members)
        most = _most_sums(convex, low, high, people, members)
    values = of_sum(least, members, people), of_sum(most, members, people)
    if name == "exposure":  # falls as the sum rises
        values = values[::-1]
    at = int(values[0].argmin()), int(values[1].argmax())
    fills = [_fill_least, _fill_most][:: -1 if name == "exposure" else 1]
    firsts = [
        fill(convex or _distance(members[k] / people.sum()), low, high, people, members[k])
        for fill, k in zip(fills, at, strict=True)
    ]
    return float(values[0][at[0]]), float(values[1][at[1]]), firsts


def _units(convex, low, high, people) -> tuple[np.ndarray, np.ndarray]:
    """Return the cost of every further member that an area may have, and its area."""
    width = (high - low).astype(int)
    area = np.repeat(np.arange(len(low)), width)
    step = np.arange(len(area)) - np.repeat(np.cumsum(width) - width, width)
    count = low[area] + step
    return convex(count + 1, people[area]) - convex(count, people[area]), area


def _least_sums(convex, low, high, people, members) -> np.ndarray:
    costs = np.sort(_units(convex, low, high, people)[0])
    path = np.r_[0.0, np.cumsum(costs)]
    return convex(low, people).sum() + path[(members - low.sum()).astype(int)]


def _fill_least(convex, low, high, people, members) -> np.ndarray:
    costs, area = _units(convex, low, high, people)
    chosen = np.argsort(costs, kind="stable")[: int(members - low.sum())]
    return low + np.bincount(area[chosen], minlength=len(low))


def _chords(convex, low, high, people) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the areas by falling slope of their chords, with the chords' widths and rises."""
    width, rise = high - low, convex(high, people) - convex(low, people)
    order = np.argsort(-rise / np.where(width > 0, width, 1), kind="stable")
    order = order[width[order] > 0]
    return order, width[order], rise[order]


def _most_sums(convex, low, high, people, members) -> np.ndarray:
    _, width, rise = _chords(convex, low, high, people)
    path = np.r_[0.0, np.cumsum(rise)]
    return convex(low, people).sum() + np.interp(
        members - low.sum(), np.r_[0.0, np.cumsum(width)], path
    )


def _fill_most(convex, low, high, people, members) -> np.ndarray:
    order, width, _ = _chords(convex, low, high, people)
    left = members - low.sum()
    filled = low.copy()
    filled[order] += np.clip(left - (np.cumsum(width) - width), 0, width)
    return filled


def _distance(share: float) -> Callable:
    return lambda a, people: np.abs(a - share * people)


def _even_sums(low, high, people, members) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest Σ|a − Pt| for each number of members."""
    least, most = np.empty(len(members)), np.empty(len(members))
    for k, number in enumerate(members):
        share = number / people.sum()
        even = share * people
        forced_up, forced_down = np.maximum(low - even, 0).sum(), np.maximum(even - high, 0).sum()
        least[k] = 2 * max(forced_up, forced_down)
        most[k] = _most_sums(_distance(share), low, high, people, number)
    return least, most
