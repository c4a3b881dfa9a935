"""The roadmap (tiekartta): steps on a time line, their owners, what is overdue on the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.ticker import FuncFormatter

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text

MARKS = {
    "done": (c.GREEN, "o", True), "overdue": (c.VERMILLION, "v", True),
    "upcoming": (c.BLUE, "o", False), "dropped": (c.GREY, "X", True),
    "undated": (c.GREY, "D", False),
}  # fmt: skip
"""Colour, marker and whether it is filled, by state; the state's word stands beside each."""

ROW = 0.36


@dataclass(frozen=True)
class Step:
    """One step: to what it belongs, what is done, by whom, when due, and how it stands."""

    group: str
    name: str
    owner: str
    due: date | None
    state: str
    days_late: int = 0


def roadmap(
    steps: Sequence[Step], as_of: date, language: str, *, caption: str, topic: str
) -> Figure:
    """Steps by group in the order given, a marker at each due date.

    Parameters
    ----------
    as_of : the day on which the steps stand as they are shown
    topic : whose roadmap, as it starts the alternative text

    Raises
    ------
    ValueError
        If there are no steps.
    """
    if not steps:
        raise ValueError("a roadmap has no steps to draw: the register's table roadmap is empty")
    tally = Counter(step.state for step in steps)
    states = [
        text(
            "chart.roadmap.tally", language, word=_word(state, language),
            count=forms.number(tally[state], language),
        )
        for state in MARKS if tally[state]
    ]  # fmt: skip
    shared = {"topic": topic, "day": forms.date(as_of.isoformat(), language),
              "tally": ", ".join(states)}  # fmt: skip
    facts = [_fact(step, language) for step in steps]
    return Figure(
        svg=_draw(steps, as_of, language),
        caption=caption,
        alt=short(text("chart.roadmap.alt", language, **shared)),
        description=" ".join([text("chart.roadmap.alt", language, **shared), *facts]),
        table=_table(steps, language, caption),
    )


def _word(state: str, language: str) -> str:
    return text(f"roadmap.state.{state}", language)


def _due(step: Step, language: str) -> str:
    return forms.date(step.due.isoformat(), language) if step.due else "–"


def _state(step: Step, language: str) -> str:
    word = _word(step.state, language)
    if not step.days_late:
        return word
    days = forms.number(step.days_late, language)
    return text("chart.roadmap.late", language, word=word, days=days)


def _fact(step: Step, language: str) -> str:
    return text(
        "chart.roadmap.fact", language, group=step.group, name=step.name, owner=step.owner or "–",
        due=_due(step, language), state=_state(step, language),
    )  # fmt: skip


def _table(steps: Sequence[Step], language: str, caption: str) -> Table:
    keys = ("group", "step", "owner", "due", "state")
    columns = tuple(text(f"chart.roadmap.column.{key}", language) for key in keys)
    rows = tuple(
        (step.group, step.name, step.owner or "–", _due(step, language), _state(step, language))
        for step in steps
    )
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, rows, language, wide=True)


def _draw(steps: Sequence[Step], as_of: date, language: str) -> str:
    places, labels, headings, at = [], [], [], 0.0
    for i, step in enumerate(steps):
        if i == 0 or steps[i - 1].group != step.group:
            headings.append((at, step.group))
            at += 0.75
        places.append(at)
        labels.append(f"{step.name}\n{step.owner}" if step.owner else step.name)
        at += 1
    dated = [step.due for step in steps if step.due] + [as_of]
    room = timedelta(days=max((max(dated) - min(dated)).days * 0.04, 10))
    low, high = min(dated) - room, max(dated) + room
    with c.drawing(height=0.75 + ROW * at) as canvas:
        axes = canvas.subplots()
        axes.axvline(_number(as_of), color=c.DARK, linewidth=0.9, linestyle="--", zorder=1)
        axes.set_title(
            text("chart.roadmap.day", language, day=forms.date(as_of.isoformat(), language)),
            fontsize=8,
        )
        for step, place in zip(steps, places, strict=True):
            _mark(axes, step, place, low, language)
        for place, group in headings:
            axes.text(
                0.0, place, group, transform=axes.get_yaxis_transform(), weight="bold",
                fontsize=8.5, va="center", ha="left",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            )  # fmt: skip
        c.name_rows(axes, places, labels, size=7.5)
        axes.set_ylim(at - 0.3, -0.6)
        axes.set_xlim(_number(low), _number(high))
        _months(axes, low, high, language)
        axes.grid(axis="x", color=c.PALE, linewidth=0.6)
        axes.set_axisbelow(True)
        c.bare(axes, "left")
        return c.svg(canvas)


def _number(day: date) -> float:
    return float(date2num(day))


def _mark(axes: Axes, step: Step, place: float, low: date, language: str) -> None:
    colour, marker, filled = MARKS[step.state]
    at = _number(step.due or low)
    axes.plot(
        at, place, marker, color=colour, markerfacecolor=colour if filled else "white",
        markersize=8, markeredgewidth=1.3, zorder=3, clip_on=False,
    )  # fmt: skip
    axes.text(
        1.01, place, _state(step, language), transform=axes.get_yaxis_transform(), fontsize=7.5,
        va="center", color=colour, weight="bold" if step.state == "overdue" else "normal",
    )  # fmt: skip


def _months(axes: Axes, low: date, high: date, language: str) -> None:
    """Ticks at the turns of quarters, or of years where there are many, as dates."""
    every = [date(year, month, 1) for year in range(low.year, high.year + 2)
             for month in (1, 4, 7, 10)]  # fmt: skip
    every = [day for day in every if low <= day <= high]
    if len(every) > 7:
        every = [day for day in every if day.month in (1, 7)]
    if len(every) > 7:
        every = [day for day in every if day.month == 1]
    axes.set_xticks([_number(day) for day in every])
    axes.tick_params(axis="x", labelsize=8)
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda _, i: f"{every[i].month}/{every[i].year}" if i < len(every) else "")
    )
    axes.set_xlabel(text("chart.roadmap.axis", language), fontsize=8)
