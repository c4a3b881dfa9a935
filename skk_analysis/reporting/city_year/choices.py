"""Which of the report's indicators were chosen together, and when: marks and their table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.language import Quantity, date
from skk_analysis.reporting.agreed import STATUSES, Marks, marks_of
from skk_analysis.reporting.city_year.data import ReportData
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear


def city_marks(data: ReportData) -> Marks:
    """The marks of a city's report: each indicator by the latest year that the report shows."""
    values = data.indicator_values
    units = [data.city.code, *data.areas["unit_code"]]
    seen = values[
        values["unit_code"].isin(units)
        & (values["status"] == "observed")
        & (values["reference_year"] <= data.year)
    ]
    latest = seen.groupby("indicator")["reference_year"].max()
    years = {str(name): int(latest.get(name, data.year)) for name in data.indicators.index}
    return marks_of(
        data.register,
        data.indicators,
        years,
        first_year=data.first_year,
        cities=[data.city.code],
    )


def tell(report: CityYear, writer: Writer) -> None:
    """The rule, the indicators' shares by status, when each was chosen, and contradictions."""
    writer.subheading("section.methods.choices")
    if report.data.register.get("indicator_choices") is None:
        writer.say("choices.no_register")
        return
    writer.say("choices.rule")
    table = report.marks.table
    counts = {status: int((table["status"] == status).sum()) for status in STATUSES}
    shown = {
        name: Quantity(f"choices.{name}", float(count), "count", year=report.year)
        for name, count in counts.items()
    }
    share = Quantity("choices.share", counts["beforehand"] / len(table), "share", 0)
    writer.say("choices.indicators", share=share, year=str(report.year), **shown)
    chosen = table[table["status"] != "not_chosen"]
    rows: list[tuple[Cell, ...]] = [
        (
            report.indicator_name(str(name)),
            writer.text(f"agreed.{row['status']}"),
            date(row["chosen_on"], report.language) if row["chosen_on"] else "–",
            date(row["limit"], report.language),
            writer.text(f"choices.limit.{row['rule']}"),
            str(row["outcome_year"]),
        )
        for name, row in chosen.iterrows()
    ]
    keys = ("agreed", "chosen_on", "limit", "limit_rule", "outcome_year")
    columns = [writer.text("table.indicator"), writer.text("table.agreed")]
    columns += [writer.text(f"choices.column.{key}") for key in keys[1:]]
    writer.table("choices", columns, rows, wide=True, year=str(report.year))
    wrong = table[table["contradiction"] != ""]
    writer.listed(
        writer.sentence(
            f"choices.{row['contradiction']}",
            name=report.indicator_name(str(name)),
            chosen=date(row["chosen_on"], report.language) or writer.text("choices.undated"),
            limit=date(row["limit"], report.language),
        )
        for name, row in wrong.iterrows()
    ) if len(wrong) else writer.say("choices.no_contradictions")
