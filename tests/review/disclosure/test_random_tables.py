"""No suppressed value can be bounded more tightly than the policy allows: random tables."""

from pathlib import Path

import pandas as pd
import pytest

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
