"""Section 9: where measures of the same thing disagree on what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell, Marked
from skk_analysis.language import Missing, Quantity, verdict_word
from skk_analysis.reporting.analysis import FAMILIES, GAPS
from skk_analysis.reporting.city_comparison.cells import SIGNS, count
from skk_analysis.reporting.measures import measure_name, shown
from skk_analysis.reporting.section import Writer
from skk_analysis.review.checks.effects import plain

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

MEASURES = tuple(dict.fromkeys(name for names in FAMILIES.values() for name in names))


def write(report: CityComparison, writer: Writer) -> None:
    """Indices that changed in opposite directions, then absolute gaps against relative ones."""
    writer.say("comparison.disagreement.introduction")
    _indices(report, writer)
    _gaps(report, writer)


def _indices(report: CityComparison, writer: Writer) -> None:
    cities = {
        code: analysis for code, analysis in report.analysis.cities.items() if analysis.verdicts
    }
    writer.subheading("section.city_comparison.disagreement.indices")
    if not cities:
        writer.say("comparison.disagreement.no_indices", **report.span)
        return
    names = report.city_names()
    rows: list[list[Cell]] = []
    for measure in MEASURES:
        cells = [_change(report, writer, code, measure) for code in cities]
        if any(isinstance(cell, Marked) for cell in cells):
            rows.append([measure_name(measure, report.language), *cells])
    columns = [writer.text("table.measure"), *(names[code] for code in cities)]
    note = writer.text("comparison.disagreement.note")
    writer.table("comparison_measures", columns, rows, wide=True, note=note, **report.span)
    told = []
    for code, analysis in cities.items():
        grown, shrunk = (
            [
                measure_name(measure, report.language)
                for measure in MEASURES
                if (one := analysis.measures.get(measure))
                and one.change
                and one.change.verdict == verdict
            ]
            for verdict in ("grows", "shrinks")
        )
        if grown and shrunk:
            told.append(
                writer.sentence(
                    "comparison.disagreement.opposite",
                    city=names[code],
                    grown="; ".join(grown),
                    shrunk="; ".join(shrunk),
                )
            )
    if told:
        writer.listed(told)
    else:
        writer.say("comparison.disagreement.none")
    _families(report, writer)


def _change(report: CityComparison, writer: Writer, code: str, measure: str) -> Marked | Missing:
    one = report.analysis.cities[code].measures.get(measure)
    if one is None:
        return Missing("not_received")
    told = shown(one, report.data.years, f"{measure}.{code}")
    if not isinstance(told.relative, Quantity):
        return Missing("not_applicable")
    return Marked(told.relative, "", SIGNS[told.verdict or "none"], told.word(writer.language))


def _families(report: CityComparison, writer: Writer) -> None:
    """One verdict for each family of measures, tested together, city by city."""
    names = report.city_names()
    rows: list[list[Cell]] = []
    for code, analysis in report.analysis.cities.items():
        tests, clear = analysis.clear_after_holm
        if not tests:
            continue
        words: list[Cell] = [
            verdict_word(analysis.verdicts[family].verdict, report.language)
            if family in analysis.verdicts
            else Missing("not_received")
            for family in FAMILIES
        ]
        counts = [
            count(f"tests.{code}.{name}", number, report.year)
            for name, number in (("count", tests), ("clear", clear))
        ]
        rows.append([names[code], *words, *counts])
    columns = [writer.text("table.city"), *(writer.text(f"family.{name}") for name in FAMILIES)]
    columns += [writer.text("table.tests"), writer.text("table.clear_tests")]
    writer.table("comparison_families", columns, rows, wide=True, **report.span)
    writer.say("comparison.disagreement.families_reading")


def _gaps(report: CityComparison, writer: Writer) -> None:
    writer.subheading("section.city_comparison.disagreement.gaps")
    rows: list[list[Cell]] = []
    told = []
    for indicator in GAPS:
        depends = []
        for code, city in report.city_names().items():
            gap = report.area_gap(code, indicator)
            outcome = gap.change
            if outcome is None or "ratio" not in outcome.changes:
                continue
            if outcome.verdict == "depends_on_measure":
                depends.append(city)
            record = f"gap.{indicator}.{code}"
            difference = outcome.changes["difference"]
            ratio = outcome.changes["ratio"]
            moved = Quantity(
                f"{record}.change", difference.absolute.value, gap.unit, gap.decimals,
                year=report.year, since=report.comparison_year, kind="difference",
            )  # fmt: skip
            turned = Quantity(
                f"{record}.ratio_change", ratio.absolute.value, "ratio", year=report.year,
                kind="difference",
            )  # fmt: skip
            rows.append(
                [
                    report.indicator_name(indicator),
                    city,
                    Marked(moved, "", SIGNS[difference.verdict], _word(report, difference)),
                    Marked(turned, "", SIGNS[ratio.verdict], _word(report, ratio)),
                    writer.text(f"gap.{outcome.verdict}"),
                ]
            )
        if depends:
            told.append(
                writer.sentence(
                    "comparison.disagreement.depends",
                    name=report.indicator_name(indicator),
                    cities="; ".join(depends),
                )
            )
    if not rows:
        writer.say("between.no_gaps", year=str(report.year))
        return
    keys = ("indicator", "city", "difference_change", "ratio_change", "gap_direction")
    columns = [writer.text(f"table.{key}") for key in keys]
    writer.table("comparison_gap_changes", columns, rows, wide=True, **report.span)
    if told:
        writer.listed(told)
    else:
        writer.say("comparison.disagreement.gaps_agree")


def _word(report: CityComparison, change) -> str:
    return verdict_word(change.verdict, report.language)


def tests(report: CityComparison) -> dict[str, dict[str, float]]:
    """p-values of each city's changes, tested together, by the start of the counts' ids."""
    found = {}
    for code, analysis in report.analysis.cities.items():
        changes = {name: one.change for name, one in analysis.measures.items() if one.change}
        if changes:
            found[f"tests.{code}"] = {n: plain(change.p_value) for n, change in changes.items()}
    return found
