"""How much segregation chance alone would show between areas of this size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate
from skk_analysis.metrics.counts import AreaCounts, AreaIndex

__all__ = ["Baseline", "randomisation_baseline"]


@dataclass(frozen=True)
class Baseline:
    """An observed segregation index beside what random allocation gives.

    Parameters
    ----------
    observed : Estimate
    expected : float
        Mean of the index over the random allocations.
    sd : float
        Its standard deviation over them.
    p_value : float
        Share of allocations at least as segregated, the observed one counted among them.
    draws, seed : int
    """

    observed: Estimate
    expected: float
    sd: float
    p_value: float
    draws: int
    seed: int

    @property
    def excess(self) -> Estimate:
        """Observed less expected."""
        return self.observed - self.expected

    @property
    def systematic(self) -> Estimate:
        """Carrington & Troske's index: the excess relative to the most that is possible, 1."""
        if self.observed.bounds[1] != 1:
            raise ValueError("systematic segregation is defined for indices with maximum 1")
        return (self.observed - self.expected) / (1 - self.expected)

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row: the observed estimate, expected, sd, p_value, draws."""
        chance = {"expected": self.expected, "sd": self.sd, "p_value": self.p_value}
        return self.observed.to_frame(level).assign(**chance, draws=self.draws)


def randomisation_baseline(
    index: AreaIndex,
    counts,
    groups=None,
    *,
    areas=None,
    total=None,
    draws: int = 200,
    seed: int = 0,
    **parameters,
) -> Baseline:
    """Return the index expected if people were placed in the areas at random.

    Everybody is allocated afresh with the size of each area and of each group as observed
    (multivariate hypergeometric).  The same seed gives the same numbers.

    Parameters
    ----------
    index : function
        An area-count index, such as ``dissimilarity``.
    counts, groups, areas, total
        As for the index; whole numbers.
    draws : int, default 200
        The error of ``expected`` is sd / √draws.
    seed : int, default 0
    **parameters
        Handed on to the index.

    References
    ----------
    Winship (1977), *Social Forces* 55, 1058–1066; Carrington & Troske (1997), *Journal of Business
    & Economic Statistics* 15, 402–409; Patefield (1981), *Applied Statistics* 30, 91–97.

    Examples
    --------
    >>> from skk_analysis.metrics import dissimilarity
    >>> chance = randomisation_baseline(dissimilarity, {"a": [3, 4, 5, 2], "b": [5, 4, 3, 6]})
    >>> bool(chance.expected > 0.1)
    True
    """
    from scipy.stats import random_table

    if draws < 2:
        raise ValueError(f"draws must be at least 2, got {draws}")
    table = AreaCounts.read(counts, groups, areas=areas, total=total)
    whole = table.counts.round().astype(np.int64)
    if not np.allclose(whole, table.counts, rtol=0, atol=1e-9):
        raise ValueError("people are placed one by one: counts must be whole numbers; round them")
    margins = whole.sum(axis=1), whole.sum(axis=0)
    rng = np.random.default_rng(seed)
    allocations = random_table(*margins, seed=rng).rvs(draws)
    chance = np.array(
        [
            index.formula(replace(table, counts=a.astype(float)), **parameters)[0]
            for a in allocations
        ]
    )
    observed = index(counts, groups, areas=areas, total=total, **parameters)
    # allocations with equal counts give the same index up to rounding: count those as ties
    as_extreme = int((chance >= observed.value - 1e-12).sum())
    return Baseline(
        observed=observed,
        expected=float(chance.mean()),
        sd=float(chance.std(ddof=1)),
        p_value=(1 + as_extreme) / (1 + draws),
        draws=draws,
        seed=seed,
    )
