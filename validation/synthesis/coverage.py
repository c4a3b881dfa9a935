"""How often the pooled interval of six cities covers the mean, and the next city's its effect.

python validation/synthesis/coverage.py      (in the repository's root; some minutes)

writes ``coverage.csv`` (REML with modified Knapp–Hartung, Knapp–Hartung and z, which the library
refuses to give at six studies; the confidence distribution; and the three prediction intervals) and
``dominance.csv`` (one study with much of the weight that sampling errors alone would give).
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import MODIFIED
from skk_analysis.synthesis.pooling import pool_studies
from skk_analysis.synthesis.studies import Studies

HERE = Path(__file__).resolve().parent
TAU2 = (0.0, 0.1, 0.25, 0.5, 1.0)
ERRORS = {
    "equal": np.full(6, 0.3),
    "unequal": np.array([0.05, 0.1, 0.2, 0.3, 0.6, 0.9]) ** 0.5,
    "one_large_city": np.array([0.02, 0.5, 0.5, 0.5, 0.5, 0.5]) ** 0.5,
}
SHARES = (
    *("modified", "knapp_hartung", "z", "distribution"),
    *("prediction", "prediction_hts", "distribution_prediction"),
)
COLUMNS = ["k", "share", "tau2", "modified", "distribution", "distribution_prediction"]
DRAWS = 4000
LEVEL = 0.95


def coverage(errors: np.ndarray, tau2: float, draws: int, seed: int) -> dict[str, float]:
    """Return the share of draws in which each interval covers what it should."""
    rng = np.random.default_rng(seed)
    k = len(errors)
    effects = rng.normal(0.0, math.sqrt(tau2), (draws, k + 1))  # the last is the next city's
    found = effects[:, :k] + rng.normal(0.0, 1.0, (draws, k)) * errors
    names = tuple(map(str, range(k)))
    hits = dict.fromkeys(SHARES, 0)
    for row, further in zip(found, effects[:, k], strict=True):
        studies = Studies(names, row, errors**2, None, ())
        pooled = pool_studies(studies, "REML", MODIFIED, LEVEL)
        usual = 1.959963984540054 * pooled.se / math.sqrt(pooled.factor)
        hits["modified"] += pooled.interval[0] <= 0 <= pooled.interval[1]
        half = (pooled.interval[1] - pooled.estimate) / math.sqrt(pooled.factor)
        plain = half * math.sqrt(pooled.fitted.dispersion)
        hits["knapp_hartung"] += abs(pooled.estimate) <= plain
        hits["distribution"] += pooled.distribution.p >= 1 - LEVEL  # p inverts the interval
        beyond = pooled.distribution.probability_of_benefit(further)
        hits["distribution_prediction"] += abs(2 * beyond - 1) <= LEVEL
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


def dominated(k: int, share: float) -> np.ndarray:
    """Return errors of which one study has a share of the weight and the rest have variance 0.5."""
    variances = np.full(k, 0.5)
    variances[0] = 0.5 * (1 - share) / (share * (k - 1))
    return np.sqrt(variances)


def dominance(draws: int = 1500, seed: int = 2020) -> pd.DataFrame:
    """Return the coverages where one study has much of the weight."""
    rows = [
        {"k": k, "share": share, "tau2": tau2}
        | coverage(dominated(k, share), tau2, draws, seed + k)
        for k in (3, 4, 6, 12)
        for share in (0.5, 0.6, 0.8)
        for tau2 in (0.05, 0.15, 0.5)
    ]
    return pd.DataFrame(rows)[COLUMNS]


if __name__ == "__main__":
    for name, found in (("coverage", table()), ("dominance", dominance())):
        found.to_csv(HERE / f"{name}.csv", index=False, float_format="%.4f")
        print(found.to_string(index=False))
