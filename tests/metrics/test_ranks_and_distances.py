"""Ranks that intervals leave open, and distances between profiles."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from skk_analysis.estimate import Estimate
from skk_analysis.metrics import profile_distances, rank_intervals


def ranks(estimates: dict, **more) -> list[tuple[int, int]]:
    table = rank_intervals(estimates, **more)
    return list(zip(table["first"], table["last"], strict=True))


@pytest.mark.parametrize(
    ("estimates", "expected"),
    [
        ({"a": 3.0, "b": 2.0, "c": 2.0}, [(1, 1), (2, 3), (2, 3)]),  # known exactly, a tie
        ({"a": Estimate(3, 1), "b": Estimate(2, 1)}, [(1, 2), (1, 2)]),
        ({"a": Estimate(3, math.nan), "b": 2.0, "c": 1.0}, [(1, 3), (1, 2), (2, 3)]),
        ({"a": 1.0}, [(1, 1)]),
        # Bonferroni: 3 apart is 2.24 standard errors of each for two units, so they overlap
        ({"a": Estimate(4.4, 1), "b": Estimate(0, 1)}, [(1, 2), (1, 2)]),
        ({"a": Estimate(4.6, 1), "b": Estimate(0, 1)}, [(1, 1), (2, 2)]),
    ],
)
def test_ranks_by_hand(estimates, expected):
    """Overlapping intervals are not ranked; limits are those of 1 − 0.05/k."""
    assert ranks(estimates) == expected


@pytest.mark.parametrize("apart", [0.0, 1.0, 4.0])
def test_all_ranks_hold_together(apart):
    """In 400 draws of six units every set holds its rank in 95 % or more, with ties and without."""
    rng = np.random.default_rng(3)
    truth = apart * np.arange(6.0)[::-1]
    first = np.array([1 + (truth > t).sum() for t in truth])
    last = np.array([(truth >= t).sum() for t in truth])
    kept = 0
    for drawn in truth + rng.normal(size=(400, 6)):
        table = rank_intervals({i: Estimate(v, 1.0) for i, v in enumerate(drawn)})
        # of equal units any rank among them is true: the set must hold them all
        kept += ((table["first"] <= first) & (table["last"] >= last)).all()
    assert kept / 400 >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / 400)


def test_ranks_refuse_what_is_no_number():
    """The unit is named."""
    with pytest.raises(ValueError, match="'b' has value nan"):
        rank_intervals({"a": 1.0, "b": math.nan})
    with pytest.raises(ValueError, match="at least one"):
        rank_intervals({})


def test_distances_against_scipy_and_their_scale():
    """Scipy's standardised Euclidean distance over √p, and no change with a feature's unit."""
    from scipy.spatial.distance import cdist

    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(20, 3)), columns=list("xyz"))
    spread = frame.var(ddof=1).to_numpy()
    expected = cdist(frame, frame, "seuclidean", V=spread)[4] / math.sqrt(3)
    found = profile_distances(frame, 4)
    assert found.is_monotonic_increasing
    assert 4 not in found.index
    np.testing.assert_allclose(found.sort_index(), np.delete(expected, 4))
    pd.testing.assert_series_equal(profile_distances(frame * [1, 1000, 1], 4), found)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"x": [1.0, 2.0]}, index=["b", "c"]), "unit 'a' has no row"),
        (pd.DataFrame({"x": [1.0, math.nan]}, index=["a", "b"]), "'b' has no 'x'"),
        (pd.DataFrame({"x": [1.0, 1.0]}, index=["a", "b"]), "'x' is the same in every unit"),
    ],
)
def test_distances_refuse_with_the_place(frame, message):
    """Unit and feature are named."""
    with pytest.raises(ValueError, match=message):
        profile_distances(frame, "a")
