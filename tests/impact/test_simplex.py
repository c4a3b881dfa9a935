"""Weights on the simplex: optimality conditions, uniqueness, independent solvers, closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from skk_analysis.impact.simplex import (
    active_set_weights,
    ridge_weights,
    simplex_weights,
    unique_weights,
)

RIDGES = [10.0, 1.0, 1e-2, 1e-4, 1e-6, 1e-8]


def problem(rows=10, donors=60, problems=8, seed=0):
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(rows, donors)) + rng.normal(size=(rows, 1))
    return columns, rng.normal(size=(problems, rows)) + columns.mean(axis=1)


def broken_conditions(columns, target, ridge, weights, mine):
    """Return by how much Karush–Kuhn–Tucker conditions are broken, in units of the gradient."""
    gradient = columns.T @ (columns @ weights - target) + ridge * weights
    level = gradient[mine].min()
    loose = gradient[mine] - level
    scale = max(np.abs(gradient[mine]).max(), 0.1)  # outcomes are of the order of 1
    return max(
        float((loose * weights[mine]).sum()) / scale,
        abs(weights.sum() - 1),
        -float(weights.min()),
        float(np.abs(weights[~mine]).sum()),
    )


@pytest.mark.parametrize("ridge", RIDGES)
def test_every_problem_of_a_batch_is_optimal(ridge):
    columns, targets = problem()
    allowed = np.random.default_rng(1).random((len(targets), columns.shape[1])) < 0.7
    found = ridge_weights(columns, targets, ridge, allowed)
    assert found.gap.max() <= 1e-10
    for target, weights, mine in zip(targets, found.weights, allowed, strict=True):
        assert broken_conditions(columns, target, ridge, weights, mine) <= 1e-9


@pytest.mark.parametrize("ridge", [1.0, 1e-2, 1e-5])
def test_an_independent_solver_agrees(ridge):
    columns, targets = problem(rows=6, donors=8, problems=3, seed=4)
    ours = ridge_weights(columns, targets, ridge).weights
    for target, weights in zip(targets, ours, strict=True):

        def loss(w, b=target):
            return 0.5 * ((columns @ w - b) ** 2).sum() + 0.5 * ridge * (w**2).sum()

        theirs = minimize(
            loss,
            np.full(8, 1 / 8),
            jac=lambda w, b=target: columns.T @ (columns @ w - b) + ridge * w,
            bounds=[(0, 1)] * 8,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            method="SLSQP",
            options={"ftol": 1e-15, "maxiter": 500},
        )
        assert loss(weights) <= theirs.fun + 1e-12
        assert weights == pytest.approx(theirs.x, abs=2e-5)


@given(a=st.floats(-5, 5), b=st.floats(-5, 5), target=st.floats(-5, 5), ridge=st.floats(1e-3, 1e3))
@settings(max_examples=60, deadline=None)
def test_two_donors_have_a_closed_form(a, b, target, ridge):
    # d/dw of (wa + (1-w)b - t)²/2 + ridge (w² + (1-w)²)/2
    share = ((a - b) * (target - b) + ridge) / ((a - b) ** 2 + 2 * ridge)
    found = ridge_weights(np.array([[a, b]]), np.array([[target]]), ridge).weights[0]
    assert found[0] == pytest.approx(min(max(share, 0), 1), abs=1e-6)


def test_a_target_between_two_donors_is_met_exactly_without_a_ridge():
    columns = np.array([[0.0, 4.0], [1.0, 9.0]])
    assert active_set_weights(columns, np.array([1.0, 3.0])) == pytest.approx([0.75, 0.25])


def test_the_least_ridge_picks_the_widest_spread_of_equal_fits():
    # donors 1 and 2 are alike: any split fits, half each has the least squares
    columns = np.array([[0.0, 2.0, 2.0], [0.0, 1.0, 1.0]])
    found = ridge_weights(columns, np.array([[1.0, 0.5]]), 1e-8).weights[0]
    assert found == pytest.approx([0.5, 0.25, 0.25], abs=1e-6)


@pytest.mark.parametrize("ridge", RIDGES[1:])
def test_the_order_of_donors_and_problems_changes_nothing(ridge):
    columns, targets = problem(seed=7)
    rng = np.random.default_rng(3)
    donors, rows = rng.permutation(columns.shape[1]), rng.permutation(len(targets))
    plain = ridge_weights(columns, targets, ridge).weights
    mixed = ridge_weights(columns[:, donors], targets[rows], ridge).weights
    assert np.abs(mixed - plain[rows][:, donors]).max() <= 1e-9
    alone = ridge_weights(columns, targets[:1], ridge).weights
    assert np.abs(alone - plain[:1]).max() <= 1e-9


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_scale_and_level_change_nothing(factor):
    columns, targets = problem(seed=2)
    plain = ridge_weights(columns, targets, 0.5).weights
    moved = ridge_weights(factor * (columns + 30), factor * (targets + 30), 0.5 * factor**2)
    assert np.abs(moved.weights - plain).max() <= 1e-9


def test_a_batch_may_mix_problems_with_and_without_a_ridge():
    columns, targets = problem(rows=12, donors=6, problems=3)
    everyone = np.ones((3, 6), dtype=bool)
    found = simplex_weights(columns, targets, np.array([0.0, 0.5, 0.0]), everyone)
    assert found[0] == pytest.approx(active_set_weights(columns, targets[0]))
    assert found[1] == pytest.approx(ridge_weights(columns, targets[1:2], 0.5).weights[0])


def test_what_cannot_be_solved_is_refused():
    columns, targets = problem()
    with pytest.raises(ValueError, match="ridge must be positive"):
        ridge_weights(columns, targets, 0.0)
    with pytest.raises(ValueError, match="no donor left"):
        ridge_weights(columns, targets, 1.0, np.zeros((len(targets), columns.shape[1]), bool))


def test_weights_are_unique_with_and_without_an_exact_fit():
    columns, targets = problem(rows=5, donors=40, problems=6, seed=3)
    targets[:3] = columns[:, :3].T * 0.5 + columns[:, 3:6].T * 0.5  # met by more than one mixture
    everyone, ridge = np.ones((6, 40), dtype=bool), np.full(6, 1e-8)
    found = unique_weights(columns, targets, ridge, everyone)
    order = np.random.default_rng(0).permutation(40)
    mixed = unique_weights(columns[:, order], targets, ridge, everyone)
    assert np.abs(mixed - found[:, order]).max() <= 1e-9
    assert np.abs(found[:3] @ columns.T - targets[:3]).max() <= 1e-6
    for target, weights in zip(targets[3:], found[3:], strict=True):
        assert broken_conditions(columns, target, 0.0, weights, everyone[0]) <= 1e-7
