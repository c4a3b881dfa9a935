"""Slope charts: units in two years, a panel an indicator, the direction told by hue and marker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.changes import UNCLEAR, VERDICTS
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.panels import panels
from skk_analysis.figures.table import Cell, Limits, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity
from skk_analysis.language.verdicts import verdict_word

COLUMNS, HEIGHT = 3, 1.15
LABEL = 0.13
"""Inches between neighbouring names right of the lines."""


@dataclass(frozen=True)
class Slope:
    """One unit in both years."""

    name: str
    before: Quantity
    after: Quantity
    verdict: str  # grows, shrinks, unclear


@dataclass(frozen=True)
class SlopePanel:
    """One indicator: its title and a slope for each unit."""

    name: str
    slopes: tuple[Slope, ...]


def slope_chart(
    charts: Sequence[SlopePanel],
    years: tuple[int, int],
    language: str,
    *,
    caption: str,
    topic: str,
    heading: str,
) -> Figure:
    """Small multiples of slopes between two years; each panel has its own axis.

    Parameters
    ----------
    years : the earlier and the later year
    topic : what is shown, as it starts the alternative text
    heading : heading of the units' names in the data table
    """
    if not charts or not all(chart.slopes for chart in charts):
        raise ValueError("a slope chart needs panels, and a slope in each of them")
    shared = {"topic": topic, "before": str(years[0]), "after": str(years[1])}
    facts = [_fact(chart, language) for chart in charts]
    return Figure(
        svg=_draw(charts, years, language),
        caption=caption,
        alt=short(text("chart.slope.alt", language, **shared, facts=_tally(charts, language))),
        description=text("chart.slope.description", language, **shared, facts=" ".join(facts)),
        table=_table(charts, years, language, caption, heading),
    )


def _tally(charts: Sequence[SlopePanel], language: str) -> str:
    """How many slopes have each verdict."""
    found = Counter(slope.verdict for chart in charts for slope in chart.slopes)
    counts = [
        text(
            "chart.changes.tally", language, word=verdict_word(verdict, language), count=str(count)
        )
        for verdict, count in found.most_common()
    ]
    return f"{'; '.join(counts)}."


def _fact(chart: SlopePanel, language: str) -> str:
    """What happened in a panel: the units by verdict, then every unit's two values."""
    groups = []
    for verdict in dict.fromkeys((*VERDICTS, "unclear", *(s.verdict for s in chart.slopes))):
        names = [slope.name for slope in chart.slopes if slope.verdict == verdict]
        if names:
            word = verdict_word(verdict, language)
            groups.append(f"{word}: {forms.joined(names, language)}")
    values = "; ".join(
        f"{s.name} {s.before.shown(language)} → {s.after.shown(language)}" for s in chart.slopes
    )
    groups.append(values)
    return text("chart.slope.fact", language, name=chart.name, facts="; ".join(groups))


def _table(
    charts: Sequence[SlopePanel],
    years: tuple[int, int],
    language: str,
    caption: str,
    heading: str,
) -> Table:
    slopes = [(chart.name, slope) for chart in charts for slope in chart.slopes]
    sides = ("before", "after")
    limited = {side: any(getattr(s, side).lower is not None for _, s in slopes) for side in sides}
    columns = [text("table.indicator", language), heading]
    for year, side in zip(years, sides, strict=True):
        columns.append(str(year))
        columns += [text("table.interval_of", language, part=str(year))] if limited[side] else []
    columns.append(text("table.verdict", language))
    rows = []
    for name, slope in slopes:
        row: list[Cell] = [name, slope.name]
        for side in sides:
            cell: Quantity = getattr(slope, side)
            row.append(cell)
            row += [Limits(cell)] if limited[side] else []
        rows.append((*row, verdict_word(slope.verdict, language)))
    title = text("figure.data", language, caption=caption)
    return Table(title, tuple(columns), tuple(rows), language, wide=True)


def _draw(charts: Sequence[SlopePanel], years: tuple[int, int], language: str) -> str:
    found = {slope.verdict for chart in charts for slope in chart.slopes}
    legend = [
        Line2D([], [], color=colour, marker=marker, label=verdict_word(verdict, language))
        for verdict, (colour, marker) in {**VERDICTS, "unclear": UNCLEAR}.items()
        if verdict in found
    ]
    titles = [chart.name for chart in charts]
    with panels(
        titles,
        COLUMNS,
        HEIGHT,
        left=0.5,
        right=0.7,
        between=1.2,
        below=0.32,
        spill=0.7,
        legend=legend,
    ) as (canvas, every):
        for axes, chart in zip(every, charts, strict=True):
            _panel(axes, chart, years, language)
        return c.svg(canvas)


def _panel(axes: Axes, chart: SlopePanel, years: tuple[int, int], language: str) -> None:
    for slope in chart.slopes:
        colour, marker = VERDICTS.get(slope.verdict, UNCLEAR)
        values = [slope.before.value, slope.after.value]
        for x, end in enumerate((slope.before, slope.after)):
            if end.lower is not None and end.upper is not None:
                axes.vlines(x, end.lower, end.upper, color=colour, linewidth=0.8, alpha=0.6)
        axes.plot(
            (0, 1), values, color=colour, marker=marker, markersize=4, linewidth=1.3, clip_on=False
        )
    axes.set_xlim(-0.08, 1.04)
    axes.margins(y=0.1)
    low, high = axes.get_ylim()
    ends = [slope.after.value for slope in chart.slopes]
    places = _within(c.spread(ends, LABEL / HEIGHT * (high - low)), low, high)
    for slope, place in zip(chart.slopes, places, strict=True):
        colour, _ = VERDICTS.get(slope.verdict, UNCLEAR)
        axes.annotate(
            slope.name,
            (1, place),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color=colour,
            annotation_clip=False,
        )
    axes.set_xticks((0, 1), [str(year) for year in years])
    c.number_axis(axes.yaxis, chart.slopes[0].after.unit, language, ticks=4)
    axes.grid(axis="y", color=c.PALE, linewidth=0.6)
    axes.set_axisbelow(True)


def _within(places: list[float], low: float, high: float) -> list[float]:
    """Labels shifted together so that they stay beside the panel where they fit."""
    shift = max(low - min(places), 0.0) - max(max(places) - high, 0.0)
    return list(np.asarray(places) + shift)
