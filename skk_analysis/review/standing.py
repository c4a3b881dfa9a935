"""Where a report stands between draft and approval: computed from the ledger, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from skk_analysis.review.book import NEEDED, Book
from skk_analysis.review.changed import NumberChange
from skk_analysis.review.ledger import Anchor, Entry
from skk_analysis.review.persons import person


class Standing(StrEnum):
    """The words of the banner: Luonnos, Arvioitavana, Hyväksytty, Vanhentunut."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    VOID = "void"


NOTHING = Anchor(0, "")


@dataclass(frozen=True)
class Status:
    """Where one report stands, and why.

    Parameters
    ----------
    standing : one of four
    why : key of the reason, ``review.why.<why>`` in the catalogues
    who : name and body of those who signed what stands, or of who decided last
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
    entry: Anchor = NOTHING
    approved_hash: str = ""
    conditions: tuple[str, ...] = ()
    changes: tuple[NumberChange, ...] | None = None
    """Of ``changed``: the numbers that are not those approved, largest first; None if unknown."""


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
    last, approved = review.entries[-1], review.approved
    found = Status(
        entry=Anchor(last.sequence, last.hash),
        approved_hash=approved.report_hash if approved else "",
        when=last.time,
    )
    if review.ended is not None:
        return _ended(found, review.ended)
    signed = review.signed(report_hash)
    names = tuple({person(entry.reviewer): named(entry) for entry in signed}.values())
    lacks = book.lacks(report, report_hash)
    if not lacks:
        why = "released" if _is_of(review.released, report_hash) else "signed"
        conditions = tuple(c for e in signed if (c := str(e.payload["conditions"]).strip()))
        found = replace(found, when=signed[-1].time, conditions=conditions)
        return replace(found, standing=Standing.APPROVED, why=why, who=names)
    other = approved is not None and approved.report_hash != report_hash
    if approved is not None and other and not _goes_on(approved, review.entries, report_hash):
        those = tuple(named(entry) for entry in review.signed(approved.report_hash))
        found = replace(found, standing=Standing.VOID, why="changed")
        return replace(found, who=those, when=approved.time)
    found = replace(found, standing=Standing.IN_REVIEW, who=names)
    if blocking := review.blocking():
        return replace(found, why="blocked", told={"count": str(len(blocking))})
    if lacks == ["independent"]:
        return replace(found, why="independent")
    return replace(found, why="waits", told={"count": str(len(names)), "needed": str(NEEDED)})


def _ended(found: Status, ended: Entry) -> Status:
    """After a return or a voiding, as long as nothing follows."""
    void = ended.action == "void"
    return replace(
        found,
        standing=Standing.VOID if void else Standing.DRAFT,
        why="voided" if void else "returned",
        who=(named(ended),),
        told={"reason": str(ended.payload["reason"])},
    )


def named(entry: Entry) -> str:
    """A reviewer with the organisation."""
    return f"{entry.reviewer} ({entry.body})"


def _is_of(entry: Entry | None, report_hash: str) -> bool:
    return entry is not None and entry.report_hash == report_hash


def _goes_on(approved: Entry, entries: list[Entry], report_hash: str) -> bool:
    """Whether somebody has looked at this content since the other one was approved."""
    return any(
        entry.report_hash == report_hash and entry.sequence > approved.sequence for entry in entries
    )
