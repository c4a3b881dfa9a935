"""Inference with one to a handful of treated units: what the same method finds where nothing began.

Ordinary standard errors are wrong here: with one treated city, clustered errors find an effect in
nine of ten samples without one.  Two things work.  Placebos among units of the treated unit's own
size have its noise, and the rank of the estimate among theirs is a test (`Placebos`).  Placebos of
every unit, rescaled to the treated unit's size by a fitted law of noise, are a second opinion
(`rescaling`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skk_analysis.impact.checks import Check
from skk_analysis.impact.gaps import Gaps, Kernel
from skk_analysis.impact.panel import Block
from skk_analysis.impact.rescaling import rescaled_placebos, single_placebos

__all__ = [
    "Assigned",
    "Inference",
    "Placebos",
    "assigned",
    "confidence_set",
    "independent",
    "minimum_detectable",
    "placebo_inference",
    "rank_p",
    "single_effects",
    "size_matched",
]

LARGER, SMALLER = math.log(2), math.log(20)
CHUNK = 2_000_000  # cells of a batch's weight matrix; bounds memory, changes no number


@dataclass(frozen=True)
class Placebos:
    """Which placebos are drawn.

    Parameters
    ----------
    count : int, default 40
        Comparison units nearest in size to each treated unit.  40 give a smallest p of 0.024.
    calliper : float, optional
        Largest difference of log size; fewer placebos may then remain.
    same_region : bool, default False
        Only units of the treated unit's region or type.
    draws : int, default 999
        With several treated units, how many tuples of their placebos are drawn; all are used where
        there are no more than that.
    seed : int
    level : float, default 0.95
        Coverage of the confidence set.
    """

    count: int = 40
    calliper: float | None = None
    same_region: bool = False
    draws: int = 999
    seed: int = 2019
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.count < 1 or self.draws < 1:
            raise ValueError(f"count and draws must be 1 or more, got {self.count}, {self.draws}")
        if not 0 < self.level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {self.level}; try 0.95")


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
    matches = _matches(block, plan)
    alpha = round(1 - plan.level, 12)  # 1 - 0.9 is less than 0.1
    slots = _draw(block, matches, plan)
    placebos = _effects(kernel, block, slots, singles)
    if not _vary(placebos, block.values):
        slots, placebos = slots[:0], np.empty(0)
    estimate = float(real.effect[0])
    second = rank_p(estimate, rescaled_placebos(singles, block, plan.draws, plan.seed))
    tested = placebos if independent(slots, plan) else np.empty(0)
    p = rank_p(estimate, tested)
    smallest = 1 / (1 + len(tested))
    checks = (
        _size_check(block, matches, plan),
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


def _needed(plan: Placebos) -> int:
    """Return how many placebos the level needs: 19 for 95 %."""
    return math.ceil(round(1 / (1 - plan.level), 6)) - 1


def independent(slots: np.ndarray, plan: Placebos) -> bool:
    """Return whether tuples are drawn from as many units as the level needs placebos.

    Tuples of fewer share so many units that their number says nothing: a test by them finds too
    much.
    """
    return slots.shape[1] == 1 or len(np.unique(slots)) >= _needed(plan)


def _vary(placebos: np.ndarray, values: np.ndarray) -> bool:
    """Return whether there is noise to compare with: an outcome without any proves nothing."""
    return bool(len(placebos)) and np.abs(placebos).max() > 1e-10 * max(
        np.abs(values).max(), 1e-300
    )


def _size_check(block: Block, matches: list[np.ndarray], plan: Placebos) -> Check:
    """Return whether the placebos are enough, and have no less noise than the treated units.

    Placebos of which the mean log size is more than twice the treated unit's fail: they are less
    noisy, and the test finds too much.  Much smaller ones (twenty times) only cost power.
    """
    matched = min((len(m) for m in matches), default=0)
    numbers = {"matched": float(matched), "wanted": float(plan.count), "distance": math.nan}
    if block.size is None:
        return Check.of("size_matched_placebos", None, **numbers)
    enough = matched >= min(plan.count, _needed(plan))
    if matched:
        logs = np.log(block.size)
        apart = [logs[m] - logs[unit] for unit, m in zip(block.treated, matches, strict=True)]
        numbers["distance"] = float(max(np.abs(d).max() for d in apart))
        lean = [float(d.mean()) for d in apart]
        enough = enough and max(lean) <= LARGER
        if enough and min(lean) < -SMALLER:
            return Check.of("size_matched_placebos", None, **numbers)
    return Check.of("size_matched_placebos", enough, **numbers)


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


def size_matched(block: Block, unit: int, plan: Placebos) -> np.ndarray:
    """Return the positions of the comparison units nearest in log size to a unit, nearest first.

    Without sizes every comparison unit matches.
    """
    donors = block.donors
    if plan.same_region:
        if block.region is None:
            raise ValueError("same_region needs a panel with region=")
        donors = donors[block.region[donors] == block.region[unit]]
    if block.size is None:
        if plan.calliper is not None:
            raise ValueError("a calliper needs a panel with population=")
        return donors
    if not (block.size > 0).all():
        raise ValueError(
            f"population must be positive; {block.names[block.size <= 0][0]} has "
            f"{block.size[block.size <= 0][0]:g}"
        )
    distance = np.abs(np.log(block.size[donors] / block.size[unit]))
    if plan.calliper is not None:
        donors, distance = donors[distance <= plan.calliper], distance[distance <= plan.calliper]
    return donors[np.argsort(distance, kind="stable")[: plan.count]]


def _matches(block: Block, plan: Placebos) -> list[np.ndarray]:
    return [size_matched(block, unit, plan) for unit in block.treated]


def _draw(block: Block, matches: list[np.ndarray], plan: Placebos) -> np.ndarray:
    """Return the placebo assignments, each set of units with the same dates once.

    None where some placebo would have nothing to be compared with.
    """
    nothing = np.empty((0, len(matches)), dtype=int)
    counts = [len(m) for m in matches]
    if 0 in counts or len(block.donors) <= len(matches):
        return nothing
    if len(matches) == 1:
        return matches[0][:, None]
    if math.prod(counts) <= plan.draws:
        every = [t for t in itertools.product(*matches) if len(set(t)) == len(t)]
        slots = np.array(every, dtype=int).reshape(-1, len(matches))
    else:
        slots = _sample(matches, plan)
    starts = block.start[block.treated]
    sets = slots.copy()
    for start in block.cohorts:  # places of the same date may be exchanged without a difference
        sets[:, starts == start] = np.sort(sets[:, starts == start], axis=1)
    _, first = np.unique(sets, axis=0, return_index=True)
    return slots[np.sort(first)]


def _sample(matches: list[np.ndarray], plan: Placebos) -> np.ndarray:
    """Return tuples drawn at random, no unit twice in one."""
    rng = np.random.default_rng(plan.seed)
    kept: list[np.ndarray] = []
    found = 0
    for _ in range(1000):
        drawn = np.column_stack([m[rng.integers(len(m), size=plan.draws)] for m in matches])
        ordered = np.sort(drawn, axis=1)
        kept.append(drawn[(np.diff(ordered, axis=1) > 0).all(axis=1)])
        found += len(kept[-1])
        if found >= plan.draws:
            break
    return np.concatenate(kept)[: plan.draws]


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
