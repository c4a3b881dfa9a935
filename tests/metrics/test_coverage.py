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


# The interval of an index that squares the top incomes misses too often in samples of 500 from a
# long tail: the rare large incomes that carry it are absent from most samples (Cowell & Flachaire
# 2007 find the same, of the bootstrap too).  Stated in the docstrings, and held to what it is.
LONG_TAIL = {"ge(2)": 0.88, "cv": 0.88, "theil_t": 0.92}
DRAWS = 1000
CHANCE = 0.015  # two standard errors of a coverage of 0.95 from 1000 draws


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("shape", ["lognormal", "two humps"])
def test_intervals_cover(shape, sample):
    found = coverage(shape, sample, DRAWS)
    least = pd.Series({name: LONG_TAIL.get(name, 0.93) for name in found.index}) - CHANCE
    wrong = found[(found < least) | (found > 0.97 + CHANCE)]
    assert wrong.empty, f"{shape}, {sample}:\n{wrong}"


def rejections(overlap: float, index, rng, draws: int) -> float:
    """Share of draws in which the change test finds a change that is not there."""
    n, found = 600, 0
    shared = int(n * overlap)
    for _ in range(draws):
        level = 0.45 * rng.standard_normal(2 * n - shared)
        person = np.r_[0:n, n - shared : 2 * n - shared]
        frame = pd.DataFrame(
            {
                "person": person,
                "year": np.repeat([2019, 2020], n),
                "y": np.exp(level[person] + 0.2 * rng.standard_normal(2 * n)),
            }
        )
        design = m.SurveyDesign(frame, ids="person")
        years = [index(design.where(f"year == {y}"), "y") for y in (2019, 2020)]
        found += m.change(*years).verdict != "unclear"
    return found / draws


@pytest.mark.parametrize("overlap", [0, 0.5, 0.75])
@pytest.mark.parametrize("name", ["gini", "s80s20", "wolfson", "low_income_rate"])
def test_the_change_test_has_its_size(name, overlap):
    size = rejections(overlap, INDICES[name], np.random.default_rng(31), DRAWS)
    assert 0.04 - CHANCE <= size <= 0.06 + CHANCE


@pytest.mark.parametrize(
    "index", [m.dissimilarity, m.isolation, m.exposure, m.theil_h, m.mutual_information]
)
def test_intervals_of_area_indices_cover(index):
    rng = np.random.default_rng(12)
    share = rng.dirichlet(np.full(60, 3.0))
    truth = index(share.reshape(30, 2) * 1e6).value
    hits = 0
    for _ in range(DRAWS):
        low, high = index(rng.multinomial(30_000, share).reshape(30, 2)).interval()
        hits += low <= truth <= high
    assert 0.93 - CHANCE <= hits / DRAWS <= 0.97 + CHANCE


def test_intervals_of_the_decomposition_cover():
    rng = np.random.default_rng(13)
    level = 0.25 * rng.standard_normal(25)
    variance = 0.4**2
    means = np.exp(level + variance / 2)
    between = float(np.mean(means / means.mean() * np.log(means / means.mean())))
    truth = np.array([between + variance / 2, between, variance / 2])
    hits = np.zeros(3)
    for _ in range(DRAWS):
        area = rng.integers(0, 25, 2500)
        frame = pd.DataFrame(
            {"y": np.exp(level[area] + 0.4 * rng.standard_normal(2500)), "a": area}
        )
        parts = m.decompose(frame, "y", "a", correct=True)
        for i, e in enumerate((parts.total, parts.between, parts.within)):
            low, high = e.interval()
            hits[i] += low <= truth[i] <= high
    assert (hits / DRAWS >= 0.93 - CHANCE).all() and (hits / DRAWS <= 0.97 + CHANCE).all(), hits


if __name__ == "__main__":
    import sys

    cases = [(s, d) for s in ("lognormal", "two humps") for d in SAMPLES]
    table = pd.DataFrame({case: coverage(*case, int(sys.argv[1])) for case in cases})
    print(table.round(3).to_string())  # noqa: T201
