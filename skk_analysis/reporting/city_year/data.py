"""The slice of processed data and register that one city's report of one year may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.impact.experiment_inputs import ExperimentInputs
from skk_analysis.programme import City, Programme
from skk_analysis.reporting.data_slice import DataSlice
from skk_analysis.reporting.municipalities import city_named
from skk_analysis.reporting.reviewed import reviewed_inputs
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
from skk_analysis.workspace import Resource, Workspace, once, recently

PEERS = 10
"""How many comparison cities a city has at most."""

SIZE_RATIO = 4
"""A comparison city is at most so many times larger or smaller than the city."""

PUBLISHED = (
    "paavo.he_vakiy",
    "paavo.hr_ktu",
    "paavo.hr_mtu",
    "paavo.hr_pi_tul",
    "paavo.hr_ke_tul",
    "paavo.hr_hy_tul",
)
"""Publishers' variables that the report reads besides the indicators of the dictionary."""

REGISTER_TABLES = (
    "canvas",
    "canvas_fields",
    "concepts",
    "context_events",
    "costs",
    "criteria",
    "decisions",
    "dimensions",
    "disclosure_policy",
    "experiments",
    "indicator_choices",
    "logic_links",
    "milestones",
    "peer_reviews",
    "phase_log",
    "phases",
    "roadmap",
    "roles",
    "surveys",
    "tests",
)
"""Tables of the programme register that the report shows, where a workspace has them."""

OF_ALL_CITIES = ("peer_reviews",)
"""Tables read whole: how far reviewers agree, and who reviews whom in turn, needs every review."""


Filter = tuple[str, str, Any]


@dataclass(frozen=True)
class ReportData(DataSlice):
    """All that one report reads; nothing outside it can change the report.

    Parameters
    ----------
    city, year : what the report is about
    comparison_year : the year that it is compared with
    pandemic, decision : whether the year is marked so in the register
    indicators : the indicator dictionary
    indicator_values : values of the indicators for the city, its areas and its comparison cities
    observations : published figures of the city's areas
    areas, households, responses : the city's rows of the processed tables
    peers : codes of the comparison cities, nearest in population first
    first_year : the programme's first reported year
    register : tables of the programme register, the city's rows only (`OF_ALL_CITIES` excepted)
    experiments : what is known of each of the city's experiments by the end of the year
    messages, cleaning : what cleaning said of the resources
    resources : raw files that the rows come from
    """

    city: City
    year: int
    comparison_year: int
    pandemic: bool
    decision: bool
    indicators: pd.DataFrame
    indicator_values: pd.DataFrame
    observations: pd.DataFrame
    areas: pd.DataFrame
    households: pd.DataFrame
    responses: pd.DataFrame
    peers: pd.DataFrame
    first_year: int
    register: dict[str, pd.DataFrame]
    experiments: dict[str, ExperimentInputs]
    messages: pd.DataFrame
    cleaning: pd.DataFrame
    resources: list[Resource] = field(default_factory=list)

    @property
    def years(self) -> tuple[int, int]:
        """The comparison year and the year."""
        return self.comparison_year, self.year

    @property
    def parameters(self) -> dict[str, Any]:
        """City and year as the grid knows them."""
        return {"city": self.city.name_fi, "year": self.year}


@reading_slice()
def report_data(workspace: Workspace, city: City | str, year: int) -> ReportData:
    """Read the slice of one report.

    Parameters
    ----------
    workspace : a cleaned workspace
    city : a city of the programme or another municipality, or its name
    year : a year of the programme

    Raises
    ------
    SkkError
        If there is no such municipality or year, or the data have not been cleaned.
    """
    programme = Programme.of(workspace)
    city = city if isinstance(city, City) else city_named(workspace, city)
    row = year_row(programme, year)
    comparison = int(row["comparison_year"])
    areas = postal_areas(workspace, [city.code])
    peers = _peers(workspace, programme, city, year)
    postal = of_units("postal_area", list(areas["unit_code"]))
    frames = {
        "indicator_values": rows_of(
            workspace,
            "indicator_values",
            of_units("municipality", [city.code, *peers["unit_code"]]),
            postal,
        ),
        "observations": rows_of(
            workspace,
            "observations",
            [("indicator", "in", PUBLISHED), *postal],
            columns=OBSERVED,
        ),
        "households": rows_of(
            workspace,
            "households",
            [("city_code", "==", city.code), ("year", "in", [comparison, year])],
        ),
        "responses": rows_of(
            workspace,
            "responses",
            [("city_code", "==", city.code), ("year", "in", [comparison, year])],
        ),
    }
    register = recently(("register", programme, city), lambda: _register(programme, city))
    experiments = _experiments(workspace, register, year)
    named = named_resources([*frames.values(), areas])
    named = named.union(*(known.resources for known in experiments.values()))
    return ReportData(
        city=city,
        year=year,
        comparison_year=comparison,
        pandemic=row["pandemic"] == "yes",
        decision=row["decision"] == "yes",
        indicators=programme.indicators(),
        areas=areas,
        peers=peers,
        first_year=min(programme.years()),
        register=register,
        experiments=experiments,
        messages=of_resources(workspace, "cleaning_messages", named),
        cleaning=of_resources(workspace, "cleaning_report", named),
        resources=resources_named(workspace, named),
        **frames,
    )


def _peers(workspace: Workspace, programme: Programme, city: City, year: int) -> pd.DataFrame:
    """The municipalities outside the programme that are nearest to the city in population."""
    population = once(("population", workspace.processed), lambda: _population(workspace))
    population = population[population["reference_year"] <= year]
    latest = population.groupby("unit_code").tail(1)
    latest = latest.set_index("unit_code")["value"].astype(float)
    empty = pd.DataFrame({"unit_code": pd.Series(dtype=str), "population": pd.Series(dtype=float)})
    if city.code not in latest.index:
        return empty
    own = latest[city.code]
    left_out = {city.code, *(c.code for c in programme.cities())}
    others = latest.drop(list(left_out), errors="ignore")
    distance = np.log(others[others > 0] / own).abs().sort_values(kind="stable")
    chosen = distance[distance <= np.log(SIZE_RATIO)].index[:PEERS]
    return pd.DataFrame({"unit_code": list(chosen), "population": others[chosen].to_numpy()})


def _population(workspace: Workspace) -> pd.DataFrame:
    """The population of every municipality, earliest year first."""
    rows = rows_of(
        workspace,
        "indicator_values",
        [
            ("unit_level", "==", "municipality"),
            ("indicator", "==", "municipal_population"),
            ("status", "==", "observed"),
            ("group", "==", "total"),
        ],
        columns=("unit_code", "reference_year", "value"),
    )
    return rows.sort_values("reference_year")


def _register(programme: Programme, city: City) -> dict[str, pd.DataFrame]:
    """The register's tables; of those that tell cities apart, the city's rows."""
    tables = {}
    for name in REGISTER_TABLES:
        table = programme.optional_table(name)
        if table is None:
            continue
        for column in ("city", "city_code"):
            if column in table.columns and name not in OF_ALL_CITIES:
                mine = table[column].isin(["", city.code, city.key, city.name_fi])
                table = table[mine].reset_index(drop=True)
        tables[name] = table
    return tables


def _experiments(
    workspace: Workspace, register: dict[str, pd.DataFrame], year: int
) -> dict[str, ExperimentInputs]:
    """What each experiment's effect is estimated from, without figures later than the year."""
    rows = register.get("experiments")
    if rows is None:
        return {}
    return reviewed_inputs(workspace, rows["id"], year)
