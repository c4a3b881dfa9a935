"""Event study: the effect by time before and after the start, with its whole covariance."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from skk_analysis.impact.cluster_robust import ENOUGH_TREATED, t_test
from skk_analysis.impact.comparison import (
    comparison_block,
    drawn_placebos,
    mean_path,
    placebo_coefficients,
)
from skk_analysis.impact.event_coefficients import EventStudy
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.placebos import confidence_set, minimum_detectable, rank_p
from skk_analysis.impact.rescaling import noise_law
from skk_analysis.impact.result import Effect
from skk_analysis.impact.size_matching import Placebos, independent
from skk_analysis.impact.two_way import fit

__all__ = ["EventStudy", "event_study"]

PLACEBOS, ROBUST = "size_matched_placebos", "cluster_robust"


def event_study(
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
) -> Effect:
    r"""Return the effect by time relative to its start, and its mean after the start.

    .. math:: Y_{it}=\alpha_i+\delta_t+\sum_{k\ne-1}\tau_k\,1\{t-s_i=k\}+X_{it}\beta+e_{it}

    by (weighted) least squares, :math:`s_i` the unit's first treated time.  All leads and lags are
    in, each relative to the time just before the start.  With several first times the coefficients
    mix cohorts (Sun & Abraham 2021, *Journal of Econometrics* 225, 175–199); then see
    :func:`~skk_analysis.impact.group_time_effects`.

    Parameters
    ----------
    panel, outcome, covariates, exposure, placebos, comparison, matched_comparison, count, level
        See :func:`~skk_analysis.impact.difference_in_differences`.
    inference : {"size_matched_placebos", "cluster_robust"}, default "size_matched_placebos"
        Where the covariance is from: the same coefficients of every comparison unit as if treated,
        rescaled to the treated units' noise by Ferman & Pinto's law of size (with several first
        times, of the size-matched placebos as they are), p and interval being ranks of the mean
        among size-matched placebos; or CR1 by unit, NaN below 5 treated or comparison units.
    missing : {"raise", "drop"}, default "raise"

    Returns
    -------
    Effect
        ``estimate`` is the plain mean of the coefficients from the start on; ``path`` has a row a
        relative time; ``details["event_study"]`` is the :class:`EventStudy` that
        :func:`~skk_analysis.impact.honest_did` and :func:`~skk_analysis.impact.pre_trend_test`
        take.
    """
    if inference not in (PLACEBOS, ROBUST):
        raise ValueError(f"inference must be one of {PLACEBOS, ROBUST}, got {inference!r}")
    plan = replace(placebos or Placebos(), level=level)
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
    relative, profiles = _profiles(block)
    regressors = np.zeros((len(relative), *block.values.shape))
    regressors[:, block.treated] = np.swapaxes(profiles, 0, 1)
    together = np.concatenate([regressors, *[c[None] for c in block.covariates.values()]])
    found = fit(block.values, together, block.weight, count=count)
    k = len(relative)
    robust = EventStudy(relative, found.coefficients[:k], found.covariance[:k, :k], found.dof)
    effect = _effect(block, robust, level)
    if inference == ROBUST:
        return _with_robust(effect, block, robust)
    return _with_placebos(effect, block, robust, profiles, plan)


def _profiles(block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Return relative times and each treated unit's dummies, shape (treated, relative, times)."""
    since = block.times[None, :] - block.start[block.treated, None].astype(int)
    if not (since == -1).any(axis=1).all():
        unit = block.names[block.treated[~(since == -1).any(axis=1)][0]]
        raise ValueError(
            f"{unit} has no value at the time just before its start, which all others are relative "
            "to; the times of an event study must be consecutive there"
        )
    relative = np.setdiff1d(since, [-1])
    return relative, (since[:, None, :] == relative[None, :, None]).astype(float)


def _effect(block: Block, study: EventStudy, level: float) -> Effect:
    return Effect(
        estimate=study.average()[0],
        method="event_study",
        outcome=block.outcome,
        level=level,
        n_treated=len(block.treated),
        n_comparison=len(block.donors),
        years=tuple(int(t) for t in block.times[block.times >= min(block.cohorts)]),
        details={"left_out": block.dropped},
        provenance={"weighted": block.weight is not None},
    )


def _with_study(effect: Effect, block: Block, study: EventStudy) -> Effect:
    """Return the effect with its coefficients as a path."""
    table = study.to_frame(effect.level)
    start = min(block.cohorts)
    path = pd.DataFrame({"relative": table["relative"], "gap": table["coefficient"]})
    path = pd.concat([path, table[["lower", "upper"]]], axis=1)
    at_reference = {"relative": study.reference, "gap": 0.0, "lower": 0.0, "upper": 0.0}
    path = pd.concat([path, pd.DataFrame([at_reference])]).sort_values("relative")
    path = path.reset_index(drop=True)
    if len(block.cohorts) == 1:
        path.insert(0, "time", path["relative"] + start)
        observed = mean_path(block).set_index("time")["observed"].reindex(path["time"]).to_numpy()
        path.insert(2, "observed", observed)
        path.insert(3, "counterfactual", observed - path["gap"])
    return replace(effect, path=path, details={**effect.details, "event_study": study})


def _with_robust(effect: Effect, block: Block, study: EventStudy) -> Effect:
    effect = replace(effect, inference=ROBUST)
    if min(len(block.treated), len(block.donors)) < ENOUGH_TREATED:
        unknown = replace(study, covariance=np.full_like(study.covariance, np.nan))
        effect = _with_study(effect, block, unknown)
        shown = {"event_study": study, "treated_clusters": len(block.treated)}
        details = {**effect.details, "cluster_robust_not_valid_here": shown}
        return replace(effect, details=details)
    test = t_test(effect.estimate, study.average()[1], study.dof, effect.level)
    return replace(_with_study(effect, block, study), **test._asdict())


def _with_placebos(
    effect: Effect, block: Block, robust: EventStudy, profiles: np.ndarray, plan: Placebos
) -> Effect:
    """Return the effect with the covariance and the rank test of placebo event studies."""
    effect = replace(effect, inference=PLACEBOS if block.size is not None else "placebos")
    drawn = drawn_placebos(block, plan)
    unknown = np.full_like(robust.covariance, np.nan)
    if drawn is None or not len(drawn.slots):
        effect = _with_study(effect, block, replace(robust, covariance=unknown, dof=np.inf))
        return replace(effect, details={**effect.details, "placebos_not_possible": True})
    found = placebo_coefficients(block, drawn.slots, profiles)
    covariance = _noise(block, found, profiles)
    study = replace(robust, covariance=covariance, dof=np.inf)
    effect = _with_study(effect, block, study)
    averages = found[:, study.after].mean(axis=1)
    tested = averages if independent(drawn.slots, plan) else np.empty(0)
    return replace(
        effect,
        p=rank_p(effect.estimate, tested),
        interval=confidence_set(effect.estimate, tested, plan.level),
        mde=minimum_detectable(tested, plan.level),
        placebos=averages,
        checks=drawn.checks,
        details={**effect.details, "placebo_coefficients": found},
        provenance={
            **effect.provenance,
            "placebos": len(found),
            "seed": plan.seed,
            "matched": plan.count,
        },
    )


def _noise(block: Block, placebos: np.ndarray, profiles: np.ndarray) -> np.ndarray:
    """Return the covariance that the coefficients have where nothing was done.

    With one first time: of every comparison unit as if treated alone, divided by the noise of its
    size and multiplied by the treated units'.  The few nearest in size would do for a rank, but a
    covariance of eleven coefficients from forty is too uncertain for intervals built on it.
    """
    unknown = np.full((placebos.shape[1],) * 2, np.nan)
    donors, treated = block.donors, block.treated
    # second moments about zero: without an effect the coefficients have mean zero by design
    if len(block.cohorts) > 1:
        return placebos.T @ placebos / len(placebos) if len(donors) > len(unknown) else unknown
    if len(donors) <= len(unknown):
        return unknown
    single = placebo_coefficients(block, donors[:, None], profiles[:1])
    weight = np.ones(len(block.names)) if block.weight is None else block.weight
    share = weight[treated] / weight[treated].sum()
    variance = np.ones(len(block.names))
    if block.size is not None:
        after = profiles[0].argmax(axis=1) >= block.before(min(block.cohorts))
        variance = noise_law(single[:, after].mean(axis=1), block.size[donors])(block.size)
    scaled = single / np.sqrt(variance[donors])[:, None]
    return scaled.T @ scaled / len(scaled) * float(share**2 @ variance[treated])
