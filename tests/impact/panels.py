"""Invented panels for the tests of impact methods."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.impact.panel import Panel

YEARS = np.arange(2009, 2021)


def paths(units: int = 30, times: int = 12, seed: int = 0) -> np.ndarray:
    """Return outcomes with two common factors and noise that remembers, shape (units, times)."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(units, times))
    for t in range(1, times):
        noise[:, t] += 0.5 * noise[:, t - 1]
    factors = rng.normal(size=(2, times)).cumsum(axis=1)
    return 10 + 3 * rng.normal(size=(units, 1)) + rng.normal(size=(units, 2)) @ factors + noise


def long(values: np.ndarray, first: int = 2009, seed: int = 0) -> pd.DataFrame:
    """Return a long table of outcomes with sizes and two other columns, units named u000 …"""
    units, times = values.shape
    rng = np.random.default_rng(seed + 1)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:03d}" for i in range(units)], times),
            "year": np.tile(np.arange(first, first + times), units),
            "y": values.ravel(),
            "size": np.repeat(np.exp(rng.normal(10, 1, units)), times),
            "x": np.repeat(values.mean(axis=1) + rng.normal(size=units), times)
            + rng.normal(size=units * times),
            "z": rng.normal(size=units * times),
        }
    )


def panel_of(values: np.ndarray, treated=None, **options) -> Panel:
    """Return a panel whose first unit is treated from the last but one time on, or as said."""
    treated = treated or {"u000": 2009 + values.shape[1] - 2}
    options = {"population": "size"} | options
    return Panel(long(values), unit="unit", time="year", treated=treated, **options)
