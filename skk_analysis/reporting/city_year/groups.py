"""Section 7: gaps between groups of residents, in money and in experience."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import pandas as pd

from skk_analysis import metrics
from skk_analysis.estimate import Estimate
from skk_analysis.figures import Cell, Pair, dumbbell
from skk_analysis.language import Missing, Quantity, rule_sentence
from skk_analysis.reporting.analysis import AGREE, DIVISIONS, agreeing
from skk_analysis.reporting.measures import limits
from skk_analysis.reporting.section import Writer, estimated
from skk_analysis.reporting.unstable import say_unstable
from skk_analysis.review.disclosure.small_groups import shown_rates

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

ORDER = {
    "education": ("basic", "secondary", "higher"),
    "age_group": ("18–29", "30–44", "45–64", "65+"),
    "sex": ("female", "male"),
    "language": ("fi", "sv", "other"),
}
"""Groups in their reading order; a group of another name follows after these."""


def write(report: CityYear, writer: Writer) -> None:
    """Low income by group in both years, the gaps and their change, and experiences by group."""
    if report.analysis.has_households:
        _low_income(report, writer)
    else:
        writer.say("groups.no_households")
    _survey(report, writer)


def _low_income(report: CityYear, writer: Writer) -> None:
    pairs = []
    for division in DIVISIONS:
        rates = report.analysis.rates_by_group[division]
        before, after = (rates.get(year, {}) for year in report.data.years)
        for name in _ordered(division, after):
            pairs.append(
                Pair(
                    writer.text(f"division.{division}"),
                    group_name(writer, division, name),
                    _rate(division, name, report.comparison_year, before.get(name)),
                    _required(_rate(division, name, report.year, after[name])),
                )
            )
    years = {"before": str(report.comparison_year), "year": str(report.year)}

    def draw(pairs, language: str, *, caption: str, topic: str):
        return dumbbell(pairs, report.data.years, language, caption=caption, topic=topic)

    writer.say("groups.introduction")
    writer.figure("groups", draw, pairs, city=report.city, **years)
    rows = [row for division in DIVISIONS if (row := _gap_row(report, writer, division))]
    columns = [writer.text(key) for key in ("table.division", "table.compared")]
    for year in report.data.years:
        columns += [writer.text(f"table.{key}", year=str(year)) for key in ("gap", "gap_ratio")]
    columns += [writer.text(key) for key in ("table.gap_change", "table.interval")]
    columns.append(writer.text("table.gap_direction"))
    writer.table("group_gaps", columns, rows, wide=True, **years)
    _disagreements(report, writer)


def _ordered(division: str, names) -> list[str]:
    known = [name for name in ORDER[division] if name in names]
    return known + sorted(set(names) - set(known))


def group_name(writer: Writer, division: str, name: str) -> str:
    """A group's name in the report's language; ages are names themselves."""
    return name if division == "age_group" else writer.text(f"group.{division}.{name}")


def _rate(division: str, name: str, year: int, rate: Estimate | None) -> Quantity | None:
    cell = estimated(f"low_income_rate.{division}.{name}.{year}", rate, "share", year)
    return cell if isinstance(cell, Quantity) else None


def _required(quantity: Quantity | None) -> Quantity:
    assert quantity is not None
    return quantity


def _compared(report: CityYear, division: str) -> tuple[str, str] | None:
    """The groups with the lowest and the highest rate in the first year that has rates."""
    rates = report.analysis.rates_by_group[division]
    base = rates.get(report.comparison_year) or rates.get(report.year) or {}
    common = [name for name in base if all(name in found for found in rates.values())]
    if len(common) < 2:
        return None
    return min(common, key=lambda n: base[n].value), max(common, key=lambda n: base[n].value)


def _gap_change(report: CityYear, division: str):
    """The change of a division's gap as a difference and a ratio; None without two years."""
    ends = _compared(report, division)
    rates = report.analysis.rates_by_group[division]
    if ends is None or len(rates) < 2:
        return None
    before, after = ([rates[year][name] for name in ends] for year in report.data.years)
    return metrics.gap_change(before, after)


def _gap_row(report: CityYear, writer: Writer, division: str) -> tuple[Cell, ...] | None:
    ends = _compared(report, division)
    if ends is None:
        return None
    low, high = (group_name(writer, division, name) for name in ends)
    cells: list[Cell] = [writer.text(f"division.{division}"), f"{high} – {low}"]
    rates = report.analysis.rates_by_group[division]
    for year in report.data.years:
        found = rates.get(year)
        gap = found[ends[1]] - found[ends[0]] if found else None
        ratio = found[ends[1]] / found[ends[0]] if found and found[ends[0]].value > 0 else None
        cells.append(estimated(f"group_gap.{division}.{year}", gap, "share", year, kind="gap"))
        cells.append(estimated(f"group_ratio.{division}.{year}", ratio, "ratio", year))
    outcome = _gap_change(report, division)
    if outcome is None:
        absent = Missing("not_applicable")
        return (*cells, absent, absent, writer.text("gap.none"))
    change = outcome.changes["difference"].absolute
    moved = estimated(
        f"group_gap.{division}.change",
        change,
        "share",
        report.year,
        kind="difference",
        since=report.comparison_year,
    )
    return (*cells, moved, limits(moved), writer.text(f"gap.{outcome.verdict}"))


def _disagreements(report: CityYear, writer: Writer) -> None:
    for division in DIVISIONS:
        outcome = _gap_change(report, division)
        if outcome is not None and outcome.verdict == "depends_on_measure":
            writer.say(
                "groups.depends",
                division=writer.text(f"division.{division}"),
                rule=rule_sentence(outcome.rule, report.language),
            )


# -- the residents' survey -------------------------------------------------------------------------


def _survey(report: CityYear, writer: Writer) -> None:
    writer.subheading("section.groups.survey")
    answers = residents(report, report.year)
    questions = [q for q in report.indicators_of("resident") if q in set(answers["question"])]
    if not questions:
        writer.say("groups.no_survey", year=str(report.year))
        return
    people = answers["respondent_id"].nunique()
    writer.say(
        "groups.survey",
        year=str(report.year),
        n=Quantity(f"survey.n.{report.year}", float(people), "persons", year=report.year),
    )
    columns = [writer.text("table.group"), *map(report.indicator_name, questions)]
    rows = [_survey_row(report, answers, questions, writer.text("group.all"), "all")]
    for division in DIVISIONS:
        shown = _shown(report, answers, division)
        for name in _ordered(division, set(answers[division].dropna())):
            mine = answers[answers[division] == name]
            label = f"{writer.text(f'division.{division}')}: {group_name(writer, division, name)}"
            row = f"{division}.{name}"
            rows.append(_survey_row(report, mine, questions, label, row, shown.get(name, set())))
    writer.table("survey", columns, rows, wide=True, year=str(report.year))
    say_unstable(
        writer,
        (
            (f"{row[0]}, {column}:", cell)
            for row in rows
            for column, cell in zip(columns[1:], row[1:], strict=True)
        ),
    )
    _survey_changes(report, writer, questions)


def _shown(report: CityYear, answers: pd.DataFrame, division: str) -> dict[str, set[str]]:
    """Each group's questions whose share may be shown beside the share of everybody."""
    found: dict[str, set[str]] = {}
    for question, mine in answers.groupby("question"):
        agree = mine["answer"].astype(float) >= AGREE
        counted = agree.groupby(mine[division]).agg(["sum", "size"])
        sizes = {name: (int(yes), int(n)) for name, yes, n in counted.itertuples()}
        whole = int(agree.sum()), len(mine)
        for name in shown_rates(sizes, report.data.policy, total=whole):
            found.setdefault(name, set()).add(str(question))
    return found


def residents(report: CityYear, year: int) -> pd.DataFrame:
    """Answers of the city's residents in a year, those that were given."""
    rows = report.data.responses
    mine = (rows["year"] == year) & (rows["group"] == "resident") & (rows["status"] == "observed")
    return rows[mine]


def _survey_row(
    report: CityYear,
    answers: pd.DataFrame,
    questions: list[str],
    label: str,
    name: str,
    shown: Collection[str] | None = None,
) -> tuple[Cell, ...]:
    cells: list[Cell] = [label]
    by_question = dict(list(answers.groupby("question")))
    for question in questions:
        mine = by_question.get(question, answers.iloc[:0])
        hidden = shown is not None and question not in shown
        share = None if hidden else agreeing(mine, report.data.policy)
        few = Missing("protected" if len(mine) else "not_asked")
        cell = estimated(f"{question}.{name}.{report.year}", share, "share", report.year)
        cells.append(few if share is None else cell)
    return tuple(cells)


def _survey_changes(report: CityYear, writer: Writer, questions: list[str]) -> None:
    earlier = residents(report, report.comparison_year)
    if earlier.empty:
        writer.say("groups.survey_first", year=str(report.comparison_year))
        return
    now = residents(report, report.year)
    rows: list[tuple[Cell, ...]] = []
    for question in questions:
        shares = [
            agreeing(part[part["question"] == question], report.data.policy)
            for part in (earlier, now)
        ]
        cells: list[Cell] = [report.indicator_name(question)]
        for year, part, share in zip(report.data.years, (earlier, now), shares, strict=True):
            few = Missing("protected" if (part["question"] == question).any() else "not_asked")
            cell = estimated(f"{question}.all.{year}", share, "share", year)
            cells.append(few if share is None else cell)
        cells += _change_cells(report, writer, question, shares)
        rows.append((*cells, report.agreed_word(question)))
    columns = (
        writer.text("table.indicator"),
        str(report.comparison_year),
        str(report.year),
        writer.text("table.change_points"),
        writer.text("table.interval"),
        writer.text("table.verdict"),
        writer.text("table.agreed"),
    )
    years = {"before": str(report.comparison_year), "year": str(report.year)}
    writer.table("survey_change", columns, rows, wide=True, **years)
    writer.say("groups.survey_reading")


def _change_cells(
    report: CityYear, writer: Writer, question: str, shares: list[Estimate | None]
) -> tuple[Cell, Cell, Cell]:
    before, after = shares
    if before is None or after is None:
        absent = Missing("not_applicable")
        return absent, absent, writer.text("verdict.none")
    change = metrics.change(before, after)
    cell = estimated(
        f"{question}.all.change", change.absolute, "share", report.year,
        since=report.comparison_year, kind="difference",
    )  # fmt: skip
    return cell, limits(cell), writer.text(f"verdict.{change.verdict}")
