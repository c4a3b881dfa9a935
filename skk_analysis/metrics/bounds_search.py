"""Search for the possible tables with the least and the greatest index."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skk_analysis.metrics.count_limits import CountLimits, formula_value
from skk_analysis.metrics.counts import AreaCounts
from skk_analysis.sampling import settled

__all__ = ["searched_tables"]

STARTS, STEPS = 12, 200


def searched_tables(index, limits: CountLimits, parameters, rng) -> list[np.ndarray]:
    """Return the tables with the least and the greatest index that were met."""
    corner = _corners(limits)

    def value(counts: np.ndarray) -> float:
        if (counts.sum(axis=0) == 0).any():
            return np.nan
        return formula_value(index, counts, limits.labels, parameters)

    def slope(counts: np.ndarray) -> np.ndarray:
        # a cell that is empty now may fill: its derivative is taken a little above 0
        lifted = np.where(limits.high > 0, np.maximum(counts, 1e-3), counts)
        names = limits.groups
        table = AreaCounts(lifted, names, limits.labels, names)
        gradient = settled(index.formula(table, **parameters)[1])
        return gradient - (table.cells * gradient).sum()

    starts = [corner(rng.normal(size=limits.low.shape)) for _ in range(STARTS)]
    starts.append(np.mean(starts, axis=0))
    starts = [s for s in starts if np.isfinite(value(s))]
    if not starts:
        raise ValueError("one of the groups would be of nobody")
    ups = [_climb(value, slope, corner, s) for s in starts]
    downs = [_descend(value, slope, corner, s) for s in [starts[-1], *starts[:3]]]
    met = [*starts, *ups, *downs]
    values = [value(t) for t in met]
    return [met[int(np.argmin(values))], met[int(np.argmax(values))]]


def _corners(limits: CountLimits) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function from a direction to the possible table that goes furthest in it."""
    if limits.group_sizes is not None:
        return lambda direction: _by_linear_programme(limits, direction)
    if limits.population is None:
        return lambda direction: np.where(direction > 0, limits.high, limits.low)

    def by_area(direction: np.ndarray) -> np.ndarray:
        order = np.argsort(-direction, axis=1)
        width = np.take_along_axis(limits.high - limits.low, order, axis=1)
        left = (limits.people - limits.low.sum(axis=1))[:, None]
        take = np.clip(left - (np.cumsum(width, axis=1) - width), 0, width)
        counts = limits.low.copy()
        np.put_along_axis(counts, order, np.take_along_axis(counts, order, 1) + take, axis=1)
        return counts

    return by_area


def _by_linear_programme(limits: CountLimits, direction: np.ndarray) -> np.ndarray:
    from scipy.optimize import linprog
    from scipy.sparse import eye_array, kron, vstack

    assert limits.group_sizes is not None
    areas, groups = limits.low.shape
    sums = [kron(np.ones((1, areas)), eye_array(groups))]
    right = [limits.group_sizes]
    if limits.population is not None:
        sums.append(kron(eye_array(areas), np.ones((1, groups))))
        right.append(limits.population)
    bounds = np.column_stack([limits.low.ravel(), limits.high.ravel()])
    found = linprog(
        -direction.ravel(), A_eq=vstack(sums), b_eq=np.concatenate(right), bounds=bounds
    )
    if not found.success:
        raise ValueError(f"no table agrees with all limits and sums: {found.message}")
    return found.x.reshape(areas, groups)


def _climb(value, slope, corner, counts: np.ndarray) -> np.ndarray:
    """Go from corner to corner as long as the index rises."""
    best = value(counts)
    for _ in range(STEPS):
        ahead = corner(slope(counts))
        if not value(ahead) > best:
            break
        counts, best = ahead, value(ahead)
    return counts


def _descend(value, slope, corner, counts: np.ndarray) -> np.ndarray:
    """Take conditional gradient steps with line search as long as the index falls."""
    from scipy.optimize import minimize_scalar

    best = value(counts)
    for _ in range(STEPS):
        step = corner(-slope(counts)) - counts
        found = minimize_scalar(
            lambda x, at=counts, by=step: value(at + x * by), bounds=(0, 1), method="bounded"
        )
        # the bounded search never tries the end itself
        reach, least = min((found.x, found.fun), (1.0, value(counts + step)), key=lambda p: p[1])
        if not least < best - 1e-9:
            break
        counts, best = counts + reach * step, least
    return counts
