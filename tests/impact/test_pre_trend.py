"""The pre-trend test and its power, against R pretrends and by simulation."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from skk_analysis.impact.event_study import EventStudy, event_study
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.pre_trend import box_probability, pre_trend_test

_spec = importlib.util.spec_from_file_location(
    "did_answers", Path(__file__).with_name("did_answers.py")
)
did = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(did)


def test_power_against_trends_agrees_with_pretrends():
    published = did.answers("published")["pre_trend"]
    found = pre_trend_test(did.study("he_wang"), slope=published["slope_50"], test="individual")
    # theirs carry the noise of simulated integrals in the fourth digit
    assert found.slope_50 == pytest.approx(published["slope_50"], abs=5e-5)
    assert found.power == pytest.approx(published["power"], abs=5e-4)
    assert found.bayes_factor == pytest.approx(published["bayes_factor"], abs=5e-4)
    assert found.likelihood_ratio == pytest.approx(published["likelihood_ratio"], abs=1e-6)


def test_box_probability_agrees_with_scipy():
    root = np.random.default_rng(0).normal(size=(5, 5))
    covariance = root @ root.T
    errors = np.sqrt(np.diagonal(covariance))
    correlation = covariance / np.outer(errors, errors)
    low, high = np.array([-1.0, -2, -0.5, -3, -1]), np.array([2.0, 1, 3, 0.5, 2])
    theirs = multivariate_normal.cdf(
        high, cov=correlation, lower_limit=low, rng=np.random.default_rng(1)
    )
    assert box_probability(low, high, correlation) == pytest.approx(theirs, abs=5e-4)


@pytest.mark.parametrize(
    ("test", "dof"), [("joint", np.inf), ("joint", 12.0), ("individual", np.inf)]
)
def test_power_is_what_simulation_finds(test, dof):
    study = did.study("he_wang")
    found = pre_trend_test(
        EventStudy(study.relative, study.coefficients, study.covariance, dof),
        slope=0.06,
        test=test,
    )
    random = np.random.default_rng(3)
    before = study.covariance[:3, :3]
    trend = 0.06 * np.array([-3.0, -2, -1])
    drawn = random.multivariate_normal(trend, before, 40_000)
    spread = random.chisquare(dof, 40_000) / dof if np.isfinite(dof) else np.ones(40_000)
    if test == "joint":
        wald = np.einsum("bk,kl,bl->b", drawn, np.linalg.inv(before), drawn) / spread
        null = random.multivariate_normal(np.zeros(3), before, 40_000)
        at_null = np.einsum("bk,kl,bl->b", null, np.linalg.inv(before), null)
        null_spread = random.permutation(spread)
        limit = np.quantile(at_null / null_spread, 0.95)
        share = np.mean(wald > limit)
    else:
        share = np.mean((np.abs(drawn) > 1.959964 * np.sqrt(np.diagonal(before))).any(axis=1))
    assert found.power == pytest.approx(share, abs=0.015)


@pytest.fixture(scope="module")
def cities() -> pd.DataFrame:
    random = np.random.default_rng(4)
    noise = random.normal(size=(120, 9))
    frame = pd.DataFrame({"u": np.repeat(np.arange(120), 9), "t": np.tile(np.arange(9), 120)})
    frame["size"] = 1000.0 + frame["u"]
    frame["y"] = noise.ravel()
    return frame


def test_rank_among_placebos_finds_a_trend_that_is_there(cities):
    plain = Panel(cities, unit="u", time="t", treated={60: 7}, population="size")
    quiet = pre_trend_test(event_study(plain, "y"))
    assert quiet.test == "rank"
    assert quiet.p * 41 == pytest.approx(round(quiet.p * 41))
    slope = 3 * quiet.slope_80
    moved = cities.assign(y=cities["y"] + slope * cities["t"] * (cities["u"] == 60))
    steep = Panel(moved, unit="u", time="t", treated={60: 7}, population="size")
    found = pre_trend_test(event_study(steep, "y"))
    assert found.check().result == "failed"
    assert found.p == pytest.approx(1 / 41)


@pytest.mark.slow
def test_rank_test_holds_its_size_and_its_power():
    """200 samples: one treated among 120 units, no trend and the trend of 80 % power."""
    random = np.random.default_rng(8)
    found, seen = 0, []
    frame = pd.DataFrame({"u": np.repeat(np.arange(120), 7), "t": np.tile(np.arange(7), 120)})
    frame["size"] = 1000.0 + frame["u"]
    trend = (frame["t"] * (frame["u"] == 60)).to_numpy()
    for _ in range(200):
        frame["y"] = random.normal(size=len(frame))
        panel = Panel(frame, unit="u", time="t", treated={60: 6}, population="size")
        effect = event_study(panel, "y")
        quiet = pre_trend_test(effect)
        found += quiet.p <= 0.05
        frame["y"] += trend * quiet.slope_80
        steep = Panel(frame, unit="u", time="t", treated={60: 6}, population="size")
        seen.append(pre_trend_test(event_study(steep, "y")).p <= 0.05)
    assert 0.01 <= found / 200 <= 0.09
    assert 0.70 <= np.mean(seen) <= 0.90


def test_check_passes_only_with_power():
    quiet = EventStudy.of([0.0, 0.0, 0.1], 0.01 * np.eye(3), 2)
    assert pre_trend_test(quiet, slope=0.5).check().result == "passed"
    assert pre_trend_test(quiet, slope=0.01).check().result == "inconclusive"
    loud = EventStudy.of([1.0, 0.0, 0.1], 0.01 * np.eye(3), 2)
    assert pre_trend_test(loud).check().result == "failed"


def test_rank_power_is_what_putting_placebos_in_the_place_gives(cities):
    plain = Panel(cities, unit="u", time="t", treated={60: 7}, population="size")
    effect = event_study(plain, "y")
    slope = 0.8
    found = pre_trend_test(effect, slope=slope)
    placebos = effect.details["placebo_coefficients"][:, :6]
    trend = slope * np.arange(-6.0, 0)
    seen = []
    for j in range(len(placebos)):
        others = np.delete(placebos, j, axis=0)
        for shift in (trend, -trend):
            everyone = np.vstack([others, placebos[j] + shift])
            inverse = np.linalg.inv(everyone.T @ everyone)
            wald = np.einsum("bk,kl,bl->b", everyone, inverse, everyone)
            seen.append(np.mean(wald >= wald[-1] - 1e-12) <= 0.05)
    assert 0.1 < found.power < 0.95
    assert found.power == pytest.approx(np.mean(seen), abs=1e-12)


def test_bad_input_says_what_is_wrong():
    with pytest.raises(ValueError, match="no coefficient lies before"):
        pre_trend_test(EventStudy([0], [1.0], [[1.0]]))
    with pytest.raises(ValueError, match="covariance of the event study is unknown"):
        pre_trend_test(EventStudy([-2, 0], [1.0, 2.0], np.full((2, 2), np.nan)))
