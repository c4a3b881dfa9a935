"""Places on a weighted scale from lowest to highest, ties sharing the middle."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.metrics.distribution import Distribution

__all__ = ["Ranking"]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows placed on a weighted scale from 0 (lowest rank) to 1, ties sharing the middle.

    Parameters
    ----------
    place : ndarray of int, shape (n,)
        Number of each row's tie group, from the lowest.
    share : ndarray of float, shape (n,)
        Population share of each row.
    """

    place: np.ndarray
    share: np.ndarray

    @classmethod
    def of(cls, rank: pd.Series, dist: Distribution) -> Ranking:
        """Read a rank column; stop unless it has an order."""
        if isinstance(rank.dtype, pd.CategoricalDtype) and rank.cat.ordered:
            numbers = rank.cat.codes.to_numpy()
        elif pd.api.types.is_numeric_dtype(rank):
            numbers = rank.to_numpy()
        else:
            raise ValueError(
                f"rank {rank.name!r} has no order: it must hold numbers or an ordered categorical, "
                f"not {rank.dtype}; try pandas.Categorical(..., categories=[low, …, high], "
                "ordered=True)"
            )
        return cls(np.unique(numbers, return_inverse=True)[1], dist.share)

    @functools.cached_property
    def widths(self) -> np.ndarray:
        """Population share of each tie group."""
        return np.bincount(self.place, self.share)

    @functools.cached_property
    def middles(self) -> np.ndarray:
        """Ridit of each tie group."""
        return np.cumsum(self.widths) - self.widths / 2

    @functools.cached_property
    def ridit(self) -> np.ndarray:
        """Ridit of each row; their weighted mean is 1/2."""
        return self.middles[self.place]

    def above(self, x: np.ndarray) -> np.ndarray:
        """Return the total share × x of the rows ranked above each row, its ties by half."""
        totals = np.bincount(self.place, self.share * x)
        return (totals.sum() - np.cumsum(totals) + totals / 2)[self.place]
