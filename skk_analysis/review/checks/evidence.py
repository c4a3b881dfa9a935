"""All that the checks of one report may look at, and what each of them finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from skk_analysis.impact.result import Effect
from skk_analysis.review.checks.effects import Judged, judged
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.page import FRONT, Page

Record = Mapping[str, Any]
"""One number of ``results.json``."""


@dataclass(frozen=True)
class Drawing:
    """A figure of the notebook: the picture, what was said of it, and ids of numbers told there."""

    svg: str
    alt: str
    caption: str
    description: str
    told: Sequence[str] = ()


@dataclass(frozen=True)
class Made:
    """Ingredients and parameters as the run that made the report knows them.

    ``sources`` has the hash of each raw file; ``hashes`` those of data, code, notebook and
    environment; ``executed`` the execution counts of the notebook's cells.
    """

    run_id: str
    parameters: Mapping[str, Any]
    sources: Mapping[str, str]
    hashes: Mapping[str, str]
    lock: str
    executed: Sequence[int | None] = ()


@dataclass(frozen=True)
class Evidence:
    """A finished report.

    Parameters
    ----------
    language : ``fi``, ``sv`` or ``en``
    page : what the page shows
    records : ``results.json``
    facts : what the report's own computations say of themselves (`reporting.evidence`)
    drawings : the figures in their order
    made : how it was made
    page_faults : what keeps somebody from reading the page
    policy : limits of disclosure, the strictest of the report's sources
    open_numbers : patterns of ids that everybody may know
    """

    language: str
    page: Page
    records: Sequence[Record]
    facts: Mapping[str, Any]
    drawings: Sequence[Drawing]
    made: Made
    page_faults: Sequence[str] = ()
    policy: Policy = field(default_factory=Policy)
    open_numbers: Sequence[str] = ()

    @property
    def kind(self) -> str:
        """Kind of the report."""
        return str(self.facts["kind"])

    @cached_property
    def results(self) -> dict[str, Record]:
        """The numbers by id."""
        return {str(record["id"]): record for record in self.records}

    @cached_property
    def effects(self) -> dict[str, Judged]:
        """The effects, each judged anew from its recorded numbers, by the id of its estimate."""
        return {record: judged(one) for record, one in self.facts["effects"].items()}

    @cached_property
    def estimated(self) -> dict[str, Effect]:
        """The effects as recorded."""
        return {record: one.recorded for record, one in self.effects.items()}

    @property
    def pandemic(self) -> bool:
        """Whether the report's own year is a pandemic year."""
        return self.facts["year"] in self.facts["pandemic_years"]

    @cached_property
    def _places(self) -> dict[str, tuple[int, str]]:
        """Where the page shows each number first, in words if it does: its rank and the anchor."""
        shown = [(name, block.section) for block in self.page.blocks for name, _ in block.numbers]
        shown += [
            (cell.result, table.figure or table.section) for table, _, cell in self.page.cells()
        ]
        return {name: (rank, place) for rank, (name, place) in reversed([*enumerate(shown)])}

    def shown_at(self, *ids: str) -> str:
        """Anchor of the section that shows a number, of the front where none does."""
        wanted = set(ids)
        if found := [self._places[name] for name in wanted if name in self._places]:
            return min(found)[1]
        told = [drawing.caption for drawing in self.drawings if wanted & set(drawing.told)]
        for figure, caption in self.page.figures.items():
            if caption in told:
                return figure
        return FRONT


@dataclass(frozen=True)
class Fault:
    """Something that is not as it must be: message ``review.fault.<name>`` with its words."""

    name: str
    words: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""

    @classmethod
    def of(cls, name: str, anchor: str = "", /, **words: str) -> Fault:
        """A fault with its words as keywords."""
        return cls(name, words, anchor)


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Parameters
    ----------
    faults : none if it passed
    examined : how many things were looked at
    anchors : sections or figures of the page that are its evidence
    notes : what a reviewer should know all the same, as faults that do not count
    """

    faults: Sequence[Fault] = ()
    examined: int = 0
    anchors: Sequence[str] = ()
    notes: Sequence[Fault] = ()

    @property
    def status(self) -> str:
        """``pass``, ``fail``, or ``not_applicable`` where there was nothing to look at."""
        if self.faults:
            return "fail"
        return "pass" if self.examined else "not_applicable"
