"""Verdicts: what grew, what shrank, and when the answer depends on the measure."""

import math

import numpy as np
import pandas as pd
import pytest

from skk_analysis import metrics as m
from skk_analysis.estimate import Estimate
from skk_analysis.metrics.change import adjust_p_values


@pytest.mark.parametrize(
    ("after", "verdict", "rule"),
    [
        (Estimate(0.27, 0.004), "grows", "interval_excludes_zero"),
        (Estimate(0.23, 0.004), "shrinks", "interval_excludes_zero"),
        (Estimate(0.251, 0.004), "unclear", "interval_includes_zero"),
        (Estimate(0.27, math.nan), "unclear", "no_standard_error"),
    ],
)
def test_verdicts(after, verdict, rule):
    c = m.change(Estimate(0.25, 0.003), after, better="lower")
    assert (c.verdict, c.rule.id) == (verdict, rule)
    assert c.favourable == {"grows": False, "shrinks": True, "unclear": None}[verdict]
    assert c.absolute.value == pytest.approx(after.value - 0.25)
    assert c.relative.value == pytest.approx(after.value / 0.25 - 1)
    assert c.rule.numbers["change"] == c.absolute.value


def test_verdict_interval_and_p_value_agree():
    for shift in np.linspace(0, 0.02, 41):
        c = m.change(Estimate(0.25, 0.003), Estimate(0.25 + shift, 0.004))
        assert (c.verdict == "grows") == (c.p_value < 0.05)


def test_plain_numbers_are_known_exactly():
    c = m.change(2, 3)
    assert (c.verdict, c.rule.id, c.relative.value) == ("grows", "known_exactly", 0.5)
    assert m.change(2, 2).verdict == "unclear" and m.change(2, 2).p_value == 1
    assert c.favourable is None
    assert m.change(0, 3).relative is None
    assert math.isnan(m.change(0, 3).to_frame()["relative"][0])
    with pytest.raises(ValueError, match="got 'up'"):
        m.change(1, 2, better="up")


def test_relative_change_never_falls_below_minus_one():
    low, high = m.change(Estimate(0.3, 0.02), Estimate(0.01, 0.009)).relative.interval()
    assert -1 < low < high


def test_helsinki_gap_depends_on_the_measure():
    """programme.md §7.2: the ratio narrows from 10 to 7.5, the difference widens by 8 points."""
    gap = m.gap_change((0.02, 0.20), (0.04, 0.30))
    assert gap.verdict == "depends_on_measure" and gap.rule.id == "clear_opposite_signs"
    ratio, difference = gap.changes["ratio"], gap.changes["difference"]
    assert (ratio.before.value, ratio.after.value) == (pytest.approx(10), pytest.approx(7.5))
    assert (ratio.verdict, difference.verdict) == ("shrinks", "grows")
    assert difference.absolute.value == pytest.approx(0.08)


def test_gaps_do_not_depend_on_the_order_of_the_groups():
    a = m.gap_change((0.02, 0.20), (0.04, 0.30)).table
    b = m.gap_change((0.20, 0.02), (0.30, 0.04)).table
    pd.testing.assert_frame_equal(a, b)
    through_zero = m.gap_change((1, 2), (3, 2))
    assert through_zero.verdict == "shrinks"
    assert list(m.gap_change((-1, 2), (-1, 3)).changes) == ["difference"]
    with pytest.raises(ValueError, match="a pair"):
        m.gap_change((1, 2, 3), (1, 2))


def test_gini_and_wolfson_disagree_on_the_shrinking_middle():
    before = np.linspace(1, 4, 4000)
    low, high = np.linspace(1.4, 1.8, 1600), np.linspace(3.2, 3.6, 1600)
    after = np.r_[low, np.linspace(1.8, 3.2, 800), high]
    changes = {f.__name__: m.change(f(before), f(after)) for f in (m.gini, m.wolfson)}
    overall = m.overall_verdict(changes)
    assert overall.verdict == "depends_on_measure"
    assert overall.rule.numbers == {"grows": 1, "shrinks": 1, "measures": 2, "level": 0.95}


def of(*changes):
    base = Estimate(0.0, 0.0)
    return {f"m{i}": m.change(base, Estimate(v, 1.0)) for i, v in enumerate(changes)}


@pytest.mark.parametrize(
    ("changes", "verdict", "rule"),
    [
        ((4, 5, 6), "grows", "all_clear_same_sign"),
        ((-4, -5, 1), "shrinks", "some_clear_same_sign"),
        ((4, -5), "depends_on_measure", "clear_opposite_signs"),
        ((1, -1), "unclear", "none_clear"),
        # 2.1 alone is clear (p = 0.036), but not as one of three chances
        ((2.1, 0.5, 0.2), "unclear", "none_clear"),
    ],
)
def test_overall_verdicts(changes, verdict, rule):
    overall = m.overall_verdict(of(*changes))
    assert (overall.verdict, overall.rule.id) == (verdict, rule)
    assert len(overall.table) == len(changes)


def test_overall_without_adjustment_and_without_measures():
    assert m.overall_verdict(of(2.1, 0.5, 0.2), adjust=None).verdict == "grows"
    with pytest.raises(ValueError, match="at least one"):
        m.overall_verdict({})


def test_adjusted_p_values():
    p = [0.01, math.nan, 0.04, 0.03]
    assert adjust_p_values(p) == pytest.approx([0.03, math.nan, 0.06, 0.06], nan_ok=True)
    assert adjust_p_values(p, "fdr_bh") == pytest.approx([0.03, math.nan, 0.04, 0.04], nan_ok=True)
    assert np.isnan(adjust_p_values([math.nan])).all()
    with pytest.raises(ValueError, match="got 'bonferroni'"):
        adjust_p_values(p, "bonferroni")
