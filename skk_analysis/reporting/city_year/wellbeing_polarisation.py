"""In section 8: is experienced wellbeing pulling apart, not only income?

Answers lie on an ordered scale, so the index is Apouey's, which needs no distances between answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skk_analysis import metrics
from skk_analysis.estimate import Estimate
from skk_analysis.figures import Cell
from skk_analysis.language import Missing
from skk_analysis.reporting.measures import limits
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

SCALE = 5
LOW, HIGH = 2, 4
"""Answers up to the first are low, from the second on high; between them lies the middle."""


def write(report: CityYear, writer: Writer) -> None:
    """Residents at the low end, in the middle and at the high end, and the index in both years."""
    writer.subheading("section.polarisation.wellbeing")
    answers = {year: report.answers[year].by_question for year in report.data.years}
    if not answers[report.year]:
        writer.say("polarisation.no_wellbeing", year=str(report.year))
        return
    questions = sorted(answers[report.year], key=_wellbeing_first)
    rows = [_row(report, writer, question, answers) for question in questions]
    columns = (
        writer.text("table.indicator"),
        *(writer.text(f"class.answer_{part}") for part in ("low", "middle", "high")),
        writer.text("table.polarisation_in", year=str(report.comparison_year)),
        writer.text("table.polarisation_in", year=str(report.year)),
        writer.text("table.absolute_change"),
        writer.text("table.interval"),
        writer.text("table.verdict"),
    )
    writer.table("wellbeing_polarisation", columns, rows, wide=True, year=str(report.year))
    writer.say("polarisation.wellbeing")


def _wellbeing_first(question: str) -> tuple[bool, str]:
    return question != "quality_of_life", question


def _row(
    report: CityYear, writer: Writer, question: str, answers: dict[int, dict[str, pd.DataFrame]]
) -> tuple[Cell, ...]:
    mine = {y: found.get(question, pd.DataFrame()) for y, found in answers.items()}
    before, after = (_polarisation(report, part) for part in mine.values())
    cells: list[Cell] = [report.indicator_name(question), *_shares(report, question, mine)]
    for year, index in zip(report.data.years, (before, after), strict=True):
        few = Missing("protected" if len(mine[year]) else "not_asked")
        cell = estimated(f"{question}.apouey.{year}", index, "score", year)
        cells.append(few if index is None else cell)
    if before is None or after is None:
        absent = Missing("not_applicable")
        return (*cells, absent, absent, writer.text("verdict.none"))
    change = metrics.change(before, after)
    cell = estimated(
        f"{question}.apouey.change", change.absolute, "score", report.year,
        since=report.comparison_year, kind="difference",
    )  # fmt: skip
    return (*cells, cell, limits(cell), writer.text(f"verdict.{change.verdict}"))


def _polarisation(report: CityYear, answers: pd.DataFrame) -> Estimate | None:
    """Apouey's index of the answers; None for too few."""
    if len(answers) < report.data.policy.minimum_index_persons:
        return None
    values, weights = _columns(answers)
    return metrics.apouey(values, weights=weights, categories=SCALE)


def _shares(report: CityYear, question: str, mine: dict[int, pd.DataFrame]) -> list[Cell]:
    answers = mine[report.year]
    if len(answers) < report.data.policy.minimum_denominator:
        return [Missing("protected")] * 3
    values, weights = _columns(answers)
    parts = {
        "low": values <= LOW,
        "middle": (values > LOW) & (values < HIGH),
        "high": values >= HIGH,
    }
    return [
        estimated(
            f"{question}.{name}.{report.year}", metrics.proportion(part, weights=weights),
            "share", report.year,
        )
        for name, part in parts.items()
    ]  # fmt: skip


def _columns(answers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return (
        answers["answer"].to_numpy(dtype=float),
        answers["weight"].to_numpy(dtype=float),
    )
