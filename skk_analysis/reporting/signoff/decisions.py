"""Deciding on published reports: into the ledger, and onto the site, while the workspace is held.

The ledger comes first: once an entry is there it counts, and a site that could not be stamped is
stamped by the next ``skk reports``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skk_analysis.language import LANGUAGES
from skk_analysis.reporting.cleaned import is_clean
from skk_analysis.reporting.execute import EXECUTION_TIMEOUT
from skk_analysis.reporting.kinds import KINDS, Kind
from skk_analysis.reporting.lock import only_writer
from skk_analysis.reporting.plan import listed_reports, plan, unknown
from skk_analysis.reporting.publication import adopt, publish
from skk_analysis.reporting.report import Report
from skk_analysis.reporting.signoff.facts import (
    Facts,
    failures,
    published_checks,
    published_told,
    read_facts,
)
from skk_analysis.reporting.signoff.statuses import ledger_of
from skk_analysis.reporting.site import staged
from skk_analysis.review import ledger
from skk_analysis.review.book import Book, checker
from skk_analysis.review.changed import keep
from skk_analysis.review.ledger import Draft, Entry, LedgerError, folder_of
from skk_analysis.review.persons import checked_name
from skk_analysis.review.review_file import ReviewFileError, drafts_of, read_review_file
from skk_analysis.review.signatures import Key
from skk_analysis.workspace import SkkError, Workspace

CHANGED = "the raw data or the code have changed since: run 'skk reports'"


@dataclass(frozen=True)
class Voice:
    """Who decides.

    Parameters
    ----------
    name, body, role : of the person; role as in `skk_analysis.review.actions.ROLES`
    ties : to what is judged, as in `skk_analysis.review.actions.TIES`
    ties_told : the same in words
    key : signs the entries
    """

    name: str
    body: str
    role: str = "reviewer"
    ties: Sequence[str] = ()
    ties_told: str = ""
    key: Key | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a review file: its entries, or that it was taken in before."""

    report: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def again(self) -> bool:
        """Whether it was taken in before, so that nothing was added."""
        return not self.entries


def decide(
    workspace: Workspace,
    report: Report,
    voice: Voice,
    action: str,
    kinds: Sequence[Kind] = KINDS,
    **payload: Any,
) -> Entry:
    """Add one decision about a published report, and stamp the site.

    Parameters
    ----------
    report : published and untouched
    voice : who decides
    action : as in `skk_analysis.review.actions.ACTIONS`, with its ``payload``. What the machine
        says is filled in: ``failed`` of ``sign``, ``check_hash`` of ``waive``, ``computed`` of a
        changed grade, ``shown`` of a comment.

    Returns
    -------
    Entry

    Raises
    ------
    LedgerError
        If the rules do not allow it, or the ledger does not hold together; nothing is added.
    """
    with _deciding(workspace, action):
        facts = _facts(report)
        told = {**payload, "ties": list(voice.ties), "ties_told": voice.ties_told}
        told |= _of_machine(workspace, report, facts, action, payload)
        draft = Draft(
            action, _name(voice.name, "name"), _name(voice.body, "organisation"), voice.role,
            facts.report, facts.report_hash, facts.data_hash, facts.code, told,
        )  # fmt: skip
        [entry] = _append(workspace, report, [draft], voice.key)
        restamp(workspace, kinds)
        return entry


def take_in(
    workspace: Workspace,
    file: Path,
    find: Callable[[str], Report],
    key: Key | None = None,
    kinds: Sequence[Kind] = KINDS,
) -> Taken:
    """Take a saved review file in, whole or not at all; the same file again changes nothing.

    Parameters
    ----------
    file : as the review page saved it
    find : the report of a name such as ``espoo/2019/fi``
    key : signs the entries, for a person who has registered one

    Raises
    ------
    ReviewFileError
        If it is no such file, or the report is not what it was when the file was saved.
    LedgerError
        If a rule does not allow one of its decisions.
    """
    with _deciding(workspace, "import"):
        try:
            saved = read_review_file(file.read_bytes())
            report = find(saved.report)
            facts = _facts(report)
            there = ledger_of(workspace)
            there.check()
            book = Book(there.entries)
            if saved.checksum in book.files:
                return Taken(saved.report)
            _is_current(saved, facts)
            if lost := there.lacks([saved.anchor] if saved.anchor else []):
                raise ReviewFileError("; ".join(lost))
            drafts = drafts_of(
                saved,
                is_open=bool(book.review(saved.report).entries),
                failures=failures(published_checks(report)),
                shown=facts.anchors,
                computed_grade=lambda name: _graded(workspace, facts, name),
            )
            entries = _append(workspace, report, drafts, key)
        except (ReviewFileError, LedgerError) as error:
            raise type(error)(f"{file} was not taken in: {error}") from error
        restamp(workspace, kinds)
        return Taken(saved.report, entries)


def register_key(workspace: Workspace, voice: Voice, public_key: str) -> Entry:
    """Register a person's public key; from then on only entries signed with it count as theirs.

    The entry is signed with the new key, or with the one that it replaces.
    """
    with _deciding(workspace, "key"):
        draft = Draft(
            "key", _name(voice.name, "name"), _name(voice.body, "organisation"), voice.role,
            payload={"public_key": public_key},
        )  # fmt: skip
        [entry] = _append(workspace, None, [draft], voice.key)
        return entry


def restamp(workspace: Workspace, kinds: Sequence[Kind] = KINDS) -> bool:
    """Write onto the site what the ledger gives, in one step; no report is made.

    Returns
    -------
    bool
        Whether anything was different.
    """
    listed = listed_reports(workspace, [], kinds)
    with staged(workspace) as stage:
        current = is_clean(workspace)
        orders = (
            plan(listed, workspace, EXECUTION_TIMEOUT)
            if current
            else [unknown(report, CHANGED) for report in listed]
        )
        adopt(stage, orders)
        return publish(stage, orders)


def find_report(workspace: Workspace, name: str, kinds: Sequence[Kind] = KINDS) -> Report:
    """The report of a name, such as ``espoo/2019/fi``, or of the path of its folder or page.

    Raises
    ------
    SkkError
        If there is none.
    """
    from skk_analysis.reporting.verify import report_at

    place = workspace.reports / name
    inside = place.resolve().is_relative_to(workspace.reports.resolve())
    if not (inside and name.split("/")[-1] in LANGUAGES):
        place = Path(name)
    return report_at(place, workspace, kinds)


def _deciding(workspace: Workspace, action: str) -> AbstractContextManager[None]:
    return only_writer(workspace, f"skk review {action}")


def _facts(report: Report) -> Facts:
    """The facts of a report that is published whole."""
    facts = read_facts(report.folder)
    if report.record() is None or facts is None:
        raise SkkError(f"{report} is not published whole. Run 'skk reports' and look again.")
    return facts


def _append(
    workspace: Workspace, report: Report | None, drafts: Sequence[Draft], key: Key | None
) -> list[Entry]:
    ledger_of(workspace).check()
    if report is not None:
        kept = keep(folder_of(workspace), published_told(report).content())
        if any(draft.report_hash != kept for draft in drafts):
            raise SkkError(f"{report}: its review.json is not of its page. Run 'skk reports'.")
    signing = key.public if key else ""
    return ledger.append(folder_of(workspace), drafts, key, checker(signing))


def _of_machine(
    workspace: Workspace, report: Report, facts: Facts, action: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """What belongs to a decision and no person has to tell."""
    failing = failures(published_checks(report))
    if action == "sign":
        return {"failed": failing}
    if action == "waive":
        check = str(payload.get("check"))
        if check not in failing:
            raise SkkError(
                f"The row {check!r} does not fail, so there is nothing to waive. Failing: "
                f"{', '.join(failing) or 'none'}."
            )
        return {"check_hash": failing[check]}
    if action == "judge" and payload.get("experiment"):
        return {"computed": _graded(workspace, facts, str(payload["experiment"]))}
    if action == "comment":
        anchor = str(payload.get("anchor", ""))
        if anchor and anchor not in facts.anchors:
            raise SkkError(
                f"{report} has no section, figure or number {anchor!r}; 'skk review status "
                "--anchors' lists them."
            )
        return {"shown": facts.anchors.get(anchor, "")}
    return {}


def _graded(workspace: Workspace, facts: Facts, experiment: str) -> int:
    """The grade of evidence that the machine computes for an experiment the report tells of."""
    from skk_analysis.impact.evaluate_experiment import evaluate_experiment

    if experiment not in facts.experiments:
        raise ReviewFileError(
            f"{facts.report} grades no experiment {experiment!r}; it grades "
            f"{', '.join(facts.experiments) or 'none'}"
        )
    grade = evaluate_experiment(experiment, workspace).grade
    if grade is None:
        raise ReviewFileError(f"{experiment} has no effect estimate, so no grade to change")
    return grade.sms


def _is_current(saved: Any, facts: Facts) -> None:
    """Refuse a file about another content than the one that is published."""
    for what, was, now in (
        ("content", saved.report_hash, facts.report_hash),
        ("data", saved.data_hash, facts.data_hash),
        ("code", saved.code, facts.code),
    ):
        if was != now:
            raise ReviewFileError(
                f"it is about another {what} of {facts.report} ({was[:12]}) than is published now "
                f"({now[:12]}): open the review page anew, load the file there, look and save again"
            )


def _name(name: str, what: str) -> str:
    try:
        return checked_name(name, what)
    except ValueError as error:
        raise SkkError(f"{error}.") from error
