"""Forest plot: each result with its weight, the pooled one, and what a further city may see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from matplotlib.ticker import FuncFormatter, MaxNLocator

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Limits, Missing, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.pooled_amounts import PooledAmounts
from skk_analysis.language.pooled_numbers import pooled_numbers
from skk_analysis.language.quantities import Quantity
from skk_analysis.language.synthesis import amounts_of, pooled_estimate, pooled_text

if TYPE_CHECKING:
    from skk_analysis.synthesis import Pooled

__all__ = ["pooled_forest"]

ROW, HEAD = 0.28, 1.1
"""Inches for a row, and for the axis with its label."""

ROOM = 0.06
"""Room at both ends of the axis, of its reach."""

LARGEST = 11
"""Points: the side of the square of a result with all the weight."""

AS_DIFFERENCE = {"share": "index", "percent": "index_100"}
"""Units whose differences are printed as points, without a percent sign."""


@dataclass(frozen=True)
class Line:
    """One line of the plot on the scale of the pooled estimate."""

    label: str
    kind: str  # study, mean, wider, further
    estimate: float
    interval: tuple[float, float]
    weight: float = math.nan


def pooled_forest(
    pooled: Pooled,
    language: str,
    *,
    caption: str = "",
    topic: str = "",
    unit: str = "",
    ratio: bool = False,
    better: str = "",
    of: str = "studies",
    record: str = "pooled",
) -> Figure:
    """Results with intervals and weights, the pooled diamond, the prediction interval, the null.

    Parameters
    ----------
    pooled : Pooled
    language : ``fi``, ``sv`` or ``en``
    caption : default says that these are results and their pooled estimate
    topic : what is shown, as it starts the alternative text; default the caption
    unit, ratio, better, of : as in `language.synthesis.pooled_text`
    record : start of the numbers' ids

    Notes
    -----
    The prediction interval drawn is that of ``pooled.distribution``, which holds its level with few
    cities; the usual ones stand in the table.
    """
    caption = caption or text("chart.pooled.caption", language)
    amounts = amounts_of(pooled, unit, language, ratio)
    lines = _lines(pooled, language)
    words = {"topic": topic or caption, "estimate": pooled_estimate(pooled, amounts, of)}
    alt = text("chart.pooled.alt", language, **words)
    facts = [
        text(
            "chart.pooled.fact",
            language,
            name=line.label,
            estimate=amounts.result(line.estimate),
            weight=_share(line.weight, language),
        )
        for line in lines
        if line.kind == "study"
    ]
    whole = pooled_text(pooled, language, unit=unit, ratio=ratio, better=better, of=of)
    further = " ".join(whole.split("\n")[1:])
    return Figure(
        svg=_draw(lines, amounts, unit),
        caption=caption,
        alt=short(
            text(
                "alt.pooled",
                language,
                topic=topic or caption,
                estimate=amounts.result(pooled.estimate),
                count=text(f"synthesis.count.{of}", language, k=forms.number(pooled.k, language)),
            )
        ),
        description=text(
            "chart.pooled.description", language, alt=alt, facts=" ".join(facts), further=further
        ),
        table=_table(pooled, lines, amounts, caption, record),
        told=(
            *(
                Quantity(f"{_key(line, place, record)}.weight", line.weight, "share", 0)
                for place, line in enumerate(lines)
                if line.kind == "study"
            ),
            *pooled_numbers(pooled, amounts, better, record),
        ),
    )


def _lines(pooled: Pooled, language: str) -> list[Line]:
    from skk_analysis.synthesis.inference import quantile

    studies, reach = pooled.studies, quantile(pooled.level, math.inf)
    lines = []
    for name, value, variance, weight in zip(
        studies.names, studies.estimates, studies.variances, pooled.weights, strict=True
    ):
        half = reach * math.sqrt(variance)
        lines.append(Line(name, "study", float(value), (value - half, value + half), float(weight)))
    mean = text("chart.pooled.mean", language)
    lines.append(Line(mean, "mean", pooled.estimate, pooled.interval))
    if pooled.method == "FE" or pooled.k < 2:
        return lines
    wider = text("chart.pooled.mean_wider", language)
    distribution, level = pooled.distribution, pooled.level
    lines.append(Line(wider, "wider", pooled.estimate, distribution.interval(level)))
    further = text("chart.pooled.prediction", language)
    lines.append(Line(further, "further", math.nan, distribution.prediction_interval(level)))
    return lines


def _table(
    pooled: Pooled, lines: list[Line], amounts: PooledAmounts, caption: str, record: str
) -> Table:
    language = amounts.language
    rows = [_row(line, place, amounts, record) for place, line in enumerate(lines)]
    if lines[-1].kind == "further":
        for name, interval in (
            ("prediction_t1", pooled.prediction_interval),
            ("prediction_t2", pooled.prediction_interval_hts),
        ):
            label = text(f"chart.pooled.{name}", language)
            rows.append(_row(Line(label, name, math.nan, interval), 0, amounts, record))
    columns = (
        text("table.synthesis.study", language),
        text("table.synthesis.estimate", language),
        text("table.effect.interval", language, level=_share(pooled.level, language)),
        text("table.synthesis.weight", language),
    )
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, tuple(rows), language, wide=True)


def _row(line: Line, place: int, amounts: PooledAmounts, record: str) -> tuple[Cell, ...]:
    none = Missing("not_applicable")
    key = _key(line, place, record)
    weight: Cell = none
    if math.isfinite(line.weight):
        weight = Quantity(f"{key}.weight", line.weight, "share")
    low, high = map(amounts.value, line.interval)
    finite = math.isfinite(low + high)
    if math.isfinite(line.estimate):
        found = amounts.quantity(key, line.estimate, line.interval if finite else None)
        return line.label, found, Limits(found) if finite else none, weight
    limits: Cell = amounts.amounts.limits(low, high) if finite else none
    return line.label, none, limits, weight


def _key(line: Line, place: int, record: str) -> str:
    return f"{record}.{f'study_{place + 1}' if line.kind == 'study' else line.kind}"


def _share(value: float, language: str) -> str:
    return forms.quantity(value, "share", language, 0)


def _draw(lines: list[Line], amounts: PooledAmounts, unit: str) -> str:
    with c.drawing(height=HEAD + ROW * len(lines)) as canvas:
        axes = canvas.subplots()
        low, high = _reach(lines)
        axes.set_xlim(low, high)
        axes.axvline(0, color=c.DARK, linewidth=0.9, zorder=1)
        summary = [line for line in lines if line.kind != "study"]
        gap = 0.35  # between results and what is made of them
        places = [
            len(lines) - 1 - i - (gap if line.kind != "study" else 0)
            for i, line in enumerate(lines)
        ]
        for place, line in zip(places, lines, strict=True):
            _line(axes, line, place, (low, high))
            if line.kind == "study":
                axes.text(
                    1.01, place, _share(line.weight, amounts.language), fontsize=8, va="center",
                    transform=axes.get_yaxis_transform(),
                )  # fmt: skip
        axes.text(
            1.01, places[0] + 0.85, text("chart.pooled.weight", amounts.language), fontsize=8,
            va="center", transform=axes.get_yaxis_transform(), color=c.GREY,
        )  # fmt: skip
        axes.axhline(len(summary) - 0.5 - gap / 2, color=c.PALE, linewidth=0.8, zorder=0)
        c.name_rows(axes, places, [line.label for line in lines])
        axes.set_ylim(-0.7 - gap, len(lines) - 0.4 + 0.5)
        result_axis(axes, amounts, unit)
        c.bare(axes, "left")
        return c.svg(canvas)


def _line(axes: Axes, line: Line, place: float, reach: tuple[float, float]) -> None:
    low, high = line.interval
    if not math.isfinite(low + high):
        if math.isfinite(line.estimate):
            axes.plot(line.estimate, place, "D", color=c.BLUE, markersize=7)
        return
    if line.kind in ("mean", "wider"):
        mid, half = line.estimate, 0.26
        corners = [(low, place), (mid, place + half), (high, place), (mid, place - half)]
        face = c.BLUE if line.kind == "mean" else "white"
        axes.add_patch(Polygon(corners, facecolor=face, edgecolor=c.BLUE, linewidth=1.2, zorder=2))
        return
    colour = c.VERMILLION if line.kind == "further" else c.DARK
    ends = max(low, reach[0]), min(high, reach[1])
    axes.hlines(place, *ends, color=colour, linewidth=4 if line.kind == "further" else 1.3)
    for limit, end, head in zip((low, high), ends, ("<", ">"), strict=True):
        if limit != end:
            axes.plot(end, place, head, color=colour, markersize=6, clip_on=False)
    if line.kind == "study":
        side = 3 + LARGEST * math.sqrt(max(line.weight, 0.0))
        axes.plot(line.estimate, place, "s", color=c.DARK, markersize=side, zorder=3)


def _reach(lines: list[Line]) -> tuple[float, float]:
    """Limits of the axis: everything but what would squeeze the results out of sight."""
    results = [x for line in lines if line.kind in ("study", "mean") for x in line.interval]
    drawn = [0.0, *(x for x in results if math.isfinite(x))]
    low, high = min(drawn), max(drawn)
    width = (high - low) or 1.0
    for line in lines[-2:]:
        if math.isfinite(sum(line.interval)):
            low = min(low, max(line.interval[0], low - width))
            high = max(high, min(line.interval[1], high + width))
    room = ROOM * (high - low or 1.0)
    return low - room, high + room


def result_axis(axes: Axes, amounts: PooledAmounts, unit: str) -> None:
    """The axis of results: in the unit, points without percent signs, ratios as ratios."""
    language = amounts.language
    if amounts.amounts.ratio:
        locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda x, _: forms.number(math.exp(x), language, 2))
        )
        axes.set_xlabel(text("chart.pooled.ratio", language), fontsize=8)
        return
    form = amounts.amounts.form
    c.number_axis(axes.xaxis, AS_DIFFERENCE.get(form, form), language, ticks=5)
    words = text("chart.effect.points", language) if form in forms.POINTS else ""
    words = words or (unit if unit not in forms.DECIMALS else "")
    label = text("chart.pooled.result", language)
    if words:
        label = text("chart.pooled.result_in", language, unit=words)
    axes.set_xlabel(label, fontsize=8)
