"""Counts of which only limits are known, made as narrow as the known sums allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.metrics.counts import AreaCounts, read_cells

__all__ = ["CountLimits", "formula_value"]


@dataclass(frozen=True)
class CountLimits:
    """Least and greatest counts that agree with the known sums."""

    low: np.ndarray
    high: np.ndarray
    groups: tuple
    labels: pd.Index
    population: np.ndarray | None
    group_sizes: np.ndarray | None

    @property
    def people(self) -> np.ndarray:
        assert self.population is not None
        return self.population

    @classmethod
    def read(cls, lowest, highest, groups, areas, population, group_sizes) -> CountLimits:
        labels, names, low = read_cells(lowest, groups, areas=areas)
        _, others, high = read_cells(highest, groups, areas=areas)
        if names != others or low.shape != high.shape:
            raise ValueError(f"the limits are of different tables: {names} and {others}")
        sizes = None if group_sizes is None else np.array([group_sizes[g] for g in names], float)
        if population is not None:
            population = np.asarray(population, dtype=float)
            if population.shape != (len(low),):
                raise ValueError(f"{len(low)} areas need as many populations")
            low = np.where(np.isnan(low), 0, low)
            high = np.where(np.isnan(high), population[:, None], high)
        wrong = ~(np.isfinite(low) & np.isfinite(high)) | (low < 0)
        if wrong.any():
            i, g = np.argwhere(wrong)[0]
            raise ValueError(
                f"limits must be known and ≥ 0, got {low[i, g]:g} to {high[i, g]:g} for "
                f"{names[g]!r} in area {labels[i]!r}"
            )
        low, high = np.ceil(low), np.floor(high)
        if population is not None:
            rest_low, rest_high = _others(low, 1), _others(high, 1)
            low = np.maximum(low, population[:, None] - rest_high)
            high = np.minimum(high, population[:, None] - rest_low)
        if sizes is not None:
            rest_low, rest_high = _others(low, 0), _others(high, 0)
            low, high = np.maximum(low, sizes - rest_high), np.minimum(high, sizes - rest_low)
        if (low > high).any():
            i, g = np.argwhere(low > high)[0]
            raise ValueError(
                f"no count of {names[g]!r} in area {labels[i]!r} agrees with all limits and sums: "
                f"it would have to be at least {low[i, g]:g} and at most {high[i, g]:g}"
            )
        return cls(low, high, names, pd.Index(labels), population, sizes)

    def first_against_rest(self) -> CountLimits:
        """Return the limits of the first group and of all others together."""
        low, high = self.low[:, :1], self.high[:, :1]
        people = self.people[:, None]
        sizes = self.group_sizes
        return CountLimits(
            np.hstack([low, people - high]),
            np.hstack([high, people - low]),
            (self.groups[0], "others"),
            self.labels,
            self.population,
            None if sizes is None else np.array([sizes[0], sizes[1:].sum()]),
        )

    def members(self) -> np.ndarray:
        """Return every possible number of members of the first group, leaving nobody empty."""
        least, most = self.low[:, 0].sum(), self.high[:, 0].sum()
        if self.group_sizes is not None:
            least = most = self.group_sizes[0]
        everybody = self.people.sum()
        return np.arange(max(least, 1), min(most, everybody - 1) + 1)


def _others(values: np.ndarray, axis: int) -> np.ndarray:
    return values.sum(axis=axis, keepdims=True) - values


def formula_value(index, counts, labels=None, parameters=None) -> float:
    """Return the index of a matrix of counts."""
    names = tuple(range(counts.shape[1]))
    labels = pd.RangeIndex(len(counts)) if labels is None else labels
    table = AreaCounts(counts, names, labels, names)
    return float(index.formula(table, **(parameters or {}))[0])
