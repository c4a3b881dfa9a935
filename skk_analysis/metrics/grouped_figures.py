"""Published figures of income distributions, and what each says about the mass in cells of income.

Every figure is a linear functional of the distribution: a share below a cut, a total within a
range, a Lorenz ordinate (linear once its quantile is known).  :mod:`grouped_density` finds the
density in which all of them hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Figures", "cell_limits", "cell_mean", "linear_rows", "lorenz_rows", "occupied"]

GRID = ((0.02, 0.15, 10), (0.15, 6, 74), (6, 200, 24))  # from, to and cells, in typical incomes
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Figures:
    """Published figures of a number of areas; NaN = that one is not published.

    Parameters
    ----------
    n : ndarray, shape (areas,)
        People behind the figures; inf = so many that chance plays no part.
    scale : ndarray, shape (areas,)
        A typical income of the area, by which its cells are laid.
    cuts, below : ndarray, shape (areas, k)
        Incomes, and the share of people with less.
    lows, highs, totals : ndarray, shape (areas, m)
        Ranges of income, and the mean over all people of the income within each (the mean itself
        is the range 0 to ∞).
    ranks, ordinates : ndarray, shape (areas, q)
        Shares of people, and the generalised Lorenz ordinate there.
    """

    n: np.ndarray
    scale: np.ndarray
    cuts: np.ndarray
    below: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    totals: np.ndarray
    ranks: np.ndarray
    ordinates: np.ndarray

    def take(self, rows: slice | np.ndarray) -> Figures:
        """Return the figures of some of the areas."""
        return Figures(**{name: array[rows] for name, array in vars(self).items()})


def cell_limits(figures: Figures) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells' limits relative to the scale; every cut is a limit of cells."""
    logs = [np.linspace(np.log(a), np.log(b), k, endpoint=False) for a, b, k in GRID]
    grid = np.concatenate([[0.0], np.exp(np.concatenate(logs)), [GRID[-1][1]]])
    own = np.concatenate([figures.cuts, figures.lows, figures.highs], axis=1)
    own = own / figures.scale[:, None]
    own = np.where(np.isfinite(own), own, 1.0)  # not published: one more limit does no harm
    nodes = np.concatenate([np.broadcast_to(grid, (len(own), len(grid))), own], axis=1)
    nodes = np.sort(nodes, axis=1)
    left, right = nodes[:, :-1], nodes[:, 1:]
    return left, np.where(left > 0, np.maximum(right, left * (1 + 1e-9)), np.maximum(right, TINY))


def cell_mean(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the mean income in cells: density even over log income, next to zero over income."""
    low = np.where(left > 0, left, right / np.e)
    return np.where(left > 0, (right - left) / np.log(right / low), right / 2)


def linear_rows(figures: Figures, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the linear figures' rows and targets, the total mass first.

    A cell lies wholly on one side of every cut, so its mean point ``x`` tells the side.
    """
    scale = figures.scale[:, None]
    under = x[:, None, :] < (figures.cuts / scale)[..., None]
    inside = (x[:, None, :] > (figures.lows / scale)[..., None]) & (
        x[:, None, :] < (figures.highs / scale)[..., None]
    )
    rows = np.concatenate([np.ones_like(x)[:, None], under, inside * x[:, None, :]], axis=1)
    one = np.ones((len(x), 1))
    return _published(rows, np.concatenate([one, figures.below, figures.totals / scale], axis=1))


def lorenz_rows(
    figures: Figures, left: np.ndarray, right: np.ndarray, mass: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of the Lorenz ordinates, linearised at the present density.

    :math:`GL(p)=\\int\\min(x-q,0)f+pq` at the p-quantile q, where its derivative by q is zero.
    """
    if not figures.ranks.shape[1]:
        return np.empty((len(mass), 0, mass.shape[1])), figures.ordinates
    below = np.cumsum(mass, axis=1) / mass.sum(axis=1, keepdims=True)
    cell = (below[:, None, :] < figures.ranks[..., None]).sum(axis=2).clip(max=mass.shape[1] - 1)
    low, high = np.take_along_axis(left, cell, 1), np.take_along_axis(right, cell, 1)
    top, inside = np.take_along_axis(below, cell, 1), np.take_along_axis(mass, cell, 1)
    part = np.clip(1 - (top - figures.ranks) / np.maximum(inside, TINY), 1e-6, 1)
    q = np.where(low > 0, low * (high / np.where(low > 0, low, 1)) ** part, high * part)
    rows = np.minimum(cell_mean(left, right)[:, None, :] - q[..., None], 0)
    own = part * (cell_mean(low, q) - q)  # of the cell that the quantile is in, the part below it
    np.put_along_axis(rows, cell[..., None], own[..., None], axis=2)
    return _published(rows, figures.ordinates / figures.scale[:, None] - figures.ranks * q)


def _published(rows: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn figures that are not published into rows of zeros, which constrain nothing."""
    known = np.isfinite(target)
    return np.where(known[..., None], rows, 0.0), np.where(known, target, 0.0)


def occupied(figures: Figures, x: np.ndarray) -> np.ndarray:
    """Return which cells can have people: those not between cuts with equal shares below."""
    order = np.argsort(np.where(np.isfinite(figures.below), figures.cuts, np.inf), axis=1)
    cuts = np.take_along_axis(figures.cuts, order, 1)
    below = np.take_along_axis(figures.below, order, 1)
    one = np.ones((len(x), 1))
    limits = np.concatenate([one * 0, cuts, one * np.inf], axis=1) / figures.scale[:, None]
    shares = np.diff(np.concatenate([one * 0, below, one], axis=1), axis=1)
    inside = (x[:, None] > limits[:, :-1, None]) & (x[:, None] < limits[:, 1:, None])
    return ~(inside & (shares <= TINY)[..., None]).any(axis=1)
