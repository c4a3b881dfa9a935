"""A timeline: what happened when, a lane for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `forms.date` is the printed form

from matplotlib.axes import Axes
from matplotlib.dates import MonthLocator, YearLocator, date2num
from matplotlib.ticker import FuncFormatter

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text

__all__ = ["Moment", "timeline"]

MARKERS = ("o", "s", "^", "D", "v", "P")
LANE = 0.62

CLOSE = 0.035
"""Share of the axis within which marks share a label."""


@dataclass(frozen=True)
class Moment:
    """Something dated: an ISO date, what it is, and which lane it belongs to."""

    date: str
    name: str
    kind: str


def timeline(moments: Sequence[Moment], language: str, *, caption: str, topic: str = "") -> Figure:
    """Dated moments in lanes; each is numbered in the drawing and named in the table.

    Parameters
    ----------
    moments : in any order, at least one
    language : ``fi``, ``sv`` or ``en``
    caption, topic : as in the other figures
    """
    if not moments:
        raise ValueError("there are no moments to draw")
    ordered = sorted(moments, key=lambda moment: (moment.date, moment.kind, moment.name))
    shown = {
        "topic": topic or caption,
        "count": forms.number(len(ordered), language),
        "first": forms.date(ordered[0].date, language),
        "last": forms.date(ordered[-1].date, language),
    }
    alt = text("chart.timeline.alt", language, **shown)
    facts = [
        text(
            "chart.timeline.fact",
            language,
            date=forms.date(moment.date, language),
            name=moment.name,
            kind=moment.kind,
        )
        for moment in ordered
    ]
    columns = tuple(text(f"table.timeline.{name}", language) for name in ("date", "name", "kind"))
    rows = tuple(
        (f"{place}. {forms.date(moment.date, language)}", moment.name, moment.kind)
        for place, moment in enumerate(ordered, start=1)
    )
    return Figure(
        svg=_draw(ordered),
        caption=caption,
        alt=short(alt),
        description=text("chart.timeline.description", language, alt=alt, facts=" ".join(facts)),
        table=Table(text("figure.data", language, caption=caption), columns, rows, language),
    )


def _draw(ordered: Sequence[Moment]) -> str:
    lanes = list(dict.fromkeys(moment.kind for moment in ordered))
    with c.drawing(height=0.7 + LANE * len(lanes)) as canvas:
        axes = canvas.subplots()
        years = [int(ordered[at].date[:4]) for at in (0, -1)]
        axes.set_xlim(*(date2num(Date(year, 1, 1)) for year in (years[0], years[1] + 1)))
        for lane, kind in enumerate(lanes):
            height = len(lanes) - 1 - lane
            axes.axhline(height, color=c.PALE, linewidth=1, zorder=0)
            mine = [(i, m) for i, m in enumerate(ordered, start=1) if m.kind == kind]
            days = [date2num(Date.fromisoformat(moment.date)) for _, moment in mine]
            marker, colour = MARKERS[lane % len(MARKERS)], c.PALETTE[lane % len(c.PALETTE)]
            axes.plot(days, [height] * len(days), marker, color=colour, markersize=6)
            _numbers(axes, [number for number, _ in mine], days, height)
        axes.set_yticks(range(len(lanes)), lanes[::-1])
        axes.set_ylim(-0.5, len(lanes) - 0.35)
        axes.xaxis.set_major_locator(YearLocator())
        axes.xaxis.set_minor_locator(MonthLocator((4, 7, 10)))
        axes.xaxis.set_major_formatter(FuncFormatter(_year))
        c.bare(axes, "left")
        return c.svg(canvas)


def _year(value: float, _: int) -> str:
    from matplotlib.dates import num2date

    return str(num2date(value + 1).year)


def _numbers(axes: Axes, numbers: list[int], days: list[float], height: int) -> None:
    """The numbers over the marks; of a run of close marks the first and the last."""
    low, high = axes.get_xlim()
    room = CLOSE * (high - low)
    runs: list[list[int]] = []
    for place in range(len(numbers)):
        if runs and days[place] - days[place - 1] < room:
            runs[-1].append(place)
        else:
            runs.append([place])
    for run in runs:
        first, last = numbers[run[0]], numbers[run[-1]]
        printed = str(first) if first == last else f"{first}{forms.EN_DASH}{last}"
        if last - first + 1 != len(run):  # other lanes have numbers in between
            printed = ", ".join(str(numbers[place]) for place in run)
        middle = (days[run[0]] + days[run[-1]]) / 2
        axes.text(middle, height + 0.16, printed, ha="center", va="bottom", fontsize=7.5)
