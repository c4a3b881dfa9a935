"""The rows of one domain in a fixed order: what turns influence values into an estimate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

from skk_analysis.estimate import UNBOUNDED, Estimate, standard_error
from skk_analysis.metrics.distribution import BLOCK, Distribution
from skk_analysis.sampling import (
    LONELY_NOTE,
    Influence,
    LateInfluence,
    Sampling,
    WhenAsked,
    alike,
    is_alike,
    settled,
)

if TYPE_CHECKING:
    from skk_analysis.metrics.design import SurveyDesign

__all__ = ["Domain"]


class Wave(NamedTuple):
    """The domain's rows in one sampling.

    Attributes
    ----------
    sampling : Sampling
    rows : ndarray of bool, or slice
        Which of the domain's rows.
    units : ndarray of int
        The sampling's units with rows here, each once.
    place : ndarray of int or None
        Each row's unit as a position in ``units``; None when they are the rows themselves.
    """

    sampling: Sampling
    rows: np.ndarray | slice
    units: np.ndarray
    place: np.ndarray | None


class Domain:
    """Rows of a design in a fixed order, whose weights and units are looked up once.

    Parameters
    ----------
    design : SurveyDesign
    rows : ndarray of int, shape (n,), or function that returns it, or None
        Positions in the frame, each once.  None: all, as they stand.
    size : int, optional
        Their number, where a function gives them.
    """

    rows = WhenAsked()

    def __init__(
        self,
        design: SurveyDesign,
        rows: np.ndarray | Callable[[], np.ndarray] | None,
        size: int | None = None,
    ) -> None:
        self.design, self.complete = design, rows is None
        if rows is None:
            rows, size = lambda: design.frame_rows, design.size
        self.rows = rows
        self.size = len(self.rows) if size is None else size

    @property
    def equal_weights(self) -> bool:
        """Whether no weights and no frequencies were given."""
        return is_alike(self.design.weights) and is_alike(self.design.counts)

    @cached_property
    def independent(self) -> bool:
        """Whether the rows were drawn one by one from one stratum."""
        samplings = self.design.samplings
        one = len(samplings) == 1 and len(samplings[0].size) == 1
        return one and self.design.distinct_units

    @cached_property
    def counts(self) -> np.ndarray | float:
        """How many identical units each row stands for; 1.0 for all outside frequency tables."""
        counts = self.design.counts
        return 1.0 if is_alike(counts) else counts if self.complete else counts[self.rows]

    @cached_property
    def share(self) -> np.ndarray:
        """Share of the domain's weight at each row."""
        weights = self.design.weights
        if is_alike(weights):
            return alike(1 / self.size, self.size)
        if self.complete:
            return weights / weights.sum()
        weights = weights[self.rows]
        weights /= weights.sum()
        return weights

    @cached_property
    def waves(self) -> list[Wave]:
        """The samplings with rows in the domain."""
        design = self.design
        if len(design.samplings) == 1:
            return [self._wave(0, slice(None), self.rows)]
        wave = design.wave[self.rows]
        found = [(k, wave == k) for k in np.unique(wave)]
        return [self._wave(k, rows, self.rows[rows]) for k, rows in found]

    def _wave(self, k: int, which: np.ndarray | slice, rows: np.ndarray) -> Wave:
        sampling = self.design.samplings[k]
        if self.design.distinct_units:
            one_wave = len(self.design.samplings) == 1  # then unit i is row i
            return Wave(sampling, which, rows if one_wave else self.design.unit[rows], None)
        unit, size = self.design.unit[rows], len(sampling.stratum)
        if 8 * len(unit) < size:  # the work is in proportion to the rows, not to the design
            return Wave(sampling, which, *np.unique(unit, return_inverse=True))
        present = np.bincount(unit, minlength=size) > 0
        return Wave(sampling, which, np.flatnonzero(present), (np.cumsum(present) - 1)[unit])

    def influence(self, values: np.ndarray) -> tuple[Influence, ...]:
        """Sum values at the rows, times their shares, to units: one :class:`Influence` a wave."""
        weighted, parts = values * self.share, []
        for wave in self.waves:
            totals = weighted[wave.rows]
            if wave.place is not None:
                totals = np.bincount(wave.place, totals, minlength=len(wave.units))
            parts.append(Influence(wave.sampling, wave.units, totals))
        return tuple(parts)

    @cached_property
    def units(self) -> float:
        """Number of people or households that the rows stand for."""
        return float(self.size if isinstance(self.counts, float) else self.counts.sum())

    @cached_property
    def notes(self) -> list[str]:
        """What a reader must know about any standard error from these rows."""
        if self.independent:
            return [self._too_few]
        lonely = any(
            sampling.lonely.any() and sampling.lonely[sampling.stratum[units]].any()
            for sampling, _, units, _ in self.waves
        )
        return [LONELY_NOTE if lonely else "", self._too_few]

    @cached_property
    def _too_few(self) -> str:
        if self.independent:
            units = self.units
        elif len(self.waves[0].units) > 1 and isinstance(self.counts, float):
            return ""
        else:
            units = sum(wave.sampling.count[wave.units].sum() for wave in self.waves)
        return "one sampling unit: no standard error" if units < 2 else ""

    def estimate(
        self,
        value: float,
        influence: np.ndarray | Callable[[], np.ndarray],
        *,
        dist: Distribution | None = None,
        method: str,
        unit: str = "",
        bounds: tuple[float, float] = UNBOUNDED,
        bias: float = 0.0,
    ) -> Estimate:
        """Return the estimate with the given influence function, under the domain's weights.

        Parameters
        ----------
        value : float
        influence : ndarray of float, shape (n,), or function that returns it
            At each row, or at each value of ``dist``.
        dist : Distribution, optional
            The rows' values.
        bias : float
            Known bias of the value.
        """
        parts: tuple[Influence, ...]
        if dist is not None and self.independent:
            parts = (self._by_value(dist, influence),)
        else:
            found = settled(influence)
            parts = self.influence(found if dist is None else dist.to_rows(found))
        return Estimate(
            value=float(value),
            se=float("nan") if self._too_few else cast(float, lambda: standard_error(parts)),
            n=round(self.units),
            unit=unit,
            method="; ".join(filter(None, [method, *self.notes])),
            bounds=bounds,
            influence=parts,
            bias=bias,
        )

    def _by_value(
        self, dist: Distribution, influence: np.ndarray | Callable[[], np.ndarray]
    ) -> Influence:
        """Return the influence of rows drawn one by one from one stratum, given by value.

        What the rows of one value add up to is shared out among them evenly.
        """
        (sampling,) = self.design.samplings

        def look_up() -> Influence:
            found = settled(influence)
            return self.influence(dist.to_rows(found))[0]

        def powers(third: np.ndarray | None = None, fourth: np.ndarray | None = None) -> np.ndarray:
            found, sums, counts = settled(influence), np.zeros(4), dist.counts
            for start in range(0, len(found), BLOCK):
                block = slice(start, start + BLOCK)
                total = dist.share[block] * found[block]
                each = total / counts[block] if isinstance(counts, np.ndarray) else total
                square = each * each
                sums[0] += total.sum()
                for r, power in enumerate((each, square, square * each), start=1):
                    sums[r] += np.einsum("i,i->", total, power)
            if third is not None and fourth is not None:
                sums[2:] = third @ found**3, fourth @ found**4
            return sums

        def higher() -> np.ndarray:
            return powers(*dist.weight_powers)

        # merged rows of unequal weight have more spread than as many equal ones
        unequal = dist.places is not None and not self.equal_weights
        return LateInfluence(
            look_up, powers, self.units, drawn=sampling, higher=higher if unequal else None
        )
