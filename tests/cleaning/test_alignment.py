"""Shifted rows are found where they are, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skk_analysis.cleaning.alignment import find_blocks


def series(size, seed, noise=0.02):
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=(size, 3))
    return truth + noise * generator.normal(size=truth.shape), truth


@pytest.mark.parametrize("offset", [1, -1])
def test_a_shifted_block_is_found_with_its_borders(offset):
    subject, reference = series(600, 1)
    subject[200:400] = np.roll(subject, -offset, axis=0)[200:400]
    (block,) = find_blocks(subject, reference)
    assert (block.first, block.last, block.offset) == (200, 399, offset)
    assert block.neighbour > 0.95 > 0.5 > block.own


def test_two_blocks():
    subject, reference = series(800, 2)
    shifted = np.roll(subject, -1, axis=0)
    subject[100:180], subject[500:640] = shifted[100:180], shifted[500:640]
    assert [(b.first, b.last) for b in find_blocks(subject, reference)] == [(100, 179), (500, 639)]


def test_missing_values_do_not_hide_the_borders():
    subject, reference = series(600, 3)
    reference[200, :] = np.nan  # the block's own first row has no reference, its neighbour has
    subject[200:400] = np.roll(subject, -1, axis=0)[200:400]
    subject[250:255] = np.nan
    (block,) = find_blocks(subject, reference)
    assert (block.first, block.last) == (200, 399)


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 1.0, 5.0]), st.integers(3, 400))
@settings(max_examples=40, deadline=None)
def test_clean_sources_are_never_flagged(seed, noise, size):
    subject, reference = series(size, seed, noise)
    assert find_blocks(subject, reference) == []


def test_smooth_or_empty_series_are_not_flagged():
    smooth = np.sin(np.linspace(0, 20, 500))[:, None]
    assert find_blocks(smooth + 1e-3, smooth) == []
    nothing = np.full((50, 1), np.nan)
    assert find_blocks(nothing, nothing) == []
    assert find_blocks(np.ones((50, 1)), np.ones((50, 1))) == []
