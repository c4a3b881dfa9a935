"""The double diamond in time: phases that open and close, returns, milestones planned and met."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, date2num, num2date
from matplotlib.ticker import FuncFormatter

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Missing, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity
from skk_analysis.monitoring.phases import PhaseHistory

__all__ = ["Milestone", "double_diamond"]

FILLS = (("#8ec3e6", "///"), (c.BLUE, ""), ("#9ccfbd", "///"), (c.GREEN, ""))
"""Fill and hatch by phase: each diamond has a colour, its opening half is hatched, its closing half
is plain; a phase beyond the fourth begins anew."""
ARROW = {"arrowstyle": "-|>", "color": c.VERMILLION, "linestyle": "--", "linewidth": 1.6}
NARROW, WIDE = 0.18, 0.4
"""Half heights of a phase's ends: it opens or closes."""


@dataclass(frozen=True)
class Milestone:
    """A milestone by its name; a day is None where unknown, stopped means cut short."""

    name: str
    planned: dt.date | None
    actual: dt.date | None
    stopped: bool = False


def double_diamond(
    history: PhaseHistory,
    names: Mapping[str, str],
    milestones: Sequence[Milestone],
    language: str,
    *,
    caption: str,
    topic: str,
    record: str = "phases",
) -> Figure:
    """Phases as shapes on a time axis, one row each, and milestones planned and reached.

    Parameters
    ----------
    history : PhaseHistory
        With at least one stay.
    names : mapping
        What each phase is called.
    milestones : sequence of Milestone
        Drawn in rows of their own where there are any with a day.
    language : ``fi``, ``sv`` or ``en``
    caption, topic : as in the other figures
    record : start of the numbers' ids

    Notes
    -----
    A phase that diverges (the first and third) opens to the right and is hatched; one that
    converges closes and is plain.  A return is a dashed arrow upwards with a word beside it.

    Raises
    ------
    ValueError
        If there is no stay to draw.
    """
    if history.stays.empty:
        raise ValueError("there are no phases to draw; say so in words instead")
    dated = [m for m in milestones if m.planned or m.actual]
    facts = _facts(history, names, dated, language)
    first, last = history.stays["entered"].min(), _ends(history)
    alt = text(
        "chart.phases.alt", language, topic=topic, first=forms.date(str(first), language),
        last=forms.date(str(max(last)), language),
        returns=forms.number(len(history.returns), language),
    )  # fmt: skip
    return Figure(
        svg=_draw(history, names, dated, language),
        caption=caption,
        alt=short(alt),
        description=" ".join([alt, *facts]),
        table=_table(history, names, dated, language, caption, record),
        told=(Quantity(f"{record}.returns", float(len(history.returns)), "count"),),
    )


def _ends(history: PhaseHistory) -> list[dt.date]:
    return [min(end or history.on, history.on) for end in history.stays["left"]]


def _facts(
    history: PhaseHistory, names: Mapping[str, str], milestones: Sequence[Milestone], language: str
) -> list[str]:
    found = []
    for _, stay in history.stays.iterrows():
        key = "chart.phases.return" if stay["returned"] else "chart.phases.stay"
        found.append(
            text(
                key, language, phase=names[stay["phase"]],
                days=forms.number(int(stay["days"]), language),
                entered=forms.date(str(stay["entered"]), language),
            )
        )  # fmt: skip
    for one in milestones:
        days = {
            key: forms.date(str(day), language) if day else text("chart.phases.no_day", language)
            for key, day in (("planned", one.planned), ("actual", one.actual))
        }
        key = "chart.phases.stopped" if one.stopped else "chart.phases.milestone"
        found.append(text(key, language, name=one.name, **days))
    return found


def _table(
    history: PhaseHistory, names: Mapping[str, str], milestones: Sequence[Milestone],
    language: str, caption: str, record: str,
) -> Table:  # fmt: skip
    columns = tuple(
        text(f"table.phases.{name}", language) for name in ("name", "from", "to", "days", "note")
    )
    rows: list[tuple[Cell, ...]] = []
    for place, (_, stay) in enumerate(history.stays.iterrows(), 1):
        left = forms.date(str(stay["left"]), language) if stay["left"] else "–"
        days = Quantity(f"{record}.{place}.days", float(stay["days"]), "days")
        note = "return" if stay["returned"] else "evidence" if stay["evidence"] else "no_evidence"
        rows.append(
            (
                names[stay["phase"]], forms.date(str(stay["entered"]), language), left, days,
                text(f"chart.phases.note.{note}", language),
            )
        )  # fmt: skip
    for place, one in enumerate(milestones, 1):
        shown = [
            forms.date(str(day), language) if day else "–" for day in (one.planned, one.actual)
        ]
        late: Cell = Missing("not_applicable")
        if one.planned and one.actual and not one.stopped:
            gap = float((one.actual - one.planned).days)
            late = Quantity(f"{record}.milestone.{place}.late", gap, "days", kind="difference")
        note = "stopped" if one.stopped else "milestone"
        rows.append((one.name, *shown, late, text(f"chart.phases.note.{note}", language)))
    title = text("figure.data", language, caption=caption)
    note = text("table.phases.reading", language)
    return Table(title, columns, tuple(rows), language, note=note)


def _draw(
    history: PhaseHistory, names: Mapping[str, str], milestones: Sequence[Milestone], language: str
) -> str:
    lanes = len(history.phases) + len(milestones)
    with c.drawing(height=0.75 + 0.42 * lanes) as canvas:
        axes = canvas.subplots()
        _limits(axes, history, milestones)
        across, heights = [0, 1, np.nan] * lanes, np.repeat(np.arange(lanes), 3)
        axes.plot(
            across, heights, color=c.PALE, linewidth=0.8, zorder=0,
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
        _stays(axes, history, lanes, language)
        _returns(axes, history, lanes, language)
        _milestones(axes, milestones)
        labels = [*(names[phase] for phase in history.phases), *(m.name for m in milestones)]
        c.name_rows(axes, range(lanes), labels[::-1])
        axes.set_ylim(-0.6, lanes - 0.4)
        if milestones:
            axes.axhline(len(milestones) - 0.5, color=c.GREY, linewidth=0.8)
            _legend(axes, milestones, language)
        low, high = axes.get_xlim()
        ticks = AutoDateLocator(minticks=4, maxticks=9).tick_values(num2date(low), num2date(high))
        axes.set_xticks([tick for tick in ticks if low <= tick <= high])  # others would widen it
        axes.xaxis.set_major_formatter(FuncFormatter(_month))
        c.bare(axes, "left")
        return c.svg(canvas)


def _limits(axes: Axes, history: PhaseHistory, milestones: Sequence[Milestone]) -> None:
    days = [*history.stays["entered"], *_ends(history)]
    days += [day for one in milestones for day in (one.planned, one.actual) if day]
    low, high = date2num(min(days)), date2num(max(days))
    room = 0.02 * max(high - low, 20.0)
    axes.set_xlim(low - room, high + 4 * room)


def _stays(axes: Axes, history: PhaseHistory, lanes: int, language: str) -> None:
    """The stays in the phases: a shape that opens or closes, with its days beside it."""
    for stay, end in zip(history.stays.to_dict("records"), _ends(history), strict=True):
        place = history.phases.index(stay["phase"])
        height = lanes - 1 - place
        fill, hatch = FILLS[place % len(FILLS)]
        left, right = date2num(stay["entered"]), date2num(end)
        opens = place % 2 == 0
        near, far = (NARROW, WIDE) if opens else (WIDE, NARROW)
        xs = [left, right, right, left]
        ys = [height - near, height - far, height + far, height + near]
        axes.fill(xs, ys, facecolor=fill, edgecolor=c.DARK, hatch=hatch, linewidth=0.8, zorder=2)
        days = text("chart.phases.days", language, days=forms.number(stay["days"], language))
        axes.annotate(
            days, (right, height), xytext=(4, 0), textcoords="offset points", va="center",
            fontsize=8, zorder=4,
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _returns(axes: Axes, history: PhaseHistory, lanes: int, language: str) -> None:
    """A dashed arrow from where the work stood back to the phase that it returned to."""
    previous = None
    for _, stay in history.stays.iterrows():
        if stay["returned"] and previous is not None:
            day = date2num(stay["entered"])
            start, end = (lanes - 1 - int(s["order"]) for s in (previous, stay))
            axes.annotate(
                "", (day, end - 0.1), xytext=(day, start + 0.1), zorder=5,
                arrowprops=ARROW,
            )  # fmt: skip
            axes.annotate(
                text("chart.phases.back", language), (day, (start + end) / 2), xytext=(-5, 0),
                textcoords="offset points", ha="right", va="center", fontsize=8,
                color=c.VERMILLION, zorder=5,
                bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"},
            )  # fmt: skip
        previous = stay


def _milestones(axes: Axes, milestones: Sequence[Milestone]) -> None:
    """Planned: a hollow square; reached: a filled diamond; cut short: a cross."""
    rows = list(enumerate(reversed(milestones)))
    for row, one in rows:
        if one.planned and one.actual:
            days = [date2num(one.planned), date2num(one.actual)]
            axes.plot(days, [row, row], color=c.GREY, linewidth=1.2, zorder=1)
    planned = [(date2num(one.planned), row) for row, one in rows if one.planned]
    if planned:
        axes.plot(
            *zip(*planned, strict=True), "s", markersize=8, color=c.DARK, markerfacecolor="white",
            zorder=2,
        )  # fmt: skip
    for stopped, marker, colour in ((False, "D", c.PURPLE), (True, "X", c.VERMILLION)):
        ends = [(date2num(m.actual), row) for row, m in rows if m.actual and m.stopped == stopped]
        if ends:
            axes.plot(*zip(*ends, strict=True), marker, markersize=7, color=colour, zorder=3)


def _legend(axes: Axes, milestones: Sequence[Milestone], language: str) -> None:
    shown = [("s", "white", c.DARK, "planned"), ("D", c.PURPLE, c.PURPLE, "reached")]
    if any(one.stopped for one in milestones):
        shown.append(("X", c.VERMILLION, c.VERMILLION, "cut"))
    handles = [
        axes.plot([], [], marker, markerfacecolor=face, markeredgecolor=edge, linestyle="",
                  label=text(f"chart.phases.legend.{key}", language))[0]
        for marker, face, edge, key in shown
    ]  # fmt: skip
    axes.legend(
        handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(handles),
        frameon=False, fontsize=8, handletextpad=0.2,
    )  # fmt: skip


def _month(value: float, _: int) -> str:
    day = num2date(value)
    return f"{day.month}/{day.year}"


def milestones_of(table: pd.DataFrame, names: Sequence[str]) -> list[Milestone]:
    """Rows of :func:`~skk_analysis.monitoring.milestones_on` with their names, for the drawing."""
    return [
        Milestone(name, row["planned"], row["actual"], row["state"] == "stopped")
        for name, (_, row) in zip(names, table.iterrows(), strict=True)
    ]
