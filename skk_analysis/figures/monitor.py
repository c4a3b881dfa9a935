"""Urban HEART Monitor: the city's trend in each indicator against its comparison cities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Missing, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

COLUMNS = 3
PANEL = 1.9
"""Height of a panel in inches."""
ROOM = 0.33
"""Room for the year's value right of the last point, as a share of the years."""


@dataclass(frozen=True)
class Series:
    """One panel: the city's values and the comparison cities' median and middle half by year."""

    name: str
    city: dict[int, Quantity]
    median: dict[int, Quantity]
    lower: dict[int, float]
    upper: dict[int, float]
    target: Quantity | None = None


def monitor(
    series: Sequence[Series], city: str, year: int, language: str, *, caption: str, topic: str
) -> Figure:
    """Small multiples, one indicator a panel; a year without a value is a gap, never a line.

    Parameters
    ----------
    city : the city's name
    year : the report's year, marked in each panel
    topic : what is shown, as it starts the alternative text
    """
    facts = [_fact(one, year, language) for one in series]
    sides = _sides(series, year)
    return Figure(
        svg=_draw(series, city, year, language),
        caption=caption,
        alt=short(
            text("chart.monitor.alt", language, topic=topic, first=_tally(sides, year, language))
        ),
        description=text("chart.monitor.description", language, topic=topic, facts=" ".join(facts)),
        table=_table(series, language, caption),
        told=tuple(
            Quantity(f"monitor.{side}.{year}", float(count), "count", year=year)
            for side, count in sides.items()
        ),
    )


def _sides(series: Sequence[Series], year: int) -> dict[str, int]:
    """In how many panels the city lies above and below the comparison's median."""
    both = [
        (one.city[year].value, one.median[year].value)
        for one in series
        if year in one.city and year in one.median
    ]
    return {
        "above": sum(city > median for city, median in both),
        "below": sum(city < median for city, median in both),
    }


def _tally(sides: dict[str, int], year: int, language: str) -> str:
    shown = {side: forms.number(count, language) for side, count in sides.items()}
    return text("alt.monitor", language, year=str(year), **shown)


def _fact(one: Series, year: int, language: str) -> str:
    years = [y for y in one.city if y <= year]
    if not years:
        return text("chart.monitor.none", language, name=one.name)
    last = max(years)
    if last not in one.median:
        return text(
            "chart.monitor.alone",
            language,
            name=one.name,
            year=str(last),
            value=one.city[last].shown(language),
        )
    return text(
        "chart.monitor.fact",
        language,
        name=one.name,
        year=str(last),
        value=one.city[last].shown(language),
        median=one.median[last].shown(language),
    )


def _table(series: Sequence[Series], language: str, caption: str) -> Table:
    years = sorted({year for one in series for year in (*one.city, *one.median)})
    rows: list[tuple[Cell, ...]] = []
    for one in series:
        for key, values in (("table.city_row", one.city), ("table.median_row", one.median)):
            name = text(key, language, name=one.name)
            rows.append((name, *(values.get(year, Missing("not_received")) for year in years)))
    columns = (text("table.indicator", language), *(str(year) for year in years))
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, tuple(rows), language, wide=True)


def _draw(series: Sequence[Series], city: str, year: int, language: str) -> str:
    lines = -(-len(series) // COLUMNS)
    first = min(y for one in series for y in (*one.city, *one.median))
    height = 0.55 + PANEL * lines
    with c.drawing(height=height, layout=None) as canvas:
        canvas.subplots_adjust(
            left=0.075,
            right=0.965,
            top=1 - 0.72 / height,
            bottom=0.3 / height,
            hspace=0.66,
            wspace=0.42,
        )
        for place, one in enumerate(series, 1):
            axes = canvas.add_subplot(lines, COLUMNS, place)
            _panel(axes, one, first, year, language)
        _legend(canvas, city, any(one.target for one in series), language)
        return c.svg(canvas)


def _legend(canvas, city: str, target: bool, language: str) -> None:
    """One line over the panels says what the lines are; each has its own dash and marker."""
    band = text("chart.monitor.band", language)
    median = text("chart.monitor.median", language)
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=c.BLUE, marker="o", markersize=3.5, linewidth=1.6, label=city),
        Line2D([], [], color=c.DARK, linestyle="--", linewidth=1.1, label=median),
        Patch(facecolor=c.PALE, edgecolor=c.GREY, linewidth=0.4, label=band),
    ]
    if target:
        name = text("chart.monitor.target", language)
        handles.append(Line2D([], [], color=c.GREEN, linestyle=":", linewidth=1.4, label=name))
    canvas.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=len(handles),
        frameon=False,
        fontsize=8,
        borderaxespad=0.1,
    )


def _panel(axes: Axes, one: Series, first: int, year: int, language: str) -> None:
    span = range(first, year + 1)

    def line(values: dict[int, Quantity]) -> list[float]:
        return [values[y].value if y in values else np.nan for y in span]

    low = [one.lower.get(y, np.nan) for y in span]
    high = [one.upper.get(y, np.nan) for y in span]
    axes.fill_between(span, low, high, facecolor=c.PALE, edgecolor=c.GREY, linewidth=0.4)
    axes.plot(span, line(one.median), "--", color=c.DARK, linewidth=1.1)
    alone = [y for y in one.median if not {y - 1, y + 1} & one.median.keys()]
    if alone:
        axes.plot(alone, [one.median[y].value for y in alone], "_", color=c.DARK, markersize=7)
    axes.plot(span, line(one.city), "-o", color=c.BLUE, markersize=2.8, linewidth=1.6)
    if one.target is not None:
        axes.axhline(one.target.value, color=c.GREEN, linewidth=1.4, linestyle=":")
    if year in one.city:
        _value(axes, one.city[year], year, language)
    axes.set_title("\n".join(_wrapped(one.name)), fontsize=8, pad=9)
    axes.tick_params(labelsize=7, length=2)
    axes.margins(y=0.12)
    axes.set_xlim(first - 0.6, year + ROOM * (year - first + 1))
    c.place_ticks(axes.xaxis, MaxNLocator(nbins=3, integer=True))
    c.number_axis(axes.yaxis, next(iter(one.city.values())).unit, language, ticks=4)


def _value(axes: Axes, value: Quantity, year: int, language: str) -> None:
    """Print the year's value right of its point."""
    axes.plot(year, value.value, "o", color=c.BLUE, markersize=5)
    axes.annotate(
        value.shown(language),
        (year, value.value),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
        color=c.BLUE,
        weight="bold",
    )


def _wrapped(name: str, width: int = 28) -> list[str]:
    """A panel's title in lines that fit its width."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
