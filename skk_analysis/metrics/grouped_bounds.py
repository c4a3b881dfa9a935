"""Sharp bounds of the Gini coefficient from a class table: no assumption on shape at all."""

from __future__ import annotations

import numpy as np

__all__ = ["gini_bounds", "split_at"]

HALVINGS = 60


def split_at(
    limits: np.ndarray, shares: np.ndarray, cut: np.ndarray, below: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return class limits and shares with one more class limit, of which the share is known.

    Parameters
    ----------
    limits : ndarray, shape (areas, classes + 1)
    shares : ndarray, shape (areas, classes)
    cut : ndarray, shape (areas,)
        The median, say; NaN adds a class of no width, which changes nothing.
    below : float
        Share of people under it.
    """
    cumulative = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(shares, axis=1)], axis=1)
    known = np.isfinite(cut)
    place = np.where(known, cut, limits[:, 0])
    under = np.where(known, below, 0.0)
    limits = np.sort(np.column_stack([limits, place]), axis=1)
    cumulative = np.sort(np.column_stack([cumulative, under]), axis=1)
    return limits, np.diff(cumulative, axis=1)


def gini_bounds(
    limits: np.ndarray,
    shares: np.ndarray,
    mean: np.ndarray,
    class_means: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest Gini coefficient compatible with class tables.

    With class means, least is everybody at the class mean, greatest everybody at one of the two
    limits of the class (Gastwirth 1972).  Without them, incomes are also moved between classes
    within the limits and the overall mean: the least Gini fills the lowest classes first; the
    greatest equalises the gain of the next euro over classes, and where the top class is open
    leaves all that is not bound to the others to a few of its people.

    Parameters
    ----------
    limits : ndarray, shape (areas, classes + 1)
        Ascending, the last may be inf.
    shares : ndarray, shape (areas, classes)
        Shares of people; sum to 1.
    mean : ndarray, shape (areas,)
    class_means : ndarray, shape (areas, classes), optional

    Returns
    -------
    lower, upper : ndarray, shape (areas,)
        They are limits: a finite number of people can come near but not quite there.

    References
    ----------
    Gastwirth, J. (1972), The estimation of the Lorenz curve and Gini index, *Review of Economics
    and Statistics* 54, 306–316, §III.

    Examples
    --------
    >>> lower, upper = gini_bounds(np.array([[0., 2., 4.]]), np.array([[.5, .5]]), np.array([2.]))
    >>> lower.round(3), upper.round(3)
    (array([0.]), array([0.5]))
    """
    low, high = limits[:, :-1], limits[:, 1:]
    rank = 2 * np.cumsum(shares, axis=1) - shares - 1  # coefficient of a euro in the Gini sum
    if class_means is not None:
        total = np.nan_to_num(shares * class_means)
        between = (rank * total).sum(axis=1) / mean
        return between, between + _within(shares, low, high, total).sum(axis=1) / mean
    floor = shares * low
    ceiling = np.where(shares > 0, shares * np.where(shares > 0, high, 0), 0)
    spare = mean - floor.sum(axis=1)
    room = ceiling - floor
    before = np.concatenate([np.zeros((len(room), 1)), np.cumsum(room, axis=1)[:, :-1]], axis=1)
    least = floor + np.clip(spare[:, None] - before, 0, room)
    greatest = _widest(floor, ceiling, shares, low, high, rank, mean)
    within = _within(shares, low, high, greatest).sum(axis=1)
    lower = (rank * least).sum(axis=1) / mean
    return lower, ((rank * greatest).sum(axis=1) + within) / mean


def _within(shares, low, high, total) -> np.ndarray:
    """Return the greatest Gini sum within classes: all at either limit."""
    excess = total - shares * low
    wide = np.isfinite(high) & (high > low)
    reach = np.where(wide, high, 0.0)
    part = np.where(wide, (shares * reach - total) / np.where(wide, high - low, 1), shares)
    return np.where(high > low, excess * part, 0.0)


def _widest(floor, ceiling, shares, low, high, rank, mean) -> np.ndarray:
    """Return the classes' totals with the greatest Gini, by the price of a euro."""
    last = np.isinf(ceiling[:, -1])
    wide = np.isfinite(high) & (high > low) & (shares > 0)
    width = np.where(wide, high - low, 1.0)

    def totals(price):
        centre = (low + np.where(wide, high, low)) * shares / 2
        wanted = centre - (price[:, None] - rank) * width / 2
        return np.clip(np.where(wide, wanted, floor), floor, np.where(wide, ceiling, floor))

    small, large = np.full(len(mean), -3.0), np.full(len(mean), 3.0)
    for _ in range(HALVINGS):
        price = (small + large) / 2
        above = totals(price).sum(axis=1) > mean
        small, large = np.where(above, price, small), np.where(above, large, price)
    result = np.where(last[:, None], floor, totals(large))
    result[:, -1] += np.where(last, mean - floor.sum(axis=1), 0.0)
    return result
