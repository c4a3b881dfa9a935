"""The rounding attack: a share and its n tell a count, and so does what is left of the whole."""

import numpy as np
import pandas as pd
import pytest

from skk_analysis.review.disclosure import Policy, Relations, audit
from skk_analysis.review.disclosure.small_groups import shown_rates


def test_a_rounded_share_with_its_n_gives_the_count_away() -> None:
    """3,5 % of 114, to a tenth of a percentage point: four persons and no others."""
    cells = pd.DataFrame(
        {"value": [4.0, 114.0], "hidden": [True, False], "rule": ["minimum_count", ""]}
    )
    shown = Relations.rates([0], [1], [0.035], [0.001], cells=2)
    known = shown + Relations.none(2, integer=True)
    found = audit(cells, known, Policy()).iloc[0]
    assert (found["outcome"], found["low"], found["high"]) == ("fail", 4, 4)
    vague = Relations.rates([0], [1], [0.0], [0.1], cells=2) + Relations.none(2, integer=True)
    assert audit(cells, vague, Policy()).iloc[0]["outcome"] == "pass"


@pytest.mark.parametrize("seed", range(5))
def test_no_share_and_no_rest_of_shares_tells_a_small_count(seed: int) -> None:
    rng, policy = np.random.default_rng(seed), Policy()
    for _ in range(60):
        sizes = rng.integers(5, 150, rng.integers(2, 9))
        groups = {
            k: (int(rng.binomial(n, rng.uniform(0, 0.3))), int(n)) for k, n in enumerate(sizes)
        }
        extra = int(rng.integers(0, 12)) * int(rng.random() < 0.5)
        total = (sum(y for y, _ in groups.values()), sum(n for _, n in groups.values()) + extra)
        shown = shown_rates(groups, policy, total=total)
        rest = [total[k] - sum(groups[name][k] for name in shown) for k in (0, 1)]
        for yes, n in [*(groups[name] for name in shown), *([tuple(rest)] if rest[1] else [])]:
            if shown:
                assert n >= 30 and yes >= 5 and n - yes >= 5
    with pytest.raises(ValueError, match="2 persons more than their whole"):
        shown_rates({"a": (5, 40), "b": (5, 42)}, policy, total=(10, 80))
