"""Where reports stand, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from skk_analysis.language import LANGUAGES
from skk_analysis.reporting.plan import listed_reports
from skk_analysis.reporting.report import Report
from skk_analysis.reporting.signoff.facts import failures, published_checks, read_facts
from skk_analysis.reporting.signoff.statuses import ledger_of, statuses
from skk_analysis.review.book import Book, Review
from skk_analysis.review.words import Words, status_text
from skk_analysis.workspace import Workspace

LANGUAGE = LANGUAGES[-1]
"""The terminal speaks English, as all of ``skk``."""


def overview(workspace: Workspace) -> Iterator[str]:
    """One line a published report."""
    reports = [r for r in listed_reports(workspace, []) if read_facts(r.folder) is not None]
    if not reports:
        yield f"No report has been published in {workspace.reports}."
    for report, status in statuses(workspace, reports).items():
        yield f"{report.path.as_posix()}: {status_text(status, LANGUAGE)}"


def details(workspace: Workspace, report: Report, anchors: bool = False) -> Iterator[str]:
    """Where one report stands, what its approval lacks, and the thread."""
    facts = read_facts(report.folder)
    status = statuses(workspace, [report])[report]
    yield f"{report.path.as_posix()}: {status_text(status, LANGUAGE)}"
    for change in (status.changes or ())[:20]:
        before, now = change.shown(LANGUAGE)
        yield f"  changed: {change.id}: {before} → {now}"
    if facts is None:
        return
    review = Book(ledger_of(workspace).entries).review(facts.report)
    failing = failures(published_checks(report))
    for row, check_hash in failing.items():
        waiver = review.waived(row, check_hash, facts.report_hash)
        told = f"waived by {waiver.reviewer}" if waiver else "no waiver"
        yield f"  machine's row {row}: does not pass ({told})"
    if rows := review.unanswered(facts.report_hash):
        yield f"  rows nobody has judged: {', '.join(rows)}"
    yield from _thread(review)
    if anchors:
        yield from (f"  {anchor}: {shown}" for anchor, shown in facts.anchors.items())


def _thread(review: Review) -> Iterator[str]:
    words = Words(LANGUAGE)
    for entry in review.entries:
        told = entry.payload
        if entry.action == "answer":
            continue
        about = told.get("row") or told.get("check") or told.get("anchor") or ""
        text = told.get("text") or told.get("reason") or told.get("conditions") or ""
        blocks = " [blocking]" if told.get("blocking") else ""
        head = f"  {entry.sequence}. {entry.time} {entry.reviewer} ({entry.body}): "
        yield f"{head}{words.act(entry.action)} {about}{blocks} {text}".rstrip()
        if entry.action == "comment":
            for answer in review.comments[entry.sequence].answers:
                yield f"     {answer.sequence}. {answer.reviewer}: {answer.payload['text']}"
