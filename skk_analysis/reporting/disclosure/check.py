"""The last door: a report that discloses something, in numbers or notebook, does not come to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.disclosure.policies import allowed, open_figures, policies
from skk_analysis.review.disclosure.gate import Fault, gate
from skk_analysis.review.disclosure.raw_rows import raw_rows
from skk_analysis.workspace import SkkError, Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from skk_analysis.reporting.report import Report

LISTED = 20
IDS = {"households": ["unit_id", "cluster"], "responses": ["respondent_id"]}
"""Columns of the processed tables that name a person or household."""


def check_disclosure(
    report: Report,
    notebook: NotebookNode,
    results: Sequence[Mapping[str, Any]],
    sources: Sequence[str],
) -> None:
    """See that a report that was run shows nothing that the limits forbid.

    Parameters
    ----------
    report : which one
    notebook : executed
    results : its numbers
    sources : names of the raw files that it comes from

    Raises
    ------
    SkkError
        With every number that breaks a rule (its id, never its value), and every output that holds
        rows of microdata, and the mend.
    """
    faults = [str(fault) for fault in faults_of(report, results, sources)]
    faults += [str(leak) for leak in raw_rows(notebook, known_ids(report.workspace))]
    if faults:
        more = f"\n… and {len(faults) - LISTED} more" if len(faults) > LISTED else ""
        raise SkkError(
            f"Disclosure control stops this report, {len(faults)} faults:\n"
            + "\n".join(faults[:LISTED])
            + more
        )


def faults_of(
    report: Report,
    results: Sequence[Mapping[str, Any]],
    sources: Sequence[str],
    *,
    excepted: bool = True,
) -> list[Fault]:
    """The numbers of a report that the strictest of its sources' limits forbid.

    ``excepted``: those for which an exception was granted are none.
    """
    used = [r for r in report.workspace.resources() if r.name in set(sources)]
    records = [r for r in results if isinstance(r, Mapping)]
    known = allowed(report) if excepted else open_figures(report)
    return gate(records, policies(report.workspace).strictest(used), allowed=known)


def known_ids(workspace: Workspace) -> frozenset[str]:
    """Every id of a respondent or household in the cleaned data."""
    found: set[str] = set()
    for name, columns in IDS.items():
        path = workspace.processed / f"{name}.parquet"
        if path.is_file():
            found |= _ids(path, tuple(columns), path.stat().st_mtime_ns)
    return frozenset(found)


@lru_cache(maxsize=4)
def _ids(path: Path, columns: tuple[str, ...], changed: int) -> frozenset[str]:  # noqa: ARG001
    """Kept for a worker's next report; ``changed`` makes it another key when the file is new."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(columns))
    found = (pc.unique(table[name]).to_pylist() for name in columns)
    return frozenset(one for names in found for one in names if one)
