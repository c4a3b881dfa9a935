"""Units side by side in small multiples: a value with its interval, and another one beside it.

The units stand in the same order in every panel, never in an order of size: neighbours whose
intervals overlap are not ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.panels import panels
from skk_analysis.figures.table import Cell, Limits, Missing, Table
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

COLUMNS, ROW = 3, 0.2
LONGEST = 30
"""Letters of a unit's name that are drawn."""
MAIN, BESIDE, REFERENCE = c.BLUE, c.VERMILLION, c.DARK


@dataclass(frozen=True)
class UnitRow:
    """A unit's value, and what stands beside it; either may be missing."""

    name: str
    value: Quantity | Missing
    beside: Quantity | Missing


@dataclass(frozen=True)
class UnitPanel:
    """One panel: its title, a row for each unit, and a value to compare them all with."""

    name: str
    rows: tuple[UnitRow, ...]
    reference: Quantity | None = None


def unit_panels(
    charts: Sequence[UnitPanel],
    value: str,
    beside: str,
    language: str,
    *,
    caption: str,
    topic: str,
    heading: str,
    reference: str = "",
    columns: int = COLUMNS,
) -> Figure:
    """Values with 95 % intervals (dots) and those beside them (open diamonds), a unit a row.

    Parameters
    ----------
    value, beside, reference : what the two marks and the dashed line are
    topic : what is shown, as it starts the alternative text
    heading : heading of the units' names in the data table
    columns : panels in a row
    """
    if not charts or not all(_known(chart) for chart in charts):
        raise ValueError("unit panels need a panel, and a number in each of them")
    facts = [_fact(chart, language) for chart in charts]
    shared = {"topic": topic, "value": value, "beside": beside, "count": str(len(charts))}
    return Figure(
        svg=_draw(charts, (value, beside, reference), language, columns),
        caption=caption,
        alt=short(text("chart.units.alt", language, **shared, first=_ends(charts[0], language))),
        description=text("chart.units.description", language, **shared, facts=" ".join(facts)),
        table=_table(charts, (heading, value, beside, reference), language, caption),
    )


def _known(chart: UnitPanel) -> list[Quantity]:
    """Every number of a panel."""
    cells = (cell for row in chart.rows for cell in (row.value, row.beside))
    return [cell for cell in cells if isinstance(cell, Quantity)]


def _ends(chart: UnitPanel, language: str) -> str:
    """The units with a panel's largest and smallest value."""
    known = [(row.name, row.value) for row in chart.rows if isinstance(row.value, Quantity)]
    ends = [pick(known, key=lambda row: row[1].value) for pick in (max, min)] if known else []
    facts = "; ".join(f"{name} {value.shown(language)}" for name, value in dict(ends).items())
    return text("chart.units.fact", language, name=chart.name, facts=facts or "–")


def _fact(chart: UnitPanel, language: str) -> str:
    facts = "; ".join(
        f"{row.name} {row.value.with_interval(language)}"
        for row in chart.rows
        if isinstance(row.value, Quantity)
    )
    return text("chart.units.fact", language, name=chart.name, facts=facts or "–")


def _table(
    charts: Sequence[UnitPanel], names: tuple[str, str, str, str], language: str, caption: str
) -> Table:
    heading, value, beside, reference = names
    numbers = [cell for chart in charts for cell in _known(chart)]
    limited = any(cell.lower is not None for cell in numbers)
    columns = [text("table.panel", language), heading]
    for name in (value, beside):
        columns += [name, text("table.interval_of", language, part=name)] if limited else [name]
    rows = []
    for chart in charts:
        body = list(chart.rows)
        if chart.reference is not None:
            body.append(UnitRow(reference, chart.reference, Missing("not_applicable")))
        for row in body:
            cells: list[Cell] = [chart.name, row.name]
            for cell in (row.value, row.beside):
                cells.append(cell)
                cells += [Limits(cell) if isinstance(cell, Quantity) else cell] if limited else []
            rows.append(tuple(cells))
    title = text("figure.data", language, caption=caption)
    return Table(title, tuple(columns), tuple(rows), language, wide=True)


def _draw(
    charts: Sequence[UnitPanel], names: tuple[str, str, str], language: str, columns: int
) -> str:
    value, beside, reference = names
    legend = [
        Line2D([], [], color=MAIN, marker="o", markersize=5, linewidth=1.8, label=value),
        Line2D(
            [], [], color=BESIDE, marker="D", markersize=4.5, markerfacecolor="white",
            linewidth=1.0, label=beside,
        ),
    ]  # fmt: skip
    if any(chart.reference is not None for chart in charts):
        legend.append(Line2D([], [], color=REFERENCE, linestyle="--", label=reference))
    longest = max(len(_drawn(row.name)) for chart in charts for row in chart.rows)
    height = ROW * max(len(chart.rows) for chart in charts) + 0.1
    room = 0.12 + 0.075 * longest
    titles = [chart.name for chart in charts]
    with panels(titles, columns, height, left=room, between=0.22, legend=legend) as (
        canvas,
        every,
    ):
        for place, (axes, chart) in enumerate(zip(every, charts, strict=True)):
            _panel(axes, chart, language, named=place % columns == 0)
        return c.svg(canvas)


def _drawn(name: str) -> str:
    """A name that leaves room for the panels; the table holds the whole."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _panel(axes: Axes, chart: UnitPanel, language: str, *, named: bool) -> None:
    if chart.reference is not None:
        axes.axvline(
            chart.reference.value, color=REFERENCE, linestyle="--", linewidth=0.9, zorder=1
        )
    last = len(chart.rows) - 1
    places = range(last, -1, -1)
    beside = [(at - 0.17, row.beside) for at, row in zip(places, chart.rows, strict=True)]
    values = [(at + 0.1, row.value) for at, row in zip(places, chart.rows, strict=True)]
    _marks(axes, beside, BESIDE, 1.0, marker="D", size=4, face="white")
    _marks(axes, values, MAIN, 1.8, marker="o", size=4.5, face=MAIN)
    axes.set_yticks(range(last + 1), [_drawn(row.name) for row in reversed(chart.rows)])
    if not named:
        axes.tick_params(axis="y", labelleft=False)
    axes.tick_params(axis="y", labelsize=8, length=0)
    axes.set_ylim(-0.6, last + 0.6)
    first = _known(chart)[0]
    unit = first.unit
    if first.kind == "difference":  # points are no percent
        unit = {"share": "index", "percent": "index_100"}.get(unit, unit)
        axes.axvline(0, color=c.DARK, linewidth=0.8, zorder=1)
    c.number_axis(axes.xaxis, unit, language, ticks=4)
    c.bare(axes, "left")
    axes.grid(color=c.PALE, linewidth=0.5)
    axes.set_axisbelow(True)


def _marks(
    axes: Axes,
    cells: Sequence[tuple[float, Quantity | Missing]],
    colour: str,
    width: float,
    *,
    marker: str,
    size: float,
    face: str,
) -> None:
    """Numbers and their intervals; a missing one leaves its place empty."""
    known = [(at, cell) for at, cell in cells if isinstance(cell, Quantity)]
    lines = [(at, cell.lower, cell.upper) for at, cell in known if cell.lower is not None]
    if lines:
        axes.hlines(*zip(*lines, strict=True), color=colour, linewidth=width)
    axes.plot(
        [cell.value for _, cell in known],
        [at for at, _ in known],
        marker,
        color=colour,
        markerfacecolor=face,
        markersize=size,
        zorder=3,
    )
