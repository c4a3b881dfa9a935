"""Where published reports stand, and what the ledger writes on their pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from skk_analysis.reporting.report import PAGE, RESULTS, Report
from skk_analysis.reporting.runner import Order
from skk_analysis.reporting.signoff.facts import FACTS, REVIEW_PAGE, read_facts
from skk_analysis.reporting.stamp import STATUS, THREAD, stamped
from skk_analysis.review.book import Book
from skk_analysis.review.changed import changed_numbers, kept
from skk_analysis.review.disclosure.former import silent
from skk_analysis.review.ledger import Anchor, Ledger, canonical, folder_of, read
from skk_analysis.review.standing import Standing, Status, standing
from skk_analysis.review.told import numbers_of
from skk_analysis.workspace import Workspace

SITE_FILE = FACTS
"""On the site: where every report stands, and the end of the ledger as an anchor."""
FORMAT = 1
MOST = 50
"""Changed numbers that the review page lists."""


def ledger_of(workspace: Workspace) -> Ledger:
    """The ledger, checked against its head and against what the published site quotes."""
    ledger = read(folder_of(workspace))
    anchor = site_anchor(workspace)
    return replace(ledger, faults=(*ledger.faults, *ledger.lacks([anchor] if anchor else [])))


def site_anchor(workspace: Workspace) -> Anchor | None:
    """The end of the ledger as the published site quotes it."""
    place = workspace.reports / SITE_FILE
    try:
        told = json.loads(place.read_text("utf-8"))["ledger"]
        return Anchor(int(told["length"]), str(told["head"]), f"reports/{SITE_FILE}")
    except (OSError, ValueError, KeyError, TypeError):
        return None


def statuses(workspace: Workspace, reports: Iterable[Report]) -> dict[Report, Status]:
    """Where each report stands by the ledger, for its content as it lies there.

    Parameters
    ----------
    workspace : whose ledger counts
    reports : each is looked at in its place; one that is not there is a draft

    Returns
    -------
    dict
        `Status` by report. If the ledger does not hold together nothing counts as approved.
    """
    ledger = ledger_of(workspace)
    book = Book(ledger.entries)
    return {report: _status(report, report.folder, ledger, book) for report in reports}


def _status(report: Report, folder: Path, ledger: Ledger, book: Book) -> Status:
    """Where the report stands that lies in a folder."""
    if ledger.faults:
        return Status(Standing.DRAFT, "ledger")
    name = report.path.as_posix()
    facts = read_facts(folder) if name in book.reviews else None
    found = standing(book, name, facts.report_hash if facts else "")
    if found.why != "changed":
        return found
    before = kept(folder_of(report.workspace), found.approved_hash)
    if before is None or facts is None:
        return found
    results = json.loads((folder / RESULTS).read_text("utf-8"))
    return replace(found, changes=changed_numbers(before["numbers"], numbers_of(results)))


def restamped(workspace: Workspace, reports: Sequence[Report]) -> Iterator[tuple[str, bytes]]:
    """The pages on which something else is stamped than the ledger gives, as they must be.

    Parameters
    ----------
    reports : each in the place whose pages are looked at

    Yields
    ------
    tuple
        Name relative to the site, and content.
    """
    ledger = ledger_of(workspace)
    book = Book(ledger.entries)
    for report in reports:
        status = _status(report, report.folder, ledger, book)
        for name in (PAGE, REVIEW_PAGE):
            try:
                there = (report.folder / name).read_bytes()
            except FileNotFoundError:
                continue
            wanted = stamped(there, stamps(report, status, book, name))
            if wanted != there:
                yield (report.path / name).as_posix(), wanted


def stamps(
    report: Report, status: Status, book: Book, page: str, folder: Path | None = None
) -> dict[str, str]:
    """What stands in the regions of one of a report's pages.

    A comment quotes what it is about; the numbers of a quotation go when its place is gone, because
    they may be hidden by now.
    """
    from skk_analysis.reporting.page.shell import environment
    from skk_analysis.review.words import Words, state_word, status_reason

    language = report.language
    templates = environment(language)
    state, reason = state_word(status, language), status_reason(status, language)
    banner = templates.get_template("status.html.j2")
    thread = templates.get_template("thread.html.j2")
    review = book.review(report.path.as_posix())
    plain = [e for e in review.entries if e.action == "judge" and not e.payload["text"]]
    facts = read_facts(folder or report.folder)
    anchors = facts.anchors if facts else {}

    def quoted(payload: Mapping[str, Any]) -> str:
        shown = str(payload["shown"])
        return shown if payload["anchor"] in anchors else silent(shown)

    told = {"status": status, "state": state, "reason": reason, "link": page != REVIEW_PAGE}
    changes = [(change.id, *change.shown(language)) for change in (status.changes or ())[:MOST]]
    return {
        STATUS: banner.render(**told),
        THREAD: thread.render(
            review=review,
            plain=plain,
            quoted=quoted,
            words=Words(language),
            changes=changes,
            **told,
        ),
    }


def stamp_faults(report: Report, folder: Path) -> list[str]:
    """Pages of a folder on which something else is stamped than the workspace's ledger gives."""
    ledger = ledger_of(report.workspace)
    book = Book(ledger.entries)
    status = _status(report, folder, ledger, book)
    found = []
    for name in (PAGE, REVIEW_PAGE):
        file = folder / name
        if not file.is_file():
            continue
        content = file.read_bytes()
        bare = stamped(content, {})
        if content not in (bare, stamped(content, stamps(report, status, book, name, folder))):
            found.append(f"what is stamped on {name} is not what the ledger says")
    return found


def site_file(orders: Sequence[Order]) -> dict[str, bytes]:
    """``review.json`` of the site: where every report stands, and the end of the ledger.

    If entries are missing that the published site quotes, its quotation is kept: it is the proof.
    """
    if not orders:
        return {}
    workspace = orders[0].report.workspace
    ledger = ledger_of(workspace)
    anchor = site_anchor(workspace) if ledger.faults else None
    head = anchor or ledger.head
    book = Book(ledger.entries)
    reports = [order.report for order in orders]
    found = {report: _status(report, report.folder, ledger, book) for report in reports}
    content = {
        "format": FORMAT,
        "ledger": {"length": head.sequence, "head": head.hash},
        "reports": {
            report.path.as_posix(): {
                "state": str(status.standing),
                "why": status.why,
                "who": list(status.who),
                "when": status.when,
                "entry": str(status.entry),
            }
            for report, status in found.items()
        },
    }
    return {SITE_FILE: canonical(content) + b"\n"}
