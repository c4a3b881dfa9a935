"""What each report depends on, remembered so that asking again needs no table to be read.

The truth is ``report_data`` of a kind of report: the slice of tables that a report may read,
with a digest and the raw files it comes from. Working it out takes seconds for all reports, so the
answer is kept in ``data/processed/inputs.json`` under the hash of everything it was worked out
from (raw files, register, protected cells, library, environment). It is a memory, never a proof:
remove it at will.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from skk_analysis.reporting.disclosure.mask import mask_hash
from skk_analysis.reporting.fingerprint import code_hash, digest, environment_hash, raw_hash
from skk_analysis.reporting.kinds import Kind, Subject
from skk_analysis.reporting.reviewed import reviewed_grades
from skk_analysis.workspace import Workspace, reading_once, write_json

MEMORY = "inputs.json"
SAVED_EACH = 200
"""So many answers are lost at most when a run is killed while it works them out."""


@dataclass(frozen=True)
class Inputs:
    """The data of one subject: digest and names of raw resources, or why there are none."""

    data: str
    resources: tuple[str, ...]
    problem: str = ""


def inputs(workspace: Workspace, wanted: Iterable[tuple[Kind, Subject]]) -> dict[Subject, Inputs]:
    """The inputs of each subject; what is remembered is not worked out again."""
    memory, basis = workspace.processed / MEMORY, _basis(workspace)
    known = _recall(memory, basis)
    subjects = {subject: ("/".join(subject.folder), kind) for kind, subject in wanted}
    fresh = [item for item in subjects.items() if item[1][0] not in known]
    with reading_once(many=True):  # the run holds the workspace
        for number, (subject, (name, kind)) in enumerate(fresh, start=1):
            known[name] = worked_out(workspace, kind, subject)
            if number % SAVED_EACH == 0 or number == len(fresh):
                good = {name: asdict(found) for name, found in known.items() if not found.problem}
                write_json(memory, {"basis": basis, "inputs": dict(sorted(good.items()))})
    return {subject: known[name] for subject, (name, _) in subjects.items()}


def is_remembered(workspace: Workspace) -> bool:
    """Whether something is remembered that raw files and library have not outdated."""
    return bool(_recall(workspace.processed / MEMORY, _basis(workspace)))


def _basis(workspace: Workspace) -> str:
    grades = {name: list(judgement) for name, judgement in reviewed_grades(workspace).items()}
    hashes = (raw_hash(workspace), mask_hash(workspace), code_hash(), environment_hash())
    return digest(*hashes, grades)


def worked_out(workspace: Workspace, kind: Kind, subject: Subject) -> Inputs:
    """The inputs of one subject: ask the report itself; its trouble must not stop the others."""
    try:
        data = kind.data(workspace, subject)
        return Inputs(data.digest(), tuple(sorted(r.name for r in data.resources)))
    except Exception as error:
        return Inputs("", (), f"{type(error).__name__}: {error}")


def _recall(memory: Path, basis: str) -> dict[str, Inputs]:
    try:
        content = json.loads(memory.read_text("utf-8"))
        if content["basis"] != basis:
            return {}
        return {
            name: Inputs(item["data"], tuple(item["resources"]))
            for name, item in content["inputs"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
