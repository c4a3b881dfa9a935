"""A series checked and in order, and the regressors of its segments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = [
    "FEWEST_BEFORE",
    "FEWEST_FOR_SLOPE",
    "SegmentedDesign",
    "as_table",
    "name_of",
    "read_series",
]

FEWEST_BEFORE = 8
FEWEST_FOR_SLOPE = 3
FEWEST_FREE = 4


def name_of(comparison: str | pd.Series | None) -> str | None:
    if isinstance(comparison, pd.Series):
        return str(comparison.name or "comparison")
    return comparison


def as_table(frame, outcome, time, comparison) -> tuple[pd.DataFrame, str]:
    """Return the data as a table with a comparison series joined to it by time."""
    if isinstance(frame, pd.Series):
        outcome = outcome or str(frame.name or "outcome")
        frame = frame.rename(outcome).rename_axis(time).reset_index()
    if outcome is None:
        raise ValueError("name the column of the outcome")
    if isinstance(comparison, pd.Series):
        other = comparison.rename(name_of(comparison)).rename_axis(time).reset_index()
        frame = frame.merge(other, on=time, how="left", validate="one_to_one")
    return frame, outcome


def read_series(table: pd.DataFrame, time: str, roles: Mapping[str, str]) -> pd.DataFrame:
    """Return the columns by role, in the order of time; stop at anything that is not a series."""
    missing = [name for name in (time, *roles.values()) if name not in table.columns]
    if missing:
        raise ValueError(f"no column(s) {missing}; the table has {list(table.columns)}")
    if not pd.api.types.is_numeric_dtype(table[time]) or table[time].isna().any():
        raise ValueError(
            f"column {time!r} must hold whole numbers, as years do; number months on as 1, 2, …"
        )
    series = table.set_index(time).sort_index()
    series = pd.DataFrame({role: series[name] for role, name in roles.items()})
    steps = np.diff(series.index.to_numpy())
    if (steps == 0).any():
        raise ValueError(f"{time} {series.index[:-1][steps == 0][0]} occurs twice; keep one row")
    if len(steps) and (steps != steps[0]).any():
        wide = np.flatnonzero(steps != steps.min())[0]
        raise ValueError(
            f"the series has a gap after {time} {series.index[wide]}: autocorrelation needs evenly "
            "spaced points; fill the gap or shorten the series"
        )
    for role, name in roles.items():
        column = series[role]
        if not pd.api.types.is_numeric_dtype(column) or not np.isfinite(column.astype(float)).all():
            where = column.index[~np.isfinite(pd.to_numeric(column, errors="coerce"))][0]
            raise ValueError(f"{name}: no finite number at {time} {where}")
        if role in ("m", "m2") and not (column > 0).all():
            raise ValueError(f"{name}: a population must be over 0 at every {time}")
    return series.astype(float)


@dataclass(frozen=True, eq=False)
class SegmentedDesign:
    """The regressors: constant, trend from ``start``, level, slope, seasons."""

    times: np.ndarray
    start: int
    matrix: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def of(
        cls, times, start: int, slope_change: bool, harmonics: int, period: int
    ) -> SegmentedDesign:
        before, after = int((times < start).sum()), int((times >= start).sum())
        if before < FEWEST_BEFORE:
            raise ValueError(
                f"only {before} point(s) before {start}; an interrupted time series needs at "
                f"least {FEWEST_BEFORE}: use a longer series or a design with comparison units"
            )
        if not after:
            raise ValueError(f"no point at or after {start}; the series ends at {times[-1]}")
        if slope_change and after < FEWEST_FOR_SLOPE:
            raise ValueError(
                f"{after} point(s) after {start} cannot tell a change of slope from one of level; "
                f"at least {FEWEST_FOR_SLOPE} are needed: use slope_change=False"
            )
        if harmonics and not (period >= 2 * harmonics and before >= period):
            raise ValueError(
                f"{harmonics} harmonic(s) of a season of {period} points need period ≥ 2 × "
                f"harmonics and a whole season before {start}; there are {before} points"
            )
        on = (times >= start).astype(float)
        columns = {"constant": np.ones(len(times)), "trend": (times - start).astype(float)}
        columns["level_change"] = on
        if slope_change:
            columns["slope_change"] = on * (times - start)
        turn = 2 * math.pi * (times - times[0]) / (times[1] - times[0]) / period
        for k in range(1, harmonics + 1):
            columns[f"sin_{k}"] = np.sin(k * turn)
            if 2 * k != period:
                columns[f"cos_{k}"] = np.cos(k * turn)
            else:  # at the highest frequency the sine is 0 everywhere
                columns[f"sin_{k}"] = np.cos(k * turn)
        free = len(times) - len(columns)
        if free < FEWEST_FREE:
            raise ValueError(
                f"{len(times)} points leave {free} degrees of freedom to {len(columns)} "
                f"coefficients; at least {FEWEST_FREE} are needed: fewer harmonics or more points"
            )
        return cls(times, start, np.column_stack(list(columns.values())), tuple(columns))

    @property
    def after(self) -> np.ndarray:
        return self.times >= self.start

    def effect(self, at: int) -> np.ndarray:
        """Return the contrast of the effect at a time."""
        if at < self.start:
            raise ValueError(f"at={at} is before the programme began in {self.start}")
        parts = {"level_change": 1.0, "slope_change": float(at - self.start)}
        return np.array([parts.get(name, 0.0) for name in self.names])

    @property
    def without(self) -> np.ndarray:
        """The regressors as if there had been no programme."""
        changes = [name in ("level_change", "slope_change") for name in self.names]
        return np.where(changes, 0.0, self.matrix)
