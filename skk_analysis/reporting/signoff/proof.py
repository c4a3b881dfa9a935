"""What can be proven of the ledger of reviews, said plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from skk_analysis.reporting.report import PAGE
from skk_analysis.reporting.signoff.facts import REVIEW_PAGE
from skk_analysis.reporting.signoff.statuses import site_anchor
from skk_analysis.review.book import Book
from skk_analysis.review.ledger import Anchor, folder_of, read
from skk_analysis.review.review_file import ReviewFileError, read_review_file
from skk_analysis.workspace import Workspace

QUOTED = re.compile(rb'data-entry="(\d+:[0-9a-f]{64})"')
"""How a page quotes the latest entry about its report."""


@dataclass(frozen=True)
class Proof:
    """What came out.

    Parameters
    ----------
    entries, signed : how many there are, and how many of them have a good signature
    faults : why the ledger does not hold together, or is not the one that pages and files quote
    ignored : entries that break a rule and count for nothing
    notes : what a person should know
    anchors : quotations that were compared
    """

    entries: int
    signed: int
    faults: tuple[str, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    anchors: int

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.faults and not self.ignored

    def told(self) -> str:
        """All of it, with what it does not prove."""
        lines = [
            f"{self.entries} entries, {self.signed} signed, {self.anchors} quotations compared"
        ]
        lines += [f"FAULT: {fault}" for fault in self.faults]
        lines += [f"IGNORED: {entry}" for entry in self.ignored]
        lines += [f"note: {note}" for note in self.notes]
        if self.faults:
            lines.append("The ledger does not hold together.")
            return "\n".join(lines)
        lines.append(
            "Proven: no entry was changed, moved, removed or put in between, and the end is where "
            "head.json and the quotations say. Not proven: that nobody who may write all of these "
            "at once made them anew; a copy elsewhere or a signature shows that."
        )
        if self.entries > self.signed:
            lines.append(
                f"{self.entries - self.signed} entries have no signature: for who made them there "
                "is the name that was given, and no more."
            )
        return "\n".join(lines)


def proof(workspace: Workspace, files: Sequence[Path] = ()) -> Proof:
    """Check the ledger against its head, the published pages and saved review files.

    Parameters
    ----------
    files : saved review files, which quote the ledger as their page showed it
    """
    ledger = read(folder_of(workspace))
    book = Book(ledger.entries)
    notes = list(ledger.notes)
    if book.unchecked:
        notes.append(f"{book.unchecked} signatures are unchecked: install skk-analysis[sign]")
    anchors = [anchor for anchor in _anchors(workspace, files) if anchor.sequence]
    ignored = [(entry, "; ".join(why)) for entry, why in book.ignored]
    bad = {entry.sequence for entry, _ in ignored}
    signed = [e for e in ledger.entries if e.signature is not None and e.sequence not in bad]
    return Proof(
        len(ledger.entries),
        0 if book.unchecked else len(signed),
        (*ledger.faults, *ledger.lacks(anchors)),
        tuple(f"entry {e.sequence} ({e.action}, {e.reviewer}): {why}" for e, why in ignored),
        tuple(notes),
        len(anchors),
    )


def _anchors(workspace: Workspace, files: Sequence[Path]) -> Iterator[Anchor]:
    if found := site_anchor(workspace):
        yield found
    for name in (PAGE, REVIEW_PAGE):
        for page in sorted(workspace.reports.glob(f"*/*/*/{name}")):
            place = page.relative_to(workspace.root).as_posix()
            for quoted in dict.fromkeys(QUOTED.findall(page.read_bytes())):
                if anchor := Anchor.read(quoted.decode(), place):
                    yield anchor
    for file in files:
        try:
            quoted_last = read_review_file(file.read_bytes()).anchor
        except ReviewFileError as error:
            raise ReviewFileError(f"{file}: {error}.") from error
        if quoted_last:
            yield quoted_last._replace(place=str(file))
