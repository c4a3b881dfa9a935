"""Section 12: what residents and target groups said, with how many and how many answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell, Limits
from skk_analysis.language import Missing, Quantity, date
from skk_analysis.reporting.city_year.experiments import table_of
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer, estimated

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

KINDS = {"kohdeyleisö": "target_audience", "käytäntö": "practice"}


def write(report: CityYear, writer: Writer) -> None:
    """Findings of the tests, then the surveys."""
    _tests(report, writer)
    _response(report, writer)
    _answers(report, writer)


def _tests(report: CityYear, writer: Writer) -> None:
    tests = table_of(report, "tests", "date")
    if tests.empty:
        writer.say("voices.no_tests", year=str(report.year))
        return
    experiments = table_of(report, "experiments").set_index("id")
    cells: list[tuple[Cell, ...]] = []
    for place, (_, row) in enumerate(tests.sort_values("date", kind="stable").iterrows()):
        known = row["experiment"] in experiments.index
        named = (
            localised(experiments.loc[row["experiment"]], "name", report.language) if known else ""
        )
        kind = KINDS.get(row["kind"], "")
        cells.append((
            named or row["experiment"],
            writer.text(f"voices.kind.{kind}") if kind else row["kind"],
            date(row["date"], report.language) if row["date"] else "–",
            localised(row, "group", report.language) or "–",
            _persons(report, f"tests.{row['experiment']}.{place}", row["n"]),
            localised(row, "finding", report.language) or "–",
            _change(report, writer, row),
        ))  # fmt: skip
    keys = ("experiment", "test_kind", "date", "group", "n", "finding", "change")
    columns = [writer.text(f"monitoring.column.{key}") for key in keys]
    writer.table("test_findings", columns, cells, wide=True, year=str(report.year))
    writer.say("voices.tests_reading")


def _persons(report: CityYear, name: str, text: str) -> Cell:
    if not text:
        return Missing("not_received")
    number = float(text.replace(",", "."))
    few = number < report.data.policy.minimum_group
    return Missing("protected") if few else _people(name, number, report)


def _change(report: CityYear, writer: Writer, row: pd.Series) -> str:
    if row["change_made"] == "yes":
        return localised(row, "change", report.language) or writer.text("monitoring.yes")
    return writer.text("monitoring.no" if row["change_made"] == "no" else "monitoring.unknown")


def _response(report: CityYear, writer: Writer) -> None:
    surveys = table_of(report, "surveys")
    mine = surveys[_years(surveys, report.year)] if len(surveys) else surveys
    writer.subheading("section.voices.surveys")
    if mine.empty:
        writer.say("voices.no_surveys", year=str(report.year))
        return
    experiments = table_of(report, "experiments")
    titles = (
        {row["id"]: localised(row, "name", report.language) for _, row in experiments.iterrows()}
        if "id" in experiments
        else {}
    )
    cells: list[tuple[Cell, ...]] = []
    for _, row in mine.iterrows():
        name = f"response.{row['survey']}"
        sent, back = _number(row["invited"]), _number(row["answered"])
        what = writer.text("voices.residents")
        if row["experiment"]:
            title = titles.get(row["experiment"], row["experiment"])
            what = writer.text("voices.participants", name=title)
        unknown = Missing("not_received")
        rate: Cell = unknown
        if sent and back is not None:
            rate = Quantity(f"{name}.rate", back / sent, "share", year=report.year)
        cells.append((
            what,
            unknown if sent is None else _people(f"{name}.invited", sent, report),
            unknown if back is None else _people(f"{name}.answered", back, report),
            rate,
        ))  # fmt: skip
    keys = ("survey", "invited", "answered", "rate")
    columns = [writer.text(f"monitoring.column.{key}") for key in keys]
    writer.table("surveys", columns, cells, year=str(report.year))
    writer.say("voices.response_reading")


def _years(surveys: pd.DataFrame, year: int) -> pd.Series:
    return surveys["year"].map(lambda text: str(year) in text.split(";"))


def _people(name: str, number: float, report: CityYear) -> Quantity:
    return Quantity(name, float(number), "persons", year=report.year)


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None


def _answers(report: CityYear, writer: Writer) -> None:
    answers = report.answers[report.year]
    questions = [q for q in report.indicators_of("resident") if q in answers.shares]
    if not questions:
        writer.say("voices.no_answers", year=str(report.year))
        return
    cells: list[tuple[Cell, ...]] = []
    for question in questions:
        share = answers.shares[question]
        cell: Cell = Missing("protected")
        if share is not None:
            cell = estimated(f"{question}.all.{report.year}", share, "share", report.year)
        n = len(answers.by_question[question])
        cells.append((
            report.indicator_name(question), cell,
            Limits(cell) if isinstance(cell, Quantity) else cell,
            _persons(report, f"response.{question}.n", str(n)),
            report.agreed_word(question),
        ))  # fmt: skip
    keys = ("statement", "agreeing", "interval", "n", "agreed")
    columns = [writer.text(f"monitoring.column.{key}") for key in keys]
    writer.table("residents", columns, cells, wide=True, city=report.city, year=str(report.year))
    writer.say("voices.answers_reading")
