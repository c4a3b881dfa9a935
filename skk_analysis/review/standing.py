"""Where a report stands between draft and approval: computed from the ledger, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from skk_analysis.review.book import NEEDED, Book
from skk_analysis.review.ledger import Anchor, Entry
from skk_analysis.review.persons import person


class Standing(StrEnum):
    """The words of the banner: Luonnos, Arvioitavana, Hyväksytty, Vanhentunut."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    VOID = "void"


@dataclass(frozen=True)
class Status:
    """Where one report stands, and why.

    Parameters
    ----------
    standing : one of four
    why : key of the reason, ``review.why.<why>`` in the catalogues
    who : names of those who signed what stands, or who decided last
    when : UTC time of the entry that decided; empty where there is none
    told : values of the reason, as text
    entry : the latest entry about the report; sequence 0 where there is none
    approved_hash : of the content that was approved last; empty where none was
    conditions : under which it was signed
    """

    standing: Standing = Standing.DRAFT
    why: str = "not_opened"
    who: tuple[str, ...] = ()
    when: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    entry: Anchor = Anchor(0, "")
    approved_hash: str = ""
    conditions: tuple[str, ...] = ()


def standing(book: Book, report: str, report_hash: str) -> Status:
    """Where a report stands.

    Parameters
    ----------
    book : of the ledger
    report : its folder, such as ``espoo/2019/fi``
    report_hash : of its content as it is published now

    Returns
    -------
    Status
        ``void`` with the reason ``changed`` if another content was approved and nobody has begun
        to review this one; what changed is not known here.
    """
    review = book.review(report)
    if not review.entries:
        return Status()
    last = review.entries[-1]
    common = {
        "entry": Anchor(last.sequence, last.hash),
        "approved_hash": review.approved.report_hash if review.approved else "",
    }
    if review.ended is not None:
        ended = review.ended
        void = ended.action == "void"
        return Status(
            Standing.VOID if void else Standing.DRAFT, "voided" if void else "returned",
            (ended.reviewer,), ended.time, {"reason": str(ended.payload["reason"])}, **common,
        )  # fmt: skip
    signed = review.signed(report_hash)
    names = tuple({person(entry.reviewer): entry.reviewer for entry in signed}.values())
    lacks = book.lacks(report, report_hash)
    if not lacks:
        why = "released" if _is_of(review.released, report_hash) else "signed"
        conditions = tuple(c for e in signed if (c := str(e.payload["conditions"]).strip()))
        when = signed[-1].time
        return Status(Standing.APPROVED, why, names, when, conditions=conditions, **common)
    if review.approved is not None and not _goes_on(review.approved, review.entries, report_hash):
        approved = review.approved
        those = [e for e in review.signatures if e.report_hash == approved.report_hash]
        who = tuple(entry.reviewer for entry in those)
        return Status(Standing.VOID, "changed", who, approved.time, **common)
    blocking = len(review.blocking())
    if blocking:
        return Status(
            Standing.IN_REVIEW, "blocked", names, last.time, {"count": str(blocking)}, **common
        )
    why = "independent" if lacks == ["independent"] else "waits"
    told = {} if why == "independent" else {"count": str(len(names)), "needed": str(NEEDED)}
    return Status(Standing.IN_REVIEW, why, names, last.time, told, **common)


def _is_of(entry: Entry | None, report_hash: str) -> bool:
    return entry is not None and entry.report_hash == report_hash


def _goes_on(approved: Entry, entries: list[Entry], report_hash: str) -> bool:
    """Whether somebody has looked at this content since the other one was approved."""
    return any(
        entry.report_hash == report_hash and entry.sequence > approved.sequence for entry in entries
    )
