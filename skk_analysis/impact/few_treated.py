"""From a comparison method to an effect with the inference that few treated units allow."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from skk_analysis.impact.adjustment import two_way_demeaned, without_covariates
from skk_analysis.impact.checks import Check
from skk_analysis.impact.gaps import Kernel
from skk_analysis.impact.panel import Block
from skk_analysis.impact.placebos import Assigned, Inference, placebo_inference
from skk_analysis.impact.result import Effect
from skk_analysis.impact.size_matching import Placebos

__all__ = ["effect_of", "few_treated_effect", "fit_checks", "gap_path", "refuse_weights"]


def few_treated_effect(
    method: str,
    kernel: Kernel,
    block: Block,
    *,
    plan: Placebos | None = None,
    exposure: bool = False,
) -> Effect:
    """Return the effect that a comparison method finds, tested against size-matched placebos.

    Parameters
    ----------
    method : str
        Symbolic name of the method.
    kernel : Kernel
    block : Block
        Its covariates are taken out first.
    plan : Placebos, optional
    exposure : bool, default False
        Take out exposure × pandemic years too.
    """
    plan = plan or Placebos()
    refuse_weights(block)
    block, slopes = without_covariates(block, exposure=exposure)
    found = placebo_inference(kernel, block, plan)
    effect = effect_of(method, block, found, plan)
    return replace(
        effect,
        details={**effect.details, "slopes": slopes},
        provenance={**effect.provenance, "exposure": exposure},
    )


def refuse_weights(block: Block) -> None:
    """Stop where a panel has analysis weights, which synthetic comparisons do not take."""
    if block.weight is not None:
        raise ValueError(
            "synthetic comparisons take no analysis weights; leave the panel's weights= away, or "
            "use difference_in_differences, which takes them"
        )


def effect_of(method: str, block: Block, found: Inference, plan: Placebos) -> Effect:
    """Return the effect of an inference that has been made.

    Parameters
    ----------
    method : str
        Symbolic name of the method.
    block : Block
    found : Inference
    plan : Placebos
        By which it was made.
    """
    weights = pd.Series(found.real.unit_weights[0], index=block.names).iloc[block.donors]
    return Effect(
        estimate=found.estimate,
        interval=found.interval,
        p=found.p,
        method=method,
        inference="size_matched_placebos" if block.size is not None else "placebos",
        outcome=block.outcome,
        level=plan.level,
        mde=found.mde,
        n_treated=len(block.treated),
        n_comparison=len(block.donors),
        years=tuple(int(t) for t in block.times[block.times >= min(block.cohorts)]),
        checks=(*found.checks, *fit_checks(block, found.real)),
        path=gap_path(block, found.real),
        weights=weights,
        placebos=found.placebos,
        details={
            "smallest_p": found.smallest_p,
            "placebo_units": block.names.to_numpy()[found.slots],
            "placebo_se": float(np.std(found.placebos)) if len(found.placebos) else math.nan,
        },
        provenance={
            "placebos": len(found.placebos),
            "seed": plan.seed,
            "matched": plan.count,
            "calliper": plan.calliper,
            "same_region": plan.same_region,
            "dropped": block.dropped,
        },
    )


def fit_checks(block: Block, real: Assigned) -> tuple[Check, Check]:
    """Return how well the comparison follows before treatment, and how many units carry it."""
    before = block.before(min(block.cohorts))
    rmse = float(np.sqrt(np.mean(real.gap[0, :before] ** 2)))
    spread = float(np.std(two_way_demeaned(block.values[block.donors, :before])))
    share = real.unit_weights[0] / max(real.unit_weights[0].sum(), 1e-300)
    return (
        Check.of("pre_fit", rmse <= spread if spread > 0 else None, rmse=rmse, spread=spread),
        Check.of(
            "donor_weights",
            bool(share.max() <= 0.5),
            effective=float(1 / (share**2).sum()),
            largest=float(share.max()),
        ),
    )


def gap_path(block: Block, real: Assigned) -> pd.DataFrame:
    """Return observed and counterfactual of the treated units' mean, by time."""
    observed = block.values[block.treated].mean(axis=0)
    gap = real.gap[0]
    return pd.DataFrame(
        {"time": block.times, "observed": observed, "counterfactual": observed - gap, "gap": gap}
    )
