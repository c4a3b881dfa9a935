"""Costs: sums by hand, and a ratio whose interval is as sure as the effect's."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from skk_analysis.monitoring import cost_per_effect, cost_per_participant, costs_of

ROWS = pd.DataFrame(
    [
        ("2019", "työ", "kaupunki", "9800", "260"),
        ("2020", "työ", "kaupunki", "14200", ""),
        ("2020", "ostot", "järjestö", "2600", "0"),
    ],
    columns=["year", "kind", "payer", "eur", "hours"],
)


def test_own_money_others_money_and_hours():
    costs = costs_of(ROWS)
    assert (costs.total, costs.own, costs.others, costs.hours) == (26600, 24000, 2600, 260)
    assert costs.by("year")["eur"].tolist() == [9800, 16800]
    assert costs.by("payer", "year")["eur"].tolist() == [9800, 14200, 2600]
    nothing = costs_of(ROWS.iloc[:0])
    assert math.isnan(nothing.total) and nothing.own == 0 and nothing.by("year").empty
    with pytest.raises(ValueError, match="row 3: eur is -5"):
        costs_of(ROWS.assign(eur=["1", "-5", "2"]))


def test_a_participant_s_share():
    assert cost_per_participant(26600, 56).value == pytest.approx(475)
    assert cost_per_participant(math.nan, 56).refused == "no_costs"
    assert cost_per_participant(26600, math.nan).refused == "no_participants"
    assert cost_per_participant(26600, 0).refused == "no_participants"
    assert cost_per_participant(26600, 9, smallest=10).refused == "small_group"


@pytest.mark.parametrize(
    ("effect", "interval", "better", "expected"),
    [
        (0.25, (0.05, 0.5), "higher", (40.0, 20.0, 200.0)),
        (-0.25, (-0.5, -0.05), "lower", (40.0, 20.0, 200.0)),
        (0.25, (0.05, math.inf), None, (40.0, 0.0, 200.0)),
        (-0.25, (-0.5, -0.05), "neither", (40.0, 20.0, 200.0)),
    ],
)
def test_euros_for_a_percentage_point(effect, interval, better, expected):
    """1 000 € for 25 points is 40 € a point; for 5 and 50 points, 200 and 20."""
    found = cost_per_effect(1000, effect, interval, size=0.01, better=better)
    assert found.refused is None
    assert (found.value, found.lower, found.upper) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("eur", "effect", "interval", "better", "reason"),
    [
        (math.nan, 0.2, (0.1, 0.3), None, "no_costs"),
        (1000, math.nan, (math.nan, math.nan), None, "no_effect"),
        (1000, 0.2, (math.nan, math.nan), None, "no_interval"),
        (1000, 0.2, (-0.1, 0.5), None, "interval_covers_zero"),
        (1000, 0.2, (0.0, 0.5), None, "interval_covers_zero"),
        (1000, -0.2, (-0.3, -0.1), "higher", "unfavourable"),
        (1000, 0.2, (0.1, 0.3), "lower", "unfavourable"),
    ],
)
def test_no_price_where_there_is_no_effect(eur, effect, interval, better, reason):
    found = cost_per_effect(eur, effect, interval, better=better)
    assert found.refused == reason and math.isnan(found.value)


def test_the_ratio_s_interval_covers_as_often_as_the_effect_s():
    """The true cost lies inside exactly when the true effect lies inside, draw by draw."""
    rng = np.random.default_rng(5)
    truth, se = 0.3, 0.08
    for estimate in rng.normal(truth, se, 400):
        interval = (estimate - 1.96 * se, estimate + 1.96 * se)
        found = cost_per_effect(1000, estimate, interval)
        if found.refused is None:
            inside = found.lower <= 1000 / truth <= found.upper
            assert inside == (interval[0] <= truth <= interval[1])


def test_sizes_and_directions_must_make_sense():
    with pytest.raises(ValueError, match="must be above 0"):
        cost_per_effect(1000, 0.2, (0.1, 0.3), size=0)
    with pytest.raises(ValueError, match="got 'up'"):
        cost_per_effect(1000, 0.2, (0.1, 0.3), better="up")
