"""A report as a notebook shows it: one method for each section, run in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from skk_analysis.figures import Heading, Prose, Sentence
from skk_analysis.language import LANGUAGES, date, forms, text
from skk_analysis.reporting.agreed import Marks
from skk_analysis.reporting.data_slice import DataSlice
from skk_analysis.reporting.evidence import Checked, evidence
from skk_analysis.reporting.provenance import Provenance, provenance
from skk_analysis.reporting.section import Numbering, Section, Writer
from skk_analysis.reporting.sourcing import Sourcing
from skk_analysis.reporting.tables import quick_texts
from skk_analysis.workspace import SkkError

RESULTS = "application/vnd.skk.results+json"
EVIDENCE = "application/vnd.skk.evidence+json"


class Document:
    """Base of the reports.

    Parameters
    ----------
    data : all that the report reads
    language : ``fi``, ``sv`` or ``en``
    """

    kind: ClassVar[str]
    """Name of the kind of report, as in `kinds`."""
    sections: ClassVar[Mapping[str, Callable[[Any, Writer], None]]]
    """What writes each section, in the order in which they are numbered."""
    heading: ClassVar[str] = "section.{name}"
    """Key of a section's heading in the catalogues."""

    def __init__(self, data: DataSlice, language: str) -> None:
        if language not in LANGUAGES:
            raise SkkError(f"There is no language {language!r}: {', '.join(LANGUAGES)}.")
        self.language = language
        self.data = data
        self._numbering = Numbering()
        self._shown: dict[str, Section] = {}
        self._provenance: Provenance | None = None

    @property
    def provenance(self) -> Provenance:
        """Where the report comes from."""
        if self._provenance is None:
            self._provenance = provenance(self.kind, self.data, self.language)
        return self._provenance

    def text(self, key: str, **values: str) -> str:
        """A message in the report's language."""
        return text(key, self.language, **values)

    def writer(self, anchor: str) -> Writer:
        """For a section in the report's language, with the report's running numbers."""
        return Writer(anchor, self.language, self._numbering)

    @property
    def marks(self) -> Marks | None:
        """Which numbers were agreed beforehand; None where a kind of report marks none."""
        return None

    def agreement_note(self, records: Sequence[Mapping[str, Any]]) -> str:
        """How many of these numbers were agreed beforehand, in a sentence."""
        counts = self.marks.counts(records) if self.marks else {}
        if not sum(counts.values()):
            return ""
        shown = {name: forms.number(count, self.language) for name, count in counts.items()}
        share = counts["beforehand"] / sum(counts.values())
        return self.text(
            "choices.numbers",
            all=forms.number(sum(counts.values()), self.language),
            share=forms.quantity(share, "share", self.language, 0),
            **shown,
        )

    def end(self) -> Results:
        """All numbers that the sections showed, and the mark that the report is complete."""
        return Results(self)

    def results(self) -> list[dict[str, Any]]:
        """One record for each number shown, in the order of showing."""
        records: dict[str, dict[str, Any]] = {}
        for section in self._shown.values():
            for quantity in section.quantities():
                known = records.setdefault(quantity.id, quantity.record())
                if known["lower"] is None and quantity.lower is not None:
                    known |= {"lower": quantity.lower, "upper": quantity.upper, "n": quantity.n}
        sourcing = Sourcing(self.data)
        for record in records.values():
            if self.marks is not None:
                record["agreed"] = self.marks.of(record)
            record["sources"] = sourcing.of(record)
        return list(records.values())

    # -- what the machine checks must know ---------------------------------------------------------

    def shown_sections(self) -> Iterable[Section]:
        """The sections that were shown so far."""
        return self._shown.values()

    def checked_effects(self) -> Checked:
        """The effects that the report tells, by the id of their estimate."""
        return {}

    def refused_effects(self) -> list[str]:
        """Why experiments have no estimate, one reason for each."""
        return []

    def tested_changes(self) -> dict[str, dict[str, float]]:
        """p-values of the changes that are tested together, by the start of the ids that count."""
        return {}

    def families(self) -> dict[str, list[str]]:
        """Measures that are judged together, by the family that the text names."""
        return {}

    def _opening(self, writer: Writer, title: str, about: Sentence) -> None:
        """Title, what the report is, and the state of its data."""
        writer.parts.append(Heading(title, "report", level=1))
        writer.parts.append(Prose.of(about, *self._state(writer), kind="lead"))

    def _state(self, writer: Writer) -> list[Sentence]:
        origin = self.provenance
        retrieved = max((source.retrieved for source in origin.sources), default="")
        day = date(retrieved, self.language) if retrieved else writer.text("page.unknown_date")
        told = [writer.sentence("report.state", date=day, run_id=origin.run_id)]
        return [*told, writer.sentence("report.invented")] if origin.invented else told

    def _section(self, name: str) -> Section:
        """A numbered section by its name in `sections`."""
        number = list(self.sections).index(name) + 1
        anchor = name.replace("_", "-")
        writer = self.writer(anchor)
        heading = f"{number}. {self.text(self.heading.format(name=name))}"
        writer.parts.append(Heading(heading, anchor))
        with quick_texts():
            self.sections[name](self, writer)
        return self._keep(writer.section())

    def _keep(self, section: Section) -> Section:
        self._shown[section.anchor] = section
        return section


class Results:
    """The last output of a report: its numbers as data, and its end."""

    def __init__(self, report: Document) -> None:
        self.report = report

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        records = self.report.results()
        words = " ".join(
            filter(None, [self.report.agreement_note(records), self.report.text("report.end")])
        )
        data = {
            RESULTS: records,
            EVIDENCE: evidence(self.report, records),
            "text/html": f'<p class="note">{words}</p>',
            "text/plain": words,
        }
        mark = {"skk": "end", "run_id": self.report.provenance.run_id}
        return data, {"text/html": mark}
