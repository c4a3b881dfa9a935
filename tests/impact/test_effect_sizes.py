"""Effect sizes: metafor's escalc, Morris's printed table, exact small-sample bias, conversions."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from skk_analysis.estimate import Estimate
from skk_analysis.impact.effect_formulas import FORMULAS, small_sample_factor
from skk_analysis.impact.effect_sizes import EFFECT_SIZES, convert_effect_size, effect_size

HERE = Path(__file__).resolve().parents[2] / "validation" / "impact" / "series_and_surveys"
METAFOR = json.loads((HERE / "effect_sizes.json").read_text(encoding="utf-8"))["cases"]

# the same formulas in double precision; R prints 15 digits
SAME_FORMULA = 1e-10
NOT_IN_METAFOR_3 = {"cohens_d", "pre_post_control", "probability_of_superiority", "cliffs_delta"}


@pytest.mark.parametrize("case", METAFOR, ids=lambda c: c["kind"])
def test_metafor_gives_the_same(case):
    found = effect_size(case["kind"], **case["statistics"])
    assert found.value == pytest.approx(case["value"], rel=SAME_FORMULA)
    assert found.se**2 == pytest.approx(case["variance"], rel=SAME_FORMULA)


def test_every_kind_is_compared():
    compared = {case["kind"] for case in METAFOR} | NOT_IN_METAFOR_3
    assert compared == set(FORMULAS) == set(EFFECT_SIZES)


# Morris (2008), table 5: five studies of Carlson & Schmidt (1999), and his d_ppc2
TRAINED = [
    (30.6, 38.5, 15.0, 20, 0.47), (23.5, 26.8, 3.1, 50, 0.64), (0.5, 0.7, 0.1, 9, 0.77),
    (53.4, 75.9, 14.5, 10, 0.89), (35.6, 36.0, 4.7, 14, 0.44),
]  # fmt: skip
OTHERS = [
    (23.1, 19.7, 13.8, 20), (24.9, 25.3, 4.1, 42), (0.6, 0.6, 0.2, 9),
    (55.7, 60.7, 17.3, 11), (34.8, 33.4, 3.1, 14),
]  # fmt: skip


def test_morris_table_5():
    found = [
        effect_size(
            "pre_post_control",
            mean_before1=t[0], mean_after1=t[1], sd_before1=t[2], n1=t[3], correlation=t[4],
            mean_before2=c[0], mean_after2=c[1], sd_before2=c[2], n2=c[3],
        )
        for t, c in zip(TRAINED, OTHERS, strict=True)
    ]  # fmt: skip
    assert [round(e.value, 2) for e in found] == [0.77, 0.80, 1.20, 1.05, 0.44]


def test_pre_post_control_is_unbiased_with_its_stated_variance():
    # the sampling distribution is known, so the exact moments are those of many normal samples
    rng = np.random.default_rng(5)
    n1, n2, rho, true, draws = 12, 15, 0.6, 0.5, 40_000
    noise = rng.standard_normal((draws, n1 + n2, 2))
    before = noise[..., 0]
    change = (rho - 1) * before + math.sqrt(1 - rho**2) * noise[..., 1]
    change[:, :n1] += true
    df = n1 + n2 - 2
    pooled = (n1 - 1) * before[:, :n1].var(1, ddof=1) + (n2 - 1) * before[:, n1:].var(1, ddof=1)
    g = (1 - 3 / (4 * df - 1)) * (change[:, :n1].mean(1) - change[:, n1:].mean(1))
    g = g / np.sqrt(pooled / df)
    stated = effect_size(
        "pre_post_control", correlation=rho, mean_before1=0, sd_before1=1, n1=n1, n2=n2,
        mean_after1=true / (1 - 3 / (4 * df - 1)), mean_before2=0, sd_before2=1, mean_after2=0,
    )  # fmt: skip
    assert g.mean() == pytest.approx(true, abs=4 * g.std() / math.sqrt(draws))
    assert g.var() == pytest.approx(stated.se**2, rel=0.05)


def test_j_makes_hedges_g_unbiased():
    # E[t'(df, δ)] is known in closed form and holds exactly this factor
    df, delta = 7, 1.3
    assert stats.nct.mean(df, delta) == pytest.approx(delta / small_sample_factor(df))


@pytest.mark.parametrize("scale", ["log_odds_ratio", "cliffs_delta", "correlation"])
def test_there_and_back(scale):
    d = Estimate(0.43, 0.21)
    there = convert_effect_size(d, source="d", target=scale)
    back = convert_effect_size(there, source=scale, target="d")
    assert (back.value, back.se) == pytest.approx((d.value, d.se))


@pytest.mark.parametrize(
    ("source", "value", "d"),
    [
        ("log_odds_ratio", math.pi / math.sqrt(3), 1.0),
        ("probability_of_superiority", stats.norm.cdf(0.8 / math.sqrt(2)), 0.8),
        ("cliffs_delta", 2 * stats.norm.cdf(0.5 / math.sqrt(2)) - 1, 0.5),
        ("correlation", 1 / math.sqrt(5), 1.0),
    ],
)
def test_conversions(source, value, d):
    found = convert_effect_size(Estimate(value, 0.01), source=source, target="d")
    assert found.value == pytest.approx(d)


def test_cohens_d_is_hedges_g_without_its_factor():
    study = {"mean1": 5.1, "sd1": 1.3, "n1": 17, "mean2": 4.4, "sd2": 0.9, "n2": 23}
    d, g = effect_size("cohens_d", **study), effect_size("hedges_g", **study)
    assert g.value == pytest.approx(d.value * small_sample_factor(38))
    assert d.se**2 == pytest.approx(1 / 17 + 1 / 23 + d.value**2 / 80)


def test_hanley_and_mcneil():
    # Hanley & McNeil (1982), their example: area 0.893 of 51 and 58, s.e. 0.032
    found = effect_size("probability_of_superiority", superiority=0.893, n1=51, n2=58)
    assert found.se == pytest.approx(0.032, abs=0.0005)
    delta = effect_size("cliffs_delta", delta=2 * 0.893 - 1, n1=51, n2=58)
    assert (delta.value, delta.se) == pytest.approx((2 * found.value - 1, 2 * found.se))


@pytest.mark.parametrize(
    ("kind", "statistics", "says"),
    [
        ("smd", {}, "no effect size 'smd'"),
        ("fisher_z", {"correlation": 0.5}, r"missing: \['n'\]"),
        ("fisher_z", {"correlation": 1.0, "n": 9}, "strictly between"),
        ("raw_mean", {"mean": 1, "sd": 0, "n": 9}, "over 0"),
        ("raw_mean", {"mean": math.nan, "sd": 1, "n": 9}, "finite"),
        ("risk_difference", {"events1": 5, "n1": 4, "events2": 1, "n2": 4}, "between 0 and 4"),
        ("paired_risk_difference", {"gained": 5, "lost": 5, "n": 9}, "together"),
        ("paired_log_odds_ratio", {"gained": 0, "lost": 0}, "nobody changed"),
    ],
)
def test_impossible_statistics_stop(kind, statistics, says):
    with pytest.raises(ValueError, match=says):
        effect_size(kind, **statistics)


def test_the_end_of_a_scale_has_no_counterpart():
    with pytest.raises(ValueError, match="no counterpart"):
        convert_effect_size(Estimate(1.0, 0.1), source="cliffs_delta", target="d")
