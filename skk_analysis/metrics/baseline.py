"""How much segregation chance alone would show between areas of this size, and less of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skk_analysis.estimate import UNBOUNDED, Estimate
from skk_analysis.metrics.area_index import AreaIndex
from skk_analysis.metrics.counts import AreaCounts

__all__ = ["Baseline", "bias_corrected", "randomisation_baseline"]


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
    whole = _whole(table)
    margins = whole.sum(axis=1), whole.sum(axis=0)
    rng = np.random.default_rng(seed)
    allocations = random_table(*margins, seed=rng).rvs(draws)
    chance = _values(index, table, allocations.astype(float), parameters)
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


def bias_corrected(
    index: AreaIndex,
    counts,
    groups=None,
    *,
    areas=None,
    total=None,
    method: str = "bootstrap",
    draws: int = 200,
    seed: int = 0,
    **parameters,
) -> Estimate:
    """Return an index freed of most of the upward bias that small areas give it.

    .. math:: \\hat I_b=2\\hat I-\\frac1B\\sum_b\\hat I(n^*_b),\\qquad
        \\hat I_j=N\\hat I-(N-1)\\sum_c\\frac{n_c}N\\hat I(n-e_c)

    by drawing all N people afresh from the cells' shares (bootstrap), or by leaving out one person
    at a time (jackknife, exact and without a seed; one evaluation a cell).

    Parameters
    ----------
    index : function
        An area-count index, such as ``dissimilarity``.
    counts, groups, areas, total
        As for the index; whole numbers.
    method : {"bootstrap", "jackknife"}
    draws : int, default 200
    seed : int, default 0
    **parameters
        Handed on to the index.

    Returns
    -------
    Estimate
        With the standard error of the plug-in index, and an interval that is not kept inside the
        index's range: a corrected index may be negative, which says no more than chance.

    Notes
    -----
    In simulations with 40 areas of 25 or 100 people both methods take away nine tenths of the bias
    of the smooth indices (H, M, η², Atkinson, isolation).  That of dissimilarity and Gini falls by
    a half to nine tenths where there is segregation, but only by a half where there is none: they
    have a corner there, and the jackknife is then also unsteady.  Taking away the randomisation
    baseline instead is right only where there is no segregation, and far too much elsewhere.

    References
    ----------
    Allen, Burgess, Davidson & Windmeijer (2015), *Econometrics Journal* 18, 40–66; Efron &
    Tibshirani (1993), *An Introduction to the Bootstrap*, §10; Winship (1977), *Social Forces* 55.

    Examples
    --------
    >>> from skk_analysis.metrics import mutual_information
    >>> table = {"a": [3, 4, 5, 2], "b": [5, 4, 3, 6]}
    >>> plain = mutual_information(table)
    >>> corrected = bias_corrected(mutual_information, table, method="jackknife")
    >>> round(plain.value, 3), round(corrected.value, 3)
    (0.041, -0.017)
    """
    table = AreaCounts.read(counts, groups, areas=areas, total=total)
    plain = index(counts, groups, areas=areas, total=total, **parameters)
    if method == "bootstrap":
        rng = np.random.default_rng(seed)
        shares = table.cells.ravel()
        drawn = rng.multinomial(int(_whole(table).sum()), shares, size=draws)
        resampled = [d.reshape(table.counts.shape).astype(float) for d in drawn]
        value = 2 * plain.value - np.mean(_values(index, table, resampled, parameters))
        stated = f"bias corrected by {draws} bootstrap draws, seed {seed}"
    elif method == "jackknife":
        at = np.argwhere(_whole(table) > 0)
        values = _values(index, table, (_one_less(table.counts, cell) for cell in at), parameters)
        left_out = table.cells[tuple(at.T)] @ values
        value = table.people * plain.value - (table.people - 1) * left_out
        stated = "bias corrected by the jackknife over people"
    else:
        raise ValueError(f"method must be 'bootstrap' or 'jackknife', got {method!r}")
    method = f"{plain.method}; {stated}"
    return replace(plain, value=float(value), method=method, bounds=UNBOUNDED, bias=0.0)


def _whole(table: AreaCounts) -> np.ndarray:
    """Return the counts as whole numbers."""
    whole = table.counts.round().astype(np.int64)
    if not np.allclose(whole, table.counts, rtol=0, atol=1e-9):
        raise ValueError("people are placed one by one: counts must be whole numbers; round them")
    return whole


def _one_less(counts: np.ndarray, cell: np.ndarray) -> np.ndarray:
    less = counts.copy()
    less[tuple(cell)] -= 1
    return less


def _values(
    index: AreaIndex, table: AreaCounts, others: Iterable[np.ndarray], parameters: Mapping
) -> np.ndarray:
    """Return the index of other counts in the same table."""
    values = []
    for counts in others:
        if not counts.any(axis=0).all():
            fewest = int(table.counts.sum(axis=0).argmin())
            raise ValueError(
                f"group {table.groups[fewest]!r} has {table.counts[:, fewest].sum():g} people, too "
                "few to vary; leave it out or join it to another"
            )
        values.append(index.formula(replace(table, counts=counts), **parameters)[0])
    return np.array(values)
