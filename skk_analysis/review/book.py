"""The ledger read from its beginning: what holds for each report, and what may follow.

The same rules stand at both ends: a decision that breaks one is not added, and an entry that
breaks one, put in by other means, counts for nothing (`Book.ignored`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from skk_analysis.review.actions import CONCERN, JUDGED, draft_problems
from skk_analysis.review.ledger import Draft, Entry, LedgerError
from skk_analysis.review.persons import person
from skk_analysis.review.signatures import available, signature_fault

NEEDED = 2
"""Reviewers that an approval takes, of whom one has no ties."""

INDEPENDENT_ROLE = "reviewer"
JUDGES = (INDEPENDENT_ROLE, "adviser")
"""Roles that judge rows and sign."""


@dataclass
class Person:
    """What the ledger knows of a person: every tie ever told stays, whatever is told later."""

    name: str
    ties: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    key: str = ""

    @property
    def independent(self) -> bool:
        """Whether the person may be the one reviewer without ties."""
        return not self.ties and self.roles <= {INDEPENDENT_ROLE}


@dataclass
class Comment:
    """A comment with what was answered."""

    entry: Entry
    answers: list[Entry] = field(default_factory=list)

    @property
    def blocks(self) -> bool:
        """Whether it stops the sign-off: it says so, and nobody has answered."""
        return bool(self.entry.payload["blocking"]) and not self.answers


class Judged(NamedTuple):
    """Somebody's answer to a row of the checklist."""

    row: str
    person: str


@dataclass
class Review:
    """What was decided about one report."""

    entries: list[Entry] = field(default_factory=list)
    comments: dict[int, Comment] = field(default_factory=dict)
    judgements: dict[Judged, Entry] = field(default_factory=dict)
    waivers: dict[str, Entry] = field(default_factory=dict)
    signatures: list[Entry] = field(default_factory=list)
    approved: Entry | None = None
    """The signature that made the latest approval, which may be of another content by now."""
    released: Entry | None = None
    ended: Entry | None = None
    """The latest return or voiding, if nothing came after."""

    def signed(self, report_hash: str) -> list[Entry]:
        """Signatures of this content."""
        return [entry for entry in self.signatures if entry.report_hash == report_hash]

    def blocking(self) -> list[Comment]:
        """Unanswered comments that stop the sign-off."""
        return [comment for comment in self.comments.values() if comment.blocks]

    def unanswered(self, report_hash: str) -> list[str]:
        """Rows of the checklist that nobody has judged for this content."""
        there = {key.row for key, e in self.judgements.items() if e.report_hash == report_hash}
        return [row for row in JUDGED if row not in there]

    def concerns(self, report_hash: str) -> list[Entry]:
        """Judgements of this content that are concerns still."""
        return [
            entry
            for entry in self.judgements.values()
            if entry.report_hash == report_hash and entry.payload["verdict"] == CONCERN
        ]

    def waived(self, check: str, check_hash: str, report_hash: str) -> Entry | None:
        """The waiver of a failure, if it was given for this failure of this content."""
        entry = self.waivers.get(check)
        fits = entry and (entry.report_hash, entry.payload["check_hash"]) == (
            report_hash,
            check_hash,
        )
        return entry if fits else None


class Book:
    """Everything that was decided.

    Parameters
    ----------
    entries : of a ledger that holds together
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.persons: dict[str, Person] = {}
        self.reviews: dict[str, Review] = {}
        self.grades: dict[str, Entry] = {}
        """The latest judgement of an experiment's grade of evidence, by the experiment."""
        self.files: set[str] = set()
        self.ignored: list[tuple[Entry, list[str]]] = []
        self.unchecked = 0
        """Signatures that could not be checked, as ``cryptography`` is not installed."""
        for entry in entries:
            self.take(entry)

    def review(self, report: str) -> Review:
        """What was decided about a report; nothing is an empty review."""
        return self.reviews.get(report) or Review()

    def is_approved(self, report: str, report_hash: str) -> bool:
        """Whether this content is approved now."""
        return not self.lacks(report, report_hash)

    def lacks(self, report: str, report_hash: str) -> list[str]:
        """What signatures an approval of this content lacks: ``signatures``, ``independent``."""
        persons = {
            key: self.persons[key]
            for entry in self.review(report).signed(report_hash)
            for key in [person(entry.reviewer)]
        }
        found = [] if len(persons) >= NEEDED else ["signatures"]
        independent = any(one.independent for one in persons.values())
        return found if independent else [*found, "independent"]

    def objections(self, draft: Draft, key: str = "") -> list[str]:
        """Why a decision may not follow; empty if it may.

        Parameters
        ----------
        key : public key that signs it, if any
        """
        if problems := draft_problems(draft):
            return problems
        who = self.persons.get(person(draft.reviewer))
        return [*self._of_key(draft, who, key), *RULES.get(draft.action, _nothing)(self, draft)]

    def take(self, entry: Entry) -> None:
        """Let an entry count, or note why it does not."""
        faults = []
        if entry.signature is not None:
            if available():
                faults = [fault] if (fault := signature_fault(entry)) else []
            else:
                self.unchecked += 1
        key = str((entry.signature or {}).get("key", ""))
        if faults := faults or self.objections(entry, key):
            self.ignored.append((entry, faults))
        else:
            self.note(entry)

    def note(self, entry: Entry) -> None:
        """Let an entry count to which there are no objections."""
        known = self.persons.setdefault(person(entry.reviewer), Person(entry.reviewer))
        known.ties |= set(entry.payload.get("ties") or ())
        known.roles.add(entry.role)
        self.files |= {entry.payload["file"]} if entry.payload.get("file") else set()
        if entry.action == "key":
            known.key = entry.payload["public_key"]
            return
        review = self.reviews.setdefault(entry.report, Review())
        review.entries.append(entry)
        review.ended = None
        if entry.payload.get("experiment"):
            self.grades[str(entry.payload["experiment"])] = entry
        TAKES.get(entry.action, lambda *_: None)(review, entry)
        if entry.action == "sign" and self.is_approved(entry.report, entry.report_hash):
            review.approved = entry

    def _of_key(self, draft: Draft, who: Person | None, key: str) -> Iterator[str]:
        if who and who.key and key != who.key:
            yield (
                f"{who.name} has a registered key; sign with it"
                if not key
                else f"the key is not the registered one of {who.name}"
            )
        elif draft.action == "key" and not (who and who.key) and key != draft.payload["public_key"]:
            yield "a key is registered by a signature with it"
        owner = next((p for p in self.persons.values() if key and p.key == key), None)
        if owner and owner is not who:
            yield f"the key is that of {owner.name}: nobody is two persons"


def checker(
    signing_key: str = "",
) -> Callable[[Sequence[Entry], Sequence[Draft]], None]:
    """What `ledger.append` asks: whether drafts may follow these entries, one after the other."""

    def check(entries: Sequence[Entry], drafts: Sequence[Draft]) -> None:
        book = Book(entries)
        place = len(entries)
        for number, draft in enumerate(drafts, start=1):
            if objections := book.objections(draft, signing_key):
                raise LedgerError(f"{draft.action} {draft.report}: {'; '.join(objections)}.")
            told = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
            book.note(Entry(**told, sequence=place + number))

    return check


def _nothing(_book: Book, _draft: Draft) -> list[str]:
    return []


def _may_answer(book: Book, draft: Draft) -> list[str]:
    number = draft.payload["to"]
    there = number in book.review(draft.report).comments
    return [] if there else [f"there is no comment {number} on {draft.report}"]


def _may_judge(_book: Book, draft: Draft) -> list[str]:
    told = f"an {draft.role} does not {draft.action}: the roles {' and '.join(JUDGES)} do"
    return [] if draft.role in JUDGES else [told]


def _may_sign(book: Book, draft: Draft) -> list[str]:
    review, found = book.review(draft.report), _may_judge(book, draft)
    for entry in review.signed(draft.report_hash):
        if person(entry.reviewer) == person(draft.reviewer):
            found.append(f"{entry.reviewer} has signed this already (entry {entry.sequence})")
    for check, check_hash in draft.payload["failed"].items():
        if check != "approval" and not review.waived(check, check_hash, draft.report_hash):
            found.append(f"the machine's row {check} fails and has no written waiver")
    if rows := review.unanswered(draft.report_hash):
        found.append(f"rows nobody has judged: {', '.join(rows)}")
    found += [
        f"comment {comment.entry.sequence} of {comment.entry.reviewer} stops the sign-off and has "
        "no answer"
        for comment in review.blocking()
    ]
    concerns = review.concerns(draft.report_hash)
    if concerns and not draft.payload["conditions"].strip():
        rows = sorted({str(entry.payload["row"]) for entry in concerns})
        found.append(f"with concerns ({', '.join(rows)}) it takes written conditions to sign")
    return found


def _may_end(book: Book, draft: Draft) -> list[str]:
    review = book.review(draft.report)
    there = review.entries and not review.ended
    return [] if there else [f"{draft.report} has no review that goes on"]


def _may_release(book: Book, draft: Draft) -> list[str]:
    if book.is_approved(draft.report, draft.report_hash):
        return []
    return [f"{draft.report} as it is now is not approved"]


def _may_register(book: Book, draft: Draft) -> list[str]:
    key = draft.payload["public_key"]
    owner = next((p for k, p in book.persons.items() if p.key == key), None)
    if owner is None:
        return []
    return [f"the key is registered already, to {owner.name}"]


RULES: dict[str, Any] = {
    "answer": _may_answer,
    "judge": _may_judge,
    "sign": _may_sign,
    "return": _may_end,
    "void": _may_end,
    "release": _may_release,
    "key": _may_register,
}


def _comment(review: Review, entry: Entry) -> None:
    review.comments[entry.sequence] = Comment(entry)


def _answer(review: Review, entry: Entry) -> None:
    review.comments[int(entry.payload["to"])].answers.append(entry)


def _judge(review: Review, entry: Entry) -> None:
    review.judgements[Judged(str(entry.payload["row"]), person(entry.reviewer))] = entry


def _waive(review: Review, entry: Entry) -> None:
    review.waivers[str(entry.payload["check"])] = entry


def _sign(review: Review, entry: Entry) -> None:
    review.signatures.append(entry)


def _end(review: Review, entry: Entry) -> None:
    review.signatures.clear()
    if entry.action == "return":
        review.approved = None
    review.ended = entry


def _release(review: Review, entry: Entry) -> None:
    review.released = entry


TAKES: dict[str, Any] = {
    "comment": _comment,
    "answer": _answer,
    "judge": _judge,
    "waive": _waive,
    "sign": _sign,
    "return": _end,
    "void": _end,
    "release": _release,
}
