"""Inference with one to a handful of treated units: what the same method finds where nothing began.

Ordinary standard errors are wrong here: with one treated city, clustered errors find an effect in
nine of ten samples without one.  Two things work.  Placebos among units of the treated unit's own
size have its noise, and the rank of the estimate among theirs is a test (`Placebos`).  Placebos of
every unit, rescaled to the treated unit's size by a fitted law of noise, are a second opinion
(`rescaling`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from skk_analysis.impact.checks import Check
from skk_analysis.impact.gaps import Gaps, Kernel
from skk_analysis.impact.panel import Block
from skk_analysis.impact.rescaling import rescaled_placebos, single_placebos
from skk_analysis.impact.size_matching import (
    Placebos,
    draw_assignments,
    independent,
    matches_of,
    size_check,
)

__all__ = [
    "Assigned",
    "Inference",
    "assigned",
    "confidence_set",
    "minimum_detectable",
    "placebo_inference",
    "rank_p",
    "single_effects",
]

CHUNK = 2_000_000  # cells of a batch's weight matrix; bounds memory, changes no number


class Assigned(NamedTuple):
    """Effects of a batch of assignments.

    Attributes
    ----------
    effect : ndarray, shape (batch,)
        Mean gap over all treated unit-times.
    gap : ndarray, shape (batch, times)
        Gap at each time, cohorts weighted by their units.
    unit_weights : ndarray, shape (batch, units)
        Likewise.
    """

    effect: np.ndarray
    gap: np.ndarray
    unit_weights: np.ndarray


class Inference(NamedTuple):
    """What placebos say of an estimate.

    Attributes
    ----------
    estimate : float
    p : float
        Two-sided rank p-value.
    interval : tuple of float
        All effects that the same test does not reject; infinite where none can be rejected.
    smallest_p : float
        Of any estimate whatever.
    mde : float
        Effect that the test finds with 80 % power.
    placebos : ndarray
        Estimates of the placebo assignments.
    slots : ndarray of int, shape (placebos, treated)
        The units of each.
    singles : dict of int to ndarray
        Gaps of every comparison unit as if treated alone, by first treated time.
    real : Assigned
    checks : tuple of Check
    """

    estimate: float
    p: float
    smallest_p: float
    interval: tuple[float, float]
    mde: float
    placebos: np.ndarray
    slots: np.ndarray
    singles: dict[int, np.ndarray]
    real: Assigned
    checks: tuple[Check, ...]


def placebo_inference(kernel: Kernel, block: Block, plan: Placebos | None = None) -> Inference:
    """Return an estimate with its rank test, confidence set and smallest visible effect.

    Parameters
    ----------
    kernel : Kernel
        The comparison method; the placebos run through the same.
    block : Block
    plan : Placebos, optional

    References
    ----------
    Abadie, Diamond & Hainmueller (2010), *JASA* 105, 493–505, on placebos in space; MacKinnon &
    Webb (2020), *Journal of Econometrics* 218, 435–450, on randomisation with few treated.
    """
    plan = plan or Placebos()
    real = assigned(kernel, block, block.treated[None, :])
    singles = {start: single_placebos(kernel, block, start) for start in block.cohorts}
    matches = matches_of(block, plan)
    alpha = round(1 - plan.level, 12)  # 1 - 0.9 is less than 0.1
    slots = draw_assignments(block, matches, plan)
    placebos = _effects(kernel, block, slots, singles)
    if not _vary(placebos, block.values):
        slots, placebos = slots[:0], np.empty(0)
    estimate = float(real.effect[0])
    second = rank_p(estimate, rescaled_placebos(singles, block, plan.draws, plan.seed))
    tested = placebos if independent(slots, plan) else np.empty(0)
    p = rank_p(estimate, tested)
    smallest = 1 / (1 + len(tested))
    checks = (
        size_check(block, matches, plan),
        Check.of("attainable_p", smallest <= alpha, p=smallest, level=alpha),
        Check.of(
            "second_opinion",
            None if math.isnan(second) else (second <= alpha) == (p <= alpha),
            p=second,
            level=alpha,
        ),
    )
    return Inference(
        estimate=estimate,
        p=p,
        smallest_p=smallest,
        interval=confidence_set(estimate, tested, plan.level),
        mde=minimum_detectable(tested, plan.level),
        placebos=placebos,
        slots=slots,
        singles=singles,
        real=real,
        checks=checks,
    )


def _vary(placebos: np.ndarray, values: np.ndarray) -> bool:
    """Return whether there is noise to compare with: an outcome without any proves nothing."""
    return bool(len(placebos)) and np.abs(placebos).max() > 1e-10 * max(
        np.abs(values).max(), 1e-300
    )


def _effects(kernel, block, slots, singles) -> np.ndarray:
    """Return the effects of the placebo assignments, looked up where they are of one unit."""
    if not len(slots):
        return np.empty(0)
    if slots.shape[1] > 1:
        return assigned(kernel, block, slots).effect
    return single_effects(block, singles, block.treated[0], slots[:, 0])


def single_effects(
    block: Block, singles: Mapping[int, np.ndarray], unit: int, placebos: np.ndarray
) -> np.ndarray:
    """Return the estimates of single placebos with the date of a treated unit.

    Parameters
    ----------
    block : Block
    singles : mapping
        See :class:`Inference`.
    unit : int
        Position of the treated unit.
    placebos : ndarray of int
        Positions of comparison units.
    """
    start = int(block.start[unit])
    gap = singles[start][np.searchsorted(block.donors, placebos)]
    return gap[:, block.before(start) :].mean(axis=1)


def assigned(
    kernel: Kernel, block: Block, slots: np.ndarray, allowed: np.ndarray | None = None
) -> Assigned:
    """Return the effects of assignments of the treated units' dates to other units.

    Parameters
    ----------
    kernel : Kernel
    block : Block
    slots : ndarray of int, shape (batch, treated)
        The units that take the treated units' places, in their order.
    allowed : ndarray of bool, shape (batch, units), optional
        Comparison units of each assignment; default all that are never treated.  Those in an
        assignment's slots are left out in any case.
    """
    if allowed is None:
        allowed = np.broadcast_to(np.isinf(block.start), (len(slots), len(block.names)))
    chunks = list(_chunks(len(slots), len(block.names)))
    parts = [_assigned(kernel, block, slots[c], allowed[c].copy()) for c in chunks]
    return Assigned(*(np.concatenate(together) for together in zip(*parts, strict=True)))


def _chunks(batch: int, units: int) -> Iterator[slice]:
    size = max(1, CHUNK // max(units, 1))
    for first in range(0, batch, size):
        yield slice(first, first + size)


def _assigned(kernel: Kernel, block: Block, slots: np.ndarray, allowed: np.ndarray) -> Assigned:
    np.put_along_axis(allowed, slots, False, axis=1)
    starts = block.start[block.treated]
    effect = np.zeros(len(slots))
    gap = np.zeros((len(slots), len(block.times)))
    weights = np.zeros(allowed.shape)
    cells = 0
    for start in block.cohorts:
        before = block.before(start)
        mine = slots[:, starts == start]
        found: Gaps = kernel(block.values, mine, allowed, before)
        after = len(block.times) - before
        effect += found.gap[:, before:].mean(axis=1) * mine.shape[1] * after
        cells += mine.shape[1] * after
        gap += found.gap * (mine.shape[1] / len(starts))
        weights += found.unit_weights * (mine.shape[1] / len(starts))
    return Assigned(effect / cells, gap, weights)


def rank_p(estimate: float, placebos: np.ndarray) -> float:
    """Return the share of assignments, the real one among them, at least as far from zero."""
    if not len(placebos):
        return math.nan
    size = abs(estimate)
    as_far = np.abs(placebos) >= size * (1 - 1e-12)  # a tie is a tie whatever the last digit
    return float((1 + as_far.sum()) / (1 + len(placebos)))


def _critical(placebos: np.ndarray, level: float) -> float:
    """Return the largest distance that the rank test does not reject."""
    rank = math.floor((1 - level) * (1 + len(placebos)) - 1 + 1e-9) + 1
    if rank < 1:
        return math.inf
    return float(np.sort(np.abs(placebos))[-rank])


def confidence_set(
    estimate: float, placebos: np.ndarray, level: float = 0.95
) -> tuple[float, float]:
    """Return all effects that the rank test does not reject.

    It is infinite where the placebos are too few for the level: one cannot be sure of anything.
    """
    if not len(placebos):
        return (math.nan, math.nan)
    reach = _critical(placebos, level)
    return (estimate - reach, estimate + reach)


def minimum_detectable(placebos: np.ndarray, level: float = 0.95, power: float = 0.80) -> float:
    """Return the effect that the rank test finds with the given power.

    The placebos, and their mirror images, are what the estimate would be without an effect; the
    smallest effect is the one that lifts the given share of them over the critical value.
    """
    if not len(placebos):
        return math.nan
    reach = _critical(placebos, level)
    noise = np.concatenate([placebos, -placebos])
    return float(reach - np.quantile(noise, 1 - power))
