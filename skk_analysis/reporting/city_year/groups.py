"""Section 7: gaps between groups of residents, in money and in experience."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from skk_analysis import metrics
from skk_analysis.estimate import Estimate
from skk_analysis.figures import Cell, Pair, dumbbell
from skk_analysis.language import Missing, Quantity, rule_sentence
from skk_analysis.metrics.change import OverallVerdict
from skk_analysis.reporting.analysis import DIVISIONS
from skk_analysis.reporting.measures import limits
from skk_analysis.reporting.section import Writer, estimated
from skk_analysis.reporting.unstable import say_unstable

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
    changes = {division: _gap_change(report, division) for division in DIVISIONS}
    made = (_gap_row(report, writer, *item) for item in changes.items())
    rows = [row for row in made if row]
    columns = [writer.text(key) for key in ("table.division", "table.compared")]
    for year in report.data.years:
        columns += [writer.text(f"table.{key}", year=str(year)) for key in ("gap", "gap_ratio")]
    columns += [writer.text(key) for key in ("table.gap_change", "table.interval")]
    columns.append(writer.text("table.gap_direction"))
    writer.table("group_gaps", columns, rows, wide=True, **years)
    _disagreements(report, writer, changes)


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


def _gap_change(report: CityYear, division: str) -> OverallVerdict | None:
    """The change of a division's gap as a difference and a ratio; None without two years."""
    ends = _compared(report, division)
    rates = report.analysis.rates_by_group[division]
    if ends is None or len(rates) < 2:
        return None
    before, after = ([rates[year][name] for name in ends] for year in report.data.years)
    return metrics.gap_change(before, after)


def _gap_row(
    report: CityYear, writer: Writer, division: str, outcome: OverallVerdict | None
) -> tuple[Cell, ...] | None:
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


def _disagreements(
    report: CityYear, writer: Writer, changes: Mapping[str, OverallVerdict | None]
) -> None:
    for division, outcome in changes.items():
        if outcome is not None and outcome.verdict == "depends_on_measure":
            writer.say(
                "groups.depends",
                division=writer.text(f"division.{division}"),
                rule=rule_sentence(outcome.rule, report.language),
            )


# -- the residents' survey -------------------------------------------------------------------------


def _survey(report: CityYear, writer: Writer) -> None:
    writer.subheading("section.groups.survey")
    answers = report.answers[report.year]
    questions = [q for q in report.indicators_of("resident") if q in answers.shares]
    if not questions:
        writer.say("groups.no_survey", year=str(report.year))
        return
    people = answers.rows["respondent_id"].nunique()
    writer.say(
        "groups.survey",
        year=str(report.year),
        n=Quantity(f"survey.n.{report.year}", float(people), "persons", year=report.year),
    )
    columns = [writer.text("table.group"), *map(report.indicator_name, questions)]
    rows = [(writer.text("group.all"), *_shares(answers.shares, questions, "all", report.year))]
    for division in DIVISIONS:
        shares = answers.by_group(division)
        for name in _ordered(division, shares):
            label = f"{writer.text(f'division.{division}')}: {group_name(writer, division, name)}"
            row = _shares(shares[name], questions, f"{division}.{name}", report.year)
            rows.append((label, *row))
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


def _shares(
    shares: Mapping[str, Estimate | None], questions: list[str], name: str, year: int
) -> Iterator[Cell]:
    """The shares of those who agree, as cells."""
    for question in questions:
        share = shares.get(question)
        few = Missing("protected" if question in shares else "not_asked")
        cell = estimated(f"{question}.{name}.{year}", share, "share", year)
        yield few if share is None else cell


def _survey_changes(report: CityYear, writer: Writer, questions: list[str]) -> None:
    asked = [report.answers[year].shares for year in report.data.years]
    if not asked[0]:
        writer.say("groups.survey_first", year=str(report.comparison_year))
        return
    rows: list[tuple[Cell, ...]] = []
    for question in questions:
        cells: list[Cell] = [report.indicator_name(question)]
        for year, shares in zip(report.data.years, asked, strict=True):
            cells += _shares(shares, [question], "all", year)
        cells += _change_cells(report, writer, question, [found.get(question) for found in asked])
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
