"""Indices from grouped and protected publications, with an interval that includes the grouping.

What is published of an area is often not its incomes but a table: how many people are in each
class, their mean, their median, decile means.  :func:`grouped_from_paavo`,
:func:`grouped_from_classes` and :func:`grouped_from_quantiles` take such tables and give
:class:`GroupedData`, of which any index of a distribution can be asked for.  The value is that of
the smoothest density honouring every published number; its standard error holds what the numbers
leave open (see :mod:`skk_analysis.metrics.grouped_density`).  Areas without published classes get
no value but the range that remains, and say so.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.grouped_bounds import gini_bounds
from skk_analysis.metrics.grouped_density import Fitted
from skk_analysis.metrics.index import INDICES, Index

__all__ = ["GroupedData"]

DEFAULT_INDICES = ("gini", "theil_t", "s80s20", "low_income_rate")


@dataclass(frozen=True, eq=False)
class GroupedData:
    """Areas' income distributions as far as they are published.

    Made by :func:`grouped_from_paavo`, :func:`grouped_from_classes` or
    :func:`grouped_from_quantiles`.

    Attributes
    ----------
    areas : Index
    n : ndarray
        People of each area.
    status : ndarray of str
        ``observed``; ``protected`` (classes not published); ``no_population``.
    note : ndarray of str
        What the figures of an area are, and what was done about them.
    limits, shares, mean, class_means
        Class tables for the sharp bounds; ``limits`` is None where there are no classes.
    fitted : Fitted
        Densities of the observed areas, in their order.

    Notes
    -----
    The standard error has two parts.  The shape of the density between the published numbers is
    unknown (a Gaussian process, calibrated on simulated areas: in a country of several kinds of
    areas 90 % intervals hold what ``validation/coverage/grouped.csv`` says; with areas of one kind
    and given limits, the Gini coefficient of 86–95 % of them, S80/S20 and the low-income rate of
    89–95 %, Theil T of 81–96 %).  And the n people of an area are few: the index of *these* people
    differs from that of the density even if the density were known.  It is the index of these
    people that is estimated, so a register without sampling has still a standard error.

    Estimates of two years or areas count as independent.  An area's unknown shape is much the same
    in both years, so the standard error of a change is then too large rather than too small.
    """

    areas: pd.Index
    n: np.ndarray
    status: np.ndarray
    note: np.ndarray
    mean: np.ndarray
    fitted: Fitted
    limits: np.ndarray | None = None
    shares: np.ndarray | None = None
    class_means: np.ndarray | None = None

    def __repr__(self) -> str:
        kinds = pd.Series(self.status).value_counts()
        return f"GroupedData({', '.join(f'{count} {kind}' for kind, count in kinds.items())})"

    def gini_bounds(self) -> pd.DataFrame:
        """Return the sharp bounds of each area's Gini coefficient: lower, upper.

        They hold whatever the shape.  Protected areas and publications without class limits have
        the range 0 to 1, areas without people none.
        """
        lower, upper = np.zeros(len(self.areas)), np.ones(len(self.areas))
        if self.limits is not None and self.shares is not None:
            known = self.observed & np.isfinite(self.mean)
            means = None if self.class_means is None else self.class_means[known]
            lower[known], upper[known] = gini_bounds(
                self.limits[known], self.shares[known], self.mean[known], means
            )
        empty = self.status == "no_population"
        lower[empty], upper[empty] = np.nan, np.nan
        return pd.DataFrame({"lower": lower, "upper": upper}, index=self.areas)

    @property
    def observed(self) -> np.ndarray:
        """Which areas have figures enough for an estimate."""
        return self.status == "observed"

    def estimates(self, index: str | Callable = "gini", **parameters) -> pd.Series:
        """Return an index of every observed area.

        Parameters
        ----------
        index : name or function of an index
            Any index of one distribution: ``"gini"``, ``theil_t``, ``"s80s20"`` …
        **parameters
            Of the index, e.g. ``line=`` of ``low_income_rate``.

        Returns
        -------
        Series of Estimate
            The others are left out; :meth:`table` names them.
        """
        partial = functools.partial(_unwrapped(index)[0], **parameters)
        (estimates,) = self._estimates([partial])
        return pd.Series(estimates, index=self.areas[self.observed], dtype=object)

    def _estimates(self, indices: Sequence) -> list[list[Estimate]]:
        """Return the observed areas' estimates of each index, from one pass of the covariance."""
        wanted = [_distribution_index(index) for index in indices]
        size = len(self.fitted.n)
        results = [[self._linearised(*index, i) for i in range(size)] for index in wanted]
        shape = (len(wanted), size, self.fitted.mass.shape[1])
        influence = np.array([[f for _, f, _ in r] for r in results]).reshape(shape).swapaxes(0, 1)
        within = np.array([[v for *_, v in r] for r in results]).reshape(shape[:2]).T
        errors = self.fitted.uncertainty(influence) if size else np.empty((0, len(wanted)))
        errors = np.sqrt(errors**2 + within / self.fitted.n[:, None])
        return [
            [
                Estimate(
                    value=result[i][0],
                    se=float(errors[i, k]),
                    n=int(self.n[row]) if math.isfinite(self.n[row]) else 0,
                    method=f"{index.__name__} from {self.note[row]}",
                    bounds=bounds,
                )
                for i, (row, bounds) in enumerate(self._observed_bounds(index))
            ]
            for k, ((index, _), result) in enumerate(zip(wanted, results, strict=True))
        ]

    def _observed_bounds(self, index: Index) -> list[tuple[int, tuple[float, float]]]:
        """Return the row of each observed area, and the range of the index there."""
        rows: list[int] = np.flatnonzero(self.observed).tolist()
        if index is not INDICES["gini"]:
            return [(row, index.bounds) for row in rows]
        ends = self.gini_bounds().to_numpy()[rows]
        return [
            (row, (float(low), float(high))) for row, (low, high) in zip(rows, ends, strict=True)
        ]

    def _linearised(
        self, index: Index, parameters: Mapping, i: int
    ) -> tuple[float, np.ndarray, float]:
        """Return an index of one fitted area, its influence function by cell and variance within.

        The latter is of people within the cells: nearly 0 unless a poverty line cuts one in two.
        """
        values, shares, cell = self.fitted.people(i)
        result = index.formula(Distribution(values, shares, cell), **parameters)
        cells = self.fitted.mass.shape[1]
        inside = np.maximum(np.bincount(cell, minlength=cells), 1)
        mean = np.bincount(cell, result.influence, minlength=cells) / inside
        within = float(shares @ (result.influence - mean[cell]) ** 2)
        return float(result.value), mean, within

    def table(
        self, indices: Sequence[str | Callable] | Mapping = DEFAULT_INDICES, level: float = 0.95
    ) -> pd.DataFrame:
        """Return indices of all areas, the protected ones too.

        Parameters
        ----------
        indices : sequence or mapping
            Names or functions, or ``functools.partial`` of them with parameters; a mapping gives
            them labels.
        level : float, default 0.95
            Coverage of the intervals.

        Returns
        -------
        DataFrame
            One row an area and index: area, index, value, se, lower, upper, n, status, method.
            An area that is not observed has no value; of its Gini coefficient the range is given.
        """
        labelled = indices if isinstance(indices, Mapping) else {_name(i): i for i in indices}
        estimates = self._estimates(list(labelled.values()))
        parts = [
            self._index_table(label, _unwrapped(index)[0], found, level)
            for (label, index), found in zip(labelled.items(), estimates, strict=True)
        ]
        return pd.concat(parts, ignore_index=True)

    def _index_table(self, label, index, estimates, level) -> pd.DataFrame:
        """Return the rows of one index: the estimates, and what is known of the other areas."""
        figures = np.full((len(self.areas), 4), np.nan)
        if index is INDICES["gini"]:
            figures[:, 2:] = self.gini_bounds()
        method = self.note.copy()
        for row, e in zip(np.flatnonzero(self.observed), estimates, strict=True):
            figures[row] = (e.value, e.se, *e.interval(level))
            method[row] = e.method
        front = pd.DataFrame({"area": self.areas, "index": label})
        back = pd.DataFrame({"n": self.n, "status": self.status, "method": method})
        numbers = pd.DataFrame(figures, columns=["value", "se", "lower", "upper"])
        return pd.concat([front, numbers, back], axis=1)


def _unwrapped(index) -> tuple[Index, dict]:
    """Return an index function and its parameters from a name, a function or a partial."""
    if isinstance(index, functools.partial):
        return _unwrapped(index.func)[0], index.keywords
    if isinstance(index, str):
        if index not in INDICES:
            raise ValueError(f"no index {index!r}; the indices are {sorted(INDICES)}")
        return INDICES[index], {}
    return index, {}


def _name(index) -> str:
    return _unwrapped(index)[0].__name__


def _distribution_index(index) -> tuple[Index, dict]:
    """Return the index function and its parameters, or stop if a density cannot give it."""
    function, parameters = _unwrapped(index)
    name = getattr(function, "__name__", str(function))
    if function not in INDICES.values() or function.columns or function.labels:
        raise ValueError(
            f"{name} is not an index of one distribution of numbers; grouped data give gini, "
            "theil_t, s80s20, low_income_rate and their like"
        )
    if name == "duclos_esteban_ray" and parameters.get("bandwidth") is None:
        raise ValueError(f"{name} of a fitted density needs its bandwidth, e.g. bandwidth=0.1")
    return function, parameters
