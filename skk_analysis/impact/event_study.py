"""Event study: the effect by time before and after the start, with its whole covariance."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.cluster_robust import ENOUGH_TREATED, t_test
from skk_analysis.impact.differences import (
    block_of,
    compared_with,
    drawn_placebos,
    mean_path,
    placebo_coefficients,
    with_exposure,
)
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.placebos import (
    Placebos,
    confidence_set,
    minimum_detectable,
    rank_p,
    size_matched,
)
from skk_analysis.impact.result import Effect
from skk_analysis.impact.two_way import fit

__all__ = ["EventStudy", "event_study", "study_of"]

PLACEBOS, ROBUST = "size_matched_placebos", "cluster_robust"


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Coefficients by time relative to the start of treatment.

    Parameters
    ----------
    relative : ndarray of int, shape (coefficients,)
        Ascending; 0 is the first treated time.  The reference, −1, has no coefficient.
    coefficients : ndarray, shape (coefficients,)
    covariance : ndarray, shape (coefficients, coefficients)
    dof : float, default inf
        Degrees of freedom of tests; inf = normal.
    reference : int, default -1

    Raises
    ------
    ValueError
        If shapes differ, the covariance is not symmetric, or times are not ascending.
    """

    relative: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    dof: float = np.inf
    reference: int = -1

    def __post_init__(self) -> None:
        for name, kind in (("relative", int), ("coefficients", float), ("covariance", float)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        k = len(self.relative)
        if self.coefficients.shape != (k,) or self.covariance.shape != (k, k):
            raise ValueError(
                f"an event study of {k} times needs {k} coefficients and a {k} × {k} covariance, "
                f"got {self.coefficients.shape} and {self.covariance.shape}"
            )
        if (np.diff(self.relative) <= 0).any() or self.reference in self.relative:
            raise ValueError(
                f"relative times must ascend and leave out the reference {self.reference}, got "
                f"{self.relative.tolist()}"
            )
        if not np.allclose(self.covariance, self.covariance.T, rtol=1e-6, atol=0, equal_nan=True):
            raise ValueError("the covariance must be symmetric")

    @classmethod
    def of(
        cls, coefficients: Sequence[float], covariance: Any, before: int, reference: int = -1
    ) -> EventStudy:
        """Return an event study from estimates made elsewhere.

        Parameters
        ----------
        coefficients : sequence of float
            Those before the reference first, without the reference itself.
        covariance : array-like
        before : int
            How many coefficients lie before the reference.
        """
        k = len(coefficients)
        relative = [*range(reference - before, reference), *range(reference + 1, k - before)]
        return cls(np.array(relative), np.asarray(coefficients), np.asarray(covariance))

    @property
    def before(self) -> np.ndarray:
        """Which coefficients lie before the reference."""
        return self.relative < self.reference

    @property
    def after(self) -> np.ndarray:
        """Which lie after it."""
        return self.relative > self.reference

    def average(self, weights: Sequence[float] | np.ndarray | None = None) -> tuple[float, float]:
        """Return a weighted mean of the coefficients after the reference, and its error."""
        after = self.after
        w = np.full(after.sum(), 1 / after.sum()) if weights is None else np.asarray(weights)
        variance = w @ self.covariance[np.ix_(after, after)] @ w
        return float(w @ self.coefficients[after]), float(np.sqrt(variance))

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return a row a relative time: coefficient, error, pointwise interval and p."""
        rows: list[Mapping[str, float]] = []
        for time, value, variance in zip(
            self.relative.tolist(), self.coefficients, np.diagonal(self.covariance), strict=True
        ):
            test = t_test(float(value), float(np.sqrt(variance)), self.dof, level)
            low, high = test.interval
            rows.append(
                {
                    "relative": time,
                    "coefficient": float(value),
                    "se": test.se,
                    "lower": low,
                    "upper": high,
                    "p": test.p,
                }
            )
        return pd.DataFrame(rows)


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
        Where the covariance is from: the second moments of the same coefficients of placebo
        assignments among size-matched units (rank test of the mean); or CR1 by unit, NaN below 5
        treated or comparison units.
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
    if comparison is not None:
        panel = compared_with(panel, comparison)
    block = panel.block(outcome, covariates=covariates, missing=missing)
    if matched_comparison:
        near = np.concatenate([size_matched(block, unit, plan) for unit in block.treated])
        block = block_of(block, np.union1d(block.treated, near))
    block = replace(block, covariates=with_exposure(block, exposure))
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


def study_of(study: EventStudy | Effect) -> EventStudy:
    """Return the event study that an effect carries, or the study itself."""
    if isinstance(study, EventStudy):
        return study
    if "event_study" not in study.details:
        raise ValueError(
            f"an effect by {study.method} has no event study; use event_study(…), or "
            "group_time_effects(…, base='universal').aggregate('dynamic')"
        )
    found: EventStudy = study.details["event_study"]
    return found


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
    units = len(np.unique(drawn.slots))
    # second moments about zero: without an effect the coefficients have mean zero by design
    covariance = found.T @ found / len(found) if units > found.shape[1] else unknown
    study = replace(robust, covariance=covariance, dof=np.inf)
    effect = _with_study(effect, block, study)
    averages = found[:, study.after].mean(axis=1)
    return replace(
        effect,
        p=rank_p(effect.estimate, averages),
        interval=confidence_set(effect.estimate, averages, plan.level),
        mde=minimum_detectable(averages, plan.level),
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
