"""Standard errors from replicate weights: those of a survey, or a bootstrap made here.

A replication belongs to a design, not to an index: each index is computed again with every
replicate's weights, on the rows once sorted.  The replicates' deviations are kept as the
influence of the estimate, so differences and ratios of estimates from one design (two years, two
groups, two indices) have the covariances that the replicates give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate, Influence, Sampling
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.domain import Domain

if TYPE_CHECKING:
    from skk_analysis.metrics.design import SurveyDesign

__all__ = ["Replication", "bootstrap", "given_weights", "resampling"]

CELLS = 2**15  # more values than these are merged with their neighbours before resampling
BLOCK = 2**22  # numbers drawn at a time
METHODS = ("brr", "jackknife", "bootstrap")


@dataclass(frozen=True, eq=False, kw_only=True)
class Replication:
    """Replicates of a sample and what their squared deviations are worth.

    Parameters
    ----------
    sampling : Sampling
        One boundless "unit" a replicate.
    scale : ndarray of float, shape (replicates,)
        Factor of each squared deviation.
    name : str
        For the estimates' ``method``.
    around_mean : bool
        Take deviations from the replicates' mean rather than from the estimate.
    """

    sampling: Sampling
    scale: np.ndarray
    name: str
    around_mean: bool = False

    def weights(self, domain: Domain, dist: Distribution) -> Iterator[np.ndarray]:
        """Yield each replicate's weights of the distribution's values."""
        raise NotImplementedError

    def counting(self, domain: Domain, dist: Distribution) -> Replication | None:  # noqa: ARG002
        """Return the replication to use instead for a domain, if it can be drawn by value."""
        return None

    def restate(
        self,
        estimate: Estimate,
        domain: Domain,
        dist: Distribution,
        evaluate: Callable[[Distribution, np.ndarray], float],
        further: bool = False,
    ) -> Estimate:
        """Return an estimate with the replicates' standard error in place of the linearised one.

        Parameters
        ----------
        estimate : Estimate
        domain, dist : Domain, Distribution
            Rows behind the estimate, in the same order.
        evaluate : callable
            Index of a distribution, given also which of the values of ``dist`` it holds.
        further : bool
            The index looks at further columns, so rows with the same value differ.
        """
        merged = dist if further or len(dist.values) <= CELLS else dist.condensed(CELLS)
        values = np.full(len(self.scale), np.nan)
        replication = self.counting(domain, merged) or self
        for r, weights in enumerate(replication.weights(domain, merged)):
            kept = weights > 0
            if kept.any():
                values[r] = evaluate(_reweighted(merged, weights, kept), kept)
        known = ~np.isnan(values)
        centre = estimate.value
        if merged is not dist:
            centre = evaluate(merged, np.ones(len(merged.values), dtype=bool))
        if self.around_mean and known.any():
            centre = values[known].mean()
        deviation = np.where(known, values - centre, 0.0) * np.sqrt(self.scale)
        deviation *= np.sqrt(len(values) / max(known.sum(), 1))
        part = Influence(replication.sampling, np.arange(len(values)), deviation)
        lost = "" if known.all() else f"{(~known).sum()} replicates without rows"
        method = "; ".join(filter(None, [estimate.method, self.name, lost]))
        se = float(np.sqrt(part.variance)) if known.sum() > 1 else float("nan")
        return replace(estimate, se=se, influence=(part,), method=method)


def _reweighted(dist: Distribution, weights: np.ndarray, kept: np.ndarray) -> Distribution:
    """Return the distribution of the kept values with other weights."""
    counts = dist.counts[kept] if isinstance(dist.counts, np.ndarray) else dist.counts
    rows = dist.rows if dist.places is not None else dist.rows[kept]
    return Distribution(np.compress(kept, dist.values), weights[kept], rows, counts)


@dataclass(frozen=True, eq=False, kw_only=True)
class GivenWeights(Replication):
    """Replicate weights that came with the survey: columns of the design's frame."""

    columns: Sequence[str]

    def weights(self, domain: Domain, dist: Distribution) -> Iterator[np.ndarray]:
        for column in self.columns:
            weights = domain.design.frame[column].to_numpy(dtype=float)[domain.rows]
            if dist.places is not None:
                weights = np.bincount(dist.places, weights, minlength=len(dist.values))
            yield weights


@dataclass(frozen=True, eq=False, kw_only=True)
class Resampling(Replication):
    """Rao and Wu's rescaled bootstrap of a design's units, drawn again from its seed when needed.

    From the n units of a stratum n − 1 are drawn with replacement, and one drawn k times weighs
    :math:`1-\\lambda+\\lambda k\\,n/(n-1)` as much, :math:`\\lambda=\\sqrt{1-f}`; the only unit of
    a stratum weighs a Poisson(1) number.
    """

    seed: int
    drawn: Sampling

    @cached_property
    def _counted(self) -> dict[tuple, Sampling]:
        """One sampling for each domain drawn by value, shared by the indices of one column."""
        return {}

    def counting(self, domain: Domain, dist: Distribution) -> Replication | None:
        """Draw by value from frequency tables and large domains of independent rows.

        Indices of one column share the draws; estimates from different columns do not, and are
        taken as independent.
        """
        large = dist.places is not None and len(domain.rows) > CELLS
        counted = large or isinstance(domain.counts, np.ndarray)
        if not (counted and domain.design.distinct_units and len(self.drawn.size) == 1):
            return None
        key = (int(domain.rows.min()), len(domain.rows), float(dist.mean))
        known = Sampling.of_known_error(len(self.scale), float(self.drawn.size.sum() - 1))
        return Counting(
            sampling=self._counted.setdefault(key, known),
            scale=self.scale,
            name=self.name,
            around_mean=True,
            seed=self.seed,
            fraction=float(self.drawn.fraction[0]),
        )

    @cached_property
    def _order(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Units by stratum; for each draw, where its stratum starts in them and its size."""
        size = self.drawn.size.astype(int)
        start = np.repeat(np.cumsum(size) - size, size - 1)
        return np.argsort(self.drawn.stratum, kind="stable"), start, np.repeat(size, size - 1)

    def multipliers(self) -> Iterator[np.ndarray]:
        """Yield blocks of the units' multipliers, shape (units, some replicates)."""
        order, start, size = self._order
        units, n = len(order), self.drawn.size[self.drawn.stratum]
        shrink = np.sqrt(1 - self.drawn.fraction)[self.drawn.stratum]
        alone = np.flatnonzero(n == 1)
        random, left = np.random.default_rng(self.seed), len(self.scale)
        while left:
            block = min(max(BLOCK // units, 1), left)
            drawn = start + (random.random((block, len(start))) * size).astype(np.intp)
            drawn += units * np.arange(block)[:, None]
            times = np.bincount(drawn.ravel(), minlength=block * units).reshape(block, units)
            k = np.empty((units, block))
            k[order] = times.T
            k *= (n / np.maximum(n - 1, 1))[:, None]
            k[alone] = random.poisson(1.0, (len(alone), block))
            yield 1 + shrink[:, None] * (k - 1)
            left -= block

    def weights(self, domain: Domain, dist: Distribution) -> Iterator[np.ndarray]:
        from scipy.sparse import csr_array

        places = np.arange(len(domain.rows)) if dist.places is None else dist.places
        unit = domain.design.unit[domain.rows]
        shape = (len(dist.values), len(self.drawn.stratum))
        by_unit = csr_array((domain.share, (places, unit)), shape=shape)
        for block in self.multipliers():
            yield from np.ascontiguousarray((by_unit @ block).T)


@dataclass(frozen=True, eq=False, kw_only=True)
class Counting(Replication):
    """Poisson bootstrap of independent rows, by value: rows of one value are drawn together.

    k rows weigh a Poisson(k) number instead of k; when their weights differ, k is Kish's effective
    number of them, which gives the sum of weights its first two moments.
    """

    seed: int
    fraction: float

    def weights(self, domain: Domain, dist: Distribution) -> Iterator[np.ndarray]:
        random = np.random.default_rng([self.seed, int(domain.rows.min()), len(domain.rows)])
        shrink, expected = (
            np.sqrt(1 - self.fraction),
            np.broadcast_to(dist.counts, len(dist.values)),
        )
        for _ in self.scale:
            yield dist.weights * (1 + shrink * (random.poisson(expected) / expected - 1))


def given_weights(
    columns: Sequence[str], method: str, scale: float | Sequence[float] | None
) -> Replication:
    """Return the replication of a survey's own replicate weights."""
    number = len(columns)
    if method not in METHODS:
        raise ValueError(f"replicate_method must be one of {METHODS}, got {method!r}")
    if number < 2:
        raise ValueError(f"a standard error needs at least two replicates, got {number}")
    if scale is None:
        scale = (number - 1) / number if method == "jackknife" else 1 / number
    factors = np.broadcast_to(np.asarray(scale, dtype=float), number)
    if not (np.isfinite(factors) & (factors > 0)).all():
        raise ValueError(f"replicate_scale must be finite and > 0, got {scale}")
    return GivenWeights(
        sampling=Sampling.of_known_error(number, number - 1.0),
        scale=factors,
        name=f"{number} {method} replicates",
        columns=list(columns),
    )


def resampling(design: SurveyDesign, replicates: int, seed: int) -> Replication:
    """Return the bootstrap of a design."""
    if replicates < 2:
        raise ValueError(f"a standard error needs at least two replicates, got {replicates}")
    if len(design.samplings) > 1:
        raise ValueError(
            "units found in several waves cannot be drawn wave by wave; leave waves out, and the "
            "years are domains of one sample of the panel's units"
        )
    (drawn,) = design.samplings
    if (drawn.count != 1).any() and len(drawn.size) > 1:
        raise ValueError("a stratified frequency table cannot be resampled; write its rows out")
    strata = len(drawn.size)
    return Resampling(
        sampling=Sampling.of_known_error(replicates, max(drawn.size.sum() - strata, 1.0)),
        scale=np.full(replicates, 1 / (replicates - 1)),
        name=f"{replicates} bootstrap replicates, seed {seed}",
        around_mean=True,
        seed=seed,
        drawn=drawn,
    )


def bootstrap(
    data,
    column: str | None = None,
    indices: Sequence | Mapping[str, Callable] | None = None,
    *,
    replicates: int = 1000,
    seed: int = 0,
    by: str | Sequence[str] | None = None,
    weights=None,
    missing: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return indices with bootstrap standard errors: a check on the linearised ones.

    Rao and Wu's rescaled bootstrap of the design: from the n units (clusters, people) of each
    stratum n − 1 are drawn with replacement, times n/(n − 1), shrunk by :math:`\\sqrt{1-f}` when a
    share f of the population was drawn.  More than 32 768 different values are merged with their
    neighbours first, which leaves the standard error alone; large samples of independent rows are
    drawn by value, Poisson(k) times for k rows.  Memory is bounded: replicates are made in blocks.

    Parameters
    ----------
    data, column, weights, missing, by, indices, level
        As for :func:`~skk_analysis.metrics.inequality_table`.
    replicates : int, default 1000
    seed : int, default 0
        The same seed gives the same numbers.

    Returns
    -------
    DataFrame
        As :func:`~skk_analysis.metrics.inequality_table`.  For estimates to calculate with, give
        ``design.resampled(replicates, seed)`` to an index.

    References
    ----------
    Rao & Wu (1988), *JASA* 83, 231–241; Rao, Wu & Yue (1992), *Survey Methodology* 18, 209–217;
    Beaumont & Patak (2012), *International Statistical Review* 80, 127–148, for Poisson draws.

    Examples
    --------
    >>> table = bootstrap([1, 2, 3, 4] * 50, indices=["gini"], replicates=100)
    >>> float(table["value"][0].round(2)), bool(0.005 < table["se"][0] < 0.02)
    (0.25, True)
    """
    from skk_analysis.metrics.design import as_design
    from skk_analysis.metrics.index import inequality_table

    design, column = as_design(data, column, weights=weights, missing=missing)
    resampled = design.resampled(replicates, seed)
    return inequality_table(resampled, column, by=by, indices=indices, level=level)
