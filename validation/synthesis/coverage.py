"""How often the pooled interval of six cities covers the mean, and the next city's its effect.

python validation/synthesis/coverage.py      (in the repository's root; about a minute)

writes ``coverage.csv``.  All intervals of a row come from the same fits: REML, then modified
Knapp–Hartung, Knapp–Hartung, and z, which the library refuses to give at six studies.
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import KNAPP_HARTUNG, MODIFIED
from skk_analysis.synthesis.pooling import pool_studies
from skk_analysis.synthesis.studies import Studies

HERE = Path(__file__).resolve().parent
TAU2 = (0.0, 0.1, 0.25, 0.5, 1.0)
ERRORS = {
    "equal": np.full(6, 0.3),
    "unequal": np.array([0.05, 0.1, 0.2, 0.3, 0.6, 0.9]) ** 0.5,
    "one_large_city": np.array([0.02, 0.5, 0.5, 0.5, 0.5, 0.5]) ** 0.5,
}
DRAWS = 4000
LEVEL = 0.95


def coverage(errors: np.ndarray, tau2: float, draws: int, seed: int) -> dict[str, float]:
    """Return the share of draws in which each interval covers what it should."""
    rng = np.random.default_rng(seed)
    k = len(errors)
    effects = rng.normal(0.0, math.sqrt(tau2), (draws, k + 1))  # the last is the next city's
    found = effects[:, :k] + rng.normal(0.0, 1.0, (draws, k)) * errors
    names = tuple(map(str, range(k)))
    hits = dict.fromkeys(("modified", "knapp_hartung", "z", "prediction", "prediction_hts"), 0)
    for row, further in zip(found, effects[:, k], strict=True):
        studies = Studies(names, row, errors**2, None, ())
        pooled = pool_studies(studies, "REML", MODIFIED, LEVEL)
        usual = 1.959963984540054 * pooled.se / math.sqrt(pooled.factor)
        plain = pool_studies(studies, "REML", KNAPP_HARTUNG, LEVEL)
        hits["modified"] += pooled.interval[0] <= 0 <= pooled.interval[1]
        hits["knapp_hartung"] += plain.interval[0] <= 0 <= plain.interval[1]
        hits["z"] += abs(pooled.estimate) <= usual
        low, high = pooled.prediction_interval
        hits["prediction"] += low <= further <= high
        low, high = pooled.prediction_interval_hts
        hits["prediction_hts"] += low <= further <= high
    return {name: count / draws for name, count in hits.items()}


def table(draws: int = DRAWS, seed: int = 2019) -> pd.DataFrame:
    """Return the coverages of all designs and variances between cities."""
    rows = [
        {"errors": name, "tau2": tau2} | coverage(errors, tau2, draws, seed + i)
        for name, errors in ERRORS.items()
        for i, tau2 in enumerate(TAU2)
    ]
    return pd.DataFrame(rows)


if __name__ == "__main__":
    found = table()
    found.to_csv(HERE / "coverage.csv", index=False, float_format="%.4f")
    print(found.to_string(index=False))
