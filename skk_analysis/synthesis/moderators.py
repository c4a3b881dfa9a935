"""Moderators as the columns of a regression."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["INTERCEPT", "moderator_columns"]

INTERCEPT = "intercept"


def moderator_columns(moderators: Any, names: tuple[str, ...], intercept: bool) -> pd.DataFrame:
    """Return the regressors, one column a coefficient.

    Numbers stay as they are, truth values become 0 and 1, and text becomes a column ``name[level]``
    for every level but the first in alphabetical (or a categorical's own) order.

    Raises
    ------
    ValueError
        If a value is missing or infinite (naming the study), there are fewer studies than
        coefficients plus one, or a column is a combination of the others.
    """
    if isinstance(moderators, pd.DataFrame | pd.Series):
        frame = pd.DataFrame(moderators)
    else:
        values = np.asarray(moderators)
        values = values[:, None] if values.ndim == 1 else values
        frame = pd.DataFrame(values, columns=[f"x{i}" for i in range(1, values.shape[1] + 1)])
    if len(frame) != len(names):
        raise ValueError(f"there are {len(names)} studies but {len(frame)} rows of moderators")
    for column in frame:
        missing = np.flatnonzero(frame[column].isna())
        if len(missing):
            raise ValueError(
                f"study {names[missing[0]]!r}: moderator {column!r} is missing; leave the study or "
                "the moderator out"
            )
    columns = {INTERCEPT: np.ones(len(names))} if intercept else {}
    for column in frame:
        columns |= _coded(str(column), frame[column])
    table = pd.DataFrame(columns, dtype=float)
    _require_estimable(table, names)
    return table


def _coded(name: str, values: pd.Series) -> dict[str, np.ndarray]:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return {name: values.to_numpy(dtype=float)}
    levels = values.astype("category").cat
    return {
        f"{name}[{level}]": (levels.codes == code).to_numpy(dtype=float)
        for code, level in enumerate(levels.categories)
        if code
    }


def _require_estimable(table: pd.DataFrame, names: tuple[str, ...]) -> None:
    values = table.to_numpy()
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        at, column = bad[0]
        raise ValueError(
            f"study {names[at]!r}: moderator {table.columns[column]!r} is {values[at, column]}; "
            "give a number"
        )
    k, p = values.shape
    if k <= p:
        raise ValueError(f"{k} studies can't carry {p} coefficients; leave moderators out")
    size = np.sqrt((values**2).sum(0))
    if not size.all() or np.linalg.matrix_rank(values / size) < p:
        raise ValueError(
            f"the columns {list(table.columns)} can't be told apart: one is constant or a "
            "combination of the others; leave it out"
        )
