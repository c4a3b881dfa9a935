"""Many effects in one figure: an indicator a block, a city a row, each with its own verdict."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.effect import (
    difference_axis,
    draw_interval,
    estimate_cells,
    mark,
    unseen,
    visible_cell,
)
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Missing, Table
from skk_analysis.impact.verdict import null_of
from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts, probability
from skk_analysis.language.catalogue import text
from skk_analysis.language.effects import estimate_text, verdict_word_of

if TYPE_CHECKING:
    from skk_analysis.impact.result import Effect

__all__ = ["effects_forest"]

ROW, BLOCK = 0.23, 0.62
"""Inches for a row, and for a block's heading and axis."""

Blocks = dict[str, dict[str, "Effect"]]


def effects_forest(
    effects: Mapping[str | tuple[str, str], Effect],
    language: str,
    *,
    caption: str = "",
    topic: str = "",
    records: Mapping[Any, str] | None = None,
) -> Figure:
    """Effects with intervals, verdict words and the smallest visible size, zero in line.

    Parameters
    ----------
    effects : mapping
        By row name (``"Espoo"``), or by block and row (``("Työttömien osuus", "Espoo")``).  A
        block has its own axis, so its effects must have one unit; rows stay in the order given.
    language : ``fi``, ``sv`` or ``en``
    caption : default says that these are estimates with intervals
    topic : what is shown, as it starts the alternative text; default the caption
    records : start of each effect's numbers' ids, by the same keys; default from its name

    Raises
    ------
    ValueError
        If there are no effects, or those of one block have different units.
    """
    blocks = _blocks(effects)
    caption = caption or text("chart.forest.caption", language)
    every = [(_label(block, name, language), e) for block, rows in blocks.items()
             for name, e in rows.items()]  # fmt: skip
    tally = Counter(_word(effect, language) for _, effect in every)
    shared = {
        "topic": topic or caption,
        "count": forms.number(len(every), language),
        "tally": ", ".join(
            text("chart.forest.tally", language, word=word, count=forms.number(count, language))
            for word, count in tally.items()
        ),
    }
    facts = [
        text("chart.forest.fact", language, name=name, estimate=estimate_text(effect, language))
        for name, effect in every
    ]
    return Figure(
        svg=_draw(blocks, language),
        caption=caption,
        alt=short(text("chart.forest.alt", language, **shared)),
        description=text("chart.forest.description", language, **shared, facts=" ".join(facts)),
        table=_table(every, _records(blocks, records or {}), caption, language),
    )


def _records(blocks: Blocks, given: Mapping[Any, str]) -> list[str]:
    """Start of the numbers' ids, an effect each, in the order of the blocks."""
    found = []
    for block, rows in blocks.items():
        for name, effect in rows.items():
            plain = f"effect.{' / '.join(filter(None, (block, name)))}.{effect.method}"
            found.append(given.get((block, name) if block else name, plain))
    return found


def _blocks(effects: Mapping[str | tuple[str, str], Effect]) -> Blocks:
    """Rows by block, in the order given."""
    if not effects:
        raise ValueError("there are no effects to draw")
    blocks: Blocks = {}
    for key, effect in effects.items():
        block, name = key if isinstance(key, tuple) else ("", key)
        rows = blocks.setdefault(block, {})
        rows[name] = effect
        units = {(other.unit, null_of(other)) for other in rows.values()}
        if len(units) > 1:
            names = sorted(unit for unit, _ in units)
            raise ValueError(
                f"block {block!r} has effects in different units {names}, which cannot "
                "share an axis: give each unit its own block, as {(block, row): effect}"
            )
    return blocks


def _label(block: str, name: str, language: str) -> str:
    return text("chart.forest.row", language, group=block, name=name) if block else name


def _word(effect: Effect, language: str) -> str:
    if effect.verdict is None:
        return text("chart.forest.undecided", language)
    return verdict_word_of(effect.verdict, language)


def _table(
    every: list[tuple[str, Effect]], records: list[str], caption: str, language: str
) -> Table:
    level = forms.quantity(every[0][1].level, "share", language, 0)
    columns = (
        text("table.fact", language),
        text("table.effect.estimate", language),
        text("table.effect.interval", language, level=level),
        text("table.effect.p_value", language),
        text("table.effect.mde", language),
        text("table.effect.verdict", language),
    )
    rows = tuple(
        _row(name, effect, record, language)
        for (name, effect), record in zip(every, records, strict=True)
    )
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, rows, language, wide=True)


def _row(name: str, effect: Effect, record: str, language: str) -> tuple[Cell, ...]:
    amounts, none = Amounts.of(effect, language), Missing("not_applicable")
    estimate, interval = estimate_cells(effect, amounts, f"{record}.estimate")
    mde: Cell = none
    if math.isfinite(effect.mde):
        mde = visible_cell(effect, amounts, record)
    p = none if math.isnan(effect.p) else probability(effect.p, language)
    return name, estimate, interval, p, mde, _word(effect, language)


def _draw(blocks: Blocks, language: str) -> str:
    counts = [len(rows) for rows in blocks.values()]
    heights = [BLOCK + ROW * count for count in counts]
    with c.drawing(height=0.25 + sum(heights)) as canvas:
        stack = canvas.subplots(len(blocks), 1, height_ratios=heights, squeeze=False)[:, 0]
        canvas.suptitle(
            text("chart.forest.ticks", language), fontsize=7.5, x=0.01, ha="left", color=c.GREY
        )
        for axes, (block, rows) in zip(stack, blocks.items(), strict=True):
            _block(axes, block, rows, language)
        return c.svg(canvas)


def _block(axes: Axes, block: str, rows: dict[str, Effect], language: str) -> None:
    reach = _reach(rows)
    axes.set_xlim(*reach)
    axes.axvline(null_of(next(iter(rows.values()))), color=c.DARK, linewidth=0.9, zorder=1)
    for place, effect in enumerate(reversed(rows.values())):
        draw_interval(axes, effect, place, reach)
        if math.isfinite(effect.mde):
            axes.vlines(unseen(effect), place - 0.3, place + 0.3, color=c.GREY, linewidth=1.1)
        axes.text(
            1.01, place, _word(effect, language), transform=axes.get_yaxis_transform(),
            va="center", fontsize=8, color=mark(effect)[0],
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), list(reversed(rows)))
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_title(block, weight="bold")
    difference_axis(axes, next(iter(rows.values())), language)
    axes.grid(axis="x", color=c.PALE, linewidth=0.6)
    axes.set_axisbelow(True)


def _reach(rows: Mapping[str, Effect]) -> tuple[float, float]:
    """Limits of a block's axis: everything finite in it, and no difference."""
    drawn: list[float] = []
    for effect in rows.values():
        drawn += [null_of(effect), effect.estimate, *effect.interval, *unseen(effect)]
    finite = [float(value) for value in drawn if math.isfinite(value)]
    low, high = min(finite), max(finite)
    room = 0.05 * ((high - low) or 1.0)
    return low - room, high + room
