"""Simulated coverage of the nominal 95 % intervals of gradient, poverty, pole and answer indices.

``python tests/metrics/test_interval_coverage.py 1000`` prints the table; pytest asserts it (slow).
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from skk_analysis import metrics as m

pytestmark = pytest.mark.slow

COUNTRY_LINE = 0.7
INCOME = {
    "gini corrected": partial(m.gini, corrected=True),
    "s_gini(1.5)": partial(m.s_gini, nu=1.5),
    "s_gini(4)": partial(m.s_gini, nu=4),
    "kolm(1)": partial(m.kolm, kappa=1),
    "zenga": m.zenga,
    "s90s10": m.s90s10,
    "generalized_lorenz(0.4)": partial(m.generalized_lorenz, p=0.4),
    "poverty_line": m.poverty_line,
    "fgt(1)": m.poverty_gap,
    "fgt(2)": partial(m.fgt, alpha=2),
    "fgt(1, line)": partial(m.poverty_gap, line=COUNTRY_LINE),
    "fgt(2, line)": partial(m.fgt, alpha=2, line=COUNTRY_LINE),
    "watts": m.watts,
    "sen": m.sen,
    "sen(line)": partial(m.sen, line=COUNTRY_LINE),
    "sen_shorrocks_thon": m.sen_shorrocks_thon,
    "concentration_index": partial(m.concentration_index, rank="rank"),
    "concentration_index ties": partial(m.concentration_index, rank="education"),
    "concentration_share(0.3)": partial(m.concentration_share, rank="rank", p=0.3),
    "concentration_share ties": partial(m.concentration_share, rank="education", p=0.3),
    "slope_index": partial(m.slope_index, rank="education"),
    "relative_index(log)": partial(m.relative_index, rank="education", link="log"),
    "gap": partial(m.gap, groups="education", between=(4, 1)),
    "gap relative": partial(m.gap, groups="education", between=(4, 1), relative=True),
    "esteban_ray": partial(m.esteban_ray, groups="education"),
    "zhang_kanbur": partial(m.zhang_kanbur, groups="education"),
    "egr(2)": m.esteban_gradin_ray,
    "egr(3)": partial(m.esteban_gradin_ray, groups=3),
    "der_identification": m.der_identification,
    "der_correlation": m.der_correlation,
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
    "log_income": {"bimodality": m.bimodality_coefficient},  # on a scale without a long tail
}
# Four strata of unequal size, level and sampling rate; clusters of four share some of their luck.
SHARE = np.array([0.4, 0.3, 0.2, 0.1])
LEVEL = np.array([-0.15, 0.0, 0.15, 0.3])
CLUSTERS = np.array([60, 60, 60, 70])
IN_CLUSTER = 4
SHAPES = ("lognormal", "two humps")


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


def simple_sample(shape: str, rng) -> m.SurveyDesign:
    stratum = rng.choice(4, size=500, p=SHARE)
    return m.SurveyDesign(people(shape, stratum, rng.standard_normal(500), rng))


def complex_sample(shape: str, rng) -> m.SurveyDesign:
    stratum = np.repeat(np.arange(4), CLUSTERS * IN_CLUSTER)
    cluster = np.repeat(np.arange(CLUSTERS.sum()), IN_CLUSTER)
    frame = people(shape, stratum, rng.standard_normal(CLUSTERS.sum())[cluster], rng)
    weights = (SHARE / CLUSTERS)[stratum]
    return m.SurveyDesign(frame, weights=weights, strata=stratum, clusters=cluster)


SAMPLES = {"simple": simple_sample, "stratified clusters": complex_sample}


def figures(design: m.SurveyDesign) -> pd.DataFrame:
    tables = [m.inequality_table(design, c, indices=i) for c, i in COLUMNS.items()]
    return pd.concat(tables).set_index("index")


def truth(shape: str, n: int = 1_000_000) -> pd.Series:
    rng = np.random.default_rng(20)
    stratum = rng.choice(4, size=n, p=SHARE)
    return figures(m.SurveyDesign(people(shape, stratum, rng.standard_normal(n), rng)))["value"]


def coverage(shape: str, sample: str, draws: int) -> pd.DataFrame:
    """Return coverage, and the mean standard error over the standard deviation of the values."""
    true, rng = truth(shape), np.random.default_rng(7)
    tables = [figures(SAMPLES[sample](shape, rng)) for _ in range(draws)]
    lower, upper, value, se = (
        pd.concat([t[c] for t in tables], axis=1, ignore_index=True)
        for c in ("lower", "upper", "value", "se")
    )
    hits = lower.le(true, axis=0) & upper.ge(true, axis=0)
    return pd.DataFrame(
        {"coverage": hits.mean(axis=1), "se ratio": se.mean(axis=1) / value.std(axis=1)}
    )


# Known to be short at n = 500, and their docstrings say so: DER's parts, whose influence functions
# leave out the noise of the density; the bimodality coefficient of one hump, whose skewness is
# squared; van der Eijk's A beside a kink, where two categories are nearly the same size.
SHORT = ["der_identification", "der_correlation", "bimodality", "van_der_eijk"]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_cover_as_they_say(shape, sample):
    found = coverage(shape, sample, draws=400)["coverage"]
    assert found[SHORT].min() > 0.86
    rest = found.drop(SHORT)
    off = rest[(rest < 0.93 - 0.025) | (rest > 0.97 + 0.02)]  # simulation error 0.011
    assert off.empty, off.to_string()


if __name__ == "__main__":
    import sys

    parts = {(s, d): coverage(s, d, int(sys.argv[1])) for s in SHAPES for d in SAMPLES}
    sys.stdout.write(pd.concat(parts, axis=1).round(3).to_string() + "\n")
