"""Who is counted in a hidden cell knows that it is not empty, and learns no other count."""

import numpy as np
import pytest

from skk_analysis.review.disclosure import Policy, Relations, bounds, counts, suppress


@pytest.mark.parametrize("seed", range(4))
def test_the_only_person_of_a_cell_learns_no_other_count(seed: int) -> None:
    """Pairs of ones in a row are the classical case: each would work out the other's cell.

    The policy needs no rule for them: the hidden cells of a sum have at least ``minimum_count``
    persons together, so one person less leaves every count from 1 to the limit less one.
    """
    rng = np.random.default_rng(seed)
    inner = rng.choice([1, 1, 2, 9, 14, 30], (5, 4))
    inner[0, :2] = 1
    full = np.block(
        [[inner, inner.sum(axis=1, keepdims=True)], [inner.sum(axis=0), np.array([[inner.sum()]])]]
    )
    x, policy = full.ravel().astype(float), Policy()
    relations = Relations.table((5, 4), integer=True)
    found = suppress(x, relations, counts(x, policy), policy)
    small = np.flatnonzero((x > 0) & (x < policy.minimum_count))
    for own in np.flatnonzero(found.hidden & (x == 1)):
        knows = np.where(np.arange(len(x)) == own, 1.0, np.nan)
        low, high = bounds(x, relations, found.hidden, known=(knows, np.inf), integer=True)
        others = small[small != own]
        assert (low[others] <= 1).all() and (high[others] >= policy.minimum_count - 1).all()
