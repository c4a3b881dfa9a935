"""All reports of the site together: what their numbers give away that no single one does.

The answer is remembered in ``data/processed/disclosure_audit.json`` under the hash of what it was
worked out from, so that an idle run reads hashes only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from skk_analysis import protected
from skk_analysis.reporting.disclosure.mask import mask_hash, published_cells, published_file
from skk_analysis.reporting.disclosure.policies import policies
from skk_analysis.reporting.fingerprint import code_hash, digest
from skk_analysis.reporting.report import RESULTS, Record
from skk_analysis.review.disclosure.across import Finding, across
from skk_analysis.workspace import Workspace, sha256, write_json

if TYPE_CHECKING:
    from skk_analysis.reporting.report import Report

MEMORY = "disclosure_audit.json"
CODE = ("review/disclosure", "reporting/disclosure")


def batch_findings(workspace: Workspace, reports: Mapping[Report, Record | None]) -> list[Finding]:
    """What the reports that lie there tell together.

    Parameters
    ----------
    reports : every report of the site with its record; one without a record is passed over. Of a
        report in several languages one is read: its numbers are the same.
    """
    there: dict[str, tuple[Report, str]] = {}
    for report, record in reports.items():
        if record is not None:
            name = "/".join(report.subject.folder)
            there.setdefault(name, (report, record.outputs.get(RESULTS, "")))
    memory, basis = workspace.processed / MEMORY, _basis(workspace, there)
    try:
        known = json.loads(memory.read_text("utf-8"))
        if known["basis"] == basis:
            return [Finding(**one) for one in known["findings"]]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = _audited(workspace, [report for report, _ in there.values()])
    if workspace.processed.is_dir():
        write_json(memory, {"basis": basis, "findings": [asdict(one) for one in found]})
    return found


def _audited(workspace: Workspace, reports: Sequence[Report]) -> list[Finding]:
    records: dict[str, list[dict[str, Any]]] = {}
    earlier = published_cells(workspace)
    for report in reports:
        file, name = report.folder / RESULTS, "/".join(report.subject.folder)
        content = json.loads(file.read_text("utf-8"))
        records[name] = [r for r in content if isinstance(r, dict) and "unit" in r]
        if len(earlier):  # the present numbers are in the register, too
            mine = (earlier["report"] == name) & (earlier["report_hash"] == sha256(file))
            earlier = earlier[~mine]
    policy = policies(workspace).strictest(workspace.resources())
    return across(records, policy, earlier=earlier, hidden=_hidden(workspace))


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
    return digest(
        {name: hashed for name, (_, hashed) in there.items()},
        mask_hash(workspace),
        sha256(out) if out.is_file() else "",
        code_hash(CODE),
    )
