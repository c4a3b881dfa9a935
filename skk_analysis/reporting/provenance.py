"""What the last section of a report displays: where each number came from.

Works alike in a run of ``skk reports`` and in JupyterLab, where the notebook is the one of the
repository; the run id is then the one that ``skk reports`` would give for the saved notebook.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from skk_analysis.reporting.fingerprint import NOTEBOOK, Versions, installed_versions, run_id
from skk_analysis.workspace import Resource

NOTEBOOK_VARIABLE = "SKK_NOTEBOOK"
"""The runner tells the kernel here which notebook it runs."""


class ReportData(Protocol):
    """The slice of data that one report reads (reporting.city_year)."""

    @property
    def resources(self) -> list[Resource]:
        """The raw files its rows come from."""

    def digest(self) -> str:
        """Hash of all that the slice holds."""


@dataclass(frozen=True)
class Provenance:
    """Sources, parameters, versions and hashes of one report."""

    run_id: str
    sources: list[Resource]
    parameters: dict[str, Any]
    versions: dict[str, str]
    digest: str
    code: str
    notebook: str
    environment: str

    @property
    def invented(self) -> bool:
        """Whether any input is demonstration data."""
        return any(source.invented for source in self.sources)


def provenance(
    data: ReportData, city: str, year: int, language: str, notebook: Path | None = None
) -> Provenance:
    """Where the report of a city and year comes from.

    Parameters
    ----------
    data : the report's data, as `report_data` gives it
    city, year, language : the report's parameters; ``city`` is the Finnish name
    notebook : the notebook; by default the one being run
    """
    place = notebook or Path(os.environ.get(NOTEBOOK_VARIABLE) or NOTEBOOK)
    versions = Versions.now(place)
    parameters = {"city": city, "year": year, "language": language}
    contents = data.digest()
    return Provenance(
        run_id=run_id(contents, parameters, versions),
        sources=list(data.resources),
        parameters=parameters,
        versions=installed_versions(),
        digest=contents,
        code=versions.code,
        notebook=versions.notebook,
        environment=versions.environment,
    )
