"""Synthetic control on predictors: what they are, how much each counts, and the gaps they leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from skk_analysis.impact.gaps import Gaps, gaps_of_weights
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.simplex import active_set_weights, simplex_weights

__all__ = ["Importance", "Predictor", "PredictorGaps", "Predictors", "predictors_of"]

Predictor = str | tuple[str, Iterable[int]]
Importance = str | Mapping[str, float]
WAYS = ("standardised", "regression", "nested")
STEPS = 400  # of one outer search, per predictor
SCATTERED, SCATTER, BEST = 40, 3.0, 2  # points tried per predictor, in logs; how many go further
SMALLEST = 1e-4  # relative gain of the outer search that is worth another start


class Predictors(NamedTuple):
    """Predictors of the units of a block.

    Attributes
    ----------
    labels : tuple of str
        Column and years, e.g. ``beer 1984–1988``.
    fixed : ndarray, shape (units, predictors)
        Means of the columns over the years; not used where ``of_outcome`` is not None.
    of_outcome : tuple
        For predictors that are the outcome itself, the positions of the times averaged; else None.
        They are taken when the gaps are, so that what was adjusted in the outcome is in them.
    """

    labels: tuple[str, ...]
    fixed: np.ndarray
    of_outcome: tuple[np.ndarray | None, ...]

    def table(self, values: np.ndarray) -> np.ndarray:
        """Return the predictors for these outcome values, shape (units, predictors)."""
        table = self.fixed.copy()
        for k, times in enumerate(self.of_outcome):
            if times is not None:
                table[:, k] = values[:, times].mean(axis=1)
        return table

    def standardised(self, values: np.ndarray) -> np.ndarray:
        """Return them less their mean and in standard deviations over units."""
        table = self.table(values)
        centred = table - table.mean(axis=0)
        spread = np.sqrt((centred**2).sum(axis=0) / max(len(table) - 1, 1))
        for label, size, level in zip(self.labels, spread, np.abs(table).max(axis=0), strict=True):
            if size <= 1e-12 * level or size == 0:
                raise ValueError(f"predictor {label!r} is the same in every unit; leave it away")
        return centred / spread


def predictors_of(panel: Panel, block: Block, wanted: Sequence[Predictor]) -> Predictors:
    """Return the predictors of a block's units.

    Parameters
    ----------
    panel : Panel
    block : Block
        Made from the panel.
    wanted : sequence of str or (str, years)
        A column, averaged over the years that it has a value in; without years, over all before
        the first treatment.

    Raises
    ------
    ValueError
        If a column is missing or holds no numbers, a year is not before the first treatment, or a
        unit has no value; the message names it.
    """
    if not len(wanted):
        raise ValueError("predictors is empty; leave it away, or name columns")
    first = min(block.cohorts)
    frame = panel.frame[panel.frame[panel.unit].isin(list(block.names))]
    labels, fixed, of_outcome = [], [], []
    for item in wanted:
        column, years = (item, None) if isinstance(item, str) else item
        known = [int(t) for t in np.unique(frame[panel.time]) if t < first]
        years = known if years is None else sorted(int(t) for t in years)
        label = _label(column, years)
        if wrong := [t for t in years if t not in known] or not years:
            raise ValueError(
                f"predictor {label!r}: year(s) {wrong} must be in the panel and before the first "
                f"treatment in {first}; it has {known}"
            )
        own = column == block.outcome
        labels.append(label)
        of_outcome.append(np.flatnonzero(np.isin(block.times, years)) if own else None)
        fixed.append(_means(panel, frame, block, column, years, label))
    return Predictors(tuple(labels), np.column_stack(fixed), tuple(of_outcome))


def _label(column: str, years: Sequence[int]) -> str:
    if len(years) < 2:
        return " ".join([column, *map(str, years)])
    whole = years[-1] - years[0] + 1 == len(years)
    return f"{column} " + (f"{years[0]}–{years[-1]}" if whole else ", ".join(map(str, years)))


def _means(panel, frame, block, column, years, label) -> np.ndarray:
    """Return the mean of a column over years, by unit."""
    if column not in frame.columns:
        raise ValueError(f"predictor {label!r}: no such column; there are {list(frame.columns)}")
    if frame[column].dtype.kind not in "iufb":
        raise ValueError(f"predictor {label!r} must hold numbers, has type {frame[column].dtype}")
    # sorted, so that the digits of a sum do not depend on the order of rows
    rows = frame[frame[panel.time].isin(years)].sort_values(panel.time, kind="stable")
    means = rows[column].groupby(rows[panel.unit]).mean().reindex(block.names)
    if means.isna().any():
        raise ValueError(
            f"predictor {label!r}: unit {means.index[means.isna()][0]} has no value in those "
            "years; take other years, or put the unit among the panel's excluded"
        )
    return means.to_numpy(dtype=float)


@dataclass(frozen=True, eq=False)
class PredictorGaps:
    """Synthetic control on predictors (a :class:`~skk_analysis.impact.gaps.Kernel`).

    Parameters
    ----------
    predictors : Predictors
    importance : str or mapping, default "standardised"
    ridge : float, default 1e-3
        In standard deviations of a predictor: picks, of the weights that fit the predictors
        equally well, those spread widest, and moves a fit by less than any digit shown.
    intercept : bool, default False
    """

    predictors: Predictors
    importance: Importance = "standardised"
    ridge: float = 1e-3
    intercept: bool = False

    def __call__(
        self, values: np.ndarray, treated: np.ndarray, allowed: np.ndarray, before: int
    ) -> Gaps:
        """Return the gaps of a batch of assignments."""
        each = len(treated) if self.importance == "nested" else 1  # others depend on no assignment
        table, parts = self._compared(values, treated[:each], allowed[:each], before)
        batches = [np.arange(len(treated))] if each == 1 else np.arange(each)[:, None]
        unit = np.concatenate(
            [
                _weights(table, part, treated[batch], allowed[batch], self.ridge)
                for part, batch in zip(parts, batches, strict=True)
            ]
        )
        level = 1 / before if self.intercept else 0.0
        return gaps_of_weights(values, treated, unit, np.full((len(treated), before), level))

    def _compared(self, values, treated, allowed, before) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the standardised predictors, and each assignment's shares of them."""
        own = values
        if self.intercept:
            own = values - values[:, :before].mean(axis=1, keepdims=True)
        table, labels = self.predictors.standardised(own), self.predictors.labels
        shares = [
            importance_shares(table, own[:, :before], labels, self.importance, slots, mine)
            for slots, mine in zip(treated, allowed, strict=True)
        ]
        return table, shares

    def of_units(self, keep: np.ndarray) -> PredictorGaps:
        """Return the kernel for some of the units; see :func:`kernel_of_units`."""
        fixed = self.predictors.fixed[keep]
        return replace(self, predictors=self.predictors._replace(fixed=fixed))

    def shares(self, block: Block) -> np.ndarray:
        """Return the predictors' shares with which a block's treated units are compared."""
        allowed = np.isinf(block.start)[None, :]
        parts = [
            self._compared(block.values, units[None, :], allowed, block.before(start))[1][0]
            for start, units in block.cohorts.items()
        ]
        return np.average(parts, axis=0, weights=[len(u) for u in block.cohorts.values()])


def _weights(table, part, treated, allowed, ridge) -> np.ndarray:
    rows = (table * np.sqrt(part)).T
    return simplex_weights(rows, rows.T[treated].mean(axis=1), ridge**2, allowed)


def importance_shares(
    table: np.ndarray,
    before: np.ndarray,
    labels: Sequence[str],
    importance: Importance,
    slots: np.ndarray,
    mine: np.ndarray,
) -> np.ndarray:
    """Return the share of each predictor in the squared distance; they sum to 1.

    Parameters
    ----------
    table : ndarray, shape (units, predictors)
        Standardised.
    before : ndarray, shape (units, times before)
        The outcome.
    labels, importance
        As in :func:`predictors_of` and :class:`PredictorGaps`.
    slots, mine : ndarray
        Positions of the treated units, and which units may stand in for them.

    Notes
    -----
    ``regression``: squared slopes of the outcome of each time before treatment on the standardised
    predictors, over units, summed over times.  ``nested``: those whose weights follow the outcome
    before treatment best.
    """
    count = table.shape[1]
    if importance == "standardised":
        return np.full(count, 1 / count)
    if importance == "regression":
        if count + 1 > len(table):
            raise ValueError(f"{count} predictors are too many for a regression on {len(table)}")
        size = _squared_slopes(table, before)
        return size / size.sum()
    if importance == "nested":
        return _nested(table, before, slots, mine)
    if isinstance(importance, str):
        raise ValueError(f"importance is one of {WAYS} or a mapping, got {importance!r}")
    if set(importance) != set(labels):
        raise ValueError(
            f"importance names {sorted(importance)}, the predictors are {list(labels)}"
        )
    given = np.array([float(importance[label]) for label in labels])
    if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() > 0):
        raise ValueError(f"importance must be numbers of 0 or more, not all 0, got {importance}")
    return given / given.sum()


def _squared_slopes(table: np.ndarray, before: np.ndarray) -> np.ndarray:
    system = np.column_stack([np.ones(len(table)), table])
    return (np.linalg.lstsq(system, before)[0][1:] ** 2).sum(axis=1)


def _nested(table, before, slots, mine) -> np.ndarray:
    """Return the shares whose weights follow the outcome before treatment best.

    The outer problem has many local optima: the search is Nelder & Mead's, restarted where it
    stops as long as that helps, from equal shares, the regression's and the best of some hundred
    scattered ones; the best end is kept.
    """
    from scipy.optimize import minimize

    target, own = table[slots].mean(axis=0), before[slots].mean(axis=0)
    others, followed = table[mine], before[mine]
    count = table.shape[1]
    scale = max(float(np.var(followed - followed.mean(axis=0))), 1e-300)

    def spread(logs: np.ndarray) -> np.ndarray:
        part = np.exp(np.clip(logs - logs.max(), -25, 0))
        return part / part.sum()

    def miss(logs: np.ndarray) -> float:
        root = np.sqrt(spread(logs))
        weights = active_set_weights((others * root).T, target * root)
        return float(np.mean((own - weights @ followed) ** 2)) / scale

    size = _squared_slopes(table, before)
    scattered = SCATTER * np.random.default_rng(0).normal(size=(SCATTERED * count, count))
    order = np.argsort([miss(logs) for logs in scattered], kind="stable")
    starts = [np.zeros(count), np.log(np.maximum(size / size.max(), 1e-8))]
    starts += list(scattered[order[:BEST]])
    best, least = starts[0], np.inf
    options = {"maxfev": STEPS * count, "xatol": 1e-4, "fatol": 1e-9, "adaptive": count > 4}
    for start in starts:
        at, value = start, miss(start)
        while True:
            found = minimize(miss, at, method="Nelder-Mead", options=options)
            gained = found.fun < value * (1 - SMALLEST)
            if found.fun <= value:
                at, value = found.x, float(found.fun)
            if not gained:
                break
        if value < least * (1 - SMALLEST):
            best, least = at, value
    return spread(best)
