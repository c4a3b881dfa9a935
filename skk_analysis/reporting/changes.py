"""What is different between two makings of a report: how many of its numbers changed."""

from __future__ import annotations

from dataclasses import dataclass

from skk_analysis.reporting.differences import results_of
from skk_analysis.reporting.report import Report
from skk_analysis.review.differences import result_differences

NEW, CHANGED, SAME = "new", "changed", "same numbers"


@dataclass(frozen=True)
class Change:
    """A report that was made, against the one that was published before.

    ``kind`` is ``new``, ``changed`` or ``same numbers`` (words, figures or provenance may differ);
    the counts are of numbers by their id.
    """

    report: str
    kind: str
    changed: int = 0
    added: int = 0
    removed: int = 0

    def __str__(self) -> str:
        if self.kind != CHANGED:
            return f"{self.report}: {self.kind}"
        counts = {"changed": self.changed, "added": self.added, "removed": self.removed}
        told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
        return f"{self.report}: numbers {told}"


def change(old: Report, new: Report) -> Change:
    """Compare the numbers of two makings; an old one that is not whole counts as none."""
    name = str(new)
    if old.record() is None:
        return Change(name, NEW)
    found = result_differences(results_of(old.folder), results_of(new.folder))
    added, removed = (
        sum(side is None for side in sides)
        for sides in ((one.before for one in found), (one.after for one in found))
    )
    changed = len(found) - added - removed
    kind = CHANGED if found else SAME
    return Change(name, kind, changed, added, removed)
