"""Does the conclusion hang on one comparison unit, one year, one city, or one way of doing it?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from skk_analysis.impact.adjustment import without_covariates
from skk_analysis.impact.checks import Check
from skk_analysis.impact.gaps import (
    Kernel,
    difference_gaps,
    kernel_of_units,
    synthetic_control_gaps,
    synthetic_did_gaps,
)
from skk_analysis.impact.panel import Block
from skk_analysis.impact.placebos import assigned, placebo_inference
from skk_analysis.impact.size_matching import Placebos, size_matched
from skk_analysis.metrics.change import adjust_p_values

__all__ = ["leave_one_out", "leave_one_out_checks", "placebo_in_time", "specification_curve"]

FEWEST_YEARS = 5  # a pretended start needs as many years before it
METHODS: dict[str, Kernel] = {
    "synthetic_did": synthetic_did_gaps,
    "difference_in_differences": difference_gaps,
    "synthetic_control": synthetic_control_gaps,
}
NEAREST = (20, 40, 80)


def leave_one_out(kernel: Kernel, block: Block) -> pd.DataFrame:
    """Return the estimate without each comparison unit, each year and each treated unit.

    Parameters
    ----------
    kernel : Kernel
    block : Block

    Returns
    -------
    DataFrame
        Columns kind (``donor``, ``year``, ``city``), left_out, estimate.  Years are left out only
        where two remain before and one after; treated units only where there are several.
    """
    rows = [("donor", *row) for row in _without_donors(kernel, block)]
    rows += [("year", *row) for row in _without_years(kernel, block)]
    rows += [("city", *row) for row in _without_treated(kernel, block)]
    return pd.DataFrame(rows, columns=["kind", "left_out", "estimate"])


def _without_donors(kernel: Kernel, block: Block) -> Iterator[tuple]:
    donors = block.donors
    if len(donors) < 2:
        return
    allowed = np.zeros((len(donors), len(block.names)), dtype=bool)
    allowed[:, donors] = True
    allowed[np.arange(len(donors)), donors] = False
    slots = np.repeat(block.treated[None, :], len(donors), axis=0)
    yield from zip(block.names[donors], assigned(kernel, block, slots, allowed).effect, strict=True)


def _without_years(kernel: Kernel, block: Block) -> Iterator[tuple]:
    for at, time in enumerate(block.times):
        kept = np.delete(block.times, at)
        starts = np.array(list(block.cohorts))
        if ((kept[:, None] < starts).sum(0) < 2).any() or (kept[:, None] >= starts).sum(
            0
        ).min() < 1:
            continue
        less = replace(block, values=np.delete(block.values, at, axis=1), times=kept, covariates={})
        yield int(time), float(assigned(kernel, less, less.treated[None, :]).effect[0])


def _without_treated(kernel: Kernel, block: Block) -> Iterator[tuple]:
    if len(block.treated) < 2:
        return
    for unit in block.treated:
        keep = np.arange(len(block.names)) != unit
        less, own = block.of_units(keep), kernel_of_units(kernel, keep)
        yield block.names[unit], float(assigned(own, less, less.treated[None, :]).effect[0])


def leave_one_out_checks(
    table: pd.DataFrame, estimate: float, reach: float
) -> tuple[Check, Check, Check]:
    """Return whether the conclusion stays when one donor, year or city is left out.

    Parameters
    ----------
    table : DataFrame
        Of :func:`leave_one_out`.
    estimate, reach : float
        The estimate, and the half-width of its confidence set: the conclusion is whether the
        estimate, with its sign, lies beyond it.
    """
    return tuple(
        _conclusion_check(
            f"leave_one_{kind}", table.loc[table["kind"] == kind, "estimate"], estimate, reach
        )
        for kind in ("donor", "year", "city")
    )  # type: ignore[return-value]


def _conclusion(estimate: np.ndarray | float, reach: float) -> np.ndarray:
    """Return 1, −1 or 0: clearly above, clearly below, or neither."""
    return np.sign(estimate) * (np.abs(estimate) > reach)


def _conclusion_check(name: str, found: pd.Series, estimate: float, reach: float) -> Check:
    if not len(found):
        return Check(name, "not_applicable", {"low": math.nan, "high": math.nan})
    same = (_conclusion(found.to_numpy(), reach) == _conclusion(estimate, reach)).all()
    return Check.of(name, bool(same), low=float(found.min()), high=float(found.max()))


def specification_curve(
    block: Block, plan: Placebos | None = None, *, reach: float = math.inf, main: float = math.nan
) -> tuple[pd.DataFrame, Check]:
    """Return the estimate under every reasonable choice of method, donors and adjustment.

    Parameters
    ----------
    block : Block
        With its covariates not yet taken out.
    plan : Placebos, optional
        Whose region rule the matched donor sets follow.
    reach, main : float
        Half-width of the main confidence set and the main estimate.

    Returns
    -------
    DataFrame
        Columns method, donors (``all`` or a number of nearest in size), exposure, estimate.
    Check
        The range, and the share of specifications with the main conclusion; passed from 0.8 on.
    """
    plan = plan or Placebos()
    rows = []
    for exposure in _exposures(block):
        adjusted, _ = without_covariates(block, exposure=exposure)
        for donors, allowed in _donor_sets(adjusted, plan):
            for method, kernel in METHODS.items():
                real = assigned(kernel, adjusted, adjusted.treated[None, :], allowed)
                rows.append((method, donors, exposure, float(real.effect[0])))
    table = pd.DataFrame(rows, columns=["method", "donors", "exposure", "estimate"])
    found = table["estimate"].to_numpy()
    share = float((_conclusion(found, reach) == _conclusion(main, reach)).mean())
    return table, Check.of(
        "specification_curve",
        share >= 0.8,
        low=float(found.min()),
        high=float(found.max()),
        share=share,
    )


def _exposures(block: Block) -> tuple[bool, ...]:
    known = block.exposure is not None or block.size is not None
    return (False, True) if known and np.isin(block.pandemic, block.times).any() else (False,)


def _donor_sets(block: Block, plan: Placebos) -> Iterator[tuple[str | int, np.ndarray]]:
    every = np.isinf(block.start)[None, :]
    yield "all", every
    if block.size is None:
        return
    for count in NEAREST:
        if count >= len(block.donors):
            continue
        near = replace(plan, count=count, calliper=None)
        allowed = np.zeros_like(every)
        for unit in block.treated:
            allowed[0, size_matched(block, unit, near)] = True
        yield count, allowed


def placebo_in_time(
    kernel: Kernel, block: Block, plan: Placebos | None = None
) -> tuple[pd.DataFrame, Check]:
    """Return what the same method finds where the programme had not begun yet.

    Parameters
    ----------
    kernel : Kernel
    block : Block
    plan : Placebos, optional

    Returns
    -------
    DataFrame
        Columns start, years, estimate, p: pretended starts as many years before the first real one
        as there are years after it, then twice as many …, while five years remain before it.
    Check
        Of the fold with the smallest p, Holm-adjusted for their number; not applicable when no
        fold has five years before it.
    """
    plan = plan or Placebos()
    first = min(block.cohorts)
    before, after = block.before(first), len(block.times) - block.before(first)
    rows = []
    for shift in range(after, before - FEWEST_YEARS + 1, after):
        last = before - shift + after
        start = float(block.times[before - shift])
        past = replace(
            block,
            values=block.values[:, :last],
            times=block.times[:last],
            start=np.where(np.isfinite(block.start), start, math.inf),
            covariates={},
        )
        found = placebo_inference(kernel, past, plan)
        rows.append((int(start), before - shift, found.estimate, found.p))
    table = pd.DataFrame(rows, columns=["start", "years", "estimate", "p"])
    if table.empty or table["p"].isna().all():
        nothing = {"estimate": math.nan, "p": math.nan, "years": float(before)}
        return table, Check("placebo_in_time", "not_applicable", nothing)
    adjusted = adjust_p_values(table["p"].to_numpy())
    at = int(np.nanargmin(adjusted))
    return table, Check.of(
        "placebo_in_time",
        bool(adjusted[at] > 1 - plan.level),
        estimate=float(table["estimate"][at]),
        p=float(adjusted[at]),
        years=float(table["years"][at]),
    )
