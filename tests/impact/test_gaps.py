"""Gaps: hand computations, an independent optimiser, invariance, and covariates."""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from skk_analysis.impact.augmented import augmented_gaps
from skk_analysis.impact.gaps import (
    centred_moments,
    change_noise,
    difference_gaps,
    synthetic_control_gaps,
    synthetic_did_gaps,
)
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.placebos import assigned
from skk_analysis.impact.synthetic_control import synthetic_control
from skk_analysis.impact.synthetic_did import synthetic_did

_spec = importlib.util.spec_from_file_location("panels", Path(__file__).with_name("panels.py"))
panels = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(panels)

levels_gaps = functools.partial(synthetic_control_gaps, ridge=0.0, intercept=False)
KERNELS = {
    "difference": difference_gaps,
    "synthetic_did": synthetic_did_gaps,
    "synthetic_control": synthetic_control_gaps,
    "levels": levels_gaps,
    "augmented": augmented_gaps,
}
every_kernel = pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)


def effects(kernel, values, slots):
    block = panels.panel_of(values).block("y")
    return assigned(kernel, block, np.asarray(slots)).effect


def simplex_minimum(loss, count):
    """Return SLSQP's minimum of a smooth loss on the simplex."""
    found = minimize(
        loss,
        np.full(count, 1 / count),
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-16, "maxiter": 2000},
    )
    return found.x


def test_difference_in_differences_by_hand():
    values = np.array([[1.0, 3.0, 9.0], [2.0, 2.0, 4.0], [0.0, 4.0, 5.0]])
    block = panels.panel_of(values, {"u000": 2011}).block("y")
    # treated 9 - 2; comparison 4.5 - 2
    assert assigned(difference_gaps, block, np.array([[0]])).effect == 4.5


def test_synthetic_did_is_arkhangelskys_algorithm_1():
    values = panels.paths(units=9, times=8, seed=3)
    before, treated, donors = 6, values[0], values[1:]
    noise = np.diff(donors[:, :before], axis=1).std(ddof=1)
    zeta = (1 * 2) ** 0.25 * noise
    start = donors[:, :before]

    def unit_loss(w):
        miss = treated[:before] - w @ start
        return ((miss - miss.mean()) ** 2).sum() + zeta**2 * before * (w**2).sum()

    def time_loss(w):
        miss = donors[:, before:].mean(axis=1) - start @ w
        return ((miss - miss.mean()) ** 2).sum()

    omega, lam = simplex_minimum(unit_loss, 8), simplex_minimum(time_loss, before)
    gap = treated - omega @ donors
    expected = gap[before:].mean() - lam @ gap[:before]
    assert effects(synthetic_did_gaps, values, [[0]])[0] == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize(("ridge", "intercept"), [(0.0, False), (0.7, False), (0.7, True)])
def test_synthetic_control_minimises_what_it_says(ridge, intercept):
    values = panels.paths(units=7, times=12, seed=5)
    kernel = functools.partial(synthetic_control_gaps, ridge=ridge, intercept=intercept)
    start = values[:, :10]

    def loss(w):
        miss = start[0] - w @ start[1:]
        return (((miss - miss.mean() * intercept) ** 2).sum()) + ridge**2 * 10 * (w**2).sum()

    weights = simplex_minimum(loss, 6)
    gap = values[0] - weights @ values[1:]
    expected = gap[10:].mean() - gap[:10].mean() * intercept
    assert effects(kernel, values, [[0]])[0] == pytest.approx(expected, abs=2e-5)


@every_kernel
def test_a_batch_gives_what_each_problem_gives_alone(kernel):
    values = panels.paths(units=20)
    slots = np.arange(20)[:, None]
    alone = [effects(kernel, values, [slot])[0] for slot in slots]
    assert effects(kernel, values, slots) == pytest.approx(alone, abs=1e-9)


@every_kernel
def test_an_effect_that_is_planted_is_added(kernel):
    values = panels.paths()
    moved = values.copy()
    moved[0, 10:] += 2.5
    plain, planted = effects(kernel, values, [[0]])[0], effects(kernel, moved, [[0]])[0]
    assert planted - plain == pytest.approx(2.5, abs=1e-9)


@every_kernel
@pytest.mark.parametrize("factor", [1e-5, 1e5])
def test_effects_have_the_outcomes_unit_and_no_level(kernel, factor):
    values = panels.paths()
    plain = effects(kernel, values, [[0]])[0]
    assert effects(kernel, factor * (values + 100), [[0]])[0] / factor == pytest.approx(
        plain, abs=1e-7
    )


@pytest.mark.parametrize("kernel", [difference_gaps, levels_gaps, augmented_gaps])
def test_what_moves_all_units_alike_cancels(kernel):
    # not so where the ridge is measured in yearly changes, common ones among them
    values = panels.paths()
    tides = panels.paths(units=1, seed=9)
    assert effects(kernel, values + tides, [[0]])[0] == pytest.approx(
        effects(kernel, values, [[0]])[0], abs=1e-7
    )


@pytest.mark.parametrize("kernel", [difference_gaps, synthetic_did_gaps, synthetic_control_gaps])
def test_levels_of_units_do_not_matter_where_a_constant_is_followed(kernel):
    values = panels.paths()
    moved = values + 50 * np.random.default_rng(1).normal(size=(len(values), 1))
    assert effects(kernel, moved, [[0]])[0] == pytest.approx(
        effects(kernel, values, [[0]])[0], abs=1e-7
    )


@every_kernel
def test_neither_rows_nor_names_of_donors_matter(kernel):
    frame = panels.long(panels.paths())
    names = {n: n if n == "u000" else f"v{(7 * int(n[1:])) % 31:02d}" for n in frame["unit"]}
    mixed = frame.assign(unit=frame["unit"].map(names)).sample(frac=1, random_state=2)
    found = []
    for table in (frame, mixed):
        panel = Panel(table, unit="unit", time="year", treated={"u000": 2019}, population="size")
        block = panel.block("y")
        found.append(assigned(kernel, block, block.treated[None, :]).gap[0])
    assert np.abs(found[0] - found[1]).max() <= 1e-9


HASHED = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("panels", sys.argv[1])
panels = importlib.util.module_from_spec(spec); spec.loader.exec_module(panels)
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.synthetic_control import *
from skk_analysis.impact.synthetic_did import synthetic_did
panel = panels.panel_of(panels.paths(units=30), {"u000": 2018, "u004": 2019, "u007": 2019})
few = Placebos(count=20, draws=30)
like = dict(importance="regression", predictors=["x", ("y", [2015])])
for effect in (
    synthetic_did(panel, "y", exposure=True, covariates=["z"], placebos=few),
    synthetic_control(panel, "y", placebos=few, **like),
    augmented_synthetic_control(panel, "y", penalty=2.0, placebos=few),
):
    print(effect.estimate.hex(), effect.p.hex(), [x.hex() for x in effect.interval])
"""


def test_the_seed_of_hashes_changes_no_bit():
    path = str(Path(__file__).with_name("panels.py"))
    outputs = {
        subprocess.run(
            [sys.executable, "-c", HASHED, path],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    }
    assert len(outputs) == 1 and outputs.pop().count("0x") == 12


def test_staggered_effects_average_over_treated_unit_times():
    values = panels.paths(units=25)
    panel = panels.panel_of(values, {"u000": 2017, "u001": 2019, "u002": 2019})
    found = synthetic_did(panel, "y")
    first = synthetic_did(panel.only("u000"), "y")
    second = synthetic_did(panel.only("u001", "u002"), "y")
    assert found.estimate == pytest.approx(
        (first.estimate * 4 + second.estimate * 2 * 2) / 8, abs=1e-9
    )


def test_what_covariates_move_is_taken_out():
    frame = panels.long(panels.paths())
    moved = frame.assign(y=frame["y"] + 3 * frame["z"] - 2 * frame["x"])
    names = {"unit": "unit", "time": "year", "treated": {"u000": 2019}, "population": "size"}
    plain = synthetic_did(Panel(frame, **names), "y", covariates=["z", "x"])
    adjusted = synthetic_did(Panel(moved, **names), "y", covariates=["z", "x"])
    assert adjusted.estimate == pytest.approx(plain.estimate, abs=1e-9)
    change = {k: adjusted.details["slopes"][k] - v for k, v in plain.details["slopes"].items()}
    assert change == pytest.approx({"z": 3, "x": -2}, abs=1e-9)


def test_slopes_are_learnt_from_units_never_treated_alone():
    frame = panels.long(panels.paths())
    names = {"unit": "unit", "time": "year", "treated": {"u000": 2019}, "population": "size"}
    other = frame.assign(y=frame["y"].where(frame["unit"] != "u000", frame["y"] ** 2))
    plain, changed = (
        synthetic_control(Panel(table, **names), "y", covariates=["z"]) for table in (frame, other)
    )
    assert changed.details["slopes"] == plain.details["slopes"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["fixed"], "'fixed' does not vary between comparison units over time"),
        (["z", "twice"], "linearly dependent"),
    ],
)
def test_covariates_that_say_nothing_are_refused(columns, message):
    frame = panels.long(panels.paths())
    frame = frame.assign(fixed=frame["size"], twice=2 * frame["z"] + frame["year"])
    panel = Panel(frame, unit="unit", time="year", treated={"u000": 2019})
    with pytest.raises(ValueError, match=message):
        synthetic_did(panel, "y", covariates=columns)


def test_moments_and_noise_leave_out_who_is_not_allowed():
    values = panels.paths(units=12)[:, :6]
    allowed = np.random.default_rng(0).random((5, 12)) < 0.6
    for found, noise, mine in zip(
        centred_moments(values, allowed), change_noise(values, allowed), allowed, strict=True
    ):
        own = values[mine] - values[mine].mean(axis=0)
        assert found == pytest.approx(own.T @ own, abs=1e-9)
        assert noise == pytest.approx(np.diff(values[mine], axis=1).std(ddof=1), rel=1e-12)
