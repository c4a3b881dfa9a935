"""What each report depends on, remembered so that asking again needs no table to be read.

The truth is ``report_data(workspace, city, year)``: the slice of tables that a report may read,
with a digest and the raw files it comes from. Working it out takes seconds for all reports, so the
answer is kept in ``data/processed/inputs.json`` under the hash of everything it was worked out
from (raw files, register, library, environment). It is a memory, never a proof: remove it at
will.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from skk_analysis.programme import City
from skk_analysis.reporting.fingerprint import code_hash, digest, environment_hash, raw_hash
from skk_analysis.workspace import Workspace, write_json

MEMORY = "inputs.json"


@dataclass(frozen=True)
class Inputs:
    """The data of one city and year: digest and names of raw resources, or why there are none."""

    data: str
    resources: tuple[str, ...]
    problem: str = ""


def inputs(
    workspace: Workspace, wanted: Iterable[tuple[City, int]]
) -> dict[tuple[str, int], Inputs]:
    """The inputs by city key and year; what is remembered is not worked out again."""
    memory = workspace.processed / MEMORY
    basis = digest(raw_hash(workspace), code_hash(), environment_hash())
    known = _recall(memory, basis)
    fresh = {}
    for city, year in wanted:
        if (city.key, year) not in known and (city.key, year) not in fresh:
            fresh[city.key, year] = _work_out(workspace, city, year)
    known |= fresh
    good = {f"{key}/{year}": asdict(i) for (key, year), i in known.items() if not i.problem}
    if fresh:
        write_json(memory, {"basis": basis, "inputs": dict(sorted(good.items()))})
    return known


def _work_out(workspace: Workspace, city: City, year: int) -> Inputs:
    """Ask the report itself; one city's trouble must not stop the others."""
    from skk_analysis.reporting.city_year import report_data

    try:
        data = report_data(workspace, city.name_fi, year)
        return Inputs(data.digest(), tuple(sorted(r.name for r in data.resources)))
    except Exception as error:
        return Inputs("", (), f"{type(error).__name__}: {error}")


def _recall(memory: Path, basis: str) -> dict[tuple[str, int], Inputs]:
    try:
        content = json.loads(memory.read_text("utf-8"))
        if content["basis"] != basis:
            return {}
        return {
            (name.split("/")[0], int(name.split("/")[1])): Inputs(
                item["data"], tuple(item["resources"])
            )
            for name, item in content["inputs"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return {}
