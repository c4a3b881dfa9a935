"""Ranked dot plot: one area a row, its value and interval, against the city's own value."""

from __future__ import annotations

from collections.abc import Sequence

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import value_table
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

Row = tuple[str, Quantity]

SIDES = {"above": (c.VERMILLION, "^"), "below": (c.BLUE, "v"), "level": (c.GREY, "o")}
"""Colour and marker of a row whose interval lies above, below or around the city's value."""


def ranked_dots(
    rows: Sequence[Row], reference: Quantity, language: str, *, caption: str, topic: str
) -> Figure:
    """Areas by value, largest on top, with 95 % intervals.

    The colour and the marker say whether an area's interval leaves out the city's value; areas
    whose intervals overlap are in a reading order, not in a ranking.

    Parameters
    ----------
    rows : area name and its value
    reference : the city's value
    topic : what is shown, as it starts the alternative text
    """
    ordered = sorted(rows, key=lambda row: (-row[1].value, row[0]))
    sides = {name: side_of(quantity, reference) for name, quantity in ordered}
    above, below = (sum(side == which for side in sides.values()) for which in ("above", "below"))
    (high_name, high), (low_name, low) = ordered[0], ordered[-1]
    shared = {
        "topic": topic,
        "count": str(len(ordered)),
        "highest": high_name,
        "lowest": low_name,
    }
    ends = {"high": high.shown(language), "low": low.shown(language)}
    full = {"high": high.with_interval(language), "low": low.with_interval(language)}
    heading = text("table.area", language)
    table = value_table(text("figure.data", language, caption=caption), heading, ordered, language)
    return Figure(
        svg=_draw(ordered, sides, reference, language),
        caption=caption,
        alt=short(text("chart.dots.alt", language, **shared, **ends)),
        description=text(
            "chart.dots.description",
            language,
            **shared,
            **full,
            city=reference.shown(language),
            above=str(above),
            below=str(below),
        ),
        table=table,
        told=(reference, *_sides(high, {"above": above, "below": below})),
    )


def _sides(one: Quantity, counts: dict[str, int]) -> list[Quantity]:
    """How many areas lie clear of the city's value on each side, as numbers on record."""
    start, year = one.id.split(".")[0], "" if one.year is None else f".{one.year}"
    return [
        Quantity(f"{start}.areas_{side}{year}", float(count), "count", year=one.year)
        for side, count in counts.items()
    ]


def side_of(quantity: Quantity, reference: Quantity) -> str:
    """Where the interval lies against the reference: above, below or level."""
    lower = quantity.value if quantity.lower is None else quantity.lower
    upper = quantity.value if quantity.upper is None else quantity.upper
    if lower > reference.value:
        return "above"
    return "below" if upper < reference.value else "level"


def _draw(ordered: Sequence[Row], sides: dict[str, str], reference: Quantity, language: str) -> str:
    with c.drawing(height=0.9 + 0.19 * len(ordered)) as canvas:
        axes = canvas.subplots()
        places = range(len(ordered) - 1, -1, -1)
        axes.axvline(reference.value, color=c.DARK, linewidth=0.9, zorder=1)
        for side, (colour, marker) in SIDES.items():
            at = [
                (p, q) for p, (name, q) in zip(places, ordered, strict=True) if sides[name] == side
            ]
            lines = [(p, q.lower, q.upper) for p, q in at if q.lower is not None]
            if lines:
                axes.hlines(*zip(*lines, strict=True), color=colour, linewidth=1.4)
            values, rows = [q.value for _, q in at], [p for p, _ in at]
            axes.plot(values, rows, marker, color=colour, markersize=4.5)
        c.name_rows(axes, places, [name for name, _ in ordered], size=8)
        axes.set_ylim(-0.8, len(ordered) + 0.4)
        label = text("chart.city_value", language, value=reference.shown(language))
        axes.annotate(
            label,
            (reference.value, len(ordered) - 0.2),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
        c.number_axis(axes.xaxis, reference.unit, language)
        c.bare(axes, "left")
        axes.grid(axis="x", color=c.PALE, linewidth=0.6)
        axes.set_axisbelow(True)
        return c.svg(canvas)
