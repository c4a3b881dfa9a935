"""The invented panel that ours and other programs are given: panel.csv, made again by this file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
UNITS, YEARS = 60, range(2011, 2021)


def invented() -> pd.DataFrame:
    """Return units × years: outcome, covariates, weights, first treated years (0 = never)."""
    random = np.random.default_rng(20190)
    unit = np.repeat(np.arange(UNITS), len(YEARS))
    year = np.tile(np.array(YEARS), UNITS)
    block = np.isin(np.arange(UNITS), random.choice(UNITS, 9, replace=False)) * 2018
    fixed = random.normal(0, 1, UNITS)
    # the covariate makes early and late starts likelier, but does not decide
    score = fixed + random.normal(0, 1.5, UNITS)
    staggered = np.select([score > 2.0, score > 1.1, score > 0.4], [2014, 2016, 2018], 0)
    noise = np.zeros((UNITS, len(YEARS)))
    for t in range(len(YEARS)):
        noise[:, t] = random.normal(0, 0.4, UNITS) + (0.5 * noise[:, t - 1] if t else 0)
    x = random.normal(0, 1, UNITS * len(YEARS))
    since = np.where(staggered[unit] > 0, year - staggered[unit], -99)
    y = 3 + fixed[unit] + 0.1 * (year - 2011) * (1 + 0.3 * fixed[unit]) + 0.2 * x + noise.ravel()
    y += np.where(since >= 0, 0.3 + 0.1 * since, 0)
    y += 0.25 * ((block[unit] > 0) & (year >= block[unit]))
    return pd.DataFrame(
        {
            "unit": unit,
            "year": year,
            "y": y.round(6),
            "x": x.round(6),
            "fixed": fixed[unit].round(6),
            "weight": (1 + unit % 4).astype(float),
            "block": block[unit],
            "staggered": staggered[unit],
            "region": unit % 12,
        }
    )


if __name__ == "__main__":
    invented().to_csv(HERE / "panel.csv", index=False)
