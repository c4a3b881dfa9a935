"""The rows of one domain in a fixed order: what turns influence values into an estimate."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skk_analysis.estimate import UNBOUNDED, Estimate
from skk_analysis.sampling import LONELY_NOTE, Influence, Sampling

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
    rows : ndarray of int, shape (n,)
        Positions in the frame, each once.
    """

    def __init__(self, design: SurveyDesign, rows: np.ndarray) -> None:
        self.design, self.rows = design, rows

    @cached_property
    def weights(self) -> np.ndarray:
        """Weight of each row."""
        return self.design.weights[self.rows]

    @property
    def equal_weights(self) -> bool:
        """Whether no weights and no frequencies were given."""
        return self.design.weights.strides == self.design.counts.strides == (0,)

    @cached_property
    def counts(self) -> np.ndarray | float:
        """How many identical units each row stands for; 1.0 for all outside frequency tables."""
        counts = self.design.counts
        return counts[self.rows] if counts.strides != (0,) else 1.0

    @cached_property
    def share(self) -> np.ndarray:
        """Share of the domain's weight at each row."""
        return self.weights / self.weights.sum()

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
    def n(self) -> int:
        """Number of people or households that the rows stand for."""
        return len(self.rows) if isinstance(self.counts, float) else round(self.counts.sum())

    @cached_property
    def notes(self) -> list[str]:
        """What a reader must know about any standard error from these rows."""
        lonely = any(
            sampling.lonely.any() and sampling.lonely[sampling.stratum[units]].any()
            for sampling, _, units, _ in self.waves
        )
        return [LONELY_NOTE if lonely else "", self._too_few]

    @cached_property
    def _too_few(self) -> str:
        if len(self.waves[0].units) > 1 and isinstance(self.counts, float):
            return ""
        units = sum(wave.sampling.count[wave.units].sum() for wave in self.waves)
        return "one sampling unit: no standard error" if units < 2 else ""

    def estimate(
        self,
        value: float,
        influence: np.ndarray,
        *,
        method: str,
        unit: str = "",
        bounds: tuple[float, float] = UNBOUNDED,
        bias: float = 0.0,
    ) -> Estimate:
        """Return the estimate whose influence function has the values ``influence`` at the rows.

        Parameters
        ----------
        value : float
        influence : ndarray of float, shape (n,)
            Influence function at each row, under the domain's weighted distribution.
        bias : float
            Known bias of the value.
        """
        parts = self.influence(influence)
        variance = sum(part.variance for part in parts)
        variance += 2 * sum(a.covariance(b) for i, a in enumerate(parts) for b in parts[:i])
        return Estimate(
            value=float(value),
            se=float("nan") if self._too_few else float(np.sqrt(variance)),
            n=self.n,
            unit=unit,
            method="; ".join(filter(None, [method, *self.notes])),
            bounds=bounds,
            influence=parts,
            bias=bias,
        )
