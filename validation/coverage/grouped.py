"""Coverage of the 90 % intervals of indices estimated from what Paavo publishes of an area.

1 500 invented areas a country, of several kinds and 50–8 000 adults, whose every income is known
(``tests/metrics/synthetic_areas.py``); the class limits are those the areas' figures imply.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.metrics import gini, grouped_from_paavo, low_income_rate, s80s20, theil_t

AREAS = Path(__file__).resolve().parents[2] / "tests" / "metrics" / "synthetic_areas.py"
INDICES = (gini, theil_t, s80s20, low_income_rate)


def country(seed: int) -> pd.DataFrame:
    """Return each area's estimates beside the truth."""
    spec = importlib.util.spec_from_file_location("synthetic_areas", AREAS)
    synthetic = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(synthetic)
    areas = synthetic.country(seed)
    frame, _ = synthetic.published(areas)
    found = grouped_from_paavo(frame).table(INDICES, level=0.9)
    found["true"] = np.concatenate([[index(x).value for x in areas] for index in INDICES])
    return found.assign(country=seed)


def table(countries: int) -> pd.DataFrame:
    """Return error and coverage of each index in each country."""
    found = pd.concat([country(seed) for seed in range(1, countries + 1)])
    found["error"] = (found["value"] - found["true"]).abs()
    found["coverage"] = (found["lower"] <= found["true"]) & (found["true"] <= found["upper"])
    figures = found.groupby(["index", "country"])[["error", "coverage"]]
    return figures.mean().assign(areas=figures.size()).reset_index()
