"""Answers of the same persons before and after, and what was lost on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.checks import NOT_APPLICABLE, Check
from skk_analysis.impact.effect_sizes import effect_size

__all__ = ["SurveyPairs", "read_pairs"]

BALANCED = 0.25
"""Largest standardised baseline difference that passes (What Works Clearinghouse 4.1, p. 14)."""
LOST, LOST_APART = 0.20, 0.10
"""Largest share lost, and largest difference of the shares, that pass."""
AT_THE_END = 0.15
"""Largest share at an end of the scale that passes (Terwee et al. 2007, J. Clin. Epidemiol. 60)."""
MOST_AT_THE_END = 0.5
"""Share at an end that fails: most could not move one way.  Single items often lie between."""


@dataclass(frozen=True, eq=False)
class SurveyPairs:
    """Persons in the order of their names; a person may lack one of the two measurements.

    Attributes
    ----------
    before, after : ndarray, shape (persons,)
        NaN where not measured.
    treated : ndarray of bool, shape (persons,)
    cluster : ndarray of int, shape (persons,)
    weight : ndarray, shape (persons,)
    waves : tuple
    compared, clustered, weighted : bool
        Whether there is a comparison group; whether clusters and weights were given.
    """

    before: np.ndarray
    after: np.ndarray
    treated: np.ndarray
    cluster: np.ndarray
    weight: np.ndarray
    waves: tuple
    compared: bool
    clustered: bool
    weighted: bool

    @property
    def whole(self) -> np.ndarray:
        """Persons measured both times."""
        return np.isfinite(self.before) & np.isfinite(self.after)

    @property
    def pairs(self) -> SurveyPairs:
        """Only the persons measured both times."""
        keep = self.whole
        arrays = ("before", "after", "treated", "cluster", "weight")
        kept: dict[str, Any] = {name: getattr(self, name)[keep] for name in arrays}
        return replace(self, **kept)

    @property
    def change(self) -> np.ndarray:
        """After less before."""
        return self.after - self.before

    def attrition(self) -> pd.DataFrame:
        """Return who was lost, by group.

        Columns: before, after, pairs, lost, lost_share (of those measured before), only_after,
        stayers and leavers (their means before) and difference (leavers less stayers, Hedges' g;
        NaN with under 2 persons in either).
        """
        groups = {"treated": self.treated}
        if self.compared:
            groups["comparison"] = ~self.treated
        had, has = np.isfinite(self.before), np.isfinite(self.after)
        rows = {}
        for name, inside in groups.items():
            stayed, left = self.before[inside & had & has], self.before[inside & had & ~has]
            rows[name] = {
                "before": int((inside & had).sum()),
                "after": int((inside & has).sum()),
                "pairs": len(stayed),
                "lost": len(left),
                "lost_share": len(left) / (inside & had).sum(),
                "only_after": int((inside & has & ~had).sum()),
                "stayers": stayed.mean() if len(stayed) else math.nan,
                "leavers": left.mean() if len(left) else math.nan,
                "difference": standardised(left, stayed),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")

    def attrition_check(self) -> Check:
        """Few lost, and alike in both groups."""
        table = self.attrition()
        share = float(table["lost"].sum() / table["before"].sum())
        by = table["lost_share"].to_dict()
        treated, comparison = by["treated"], by.get("comparison", math.nan)
        apart = abs(treated - comparison) if self.compared else 0.0
        passed = share <= LOST and apart <= LOST_APART
        return Check.of("attrition", passed, share=share, treated=treated, comparison=comparison)

    def balance_check(self) -> Check:
        """The groups were alike before, in standard deviations (Hedges' g of those with pairs)."""
        if not self.compared:
            numbers = {"difference": math.nan, "limit": BALANCED}
            return Check("baseline_balance", NOT_APPLICABLE, numbers)
        pairs = self.pairs
        away = standardised(pairs.before[pairs.treated], pairs.before[~pairs.treated])
        passed = None if math.isnan(away) else abs(away) <= BALANCED
        return Check.of("baseline_balance", passed, difference=away, limit=BALANCED)

    def ends_check(self, scale: tuple[float, float] | None) -> Check:
        """Few of the treated stood at an end of the scale before, where they could not move."""
        if scale is None:
            nothing = {"floor": math.nan, "ceiling": math.nan}
            return Check("floor_ceiling", NOT_APPLICABLE, nothing)
        values = self.before[self.treated & np.isfinite(self.before)]
        floor, ceiling = (float((values == end).mean()) for end in scale)
        most = max(floor, ceiling)
        passed = True if most <= AT_THE_END else (False if most > MOST_AT_THE_END else None)
        return Check.of("floor_ceiling", passed, floor=floor, ceiling=ceiling)


def standardised(first: np.ndarray, second: np.ndarray) -> float:
    """Return Hedges' g of two samples; NaN where it is not defined."""
    if min(len(first), len(second)) < 2 or not first.var() + second.var() > 0:
        return math.nan
    sd1, sd2 = (max(float(x.std(ddof=1)), 1e-12) for x in (first, second))
    return effect_size(
        "hedges_g", mean1=float(first.mean()), sd1=sd1, n1=len(first),
        mean2=float(second.mean()), sd2=sd2, n2=len(second),
    ).value  # fmt: skip


def read_pairs(
    frame: pd.DataFrame, outcome: str, *, person: str, wave: str, group=None, treated=None,
    before=None, after=None, cluster=None, weights=None,
) -> SurveyPairs:  # fmt: skip
    """Return the persons of a long table (one row a person and wave); see ``before_after``."""
    wanted = [outcome, person, wave, group, cluster, weights]
    missing = [name for name in wanted if name is not None and name not in frame.columns]
    if missing:
        raise ValueError(f"no column(s) {missing}; the table has {list(frame.columns)}")
    if not pd.api.types.is_numeric_dtype(frame[outcome]):
        raise ValueError(f"{outcome}: must hold numbers, has type {frame[outcome].dtype}")
    for name in (person, wave):
        if frame[name].isna().any():
            raise ValueError(f"{name}: a row lacks it; every row must name its person and wave")
    waves = _waves(frame[wave], before, after)
    frame = frame[frame[wave].isin(waves)]
    twice = frame[frame.duplicated([person, wave])]
    if len(twice):
        raise ValueError(
            f"{person} {twice.iloc[0][person]} answers twice in {wave} {twice.iloc[0][wave]}; keep "
            "one row a person and wave (one question at a time)"
        )
    wide = frame.pivot(index=person, columns=wave, values=outcome).astype(float)
    persons = wide.index

    def of_person(column: str) -> pd.Series:
        if frame[column].isna().any():
            raise ValueError(f"{column}: a row lacks it")
        values = frame.groupby(person)[column].agg(["first", "nunique"]).loc[persons]
        if (values["nunique"] > 1).any():
            who = values.index[values["nunique"] > 1][0]
            raise ValueError(f"{column}: {person} {who} has several; a person has one")
        return values["first"]

    weight = of_person(weights).to_numpy(float) if weights else np.ones(len(persons))
    if not (weight > 0).all():
        raise ValueError(f"{weights}: a weight must be over 0")
    on = _treated(of_person(group), treated) if group else np.ones(len(persons), dtype=bool)
    codes = np.arange(len(persons))
    if cluster:
        codes = np.unique(of_person(cluster).astype(str), return_inverse=True)[1]
    found = SurveyPairs(
        wide[waves[0]].to_numpy(), wide[waves[1]].to_numpy(), on, codes, weight, waves,
        compared=group is not None, clustered=cluster is not None, weighted=weights is not None,
    )  # fmt: skip
    for name, inside in (("treated", found.treated), ("comparison", ~found.treated)):
        pairs = int((inside & found.whole).sum())
        if pairs < 3 and (name == "treated" or found.compared):
            raise ValueError(
                f"{outcome}: {pairs} {name} person(s) measured both in {waves[0]} and {waves[1]}; "
                "at least 3 are needed, and unpaired answers say nothing of change"
            )
    return found


def _waves(column: pd.Series, before, after) -> tuple:
    there = sorted(column.unique().tolist())
    if before is None and after is None:
        if len(there) != 2:
            raise ValueError(
                f"{column.name}: {len(there)} wave(s) {there[:5]}; two are needed: name them with "
                "before= and after="
            )
        return tuple(there)
    if unknown := [w for w in (before, after) if w not in there]:
        raise ValueError(f"{column.name}: no wave {unknown[0]!r}; there are {there}")
    return before, after


def _treated(values: pd.Series, treated) -> np.ndarray:
    names = sorted(values.unique().tolist(), key=str)
    if len(names) != 2:
        raise ValueError(
            f"{values.name}: {len(names)} group(s) {names[:5]}; exactly two are compared: leave "
            "out the rows of others"
        )
    if treated is None:
        if not set(names) <= {0, 1}:
            raise ValueError(f"{values.name}: say which of {names} is treated=")
        treated = 1
    if treated not in names:
        raise ValueError(f"{values.name}: no group {treated!r}; there are {names}")
    return (values == treated).to_numpy(dtype=bool)
