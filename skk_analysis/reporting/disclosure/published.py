"""The register of published cells: what left the house, when, and in which report. Append only.

``data/review/published_cells.parquet`` has a row for each number about persons that a published
report shows: its id, the value, how many persons it counts or rests on, the report with the hash of
its numbers, and the day. It is written before the site is switched: a run that is killed in between
counts a number as known that is not out yet, never the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from skk_analysis.reporting.disclosure.mask import (
    published_cells,
    published_file,
    still_protected,
)
from skk_analysis.reporting.report import RESULTS, Report
from skk_analysis.review.disclosure.across import cell_of, persons_of
from skk_analysis.workspace import Workspace, sha256

COLUMNS = {
    "id": "str",
    "value": "float64",
    "persons": "float64",
    "report": "str",
    "report_hash": "str",
    "date": "str",
}
SAME = ["id", "value", "persons", "report"]


def record_published(workspace: Workspace, reports: Sequence[Report], day: str = "") -> int:
    """Append what these reports show about persons; how many rows were added.

    Parameters
    ----------
    reports : complete, in the folders from which they are about to be published
    day : of publication; by default today (UTC)

    Notes
    -----
    A number that is in the register with the same value for the same report is not added again.
    Rows that are there are never changed.
    """
    file = published_file(workspace)
    before = sha256(file) if file.is_file() else ""
    known = published_cells(workspace).reindex(columns=list(COLUMNS)).astype(COLUMNS)
    today = day or datetime.now(UTC).date().isoformat()
    rows = [row for report in reports for row in _rows(report, today)]
    if not rows:
        return 0
    new = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS).drop_duplicates(SAME)
    seen = set(known[SAME].fillna(-1).itertuples(index=False, name=None))
    fresh = [row not in seen for row in new[SAME].fillna(-1).itertuples(index=False, name=None)]
    new = new[fresh]
    if new.empty:
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    pd.concat([known, new], ignore_index=True).to_parquet(temporary, index=False)
    temporary.replace(file)
    still_protected(workspace, before)
    return len(new)


def _rows(report: Report, day: str) -> Iterator[tuple[Any, ...]]:
    file = report.folder / RESULTS
    if not file.is_file():
        return
    name, hashed = "/".join(report.subject.folder), sha256(file)
    for record in json.loads(file.read_text("utf-8")):
        if not isinstance(record, dict) or "id" not in record:
            continue
        persons = persons_of(record)
        if persons is None and cell_of(str(record["id"])) is None:
            continue
        yield record["id"], record.get("value"), persons, name, hashed, day
