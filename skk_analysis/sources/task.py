"""What every service gives: a list of things to fetch, each of which can also be checked only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from skk_analysis.sources.findings import Finding
from skk_analysis.sources.store import Piece


@dataclass
class Delivery:
    """What a request gave; without pieces the service has nothing for it."""

    pieces: list[Piece] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """One thing to fetch; ``check`` asks only how the service describes it."""

    key: str
    fetch: Callable[[], Delivery]
    check: Callable[[], list[Finding]]
