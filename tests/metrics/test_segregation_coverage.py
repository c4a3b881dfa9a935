"""Intervals of the indices of segregation, simulated: people drawn one by one."""

from __future__ import annotations

import numpy as np
import pytest

import skk_analysis.metrics as m

pytestmark = pytest.mark.slow

REPLICATES = 1500
CELLS = np.array([
    [60, 20, 15, 5], [25, 40, 25, 10], [10, 30, 40, 20], [8, 14, 28, 50], [30, 30, 30, 10],
    [12, 18, 30, 40],
]) / 600  # fmt: skip
SQUARES = [[[x, 0], [x + 1, 0], [x + 1, 1], [x, 1], [x, 0]] for x in range(6)]
SPACE = m.area_map([{"type": "Polygon", "coordinates": [s]} for s in SQUARES], unit_km=1)
MANY = [
    (m.dissimilarity, {}), (m.segregation_gini, {}), (m.theil_h, {}), (m.mutual_information, {}),
    (m.isolation, {}), (m.exposure, {}), (m.correlation_ratio, {}), (m.normalized_exposure, {}),
    (m.relative_diversity, {}), (m.ordinal_segregation, {}),
    (m.ordinal_segregation, {"variation": "variance"}), (m.rank_order_h, {}),
    (m.spatial_proximity, {"space": SPACE}), (m.distance_decay_isolation, {"space": SPACE}),
    (m.spatial_h, {"space": SPACE}), (m.spatial_h, {"space": SPACE, "radius_km": 1.5}),
]  # fmt: skip
PAIR = [
    (m.dissimilarity, {}), (m.segregation_gini, {}), (m.theil_h, {}), (m.segregation_atkinson, {}),
    (m.boundary_dissimilarity, {"space": SPACE}),
]  # fmt: skip
CASES = [(i, o, CELLS) for i, o in MANY] + [(i, o, CELLS[:, [0, 3]]) for i, o in PAIR]


@pytest.mark.parametrize(("index", "options", "cells"), CASES)
def test_intervals_cover_as_often_as_they_say(index, options, cells):
    rng = np.random.default_rng(7)
    shares = cells / cells.sum()
    true = index(shares * 1e9, **options).value
    covered = 0
    for _ in range(REPLICATES):
        counts = rng.multinomial(3000, shares.ravel()).reshape(shares.shape)
        low, high = index(counts, **options).interval()
        covered += low <= true <= high
    assert 0.93 <= covered / REPLICATES <= 0.97


def test_bias_correction_restores_coverage_in_small_areas():
    rng = np.random.default_rng(8)
    share = 1 / (1 + np.exp(1.4 - 1.2 * rng.normal(size=30)))
    shares = np.column_stack([share, 1 - share]) / 30
    for index in (m.theil_h, m.correlation_ratio, m.mutual_information):
        true = index(shares * 1e9).value
        hits = np.zeros(2)
        for draw in range(400):
            counts = rng.multinomial(1500, shares.ravel()).reshape(30, 2)
            for k, e in enumerate(
                (index(counts), m.bias_corrected(index, counts, draws=60, seed=draw))
            ):
                low, high = e.interval()
                hits[k] += low <= true <= high
        plain, corrected = hits / 400
        assert plain < 0.9 < 0.925 <= corrected <= 0.98


@pytest.mark.parametrize("effect", ["structure", "area_sizes", "group_sizes"])
def test_the_effects_on_a_change_cover(effect):
    rng = np.random.default_rng(9)
    later = CELLS * np.linspace(0.7, 1.3, 6)[:, None] * [1.1, 1, 0.9, 1] + 0.004
    before, after = CELLS / CELLS.sum(), later / later.sum()
    true = getattr(m.segregation_change(before * 1e9, after * 1e9), effect).value
    covered = 0
    for _ in range(500):
        tables = [rng.multinomial(4000, s.ravel()).reshape(s.shape) for s in (before, after)]
        low, high = getattr(m.segregation_change(*tables), effect).interval()
        covered += low <= true <= high
    assert 0.925 <= covered / 500 <= 0.975


@pytest.mark.parametrize("part", ["total", "between", "within", "share_between"])
def test_the_parts_cover(part):
    rng = np.random.default_rng(10)
    shares = CELLS / CELLS.sum()
    districts = ["x", "x", "y", "y", "z", "z"]
    true = getattr(m.segregation_parts(shares * 1e9, districts=districts), part).value
    covered = 0
    for _ in range(1000):
        counts = rng.multinomial(6000, shares.ravel()).reshape(shares.shape)
        found = getattr(m.segregation_parts(counts, districts=districts), part)
        low, high = found.interval()
        covered += low <= true <= high
    assert 0.93 <= covered / 1000 <= 0.97
