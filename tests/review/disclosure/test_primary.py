"""Primary rules at their exact boundaries, and the protection levels that follow from them."""

import numpy as np
import pytest

from skk_analysis.review.disclosure import (
    Policy,
    counts,
    magnitude_levels,
    magnitudes,
    rates,
    required,
    statistics,
)

POLICY = Policy()


def test_counts_at_their_boundaries():
    found = counts([[0, 1], [4, 5], [np.nan, 4.99]], POLICY)
    assert found.tolist() == [
        ["group_zero", "minimum_count"],
        ["minimum_count", ""],
        ["", "minimum_count"],
    ]
    assert counts([0, 5], Policy(group_zero=False)).tolist() == ["", ""]


def test_group_disclosure_needs_a_group():
    assert counts([0, 0, 7, 7, 2], POLICY, group=[0, 9, 7, 8, 2]).tolist() == [
        "",
        "group_zero",
        "group_all",
        "",
        "minimum_count",
    ]


@pytest.mark.parametrize(
    ("count", "denominator", "rule"),
    [
        (15, 29, "minimum_denominator"),
        (15, 30, ""),
        (4, 30, "minimum_count"),
        (5, 30, ""),
        (25, 30, ""),
        (26, 30, "complement"),
        (29, 30, "complement"),
        (30, 30, "group_all"),
        (0, 30, "group_zero"),
        (0, 0, "minimum_denominator"),
        (np.nan, 30, ""),
    ],
)
def test_rates_at_their_boundaries(count, denominator, rule):
    assert rates(count, denominator, POLICY) == rule
    expected = "" if rule.startswith("group") else rule
    assert rates(count, denominator, Policy(group_zero=False)) == expected


def test_statistics_at_their_boundaries():
    assert statistics([9, 10, np.nan], POLICY).tolist() == ["minimum_persons", "", ""]
    assert statistics([29, 30], POLICY, "index").tolist() == ["minimum_index_persons", ""]
    assert statistics([10_000], POLICY, "extreme").tolist() == ["extreme"]
    assert statistics([1], Policy(show_extremes=True), "extreme").tolist() == [""]
    with pytest.raises(ValueError, match="'median'; give"):
        statistics([3], POLICY, "median")


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ([1.0] * 9, "minimum_persons"),
        ([1.0] * 10, ""),
        ([], ""),
        ([0.0] * 10, ""),
        ([45, 40, *[15 / 18] * 18], ""),  # exactly 85 %: not above it
        ([46, 40, *[14 / 18] * 18], "dominance"),
        ([50, 30, *[20 / 18] * 18], ""),
    ],
)
def test_threshold_and_dominance(cell, rule):
    assert magnitudes([cell], POLICY).tolist() == [rule]


@pytest.mark.parametrize(("rest", "rule"), [(9.9, "p_percent"), (10, ""), (10.1, "")])
def test_p_percent_at_its_boundary(rest, rule):
    """The largest is 100: the second largest estimates it within the sum of the rest."""
    loose = Policy(dominance_share=1.0)
    assert magnitudes([[100, 80, *[rest / 10] * 10]], loose).tolist() == [rule]


def test_protection_levels_make_a_sum_just_safe():
    """Adding the level as a further small contribution takes the cell exactly to its limit."""
    for policy, rule in (
        (Policy(minimum_persons=1), "dominance"),
        (Policy(minimum_persons=1, dominance_share=1.0), "p_percent"),
    ):
        cell = [100.0, 70.0, 2.0, 1.0]
        assert magnitudes([cell], policy).tolist() == [rule]
        low, high = magnitude_levels([cell], [rule], policy)
        level = high[0] - 173
        assert level == pytest.approx(200 - 173 if rule == "dominance" else 10 - 3)
        assert low[0] == pytest.approx(173 - level)
        assert magnitudes([[*cell, level]], policy).tolist() == [""]
        assert magnitudes([[*cell, level * 0.99]], policy).tolist() == [rule]


def test_required_intervals_of_counts_and_rates():
    rule = ["minimum_count", "group_zero", "group_all", "p_percent", ""]
    low, high = required([2, 0, 7, 200, 9], rule, POLICY)
    np.testing.assert_allclose(low, [1, 0, 2, 180, np.nan])
    np.testing.assert_allclose(high, [5, 5, 7, 220, np.nan])
    rule = ["minimum_count", "group_zero", "complement", "group_all", "minimum_denominator"]
    low, high = required(
        [4.0, 0, 98, 100, 50], rule, POLICY, denominator=[50, 50, 50, 50, 10], whole=100
    )
    np.testing.assert_allclose(low, [2, 0, 90, 90, 40])
    np.testing.assert_allclose(high, [10, 10, 98, 100, 60])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: counts([3, -1], POLICY), r"count -1 at \(1,\)"),
        (lambda: counts([9], POLICY, group=[8]), "count 9 at .* exceeds its group 8"),
        (lambda: rates([31], [30], POLICY), "count 31 at .* exceeds its denominator 30"),
        (lambda: statistics([np.inf], POLICY), "n inf"),
        (lambda: magnitudes([[1], [2, -3]], POLICY), "cell 1: contribution -3"),
    ],
)
def test_impossible_input_stops(call, message):
    with pytest.raises(ValueError, match=message):
        call()
