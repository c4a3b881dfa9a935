"""Who is compared with whom in a two-way regression, and the same for placebo assignments."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from skk_analysis.impact.adjustment import EXPOSURE, pandemic_exposure, without_covariates
from skk_analysis.impact.gaps import difference_gaps
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.placebos import Inference, placebo_inference
from skk_analysis.impact.size_matching import Placebos, size_matched
from skk_analysis.impact.two_way import assigned_coefficients

__all__ = [
    "compared_with",
    "comparison_block",
    "drawn_placebos",
    "matched_block",
    "mean_path",
    "placebo_coefficients",
]

COLLISIONS = 5.0  # expected units twice in a tuple, above which hardly any tuple can be drawn


def comparison_block(
    panel: Panel,
    outcome: str,
    plan: Placebos,
    *,
    covariates: Sequence[str] = (),
    exposure: bool = False,
    comparison: Sequence[Hashable] | None = None,
    matched_comparison: bool = False,
    missing: str = "raise",
) -> Block:
    """Return the arrays of a two-way regression, with the comparison units that were asked for.

    The parameters are those of :func:`~skk_analysis.impact.difference_in_differences`.
    """
    if comparison is not None:
        panel = compared_with(panel, comparison)
    block = panel.block(outcome, covariates=covariates, missing=missing)
    require_weights(block)
    if matched_comparison:
        block = matched_block(block, plan)
    if exposure:
        added = {**block.covariates, EXPOSURE: pandemic_exposure(block)}
        block = replace(block, covariates=added)
    return block


def matched_block(block: Block, plan: Placebos) -> Block:
    """Return the block with only the comparison units nearest in size to the treated ones."""
    near = np.concatenate([size_matched(block, unit, plan) for unit in block.treated])
    keep = np.union1d(near, block.treated)
    return block.of_units(np.isin(np.arange(len(block.names)), keep))


def require_weights(block: Block) -> None:
    """Stop where an analysis weight is not positive."""
    if block.weight is not None and not (block.weight > 0).all():
        at = int(np.flatnonzero(~(block.weight > 0))[0])
        raise ValueError(
            f"analysis weights must be positive; {block.names[at]} has {block.weight[at]:g}; leave "
            "the unit out instead"
        )


def compared_with(panel: Panel, comparison: Sequence[Hashable]) -> Panel:
    """Return the panel with only these comparison units."""
    if unknown := set(comparison) - set(panel.comparison):
        raise ValueError(
            f"comparison unit(s) {sorted(map(str, unknown))} are not among the untreated ones"
        )
    return panel.without(units=[u for u in panel.comparison if u not in set(comparison)])


def mean_path(block: Block) -> pd.DataFrame:
    """Return the treated units' mean and what it would be had it moved as the comparison units'."""
    weight = np.ones(len(block.names)) if block.weight is None else block.weight
    own, other = (
        np.average(block.values[g], axis=0, weights=weight[g])
        for g in (block.treated, block.donors)
    )
    before = block.times < min(block.cohorts)
    gap = own - other
    gap = gap - gap[before].mean()
    return pd.DataFrame(
        {"time": block.times, "observed": own, "counterfactual": own - gap, "gap": gap}
    )


def drawn_placebos(block: Block, plan: Placebos) -> Inference | None:
    """Return the placebo assignments, or None where distinct units can't be drawn."""
    matches = [set(size_matched(block, unit, plan)) for unit in block.treated]
    pairs = ((a, b) for i, a in enumerate(matches) for b in matches[:i])
    clashes = sum(len(a & b) / max(len(a) * len(b), 1) for a, b in pairs)
    if len(block.treated) >= len(block.donors) or clashes > COLLISIONS:
        return None
    return placebo_inference(difference_gaps, without_covariates(block)[0], plan)


def placebo_coefficients(block: Block, slots: np.ndarray, regressors: np.ndarray) -> np.ndarray:
    """Return the coefficients of placebo assignments among the comparison units alone."""
    donors = block.donors
    covariates = [c[donors] for c in block.covariates.values()]
    return assigned_coefficients(
        block.values[donors],
        np.searchsorted(donors, slots),
        regressors,
        covariates=np.stack(covariates) if covariates else None,
        weight=None if block.weight is None else block.weight[donors],
    )
