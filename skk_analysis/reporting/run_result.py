"""How an unattended run ended: its exit status, its summary, and what it tells a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any

from skk_analysis.reporting.changes import CHANGED, NEW, SAME
from skk_analysis.reporting.grid import RunSummary
from skk_analysis.reporting.lock import Holder
from skk_analysis.workspace import Workspace

COMMAND = "skk run"


class Exit(IntEnum):
    """Exit status of a run. With all but 0 the site is whole, too: the former one, or what could
    be made, each report marked with its state."""

    CURRENT = 0
    FAILED = 1
    USAGE = 2
    LOCKED = 3
    DEADLINE = 4
    DATA = 5
    CANNOT_WRITE = 6
    STOPPED = 130

    @property
    def meaning(self) -> str:
        """For a person."""
        return MEANINGS[self]


MEANINGS = {
    Exit.CURRENT: "every report is up to date",
    Exit.FAILED: "something failed (a request, a report); the rest is published",
    Exit.USAGE: "wrong usage",
    Exit.LOCKED: "another process holds the workspace; nothing was done",
    Exit.DEADLINE: "the deadline came; what is whole is published, the next run goes on",
    Exit.DATA: "the data have errors; nothing was published",
    Exit.CANNOT_WRITE: "the disk is full, read-only or not ours; nothing was published",
    Exit.STOPPED: "stopped by a person or the system; what is whole is published",
}


@dataclass
class RunResult:
    """What a run did; `summary` is what the hook and ``logs/last.json`` get."""

    workspace: Workspace
    exit: Exit = Exit.CURRENT
    message: str = ""
    run: int = 0
    log: str = ""
    started: str = ""
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    fetched: str = ""
    faults: list[str] = field(default_factory=list)
    reports: RunSummary = field(default_factory=RunSummary)

    def end(self, exit: Exit, message: str = "") -> None:
        """Say how it ended; the first word stands."""
        if self.exit is Exit.CURRENT:
            self.exit, self.message = exit, message

    def summary(self) -> dict[str, Any]:
        """All of it as JSON."""
        reports = self.reports
        return {
            "run": self.run,
            "workspace": str(self.workspace.root),
            "site": str(self.workspace.reports / "index.html"),
            "log": self.log,
            "by": asdict(Holder.this_process(COMMAND)),
            "started": self.started,
            "seconds": round(self.seconds, 1),
            "exit": int(self.exit),
            "meaning": self.exit.meaning,
            "message": self.message,
            "steps": self.steps,
            "fetched": self.fetched,
            "faults": self.faults,
            "published": reports.published,
            "reports": {
                "changes": [asdict(change) for change in reports.changes],
                "failed": [{"report": o.report, "message": o.message} for o in reports.failed],
                "not_reached": reports.stopped,
                "unchanged": len(reports.skipped),
                "unlisted": reports.unlisted,
            },
        }

    def lines(self) -> Iterator[str]:
        """What changed since the site that was published before, for a person."""
        reports = self.reports
        for change in reports.changes:
            yield str(change)
        kinds = (NEW, CHANGED, SAME)
        counts = {kind: sum(c.kind == kind for c in reports.changes) for kind in kinds}
        counts |= {
            "failed": len(reports.failed),
            "not reached": len(reports.stopped),
            "unchanged": len(reports.skipped),
        }
        yield "Reports: " + ", ".join(f"{n} {what}" for what, n in counts.items()) + "."
        if advice := reports.advice():
            yield advice
        if self.message:
            yield f"{self.exit.meaning}: {self.message}"
