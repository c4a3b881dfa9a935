"""The slice of processed data and register that one experiment's card may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from skk_analysis.impact.experiment_inputs import ExperimentInputs
from skk_analysis.programme import City, Programme
from skk_analysis.reporting.data_slice import DataSlice
from skk_analysis.reporting.disclosure.mask import protected_cells
from skk_analysis.reporting.fingerprint import PICTURES
from skk_analysis.reporting.reviewed import reviewed_inputs
from skk_analysis.reporting.tables import reading_slice, resources_named
from skk_analysis.workspace import Resource, SkkError, Workspace

OWN_TABLES = (
    "artifacts", "canvas", "costs", "exposure", "learning", "milestones", "outputs", "partners",
    "peer_reviews", "phase_log", "roadmap", "scaling", "side_effects", "surveys", "tests",
    "tidier", "uses",
)  # fmt: skip
"""Tables of which the card reads the experiment's own rows."""

CITY_TABLES = ("attendance", "indicator_choices", "teams")
"""Tables of which it reads the city's rows."""

SHARED_TABLES = (
    "canvas_fields", "cities", "criteria", "dimensions", "disclosure_policy", "goals", "indicators",
    "literature", "logic_links", "phases", "workshops", "years",
)  # fmt: skip
"""Tables that it reads whole."""


@dataclass(frozen=True)
class ExperimentData(DataSlice):
    """All that one card reads; nothing outside it can change the card.

    Parameters
    ----------
    experiment : id of the experiment
    city : its city; None where the programme has no such city
    inputs : what its effect is estimated from
    register : tables of the programme register, its own rows where they tell experiments apart
    pictures : drawings of its model by the file's name in the register
    resources : raw files that the rows come from
    """

    experiment: str
    city: City | None
    inputs: ExperimentInputs
    register: Mapping[str, pd.DataFrame]
    pictures: Mapping[str, bytes]
    resources: list[Resource] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, Any]:
        """The experiment as the grid knows it."""
        return {"experiment": self.experiment}

    @property
    def row(self) -> Mapping[str, str]:
        """Its row of the register."""
        return self.inputs.experiment


@reading_slice()
def report_data(workspace: Workspace, experiment: str) -> ExperimentData:
    """Read the slice of one card.

    Parameters
    ----------
    workspace : a cleaned workspace
    experiment : id in the register

    Raises
    ------
    SkkError
        If the register has no such experiment, or the data have not been cleaned.
    """
    programme = Programme.of(workspace)
    protected_cells(workspace)
    try:
        known = reviewed_inputs(workspace, [experiment])[experiment]
    except ValueError as error:
        raise SkkError(str(error)) from error
    code = known.experiment.get("city_code", "")
    register = _register(programme, experiment, code)
    named = set(known.resources)
    return ExperimentData(
        experiment=experiment,
        city=next((city for city in programme.cities() if city.code == code), None),
        inputs=known,
        register=register,
        pictures=_pictures(workspace, register.get("artifacts")),
        resources=resources_named(workspace, named),
    )


def _register(programme: Programme, experiment: str, city: str) -> dict[str, pd.DataFrame]:
    tables = {}
    for names, column, value in (
        (OWN_TABLES, "experiment", experiment),
        (CITY_TABLES, "city_code", city),
        (SHARED_TABLES, "", ""),
    ):
        for name in names:
            table = programme.optional_table(name)
            if table is None:
                continue
            if column in table.columns:
                table = table[table[column] == value]
            elif column:
                table = table.iloc[:0]
            tables[name] = table.reset_index(drop=True)
    surveys = programme.optional_table("surveys")
    if surveys is not None and "city_code" in surveys:
        tables["city_surveys"] = surveys[surveys["city_code"] == city].reset_index(drop=True)
    reviews = programme.optional_table("peer_reviews")
    if reviews is not None:
        pairs = reviews[["experiment", "city_code", "reviewer_city_code"]]
        tables["reviewers"] = pairs.drop_duplicates().reset_index(drop=True)
    return tables


def _pictures(workspace: Workspace, artifacts: pd.DataFrame | None) -> dict[str, bytes]:
    """Pictures that the register names, of those that lie inside the workspace's raw data."""
    found: dict[str, bytes] = {}
    if artifacts is None or "file" not in artifacts:
        return found
    root = workspace.raw.resolve()
    for name in filter(None, artifacts["file"]):
        path = (root / name).resolve()
        if path.is_relative_to(root) and path.suffix.lower() in PICTURES and path.is_file():
            found[name] = Path(path).read_bytes()
    return found
