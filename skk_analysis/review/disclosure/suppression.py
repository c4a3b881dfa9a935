"""Secondary suppression: which further cells to hide so that the hidden ones stay hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.relations import Relations

__all__ = ["Suppression", "suppress"]


@dataclass(frozen=True, eq=False)
class Suppression:
    """Which cells are hidden, and the proof that it is enough.

    Attributes
    ----------
    hidden : ndarray of bool, shape (cells,)
    role : ndarray of str
        ``shown``, ``primary`` or ``secondary``.
    low, high : ndarray
        The attacker's interval of each cell; the value itself for a shown one.
    required_low, required_high : ndarray
        What the interval of a primary cell has to contain; NaN elsewhere.
    cost : float
        Information lost by the secondary cells.
    lower_bound : float
        No sufficient suppression costs less than this; equal to ``cost`` where it is proven least.
    """

    hidden: np.ndarray
    role: np.ndarray
    low: np.ndarray
    high: np.ndarray
    required_low: np.ndarray
    required_high: np.ndarray
    cost: float
    lower_bound: float


def suppress(
    values: ArrayLike,
    relations: Relations,
    primary: ArrayLike,
    policy: Policy,
    *,
    cost: ArrayLike | None = None,
    already_published: ArrayLike | None = None,
    required: tuple[ArrayLike, ArrayLike] | None = None,
    lower: ArrayLike = 0.0,
    upper: ArrayLike = np.inf,
    rounding: ArrayLike = 0.0,
    names: Sequence[str] | None = None,
) -> Suppression:
    """Return the cheapest set of cells to hide that protects every primary cell.

    Parameters
    ----------
    values : array_like, shape (cells,)
        The true values.
    relations : Relations
    primary : array_like of str or bool, shape (cells,)
        The rule that hides each cell (`primary` functions), ``""`` or False elsewhere.
    policy : Policy
    cost : array_like, optional
        Information lost by hiding a cell, positive; by default 1 + log(1 + |value|).
    already_published : array_like of bool, optional
        Cells that are out, or that everybody knows (structural zeros): they cannot be hidden.
    required : (low, high), optional
        The interval that the attacker must not get inside of, for primary cells; by default from
        the rule (`protection.required`).  NaN keeps the default.
    lower, upper, rounding
        As in `attacker.bounds`.
    names : sequence of str, optional
        What to call the cells in messages.

    Raises
    ------
    ValueError
        If a primary cell cannot be protected any more: the message names the published cells to
        blame and what can be done.
    """
    raise NotImplementedError
