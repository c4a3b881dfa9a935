"""What the programme's report computes, each thing once and only when a section asks for it."""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property

import pandas as pd

from skk_analysis import monitoring as m
from skk_analysis.impact import Effect, ExperimentDossier, evaluate_experiment
from skk_analysis.reporting.programme.data import ProgrammeData
from skk_analysis.synthesis import (
    GapMap,
    Synthesis,
    gap_map,
    known_table,
    synthesise,
    synthesise_effects,
)

WITH_COMPARISON = 3
"""Maryland grade from which a design has a comparison group before and after."""


class Analysis:
    """The computations of one report."""

    def __init__(self, data: ProgrammeData) -> None:
        self.data = data

    def table(self, name: str) -> pd.DataFrame | None:
        """A table of the register that has rows, else None."""
        table = self.data.register.get(name)
        return None if table is None or table.empty else table

    @property
    def experiments(self) -> pd.DataFrame:
        """The experiments that have started, one row each."""
        found = self.data.register.get("experiments")
        return pd.DataFrame({"id": pd.Series(dtype=str)}) if found is None else found

    # -- effects -------------------------------------------------------------------------------

    @cached_property
    def dossiers(self) -> dict[str, ExperimentDossier]:
        """Each experiment's effect, or why there is none."""
        return {name: evaluate_experiment(known) for name, known in self.data.inputs.items()}

    @cached_property
    def effects(self) -> dict[str, Effect]:
        """The effects that could be estimated."""
        return {name: d.effect for name, d in self.dossiers.items() if d.estimated}

    @cached_property
    def directions(self) -> dict[str, str]:
        """Favourable, unfavourable or open, of the experiments with an estimate."""
        found = {}
        for name, dossier in self.dossiers.items():
            if dossier.estimated:
                good = dossier.verdict.favourable
                found[name] = {True: "favourable", False: "unfavourable", None: "open"}[good]
        return found

    def grade(self, experiment: str) -> int | None:
        """Maryland grade of an experiment's evidence; None where there is no estimate."""
        dossier = self.dossiers.get(experiment)
        return dossier.grade.sms if dossier and dossier.grade else None

    def cost(self, experiment: str) -> float:
        """Euros by the end of the report's year; NaN where nothing is on record."""
        costs = self.table("costs")
        if costs is None:
            return math.nan
        mine = m.until(costs[costs["experiment"] == experiment], self.data.year, "year")
        return m.costs_of(mine).total

    @cached_property
    def together(self) -> Synthesis | None:
        """All effects as one, which the rules usually refuse; None with fewer than two."""
        return synthesise_effects(self.effects) if len(self.effects) > 1 else None

    @cached_property
    def by_outcome(self) -> dict[str, Synthesis]:
        """The syntheses of outcomes that more than one experiment has."""
        counts = Counter(effect.outcome for effect in self.effects.values())
        return {
            outcome: synthesise_effects(
                {name: e for name, e in self.effects.items() if e.outcome == outcome}
            )
            for outcome, count in counts.items()
            if count > 1
        }

    # -- literature ----------------------------------------------------------------------------

    @cached_property
    def studies(self) -> pd.DataFrame | None:
        """Studies of the literature with an effect of their own."""
        literature = self.table("literature")
        return None if literature is None else m.literature_studies(literature)

    @cached_property
    def literature(self) -> dict[str, Synthesis]:
        """By outcome: studies with a comparison group, pooled where that is defensible."""
        if self.studies is None:
            return {}
        compared = self.studies[self.studies["grade"] >= WITH_COMPARISON]
        alike = [set(compared["design"])]
        return {
            str(outcome): synthesise(mine.reset_index(drop=True), alike=alike)
            for outcome, mine in compared.groupby("outcome", sort=False)
        }

    @cached_property
    def known(self) -> pd.DataFrame:
        """Known, uncertain or unknown, for every dimension of social sustainability."""
        dimensions = self.table("dimensions")
        keys = list(dimensions["key"]) if dimensions is not None else []
        columns = ["finding", "studies", "grade", "lower", "upper"]
        rows = [self._finding(key) for key in keys]
        return known_table(pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns))

    def _finding(self, outcome: str) -> dict[str, object]:
        nothing = {"lower": math.nan, "upper": math.nan}
        studies = self.studies
        mine = studies[studies["outcome"] == outcome] if studies is not None else None
        if mine is None or mine.empty:
            return {"finding": outcome, "studies": 0, "grade": math.nan, **nothing}
        compared = mine[mine["grade"] >= WITH_COMPARISON]
        row = {"finding": outcome, "studies": len(mine), "grade": int(mine["grade"].max())}
        if compared.empty:
            return {**row, **nothing}
        row["studies"] = len(compared)
        synthesis = self.literature[outcome]
        if synthesis.pooled is not None:
            low, high = synthesis.pooled.distribution.interval()
            further = synthesis.pooled.distribution.prediction_interval()
            ends = {"prediction_lower": further[0], "prediction_upper": further[1]}
            return {**row, "lower": low, "upper": high, **ends}
        if len(compared) == 1:
            one = compared.iloc[0]
            low, high = (one["estimate"] + side * 1.96 * one["se"] for side in (-1, 1))
            return {**row, "lower": low, "upper": high}
        return {**row, **nothing}

    @cached_property
    def gaps(self) -> GapMap | None:
        """Where the literature has evidence: dimensions × types of measure."""
        literature, dimensions = self.table("literature"), self.table("dimensions")
        if literature is None or dimensions is None:
            return None
        cells = m.literature_cells(literature)
        types = list(dict.fromkeys(cells["type"]))
        return gap_map(cells, list(dimensions["key"]), types)

    # -- monitoring ----------------------------------------------------------------------------

    @cached_property
    def scaling(self) -> m.ScalingProfile | None:
        """RE-AIM of each experiment."""
        scaling = self.table("scaling")
        if scaling is None or self.experiments.empty:
            return None
        known = m.until(scaling, self.data.year, "decided")
        return m.scaling_profile(known, self.experiments, self.directions)

    @cached_property
    def criteria(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame] | None:
        """Criteria in force, experiments' mean scores, and ranks under other weights."""
        criteria, reviews = self.table("criteria"), self.table("peer_reviews")
        if criteria is None or reviews is None:
            return None
        day = f"{self.data.year}-12-31"
        force = m.criteria_on(criteria, day)
        mine = m.until(reviews, self.data.year)
        mine = mine[mine["experiment"].isin(self.experiments["id"])]
        if force.empty or mine.empty:
            return None
        scores = m.criteria_scores(mine, force)
        scored = scores.dropna(axis=1, how="all")
        return force, scores, m.rank_intervals(scored, force.loc[list(scored.columns)])
