"""Simulated coverage of the 95 % intervals of indices of people, and what it is made of.

Two populations, drawn two ways, 500 people each time (1 000 in the clusters).  ``lognormal``: log
income with standard deviation 0.5, one hump and a long tail.  ``two humps``: a third of the people
lives on e times as much as the others.  Four strata of unequal size and level; in the clustered
sample they are drawn with unequal probabilities, in clusters of four who share 30 % of the
variance of their luck.  Rank, education, illness and answers depend on the same luck.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pandas as pd

from skk_analysis import metrics as m

COUNTRY_LINE = 0.7
INCOME = {
    "mean": m.mean,
    "median": m.median,
    "quantile(0.9)": partial(m.quantile, p=0.9),
    "gini": m.gini,
    "gini(corrected)": partial(m.gini, corrected=True),
    "theil_t": m.theil_t,
    "mld": m.mld,
    "generalized_entropy(-0.5)": partial(m.generalized_entropy, alpha=-0.5),
    "generalized_entropy(2)": partial(m.generalized_entropy, alpha=2),
    "atkinson(0.5)": m.atkinson,
    "atkinson(1)": partial(m.atkinson, epsilon=1),
    "atkinson(2)": partial(m.atkinson, epsilon=2),
    "hoover": m.hoover,
    "coefficient_of_variation": m.coefficient_of_variation,
    "s_gini(1.5)": partial(m.s_gini, nu=1.5),
    "s_gini(4)": partial(m.s_gini, nu=4),
    "kolm(1)": partial(m.kolm, kappa=1),
    "zenga": m.zenga,
    "quantile_share(0, 0.2)": m.quantile_share,
    "quantile_share(0.8, 1)": partial(m.quantile_share, lower=0.8, upper=1),
    "s80s20": m.s80s20,
    "s90s10": m.s90s10,
    "palma": m.palma,
    "percentile_ratio": m.percentile_ratio,
    "generalized_lorenz(0.4)": partial(m.generalized_lorenz, p=0.4),
    "poverty_line": m.poverty_line,
    "low_income_rate": m.low_income_rate,
    "low_income_rate(line)": partial(m.low_income_rate, line=0.8),
    "fgt(1)": m.poverty_gap,
    "fgt(2)": partial(m.fgt, alpha=2),
    "fgt(1, line)": partial(m.poverty_gap, line=COUNTRY_LINE),
    "fgt(2, line)": partial(m.fgt, alpha=2, line=COUNTRY_LINE),
    "watts": m.watts,
    "sen": m.sen,
    "sen(line)": partial(m.sen, line=COUNTRY_LINE),
    "sen_shorrocks_thon": m.sen_shorrocks_thon,
    "concentration_index": partial(m.concentration_index, rank="rank"),
    "concentration_index, ties": partial(m.concentration_index, rank="education"),
    "concentration_share(0.3)": partial(m.concentration_share, rank="rank", p=0.3),
    "concentration_share, ties": partial(m.concentration_share, rank="education", p=0.3),
    "slope_index": partial(m.slope_index, rank="education"),
    "relative_index(log)": partial(m.relative_index, rank="education", link="log"),
    "gap": partial(m.gap, groups="education", between=(4, 1)),
    "gap, relative": partial(m.gap, groups="education", between=(4, 1), relative=True),
    "wolfson": m.wolfson,
    "duclos_esteban_ray(0.25)": partial(m.duclos_esteban_ray, alpha=0.25),
    "duclos_esteban_ray(0.5)": m.duclos_esteban_ray,
    "duclos_esteban_ray(1)": partial(m.duclos_esteban_ray, alpha=1),
    "der_identification": m.der_identification,
    "der_correlation": m.der_correlation,
    "esteban_ray": partial(m.esteban_ray, groups="education"),
    "esteban_gradin_ray(2)": m.esteban_gradin_ray,
    "esteban_gradin_ray(3)": partial(m.esteban_gradin_ray, groups=3),
    "zhang_kanbur": partial(m.zhang_kanbur, groups="education"),
}
ILL = {
    "wagstaff": partial(
        m.concentration_index, rank="education", correction="wagstaff", bounds=(0, 1)
    ),
    "erreygers": partial(m.concentration_index, rank="rank", correction="erreygers", bounds=(0, 1)),
    "slope_index(logit)": partial(m.slope_index, rank="rank", link="logit"),
    "relative_index(logit)": partial(m.relative_index, rank="education", link="logit"),
    "relative_index(identity)": partial(m.relative_index, rank="education"),
    "relative_index(mean)": partial(m.relative_index, rank="rank", over="mean"),
}
ANSWER = {
    name: partial(index, categories=5)
    for name, index in {
        "van_der_eijk": m.van_der_eijk,
        "consensus": m.consensus,
        "leik": m.leik,
        "berry_mielke": m.berry_mielke,
        "blair_lacy": m.blair_lacy,
        "kvalseth": m.kvalseth,
        "apouey(0.5)": m.apouey,
        "cowell_flachaire(0)": m.cowell_flachaire,
        "cowell_flachaire(0.5)": partial(m.cowell_flachaire, alpha=0.5, status="upward"),
    }.items()
}
COLUMNS = {
    "income": INCOME,
    "ill": ILL,
    "answer": ANSWER,
    "education": {"reynal_querol": m.reynal_querol},
    "log_income": {"bimodality_coefficient": m.bimodality_coefficient},
}
NAMES = [name for indices in COLUMNS.values() for name in indices]
SHAPES = ("lognormal", "two humps")
SHARE = np.array([0.4, 0.3, 0.2, 0.1])
LEVEL = np.array([-0.15, 0.0, 0.15, 0.3])
CLUSTERS = np.array([60, 60, 60, 70])
IN_CLUSTER = 4
BLOCK = 250  # samples from one stream of random numbers


def people(shape: str, stratum: np.ndarray, cluster_noise: np.ndarray, rng) -> pd.DataFrame:
    """Draw people of given stratum and standard normal cluster effect."""
    n = len(stratum)
    luck = np.sqrt(0.3) * cluster_noise + np.sqrt(0.7) * rng.standard_normal(n)
    rank = 0.6 * luck + 0.8 * rng.standard_normal(n)
    ill = rng.random(n) < 1 / (1 + np.exp(0.2 + 0.5 * rank))
    answer = np.digitize(0.5 * luck + rng.standard_normal(n), [-1.4, -0.5, 0.2, 1.3]) + 1
    if shape == "lognormal":
        income = np.exp(LEVEL[stratum] + 0.5 * luck)
    else:
        upper = rng.random(n) < 0.35
        income = np.exp(LEVEL[stratum] / 3 + np.where(upper, 1.0, 0.0) + 0.28 * luck)
        answer = np.where(upper, np.minimum(answer + 2, 5), np.maximum(answer - 1, 1))
    return pd.DataFrame(
        {
            "income": income,
            "log_income": np.log(income),
            "rank": rank,
            "education": np.digitize(rank, [-0.8, 0.2, 0.9]) + 1,
            "ill": ill,
            "answer": answer,
        }
    )


def simple_sample(shape: str, rng, n: int = 500) -> m.SurveyDesign:
    """Draw people one by one."""
    stratum = rng.choice(4, size=n, p=SHARE)
    return m.SurveyDesign(people(shape, stratum, rng.standard_normal(n), rng))


def complex_sample(shape: str, rng) -> m.SurveyDesign:
    """Draw clusters in strata, with weights."""
    stratum = np.repeat(np.arange(4), CLUSTERS * IN_CLUSTER)
    cluster = np.repeat(np.arange(CLUSTERS.sum()), IN_CLUSTER)
    frame = people(shape, stratum, rng.standard_normal(CLUSTERS.sum())[cluster], rng)
    weights = (SHARE / CLUSTERS)[stratum]
    return m.SurveyDesign(frame, weights=weights, strata=stratum, clusters=cluster)


SAMPLES = {"simple": simple_sample, "stratified clusters": complex_sample}


def figures(design: m.SurveyDesign) -> pd.DataFrame:
    """Return all indices of a sample, in the order of ``NAMES``."""
    tables = [m.inequality_table(design, c, indices=i) for c, i in COLUMNS.items()]
    return pd.concat(tables).set_index("index")


@cache
def truth(shape: str, n: int = 1_000_000) -> np.ndarray:
    """Return the indices of the population, from a sample so large that its error is nothing."""
    return figures(simple_sample(shape, np.random.default_rng(20), n))["value"].to_numpy()


def drawn(shape: str, sample: str, block: int, draws: int = BLOCK, seed: int = 7) -> np.ndarray:
    """Return value, se, lower and upper of each index in some samples, (draws, indices, 4)."""
    rng = np.random.default_rng([seed, block])
    columns = ["value", "se", "lower", "upper"]
    return np.array([figures(SAMPLES[sample](shape, rng))[columns] for _ in range(draws)])


def summary(shape: str, sample: str, found: np.ndarray) -> pd.DataFrame:
    """Return each index's coverage, misses on either side, and its error and bias.

    Returns
    -------
    DataFrame
        ``below``, ``above``: the interval lies wholly below (above) the truth.  ``se_ratio``: root
        mean square of the standard errors over the standard deviation of the values.  ``bias``: in
        standard deviations.
    """
    true = truth(shape)
    value, se, lower, upper = np.moveaxis(found, 2, 0)
    below, above = (upper < true).mean(axis=0), (lower > true).mean(axis=0)
    deviation = value.std(axis=0)
    return pd.DataFrame(
        {
            "population": shape,
            "sample": sample,
            "index": NAMES,
            "draws": len(found),
            "coverage": 1 - below - above,
            "below": below,
            "above": above,
            "se_ratio": np.sqrt((se**2).mean(axis=0)) / deviation,
            "bias": (value.mean(axis=0) - true) / deviation,
        }
    )


def table(draws: int) -> pd.DataFrame:
    """Return the coverage of every index in both populations and both samples."""
    parts = []
    for shape in SHAPES:
        for sample in SAMPLES:
            blocks = [drawn(shape, sample, block) for block in range(draws // BLOCK)]
            parts.append(summary(shape, sample, np.concatenate(blocks)))
    return pd.concat(parts)
