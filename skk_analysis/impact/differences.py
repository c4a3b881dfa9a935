"""Difference-in-differences: two by two, blocks, and staggered dates with two-way fixed effects."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from skk_analysis.impact.cluster_robust import robust_inference
from skk_analysis.impact.comparison import (
    compared_with,
    comparison_block,
    drawn_placebos,
    mean_path,
    placebo_coefficients,
)
from skk_analysis.impact.group_means import group_means_effect, without_gaps
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.placebos import confidence_set, minimum_detectable, rank_p
from skk_analysis.impact.result import Effect
from skk_analysis.impact.size_matching import Placebos, independent
from skk_analysis.impact.two_way import Fit, fit
from skk_analysis.impact.wild_bootstrap import bootstrap_panel

__all__ = ["difference_in_differences"]

PLACEBOS, ROBUST, WILD = "size_matched_placebos", "cluster_robust", "wild_cluster_bootstrap"


def difference_in_differences(
    panel: Panel,
    outcome: str,
    *,
    covariates: Sequence[str] = (),
    exposure: bool = False,
    inference: str = PLACEBOS,
    placebos: Placebos | None = None,
    comparison: Sequence[Hashable] | None = None,
    matched_comparison: bool = False,
    missing: str = "raise",
    count: str = "nested",
    level: float = 0.95,
    draws: int = 9_999,
    seed: int = 2019,
) -> Effect:
    r"""Return the effect by difference-in-differences.

    .. math:: Y_{it}=\alpha_i+\delta_t+\tau D_{it}+X_{it}\beta+\varepsilon_{it}

    by (weighted) least squares, :math:`D_{it}=1` from the unit's first treated time on.  With two
    times or one first treated time :math:`\hat\tau` is the treated units' mean change less the
    comparison units'; with several first times it weights the comparisons that
    :func:`~skk_analysis.impact.goodman_bacon` lists, some of them with units already treated.

    Parameters
    ----------
    panel : Panel
        Its ``weights`` are analysis weights, one a unit.
    outcome : str
    covariates : sequence of str
        Columns that vary over time, fitted together with :math:`\tau`.
    exposure : bool, default False
        Add the panel's exposure × pandemic years to the covariates.
    inference : str, default "size_matched_placebos"
        ``size_matched_placebos``: rank test among assignments of the same dates to comparison
        units of the treated units' size.  ``cluster_robust``: CR1 by unit, t with units − 1
        degrees of freedom.  ``wild_cluster_bootstrap``: restricted, Rademacher.  The latter two
        give NaN below 5 treated or comparison units.
    placebos : Placebos, optional
        Which placebos; also which units ``matched_comparison`` keeps.
    comparison : sequence, optional
        Names of the only units to compare with.
    matched_comparison : bool, default False
        Compare only with the size-matched units of the treated ones.
    missing : {"raise", "drop", "balanced", "available"}, default "raise"
        Units that lack values: stop; leave out comparison units that do; leave out treated ones
        too; or use every row that has a value, with effects of groups (units with the same first
        treated time) in place of units', as in a table of group means.  The last suits repeated
        cross-sections too (each row a unit of its own) and has cluster-robust inference only.
    count : {"nested", "all"}, default "nested"
        Parameters in the small-sample factor: see :func:`~skk_analysis.impact.two_way.fit`.
    level : float, default 0.95
    draws, seed : int
        Of the wild bootstrap; the placebos have their own.

    Returns
    -------
    Effect
        ``details`` has the clustered error as ``cluster_robust``, or with fewer than 5 treated
        units as ``cluster_robust_not_valid_here``; covariates' ``slopes``; the units ``left_out``.

    Raises
    ------
    ValueError
        For missing values (unless allowed), unknown names, covariates that unit and time effects
        explain.

    References
    ----------
    Card & Krueger (1994), *American Economic Review* 84, 772–793; Bertrand, Duflo & Mullainathan
    (2004), *Quarterly Journal of Economics* 119, 249–275, on clustering; Cameron & Miller (2015),
    *Journal of Human Resources* 50, 317–372, eq. 12, on the factor.

    Examples
    --------
    >>> frame = pd.DataFrame({"city": list("aabb"), "year": [2018, 2019] * 2, "y": [4, 9, 5, 7.0]})
    >>> cities = Panel(frame, unit="city", time="year", treated={"a": 2019})
    >>> difference_in_differences(cities, "y").estimate
    3.0
    """
    if inference not in (PLACEBOS, ROBUST, WILD):
        raise ValueError(f"inference must be one of {PLACEBOS, ROBUST, WILD}, got {inference!r}")
    plan = replace(placebos or Placebos(), level=level)
    if missing == "available":
        if covariates or exposure or matched_comparison or inference == WILD:
            raise ValueError(
                "missing='available' compares group means: it takes no covariates, exposure, "
                "matched_comparison or wild bootstrap; use missing='balanced' with these"
            )
        rows = panel if comparison is None else compared_with(panel, comparison)
        return group_means_effect(rows, outcome, level=level)
    left_out: tuple[Hashable, ...] = ()
    if missing == "balanced":
        panel, left_out = without_gaps(panel, [outcome, *covariates])
        missing = "raise"
    block = comparison_block(
        panel,
        outcome,
        plan,
        covariates=covariates,
        exposure=exposure,
        comparison=comparison,
        matched_comparison=matched_comparison,
        missing=missing,
    )
    found = fit(block.values, _regressors(block), block.weight, count=count)
    effect = _effect(block, found, level, (*left_out, *block.dropped))
    effect = replace(effect, provenance={**effect.provenance, "count": count})
    if inference == ROBUST:
        return effect
    if inference == WILD:
        return bootstrap_panel(effect, block, _regressors(block), draws=draws, seed=seed)
    return _with_placebos(effect, block, plan)


def _profiles(block: Block) -> np.ndarray:
    """Return 1 at the times at which each treated unit is treated, shape (treated, 1, times)."""
    return (block.times >= block.start[block.treated, None])[:, None, :].astype(float)


def _regressors(block: Block) -> np.ndarray:
    """Return treatment and covariates, shape (1 + covariates, units, times)."""
    treated = (block.times >= block.start[:, None]).astype(float)
    return np.stack([treated, *block.covariates.values()])


def _effect(block: Block, found: Fit, level: float, left_out: tuple) -> Effect:
    estimate, se = float(found.coefficients[0]), float(np.sqrt(found.covariance[0, 0]))
    treated, donors = len(block.treated), len(block.donors)
    fields, details = robust_inference(estimate, se, found.dof, level, treated, donors)
    slopes = zip(block.covariates, found.coefficients[1:].tolist(), strict=True)
    return Effect(
        estimate=estimate,
        method="difference_in_differences",
        inference=ROBUST,
        outcome=block.outcome,
        level=level,
        n_treated=treated,
        n_comparison=donors,
        years=tuple(int(t) for t in block.times[block.times >= min(block.cohorts)]),
        path=mean_path(block),
        weights=_donor_weights(block),
        details={**details, "slopes": dict(slopes), "left_out": left_out},
        provenance={"small_sample_factor": found.factor, "weighted": block.weight is not None},
        **fields,
    )


def _donor_weights(block: Block) -> pd.Series:
    weight = np.ones(len(block.names)) if block.weight is None else block.weight
    mine = weight[block.donors]
    return pd.Series(mine / mine.sum(), index=block.names[block.donors])


def _with_placebos(effect: Effect, block: Block, plan: Placebos) -> Effect:
    """Return the effect with its rank among placebos in place of the clustered test."""
    kind = PLACEBOS if block.size is not None else "placebos"
    nan = (np.nan, np.nan)
    effect = replace(effect, inference=kind, se=np.nan, p=np.nan, interval=nan, mde=np.nan)
    found = drawn_placebos(block, plan)
    if found is None:
        return replace(effect, details={**effect.details, "placebos_not_possible": True})
    placebos = np.empty(0)
    if len(found.slots):
        placebos = placebo_coefficients(block, found.slots, _profiles(block))[:, 0]
    tested = placebos if independent(found.slots, plan) else np.empty(0)
    return replace(
        effect,
        p=rank_p(effect.estimate, tested),
        interval=confidence_set(effect.estimate, tested, plan.level),
        mde=minimum_detectable(tested, plan.level),
        placebos=placebos,
        checks=found.checks,
        details={**effect.details, "smallest_p": 1 / (1 + len(tested))},
        provenance={
            **effect.provenance,
            "placebos": len(placebos),
            "seed": plan.seed,
            "matched": plan.count,
            "calliper": plan.calliper,
            "same_region": plan.same_region,
        },
    )
