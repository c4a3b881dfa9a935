"""A measure in two years as numbers of the report, and the table and figure made of several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from skk_analysis.figures import Cell, Limits
from skk_analysis.figures import Change as Dot
from skk_analysis.language import Missing, Quantity, text, verdict_word
from skk_analysis.reporting.analysis import Measured
from skk_analysis.reporting.section import Writer, estimated


@dataclass(frozen=True)
class Shown:
    """A measure's numbers: both years, both kinds of change, and the verdict."""

    measure: str
    before: Quantity | Missing
    after: Quantity | Missing
    absolute: Quantity | Missing
    relative: Quantity | Missing
    verdict: str  # grows, shrinks, unclear, or "" where there is no change to judge

    def word(self, language: str) -> str:
        """The verdict's word, or that it cannot be assessed."""
        return verdict_word(self.verdict or "none", language)


def shown(one: Measured, years: tuple[int, int], record: str = "") -> Shown:
    """The numbers of a measure, under ids such as ``gini.2019`` and ``gini.change``.

    Parameters
    ----------
    record : start of the ids; by default the measure's name
    """
    record = record or one.name
    before, after = (
        estimated(f"{record}.{year}", value, one.unit, year)
        for year, value in zip(years, (one.before, one.after), strict=True)
    )
    change = one.change
    if change is None:
        absent = Missing("not_applicable")
        return Shown(one.name, before, after, absent, absent, "")
    absolute = estimated(
        f"{record}.change", change.absolute, one.unit, years[1], since=years[0], kind="difference"
    )
    relative: Quantity | Missing = Missing("not_applicable")
    if one.ratio is not None:
        relative = estimated(
            f"{record}.ratio", one.ratio, "ratio", years[1], since=years[0], kind="relative"
        )
    return Shown(one.name, before, after, absolute, relative, change.verdict)


def measure_name(measure: str, language: str) -> str:
    """A measure's name in a language."""
    return text(f"measure.{measure}", language)


def change_table(
    writer: Writer, name: str, measures: Iterable[Measured], years: tuple[int, int], note: str = ""
) -> None:
    """Both years, absolute and relative change with intervals, and the verdict, a measure a row."""
    rows: list[tuple[Cell, ...]] = []
    for one in measures:
        row = shown(one, years)
        label = measure_name(one.name, writer.language)
        rows.append(
            (
                label,
                row.before,
                row.after,
                row.absolute,
                limits(row.absolute),
                row.relative,
                limits(row.relative),
                row.word(writer.language),
            )
        )
    interval = writer.text("table.interval")
    columns = (
        writer.text("table.measure"),
        str(years[0]),
        str(years[1]),
        writer.text("table.absolute_change"),
        f"{interval} ({writer.text('table.of_absolute')})",
        writer.text("table.relative_change"),
        f"{interval} ({writer.text('table.of_relative')})",
        writer.text("table.verdict"),
    )
    before, after = (str(year) for year in years)
    writer.table(name, columns, rows, wide=True, note=note, before=before, year=after)


def limits(cell: Quantity | Missing) -> Cell:
    """The interval of a number as a cell; a missing number stays missing."""
    return Limits(cell) if isinstance(cell, Quantity) else cell


def dots(measures: Iterable[Measured], years: tuple[int, int], language: str) -> list[Dot]:
    """The relative changes of measures that have one, for a figure of changes."""
    found = []
    for one in measures:
        row = shown(one, years)
        if isinstance(row.relative, Quantity):
            name = measure_name(one.name, language)
            found.append(Dot(name, row.relative, row.verdict, row.word(language)))
    return found
