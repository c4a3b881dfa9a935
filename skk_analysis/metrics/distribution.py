"""A validated, sorted, weighted distribution: the one thing that every index is a function of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from skk_analysis.sampling import WhenAsked, alike, is_alike

if TYPE_CHECKING:
    from skk_analysis.metrics.domain import Domain

__all__ = ["Distribution", "UndefinedIndexError", "ascending"]

# Cumulative shares carry the rounding of up to millions of additions; two shares closer than this
# are the same share.
SAME_SHARE = 1e-10
ROUNDING = 1e-12  # of the sum of millions of shares
LEAST_COUNTED = 5_000  # rows; fewer are sorted as fast
WOODRUFF = 2.576  # normal quantile of a 99 % interval
BLOCK = 2**14  # numbers at a time: they stay in the processor's cache


def ascending(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of values in ascending order, equal ones in the order they stand.

    And the values in that order.

    A number's bits, read as an integer, are in its order.  With the place written over the last
    of them there is one array to sort, which processors do several times faster than finding an
    order.  Where the bits that are left don't tell all values apart, one more sort mends it.
    """
    n = len(values)
    if n < 2:
        return np.arange(n), values
    key = np.ascontiguousarray(values, dtype=float).view(np.int64)
    if key.min() < 0:  # of negative numbers, in two's complement
        key = np.where(key < 0, np.int64(-(2**63)) - key, key)
    low, bits = int(key.min()), (n - 1).bit_length()
    spare = 64 - (int(key.max()) - low).bit_length()
    mixed = (key - np.int64(low)).view(np.uint64)
    if spare < bits:
        mixed >>= np.uint64(bits - spare)
    mixed <<= np.uint64(bits)
    mixed |= np.arange(n, dtype=np.uint64)
    mixed.sort()
    mixed &= np.uint64(2**bits - 1)
    order = mixed.view(np.int64)
    found = values[order]
    if spare < bits and (found[1:] < found[:-1]).any():
        again = np.argsort(found, kind="stable")  # quick, because nearly all are in place
        order, found = order[again], found[again]
    return order, found


class UndefinedIndexError(ValueError):
    """An index has no value for these values: a fact about the data, not a wrong question."""


@dataclass(frozen=True, eq=False)
class Distribution:
    """Values in ascending order with their population shares.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Ascending, finite.
    weights : ndarray of float, shape (n,)
        Positive, in the same order; only their ratios matter.
    rows : ndarray of int, shape (n,), or function that returns it
        Where each value came from, to name it in an error.
    counts : ndarray of float, shape (n,), or float
        How many identical units each row stands for; 1 except in frequency tables.
    places : ndarray of int, optional
        Of rows merged by :meth:`counted`: where among the values each of ``rows`` is.
    weight_powers : tuple of ndarray, optional, or function that returns it
        Of such rows, if they differ in weight: the third and fourth powers of the units' shares,
        summed by value.
    """

    values: np.ndarray
    weights: np.ndarray
    rows: np.ndarray = cast(np.ndarray, WhenAsked())  # noqa: RUF009
    counts: np.ndarray | float = 1.0
    places: np.ndarray | None = None
    weight_powers: tuple[np.ndarray, ...] = cast(tuple, WhenAsked(()))

    @classmethod
    def counted(cls, values: np.ndarray, domain: Domain) -> Distribution | None:
        """Return the distribution of whole numbers in any order, by counting instead of sorting.

        Rows with the same value become one, whose ``counts`` is Kish's effective number of them,
        so nothing that is computed changes.  None if the values are not whole numbers in a range
        narrow enough for counting to pay.
        """
        if len(values) < LEAST_COUNTED or values[0] % 1 or (values[:100] % 1).any():
            return None
        low = values.min()
        if low % 1 or values.max() - low >= 2 * len(values):
            return None
        places = (values - low).astype(np.int32)
        if not np.array_equal(places, values - low):
            return None
        found = np.bincount(places)
        present = found > 0
        income = low + np.flatnonzero(present)
        places = (np.cumsum(present, dtype=np.int32) - 1)[places]
        rows = cast(np.ndarray, lambda: domain.rows)
        if domain.equal_weights:
            found = found[present].astype(float)
            return cls(income, found, rows, found, places)
        weight = np.bincount(places, domain.share)
        units = weight**2 / np.bincount(places, domain.share**2 / domain.counts)

        def powers() -> tuple[np.ndarray, ...]:
            each = domain.share / domain.counts
            return tuple(np.bincount(places, domain.share * each**r) for r in (2, 3))

        return cls(income, weight, rows, units, places, cast(tuple, powers))

    def condensed(self, cells: int) -> Distribution:
        """Return the distribution with neighbours merged to at most so many values, their means.

        ``counts`` are Kish's effective numbers, as in :meth:`counted`.
        """
        cells = min(cells, len(self.values))
        ends = np.arange(1, cells + 1) * len(self.values) // cells
        size = np.diff(ends, prepend=0)
        cell, starts = np.repeat(np.arange(cells, dtype=np.int32), size), ends - size
        weight = np.add.reduceat(self.weights, starts)
        spread = self.weights * self.weights
        units = weight**2 / np.add.reduceat(np.divide(spread, self.counts, out=spread), starts)
        mean = np.add.reduceat(self.weights * self.values, starts) / weight
        places = cell if self.places is None else cell[self.places]
        return Distribution(np.maximum.accumulate(mean), weight, self.rows, units, places)

    def to_rows(self, influence: np.ndarray) -> np.ndarray:
        """Return an influence function at each of ``rows``."""
        return influence if self.places is None else influence[self.places]

    def rows_at(self, which: np.ndarray) -> np.ndarray:
        """Return the rows whose value is one of those at the places ``which``."""
        return self.rows[which if self.places is None else np.isin(self.places, which)]

    def where(self, mask: np.ndarray) -> Distribution:
        """Return the distribution of the rows for which ``mask`` is true."""
        values = self.values[mask]
        counts = self.counts[mask] if isinstance(self.counts, np.ndarray) else self.counts
        weights = alike(1.0, len(values)) if is_alike(self.weights) else self.weights[mask]
        return Distribution(values, weights, self.rows[mask], counts)

    @cached_property
    def share(self) -> np.ndarray:
        """Population share of each row; sums to 1."""
        if is_alike(self.weights):
            return alike(1 / len(self.weights), len(self.weights))
        total = float(self.weights.sum())
        return self.weights if abs(total - 1) < ROUNDING else self.weights / total

    def average(self, x: np.ndarray) -> float:
        """Return the weighted mean of something that is known at each value."""
        if is_alike(self.weights):
            return float(x.sum()) / len(x)
        return float(np.einsum("i,i->", self.share, x))  # one thread, whoever else is at work

    def average_of(self, function: Callable[[np.ndarray], np.ndarray]) -> float:
        """Return the weighted mean of a function of the values, made a block at a time."""
        total, equal = 0.0, is_alike(self.weights)
        for start in range(0, len(self.values), BLOCK):
            block = slice(start, start + BLOCK)
            part = function(self.values[block])
            total += float(part.sum() if equal else np.einsum("i,i->", self.share[block], part))
        return total / len(self.values) if equal else total

    @cached_property
    def cumulative_share(self) -> np.ndarray:
        """Share of the population up to and including each row."""
        if is_alike(self.weights):
            return np.arange(1.0, len(self.weights) + 1) / len(self.weights)
        return np.cumsum(self.share)

    @cached_property
    def cumulative_mean(self) -> np.ndarray:
        """Generalised Lorenz ordinate up to and including each row; ends at the mean."""
        held = self.share * self.values
        return np.cumsum(held, out=held)

    @cached_property
    def mean(self) -> float:
        """Weighted mean."""
        return self.average(self.values)

    @cached_property
    def relative(self) -> np.ndarray:
        """Each value over the mean."""
        return self.values / self.mean

    @cached_property
    def effective_n(self) -> float:
        """Kish's effective number of units, :math:`1/\\sum p_i^2` over units."""
        if isinstance(self.counts, np.ndarray):
            return 1 / float(np.einsum("i,i->", self.share, self.share / self.counts))
        if is_alike(self.weights):
            return float(len(self.weights))
        return 1 / float(np.einsum("i,i->", self.share, self.share))

    @cached_property
    def median(self) -> float:
        """The 0.5 quantile."""
        return self.quantile(0.5)

    @cached_property
    def half_mean_distance(self) -> float:
        """Half the mean distance between two people, :math:`\\int F(1-F)\\,dy`.

        No term is negative, so nothing is lost to rounding, and equal values add exactly 0.
        """
        total, last, equal = 0.0, len(self.values) - 1, is_alike(self.weights)
        whole = float(len(self.values)) if equal else 1.0
        for start in range(0, last, BLOCK):
            end = min(start + BLOCK, last)
            below = np.arange(start + 1.0, end + 1.0) if equal else self.cumulative_share[start:end]
            apart = self.values[start + 1 : end + 1] - self.values[start:end]
            total += float(np.einsum("i,i,i->", below, whole - below, apart))
        return total / whole**2

    def mean_distance(self, tilt: float = 0.0) -> np.ndarray:
        """Return the mean distance of each row from all others, less ``tilt`` times its value.

        :math:`A(y_i)=\\sum_j p_j|y_i-y_j|`.  Rows with the same value get the same distance in
        whatever order they stand, because a tied row adds as much to the first cumulative sum as
        it takes from the second.
        """
        distance = self.cumulative_share - (1 + tilt) / 2
        distance *= self.values
        distance -= self.cumulative_mean
        distance *= 2
        distance += self.mean
        return distance

    # -- functions of the order ----------------------------------------------------------------

    def quantile(self, p: float) -> float:
        """Return the inverse distribution function, averaged where it jumps at exactly ``p``.

        Hyndman & Fan's definition 2: unchanged by replication and by the scale of weights.
        """
        i = int(np.searchsorted(self.cumulative_share, p - SAME_SHARE))
        i = min(i, len(self.values) - 1)
        at_jump = abs(self.cumulative_share[i] - p) <= SAME_SHARE and i + 1 < len(self.values)
        return float((self.values[i] + self.values[i + 1]) / 2 if at_jump else self.values[i])

    def lorenz(self, p: float) -> float:
        """Return the share of the total that the poorest share ``p`` has, linear between rows."""
        return self.generalised_lorenz(p) / self.mean

    def generalised_lorenz(self, p: float) -> float:
        """Return the Lorenz ordinate times the mean."""
        share, held = self.cumulative_share, self.cumulative_mean
        i = min(int(np.searchsorted(share, p)), len(share) - 1)
        before, start = (share[i - 1], held[i - 1]) if i else (0.0, 0.0)
        part = min((p - before) / (share[i] - before), 1.0)
        return float(start + part * (held[i] - start))

    def share_below(self, x: float) -> float:
        """Return the share of the population strictly below ``x``."""
        i = int(np.searchsorted(self.values, x, side="left"))
        return float(self.cumulative_share[i - 1]) if i else 0.0

    # -- their influence functions ---------------------------------------------------------------

    def mean_influence(self) -> np.ndarray:
        """Influence function of the mean."""
        return self.values - self.mean

    def generalised_lorenz_influence(self, p: float) -> np.ndarray:
        """Influence function of the generalised Lorenz ordinate at ``p``; needs no density."""
        q = self.quantile(p)
        influence = np.full(len(self.values), p * q - self.generalised_lorenz(p))
        below = int(np.searchsorted(self.values, q))
        influence[:below] += self.values[:below] - q
        return influence

    def lorenz_influence(self, p: float) -> np.ndarray:
        """Influence function of the Lorenz ordinate at ``p``."""
        influence = self.generalised_lorenz_influence(p)
        influence -= self.lorenz(p) * self.mean_influence()
        influence /= self.mean
        return influence

    def quantile_influence(self, p: float) -> np.ndarray:
        """Influence function of the quantile, :math:`(p-1[y\\le q])/f(q)`."""
        sparsity = self.sparsity(p)
        influence = np.full(len(self.values), p * sparsity)
        influence[: int(np.searchsorted(self.values, self.quantile(p), side="right"))] -= sparsity
        return influence

    def sparsity(self, p: float) -> float:
        """Return one over the density at the quantile ``p``, in Woodruff's manner.

        The slope of the quantile function over :math:`p\\pm 2.576\\sqrt{p(1-p)/n}`, n being the
        effective number of rows: the half-width of Woodruff's 99 % interval over its normal
        quantile.  Of the rules tried by simulation (Gaussian kernels with IQR and SD bandwidths,
        Hall–Sheather) the only one whose intervals hold for one hump and for two.
        """
        p = min(max(p, 1 / self.effective_n), 1 - 1 / self.effective_n)
        reach = WOODRUFF * np.sqrt(p * (1 - p) / self.effective_n)
        while True:
            low, high = max(p - reach, SAME_SHARE), min(p + reach, 1 - SAME_SHARE)
            spread = self.quantile(high) - self.quantile(low)
            if spread > 0 or reach >= 1:  # in a heap of equal values look farther
                return spread / (high - low)
            reach = 2 * reach or 1.0

    def density(self, x: float) -> float:
        """Return the density at ``x``, 0 outside the range of the values."""
        if not self.values[0] <= x <= self.values[-1]:
            return 0.0
        sparsity = self.sparsity(self.share_below(x))
        return 1 / sparsity if sparsity > 0 else 0.0

    # -- what an index may demand ----------------------------------------------------------------

    def require_positive(self, index: str, *, or_zero: bool = False, advice: str = "") -> None:
        """Stop unless every value is > 0 (or ≥ 0), naming the offending ones."""
        wrong = int(np.searchsorted(self.values, 0.0, side="left" if or_zero else "right"))
        if wrong:
            number = len(self.rows_at(np.arange(wrong)))
            lowest = np.arange(np.searchsorted(self.values, self.values[0], side="right"))
            raise UndefinedIndexError(
                f"{index} needs values {'≥' if or_zero else '>'} 0: {number} of {len(self.rows)} "
                f"are not, the smallest is {self.values[0]:g} (row {self.rows_at(lowest).min()}). "
                f"{advice}"
            )

    def negatives_note(self) -> str:
        """Say how many negative values an index kept; empty if none."""
        if self.values[0] >= 0:
            return ""
        below = int(np.searchsorted(self.values, 0.0))
        negative = below if self.places is None else np.count_nonzero(self.places < below)
        return f"{negative} negative values kept"

    def require_positive_mean(self, index: str) -> None:
        """Stop unless the mean, by which the index divides, is positive."""
        if not self.mean > 0:
            raise UndefinedIndexError(
                f"{index} divides by the mean, which is {self.mean:g}; it must be > 0"
            )
