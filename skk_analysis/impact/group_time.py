"""Effects by first treated time and time, and what they average to, with influence functions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.cluster_robust import ENOUGH_TREATED, t_test
from skk_analysis.impact.event_coefficients import EventStudy
from skk_analysis.impact.result import Effect

__all__ = ["AGGREGATES", "GroupTime", "critical_value", "limits", "standard_errors", "valid_here"]

AGGREGATES = ("simple", "group", "calendar", "dynamic")


@dataclass(frozen=True, eq=False)
class GroupTime:
    """Effects by first treated time and time.

    Parameters
    ----------
    table : DataFrame
        Columns group, time, estimate, se, lower, upper (pointwise), band_lower, band_upper
        (simultaneous).
    influence : ndarray, shape (units, rows of the table)
        Of each unit on each effect; variance = mean square / units.
    share : dict of int to float
        Weighted share of all units that each group is.
    member : ndarray, shape (units,)
        First treated time; inf = never.
    weight : ndarray, shape (units,)
        Mean 1.
    critical : float
        Of the simultaneous band; NaN where errors are not valid.
    outcome : str
    level : float
    anticipation : int
    draws, seed : int
    provenance : dict
    """

    table: pd.DataFrame
    influence: np.ndarray
    share: dict[int, float]
    member: np.ndarray
    weight: np.ndarray
    critical: float
    outcome: str
    level: float
    anticipation: int
    draws: int
    seed: int
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def treated(self) -> int:
        """How many units are treated."""
        return int(np.isfinite(self.member).sum())

    def aggregate(self, kind: str = "simple", *, window: tuple[int, int] | None = None) -> Effect:
        r"""Return an average of the effects, with the error of its estimated weights.

        Parameters
        ----------
        kind : {"simple", "group", "calendar", "dynamic"}, default "simple"
            ``simple``: all effects from the start on, weighted by the groups' sizes.  ``group``:
            the mean over time for each group, then over groups by size.  ``calendar``: over groups
            by size for each time, then over times.  ``dynamic``: over groups by size for each time
            since the start; the estimate is the plain mean from 0 on.
        window : pair of int, optional
            First and last relative time of ``dynamic``.

        Returns
        -------
        Effect
            ``details["by"]`` is a frame of the parts (groups, times or relative times) with
            pointwise intervals and a simultaneous band; ``dynamic`` also has
            ``details["event_study"]`` with the whole covariance.

        References
        ----------
        Callaway & Sant'Anna (2021), *Journal of Econometrics* 225, 200–230, table 1, and §4.2 on
        inference.
        """
        if kind not in AGGREGATES:
            raise ValueError(f"kind must be one of {AGGREGATES}, got {kind!r}")
        if window is not None and kind != "dynamic":
            raise ValueError("a window of relative times is for kind='dynamic'")
        group, time = self.table["group"].to_numpy(), self.table["time"].to_numpy()
        after = time >= group
        parts: list[tuple[int, np.ndarray]] = []
        if kind == "group":
            keys, label = np.unique(group), group
        elif kind == "calendar":
            keys, label = np.unique(time[after]), time
        elif kind == "dynamic":
            keys, label = np.unique(time - group), time - group
            after = np.ones(len(time), dtype=bool)
            if window is not None:
                keys = keys[(keys >= window[0]) & (keys <= window[1])]
        else:
            keys, label = np.array([0]), np.zeros(len(time))
        for key in keys.tolist():
            chosen = np.flatnonzero(after & (label == key))
            if len(chosen):
                parts.append((int(key), chosen))
        averages = [self._average(chosen) for _, chosen in parts]
        estimates = np.array([value for value, _ in averages])
        influence = np.column_stack([psi for _, psi in averages])
        names = np.array([key for key, _ in parts])
        if kind == "group":
            overall, psi = self._weighted(names, estimates, influence)
        elif kind == "dynamic":
            used = names >= 0
            overall, psi = float(estimates[used].mean()), influence[:, used].mean(axis=1)
        else:
            overall, psi = float(estimates.mean()), influence.mean(axis=1)
        known = np.array([valid_here(self.member, group[chosen]) for _, chosen in parts])
        return self._effect(kind, overall, psi, names, estimates, influence, known)

    def _average(self, chosen: np.ndarray) -> tuple[float, np.ndarray]:
        return self._weighted(
            self.table["group"].to_numpy()[chosen],
            self.table["estimate"].to_numpy()[chosen],
            self.influence[:, chosen],
        )

    def _weighted(self, groups, estimates, influence) -> tuple[float, np.ndarray]:
        """Return the mean by groups' shares and its influence, that of the shares included."""
        shares = np.array([self.share[int(g)] for g in groups])
        value = float(shares @ estimates / shares.sum())
        psi = influence @ shares / shares.sum()
        own = self.weight[:, None] * (self.member[:, None] == groups) - shares
        return value, psi + own @ (estimates - value) / shares.sum()

    def _effect(self, kind, overall, psi, names, estimates, influence, known) -> Effect:
        valid = valid_here(self.member, np.unique(self.table["group"]))
        test = t_test(overall, float(standard_errors(psi[:, None])[0]), math.inf, self.level)
        errors = np.where(known, standard_errors(influence), math.nan)
        critical = critical_value(influence[:, known], self.level, self.draws, self.seed)
        label = {"group": "group", "calendar": "time", "dynamic": "relative"}.get(kind, "all")
        by = pd.DataFrame({label: names, "estimate": estimates})
        by = by.join(limits(estimates, errors, critical, self.level))
        details: dict[str, Any] = {"by": by, "critical": critical}
        if kind == "dynamic":
            details |= self._study(names, estimates, influence, known)
        shown = {"se": test.se, "p": test.p, "treated_clusters": self.treated}
        details["influence" if valid else "influence_not_valid_here"] = shown
        times = self.table.loc[self.table["time"] >= self.table["group"], "time"].unique()
        return Effect(
            estimate=overall,
            method=f"group_time_{kind}",
            inference="influence_function",
            outcome=self.outcome,
            level=self.level,
            n_treated=self.treated,
            n_comparison=len(self.member) - self.treated,
            years=tuple(sorted(int(t) for t in times)),
            details=details,
            provenance=self.provenance,
            **(test._asdict() if valid else {}),
        )

    def _study(self, names, estimates, influence, known) -> dict[str, EventStudy]:
        """Return the event study that the relative times make, the reference left out."""
        reference = -1 - self.anticipation
        keep = names != reference
        psi = influence[:, keep]
        covariance = psi.T @ psi / len(psi) ** 2
        covariance[~known[keep]] = covariance[:, ~known[keep]] = math.nan
        study = EventStudy(names[keep], estimates[keep], covariance, reference=reference)
        return {"event_study": study} if self.provenance["base"] == "universal" else {}


def valid_here(member: np.ndarray, groups: np.ndarray) -> bool:
    """Return whether the groups have units enough for errors from influence functions.

    Parameters
    ----------
    member : ndarray, shape (units,)
        First treated times; inf = never.
    groups : ndarray
        Groups that an effect or an average is of.
    """
    return min(np.isin(member, groups).sum(), np.isinf(member).sum()) >= ENOUGH_TREATED


def standard_errors(influence: np.ndarray) -> np.ndarray:
    """Return errors of effects, from influence of shape (units, effects)."""
    return np.sqrt((influence**2).sum(axis=0)) / len(influence)


def critical_value(influence: np.ndarray, level: float, draws: int, seed: int) -> float:
    """Return the quantile of the largest |t| under the multiplier bootstrap."""
    errors = standard_errors(influence)
    if not len(errors):
        return math.nan
    live = errors > 1e-12 * max(float(errors.max()), 1e-300)
    if not live.any() or draws < 1:
        return math.nan
    root = math.sqrt(5)
    rng = np.random.default_rng(seed)
    low = rng.random((draws, len(influence))) < (root + 1) / (2 * root)
    multipliers = np.where(low, (1 - root) / 2, (1 + root) / 2)
    largest = np.abs(multipliers @ influence[:, live] / len(influence) / errors[live]).max(axis=1)
    return float(np.quantile(largest, level, method="higher"))


def limits(estimates, errors, critical: float, level: float) -> pd.DataFrame:
    """Return errors, pointwise limits and the simultaneous band."""
    from scipy.special import ndtri

    se = np.where(errors > 0, errors, math.nan)
    point = float(ndtri((1 + level) / 2)) * se
    band = max(critical, float(ndtri((1 + level) / 2))) * se  # never inside the pointwise limits
    return pd.DataFrame(
        {
            "se": se,
            "lower": estimates - point,
            "upper": estimates + point,
            "band_lower": estimates - band,
            "band_upper": estimates + band,
        }
    )
