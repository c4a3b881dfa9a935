"""What is different between two makings of a report: how many of its numbers changed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skk_analysis.reporting.report import RESULTS, Report

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
    before, after = _numbers(old.folder), _numbers(new.folder)
    both = before.keys() & after.keys()
    changed = sum(before[key] != after[key] for key in both)
    added, removed = len(after.keys() - both), len(before.keys() - both)
    kind = CHANGED if changed or added or removed else SAME
    return Change(name, kind, changed, added, removed)


def _numbers(folder: Path) -> dict[tuple[str, int], Any]:
    """The numbers of a report by id; the same id a second time is a number of its own."""
    seen: Counter[str] = Counter()
    numbers = {}
    for item in json.loads((folder / RESULTS).read_text("utf-8")):
        key = str(item.get("id")) if isinstance(item, dict) else str(item)
        seen[key] += 1
        numbers[key, seen[key]] = item
    return numbers
