"""Section 14: what was measured and how, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.reporting.city_year import choices
from skk_analysis.reporting.concepts import concepts_table
from skk_analysis.reporting.dictionary import DIMENSIONS
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_year.report import CityYear

MEASURES = (
    "gini",
    "theil_t",
    "s80s20",
    "palma",
    "percentile_ratio",
    "low_income_rate",
    "wolfson",
    "duclos_esteban_ray",
    "dissimilarity",
    "isolation",
    "exposure",
    "theil_h",
    "between_share",
)


def write(report: CityYear, writer: Writer) -> None:
    """How measures are computed, how verdicts are given, and the dictionary of indicators."""
    writer.say("methods.introduction")
    columns = [writer.text(f"table.{name}") for name in ("measure", "in_words", "range")]
    rows = [
        (
            writer.text(f"measure.{name}"),
            writer.text(f"formula.{name}"),
            writer.text(f"range.{name}"),
        )
        for name in MEASURES
    ]
    writer.table("formulas", columns, rows, wide=True)
    writer.subheading("section.methods.rules")
    writer.listed([writer.sentence(f"methods.{name}") for name in RULES])
    concepts = report.data.register.get("concepts")
    if concepts is not None and not concepts.empty:
        concepts_table(writer, concepts)
    _dictionary(report, writer)
    choices.tell(report, writer)


RULES = ("income", "line", "verdict", "between", "segregation", "survey", "wording")
"""Rules that hold throughout the report, one sentence or two each."""


def _dictionary(report: CityYear, writer: Writer) -> None:
    rows: list[tuple[Cell, ...]] = []
    indicators = report.data.indicators
    for name, row in indicators[indicators["dimension"].isin(DIMENSIONS)].iterrows():
        expression = _spaced(f"{row['numerator']} / {row['denominator']}".removesuffix(" / "))
        definition = localised(row, "definition", report.language)
        note = localised(row, "break_note", report.language)
        rows.append(
            (
                report.indicator_name(str(name)),
                writer.text(f"dimension.{row['dimension']}"),
                " ".join(f"{part}" for part in (definition and f"{definition}.", note) if part),
                writer.text(f"unit.{row['unit']}"),
                writer.text(f"direction.{row['direction']}"),
                report.agreed_word(str(name)),
                expression,
            )
        )
    keys = ("indicator", "dimension", "definition", "unit", "direction", "agreed", "formula")
    columns = [writer.text(f"table.{key}") for key in keys]
    writer.table("dictionary", columns, rows, wide=True)


def _spaced(expression: str) -> str:
    """A formula of publishers' variables with room to break lines."""
    for sign in "|+-":
        expression = expression.replace(sign, f" {sign} ")
    return expression
