"""The programme's cities against the other municipalities: which outcomes, and their dossiers."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.reporting.city_comparison.data import ComparisonData
from skk_analysis.reporting.city_comparison.marks import CityMarks

if TYPE_CHECKING:
    from skk_analysis.impact import Evaluation, Panel, ProgrammeEvaluation

TOGETHER = "all"
"""The programme's cities together, as `evaluate_programme` calls them."""

METHODS = ("comparison_cities", "cities_synthetic_control")
"""Methods of the choice register that compare a city with other municipalities."""

MOST_UNAGREED = 1
"""How many outcomes are looked at where nothing was agreed."""


@dataclass(frozen=True)
class Own:
    """An outcome that one city agreed on for itself, and its row as an experiment."""

    city_code: str
    indicator: str
    start: int
    experiment: dict[str, str]


class Effects:
    """Dossiers of the outcomes that were agreed on for a comparison of municipalities."""

    def __init__(self, data: ComparisonData, marks: CityMarks) -> None:
        self.data = data
        self.marks = marks

    @cached_property
    def _choices(self) -> pd.DataFrame:
        """Choices made beforehand of municipal indicators and a comparing method."""
        choices = self.data.register.get("indicator_choices")
        empty = pd.DataFrame(columns=["city_code", "indicator"])
        if choices is None:
            return empty
        choices = choices[choices["method"].isin(METHODS)]
        choices = choices[choices["indicator"].isin(self._outcomes)]
        pairs = zip(choices["city_code"], choices["indicator"], strict=True)
        kept = [self._beforehand(code, name) for code, name in pairs]
        return choices[pd.Series(kept, choices.index, dtype=bool)]

    def _beforehand(self, code: str, indicator: str) -> bool:
        """Whether a city agreed on an indicator before its outcome could be known."""
        mine = self.marks.cities.get(code)
        return mine is not None and mine.status.get(indicator) == "beforehand"

    @cached_property
    def _outcomes(self) -> list[str]:
        """Municipal register indicators with values, in the dictionary's order."""
        rows = self.data.indicators
        usable = (rows["level"] == "municipality") & (rows["report"] == "yes")
        measured = set(self._measured)
        return [name for name in rows.index[usable & (rows["kind"] == "rekisteri")]
                if name in measured]  # fmt: skip

    @cached_property
    def _measured(self) -> list[str]:
        """Indicators that the cities have in the report's year and the years before the start."""
        rows = self.data.published
        codes = [city.code for city in self.data.cities]
        rows = rows[(rows["status"] == "observed") & rows["unit_code"].isin(codes)]
        years = rows.groupby("indicator")["reference_year"].agg(set)
        wanted = {self.data.start - 2, self.data.start - 1, self.data.year}
        return [name for name, found in years.items() if wanted <= {int(y) for y in found}]

    @cached_property
    def joint(self) -> list[str]:
        """Outcomes that every city agreed on; else the first ones of the dictionary."""
        found = self._choices.groupby("indicator")["city_code"].nunique()
        everyone = [name for name, count in found.items() if count == len(self.data.cities)]
        ordered = [name for name in self._outcomes if name in everyone]
        return ordered or self._outcomes[:MOST_UNAGREED]

    @property
    def beforehand(self) -> bool:
        """Whether the joint outcomes were agreed on beforehand."""
        return bool(self.joint) and self.joint[0] in set(self._choices["indicator"])

    @cached_property
    def own(self) -> list[Own]:
        """What single cities agreed on for themselves, with the start of the experiment.

        A choice without an experiment of its own is judged from the programme's start.
        """
        from skk_analysis.impact.programme_panel import first_full_year

        found = []
        chosen = self._choices[~self._choices["indicator"].isin(self.joint)]
        for _, row in chosen.drop_duplicates(["city_code", "indicator"]).iterrows():
            mine = self.data.experiments
            mine = mine[
                (mine["city_code"] == row["city_code"])
                & (mine["main_indicator"] == row["indicator"])
            ]
            experiment = {"id": "", "main_indicator": str(row["indicator"])}
            start = self.data.start
            if len(mine) and mine["started"].iloc[0]:
                experiment = {str(k): str(v) for k, v in mine.iloc[0].items()}
                start = first_full_year(experiment["started"])
            found.append(Own(row["city_code"], row["indicator"], start, experiment))
        return found

    def panel(self, indicators: list[str], treated: dict[Hashable, int]) -> Panel:
        """Municipalities × years; the programme's cities are nobody's comparison.

        The years are the last unbroken run in which every treated city has every indicator.
        """
        from skk_analysis.impact.programme_panel import panel_of

        others = [city.code for city in self.data.cities if city.code not in treated]
        rows = self.data.published
        first = self._first_year(indicators, [*treated])
        return panel_of(
            rows[rows["reference_year"] >= first],
            indicators,
            treated=treated,
            excluded=dict.fromkeys(others, "takes part in the programme"),
            exposure=self.data.register.get("pandemic_exposure"),
            pandemic=self.data.pandemic_years,
        )

    def _first_year(self, indicators: list[str], codes: list[Hashable]) -> int:
        """The first year from which on all these cities have all these indicators."""
        rows = self.data.published
        rows = rows[
            (rows["status"] == "observed")
            & rows["unit_code"].isin(codes)
            & rows["indicator"].isin(indicators)
        ]
        counts = rows.groupby("reference_year")["value"].count()
        whole = {int(y) for y, n in counts.items() if n == len(codes) * len(indicators)}
        year = self.data.year
        while year - 1 in whole:
            year -= 1
        return year

    def _options(self, indicator: str) -> dict[str, str]:
        row = self.data.indicators.loc[indicator]
        return {"unit": str(row["unit"]), "better": str(row["direction"])}

    @cached_property
    def programme(self) -> ProgrammeEvaluation | None:
        """Dossiers of the joint outcomes, of every city and of them all together.

        Outcomes are judged together, so that their number is accounted for. None where the data
        do not suffice: too few years or municipalities.
        """
        from skk_analysis.impact import evaluate_programme

        treated: dict[Hashable, int] = {city.code: self.data.start for city in self.data.cities}
        options = {name: self._options(name) for name in self.joint}
        primary = self.joint if self.beforehand else ()
        try:
            panel = self.panel(self.joint, treated)
            return evaluate_programme(panel, options, primary=primary, missing="drop")
        except ValueError:
            return None

    def dossier(self, indicator: str, unit: str) -> Evaluation | None:
        """The dossier of a city (or `TOGETHER`) on a joint outcome; None where there is none."""
        return self.programme.evaluations.get((unit, indicator)) if self.programme else None

    @property
    def adjusted(self) -> dict[tuple[str, str], float]:
        """p-values that account for the number of joint outcomes, by (indicator, unit)."""
        if self.programme is None:
            return {}
        rows = self.programme.table.set_index(["outcome", "unit"])
        return rows["p_adjusted"].to_dict()

    @cached_property
    def own_dossiers(self) -> dict[tuple[str, str], Evaluation]:
        """Dossiers of the cities' own outcomes by (city, indicator), of those that have begun.

        They are those of the experiments' cards, from the figures known by the report's year.
        """
        from skk_analysis.impact.evaluate_experiment import evaluate_experiment
        from skk_analysis.impact.experiment_inputs import ExperimentInputs

        found = {}
        for one in self.own:
            if one.start > self.data.year:
                continue
            row = self.data.indicators.loc[one.indicator]
            indicator = {str(key): str(value) for key, value in row.items()}
            panel = self.panel([one.indicator], {one.city_code: one.start})
            pandemic = self.data.pandemic_years
            judgement = self.data.judgements.get(one.experiment["id"])
            known = ExperimentInputs(
                one.experiment, indicator, panel, pandemic=pandemic, judgement=judgement
            )
            if evaluation := evaluate_experiment(known).evaluation:
                found[one.city_code, one.indicator] = evaluation
        return found
