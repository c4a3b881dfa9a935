"""No suppressed value can be bounded more tightly than the policy allows: random tables."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skk_analysis.review.disclosure import Policy, Relations, counts, suppress

SUMMARY = Path(__file__).resolve().parents[3] / "validation" / "disclosure" / "random_tables.csv"
NEVER = ["given_away", "interval_too_wide", "secondary_derivable"]


def test_random_tables_give_nothing_away(campaign):
    found = campaign.summary(list(campaign.attacked(seed=7, tables=24)))
    assert not found[NEVER].any(axis=None)
    assert (found["primary"] > 20).all() and (found["enumerated"] > 0).any()


@pytest.mark.slow
def test_a_thousand_random_tables_give_nothing_away(campaign):
    found = campaign.summary(list(campaign.attacked(seed=11, tables=1_002)))
    assert not found[NEVER].any(axis=None)


def test_committed_campaign():
    table = pd.read_csv(SUMMARY)
    assert table["tables"].sum() >= 1_000 and set(table["kind"]) == {"2-d", "3-d", "nested"}
    assert not table[NEVER].any(axis=None)


@pytest.mark.slow
@pytest.mark.parametrize("mean", [12, 60, 300])
def test_a_table_of_900_cells_is_suppressed_in_half_a_minute(campaign, mean):
    """Dense and sparse small counts; some of the hidden cells attacked independently."""
    rng = np.random.default_rng(5)
    independent = campaign.independent
    x = independent.filled(rng.poisson(mean * rng.gamma(0.8, 1.2, (29, 29))))
    policy, began = Policy(), time.process_time()
    found = suppress(x, Relations.table((29, 29), integer=True), counts(x, policy), policy)
    assert len(x) == 900 and time.process_time() - began < 30
    equations = independent.margins((29, 29))
    small = np.flatnonzero((x > 0) & (x < policy.minimum_count))
    for cell in rng.choice(small, 6, replace=False):
        low, high = independent.interval(equations, x, found.hidden, int(cell))
        assert found.hidden[cell] and low <= 1 + 1e-5 and high >= policy.minimum_count - 1e-5
