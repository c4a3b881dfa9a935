"""Section 7: the programme's cities against other municipalities.

The only section that may speak of an effect, and only in the words that the grade allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skk_analysis.figures import Cell, GapPath, Heading, gap_paths
from skk_analysis.figures.effect import effect_figure, estimate_cells
from skk_analysis.figures.forest import effects_forest
from skk_analysis.figures.path import path_of
from skk_analysis.language import Missing, Quantity
from skk_analysis.language.amounts import Amounts, probability
from skk_analysis.language.effects import (
    check_name,
    check_text,
    effect_text,
    grade_wording,
    verdict_word_of,
)
from skk_analysis.reporting.city_comparison.cells import count
from skk_analysis.reporting.city_comparison.effects_analysis import TOGETHER
from skk_analysis.reporting.city_comparison.similar import municipality
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.impact import Effect, Evaluation
    from skk_analysis.reporting.city_comparison.report import CityComparison

LEFT_OUT = ("city", "donor", "year")
"""Kinds of units of the leave-one-out table, in the order shown."""


def write(report: CityComparison, writer: Writer) -> None:
    """Joint outcomes with their figures, the cities' own, leave-one-out and the checks."""
    effects = report.analysis.effects
    found = dict(dossiers(report))
    if not found:
        writer.say("comparison.effects.nothing", year=str(report.year))
        return
    agreed = "beforehand" if effects.beforehand else "afterwards"
    writer.say("comparison.effects.introduction")
    writer.say(f"comparison.effects.{agreed}", names=_outcome_names(report))
    for indicator in effects.joint:
        _outcome(report, writer, indicator)
    writer.subheading("section.city_comparison.effects.cities")
    _forest(report, writer, found)
    _table(report, writer, found)
    _words(report, writer, found)
    _not_begun(report, writer)
    writer.subheading("section.city_comparison.effects.robustness")
    _leave_one_out(report, writer, found)
    _checks(report, writer)


def _outcome_names(report: CityComparison) -> str:
    return "; ".join(report.indicator_name(name) for name in report.analysis.effects.joint)


def dossiers(report: CityComparison) -> Iterator[tuple[tuple[str, str], Evaluation]]:
    """Every dossier by (indicator, city or all together): joint outcomes first, then own ones."""
    effects = report.analysis.effects
    for indicator in effects.joint:
        for unit in (TOGETHER, *report.city_names()):
            if dossier := effects.dossier(indicator, unit):
                yield (indicator, unit), dossier
    for (code, indicator), dossier in effects.own_dossiers.items():
        yield (indicator, code), dossier


def _unit_name(report: CityComparison, writer: Writer, unit: str) -> str:
    return report.city_names().get(unit) or writer.text("comparison.together")


def _outcome(report: CityComparison, writer: Writer, indicator: str) -> None:
    """All cities together in words and in a figure, and the gaps of each before and after."""
    dossier = report.analysis.effects.dossier(indicator, TOGETHER)
    if dossier is None:
        return
    name = report.indicator_name(indicator)
    writer.parts.append(Heading(name, f"effects-{indicator.replace('_', '-')}", level=3))
    for paragraph in effect_text(dossier.effect, report.language, name=name).split("\n"):
        writer.say("comparison.words", words=paragraph)

    def draw(effect: Effect, language: str, *, caption: str, topic: str):
        record = f"effect.{indicator}.{TOGETHER}"
        return effect_figure(effect, language, name=topic, caption=caption, record=record)

    writer.figure("comparison_effect", draw, dossier.effect, outcome=name)
    _gap_figure(report, writer, indicator)


def _gap_figure(report: CityComparison, writer: Writer, indicator: str) -> None:
    paths = []
    for unit in (TOGETHER, *report.city_names()):
        dossier = report.analysis.effects.dossier(indicator, unit)
        path = path_of(dossier.effect) if dossier else None
        if path is None:
            continue
        unit_, decimals = report.unit(indicator)
        gaps = {
            int(row["time"]): Quantity(
                f"gap.{indicator}.{unit}.{int(row['time'])}",
                float(row["gap"]),
                unit_,
                decimals=None if decimals is None else decimals + 1,
                kind="difference",
                year=int(row["time"]),
            )
            for _, row in path.iterrows()
        }
        paths.append(GapPath(_unit_name(report, writer, unit), gaps, report.data.start))
    if not paths:
        return

    def draw(paths, language: str, *, caption: str, topic: str):
        struck = report.data.pandemic_years
        return gap_paths(paths, language, caption=caption, topic=topic, pandemic=struck)

    writer.figure("comparison_gaps", draw, paths, outcome=report.indicator_name(indicator))


def _forest(
    report: CityComparison, writer: Writer, found: dict[tuple[str, str], Evaluation]
) -> None:
    """Every city's estimate beside the size that could have been seen."""
    drawn, records = {}, {}
    for (indicator, unit), dossier in found.items():
        key = (report.indicator_name(indicator), _unit_name(report, writer, unit))
        drawn[key] = dossier.effect
        records[key] = f"effect.{indicator}.{unit}.forest"

    def draw(drawn, language: str, *, caption: str, topic: str):
        return effects_forest(drawn, language, caption=caption, topic=topic, records=records)

    writer.figure("comparison_forest", draw, drawn, year=str(report.year))


def _table(
    report: CityComparison, writer: Writer, found: dict[tuple[str, str], Evaluation]
) -> None:
    """Estimate, interval, place among the placebos, verdict and grade, an effect a row."""
    adjusted = report.analysis.effects.adjusted
    rows: list[list[Cell]] = []
    for (indicator, unit), dossier in found.items():
        effect = dossier.effect
        amounts = Amounts.of(effect, report.language)
        record = f"effect.{indicator}.{unit}.{effect.method}"
        p = adjusted.get((indicator, unit), effect.p)
        none = Missing("not_applicable")
        rows.append(
            [
                report.indicator_name(indicator),
                _unit_name(report, writer, unit),
                *estimate_cells(effect, amounts, record),
                *_placebo_rank(effect, record, report.year),
                none if math.isnan(p) else probability(float(p), report.language),
                verdict_word_of(dossier.verdict, report.language),
                report.text(f"agreed.{report.marks.of({'id': record})}"),
                count(f"{record}.grade", dossier.grade.sms, report.year),
            ]
        )
    keys = ("indicator", "city", "effect.estimate", "interval", "placebo_rank", "placebos",
            "adjusted_p", "effect.verdict", "agreed", "grade")  # fmt: skip
    columns = [writer.text(f"table.{key}") for key in keys]
    writer.table("comparison_effects", columns, rows, wide=True, year=str(report.year))
    writer.say("comparison.effects.table_reading")


def _placebo_rank(effect: Effect, record: str, year: int) -> tuple[Cell, Cell]:
    """The estimate's place by size among the placebos (1 = larger than all), and their number."""
    placebos = effect.placebos
    if not len(placebos):
        return Missing("not_applicable"), Missing("not_applicable")
    larger = int((abs(placebos) >= abs(effect.estimate) - 1e-12).sum())
    return (
        count(f"{record}.rank", 1 + larger, year),
        count(f"{record}.placebos", len(placebos), year),
    )


def _words(
    report: CityComparison, writer: Writer, found: dict[tuple[str, str], Evaluation]
) -> None:
    """What may be said, once for each wording that a grade allows."""
    wordings: dict[str, dict[str, list[str]]] = {}
    for (indicator, unit), dossier in found.items():
        words = grade_wording(dossier.grade, report.language)
        units = wordings.setdefault(words, {}).setdefault(report.indicator_name(indicator), [])
        units.append(_unit_name(report, writer, unit))
    sentences = [
        writer.sentence(
            "comparison.effects.wording",
            words=words,
            names="; ".join(f"{name} ({', '.join(units)})" for name, units in names.items()),
        )
        for words, names in wordings.items()
    ]
    writer.say("comparison.effects.wordings")
    writer.listed(sentences)


def _not_begun(report: CityComparison, writer: Writer) -> None:
    """Outcomes that a city chose for itself and whose experiment has no year after its start."""
    names = report.city_names()
    for one in report.analysis.effects.own:
        if (one.city_code, one.indicator) not in report.analysis.effects.own_dossiers:
            writer.say(
                "comparison.effects.not_begun",
                city=names[one.city_code],
                name=report.indicator_name(one.indicator),
                start=str(one.start),
            )


def _leave_one_out(
    report: CityComparison, writer: Writer, found: dict[tuple[str, str], Evaluation]
) -> None:
    """How far the estimate moves when one city, comparison municipality or year is left out."""
    rows: list[list[Cell]] = []
    for (indicator, unit), dossier in found.items():
        amounts = Amounts.of(dossier.effect, report.language)
        for kind in LEFT_OUT:
            mine = dossier.leave_one_out
            mine = mine[mine["kind"] == kind]
            if mine.empty:
                continue
            record = f"left_out.{indicator}.{unit}.{kind}"
            low, high = mine["estimate"].min(), mine["estimate"].max()
            apart = (mine["estimate"] - dossier.effect.estimate).abs()
            which = str(mine.loc[apart.idxmax(), "left_out"])
            rows.append(
                [
                    report.indicator_name(indicator),
                    _unit_name(report, writer, unit),
                    writer.text(f"comparison.left_out.{kind}"),
                    count(f"{record}.count", len(mine), report.year),
                    _amount(f"{record}.low", low, amounts),
                    _amount(f"{record}.high", high, amounts),
                    which if kind == "year" else municipality(report, which),
                ]
            )
    if not rows:
        return
    keys = ("indicator", "city", "left_out", "times", "smallest", "largest", "moves_most")
    columns = [writer.text(f"table.{key}") for key in keys]
    writer.table("comparison_left_out", columns, rows, wide=True)
    writer.say("comparison.effects.left_out_reading")


def _amount(name: str, value: float, amounts: Amounts) -> Quantity:
    return Quantity(name, float(value), amounts.form, amounts.decimals, kind="difference")


def _checks(report: CityComparison, writer: Writer) -> None:
    """Every check of the cities together: what it asks, its result, and in words what it found."""
    for indicator in report.analysis.effects.joint:
        dossier = report.analysis.effects.dossier(indicator, TOGETHER)
        if dossier is None:
            continue
        amounts = Amounts.of(dossier.effect, report.language)
        rows = [
            [
                check_name(check.name, report.language),
                writer.text(f"comparison.check.{check.result}"),
                check_text(check, report.language, amounts=amounts),
            ]
            for check in dossier.effect.checks
        ]
        columns = [writer.text(f"table.{key}") for key in ("check", "result", "content")]
        name = report.indicator_name(indicator)
        writer.table("comparison_checks", columns, rows, wide=True, outcome=name)
