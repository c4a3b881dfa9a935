"""The slice of register and processed data that the programme's report of one year may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skk_analysis.impact import ExperimentInputs
from skk_analysis.programme import City, Programme
from skk_analysis.reporting.data_slice import DataSlice
from skk_analysis.reporting.disclosure.mask import protected_cells
from skk_analysis.reporting.reviewed import reviewed_inputs
from skk_analysis.reporting.tables import reading_slice, resources_named, year_row
from skk_analysis.workspace import Resource, Workspace

TABLES = (
    "artifacts", "attendance", "canvas", "cases", "cities", "cmo", "concepts", "context_events",
    "contributions", "costs", "criteria", "dac_answers", "decisions", "dimensions",
    "disclosure_policy", "events",
    "experiments", "funding", "goals", "indicator_choices", "indicators", "literature",
    "logic_links", "models", "outputs", "partners", "payments", "peer_reviews", "plan",
    "platform_activity",
    "programme_phases", "recommendations", "related_programmes", "roles", "scaling", "speakers",
    "surveys", "tests", "uses", "workshops", "years",
)  # fmt: skip
"""Tables of the register that the report shows, where the register has them."""


@dataclass(frozen=True, eq=False)
class ProgrammeData(DataSlice):
    """All that the report reads.

    Parameters
    ----------
    year : the report's year
    pandemic, decision : whether the register marks the year so
    cities : the cities that take part
    register : tables of the register by name
    inputs : what each experiment's effect is estimated from, up to the report's year
    resources : raw files that the figures come from
    """

    year: int
    pandemic: bool
    decision: bool
    cities: list[City]
    register: dict[str, pd.DataFrame]
    inputs: dict[str, ExperimentInputs]
    resources: list[Resource] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, Any]:
        """The report's parameters, the language excepted."""
        return {"year": self.year}


@reading_slice()
def report_data(workspace: Workspace, year: int) -> ProgrammeData:
    """Read the slice of one year.

    Parameters
    ----------
    workspace : a cleaned workspace
    year : a year of the programme; figures of later years are left out

    Raises
    ------
    SkkError
        If the programme has no such year, or the data have not been cleaned.
    """
    programme = Programme.of(workspace)
    protected_cells(workspace)
    register = {name: programme.table(name) for name in TABLES if name in programme.tables()}
    told = year_row(programme, year)
    experiments = register.get("experiments")
    started = _started(experiments, year)
    if experiments is not None:
        register["experiments"] = started
    inputs = reviewed_inputs(workspace, started["id"], year)
    named = {name for known in inputs.values() for name in known.resources}
    return ProgrammeData(
        year=year,
        pandemic=told["pandemic"] == "yes",
        decision=told["decision"] == "yes",
        cities=programme.cities(),
        register=register,
        inputs=inputs,
        resources=resources_named(workspace, named),
    )


def _started(experiments: pd.DataFrame | None, year: int) -> pd.DataFrame:
    """The experiments that had started by the end of the year, in the state they then had."""
    if experiments is None:
        return pd.DataFrame({"id": pd.Series(dtype=str)})
    begun = experiments["started"].str[:4]
    started = experiments[(begun != "") & (begun <= str(year))].reset_index(drop=True)
    later = (started["ended"] == "") | (started["ended"].str[:4] > str(year))
    return started.assign(status=started["status"].mask(later, "running"))
