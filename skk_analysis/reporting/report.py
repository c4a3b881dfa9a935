"""One report as a place on disk, and what its own record proves.

``reports/<subject>/<language>/`` (``espoo/2019/fi``) holds ``index.html``, ``notebook.ipynb``,
``results.json``, ``report.json``, ``ro-crate-metadata.json`` and what `companions` adds.
``report.json`` is the only proof that the report is complete: it names the run id and the hash of
every other file but the crate, which tells how and when the report was made (`run_record`) and is
in no hash because it holds times. What the ledger of reviews stamps on pages is in no hash either
(`stamp`). A report whose record is missing, unreadable or in conflict with
its files does not exist for us. A failed run leaves ``<language>.failed.json`` and
``<language>.failed.ipynb`` beside the folder and never touches what is inside.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from skk_analysis.reporting.kinds import Kind, Subject
from skk_analysis.reporting.stamp import content_hash
from skk_analysis.workspace import SkkError, Workspace, once, write_json

PAGE, NOTEBOOK, RESULTS, RECORD = "index.html", "notebook.ipynb", "results.json", "report.json"
CRATE = "ro-crate-metadata.json"
FORMAT = 1
FOLDER = re.compile(r"\w[\w.-]*")


class State(StrEnum):
    """What a reader has to know about a report before trusting it."""

    OK = "ok"
    OUTDATED = "outdated"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True)
class Record:
    """The content of ``report.json``: ingredients and outputs, no times and no paths."""

    run_id: str
    parameters: dict[str, Any]
    data: str
    code: str
    notebook: str
    environment: str
    data_date: str
    invented: bool
    sources: dict[str, str]
    outputs: dict[str, str]
    format: int = FORMAT


@dataclass(frozen=True)
class Failure:
    """The content of ``<language>.failed.json``: why the latest run gave no report."""

    run_id: str
    message: str


@dataclass(frozen=True)
class Report:
    """Kind, subject and language of one report, and where it lies: by default on the site."""

    workspace: Workspace
    kind: Kind
    subject: Subject
    language: str
    place: Path | None = None

    def __str__(self) -> str:
        return f"{self.subject.label} {self.language}"

    @property
    def parameters(self) -> dict[str, Any]:
        """What papermill injects. The workspace is not among them: it is a place, not an input."""
        return {**self.subject.parameters, "language": self.language}

    def at(self, place: Path) -> Report:
        """The same report in another folder that has the site's folders."""
        return replace(self, place=place)

    @property
    def path(self) -> Path:
        """Its folder, relative to the site.

        Raises
        ------
        SkkError
            If an id of the register would lead out of the site.
        """
        for name in self.subject.folder:
            if not FOLDER.fullmatch(name):
                raise SkkError(f"{name!r} is no name of a folder: correct the id in the register.")
        return Path(*self.subject.folder, self.language)

    @property
    def folder(self) -> Path:
        """Where the report lies."""
        return (self.place or self.workspace.reports) / self.path

    @property
    def failed_notebook(self) -> Path:
        """The notebook of the latest failed run."""
        return self.folder.with_name(f"{self.language}.failed.ipynb")

    @property
    def failure_file(self) -> Path:
        """The record of the latest failed run."""
        return self.folder.with_name(f"{self.language}.failed.json")

    def record(self) -> Record | None:
        """The record if the report is complete and untouched, else None."""
        return once(("record", self.folder), self._record)

    def _record(self) -> Record | None:
        try:
            record = Record(**json.loads((self.folder / RECORD).read_text("utf-8")))
            whole = record.outputs.keys() >= {PAGE, NOTEBOOK, RESULTS} and all(
                content_hash(self.folder / name) == expected
                for name, expected in record.outputs.items()
            )
            whole = whole and (self.folder / CRATE).is_file()
        except (OSError, ValueError, TypeError, AttributeError):
            return None
        return record if whole and record.format == FORMAT else None

    def failure(self) -> Failure | None:
        """The record of the latest failed run, if the latest run failed."""
        try:
            return Failure(**json.loads(self.failure_file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def state(self, run_id: str | None) -> State:
        """The state against the run id that present inputs give (None: it cannot be known)."""
        return self.standing(run_id)[0]

    def standing(self, run_id: str | None) -> tuple[State, Record | None, Failure | None]:
        """The state with the records that prove it; each file is read and hashed once."""
        record, failure = self.record(), self.failure()
        if record and record.run_id == run_id:
            state = State.OK
        elif failure and failure.run_id == run_id:
            state = State.FAILED
        else:
            state = State.OUTDATED if record else State.MISSING
        return state, record, failure

    def write_failure(self, failure: Failure) -> None:
        """Keep the reason of a failure beside the report."""
        write_json(self.failure_file, asdict(failure))

    def forget_failure(self) -> None:
        """Remove what an earlier failed run left."""
        self.failure_file.unlink(missing_ok=True)
        self.failed_notebook.unlink(missing_ok=True)
