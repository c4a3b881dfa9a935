"""Section 13: what can be concluded, and what was decided on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis.figures import Cell, Sentence
from skk_analysis.language import date, verdict_word
from skk_analysis.reporting.city_year.summary import headlines
from skk_analysis.reporting.register import localised_cells
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def write(report: CityYear, writer: Writer) -> None:
    """The verdicts together, how strong the evidence is, and the decisions."""
    conclusions = list(_conclusions(report, writer))
    if conclusions:
        writer.listed(conclusions)
    else:
        writer.say("conclusions.none", year=str(report.year))
    writer.say("conclusions.grade")
    _decisions(report, writer)


def _conclusions(report: CityYear, writer: Writer):
    lines = [one for one in headlines(report.analysis) if one.change]
    for verdict in ("grows", "shrinks", "unclear"):
        names = [
            writer.text(f"plain.{one.name}")
            for one in lines
            if one.change and one.change.verdict == verdict
        ]
        if names:
            yield writer.sentence(
                "conclusions.verdict",
                verdict=verdict_word(verdict, report.language).capitalize(),
                names="; ".join(names),
            )
    if report.analysis.verdicts:
        yield _families(report, writer)


def _families(report: CityYear, writer: Writer) -> Sentence:
    outcomes = report.analysis.verdicts.items()
    parts = [
        f"{writer.text(f'family.{family}')}: {verdict_word(outcome.verdict, report.language)}"
        for family, outcome in outcomes
    ]
    return writer.sentence("conclusions.families", families="; ".join(parts))


def _decisions(report: CityYear, writer: Writer) -> None:
    kind = "decision" if report.data.decision else "followed"
    writer.subheading(f"section.conclusions.{kind}")
    decisions = report.data.register.get("decisions")
    mine = _of_years(decisions, report) if decisions is not None else None
    if mine is None or mine.empty:
        writer.say(f"conclusions.no_{kind}", year=str(report.year))
        return
    fields = ["decision", "reasons", "evidence"] + ([] if report.data.decision else ["followed"])
    fields += ["decided_by"] if any(name.startswith("decided_by") for name in mine.columns) else []
    rows: list[tuple[Cell, ...]] = []
    for _, row in mine.iterrows():
        when = str(row.get("date") or row.get("year") or "")
        cells = localised_cells(row, fields, report.language)
        rows.append((date(when, report.language), *cells))
    columns = [writer.text(f"table.{name}") for name in ("date", *fields)]
    writer.table("decisions", columns, rows, wide=True, city=report.city)
    writer.say(f"conclusions.{kind}_reading")


def _of_years(decisions: pd.DataFrame, report: CityYear) -> pd.DataFrame:
    """Decisions made by the end of the report's year; what follows later is not in this report."""
    when = decisions["date"] if "date" in decisions else decisions["year"]
    return decisions[when.str[:4].le(str(report.year))]
