"""Where charts are drawn: one style, colours that everyone can tell apart, stable SVG bytes.

No pyplot and no change of matplotlib's global settings: the style holds inside `drawing` only.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedFormatter, FixedLocator, Locator, MaxNLocator

from skk_analysis.figures.drawn import ROW_NAME, drawn
from skk_analysis.figures.svg_renderer import draw_svg
from skk_analysis.language import forms
from skk_analysis.language.data_type import DRAWN

# Okabe and Ito's hues, darkened to at least 3:1 against white (a test holds them to it)
BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#c24e00", "#007a5a", "#9c4a7f"
GREY, DARK, PALE = "#6b6b6b", "#1a1a1a", "#d9d9d9"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, GREY)

WIDTH = 7.2
"""Inches; the width of a page's text column."""

STYLE: Any = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": DARK,
    "axes.labelsize": 9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "axes.titley": 1.0,  # where no ticks are in its way; else all ticks are measured to place it
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "path.simplify": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "skk",
    "text.color": DARK,
    "xtick.color": GREY,
    "xtick.labelcolor": DARK,
    "ytick.color": GREY,
    "ytick.labelcolor": DARK,
}


@contextmanager
def drawing(
    height: float, layout: Literal["constrained"] | None = "constrained"
) -> Iterator[Canvas]:
    """An empty canvas in the house style; save it with `svg` while it is open."""
    with matplotlib.rc_context(STYLE):
        yield Canvas(figsize=(WIDTH, height), layout=layout)


def svg(canvas: Canvas) -> str:
    """The drawing as SVG; the same drawing gives the same bytes.

    ``savefig`` draws everything twice, first to lay it out; the layout engine does that itself.
    """
    for axes in canvas.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():  # else all ticks are measured to place nothing
                axis.set_label_coords(0, 0)
    buffer = io.StringIO()
    draw_svg(canvas, buffer)
    content = buffer.getvalue()
    content = content[content.index("<svg") :]
    told = json.dumps(drawn(canvas), separators=(",", ":")).replace("<", "\\u003c")
    return content.replace("</svg>", f'<metadata id="{DRAWN}">{escape(told)}</metadata></svg>', 1)


def number_axis(axis: Axis, unit: str, language: str, ticks: int = 6) -> None:
    """Print an axis' numbers in the language's form, with as many decimals as they need.

    The axis must have its limits.
    """
    locator = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10])
    places = np.array([forms.scaled(float(v), unit) for v in place_ticks(axis, locator)])
    decimals = next((d for d in range(4) if np.allclose(places, places.round(d), atol=1e-9)), 3)
    shown = [forms.quantity(v, unit, language, decimals) for v in axis.get_majorticklocs()]
    axis.set_major_formatter(FixedFormatter(shown))


def place_ticks(axis: Axis, locator: Locator) -> Sequence[float]:
    """Fix the ticks at the locator's values within the limits, which the axis must have.

    Matplotlib would also make those beyond, and not draw them; a tick is dear.

    Returns
    -------
    sequence of float
        All values of the locator, also the nearest beyond the limits.
    """
    low, high = sorted(axis.get_view_interval())
    values, slack = locator.tick_values(low, high), 1e-9 * (high - low)
    axis.set_major_locator(FixedLocator([v for v in values if low - slack <= v <= high + slack]))
    return values


def name_rows(axes: Axes, places: Sequence[float], names: Sequence[str], size: float = 9) -> None:
    """Write rows' names left of the axes; ticks, with their lines and labels, are dearer."""
    axes.set_yticks([])
    left, up, right = axes.get_yaxis_text1_transform(3.5)
    for place, name in zip(places, names, strict=True):
        axes.text(0, place, name, transform=left, va=up, ha=right, fontsize=size, label=ROW_NAME)


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Move labels apart so that neighbours are at least ``gap`` from each other."""
    order = np.argsort(positions, kind="stable")
    placed = np.asarray(positions, dtype=float)[order]
    for _ in range(50):
        close = np.diff(placed) < gap - 1e-9
        if not close.any():
            break
        for i in np.flatnonzero(close):
            push = (gap - (placed[i + 1] - placed[i])) / 2
            placed[i] -= push
            placed[i + 1] += push
    result = np.empty_like(placed)
    result[order] = placed
    return result.tolist()


def bare(axes: Axes, *sides: str) -> None:
    """Take sides of the frame away, with their ticks."""
    for side in sides:
        axes.spines[side].set_visible(False)
    if "left" in sides:
        axes.tick_params(axis="y", length=0)
    if "bottom" in sides:
        axes.tick_params(axis="x", length=0)
