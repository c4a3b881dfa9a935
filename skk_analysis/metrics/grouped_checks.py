"""What published tables must be like; whatever is not stops and names the area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skk_analysis.metrics.grouped_bounds import split_at

__all__ = [
    "NEAR",
    "area_names",
    "one_each",
    "placed_median",
    "require",
    "require_amounts",
    "require_possible_mean",
]

NEAR = 0.02  # a median this close to a class limit may lie on either side: limits are rounded


def area_names(table, areas: Sequence | None) -> pd.Index:
    """Return the areas' names: given, those of a frame, or numbers."""
    if areas is not None:
        return pd.Index(areas)
    if isinstance(table, (pd.DataFrame, pd.Series)):
        return table.index
    return pd.RangeIndex(len(np.atleast_2d(np.asarray(table, dtype=float))))


def one_each(values, size: int) -> np.ndarray:
    """Return one number an area, NaN where there is none."""
    if values is None:
        return np.full(size, np.nan)
    values = np.atleast_1d(np.asarray(values, dtype=float))
    if values.shape != (size,):
        raise ValueError(f"{values.shape} numbers for {size} areas; give one for each")
    return values


def require(names: pd.Index, good, what: str, figures: np.ndarray) -> None:
    """Stop and name the first area whose figures are not good."""
    bad = np.flatnonzero(~good)
    if len(bad):
        shown = np.array2string(np.atleast_1d(figures[bad[0]]), precision=6, separator=", ")
        raise ValueError(
            f"area {names[bad[0]]!r}: {what}, got {shown}"
            + (f"; so in {len(bad)} areas" if len(bad) > 1 else "")
        )


def require_amounts(names, counts, mean, median) -> None:
    """Stop at negative counts, and at means and medians that are not above 0."""
    require(names, ~(counts < 0).any(axis=1), "counts must not be negative", counts)
    people = counts.sum(axis=1) > 0
    for label, values in (("mean", mean), ("median", median)):
        require(names, ~(people & (values <= 0)), f"the {label} must be above 0", values)


def placed_median(names, limits, shares, median, n) -> np.ndarray:
    """Return the medians that add something to the class shares.

    One on the wrong side of a class limit contradicts the shares, unless it is so near the limit
    that rounding explains it; then the shares are believed.
    """
    inner, below = limits[:, 1:-1], np.cumsum(shares, axis=1)[:, :-1]
    wrong = ((median[:, None] > inner) & (below > 0.5)) | (
        (median[:, None] < inner) & (below < 0.5)
    )
    near = (np.abs(median[:, None] / inner - 1) <= NEAR) | (np.abs(below - 0.5) * n[:, None] <= 1)
    require(names, ~(wrong & ~near).any(axis=1), "the median lies outside its class",
             np.column_stack([median, inner, below]))  # fmt: skip
    useless = (wrong | (np.abs(below - 0.5) < 1e-9)).any(axis=1)
    return np.where(useless, np.nan, median)


def require_possible_mean(names, limits, shares, mean, median) -> None:
    """Stop where no incomes within the classes have this mean."""
    limits, shares = split_at(limits, shares, median, 0.5)
    least = (shares * limits[:, :-1]).sum(axis=1)
    most = np.where(shares > 0, shares * np.where(shares > 0, limits[:, 1:], 0), 0).sum(axis=1)
    require(names, ~((mean < least) | (mean > most)),
             "no incomes within the classes have this mean (mean, least, most)",
             np.column_stack([mean, least, most]))  # fmt: skip
