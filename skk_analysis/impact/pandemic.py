"""The pandemic year: a shock to everyone that does not cancel by itself.

With a shock that grows with size, every estimator that compares large cities with all
municipalities is biased by three quarters of it.  So the estimate without the pandemic years is
always shown, exposure × pandemic is taken out by default, and what is left is bounded.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from skk_analysis.impact.checks import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Check
from skk_analysis.impact.gaps import Kernel
from skk_analysis.impact.panel import Block
from skk_analysis.impact.placebos import Inference, placebo_inference
from skk_analysis.impact.size_matching import Placebos

__all__ = [
    "bounded_exposure",
    "closure_check",
    "dropped_check",
    "exposure_check",
    "only_pandemic_check",
    "without_pandemic",
]


def without_pandemic(
    kernel: Kernel, block: Block, plan: Placebos | None = None
) -> Inference | None:
    """Return the inference with the pandemic years left out; None where no year after remains.

    Parameters
    ----------
    kernel, block, plan
        As in :func:`~skk_analysis.impact.placebos.placebo_inference`.
    """
    keep = ~np.isin(block.times, block.pandemic)
    if keep.all() or not (block.times[keep] >= max(block.cohorts)).any():
        return None
    if any((block.times[keep] < start).sum() < 1 for start in block.cohorts):
        return None
    calm = replace(block, values=block.values[:, keep], times=block.times[keep], covariates={})
    return placebo_inference(kernel, calm, plan)


def only_pandemic_check(block: Block) -> Check:
    """Return whether some year after the start is not a pandemic year."""
    after = block.times[block.times >= min(block.cohorts)]
    struck = after[np.isin(after, block.pandemic)]
    if not len(struck):
        return Check("pandemic_only", NOT_APPLICABLE, {"year": math.nan})
    return Check.of("pandemic_only", len(struck) < len(after), year=float(struck[0]))


def bounded_exposure(block: Block, found: Inference) -> Check:
    """Return how far the pandemic years could move the estimate, and whether zero is then inside.

    The bound is the largest deviation of a size-matched comparison unit in those years from its
    own other years after the start (or, where there are none, from zero).

    Parameters
    ----------
    block : Block
    found : Inference
        The estimate that is bounded.

    Returns
    -------
    Check
        Passed when a clear effect remains on its side of zero; not applicable without pandemic
        years or without a clear effect.
    """
    start = min(block.cohorts)
    after = block.times >= start
    struck = after & np.isin(block.times, block.pandemic)
    nothing = {"low": math.nan, "high": math.nan}
    if not struck.any() or not len(found.slots):
        return Check("pandemic_bounded", NOT_APPLICABLE, nothing)
    rows = np.searchsorted(block.donors, np.unique(found.slots))
    gap = found.singles[start][rows]
    calm = after & ~struck
    level = gap[:, calm].mean(axis=1) if calm.any() else np.zeros(len(gap))
    largest = float(np.abs(gap[:, struck].mean(axis=1) - level).max())
    # not divided for several treated cities: what is feared is a shock that they share
    move = largest * struck.sum() / after.sum()
    low, high = found.estimate - move, found.estimate + move
    numbers = {"low": low, "high": high}
    clear = found.interval[0] > 0 or found.interval[1] < 0
    if not clear:
        return Check("pandemic_bounded", NOT_APPLICABLE, numbers)
    return Check("pandemic_bounded", FAILED if low <= 0 <= high else PASSED, numbers)


def dropped_check(found: Inference, calm: Inference | None, alpha: float = 0.05) -> Check:
    """Return whether a clear effect is there without the pandemic years too.

    Parameters
    ----------
    found, calm : Inference
        With the pandemic years, and without them (None where no year after the start remains).
    alpha : float, default 0.05

    Returns
    -------
    Check
        Of a clear effect: failed when it turns or more than halves, inconclusive when only its
        clearness is lost, as fewer years may do.
    """
    if calm is None:
        return Check("pandemic_dropped", NOT_APPLICABLE, {"estimate": math.nan, "p": math.nan})
    numbers = {"estimate": calm.estimate, "p": calm.p}
    if not found.p <= alpha or (calm.p <= alpha and calm.estimate * found.estimate > 0):
        return Check("pandemic_dropped", PASSED, numbers)
    halved = calm.estimate * np.sign(found.estimate) < abs(found.estimate) / 2
    return Check("pandemic_dropped", FAILED if halved else INCONCLUSIVE, numbers)


def exposure_check(without: Inference, adjusted: Inference, alpha: float = 0.05) -> Check:
    """Return whether taking out exposure × pandemic changes the conclusion.

    Parameters
    ----------
    without, adjusted : Inference
    alpha : float, default 0.05
    """
    numbers = {"without": without.estimate, "adjusted": adjusted.estimate}
    clear = [np.sign(found.estimate) if found.p <= alpha else 0.0 for found in (without, adjusted)]
    if clear[0] == clear[1]:
        return Check("pandemic_exposure", PASSED, numbers)
    return Check("pandemic_exposure", FAILED if clear[0] * clear[1] < 0 else INCONCLUSIVE, numbers)


def closure_check(block: Block, closed: bool) -> Check:
    """Return whether closures moved the outcome mechanically in a pandemic year.

    Parameters
    ----------
    block : Block
    closed : bool
        What the indicator dictionary says of the outcome.
    """
    struck = block.times[(block.times >= min(block.cohorts)) & np.isin(block.times, block.pandemic)]
    if not closed or not len(struck):
        year = float(struck[0]) if len(struck) else math.nan
        return Check("pandemic_closure", PASSED if len(struck) else NOT_APPLICABLE, {"year": year})
    return Check("pandemic_closure", FAILED, {"year": float(struck[0])})
