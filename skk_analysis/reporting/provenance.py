"""What the last section of a report displays: where each number came from.

Works alike in a run of ``skk reports`` and in JupyterLab, where the notebook is the one of the
repository; the run id is then the one that ``skk reports`` would give for the saved notebook.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from skk_analysis.reporting.fingerprint import LIBRARY, Versions, installed_versions, run_id
from skk_analysis.workspace import Resource

NOTEBOOK_VARIABLE = "SKK_NOTEBOOK"
"""The runner tells the kernel here which notebook it runs."""


class ReportData(Protocol):
    """The slice of data that one report reads (`data_slice`)."""

    @property
    def resources(self) -> list[Resource]:
        """The raw files its rows come from."""

    @property
    def parameters(self) -> dict[str, Any]:
        """The report's parameters, the language excepted."""

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
    kind: str, data: ReportData, language: str, notebook: Path | None = None
) -> Provenance:
    """Where a report comes from.

    Parameters
    ----------
    kind : name of the kind of report
    data : the report's data, as its room's ``report_data`` gives it
    language : of the report
    notebook : the notebook; by default the one being run
    """
    told = os.environ.get(NOTEBOOK_VARIABLE)
    place = notebook or Path(told or LIBRARY.parent / "notebooks" / f"{kind}.ipynb")
    versions = Versions.now(place)
    parameters = {**data.parameters, "language": language}
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
