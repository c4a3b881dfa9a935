"""What a design can identify, before any estimate is looked at."""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.impact.checks import FAILED, INCONCLUSIVE, PASSED, Check
from skk_analysis.impact.pandemic import only_pandemic_check
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.placebos import Inference, rank_p
from skk_analysis.impact.size_matching import Placebos, placebos_needed

__all__ = ["anticipation_check", "design_checks"]

CLUSTERS = 5  # treated units from which cluster methods work
GOOD_PRE_YEARS, FEWEST_PRE_YEARS = 5, 3
DROPPED_SHARE = 0.1


def design_checks(
    panel: Panel, block: Block, plan: Placebos | None = None, *, missing_cells: int = 0
) -> tuple[Check, ...]:
    """Return a plain check of what the design can identify.

    Parameters
    ----------
    panel : Panel
    block : Block
        One of its outcomes.
    plan : Placebos, optional
    missing_cells : int, default 0
        Empty cells of the outcome; units with some are in ``block.dropped``.

    Returns
    -------
    tuple of Check
        ``treated_units`` is inconclusive below five (then only placebo tests are valid);
        ``pre_years`` fails below three and is inconclusive below five; ``post_years`` is
        inconclusive with one; ``donors`` needs as many as the level does; ``missing_cells`` fails
        when more than a tenth of the comparison units was left out; ``contamination`` is
        inconclusive when nobody has said which neighbours and other programmes' cities to exclude.
    """
    plan = plan or Placebos()
    treated, donors = len(block.treated), len(block.donors)
    before = min(block.before(start) for start in block.cohorts)
    after = int((block.times >= max(block.cohorts)).sum())
    needed = placebos_needed(plan)
    dropped = len(block.dropped) / (donors + len(block.dropped))
    return (
        Check.of("treated_units", True if treated >= CLUSTERS else None, treated=float(treated)),
        Check(
            "pre_years",
            _graded(before, FEWEST_PRE_YEARS, GOOD_PRE_YEARS),
            {"years": float(before), "needed": float(GOOD_PRE_YEARS)},
        ),
        Check.of("post_years", True if after > 1 else None, years=float(after)),
        Check.of("donors", donors >= needed, donors=float(donors), needed=float(needed)),
        Check(
            "missing_cells",
            PASSED if not dropped else INCONCLUSIVE if dropped <= DROPPED_SHARE else FAILED,
            {"cells": float(missing_cells), "units": float(len(block.dropped))},
        ),
        Check.of(
            "contamination", True if panel.excluded else None, units=float(len(panel.excluded))
        ),
        only_pandemic_check(block),
    )


def _graded(value: int, least: int, good: int) -> str:
    return FAILED if value < least else INCONCLUSIVE if value < good else PASSED


def anticipation_check(block: Block, found: Inference, level: float = 0.95) -> Check:
    """Return whether the last year before the start already differs, as its placebos judge.

    Parameters
    ----------
    block : Block
    found : Inference
    level : float, default 0.95
    """
    last = block.before(min(block.cohorts)) - 1
    real = float(found.real.gap[0, last])
    if len(block.treated) > 1 or not len(found.slots):
        placebos = _mean_of_singles(block, found, last)
    else:
        placebos = found.singles[min(block.cohorts)][
            np.searchsorted(block.donors, found.slots[:, 0]), last
        ]
    p = rank_p(real, placebos)
    passed = None if math.isnan(p) else p > 1 - level
    return Check.of("anticipation", passed, estimate=real, p=p)


def _mean_of_singles(block: Block, found: Inference, at: int) -> np.ndarray:
    """Return the placebo tuples' mean gap at one time, each unit against its own comparison."""
    if not len(found.slots):
        return np.empty(0)
    gap = found.singles[min(block.cohorts)][:, at]
    return gap[np.searchsorted(block.donors, found.slots)].mean(axis=1)
