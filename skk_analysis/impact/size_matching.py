"""Which placebo assignments are drawn: comparison units of the treated units' own size."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from skk_analysis.impact.checks import Check
from skk_analysis.impact.panel import Block

__all__ = [
    "Placebos",
    "draw_assignments",
    "independent",
    "matches_of",
    "placebos_needed",
    "size_check",
    "size_matched",
]

LARGER, SMALLER = math.log(2), math.log(20)


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


def matches_of(block: Block, plan: Placebos) -> list[np.ndarray]:
    return [size_matched(block, unit, plan) for unit in block.treated]


def draw_assignments(block: Block, matches: list[np.ndarray], plan: Placebos) -> np.ndarray:
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


def placebos_needed(plan: Placebos) -> int:
    """Return how many placebos the level needs: 19 for 95 %."""
    return math.ceil(round(1 / (1 - plan.level), 6)) - 1


def independent(slots: np.ndarray, plan: Placebos) -> bool:
    """Return whether tuples are drawn from as many units as the level needs placebos.

    Tuples of fewer share so many units that their number says nothing: a test by them finds too
    much.
    """
    return slots.shape[1] == 1 or len(np.unique(slots)) >= placebos_needed(plan)


def size_check(block: Block, matches: list[np.ndarray], plan: Placebos) -> Check:
    """Return whether the placebos are enough, and have no less noise than the treated units.

    Placebos of which the mean log size is more than twice the treated unit's fail: they are less
    noisy, and the test finds too much.  Much smaller ones (twenty times) only cost power.
    """
    matched = min((len(m) for m in matches), default=0)
    numbers = {"matched": float(matched), "wanted": float(plan.count), "distance": math.nan}
    if block.size is None:
        return Check.of("size_matched_placebos", None, **numbers)
    enough = matched >= min(plan.count, placebos_needed(plan))
    if matched:
        logs = np.log(block.size)
        apart = [logs[m] - logs[unit] for unit, m in zip(block.treated, matches, strict=True)]
        numbers["distance"] = float(max(np.abs(d).max() for d in apart))
        lean = [float(d.mean()) for d in apart]
        enough = enough and max(lean) <= LARGER
        if enough and min(lean) < -SMALLER:
            return Check.of("size_matched_placebos", None, **numbers)
    return Check.of("size_matched_placebos", enough, **numbers)
