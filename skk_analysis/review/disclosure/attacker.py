"""The attacker: what the published numbers tell about the hidden ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from skk_analysis.review.disclosure.relations import Relations

__all__ = ["bounds"]


def bounds(
    values: ArrayLike,
    relations: Relations,
    hidden: ArrayLike,
    *,
    lower: ArrayLike = 0.0,
    upper: ArrayLike = np.inf,
    known: tuple[ArrayLike, ArrayLike] | None = None,
    rounding: ArrayLike = 0.0,
    integer: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest value that each cell can have for a reader.

    Parameters
    ----------
    values : array_like, shape (cells,)
        The published values; those of hidden cells are not looked at and may be NaN.
    relations : Relations
    hidden : array_like of bool, shape (cells,)
    lower, upper : array_like, default 0 and infinity
        What everybody knows about a cell beforehand.
    known : (low, high), optional
        What this attacker knows beyond that, as arrays over the cells; NaN where nothing.
    rounding : array_like, default 0
        What a shown value is rounded to (10; 0.1); it tells the cell to half of that.
    integer : bool
        Whether the attacker uses that the cells flagged in ``relations`` are whole numbers.

    Returns
    -------
    low, high : ndarray, shape (cells,)
        For a shown cell its value, or what its rounding leaves open.

    Raises
    ------
    ValueError
        If the published numbers contradict each other.
    """
    raise NotImplementedError
