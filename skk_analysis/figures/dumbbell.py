"""Dumbbells: groups of residents, two years each, so that level and change are seen together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Limits, Missing, Table
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity


@dataclass(frozen=True)
class Pair:
    """One group: its value in the comparison year (where measured) and in the year."""

    division: str  # "Koulutus"
    name: str  # "Perusaste"
    before: Quantity | None
    after: Quantity


def dumbbell(
    pairs: Sequence[Pair],
    years: tuple[int, int],
    language: str,
    *,
    caption: str,
    topic: str,
) -> Figure:
    """Groups by division; a hollow dot is the comparison year, a filled one the year.

    Parameters
    ----------
    pairs : groups, those of one division next to each other
    years : the comparison year and the year
    topic : what is shown, as it starts the alternative text
    """
    low, high = (pick(pairs, key=lambda pair: pair.after.value) for pick in (min, max))
    shared = {
        "topic": topic,
        "lowest": f"{low.division}: {low.name}",
        "highest": f"{high.division}: {high.name}",
        "year": str(years[1]),
    }
    ends = {"low": low.after.shown(language), "high": high.after.shown(language)}
    full = {"low": low.after.with_interval(language), "high": high.after.with_interval(language)}
    every = "; ".join(
        f"{p.division}, {p.name}: "
        + (f"{p.before.shown(language)} → " if p.before else "")
        + p.after.shown(language)
        for p in pairs
    )
    return Figure(
        svg=_draw(pairs, years, language),
        caption=caption,
        alt=short(text("chart.dumbbell.alt", language, **shared, **ends)),
        description=text(
            "chart.dumbbell.description",
            language,
            **shared,
            **full,
            before=str(years[0]),
            every=every,
        ),
        table=_table(pairs, years, language, caption),
    )


def _table(pairs: Sequence[Pair], years: tuple[int, int], language: str, caption: str) -> Table:
    interval = [text("table.interval_of", language, part=str(year)) for year in years]
    columns = (
        text("table.group", language),
        str(years[0]),
        interval[0],
        str(years[1]),
        interval[1],
    )
    rows: list[tuple[Cell, ...]] = []
    for pair in pairs:
        absent = Missing("not_received")
        before: tuple[Cell, Cell] = (absent, absent)
        if pair.before:
            before = (pair.before, Limits(pair.before))
        name = f"{pair.division}: {pair.name}"
        rows.append((name, *before, pair.after, Limits(pair.after)))
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, tuple(rows), language, wide=True)


def _draw(pairs: Sequence[Pair], years: tuple[int, int], language: str) -> str:
    gaps = [i > 0 and pairs[i - 1].division != pair.division for i, pair in enumerate(pairs)]
    places: list[float] = []
    for gap in gaps:
        places.append((places[-1] + (1.9 if gap else 1.0)) if places else 0.0)
    with c.drawing(height=1.0 + 0.21 * (places[-1] + 1)) as canvas:
        axes = canvas.subplots()
        _dots(axes, [-place for place in places], pairs)
        for place, pair, gap in zip(places, pairs, gaps, strict=True):
            if gap or place == 0:
                axes.text(
                    0,
                    -place + 0.85,
                    pair.division,
                    transform=axes.get_yaxis_transform(),
                    weight="bold",
                    fontsize=8,
                    va="center",
                )
        c.name_rows(axes, [-p for p in places], [pair.name for pair in pairs])
        axes.set_ylim(-places[-1] - 0.8, 2.2)
        _explain(axes, pairs[0], years)
        c.number_axis(axes.xaxis, pairs[0].after.unit, language)
        c.bare(axes, "left")
        axes.grid(axis="x", color=c.PALE, linewidth=0.6)
        axes.set_axisbelow(True)
        return c.svg(canvas)


def _dots(axes, places: Sequence[float], pairs: Sequence[Pair]) -> None:
    rows = list(zip(places, pairs, strict=True))
    intervals = [
        (place - 0.27, after.lower, after.upper)
        for place, after in ((place, pair.after) for place, pair in rows)
        if after.lower is not None and after.upper is not None
    ]
    if intervals:
        axes.hlines(*zip(*intervals, strict=True), color=c.BLUE, linewidth=1.2)
    both = [(place, p.before.value, p.after.value) for place, p in rows if p.before]
    if both:
        at, before, after = zip(*both, strict=True)
        axes.hlines(at, before, after, color=c.GREY, linewidth=1.2)
        axes.plot(before, at, "o", markerfacecolor="white", color=c.VERMILLION, markersize=6)
    axes.plot([pair.after.value for pair in pairs], places, "o", color=c.BLUE, markersize=5)


def _explain(axes, top: Pair, years: tuple[int, int]) -> None:
    """Name the two dots of the first row right above them."""
    dots = [(top.after, str(years[1]), c.BLUE)]
    if top.before:
        dots.append((top.before, str(years[0]), c.VERMILLION))
    left = min(dots, key=lambda dot: dot[0].value)
    for quantity, label, colour in dots:
        side = "right" if len(dots) == 2 and quantity is left[0] else "left"
        axes.annotate(
            label,
            (quantity.value, 0),
            xytext=(-2 if side == "right" else 2, 9),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8,
            color=colour,
        )
