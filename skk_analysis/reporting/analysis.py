"""What a report computes of one city, each thing once and only when a section asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from skk_analysis import metrics
from skk_analysis.estimate import Estimate
from skk_analysis.metrics.baseline import Baseline
from skk_analysis.metrics.change import Change, OverallVerdict
from skk_analysis.metrics.decomposition import CompositionChange, Decomposition
from skk_analysis.programme import City
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.small_groups import shown_rates

LINE = 0.6
"""The low-income line as a share of the median."""

INEQUALITY = ("gini", "theil_t", "s80s20", "palma", "percentile_ratio")
POLARISATION = ("wolfson", "duclos_esteban_ray")
SEGREGATION = ("dissimilarity", "isolation", "exposure", "theil_h")
FAMILIES = {
    "inequality": (*INEQUALITY, "low_income_rate"),
    "polarisation": POLARISATION,
    "segregation": ("dissimilarity", "isolation", "theil_h"),
}
"""Measures that are judged together; exposure is isolation's counterpart and not judged twice."""

UNITS = {
    "gini": "index",
    "theil_t": "score",
    "s80s20": "ratio",
    "palma": "ratio",
    "percentile_ratio": "ratio",
    "low_income_rate": "share",
    "wolfson": "score",
    "duclos_esteban_ray": "score",
    "dissimilarity": "index",
    "isolation": "index",
    "exposure": "index",
    "theil_h": "index",
    "between_share": "share",
}

GAPS = ("median_income", "low_income_class_share", "unemployed_share", "basic_education_share")
"""Area indicators whose gap between areas is followed."""

CLASSES = {
    "low": "paavo.hr_pi_tul",
    "middle": "paavo.hr_ke_tul",
    "high": "paavo.hr_hy_tul",
}
"""Residents by the country's income classes: lowest fifth, middle, highest fifth."""

AGREE = 4
"""Answers from here on, on a scale of 1 to 5, agree with a statement."""

COARSE = 3
"""Digits of the postal code that make the larger districts of a comparison."""

DIVISIONS = ("education", "age_group", "sex", "language")
"""How residents are divided into groups."""

DRAWS = 100
"""Random allocations behind the chance level of segregation."""


class CitySlice(Protocol):
    """One city's data of two years, as the computations read them."""

    @property
    def city(self) -> City: ...
    @property
    def year(self) -> int: ...
    @property
    def years(self) -> tuple[int, int]: ...
    @property
    def households(self) -> pd.DataFrame: ...
    @property
    def observations(self) -> pd.DataFrame: ...
    @property
    def indicator_values(self) -> pd.DataFrame: ...
    @property
    def policy(self) -> Policy: ...


@dataclass(frozen=True)
class Measured:
    """One measure in the years in which it could be computed, and its change."""

    name: str
    unit: str
    before: Estimate | None
    after: Estimate | None

    @cached_property
    def change(self) -> Change | None:
        """The change, where both years have a value."""
        if self.before is None or self.after is None:
            return None
        return metrics.change(self.before, self.after)

    @cached_property
    def ratio(self) -> Estimate | None:
        """After / before, where the change has a relative size."""
        return self.change.relative + 1 if self.change and self.change.relative else None


class Analysis:
    """The computations of one city."""

    def __init__(self, data: CitySlice) -> None:
        self.data = data

    # -- households ----------------------------------------------------------------------------

    @cached_property
    def _residents(self) -> metrics.SurveyDesign:
        """The residents of both years, a wave a year."""
        frame = self.data.households
        return metrics.SurveyDesign(
            frame,
            weights="person_weight",
            strata="stratum" if frame["stratum"].notna().all() else None,
            clusters="cluster" if frame["cluster"].notna().all() else "unit_id",
            waves="year",
        )

    @cached_property
    def households(self) -> dict[int, metrics.SurveyDesign]:
        """The residents' incomes by year, as domains of one design."""
        frame = self.data.households
        if frame.empty:
            return {}
        present = set(frame["year"].astype(int))
        return {
            year: self._residents.where((frame["year"] == year).to_numpy(dtype=bool))
            for year in self.data.years
            if year in present
        }

    @property
    def has_households(self) -> bool:
        """Whether there are household data of the report's year."""
        return self.data.year in self.households

    @cached_property
    def lines(self) -> dict[int, Estimate]:
        """The low-income line of each year: a share of the city's own median."""
        return {y: LINE * metrics.median(d, "income") for y, d in self.households.items()}

    @cached_property
    def income_measures(self) -> dict[str, Measured]:
        """Inequality, low income and polarisation in both years."""
        names = (*INEQUALITY, "low_income_rate", *POLARISATION)
        return {name: self._measured(name, getattr(metrics, name)) for name in names}

    def _measured(self, name: str, index: Callable) -> Measured:
        found = {year: _estimate(index, design) for year, design in self.households.items()}
        before, after = (found.get(year) for year in self.data.years)
        return Measured(name, UNITS[name], before, after)

    @cached_property
    def decompositions(self) -> dict[int, Decomposition]:
        """Theil T between and within areas by year, the chance part taken out of between."""
        found = {}
        for year, design in self.households.items():
            if (design.frame["income"].iloc[design.rows] >= 0).all():
                found[year] = metrics.decompose(design, "income", "area_code", correct=True)
        return found

    @cached_property
    def between_share(self) -> Measured:
        """The share of inequality that lies between areas, in both years."""
        found = {year: parts.share_between for year, parts in self.decompositions.items()}
        before, after = (found.get(year) for year in self.data.years)
        return Measured("between_share", UNITS["between_share"], before, after)

    @cached_property
    def area_rates(self) -> dict[str, Estimate]:
        """Share under the city's low-income line in each area, in the report's year."""
        design = self.households[self.data.year]
        line = self.lines[self.data.year]
        return {
            str(code): metrics.low_income_rate(part, "income", line=line)
            for (code,), part in self.shown_parts(design, "area_code", line)
        }

    def shown_parts(
        self, design: metrics.SurveyDesign, division: str, line: Estimate
    ) -> list[tuple[tuple, metrics.SurveyDesign]]:
        """The groups of a division whose low-income rate may be shown beside that of all."""
        known = design.frame[division].notna().to_numpy(dtype=bool)
        parts = list(design.where(known).split(division))

        def poor(of: metrics.SurveyDesign) -> tuple[int, int]:
            incomes = of.frame["income"].iloc[of.rows]
            return int((incomes < float(line.value)).sum()), of.n

        sizes = {name: poor(part) for name, part in parts}
        shown = shown_rates(sizes, self.data.policy, total=poor(design))
        return [(name, part) for name, part in parts if name in shown]

    def group_rates(self, division: str, year: int) -> dict[str, Estimate]:
        """Share under the city's low-income line by group, small groups left out."""
        design, line = self.households[year], self.lines[year]
        return {
            str(name): metrics.low_income_rate(part, "income", line=line)
            for (name,), part in self.shown_parts(design, division, line)
        }

    @cached_property
    def rates_by_group(self) -> dict[str, dict[int, dict[str, Estimate]]]:
        """Low-income rates by division, year and group."""
        return {
            division: {year: self.group_rates(division, year) for year in self.households}
            for division in DIVISIONS
        }

    def composition(self, division: str) -> CompositionChange | None:
        """Change of the low-income rate by who the residents are and how they fare."""
        if len(self.households) < 2:
            return None
        known, years = self._poor.frame[division].notna(), self._poor.frame["year"]
        before, after = (
            self._poor.where((known & (years == year)).to_numpy(dtype=bool))
            for year in self.data.years
        )
        return metrics.composition_change(before, after, "poor", division)

    @cached_property
    def _poor(self) -> metrics.SurveyDesign:
        """The residents of both years and whether they are under their year's low-income line."""
        frame = self.data.households
        lines = frame["year"].map({year: line.value for year, line in self.lines.items()})
        return self._residents.assign(poor=(frame["income"] < lines).astype(float))

    # -- areas ---------------------------------------------------------------------------------

    @cached_property
    def class_counts(self) -> dict[int, pd.DataFrame]:
        """Residents of each area by income class, by year; areas with all three classes known."""
        rows = self.data.observations
        rows = rows[
            rows["indicator"].isin(CLASSES.values())
            & (rows["status"] == "observed")
            & (rows["group"] == "total")
        ]
        wide = rows.pivot_table(
            index=["reference_year", "unit_code"],
            columns="indicator",
            values="value",
            aggfunc="last",
        ).reindex(columns=list(CLASSES.values()))
        wide = wide.dropna().set_axis(list(CLASSES), axis=1)
        return {
            int(year): part.droplevel(0).astype(float)
            for year, part in wide.groupby(level=0)
            if len(part) > 1
        }

    @cached_property
    def segregation_areas(self) -> list[str]:
        """Areas that are in the segregation figures of both years."""
        present = [
            set(self.class_counts[y].index) for y in self.data.years if y in self.class_counts
        ]
        return sorted(set.intersection(*present)) if present else []

    def counts(self, year: int) -> pd.DataFrame | None:
        """The income classes of the areas that both years have; None where not published."""
        if year not in self.class_counts:
            return None
        return self.class_counts[year].loc[self.segregation_areas]

    @cached_property
    def segregation_measures(self) -> dict[str, Measured]:
        """Dissimilarity, isolation, exposure and H of income classes in both years."""
        found = {}
        for name in SEGREGATION:
            before, after = (self.segregation(name, self.counts(year)) for year in self.data.years)
            found[name] = Measured(name, UNITS[name], before, after)
        return found

    @staticmethod
    def segregation(name: str, counts: pd.DataFrame | None) -> Estimate | None:
        """One segregation index from areas × income classes."""
        if counts is None or len(counts) < 2:
            return None
        return _segregation(name, counts, getattr(metrics, name))

    @cached_property
    def chance(self) -> dict[str, Baseline]:
        """What random placing of the same people would give in the report's year."""
        counts = self.counts(self.data.year)
        if counts is None or len(counts) < 2:
            return {}
        groups = {
            "dissimilarity": counts[["low", "high"]],
            "theil_h": counts[["low", "high", "middle"]],
        }
        return {
            name: metrics.randomisation_baseline(getattr(metrics, name), table, draws=DRAWS)
            for name, table in groups.items()
        }

    @cached_property
    def measures(self) -> dict[str, Measured]:
        """All measures of the report's inequality table that have a value in its year."""
        everything = {**self.income_measures, **self.segregation_measures}
        return {name: one for name, one in everything.items() if one.after is not None}

    @cached_property
    def verdicts(self) -> dict[str, OverallVerdict]:
        """One verdict for each family of measures that has changes."""
        found = {}
        for family, names in FAMILIES.items():
            changes = {
                name: change
                for name in names
                if name in self.measures and (change := self.measures[name].change)
            }
            if changes:
                found[family] = metrics.overall_verdict(changes)
        return found

    @cached_property
    def clear_after_holm(self) -> tuple[int, int]:
        """How many changes were tested, and how many stay clear when all are tested together."""
        changes = {name: one.change for name, one in self.measures.items() if one.change}
        if not changes:
            return 0, 0
        table = metrics.overall_verdict(changes).table
        return len(table), int(table["clear"].sum())

    # -- indicators ----------------------------------------------------------------------------

    def city_row(self, indicator: str, year: int) -> dict[str, Any] | None:
        """The city's own row of an indicator in a year."""
        return self._city_rows.get((indicator, year))

    @cached_property
    def _city_rows(self) -> dict[tuple[str, int], dict[str, Any]]:
        rows = self.data.indicator_values
        mine = rows[(rows["unit_code"] == self.data.city.code) & (rows["group"] == "total")]
        records = mine.to_dict("records")
        return {(row["indicator"], int(row["reference_year"])): row for row in records}

    def area_values(self, indicator: str, year: int) -> pd.DataFrame:
        """Rows of an indicator for the city's areas in a year, indexed by area."""
        found = self._area_rows.get((indicator, year))
        return self.data.indicator_values.iloc[:0] if found is None else found

    @cached_property
    def _area_rows(self) -> dict[tuple[str, int], pd.DataFrame]:
        rows = self.data.indicator_values
        mine = rows[(rows["unit_level"] == "postal_area") & (rows["group"] == "total")]
        grouped = mine.set_index("unit_code").groupby(["indicator", "reference_year"], sort=False)
        return {(str(i), int(y)): part for (i, y), part in grouped}


def _estimate(index: Callable, design: metrics.SurveyDesign) -> Estimate | None:
    """An index of income; None where it is undefined for the incomes at hand."""
    try:
        return index(design, "income")
    except ValueError:
        return None


def _segregation(name: str, counts: pd.DataFrame, index: Callable) -> Estimate:
    if name == "dissimilarity":
        return index(counts, ["low", "high"])
    if name == "isolation":
        others = counts["middle"] + counts["high"]
        return index(pd.DataFrame({"low": counts["low"], "others": others}))
    return index(counts, ["low", "high", "middle"])


def coarser(table: pd.DataFrame) -> pd.DataFrame:
    """Areas × classes summed to the districts that the first digits of the code name."""
    return table.groupby(table.index.str[:COARSE]).sum()


def agreeing(answers: pd.DataFrame, policy: Policy) -> Estimate | None:
    """The weighted share that agrees with a statement; None for too few answers."""
    if len(answers) < policy.minimum_denominator:
        return None
    agree = answers["answer"].to_numpy(dtype=float) >= AGREE
    weights = answers["weight"].to_numpy(dtype=float)
    return metrics.proportion(agree.astype(float), weights=weights)


def wilson(share: float, n: float) -> tuple[float, float]:
    """The 95 % Wilson interval of a share of n (Wilson 1927)."""
    z = 1.959963984540054
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def weighted_quantile(values: np.ndarray, weights: np.ndarray, p: float) -> float:
    """The value below which a share ``p`` of the weight lies."""
    return metrics.quantile(values, weights=weights, p=p).value
