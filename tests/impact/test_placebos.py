"""Rank tests: p and set from one inversion, exact enumeration, and what too few placebos allow."""

from __future__ import annotations

import functools
import importlib.util
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skk_analysis.impact.gaps import difference_gaps, synthetic_control_gaps, synthetic_did_gaps
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.placebos import (
    assigned,
    confidence_set,
    minimum_detectable,
    placebo_inference,
    rank_p,
)
from skk_analysis.impact.rescaling import noise_law, rescaled_placebos, single_placebos
from skk_analysis.impact.size_matching import Placebos, size_matched

_spec = importlib.util.spec_from_file_location("panels", Path(__file__).with_name("panels.py"))
panels = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(panels)

placebo_values = st.lists(
    st.floats(-50, 50).filter(lambda x: abs(x) > 1e-3), min_size=1, max_size=60
).map(np.array)


@given(estimate=st.floats(-50, 50), placebos=placebo_values, share=st.floats(-1.5, 1.5))
@settings(max_examples=300, deadline=None)
def test_the_set_holds_exactly_the_effects_that_are_not_rejected(estimate, placebos, share):
    level = 0.9
    low, high = confidence_set(estimate, placebos, level)
    supposed = estimate + share * 50
    at_the_edge = min(abs(supposed - low), abs(supposed - high)) < 1e-6
    if not at_the_edge:
        assert (low <= supposed <= high) == (rank_p(estimate - supposed, placebos) > 0.1 + 1e-12)


@given(supposed=st.floats(-8, 8))
@settings(max_examples=25, deadline=None)
def test_a_shift_of_the_treated_unit_tests_that_effect(supposed):
    values = panels.paths(units=26)
    block = panels.panel_of(values).block("y")
    plan = Placebos(count=25, level=0.9)
    for kernel in (synthetic_did_gaps, difference_gaps):
        low, high = placebo_inference(kernel, block, plan).interval
        shifted = values.copy()
        shifted[0, 10:] -= supposed
        p = placebo_inference(kernel, block.with_values(shifted), plan).p
        if min(abs(supposed - low), abs(supposed - high)) > 1e-6:
            assert (low <= supposed <= high) == (p > 0.1 + 1e-12)


def test_p_counts_the_real_assignment_and_ties():
    assert rank_p(3.0, np.array([1.0, -3.0, 2.0, 4.0])) == 3 / 5
    assert rank_p(9.0, np.arange(19.0) / 2 - 8) == 1 / 20


def test_too_few_placebos_exclude_nothing():
    assert confidence_set(5.0, np.ones(18), 0.95) == (-math.inf, math.inf)
    assert confidence_set(5.0, np.ones(19), 0.95) == (4.0, 6.0)  # 1 / 20 is small enough
    assert math.isnan(rank_p(5.0, np.empty(0)))
    assert math.isnan(minimum_detectable(np.empty(0)))


def test_the_smallest_visible_effect_is_seen_with_the_power_named():
    placebos = np.random.default_rng(0).normal(size=4000)
    found = minimum_detectable(placebos, 0.95, 0.80)
    assert found == pytest.approx(1.96 + 0.8416, abs=0.1)
    rejected = [rank_p(found + noise, placebos) <= 0.05 for noise in placebos[:1000]]
    assert np.mean(rejected) == pytest.approx(0.80, abs=0.03)


def test_one_treated_unit_against_all_is_enumerated():
    values = panels.paths(units=12)
    block = panels.panel_of(values, population=None).block("y")
    found = placebo_inference(difference_gaps, block)
    own = values[:, 10:].mean(axis=1) - values[:, :10].mean(axis=1)
    by_hand = [own[i] - np.delete(own[1:], i - 1).mean() for i in range(1, 12)]
    assert np.sort(found.placebos) == pytest.approx(np.sort(by_hand))
    real = own[0] - own[1:].mean()
    assert found.p == (1 + sum(abs(x) >= abs(real) for x in by_hand)) / 12
    assert found.checks[1].numbers == pytest.approx({"p": 1 / 12, "level": 0.05})
    assert found.checks[1].result == "failed"


def test_nine_placebos_are_just_enough_for_ninety_percent():
    block = panels.panel_of(panels.paths(units=10), population=None).block("y")
    found = placebo_inference(difference_gaps, block, Placebos(level=0.9))
    assert found.checks[1].result == "passed"
    assert math.isfinite(found.interval[0])


def test_pairs_are_enumerated_when_few_and_no_unit_is_twice_in_one():
    block = panels.panel_of(panels.paths(units=10), {"u000": 2018, "u001": 2019}).block("y")
    found = placebo_inference(difference_gaps, block, Placebos(count=8, draws=64))
    assert {tuple(s) for s in found.slots} == set(itertools.permutations(range(2, 10), 2))
    assert len(found.slots) == 56


def test_tuples_are_drawn_when_many_and_the_seed_decides():
    block = panels.panel_of(panels.paths(units=60), {f"u00{i}": 2019 for i in range(6)}).block("y")
    plan = Placebos(count=10, draws=200)
    first, again = (placebo_inference(difference_gaps, block, plan) for _ in range(2))
    other = placebo_inference(difference_gaps, block, Placebos(count=10, draws=200, seed=1))
    assert 190 < len(first.slots) <= 200  # a set of units once, whatever its order
    assert (first.slots == again.slots).all()
    assert not np.array_equal(first.slots, other.slots)
    assert all(len(set(slot)) == 6 for slot in first.slots)
    for place, unit in enumerate(block.treated):
        assert set(first.slots[:, place]) <= set(size_matched(block, unit, plan))


def test_placebos_are_the_nearest_in_size():
    panel = panels.panel_of(panels.paths(units=40))
    block = panel.block("y")
    distance = np.abs(np.log(block.size / block.size[0]))
    nearest = np.argsort(distance)[1:11]
    assert list(size_matched(block, 0, Placebos(count=10))) == list(nearest)
    within = size_matched(block, 0, Placebos(calliper=0.5))
    assert set(within) == set(np.flatnonzero(distance <= 0.5)) - {0}


def test_placebos_may_be_of_one_region_only():
    frame = panels.long(panels.paths(units=20))
    frame["region"] = np.where(frame["unit"].str[-1].isin(list("02468")), "even", "odd")
    panel = Panel(frame, unit="unit", time="year", treated={"u000": 2019}, region="region")
    chosen = size_matched(panel.block("y"), 0, Placebos(same_region=True))
    assert list(chosen) == list(range(2, 20, 2))


@pytest.mark.parametrize(
    ("plan", "options", "message"),
    [
        (Placebos(same_region=True), {}, "same_region needs a panel with region="),
        (Placebos(calliper=0.1), {"population": None}, "calliper needs a panel with population="),
    ],
)
def test_plans_that_the_panel_cannot_meet_are_refused(plan, options, message):
    block = panels.panel_of(panels.paths(), **options).block("y")
    with pytest.raises(ValueError, match=message):
        placebo_inference(difference_gaps, block, plan)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count and draws must be 1 or more"),
        ({"draws": 0}, "count and draws must be 1 or more"),
        ({"level": 95}, "level must lie between 0 and 1, got 95"),
    ],
)
def test_plans_that_make_no_sense_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Placebos(**options)


def test_sizes_must_be_positive():
    frame = panels.long(panels.paths())
    frame["size"] = frame["size"].where(frame["unit"] != "u003", 0.0)
    panel = Panel(frame, unit="unit", time="year", treated={"u000": 2019}, population="size")
    with pytest.raises(ValueError, match="size must be positive; unit u003 has 0"):
        placebo_inference(difference_gaps, panel.block("y"))


def test_a_calliper_that_nobody_meets_leaves_no_test():
    block = panels.panel_of(panels.paths()).block("y")
    found = placebo_inference(difference_gaps, block, Placebos(calliper=1e-9))
    assert math.isnan(found.p) and math.isnan(found.interval[0]) and math.isnan(found.mde)


def test_batches_cut_in_chunks_change_nothing(monkeypatch):
    block = panels.panel_of(panels.paths(units=40)).block("y")
    slots = block.donors[:, None]
    whole = assigned(synthetic_control_gaps, block, slots).effect
    monkeypatch.setattr("skk_analysis.impact.placebos.CHUNK", 300)
    assert assigned(synthetic_control_gaps, block, slots).effect == pytest.approx(whole, abs=1e-10)


def test_noise_is_rescaled_to_the_treated_units_size():
    rng = np.random.default_rng(0)
    size = np.exp(rng.normal(9, 1.5, 4000))
    draws = rng.normal(size=4000) * np.sqrt(0.5 + 9000 / size)
    variance = noise_law(draws, size)
    for at in (2000.0, 9000.0, 100000.0):
        assert variance(np.array([at]))[0] == pytest.approx(0.5 + 9000 / at, rel=0.15)


def test_rescaled_placebos_have_the_treated_units_spread():
    rng = np.random.default_rng(1)
    values = np.cumsum(rng.normal(size=(200, 12)), axis=1)
    size = np.exp(rng.normal(9, 1, 200))
    size[0] = np.exp(12)
    values *= np.sqrt(1 + 20000 / size)[:, None]
    frame = panels.long(values).assign(size=np.repeat(size, 12))
    panel = Panel(frame, unit="unit", time="year", treated={"u000": 2019}, population="size")
    block = panel.block("y")
    singles = {s: single_placebos(difference_gaps, block, s) for s in block.cohorts}
    rescaled = rescaled_placebos(singles, block)
    plain = placebo_inference(difference_gaps, block, Placebos(count=199)).placebos
    expected = plain * np.sqrt((1 + 20000 / size[0]) / (1 + 20000 / size[size_order(block)]))
    assert rescaled.std() == pytest.approx(expected.std(), rel=0.2)


def size_order(block):
    return size_matched(block, 0, Placebos(count=199))


@pytest.mark.slow
def test_the_rank_test_has_its_size():
    rejected = 0
    kernel = functools.partial(synthetic_control_gaps)
    for seed in range(400):
        block = panels.panel_of(panels.paths(units=41, seed=seed)).block("y")
        rejected += placebo_inference(kernel, block, Placebos(count=40)).p <= 0.05
    assert 0.02 <= rejected / 400 <= 0.08
