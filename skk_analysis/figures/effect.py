"""One effect: what happened beside the comparison, and the estimate among its placebos.

What is written in the figure is neutral at every grade; the verdict's sentence stands in the text.
"""

from __future__ import annotations

import math
from textwrap import fill
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.axes import Axes

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.path import levels_of, path_of, path_panel, path_rows, when
from skk_analysis.figures.table import Cell, Limits, Missing, Table
from skk_analysis.impact.verdict import null_of
from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts
from skk_analysis.language.catalogue import text
from skk_analysis.language.effects import estimate_text, mde_text, verdict_word_of
from skk_analysis.language.quantities import Quantity

if TYPE_CHECKING:
    from skk_analysis.impact.result import Effect

__all__ = ["effect_figure", "estimate_cells", "mark"]

MARKS = {"increase": (c.VERMILLION, "^"), "decrease": (c.BLUE, "v")}
NO_DIRECTION = (c.GREY, "o")
AS_DIFFERENCE = {"share": "index", "percent": "index_100"}
"""Units whose differences are printed as points, without a percent sign."""
COLUMNS, DOTS = 41, 150
"""Columns that placebos are stacked in, and how many still get a dot each."""


def effect_figure(
    effect: Effect, language: str, *, name: str = "", caption: str = "", record: str = ""
) -> Figure:
    """The path beside its comparison, and the estimate with interval, placebos and visible size.

    Parameters
    ----------
    effect : Effect
        The path is drawn where it has one, the placebos likewise.
    language : ``fi``, ``sv`` or ``en``
    name : what the outcome is called; default ``effect.outcome``
    caption : default says that it is the estimate and its uncertainty
    record : start of the numbers' ids; default from outcome and method
    """
    name = name or effect.outcome
    record = record or f"effect.{effect.outcome}.{effect.method}"
    amounts = Amounts.of(effect, language)
    if not caption:
        key = "chart.effect.caption" if name else "chart.effect.caption_alone"
        caption = text(key, language, **({"name": name} if name else {}))
    shared = {"topic": name or caption, "estimate": estimate_text(effect, language)}
    alt = text("chart.effect.alt_alone", language, **shared)
    if effect.verdict:
        word = verdict_word_of(effect.verdict, language)
        alt = text("chart.effect.alt", language, **shared, verdict=word)
    return Figure(
        svg=_draw(effect, amounts),
        caption=caption,
        alt=_alt(effect, amounts, name or caption),
        description=" ".join([alt, *_described(effect, amounts)]),
        table=_table(effect, amounts, caption, record),
        told=tuple(
            Quantity(f"{record}.{key}", float(count), "count")
            for key, count in _placebo_counts(effect).items()
        ),
    )


def _alt(effect: Effect, amounts: Amounts, topic: str) -> str:
    """What is judged, and how large it is; interval and p-value are in the description."""
    language = amounts.language
    if not math.isfinite(effect.estimate):
        said = estimate_text(effect, language)
        return short(text("chart.effect.alt_alone", language, topic=topic, estimate=said))
    shown = {"topic": topic, "estimate": amounts.difference(effect.estimate)}
    if effect.verdict is None:
        return short(text("alt.effect", language, **shown))
    verdict = verdict_word_of(effect.verdict, language)
    return short(text("alt.effect_verdict", language, **shown, verdict=verdict))


def mark(effect: Effect) -> tuple[str, str, bool]:
    """Colour, marker and whether it is filled: direction by both, strong evidence by filling."""
    verdict = effect.verdict
    colour, marker = MARKS.get(verdict.direction or "", NO_DIRECTION) if verdict else NO_DIRECTION
    return colour, marker, bool(verdict and (verdict.strong or not verdict.direction))


def estimate_cells(effect: Effect, amounts: Amounts, record: str) -> tuple[Cell, Cell]:
    """The estimate and its interval as cells of a table."""
    low, high = effect.interval
    if not math.isfinite(effect.estimate):
        return Missing("not_applicable"), Missing("not_applicable")
    finite = math.isfinite(low) and math.isfinite(high)
    limits = {"lower": low, "upper": high} if finite else {}
    found = _difference(record, effect.estimate, amounts, **limits)
    if math.isnan(low) or math.isnan(high):
        return found, text("table.no_interval", amounts.language)
    return found, Limits(found) if finite else amounts.limits(low, high)


def _difference(record: str, value: float, amounts: Amounts, **more) -> Quantity:
    kind: Literal["value", "difference"] = "value" if amounts.ratio else "difference"
    return Quantity(record, float(value), amounts.form, amounts.decimals, kind=kind, **more)


def visible_cell(effect: Effect, amounts: Amounts, record: str) -> Quantity:
    """The smallest visible size as a cell of a table; it has no sign."""
    kind: Literal["value", "gap"] = "value" if amounts.ratio else "gap"
    return Quantity(f"{record}.mde", effect.mde, amounts.form, amounts.decimals, kind=kind)


def _described(effect: Effect, amounts: Amounts) -> list[str]:
    """What the drawing shows, beyond the estimate."""
    language, sentences = amounts.language, []
    if (path := path_of(effect)) is not None:
        last, levels = path.iloc[-1], levels_of(effect, amounts)
        shown = {
            "observed": levels.level(float(last["observed"])),
            "comparison": levels.level(float(last["counterfactual"])),
            "first": when(path["time"].iloc[0]),
            "last": when(last["time"]),
        }
        sentences.append(text("chart.effect.path", language, **shown))
    if not math.isnan(effect.interval[0]):
        sentences.append(text("chart.effect.interval", language))
    if counts := _placebo_counts(effect):
        numbers = [forms.number(count, language) for count in counts.values()]
        shown = dict(zip(("count", "beyond"), numbers, strict=True))
        sentences.append(text("chart.effect.beyond", language, **shown))
    return [*sentences, mde_text(effect, language)]


def _placebo_counts(effect: Effect) -> dict[str, int]:
    """How many estimates there are where nothing was done, and how many are as large."""
    if not len(effect.placebos):
        return {}
    beyond = int((np.abs(effect.placebos) >= abs(effect.estimate) - 1e-12).sum())
    return {"placebos": len(effect.placebos), "placebos_beyond": beyond}


def _table(effect: Effect, amounts: Amounts, caption: str, record: str) -> Table:
    """By year where there is a path; then the estimate, the visible size and the placebos."""
    language, path = amounts.language, path_of(effect)
    none = Missing("not_applicable")
    blank: tuple[Cell, ...] = () if path is None else (none, none)
    estimate, interval = estimate_cells(effect, amounts, f"{record}.estimate")
    rows: list[tuple[Cell, ...]] = []
    if path is not None:
        rows += path_rows(path, levels_of(effect, amounts), record)
    rows.append((text("table.effect.estimate", language), *blank, estimate, interval))
    mde: Cell = none
    if math.isfinite(effect.mde):
        mde = visible_cell(effect, amounts, record)
    rows.append((text("table.effect.mde", language), *blank, mde, none))
    if len(effect.placebos):
        low, median, high = np.quantile(effect.placebos, (0, 0.5, 1))
        for key, value in (("low", low), ("median", median), ("high", high)):
            cell = _difference(f"{record}.placebo_{key}", value, amounts)
            rows.append((text(f"table.effect.placebo_{key}", language), *blank, cell, none))
    columns = [text("table.fact", language)]
    if path is not None:
        columns += [text("table.observed", language), text("table.effect.comparison", language)]
    columns += [_difference_heading(effect, language), _interval_heading(effect, language)]
    title = text("figure.data", language, caption=caption)
    return Table(title, tuple(columns), tuple(rows), language, wide=path is not None)


def _difference_heading(effect: Effect, language: str) -> str:
    if null_of(effect) == 1:
        return text("chart.effect.ratio", language)
    if effect.unit and effect.unit not in forms.DECIMALS:
        return text("table.effect.difference_in", language, unit=effect.unit)
    return text("table.effect.difference", language)


def _interval_heading(effect: Effect, language: str) -> str:
    level = forms.quantity(effect.level, "share", language, 0)
    return text("table.effect.interval", language, level=level)


def _draw(effect: Effect, amounts: Amounts) -> str:
    single = path_of(effect) is None
    with c.drawing(height=(1.9 if single else 3.0) + 0.2 * bool(len(effect.placebos))) as canvas:
        if single:
            _estimate_panel(canvas.subplots(), effect, amounts)
        else:
            left, right = canvas.subplots(1, 2, width_ratios=(1.15, 1))
            path_panel(left, effect, levels_of(effect, amounts))
            _estimate_panel(right, effect, amounts)
        return c.svg(canvas)


def _estimate_panel(axes: Axes, effect: Effect, amounts: Amounts) -> None:
    language = amounts.language
    low, high = _reach(effect)
    axes.set_xlim(low, high)
    if math.isfinite(effect.mde):
        axes.axvspan(
            *unseen(effect), facecolor=(c.PALE, 0.55), edgecolor=c.GREY, linewidth=0.8, zorder=0
        )
        words = text("chart.effect.band", language, mde=amounts.size(effect.mde))
        width = 90 if path_of(effect) is None else 42
        axes.set_title(fill(words, width), fontsize=7.5, color=c.DARK)
    axes.axvline(null_of(effect), color=c.DARK, linewidth=0.9, zorder=2)
    draw_interval(axes, effect, 1.0, (low, high))
    ticks, labels = [1.0], [text("chart.effect.estimate", language)]
    if count := len(effect.placebos):
        _placebos(axes, np.sort(np.asarray(effect.placebos, dtype=float)), (low, high))
        ticks.append(0.0)
        shown = forms.number(count, language)
        labels.append(text("chart.effect.placebos", language, count=shown))
    axes.set_yticks(ticks, labels, rotation=0 if path_of(effect) is None else 90, va="center")
    axes.set_ylim(-0.55 if count else 0.5, 1.5)
    difference_axis(axes, effect, language)


def difference_axis(axes: Axes, effect: Effect, language: str) -> None:
    """The axis of differences: points are not percent."""
    form = effect.unit if effect.unit in forms.DECIMALS else "score"
    c.number_axis(axes.xaxis, AS_DIFFERENCE.get(form, form), language, ticks=5)
    unit = text("chart.effect.points", language) if form in forms.POINTS else ""
    unit = unit or (effect.unit if form != effect.unit else "")
    ratio = null_of(effect) == 1
    words = text("chart.effect.ratio" if ratio else "chart.effect.difference", language)
    if unit and not ratio:
        words = text("chart.effect.difference_in", language, unit=unit)
    axes.set_xlabel(words, fontsize=8)
    c.bare(axes, "left")


def unseen(effect: Effect) -> tuple[float, float]:
    """Between these an effect would not have been seen reliably."""
    return (1 / effect.mde if null_of(effect) else -effect.mde), effect.mde


def draw_interval(axes: Axes, effect: Effect, at: float, reach: tuple[float, float]) -> None:
    """The estimate with its interval; a limit beyond the axis ends in an arrow head."""
    if not math.isfinite(effect.estimate):
        return
    colour, marker, filled = mark(effect)
    lower, upper = effect.interval
    if not (math.isnan(lower) or math.isnan(upper)):
        ends = max(lower, reach[0]), min(upper, reach[1])
        axes.hlines(at, *ends, color=colour, linewidth=2.2)
        for limit, end, head in zip((lower, upper), ends, ("<", ">"), strict=True):
            if limit != end:
                axes.plot(end, at, head, color=colour, markersize=6, clip_on=False)
    face = colour if filled else "white"
    axes.plot(
        effect.estimate, at, marker, color=colour, markerfacecolor=face, markersize=8, zorder=3
    )


def _reach(effect: Effect) -> tuple[float, float]:
    """Limits of the axis: everything finite that is drawn, and no difference."""
    drawn = [null_of(effect), effect.estimate, *effect.interval, *unseen(effect), *effect.placebos]
    finite = [float(v) for v in drawn if math.isfinite(v)]
    low, high = min(finite), max(finite)
    room = 0.06 * ((high - low) or 1.0)
    return low - room, high + room


def _placebos(axes: Axes, ordered: np.ndarray, reach: tuple[float, float]) -> None:
    """A dot for each placebo, stacked around the middle of the row; many as a silhouette."""
    counts, edges = np.histogram(ordered, bins=COLUMNS, range=reach)
    step = min(0.09, 0.8 / max(counts.max(), 1))
    if len(ordered) > DOTS:
        height = np.append(counts, 0) * step / 2
        axes.fill_between(edges, -height, height, step="post", color=c.GREY, linewidth=0)
        return
    place = np.concatenate([np.arange(n) - (n - 1) / 2 for n in counts])
    axes.plot(ordered, place * step, "o", color=c.GREY, markersize=3.2, markeredgewidth=0)
