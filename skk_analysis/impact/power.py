"""What a design could have seen: the smallest effect that the very test used would have found."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from skk_analysis.impact.gaps import Kernel
from skk_analysis.impact.panel import Block
from skk_analysis.impact.placebos import minimum_detectable, placebo_inference, single_effects
from skk_analysis.impact.size_matching import Placebos, independent, size_matched

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
    rows = []
    for more in more_years:
        moved = _moved_back(block, more)
        if moved is None:
            names = ["all", *_alone(block)]
            rows += [(n, 1 if n != "all" else len(block.treated), more, math.nan) for n in names]
            continue
        found = placebo_inference(kernel, moved, plan)
        enough = independent(found.slots, plan)
        mde = minimum_detectable(found.placebos, plan.level, power) if enough else math.nan
        rows.append(("all", len(block.treated), more, mde))
        for name, unit in _alone(block).items():
            matched = size_matched(moved, unit, plan)
            single = single_effects(moved, found.singles, unit, matched)
            rows.append((name, 1, more, minimum_detectable(single, plan.level, power)))
    table = pd.DataFrame(rows, columns=["units", "treated", "more_years", "mde"])
    order = {name: at for at, name in enumerate(["all", *_alone(block)])}
    return table.sort_values(
        ["units", "more_years"], key=lambda c: c.map(order) if c.name == "units" else c
    ).reset_index(drop=True)


def _alone(block: Block) -> dict[str, int]:
    """Return the treated units by name where there are several."""
    if len(block.treated) == 1:
        return {}
    return {str(block.names[unit]): int(unit) for unit in block.treated}


def _moved_back(block: Block, years: int) -> Block | None:
    """Return the block with every start some years earlier, None where under two would remain."""
    if min(block.before(start) for start in block.cohorts) - years < 2:
        return None
    earlier = {start: float(block.times[block.before(start) - years]) for start in block.cohorts}
    start = np.array([earlier.get(s, s) for s in block.start])
    return replace(block, start=start, covariates={})
