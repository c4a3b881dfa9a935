"""Adjustment for many outcomes and equivalence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from skk_analysis.impact.multiplicity import adjust_effects, equivalence, romano_wolf
from skk_analysis.impact.result import Effect


def test_holm_for_primary_and_benjamini_hochberg_for_the_rest():
    p = {"a": 0.02, "b": 0.03, "c": 0.01, "d": 0.04, "e": np.nan, "f": 0.5}
    effects = {name: Effect(estimate=1.0, p=value) for name, value in p.items()}
    table = adjust_effects(effects, primary=["a", "b"]).set_index("name")
    expected = {"a": 0.04, "b": 0.04, "c": 0.03, "d": 0.06, "f": 0.5}
    assert table["p_adjusted"].dropna().to_dict() == pytest.approx(expected)
    assert table.index[table["clear"]].tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="not among"):
        adjust_effects(effects, primary=["z"])


def test_romano_wolf_is_step_down_by_definition():
    random = np.random.default_rng(2)
    placebos = random.normal(size=(99, 4)) @ random.normal(size=(4, 4))
    real = np.array([4.0, -0.5, 5.0, 1.0])
    scale = np.sqrt((np.vstack([placebos, real]) ** 2).mean(axis=0))
    size, drawn = np.abs(real) / scale, np.abs(placebos) / scale
    expected, left, last = np.empty(4), [0, 1, 2, 3], 0.0
    while left:
        top = max(left, key=lambda j: size[j])
        largest = drawn[:, left].max(axis=1)
        last = max(last, (1 + (largest >= size[top]).sum()) / 100)
        expected[top] = last
        left.remove(top)
    np.testing.assert_allclose(romano_wolf(real, placebos), expected)


def test_romano_wolf_pays_once_for_the_same_outcome():
    placebos = np.random.default_rng(3).normal(size=(199, 1))
    alone = romano_wolf([2.5], placebos)
    ten = romano_wolf([2.5] * 10, np.repeat(placebos, 10, axis=1))
    np.testing.assert_allclose(ten, alone[0])


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_romano_wolf_keeps_the_chance_of_any_false_finding(correlation):
    random = np.random.default_rng(4)
    root = np.linalg.cholesky(np.full((6, 6), correlation) + (1 - correlation) * np.eye(6))
    false = 0
    for _ in range(2_000):
        drawn = random.normal(size=(40, 6)) @ root.T
        false += (romano_wolf(drawn[0], drawn[1:]) <= 0.05).any()
    assert false / 2_000 == pytest.approx(0.05, abs=0.016)


def test_equivalence_agrees_with_two_one_sided_t_tests():
    sample = np.random.default_rng(5).normal(0.1, 1, 30)
    se = sample.std(ddof=1) / np.sqrt(30)
    effect = Effect(estimate=sample.mean(), se=se, details={"cluster_robust": {"dof": 29}})
    found = equivalence(effect, 0.5)
    sides = [
        ttest_1samp(sample, -0.5, alternative="greater").pvalue,
        ttest_1samp(sample, 0.5, alternative="less").pvalue,
    ]
    assert found.p == pytest.approx(max(sides), rel=1e-9)
    assert found.equivalent == (found.p <= 0.05)


def test_equivalence_by_placebos_is_the_90_percent_set():
    placebos = np.random.default_rng(6).normal(size=99)
    for estimate in (0.0, 0.4, -3.0):
        for limit in (0.5, 1.7, 2.2, 4.0):
            found = equivalence(Effect(estimate=estimate, placebos=placebos), limit)
            assert found.equivalent == (found.p <= 0.05)
    few = equivalence(Effect(estimate=0.0, placebos=placebos[:5]), 10.0)
    assert few.equivalent is False
    assert few.interval == (-np.inf, np.inf)
    assert equivalence(Effect(estimate=0.0), 1.0).equivalent is None
    with pytest.raises(ValueError, match="limit must be positive"):
        equivalence(Effect(estimate=0.0), -1.0)
