"""Section 8: the pandemic year: how far the whole country moved, and how exposed each city was."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from skk_analysis.estimate import Estimate
from skk_analysis.figures import Cell, UnitPanel, UnitRow, unit_panels
from skk_analysis.figures.effect import estimate_cells
from skk_analysis.language import Missing, Quantity
from skk_analysis.language.amounts import Amounts
from skk_analysis.reporting.city_comparison.effects_analysis import TOGETHER
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.impact import Evaluation
    from skk_analysis.reporting.city_comparison.report import CityComparison

VARIANTS = (("main", "with"), ("without_exposure", "unadjusted"), ("without_pandemic", "without"))
"""Ways of doing the main analysis that tell the pandemic's part, and what they are called."""


def write(report: CityComparison, writer: Writer) -> None:
    """The national shift, the cities beside it, their exposure, and results without the year."""
    if not report.data.pandemic_years:
        writer.say("comparison.pandemic.not_yet", year=str(report.year))
        return
    struck = max(report.data.pandemic_years)
    writer.say("comparison.pandemic.introduction", year=str(struck))
    _shift(report, writer, struck)
    _exposure(report, writer)
    _with_and_without(report, writer, struck)


def _change(report: CityComparison, name: str, unit: str, year: int) -> float | None:
    series = report.analysis.series(name, unit)
    if year not in series or year - 1 not in series:
        return None
    return series[year] - series[year - 1]


def _quantity(
    report: CityComparison, name: str, indicator: str, estimate: Estimate | float | None, year: int
) -> Quantity | Missing:
    """A yearly change as a number; with an interval where a usual one is told."""
    if estimate is None:
        return Missing("not_received")
    unit, decimals = report.unit(indicator)
    limits: dict[str, Any] = {}
    if isinstance(estimate, Estimate) and estimate.se > 0:
        half = 1.959963984540054 * estimate.se
        limits = {"lower": estimate.value - half, "upper": estimate.value + half}
    return Quantity(name, float(estimate), unit, decimals, year=year, kind="difference", **limits)


def _shift(report: CityComparison, writer: Writer, year: int) -> None:
    country = report.analysis.country
    codes = {**report.city_names()}
    if country:
        codes[country] = writer.text("comparison.whole_country")
    charts, rows, alone = [], [], []
    for name in report.indicators_of("municipality"):
        national = _change(report, name, country, year) if country else None
        panel, cells = [], []
        for code, label in codes.items():
            record = f"shift.{name}.{code}"
            change = _change(report, name, code, year)
            moved = _quantity(report, f"{record}.{year}", name, change, year)
            usual = report.analysis.usual_change(name, code)
            panel.append(
                UnitRow(label, moved, _quantity(report, f"{record}.usual", name, usual, year))
            )
            if code != country:
                apart = change - national if change is not None and national is not None else None
                cells.append(_quantity(report, f"{record}.apart", name, apart, year))
        if not any(isinstance(row.value, Quantity) for row in panel):
            continue
        charts.append(UnitPanel(report.indicator_name(name), tuple(panel)))
        if national is None:
            alone.append(report.indicator_name(name))
            continue
        moved = _quantity(report, f"shift.{name}.national.{year}", name, national, year)
        rows.append([report.indicator_name(name), moved, *cells])
    if not charts:
        writer.say("comparison.pandemic.no_change", year=str(year))
        return

    def draw(charts, language: str, *, caption: str, topic: str):
        return unit_panels(
            charts,
            writer.text("comparison.change_in", year=str(year)),
            writer.text("comparison.usual_change"),
            language,
            caption=caption,
            topic=topic,
            heading=writer.text("table.city"),
        )

    writer.figure("comparison_shift", draw, charts, year=str(year))
    writer.say("comparison.pandemic.shift_reading", year=str(year))
    if rows:
        names = list(report.city_names().values())
        columns = [writer.text("table.indicator"), codes[country], *names]
        note = writer.text("comparison.pandemic.apart_note")
        writer.table("comparison_shift", columns, rows, wide=True, note=note, year=str(year))
    if alone:
        writer.say("comparison.pandemic.no_national", names="; ".join(alone))


def _exposure(report: CityComparison, writer: Writer) -> None:
    """The number that stands for a city's exposure: the register's, else its size."""
    table = report.data.register.get("pandemic_exposure")
    mine = None
    if table is not None:
        mine = table[table["unit_level"] == "municipality"].set_index("unit_code")["exposure"]
    given = mine is not None and len(mine) > 0
    writer.say(f"comparison.pandemic.exposure_{'register' if given else 'size'}")
    rows: list[list[Cell]] = []
    for code, city in report.city_names().items():
        cell: Cell = Missing("not_received")
        if mine is not None and given:
            if code in mine.index:
                value = float(str(mine[code]).replace(",", "."))
                cell = Quantity(f"exposure.{code}", value, "score", year=report.year)
        else:
            people = [
                size
                for year, size in report.analysis.series("municipal_population", code).items()
                if year < report.data.start
            ]
            if people:
                mean = sum(people) / len(people)
                cell = Quantity(f"exposure.{code}", mean, "persons")
        rows.append([city, cell])
    key = "exposure" if given else "mean_population"
    columns = [writer.text("table.city"), writer.text(f"table.{key}")]
    writer.table("comparison_exposure", columns, rows)


def _with_and_without(report: CityComparison, writer: Writer, year: int) -> None:
    """The comparisons of section 7 with the year, without its adjustment, and without it."""
    rows: list[list[Cell]] = []
    effects = report.analysis.effects
    for indicator in effects.joint:
        for unit in (TOGETHER, *report.city_names()):
            dossier = effects.dossier(indicator, unit)
            if dossier is None:
                continue
            name = report.city_names().get(unit) or writer.text("comparison.together")
            cells = _variants(report, dossier, f"effect.{indicator}.{unit}")
            rows.append([report.indicator_name(indicator), name, *cells])
    if not rows:
        return
    writer.subheading("section.city_comparison.pandemic.without")
    columns = [writer.text("table.indicator"), writer.text("table.city")]
    for _, label in VARIANTS:
        part = writer.text(f"comparison.variant.{label}")
        columns += [part, writer.text("table.interval_of", part=part)]
    writer.table("comparison_pandemic", columns, rows, wide=True, year=str(year))
    writer.say("comparison.pandemic.without_reading", year=str(year))


def _variants(report: CityComparison, dossier: Evaluation, record: str) -> list[Cell]:
    from dataclasses import replace

    table = dossier.table[dossier.table["method"] == dossier.effect.method]
    table = table.set_index("variant")
    amounts = Amounts.of(dossier.effect, report.language)
    cells: list[Cell] = []
    for variant, _ in VARIANTS:
        if variant not in table.index or math.isnan(table.loc[variant, "estimate"]):
            cells += [Missing("not_applicable"), Missing("not_applicable")]
            continue
        row = table.loc[variant]
        shown = replace(
            dossier.effect,
            estimate=float(row["estimate"]),
            interval=(float(row["lower"]), float(row["upper"])),
        )
        cells += estimate_cells(shown, amounts, f"{record}.{variant}")
    return cells
