"""Gaps between units and their comparisons by year: how even they ran before, and what came after.

Neutral at every grade of evidence: a gap is a difference and nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.panels import panels
from skk_analysis.figures.table import Cell, Missing, Table
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

COLUMNS, HEIGHT = 4, 0.95
AXIS = {"share": "index", "percent": "index_100"}
"""Units whose differences are points, without a percent sign."""


@dataclass(frozen=True)
class GapPath:
    """A unit's gap by year, and the first year with the programme."""

    name: str
    gaps: dict[int, Quantity]
    start: int


def gap_paths(
    paths: Sequence[GapPath],
    language: str,
    *,
    caption: str,
    topic: str,
    pandemic: Sequence[int] = (),
) -> Figure:
    """A panel a unit on one axis for all; the years before the start are open dots.

    Parameters
    ----------
    topic : what is shown, as it starts the alternative text
    pandemic : years that are hatched
    """
    if not paths or not all(path.gaps for path in paths):
        raise ValueError("gap paths need units, and a gap in some year of each")
    facts = [_fact(path, language) for path in paths]
    shared = {"topic": topic, "count": str(len(paths))}
    return Figure(
        svg=_draw(paths, language, pandemic),
        caption=caption,
        alt=short(text("chart.gaps.alt", language, **shared, first=_last(paths[0], language))),
        description=text("chart.gaps.description", language, **shared, facts=" ".join(facts)),
        table=_table(paths, language, caption),
    )


def _fact(path: GapPath, language: str) -> str:
    """The largest gap before the start, and the last one."""
    before = [gap for year, gap in path.gaps.items() if year < path.start]
    if not before:
        return _last(path, language)
    last = max(path.gaps)
    after = path.gaps[last].shown(language)
    largest = max(before, key=lambda gap: abs(gap.value)).shown(language)
    return text(
        "chart.gaps.fact",
        language,
        name=path.name,
        before=largest,
        year=str(last),
        after=after,
    )


def _last(path: GapPath, language: str) -> str:
    """The last gap."""
    last = max(path.gaps)
    after = path.gaps[last].shown(language)
    return text("chart.gaps.after", language, name=path.name, year=str(last), after=after)


def _table(paths: Sequence[GapPath], language: str, caption: str) -> Table:
    years = sorted({year for path in paths for year in path.gaps})
    absent = Missing("not_applicable")
    rows: list[tuple[Cell, ...]] = [
        (path.name, str(path.start), *(path.gaps.get(year, absent) for year in years))
        for path in paths
    ]
    columns = (text("table.city", language), text("table.start", language), *map(str, years))
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, tuple(rows), language, wide=True)


def _draw(paths: Sequence[GapPath], language: str, pandemic: Sequence[int]) -> str:
    years = [year for path in paths for year in path.gaps]
    values = [gap.value for path in paths for gap in path.gaps.values()]
    room = 0.08 * ((max(values) - min(values)) or 1.0)
    limits = min(0.0, *values) - room, max(0.0, *values) + room
    struck = [year for year in pandemic if min(years) <= year <= max(years)]
    style: dict[str, Any] = {"color": c.BLUE, "marker": "o", "markersize": 4, "linewidth": 1.2}
    legend: list[Artist] = [
        Line2D([], [], markerfacecolor="white", label=text("chart.gaps.before", language), **style),
        Line2D([], [], label=text("chart.gaps.since", language), **style),
    ]
    if struck:
        words = text("chart.effect.pandemic", language)
        legend.append(Patch(facecolor="white", edgecolor=c.GREY, hatch="///", label=words))
    names = [path.name for path in paths]
    with panels(names, COLUMNS, HEIGHT, left=0.5, between=0.2, legend=legend) as (canvas, every):
        for place, (axes, path) in enumerate(zip(every, paths, strict=True)):
            axes.set_xlim(min(years) - 0.6, max(years) + 0.6)
            axes.set_ylim(*limits)
            _panel(axes, path, struck, language)
            if place % COLUMNS:
                axes.tick_params(axis="y", labelleft=False)
        return c.svg(canvas)


def _panel(axes: Axes, path: GapPath, struck: Sequence[int], language: str) -> None:
    for year in struck:
        axes.axvspan(
            year - 0.5, year + 0.5, facecolor="none", edgecolor=c.PALE, hatch="///", zorder=0
        )
    axes.axhline(0, color=c.DARK, linewidth=0.9, zorder=1)
    axes.axvline(path.start - 0.5, color=c.DARK, linewidth=0.9, linestyle=":", zorder=1)
    span = range(min(path.gaps), max(path.gaps) + 1)
    line = [path.gaps[y].value if y in path.gaps else np.nan for y in span]
    axes.plot(span, line, color=c.BLUE, linewidth=1.2)
    for face, years in (
        ("white", [y for y in path.gaps if y < path.start]),
        (c.BLUE, [y for y in path.gaps if y >= path.start]),
    ):
        values = [path.gaps[y].value for y in years]
        axes.plot(years, values, "o", color=c.BLUE, markerfacecolor=face, markersize=3.6)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    unit = next(iter(path.gaps.values())).unit
    c.number_axis(axes.yaxis, AXIS.get(unit, unit), language, ticks=4)
