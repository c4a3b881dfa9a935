"""What happened beside what was compared with, over time: the left side of an effect's figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from skk_analysis.figures import canvas as c
from skk_analysis.figures.table import Cell, Limits, Missing
from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

if TYPE_CHECKING:
    import pandas as pd

    from skk_analysis.impact.result import Effect

__all__ = ["levels_of", "path_of", "path_panel", "path_rows", "when"]

NEEDED = ["time", "observed", "counterfactual", "gap"]
FEW = 5
LINES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("comparison", "counterfactual", c.VERMILLION, {"linestyle": "--"}),
    ("observed", "observed", c.BLUE, {"marker": "o", "markersize": 3.5}),
)


def path_of(effect: Effect) -> pd.DataFrame | None:
    """The rows of the effect's path that can be drawn, in time's order; None without any."""
    path = effect.path
    if path is None or not set(NEEDED) <= set(path.columns):
        return None
    whole = path[path[NEEDED[1:]].notna().all(axis=1)].reset_index(drop=True)
    return whole if len(whole) > 1 else None


def levels_of(effect: Effect, amounts: Amounts) -> Amounts:
    """How the path's levels are printed: as the effect, unless that is a ratio of them."""
    path = path_of(effect)
    if path is None or not amounts.ratio:
        return amounts
    return Amounts.among(path["observed"].tolist(), "", amounts.language)


def when(time: Any) -> str:
    """A time of a path as it is written: a year, or the name of a wave."""
    return str(int(time)) if _numeric(time) else str(time)


def path_rows(path: pd.DataFrame, levels: Amounts, record: str) -> Iterator[tuple[Cell, ...]]:
    """A row a time: observed, comparison, gap and its interval where known."""
    known = {"lower", "upper"} <= set(path.columns)
    for _, row in path.iterrows():
        time = when(row["time"])
        level = [
            Quantity(f"{record}.{what}.{time}", float(row[column]), levels.form, levels.decimals)
            for what, column, _, _ in reversed(LINES)
        ]
        limits: dict[str, Any] = {k: float(row[k]) for k in ("lower", "upper")} if known else {}
        if not all(math.isfinite(limit) for limit in limits.values()):
            limits = {}
        gap = Quantity(
            f"{record}.gap.{time}", float(row["gap"]), levels.form, levels.decimals,
            kind="difference", **limits,
        )  # fmt: skip
        yield (time, *level, gap, Limits(gap) if limits else Missing("not_applicable"))


def path_panel(axes: Axes, effect: Effect, levels: Amounts) -> None:
    """Observed as a line with dots, comparison dashed; the start and the pandemic marked."""
    path, language = path_of(effect), levels.language
    assert path is not None
    numeric = all(_numeric(time) for time in path["time"])
    times = np.array(path["time"] if numeric else range(len(path)), dtype=float)
    if {"lower", "upper"} <= set(path.columns):  # of the gap
        band = (path["observed"] - path[side] for side in ("upper", "lower"))
        axes.fill_between(
            times, *band, facecolor=(c.VERMILLION, 0.15), edgecolor=c.VERMILLION, linewidth=0.5
        )
    for _, column, colour, style in LINES:
        axes.plot(times, path[column], color=colour, linewidth=1.6, **style)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    high += 0.08 * (high - low)  # room for the year of the start
    axes.set_ylim(low, high)
    ends = [float(path[column].iloc[-1]) for _, column, _, _ in LINES]
    for (label, _, colour, _), y in zip(LINES, c.spread(ends, (high - low) / 14), strict=True):
        words = text(f"chart.effect.{label}", language)
        axes.annotate(
            words, (times[-1], y), xytext=(5, 0), textcoords="offset points", va="center",
            color=colour, fontsize=8, annotation_clip=False,
        )  # fmt: skip
    if numeric:
        axes.set_xlim(times[0] - 0.5, times[-1] + 0.5)
        _mark_times(axes, effect, times, language)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        if len(times) <= FEW:  # a locator would invent years between two waves, and an offset
            axes.set_xticks(times, [when(time) for time in path["time"]])
    else:
        axes.set_xticks(times, [when(time) for time in path["time"]])
    c.number_axis(axes.yaxis, levels.form, language)
    if levels.unit and levels.unit not in forms.DECIMALS:
        axes.set_ylabel(levels.unit)


def _mark_times(axes: Axes, effect: Effect, times: np.ndarray, language: str) -> None:
    """Mark where the programme begins, and the pandemic years by hatching."""
    across = axes.get_xaxis_transform()
    if effect.years and times[0] < min(effect.years):
        start = min(effect.years)
        axes.axvline(start - 0.5, color=c.DARK, linewidth=0.9, linestyle=":")
        words = text("chart.effect.start", language, year=str(start))
        axes.text(start - 0.6, 0.98, words, ha="right", va="top", fontsize=7.5, transform=across)
    struck = [y for y in effect.details.get("pandemic", (2020,)) if times[0] <= y <= times[-1]]
    for year in struck:
        axes.axvspan(
            year - 0.5, year + 0.5, facecolor="none", edgecolor=c.PALE, hatch="///", zorder=0
        )
    if struck:
        words = text("chart.effect.pandemic", language)
        axes.text(
            struck[0] + 0.5, 1.01, words, ha="right", fontsize=7.5, transform=across, color=c.GREY
        )


def _numeric(time: Any) -> bool:
    return isinstance(time, int | float | np.integer | np.floating) and math.isfinite(time)
