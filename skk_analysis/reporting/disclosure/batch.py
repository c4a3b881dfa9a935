"""All reports of the site together: what their numbers give away that no single one does.

The answer is remembered in ``data/processed/disclosure_audit.json`` under the hash of what it was
worked out from, so that an idle run reads hashes only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from skk_analysis import protected
from skk_analysis.programme import Programme
from skk_analysis.reporting.disclosure.mask import mask_hash, published_cells, published_file
from skk_analysis.reporting.disclosure.policies import EXCEPTIONS, TABLES, policies
from skk_analysis.reporting.fingerprint import code_hash, digest
from skk_analysis.reporting.report import RESULTS, Record
from skk_analysis.review.disclosure.across import (
    FIELDS,
    Finding,
    across,
    shown_though_hidden,
)
from skk_analysis.review.disclosure.batch import FAIL, REVIEW
from skk_analysis.workspace import Workspace, sha256, write_json

if TYPE_CHECKING:
    from skk_analysis.reporting.report import Report

MEMORY = "disclosure_audit.json"
CODE = ("review/disclosure", "reporting/disclosure")


def batch_findings(workspace: Workspace, reports: Mapping[Report, Record | None]) -> list[Finding]:
    """What the reports that lie there tell together.

    Parameters
    ----------
    reports : every report of the site with its record; one without a record is passed over. Of
        editions with the same numbers one is read.
    """
    there: dict[str, tuple[Report, str]] = {}
    for report, record in reports.items():
        if record is not None:
            name, numbers = "/".join(report.subject.folder), record.outputs.get(RESULTS, "")
            if there.setdefault(name, (report, numbers))[1] != numbers:  # an older edition
                there[report.path.as_posix()] = (report, numbers)
    memory, basis = workspace.processed / MEMORY, _basis(workspace, there)
    try:
        known = json.loads(memory.read_text("utf-8"))
        if known["basis"] == basis:
            return [Finding(**one) for one in known["findings"]]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = _excepted(workspace, _audited(workspace, {n: r for n, (r, _) in there.items()}))
    if workspace.processed.is_dir():
        write_json(memory, {"basis": basis, "findings": [asdict(one) for one in found]})
    return found


def _audited(workspace: Workspace, reports: Mapping[str, Report]) -> list[Finding]:
    records: dict[str, list[dict[str, Any]]] = {}
    editions: dict[str, list[dict[str, Any]]] = {}
    earlier, present = published_cells(workspace), set()
    for name, report in reports.items():
        file = report.folder / RESULTS
        content = json.loads(file.read_text("utf-8"))
        own = [
            {field: record[field] for field in FIELDS if field in record}
            for record in content
            if isinstance(record, dict) and "unit" in record
        ]
        if name != "/".join(report.subject.folder):
            editions[name] = own
            continue
        records[name] = own
        present.add((name, sha256(file)))
    if len(earlier):  # the present numbers are in the register, too
        written = zip(earlier["report"], earlier["report_hash"], strict=True)
        earlier = earlier[[pair not in present for pair in written]]
    policy = policies(workspace).strictest(workspace.resources())
    hidden = _hidden(workspace)
    return [
        *across(records, policy, earlier=earlier, hidden=hidden),
        *shown_though_hidden(editions, hidden),
    ]


def _excepted(workspace: Workspace, found: Sequence[Finding]) -> list[Finding]:
    """The findings; what an exception was granted for is no fault, but a reviewer's to see."""
    table = Programme.of(workspace).optional_table(EXCEPTIONS)
    rows = table.to_dict("records") if table is not None else []
    granted = [(r["report"], r["output"]) for r in rows if r["decision"] == "granted"]

    def outcome(one: Finding) -> str:
        fits = any(
            all(fnmatchcase(folder, report) for folder in one.reports)
            and fnmatchcase(one.id, output)
            for report, output in granted
        )
        return REVIEW if fits and one.outcome == FAIL else one.outcome

    return [replace(one, outcome=outcome(one)) for one in found]


def _hidden(workspace: Workspace) -> frozenset[tuple[str, str, int]]:
    import pandas as pd

    path = workspace.processed / protected.FILE
    if not path.is_file():
        return frozenset()
    cells = pd.read_parquet(path, columns=["indicator", "unit_code", "reference_year"])
    years = cells["reference_year"].astype(int)
    return frozenset(zip(cells["indicator"], cells["unit_code"], years, strict=True))


def _basis(workspace: Workspace, there: Mapping[str, tuple[Report, str]]) -> str:
    out = published_file(workspace)
    tables = [workspace.programme / f"{name}.csv" for name in TABLES]
    return digest(
        {name: hashed for name, (_, hashed) in there.items()},
        mask_hash(workspace),
        [sha256(file) if file.is_file() else "" for file in (out, *tables)],
        code_hash(CODE),
    )
