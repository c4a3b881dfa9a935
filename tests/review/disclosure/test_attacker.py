"""The attacker's intervals: by hand, against an attacker written apart, and by whole numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skk_analysis.review.disclosure import Relations, bounds
from skk_analysis.review.disclosure.attacker import Knowledge

FISCHETTI_SALAZAR = np.array(
    [20, 50, 10, 80, 8, 19, 22, 49, 17, 32, 12, 61, 45, 101, 44, 190], dtype=float
)


def interval(*args, cell, **options):
    low, high = bounds(*args, **options)
    return low[cell], high[cell]


def test_published_example():
    """Fischetti & Salazar 1999: four hidden cells leave 5 … 30 for the 22."""
    hidden = np.isin(np.arange(16), [4, 6, 8, 10])
    low, high = bounds(FISCHETTI_SALAZAR, Relations.table([3, 3]), hidden)
    assert low[hidden].tolist() == [0, 5, 0, 4]
    assert high[hidden].tolist() == [25, 30, 25, 29]
    assert np.array_equal(low[~hidden], FISCHETTI_SALAZAR[~hidden])


def test_differencing_two_totals():
    """One report gives the city, another the city without a district."""
    relations = Relations.sums({2: [0, 1]}, cells=3)
    assert interval([np.nan, 90, 93], relations, [1, 0, 0], cell=0) == (3, 3)


def test_nested_totals():
    """A district's hidden area is its total less the rest, though the total is in another table."""
    table = Relations.beside(
        Relations.sums({2: [0, 1]}, cells=3), Relations.sums({2: [0, 1]}, cells=3)
    )
    linked = table + Relations.equal([(2, 3)], cells=6)
    x = [np.nan, 40, np.nan, np.nan, 50, 94.0]
    assert interval(x, table, np.isnan(x), cell=0) == (0, np.inf)
    assert interval(x, linked, np.isnan(x), cell=0) == (4, 4)


def test_years():
    """A published change and one year's number give the other year's."""
    relations = Relations.differences([(2, 1, 0)], cells=3)
    options = {"lower": [0, 0, -np.inf]}
    assert interval([np.nan, 12, -9], relations, [1, 0, 0], cell=0, **options) == (21, 21)
    assert interval([np.nan, 12, np.nan], relations, [1, 0, 1], cell=2, **options) == (-np.inf, 12)


def test_rounding_of_totals():
    """Totals rounded to ten leave ten, whole numbers eleven, possible values."""
    relations = Relations.table([2], integer=True)
    x, hidden = [np.nan, 41.0, 50], [1, 0, 0]
    assert interval(x, relations, hidden, cell=0, rounding=[0, 0, 10]) == (4, 14)
    both = interval(x, relations, hidden, cell=0, rounding=[0, 0, 9], integer=True)
    assert both == (5, 13)
    known = Relations.rounded([0], [10], 10, cells=3) + relations
    assert interval([np.nan, 41, np.nan], known, [1, 0, 1], cell=2) == (46, 56)


def test_rates_times_denominators():
    """36,5 % of 137 is 50 persons: a rate to a tenth of a point gives the count away."""
    relations = Relations.rates([0], [1], [0.365], [0.001], cells=2)
    low, high = interval([np.nan, 137], relations, [1, 0], cell=0)
    assert (low, high) == pytest.approx((137 * 0.3645, 137 * 0.3655))
    whole = relations + Relations.none(2, integer=True)
    assert interval([np.nan, 137], whole, [1, 0], cell=0, integer=True) == (50, 50)
    assert interval([50, np.nan], whole, [0, 1], cell=1, integer=True) == (137, 137)


def test_knowledge_of_one_attacker():
    """Who belongs to a cell knows more than the table says."""
    relations = Relations.table([3])
    x = [np.nan, np.nan, np.nan, 10]
    assert interval(x, relations, [1, 1, 1, 0], cell=0) == (0, 10)
    known = ([np.nan, 4, np.nan, np.nan], [np.nan, 4, 5, np.nan])
    assert interval(x, relations, [1, 1, 1, 0], cell=0, known=known) == (1, 6)


def test_whole_numbers_can_know_more_than_the_relaxation():
    """2a + 2b + c = 5 with c at most 1: c is 1, which a linear programme does not see."""
    relations = Relations.rows([{0: 2, 1: 2, 2: 1, 3: -1}], cells=4, integer=True)
    x, hidden, upper = [np.nan] * 3 + [5], [1, 1, 1, 0], [9, 9, 1, 9]
    assert interval(x, relations, hidden, cell=2, upper=upper) == (0, 1)
    assert interval(x, relations, hidden, cell=2, upper=upper, integer=True) == (1, 1)


def test_contradiction_stops():
    with pytest.raises(ValueError, match="around cells 0, 1, 2 contradict"):
        bounds([3, 4, 8], Relations.table([2]), [0, 0, 0])
    with pytest.raises(ValueError, match="contradict"):
        bounds([np.nan, 9, 8], Relations.table([2]), [1, 0, 0])
    with pytest.raises(ValueError, match="cell 1 is shown but has no finite value"):
        bounds([1, np.nan, 8], Relations.table([2]), [1, 0, 0])


def test_one_contradicting_table_leaves_the_others_alone(independent):
    """Two tables hidden inside, rows and columns of one add up to different totals."""
    good = independent.filled(np.array([[1, 2, 3], [4, 5, 6]]))
    relations = Relations.beside(*[Relations.table([2, 3])] * 2)
    hidden = np.tile(np.isin(np.arange(12), [0, 1, 2, 4, 5, 6, 11]), 2)
    x = np.concatenate([good, good])
    x[15] += 1
    knowledge = Knowledge.of(x, relations, hidden)
    low, high, wrong = knowledge.intervals()
    assert wrong[12:].any() and not wrong[:12].any()
    assert low[[0, 6]].tolist() == [0, 3]  # the row of the 3 has 6, so 9 needs 3 of cell 6
    assert high[[0, 6]].tolist() == [5, 9]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.data())
def test_agrees_with_the_attacker_written_apart(independent, data):
    shape = data.draw(st.sampled_from([(4,), (2, 2), (3, 3), (2, 4), (2, 2, 2), (1, 3), (2, 3, 2)]))
    seed = data.draw(st.integers(0, 10**6))
    rng = np.random.default_rng(seed)
    x = independent.filled(rng.poisson(rng.choice([1, 6]), shape))
    hidden = rng.random(len(x)) < data.draw(st.sampled_from([0.2, 0.5, 0.8, 1.0]))
    equations = independent.margins(shape)
    low, high = bounds(x, Relations.table(shape), hidden)
    for cell in np.flatnonzero(hidden):
        np.testing.assert_allclose(
            (low[cell], high[cell]),
            independent.interval(equations, x, hidden, cell),
            atol=1e-6,
        )
    counted = bounds(x, Relations.table(shape, integer=True), hidden, integer=True)
    possible = independent.values_possible(equations, x, hidden) if hidden.sum() < 9 else None
    if possible and hidden.any():
        assert counted[0][hidden].tolist() == [min(v) for v in possible]
        assert counted[1][hidden].tolist() == [max(v) for v in possible]
