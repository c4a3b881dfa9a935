"""Simulated coverage of the nominal 95 % intervals, and the size of the change test.

``python tests/metrics/test_coverage.py`` prints the tables; pytest asserts them (marker slow).
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from skk_analysis import metrics as m

pytestmark = pytest.mark.slow

INDICES = {
    "mean": m.mean,
    "median": m.median,
    "quantile(0.9)": partial(m.quantile, p=0.9),
    "gini": m.gini,
    "theil_t": m.theil_t,
    "mld": m.mld,
    "ge(-0.5)": partial(m.generalized_entropy, alpha=-0.5),
    "ge(2)": partial(m.generalized_entropy, alpha=2),
    "atkinson(0.5)": m.atkinson,
    "atkinson(1)": partial(m.atkinson, epsilon=1),
    "atkinson(2)": partial(m.atkinson, epsilon=2),
    "hoover": m.hoover,
    "cv": m.coefficient_of_variation,
    "quantile_share(0, 0.2)": m.quantile_share,
    "quantile_share(0.8, 1)": partial(m.quantile_share, lower=0.8, upper=1),
    "s80s20": m.s80s20,
    "palma": m.palma,
    "percentile_ratio": m.percentile_ratio,
    "low_income_rate": m.low_income_rate,
    "low_income_rate(line)": partial(m.low_income_rate, line=0.8),
    "wolfson": m.wolfson,
    "der(0.25)": partial(m.duclos_esteban_ray, alpha=0.25),
    "der(0.5)": m.duclos_esteban_ray,
    "der(1)": partial(m.duclos_esteban_ray, alpha=1),
}
# Four strata of unequal size, level and sampling rate; clusters of four share some of their income.
SHARE = np.array([0.4, 0.3, 0.2, 0.1])
LEVEL = np.array([-0.15, 0.0, 0.15, 0.3])
CLUSTERS = np.array([60, 60, 60, 70])
IN_CLUSTER = 4
SAME = 0.3  # share of the log variance that is between clusters


def draw(shape: str, stratum: np.ndarray, cluster_noise: np.ndarray, rng) -> np.ndarray:
    """Draw incomes for rows of given stratum and standard normal cluster effect."""
    noise = np.sqrt(SAME) * cluster_noise + np.sqrt(1 - SAME) * rng.standard_normal(len(stratum))
    if shape == "lognormal":
        return np.exp(LEVEL[stratum] + 0.5 * noise)
    upper = rng.random(len(stratum)) < 0.35
    return np.exp(LEVEL[stratum] / 3 + np.where(upper, 1.0, 0.0) + 0.28 * noise)


def simple_sample(shape: str, rng, n: int = 500) -> m.SurveyDesign:
    stratum = rng.choice(4, size=n, p=SHARE)
    frame = pd.DataFrame({"y": draw(shape, stratum, rng.standard_normal(n), rng)})
    return m.SurveyDesign(frame)


def complex_sample(shape: str, rng) -> m.SurveyDesign:
    stratum = np.repeat(np.arange(4), CLUSTERS * IN_CLUSTER)
    cluster = np.repeat(np.arange(CLUSTERS.sum()), IN_CLUSTER)
    effect = rng.standard_normal(CLUSTERS.sum())
    frame = pd.DataFrame(
        {
            "y": draw(shape, stratum, effect[cluster], rng),
            "stratum": stratum,
            "cluster": cluster,
            "w": (SHARE / CLUSTERS)[stratum],
        }
    )
    return m.SurveyDesign(frame, weights="w", strata="stratum", clusters="cluster")


SAMPLES = {"simple": simple_sample, "stratified clusters": complex_sample}


def population(shape: str, n: int = 4_000_000) -> np.ndarray:
    rng = np.random.default_rng(20)
    stratum = rng.choice(4, size=n, p=SHARE)
    return draw(shape, stratum, rng.standard_normal(n), rng)


def coverage(shape: str, sample: str, draws: int = 1000) -> pd.Series:
    y = population(shape)
    truth = {name: float(index(y)) for name, index in INDICES.items()}
    hits = np.zeros(len(INDICES))
    rng = np.random.default_rng(7)
    for _ in range(draws):
        design = SAMPLES[sample](shape, rng)
        table = m.inequality_table(design, "y", indices=INDICES).set_index("index")
        hits += [table.lower[k] <= truth[k] <= table.upper[k] for k in INDICES]
    return pd.Series(hits / draws, index=list(INDICES))


if __name__ == "__main__":
    import sys

    draws = int(sys.argv[1])
    print(  # noqa: T201
        pd.DataFrame(
            {(s, d): coverage(s, d, draws) for s in ("lognormal", "two humps") for d in SAMPLES}
        )
        .round(3)
        .to_string()
    )
