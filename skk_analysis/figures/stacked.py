"""Stacked bars: the parts of a whole, one bar a row, each part labelled on the bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Limits, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

FILLS = (
    (c.BLUE, "white", ""),
    ("#f0c9a8", c.DARK, "///"),
    (c.GREEN, "white", ""),
    ("#dcdcdc", c.DARK, "..."),
    (c.PURPLE, "white", ""),
)
"""Fill, text colour and hatch of each part; neighbours differ in lightness and in pattern."""


@dataclass(frozen=True)
class Bar:
    """One bar: its name and its parts in the order of the legend."""

    name: str
    parts: tuple[Quantity, ...]


def stacked_bars(
    bars: Sequence[Bar],
    parts: Sequence[str],
    language: str,
    *,
    caption: str,
    topic: str,
    heading: str,
) -> Figure:
    """Bars from zero, split into parts.

    Parameters
    ----------
    parts : names of the parts, in the order they are stacked
    topic : what is shown, as it starts the alternative text
    heading : heading of the bars' names in the data table
    """
    facts = [
        text(
            "chart.stacked.bar",
            language,
            name=bar.name,
            parts=forms.joined(
                [f"{part} {q.shown(language)}" for part, q in zip(parts, bar.parts, strict=True)],
                language,
            ),
        )
        for bar in bars
    ]
    return Figure(
        svg=_draw(bars, parts, language),
        caption=caption,
        alt=short(text("chart.stacked.alt", language, topic=topic, last=facts[-1])),
        description=text("chart.stacked.description", language, topic=topic, bars=" ".join(facts)),
        table=_table(bars, parts, language, caption, heading),
    )


def _table(
    bars: Sequence[Bar], parts: Sequence[str], language: str, caption: str, heading: str
) -> Table:
    limits = any(q.lower is not None for bar in bars for q in bar.parts)
    columns = [heading]
    for part in parts:
        columns.append(part)
        columns += [text("table.interval_of", language, part=part)] if limits else []
    rows = []
    for bar in bars:
        cells: list[Cell] = [bar.name]
        for quantity in bar.parts:
            cells.append(quantity)
            cells += [Limits(quantity)] if limits else []
        rows.append(tuple(cells))
    title = text("figure.data", language, caption=caption)
    return Table(title, tuple(columns), tuple(rows), language)


def _draw(bars: Sequence[Bar], parts: Sequence[str], language: str) -> str:
    unit = bars[0].parts[0].unit
    reach = max(_reach(bar) for bar in bars)
    with c.drawing(height=0.75 + 0.5 * len(bars)) as canvas:
        axes = canvas.subplots()
        for place, bar in enumerate(reversed(bars)):
            left = 0.0
            for index, quantity in enumerate(bar.parts):
                fill, ink, hatch = FILLS[index % len(FILLS)]
                axes.barh(
                    place,
                    quantity.value,
                    left=left,
                    height=0.62,
                    color=fill,
                    edgecolor="white" if not hatch else c.GREY,
                    hatch=hatch,
                    linewidth=0.6,
                )
                shown = quantity.shown(language)
                if quantity.value > (0.0115 * len(shown) + 0.006) * reach:
                    box = {"boxstyle": "round,pad=0.15", "facecolor": fill, "edgecolor": "none"}
                    middle = left + quantity.value / 2
                    axes.text(middle, place, shown, color=ink, ha="center", va="center", bbox=box)
                if quantity.lower is not None and quantity.upper is not None:
                    # of the part's own length; a row each, as the parts' intervals may overlap
                    row = place - 0.36 - 0.05 * index
                    axes.hlines(row, left + quantity.lower, left + quantity.upper, color=c.DARK,
                                linewidth=1.2)  # fmt: skip
                left += quantity.value
        _name_parts(axes, bars[0], parts, len(bars), reach)
        c.name_rows(axes, range(len(bars)), [bar.name for bar in reversed(bars)])
        axes.set_ylim(-0.5, len(bars) + 0.1)
        axes.set_xlim(0, reach)
        c.number_axis(axes.xaxis, unit, language)
        c.bare(axes, "left")
        return c.svg(canvas)


def _reach(bar: Bar) -> float:
    """Where a bar or the interval of one of its parts ends."""
    left, ends = 0.0, []
    for quantity in bar.parts:
        ends.append(left + (quantity.value if quantity.upper is None else quantity.upper))
        left += quantity.value
    return max(left, *ends)


def _name_parts(axes, top: Bar, parts: Sequence[str], count: int, whole: float) -> None:
    """Write the parts' names over the topmost bar, apart from each other."""
    left, middles = 0.0, []
    for quantity in top.parts:
        middles.append(left + quantity.value / 2)
        left += quantity.value
    widths = [0.011 * whole * max(len(part), 6) for part in parts]
    places = c.spread(middles, max(widths) if len(parts) > 1 else 0)
    shift = max(0.0, widths[0] / 2 - places[0])
    for part, place in zip(parts, places, strict=True):
        x = min(place + shift, whole)
        side = "left" if x - 0.0075 * whole * len(part) < 0 else "center"
        side = "right" if x + 0.0075 * whole * len(part) > whole else side
        x = 0.0 if side == "left" else whole if side == "right" else x
        axes.text(x, count - 0.55, part, ha=side, va="bottom", fontsize=8)
