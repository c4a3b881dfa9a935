"""Honest intervals: published examples, honestdid, and what the theory demands."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog, minimize
from scipy.stats import norm

from skk_analysis.impact.event_study import EventStudy
from skk_analysis.impact.honest import honest_did, natural_smoothness
from skk_analysis.impact.honest_relative import relative_tests
from skk_analysis.impact.honest_smoothness import folded_quantile, frontier

_spec = importlib.util.spec_from_file_location(
    "did_answers", Path(__file__).with_name("did_answers.py")
)
did = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(did)

CASES = did.answers("published")["honest"]["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['restriction']}-{c['target'][0]}")
def test_medicaid_as_published(case):
    """Three digits are printed, and theirs are points of a grid of 0.04 standard errors."""
    study = did.study(case["vector"])
    rows = np.array(case["rows"])
    found = honest_did(study, restriction=case["restriction"], m=rows[:, 0], target=case["target"])
    grid = 0.04 * study.average(case["target"])[1] if "relative" in case["restriction"] else 0
    np.testing.assert_allclose(found.table, rows, atol=0.0005 + grid + 1e-4)
    assert found.original == pytest.approx(case["original"], abs=0.0006)


def test_medicaid_breakdown_is_about_two():
    found = honest_did(did.study("medicaid"))
    assert found.breakdown == pytest.approx(1.95, abs=0.01)
    below, above = honest_did(
        did.study("medicaid"), m=[found.breakdown - 0.002, found.breakdown + 0.002]
    ).table["lower"]
    assert below > 0 >= above


@pytest.mark.parametrize("name", ["benzarti_carloni", "he_wang"])
def test_agrees_with_honestdid(name):
    theirs = did.answers("peers")["honest"][name]
    study = did.study(name)
    error = study.average(theirs["target"])[1]
    rows = np.array(theirs["smoothness"])
    found = honest_did(study, restriction="smoothness", m=rows[:, 0], target=theirs["target"])
    half = (rows[:, 2] - rows[:, 1]) / 2
    mine = (found.table["upper"] - found.table["lower"]) / 2
    # its simulated quantile at no bias is 1.958; its search finds the length better than the place
    np.testing.assert_allclose(mine, half, rtol=2e-3)
    np.testing.assert_allclose(found.table, rows, atol=0.05 * error)
    for ratio, *between in theirs["relative_magnitude"]:
        edges = honest_did(study, m=[ratio], target=theirs["target"]).table.loc[0, "lower":]
        for edge, (low, high) in zip(edges, between, strict=True):
            # between the points of their grid, but for their 1 000 simulated normals
            assert low - 0.02 * error <= edge <= high + 0.02 * error


def _random_study(seed: int, before: int, after: int) -> EventStudy:
    random = np.random.default_rng(seed)
    k = before + after
    root = random.normal(size=(k, k))
    covariance = 0.01 * (root @ root.T / k + 0.3 * np.eye(k) + 0.3)
    return EventStudy.of(0.1 * random.normal(size=k), covariance, before)


@pytest.mark.parametrize("seed", range(2))
def test_shortest_interval_is_the_optimum_of_a_general_solver(seed):
    """Worst bias by linear programming, length by Nelder–Mead: nothing shorter is found."""
    before, after, bend = 4, 3, 0.03
    study = _random_study(seed, before, after)
    target = np.array([0.2, 0.3, 0.5])
    low, high = honest_did(study, restriction="smoothness", m=[bend], target=target).table.loc[
        0, ["lower", "upper"]
    ]
    k = before + after
    level = np.insert(np.eye(k), before, 0.0, axis=0)
    bends = np.diff(level, 2, axis=0)

    def worst_bias(weights):
        found = linprog(
            -weights,
            A_ub=np.vstack([bends, -bends]),
            b_ub=np.full(2 * len(bends), bend),
            bounds=(None, None),
        )
        return -found.fun if found.status == 0 else np.inf

    slopes = np.arange(-before, 0.0)

    def half(free):
        # the weight on the time just before the reference keeps the estimator blind to the slope
        last = slopes[:-1] @ free + target @ np.arange(1, after + 1)
        weights = np.concatenate([free, [last], target])
        se = np.sqrt(weights @ study.covariance @ weights)
        return se * folded_quantile(0.95, worst_bias(weights) / se)

    free = np.zeros(before - 1)
    found = minimize(half, free, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9})
    assert (high - low) / 2 <= found.fun * (1 + 1e-9)
    assert (high - low) / 2 == pytest.approx(found.fun, rel=2e-3)


def test_frontier_falls_in_error_and_rises_in_bias():
    study = _random_study(9, 8, 2)
    edge = frontier(study.covariance, 8, np.array([0.5, 0.5]))
    _, errors, biases = zip(*(edge.at(p) for p in np.linspace(edge.penalty[0], 0, 40)), strict=True)
    assert (np.diff(errors) <= 1e-12).all()
    assert (np.diff(biases) >= -1e-12).all()
    weights = edge.at(0.0)[0]
    times = np.r_[np.arange(-8, 0), 1, 2]
    assert weights @ times == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("ratio", [0.0, 3.0, 30.0])
def test_folded_quantile(ratio):
    q = folded_quantile(0.95, ratio)
    assert norm.cdf(q - ratio) - norm.cdf(-q - ratio) == pytest.approx(0.95, abs=1e-12)


@pytest.mark.parametrize("target", [[1.0, 0, 0], [0.0, -1.0, 2.0], [1 / 3, 1 / 3, 1 / 3]])
def test_relative_statistic_is_the_linear_programme(target):
    """The closed form against the programme of Andrews, Roth & Pakes, solved as it stands."""
    before, after, ratio = 3, 3, 0.8
    study = _random_study(3, before, after)
    target = np.array(target)
    k = before + after
    level = np.insert(np.eye(k), before, 0.0, axis=0)
    steps = np.diff(level, axis=0)
    tests = relative_tests(
        study.coefficients, study.covariance, before, target, ratio, 0.05, np.zeros((k, 10))
    )
    for piece, (step, sign) in enumerate((s, g) for s in steps[:before] for g in (1, -1)):
        rows = np.vstack(
            [steps[before:] - ratio * sign * step, -steps[before:] - ratio * sign * step]
        )
        errors = np.sqrt(np.einsum("rk,kl,rl->r", rows, study.covariance, rows))
        for theta in (-0.3, 0.0, 0.25):
            # unknown: η and the effects; effects are not in the times before
            found = linprog(
                np.r_[1.0, np.zeros(after)],
                A_ub=np.column_stack([-errors, -rows[:, before:]]),
                b_ub=-rows @ study.coefficients,
                A_eq=np.r_[0.0, target][None],
                b_eq=[theta],
                bounds=(None, None),
            )
            mine = (tests.constant[piece] + tests.slope[piece] * theta).max()
            assert mine == pytest.approx(found.fun, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [0.5, 1.0])
def test_relative_intervals_cover_at_the_edge_of_the_restriction(ratio):
    """2 000 samples with the trend difference as large as allowed: 95 % or more."""
    random = np.random.default_rng(11)
    before, after = 4, 2
    k = before + after
    covariance = 0.01 * (0.5 * np.eye(k) + 0.5)
    trend = np.array([0.0, 0.0, 0.0, -0.3, 0.3 * ratio, 0.6 * ratio])
    target = np.array([0.5, 0.5])
    root = np.linalg.cholesky(covariance)
    noise = root @ np.random.default_rng(1).standard_normal((k, 4_000))
    theta, covered = np.zeros(1), 0
    for _ in range(2_000):
        drawn = trend + root @ random.normal(size=k)
        tests = relative_tests(drawn, covariance, before, target, ratio, 0.05, noise)
        covered += bool(tests.accepts(theta)[0])
    assert covered / 2_000 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2_000)


def test_a_larger_restriction_gives_a_wider_interval():
    study = did.study("he_wang")
    for kind in ("relative_magnitude", "smoothness"):
        table = honest_did(study, restriction=kind, m=[0, 0.05, 0.1, 1], target="average").table
        assert (table["lower"].diff().dropna() < 0).all()
        assert (table["upper"].diff().dropna() > 0).all()


def test_checks_weigh_the_breakdown_against_what_was_seen():
    given = {"target": "average", "m": []}
    smooth = honest_did(did.study("he_wang"), restriction="smoothness", **given).check()
    before = [0.0667031482, -0.0077017923, -0.0307690538, 0.0]
    assert smooth.numbers["natural"] == pytest.approx(np.abs(np.diff(before, 2)).max())
    unclear = EventStudy.of([0.1, 0.2, 0.01], np.eye(3), 2)
    fragile = EventStudy.of([1.0, 0.0, 1.0], 0.01 * np.eye(3), 2)
    sturdy = EventStudy.of([0.02, -0.01, 1.0], 1e-4 * np.eye(3), 2)
    for kind in ("smoothness", "relative_magnitude"):
        assert honest_did(sturdy, restriction=kind, **given).check().result == "passed"
        assert honest_did(unclear, restriction=kind, **given).check().result == "inconclusive"
        assert honest_did(fragile, restriction=kind, **given).check().result == "failed"
    assert natural_smoothness(fragile) == pytest.approx(1.0)


def test_last_digits_of_the_covariance_do_not_matter():
    """Another order of the comparison units changes only these."""
    study = did.study("medicaid")
    scale = 1 + 1e-14 * np.random.default_rng(1).normal(size=study.covariance.shape)
    other = EventStudy(study.relative, study.coefficients, study.covariance * (scale + scale.T) / 2)
    for kind in ("relative_magnitude", "smoothness"):
        one, two = (honest_did(x, restriction=kind, m=[0.5, 0.02]) for x in (study, other))
        np.testing.assert_allclose(one.table, two.table, atol=1e-9)
        assert one.breakdown == pytest.approx(two.breakdown, abs=1e-9)


def test_bad_input_says_what_is_wrong():
    study = did.study("he_wang")
    with pytest.raises(ValueError, match="needs 4 weights"):
        honest_did(study, target=[1.0])
    with pytest.raises(ValueError, match="every time from before to after"):
        honest_did(EventStudy([-3, 0], [0.1, 0.2], np.eye(2)))
    with pytest.raises(ValueError, match="covariance of the event study is unknown"):
        honest_did(EventStudy([-2, 0], [0.1, 0.2], np.full((2, 2), np.nan)))
    with pytest.raises(ValueError, match="must be 0 or more"):
        honest_did(study, m=[-1.0])
