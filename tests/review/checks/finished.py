"""A finished report read from its folder, and altered before it is checked."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat

from skk_analysis.reporting.checked_report import evidence_of
from skk_analysis.reporting.checks import EVIDENCE_TYPE, displays
from skk_analysis.reporting.companions import Made
from skk_analysis.reporting.fingerprint import Versions
from skk_analysis.reporting.report import NOTEBOOK, PAGE, RECORD, RESULTS
from skk_analysis.review.checks import CHECKS, Evidence, Finding
from skk_analysis.workspace import Workspace


@dataclass
class Finished:
    """The files of a report, as bytes were read; the attributes may be changed."""

    page: str
    notebook: Any
    results: list[dict[str, Any]]
    record: dict[str, Any]
    folder: Path
    language: str = field(init=False)

    def __post_init__(self) -> None:
        self.language = self.record["parameters"]["language"]

    @classmethod
    def of(cls, folder: Path) -> Finished:
        """A report's folder."""
        read = {
            name: (folder / name).read_text("utf-8") for name in (PAGE, NOTEBOOK, RESULTS, RECORD)
        }
        return cls(
            read[PAGE], nbformat.reads(read[NOTEBOOK], as_version=4),
            json.loads(read[RESULTS]), json.loads(read[RECORD]), folder,
        )  # fmt: skip

    def altered(self, change: Callable[[Finished], None]) -> Finished:
        """A copy with a change made to it."""
        other = copy.deepcopy(self)
        change(other)
        return other

    @property
    def facts(self) -> dict[str, Any]:
        """The evidence that the notebook hands out."""
        return next(
            o.data[EVIDENCE_TYPE] for o in displays(self.notebook) if EVIDENCE_TYPE in o.data
        )

    def result(self, name: str) -> dict[str, Any]:
        """A number by its id."""
        return next(record for record in self.results if record["id"] == name)

    def replace(self, pattern: str, words: str) -> None:
        """Change the first place of the page that matches; there must be one."""
        self.page, times = re.subn(pattern, words, self.page, count=1)
        assert times == 1, pattern

    def evidence(self) -> Evidence:
        """As a run would give it to the checks."""
        kept = self.record
        names = ("code", "notebook", "environment")
        root = next(p for p in self.folder.parents if p.name == "reports")
        subject = SimpleNamespace(folder=self.folder.relative_to(root).parts[:-1])
        report = SimpleNamespace(
            language=self.language, parameters=kept["parameters"], subject=subject,
            workspace=Workspace(root.parent),
        )  # fmt: skip
        order = SimpleNamespace(
            report=report, run_id=kept["run_id"], data=kept["data"], sources=kept["sources"],
            versions=Versions(**{name: kept[name] for name in names}),
        )  # fmt: skip
        found = evidence_of(Made(order, self.notebook, self.results, self.page))
        assert found is not None
        return found

    def finding(self, check: str) -> Finding:
        """What one check finds."""
        return CHECKS[check](self.evidence())
