"""What a design could have seen: the smallest effect that the very test used would have found."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from skk_analysis.impact.gaps import Kernel
from skk_analysis.impact.panel import Block
from skk_analysis.impact.placebos import Placebos, minimum_detectable, placebo_inference

__all__ = ["power_table"]


def power_table(
    kernel: Kernel,
    block: Block,
    plan: Placebos | None = None,
    *,
    more_years: tuple[int, ...] = (0, 1, 2),
    power: float = 0.80,
) -> pd.DataFrame:
    """Return the smallest effect visible now, and with more years of follow-up.

    Parameters
    ----------
    kernel, block, plan
        As in :func:`~skk_analysis.impact.placebos.placebo_inference`.
    more_years : tuple of int
        Further years after the start.  Their noise is learnt from the same data with the start
        moved back, so that many fewer years remain before it; where fewer than two would, NaN.
    power : float, default 0.80

    Returns
    -------
    DataFrame
        Columns units (``all`` or a treated unit's name), treated, more_years, mde.
    """
    plan = plan or Placebos()
    groups: list[tuple[str, np.ndarray]] = [("all", block.treated)]
    if len(block.treated) > 1:
        groups += [(str(block.names[unit]), np.array([unit])) for unit in block.treated]
    rows = []
    for name, units in groups:
        away = np.setdiff1d(block.treated, units)
        mine = block.of_units(~np.isin(np.arange(len(block.names)), away))
        for more in more_years:
            rows.append((name, len(units), more, _mde(kernel, mine, plan, more, power)))
    return pd.DataFrame(rows, columns=["units", "treated", "more_years", "mde"])


def _mde(kernel: Kernel, block: Block, plan: Placebos, more: int, power: float) -> float:
    if min(block.before(start) for start in block.cohorts) - more < 2:
        return math.nan
    earlier = {start: block.times[block.before(start) - more] for start in block.cohorts}
    start = np.array([float(earlier.get(s, s)) for s in block.start])
    moved = replace(block, start=start, covariates={})
    placebos = placebo_inference(kernel, moved, plan).placebos
    return minimum_detectable(placebos, plan.level, power)
