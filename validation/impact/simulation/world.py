"""The simulated country of the size and power studies: 300 municipalities, 12 years, no effect.

The design of the programme: yearly figures 2009–2020, treatment in 2019, so ten years before and
two after; noise that lasts and is larger in small municipalities; one factor that all share in
different degrees; the pandemic year optionally a shock that grows with size.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

UNITS, YEARS, START = 300, np.arange(2009, 2021), 2019
FLOOR, BY_SIZE = 1.0, 8_000.0  # variance of the noise: FLOOR + BY_SIZE / population


def country(rng: np.random.Generator, rho: float, shock: float = 0.0) -> pd.DataFrame:
    """Return one draw: name, year, population, y.

    Parameters
    ----------
    rho : float
        Correlation of neighbouring years' noise.
    shock : float
        Standard deviation over municipalities of the shock of 2020, correlated 0.7 with log size.
    """
    log_size = rng.normal(8.7, 1.1, UNITS)
    population = np.exp(log_size)
    spread = np.sqrt(FLOOR + BY_SIZE / population)
    noise = rng.standard_normal((UNITS, len(YEARS)))
    for year in range(1, len(YEARS)):
        noise[:, year] = rho * noise[:, year - 1] + np.sqrt(1 - rho**2) * noise[:, year]
    factor = rng.standard_normal(len(YEARS)).cumsum() * 0.5
    loading = 1 + 0.5 * rng.standard_normal(UNITS)
    level = 3 * rng.standard_normal(UNITS)
    y = level[:, None] + loading[:, None] * factor + spread[:, None] * noise
    if shock:
        size = (log_size - log_size.mean()) / log_size.std()
        own = 0.7 * size + np.sqrt(1 - 0.7**2) * rng.standard_normal(UNITS)
        y[:, -1] += shock * own
    names = np.array([f"m{i:03d}" for i in range(UNITS)])
    return pd.DataFrame(
        {
            "name": np.repeat(names, len(YEARS)),
            "year": np.tile(YEARS, UNITS),
            "population": np.repeat(population, len(YEARS)),
            "y": y.ravel(),
        }
    )


def chosen(frame: pd.DataFrame, count: int, which: str, rng: np.random.Generator) -> list[str]:
    """Return the names of the treated: the largest or random ones."""
    size = frame.groupby("name")["population"].first().sort_values(ascending=False)
    if which == "big":
        return list(size.index[:count])
    return list(rng.choice(size.index.to_numpy(), size=count, replace=False))
