"""The slice of processed data and register that a year's comparison of the cities may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skk_analysis.impact.grade import Judgement
from skk_analysis.programme import City, Programme
from skk_analysis.reporting.analysis import CLASSES, GAPS
from skk_analysis.reporting.data_slice import DataSlice
from skk_analysis.reporting.reviewed import reviewed_grades
from skk_analysis.reporting.tables import (
    OBSERVED,
    named_resources,
    of_resources,
    of_units,
    postal_areas,
    reading_slice,
    resources_named,
    rows_of,
    year_row,
)
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.workspace import Resource, Workspace

VALUES = (
    "unit_level",
    "unit_code",
    "indicator",
    "reference_year",
    "group",
    "value",
    "count",
    "denominator",
    "status",
    "resource",
)
AREAS = ("unit_level", "unit_code", "city_code", "resource")
HOUSEHOLDS = (
    "city_code",
    "area_code",
    "year",
    "unit_id",
    "person_weight",
    "stratum",
    "cluster",
    "income",
    "resource",
)
RESPONSES = (
    "city_code",
    "year",
    "respondent_id",
    "group",
    "question",
    "answer",
    "weight",
    "status",
    "resource",
)
EXPERIMENTS = (
    "id",
    "city_code",
    "name_fi",
    "name_sv",
    "name_en",
    "level",
    "main_indicator",
    "assignment",
    "started",
)
"""Columns of the tables that the report reads."""

REGISTER_TABLES = (
    "comparisons",
    "disclosure_policy",
    "indicator_choices",
    "pandemic_exposure",
    "surveys",
)
"""Tables of the programme register that the report reads whole, where a workspace has them."""


@dataclass(frozen=True)
class CityView:
    """One city's part of the slice, as `reporting.analysis.Analysis` reads it."""

    city: City
    comparison_year: int
    year: int
    areas: pd.DataFrame
    households: pd.DataFrame
    observations: pd.DataFrame
    indicator_values: pd.DataFrame
    policy: Policy

    @property
    def years(self) -> tuple[int, int]:
        """The comparison year and the year."""
        return self.comparison_year, self.year


@dataclass(frozen=True)
class ComparisonData(DataSlice):
    """All that the comparison reads; nothing outside it can change the report.

    Parameters
    ----------
    year, comparison_year : the year, and the one that it is compared with
    start : the programme's first year
    pandemic_years : years up to the report's that the register marks so
    cities : cities of the programme in the register's order
    indicators : the indicator dictionary
    published : figures of every municipality and the country, up to the year
    area_values, observations, areas : of the cities' postal areas, in the two years
    households, responses : microdata of the cities in the two years
    municipalities : code and names
    experiments : experiments that are measured on a whole municipality
    register : tables of the programme register
    messages, cleaning : what cleaning said of the resources
    resources : raw files that the rows come from
    judgements : what reviewers decided about the grades of these experiments
    """

    year: int
    comparison_year: int
    start: int
    pandemic_years: tuple[int, ...]
    cities: tuple[City, ...]
    indicators: pd.DataFrame
    published: pd.DataFrame
    area_values: pd.DataFrame
    observations: pd.DataFrame
    areas: pd.DataFrame
    households: pd.DataFrame
    responses: pd.DataFrame
    municipalities: pd.DataFrame
    experiments: pd.DataFrame
    register: dict[str, pd.DataFrame]
    messages: pd.DataFrame
    cleaning: pd.DataFrame
    resources: list[Resource] = field(default_factory=list)
    judgements: Mapping[str, Judgement] = field(default_factory=dict)

    @property
    def years(self) -> tuple[int, int]:
        """The comparison year and the year."""
        return self.comparison_year, self.year

    @property
    def pandemic(self) -> bool:
        """Whether the report's year is marked as a pandemic year."""
        return self.year in self.pandemic_years

    @property
    def parameters(self) -> dict[str, Any]:
        """The year as the grid knows it."""
        return {"year": self.year}

    def of(self, city: City) -> CityView:
        """One city's part."""
        areas = self.areas[self.areas["city_code"] == city.code]
        codes = areas["unit_code"]
        mine = self.published[self.published["unit_code"] == city.code]
        own = self.area_values[self.area_values["unit_code"].isin(codes)]
        return CityView(
            city,
            self.comparison_year,
            self.year,
            areas.reset_index(drop=True),
            _of_city(self.households, city),
            self.observations[self.observations["unit_code"].isin(codes)],
            pd.concat([mine, own], ignore_index=True),
            self.policy,
        )


@reading_slice()
def report_data(workspace: Workspace, year: int) -> ComparisonData:
    """Read the slice of one comparison.

    Parameters
    ----------
    workspace : a cleaned workspace
    year : a year of the programme

    Raises
    ------
    SkkError
        If the programme has no such year, or the data have not been cleaned.
    """
    programme = Programme.of(workspace)
    row = year_row(programme, year)
    comparison = int(row["comparison_year"])
    both = [comparison, year]
    cities = tuple(programme.cities())
    codes = [city.code for city in cities]
    areas = postal_areas(workspace, codes, AREAS)
    postal = of_units("postal_area", list(areas["unit_code"]))
    frames = {
        "published": rows_of(
            workspace,
            "indicator_values",
            [
                ("unit_level", "in", ["municipality", "country"]),
                ("group", "==", "total"),
                ("reference_year", "<=", year),
            ],
            columns=VALUES,
        ),
        "area_values": rows_of(
            workspace,
            "indicator_values",
            [
                *postal,
                ("indicator", "in", [*GAPS, "population"]),
                ("reference_year", "in", both),
            ],
            columns=VALUES,
        ),
        "observations": rows_of(
            workspace,
            "observations",
            [
                *postal,
                ("indicator", "in", list(CLASSES.values())),
                ("reference_year", "in", both),
            ],
            columns=OBSERVED,
        ),
        "households": rows_of(
            workspace,
            "households",
            [("city_code", "in", codes), ("year", "in", both)],
            columns=HOUSEHOLDS,
        ),
        "responses": rows_of(
            workspace,
            "responses",
            [("city_code", "in", codes), ("year", "in", both), ("group", "==", "resident")],
            columns=RESPONSES,
        ),
    }
    named = named_resources([*frames.values(), areas])
    experiments = _experiments(programme)
    judged = reviewed_grades(workspace)
    return ComparisonData(
        year=year,
        comparison_year=comparison,
        start=min(programme.years()),
        pandemic_years=_pandemic(programme, year),
        cities=cities,
        indicators=programme.indicators(),
        areas=areas,
        municipalities=_municipalities(workspace),
        experiments=experiments,
        register={
            name: table
            for name in REGISTER_TABLES
            if (table := programme.optional_table(name)) is not None
        },
        messages=of_resources(workspace, "cleaning_messages", named),
        cleaning=of_resources(workspace, "cleaning_report", named),
        resources=resources_named(workspace, named),
        judgements={name: judged[name] for name in experiments["id"] if name in judged},
        **frames,
    )


def _of_city(frame: pd.DataFrame, city: City) -> pd.DataFrame:
    return frame[frame["city_code"] == city.code].reset_index(drop=True)


def _municipalities(workspace: Workspace) -> pd.DataFrame:
    columns = ["unit_code", "name_fi", "name_sv"]
    return rows_of(workspace, "areas", [("unit_level", "==", "municipality")], columns=columns)


def _pandemic(programme: Programme, year: int) -> tuple[int, ...]:
    """Pandemic years up to the report's: a later one is not known yet."""
    years = programme.table("years")
    marked = years.loc[years["pandemic"] == "yes", "year"].astype(int)
    return tuple(sorted(y for y in marked if y <= year))


def _experiments(programme: Programme) -> pd.DataFrame:
    """Experiments on whole municipalities; an empty table where there are none."""
    table = programme.optional_table("experiments")
    if table is None:
        return pd.DataFrame(columns=list(EXPERIMENTS))
    table = table.reindex(columns=list(EXPERIMENTS), fill_value="")
    return table[table["level"] == "municipality"].reset_index(drop=True)
