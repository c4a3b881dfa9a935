"""What several sections of the programme's report need."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from skk_analysis.figures import Cell, Figure, Prose
from skk_analysis.language import Missing, Quantity
from skk_analysis.language.pooled_numbers import reason_numbers
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.programme.report import ProgrammeReport
    from skk_analysis.synthesis import Synthesis

__all__ = [
    "count",
    "counted",
    "euros",
    "figure",
    "grade_cell",
    "heads",
    "listed_experiments",
    "need",
    "people_of",
    "plain",
    "share",
    "told_reasons",
]


def heads(writer: Writer, *names: str) -> list[str]:
    """Headings of a table's columns."""
    return [writer.text(f"table.programme.{name}") for name in names]


def figure(
    writer: Writer,
    name: str,
    draw: Callable[..., Figure],
    *args: Any,
    subject: str = "",
    values: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """A numbered figure that is drawn with options; one of several of a name has a subject."""
    key = f"{name}.{subject}" if subject else name
    number = writer.text("figure.number", number=str(writer.numbering.of("figure", key)))
    topic = writer.text(f"figure.caption.{name}", **(values or {}))
    caption = f"{number} {topic}"
    writer.parts.append(draw(*args, writer.language, caption=caption, topic=topic, **options))


def plain(writer: Writer, words: str) -> None:
    """Finished paragraphs, one a line."""
    lines = tuple(
        (writer.sentence("programme.as_is", words=line),) for line in words.split("\n") if line
    )
    writer.parts.append(Prose(lines))


def told_reasons(writer: Writer, synthesis: Synthesis, record: str) -> None:
    """Put the numbers of the reasons against pooling on record, beside the words on them."""
    for place, reason in enumerate(synthesis.reasons, 1):
        writer.tells(*reason_numbers(reason, f"{record}.reason_{place}"))


def need(report: ProgrammeReport, writer: Writer, name: str):
    """A table of the register; where it is missing, the report says so and why it matters."""
    table = report.table(name)
    if table is None:
        writer.say(f"programme.missing.{name}")
    return table


def count(record: str, value: float) -> Quantity:
    """A number of things that is known."""
    return Quantity(record, float(value), "count")


def counted(record: str, value: float) -> Quantity | Missing:
    """A number of things; one that is not known is no zero."""
    return count(record, value) if math.isfinite(value) else Missing("not_received")


def people_of(
    report: ProgrammeReport, record: str, value: float, smallest: int | None = None
) -> Quantity | Missing:
    """A number of persons; a handful is protected, and one that is not known is no zero."""
    if not math.isfinite(value):
        return Missing("not_received")
    if 0 < value < (smallest or report.data.policy.minimum_count):
        return Missing("protected")
    return Quantity(record, float(value), "persons")


def euros(record: str, value: float) -> Quantity | Missing:
    """An amount of money."""
    return Quantity(record, value, "euro") if math.isfinite(value) else Missing("not_received")


def share(record: str, value: float) -> Quantity:
    """A share of a whole, without decimals."""
    return Quantity(record, value, "share", 0)


def grade_cell(report: ProgrammeReport, writer: Writer, experiment: str) -> Cell:
    """The grade of an experiment's evidence, or that it can't be judged."""
    grade = report.analysis.grade(experiment)
    if grade is None:
        return writer.text("programme.not_judged")
    return writer.text("programme.grade", grade=str(grade))


def listed_experiments(report: ProgrammeReport, ids: Iterable[str]) -> str:
    """Experiments by name, in a list of words."""
    return "; ".join(report.experiments.get(name, name) for name in ids) or "–"
