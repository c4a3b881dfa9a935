"""What the comparison computes, each thing once and only when a section asks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from skk_analysis import metrics
from skk_analysis.estimate import Estimate
from skk_analysis.language import forms
from skk_analysis.metrics.baseline import Baseline
from skk_analysis.metrics.change import Change
from skk_analysis.reporting.analysis import DRAWS, Analysis, agreeing, coarser
from skk_analysis.reporting.city_comparison.data import ComparisonData
from skk_analysis.reporting.city_comparison.effects_analysis import Effects
from skk_analysis.reporting.city_comparison.marks import CityMarks, comparison_marks

FIRST_YEAR = 2010
"""Year-to-year variation is measured from here on."""

LEAST_CHANGES = 10
"""With fewer ordinary yearly changes in the cities, their variation is not told."""

SURVEY = ("kysely", "kokemus")
"""Kinds of indicators that come from a sample of people."""

DISTRICT, POSTAL_AREA = "district", "postal_area"
LEVELS = (POSTAL_AREA, DISTRICT)
"""The two area levels of segregation."""


@dataclass(frozen=True)
class Level:
    """An indicator in a city: both years, and what is known of how sure they are.

    Parameters
    ----------
    before, after : the values, None where not measured
    noise : how much the value usually differs from its own trend in a year, a standard deviation;
        NaN where unknown
    known : whether the values are whole counts of a register, of which any printed change is one
    """

    indicator: str
    before: Estimate | None
    after: Estimate | None
    noise: float
    known: bool

    @property
    def ranked(self) -> Estimate | None:
        """The year's value with the uncertainty that ranks are judged by."""
        if self.after is None or self.after.se > 0:
            return self.after
        return Estimate(self.after.value, self.noise)

    @cached_property
    def change(self) -> Change | None:
        """The change, where both years have a value."""
        if self.before is None or self.after is None:
            return None
        return metrics.change(self.before, self.after)

    @property
    def usual(self) -> float:
        """A yearly change that is larger than this is rarer than one in twenty."""
        return 1.959963984540054 * math.sqrt(2) * self.noise


class Comparison:
    """The computations of one comparison."""

    def __init__(self, data: ComparisonData) -> None:
        self.data = data
        self._chances: dict[tuple[str, str], Baseline] = {}
        self._levels: dict[tuple[str, str], Level] = {}
        self._noises: dict[str, float] = {}

    @cached_property
    def cities(self) -> dict[str, Analysis]:
        """Each city's own computations, by code."""
        return {city.code: Analysis(self.data.of(city)) for city in self.data.cities}

    @cached_property
    def marks(self) -> CityMarks:
        """Which indicators were agreed beforehand, city by city."""
        return comparison_marks(self.data)

    @cached_property
    def effects(self) -> Effects:
        """The programme's cities against the other municipalities."""
        return Effects(self.data, self.marks)

    # -- published figures and the residents' survey -----------------------------------------------

    @cached_property
    def _series(self) -> dict[tuple[str, str], dict[int, float]]:
        """Observed figures by (indicator, unit), each by year in order."""
        rows = self.data.published
        rows = rows[rows["status"] == "observed"].sort_values("reference_year", kind="stable")
        found: dict[tuple[str, str], dict[int, float]] = {}
        columns = (rows[name] for name in ("indicator", "unit_code", "reference_year", "value"))
        for indicator, unit, year, value in zip(*columns, strict=True):
            found.setdefault((indicator, unit), {})[int(year)] = float(value)
        return found

    def series(self, indicator: str, unit: str) -> dict[int, float]:
        """A unit's observed values of an indicator by year."""
        return self._series.get((indicator, unit), {})

    @cached_property
    def country(self) -> str:
        """The code of the whole country, ``""`` where there are no figures of it."""
        found = self.data.published.loc[self.data.published["unit_level"] == "country", "unit_code"]
        return str(found.iloc[0]) if len(found) else ""

    def level(self, indicator: str, code: str) -> Level:
        """An indicator in a city in both years."""
        if (indicator, code) not in self._levels:
            self._levels[indicator, code] = self._level(indicator, code)
        return self._levels[indicator, code]

    def _level(self, indicator: str, code: str) -> Level:
        row = self.data.indicators.loc[indicator]
        if row["level"] == "resident":
            before, after = (self._answers.get((indicator, code, y)) for y in self.data.years)
            return Level(indicator, before, after, math.nan, False)
        mine = self.series(indicator, code)
        sampled = row["kind"] in SURVEY
        before, after = (
            Estimate(mine[year], math.nan if sampled else 0.0) if year in mine else None
            for year in self.data.years
        )
        return Level(indicator, before, after, self.noise(indicator), not sampled)

    @cached_property
    def _answers(self) -> dict[tuple[str, str, int], Estimate | None]:
        """Weighted shares of residents who agree, by question, city and year."""
        rows = self.data.responses
        rows = rows[rows["status"] == "observed"]
        keys = ["question", "city_code", "year"]
        return {
            (str(question), str(code), int(year)): agreeing(part, self.data.policy)
            for (question, code, year), part in rows.groupby(keys, sort=False)
        }

    def noise(self, indicator: str) -> float:
        """How much a city's published figure usually departs from its own trend, NaN if unknown.

        The standard deviation is that of a year's figure, pooled over the programme's cities:
        √(Σ(Δ−Δ̄)²/2Σ(n−1)) over their yearly changes Δ, each city's mean change Δ̄ taken out, and
        the changes into and out of pandemic years left out.
        """
        if indicator not in self._noises:
            self._noises[indicator] = self._noise(indicator)
        return self._noises[indicator]

    def _noise(self, indicator: str) -> float:
        squares, count = 0.0, 0
        for city in self.data.cities:
            changes = self._ordinary(self.series(indicator, city.code))
            if len(changes) > 1:
                squares += float(((changes - changes.mean()) ** 2).sum())
                count += len(changes) - 1
        return math.sqrt(squares / (2 * count)) if count >= LEAST_CHANGES else math.nan

    def _ordinary(self, series: dict[int, float]) -> np.ndarray:
        """Changes from a year to the next, pandemic years and the report's own change left out."""
        struck = {*self.data.pandemic_years, self.data.year}
        years = [y for y in series if y >= FIRST_YEAR and y not in struck]
        return np.array([series[y] - series[y - 1] for y in years if y - 1 in years], dtype=float)

    def usual_change(self, indicator: str, unit: str) -> Estimate | None:
        """The mean ordinary yearly change of a unit and how much a single one differs from it."""
        changes = self._ordinary(self.series(indicator, unit))
        if len(changes) < 4:
            return None
        return Estimate(float(changes.mean()), float(changes.std(ddof=1)), n=len(changes))

    def verdict(self, level: Level, unit: str, decimals: int | None) -> str:
        """Grows, shrinks or unclear; ``none`` where it cannot be told.

        A register's total has no sampling: its direction is that of the printed numbers.
        """
        change = level.change
        if change is None:
            return "none"
        if not level.known:
            return "none" if math.isnan(change.absolute.se) else change.verdict
        places = forms.places(unit, decimals)
        before, after = (
            round(forms.scaled(e.value, unit), places) for e in (change.before, change.after)
        )
        return "grows" if after > before else "shrinks" if after < before else "unclear"

    # -- segregation at two area levels ------------------------------------------------------------

    def class_counts(self, code: str, level: str, year: int) -> pd.DataFrame | None:
        """Residents by area and income class; the areas that both years have."""
        table = self.cities[code].counts(year)
        if table is None or table.empty:
            return None
        return coarser(table) if level == DISTRICT else table

    def dissimilarity(self, code: str, level: str, year: int) -> Estimate | None:
        """Of the lowest and the highest income class; None where there are too few areas."""
        return self._dissimilarities[code, level, year]

    @cached_property
    def _dissimilarities(self) -> dict[tuple[str, str, int], Estimate | None]:
        return {
            (code, level, year): Analysis.segregation(
                "dissimilarity", self.class_counts(code, level, year)
            )
            for code in self.cities
            for level in LEVELS
            for year in self.data.years
        }

    def chance(self, code: str, level: str) -> Baseline:
        """Dissimilarity if the same people were placed in the areas at random."""
        if (code, level) not in self._chances:
            table = self.class_counts(code, level, self.data.year)
            self._chances[code, level] = metrics.randomisation_baseline(
                metrics.dissimilarity, table, ["low", "high"], draws=DRAWS
            )
        return self._chances[code, level]
