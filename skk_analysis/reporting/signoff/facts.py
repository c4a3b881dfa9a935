"""What a review is bound to: the facts of a published report, in ``review.json`` beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from skk_analysis.language import date, text
from skk_analysis.reporting.report import PAGE, RESULTS, Report
from skk_analysis.review.actions import EXPERIMENT, MACHINE
from skk_analysis.review.ledger import canonical
from skk_analysis.review.page import Page, read_page
from skk_analysis.review.told import Told, told
from skk_analysis.workspace import SkkError

FACTS, REVIEW_PAGE, CHECKS = "review.json", "review.html", "checks.json"
FORMAT = 1
PASSES, MISSING = ("pass", "not_applicable"), "missing"
"""States of a machine's row; one that fails, or that nobody has checked, needs a waiver."""


@dataclass(frozen=True)
class Facts:
    """What a decision is about.

    Parameters
    ----------
    report : its folder, such as ``espoo/2019/fi``
    report_hash, data_hash, code : of the content, the data slice and the library
    experiments : those whose grade of evidence the report tells
    anchors : what comments can be about, with the text that is shown there
    """

    report: str
    report_hash: str
    data_hash: str
    code: str
    experiments: tuple[str, ...] = ()
    anchors: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def told_of(
    report: Report, page: Page, results: Sequence[Mapping[str, Any]], run_id: str, data_date: str
) -> Told:
    """What a report's page tells, less the sentence with run id and date of retrieval."""
    return told(page, results, [state_sentence(report.language, run_id, data_date)])


def state_sentence(language: str, run_id: str, data_date: str) -> str:
    """The sentence of a page that tells run id and date of retrieval, which are no content."""
    day = date(data_date, language) if data_date else text("page.unknown_date", language)
    return text("report.state", language, date=day, run_id=run_id)


def published_told(report: Report) -> Told:
    """What a published report tells, read from its files.

    Raises
    ------
    SkkError
        If it is not published, or was changed since it was made.
    """
    record = report.record()
    if record is None:
        raise SkkError(f"{report} is not published whole; run 'skk reports' first.")
    page = read_page((report.folder / PAGE).read_text("utf-8"))
    results = json.loads((report.folder / RESULTS).read_text("utf-8"))
    return told_of(report, page, results, record.run_id, record.data_date)


def graded(report: Report, results: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Experiments whose grade the report tells: a card's own, others' by their numbers."""
    own = str(report.parameters.get("experiment", ""))
    ids = (str(item.get("id", "")) for item in results)
    found = (re.fullmatch(r"experiments?\.([\w-]+)\.grade", id_) for id_ in ids)
    names = [own, *(match[1] for match in found if match)]
    return tuple(dict.fromkeys(name for name in names if EXPERIMENT.fullmatch(name)))


def read_facts(folder: Path) -> Facts | None:
    """The facts of the report in a folder; None if it has none."""
    try:
        item = json.loads((folder / FACTS).read_text("utf-8"))
        item["experiments"] = tuple(item["experiments"])
        return Facts(**item)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def rows(checks: bytes | None) -> list[dict[str, Any]]:
    """The 18 rows of the machine in their order; a row that is not there is ``missing``."""
    try:
        there = {str(item["id"]): item for item in json.loads(checks or b"{}").get("checks", [])}
    except (ValueError, TypeError, KeyError, AttributeError):
        there = {}
    found = []
    for name in MACHINE:
        row = {"status": MISSING, "told": "", "evidence": [], "details": [], **there.get(name, {})}
        status = row["status"] if row["status"] in (*PASSES, "fail") else MISSING
        found.append({**row, "id": name, "status": status})
    return found


def failures(checks: bytes | None) -> dict[str, str]:
    """The rows that need a waiver, each with the hash of what the machine says of it."""
    found = {}
    for row in rows(checks):
        if row["status"] not in PASSES and row["id"] != "approval":
            said = [
                row["id"],
                row["status"],
                str(row["told"]),
                list(map(str, row.get("details", []))),
            ]
            found[row["id"]] = hashlib.sha256(canonical(said)).hexdigest()
    return found


def published_checks(report: Report) -> bytes | None:
    """The machine's checks as they lie beside a report."""
    try:
        return (report.folder / CHECKS).read_bytes()
    except FileNotFoundError:
        return None
