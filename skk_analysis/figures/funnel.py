"""Funnel plot: results against their precision, and whether small studies may be judged."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.pooled_amounts import PooledAmounts
from skk_analysis.language.synthesis import amounts_of, reason_text, small_study_text

if TYPE_CHECKING:
    from skk_analysis.synthesis import Pooled, TrimAndFill

__all__ = ["funnel"]


def funnel(
    pooled: Pooled,
    language: str,
    *,
    filled: TrimAndFill | None = None,
    caption: str = "",
    topic: str = "",
    unit: str = "",
    ratio: bool = False,
    record: str = "funnel",
) -> Figure:
    """Results by standard error, most precise on top, with the lines of one common result.

    Parameters
    ----------
    pooled : Pooled
    language : ``fi``, ``sv`` or ``en``
    filled : mirror images to be drawn as open dots
    caption, topic, unit, ratio, record : as in `pooled_forest.pooled_forest`

    Notes
    -----
    The description holds Egger's test, or below ten studies why it is not made: a funnel of a
    handful of dots looks lopsided by chance.
    """
    caption = caption or text("chart.funnel.caption", language)
    amounts = amounts_of(pooled, unit, language, ratio)
    count = forms.number(pooled.k, language)
    alt = text("chart.funnel.alt", language, topic=topic or caption, k=count)
    test = _test(pooled, language)
    if filled is not None:
        added = forms.number(filled.missing, language)
        test = f"{test} {text('chart.funnel.filled', language, count=added)}"
    return Figure(
        svg=_draw(pooled, filled, amounts),
        caption=caption,
        alt=short(alt),
        description=text(
            "chart.funnel.description",
            language,
            alt=alt,
            level=forms.quantity(pooled.level, "share", language, 0),
            outside=forms.number(_outside(pooled), language),
            test=test,
        ),
        table=_table(pooled, filled, amounts, caption, record),
    )


def _test(pooled: Pooled, language: str) -> str:
    from skk_analysis.synthesis import RefusedError, egger

    try:
        errors = np.sqrt(pooled.studies.variances)
        return small_study_text(egger(pooled.studies.estimates, errors), language)
    except RefusedError as refused:
        return reason_text(refused.reason, language)


def _outside(pooled: Pooled) -> int:
    from skk_analysis.synthesis.inference import quantile

    reach = quantile(pooled.level, math.inf) * np.sqrt(pooled.studies.variances)
    return int((np.abs(pooled.studies.estimates - pooled.estimate) > reach).sum())


def _table(
    pooled: Pooled, filled: TrimAndFill | None, amounts: PooledAmounts, caption: str, record: str
) -> Table:
    language = amounts.language
    points = [
        *zip(
            pooled.studies.names,
            pooled.studies.estimates,
            np.sqrt(pooled.studies.variances),
            strict=True,
        )
    ]
    if filled is not None:
        points += [
            (text("chart.funnel.added", language, name=name), value, error)
            for name, value, error in filled.added.itertuples(index=False, name=None)
        ]
    rows: list[tuple[Cell, ...]] = []
    for place, (name, value, error) in enumerate(points, start=1):
        result = amounts.quantity(f"{record}.{place}", value)
        spread = amounts.error(f"{record}.{place}.se", error)
        rows.append((name, result, spread))
    heads = ("study", "estimate", "error")
    columns = tuple(text(f"table.synthesis.{head}", language) for head in heads)
    title = text("figure.data", language, caption=caption)
    return Table(title, columns, tuple(rows), language)


def _draw(pooled: Pooled, filled: TrimAndFill | None, amounts: PooledAmounts) -> str:
    from skk_analysis.figures.pooled_forest import result_axis
    from skk_analysis.synthesis.inference import quantile

    language, errors = amounts.language, np.sqrt(pooled.studies.variances)
    deepest, reach = float(errors.max()) * 1.08, quantile(pooled.level, math.inf)
    with c.drawing(height=3.4) as canvas:
        axes = canvas.subplots()
        for side in (-1, 1):
            edge = pooled.estimate + side * reach * deepest
            axes.plot([pooled.estimate, edge], [0, deepest], "--", color=c.GREY, linewidth=0.9)
        axes.axvline(pooled.estimate, color=c.BLUE, linewidth=1.1)
        axes.axvline(0, color=c.DARK, linewidth=0.9)
        axes.plot(pooled.studies.estimates, errors, "o", color=c.DARK, markersize=5)
        if filled is not None and len(filled.added):
            axes.plot(
                filled.added["estimate"], filled.added["se"], "o", color=c.VERMILLION,
                markerfacecolor="white", markersize=5,
            )  # fmt: skip
        axes.set_ylim(deepest, 0)
        form = "score" if amounts.amounts.ratio else amounts.amounts.form
        c.number_axis(
            axes.yaxis, {"share": "index", "percent": "index_100"}.get(form, form), language
        )
        axes.set_ylabel(text("chart.funnel.error", language), fontsize=8)
        result_axis(axes, amounts, amounts.amounts.unit)
        return c.svg(canvas)
