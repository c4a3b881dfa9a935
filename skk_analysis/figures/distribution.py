"""The distribution of two years over each other, with the year's middle and its two ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Table
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

LEADER = {
    "arrowstyle": "-", "linewidth": 0.8, "relpos": (-0.08, 0.5), "patchA": None, "shrinkA": 0,
    "shrinkB": 0,
}  # fmt: skip
"""From a curve to just before its name; matplotlib would search for the edge of the name."""


@dataclass(frozen=True)
class Curve:
    """One year: its density over a grid, and the quantiles that the table gives."""

    year: int
    grid: np.ndarray
    density: np.ndarray
    quantiles: tuple[Quantity, ...]


def density_of(
    values: np.ndarray, weights: np.ndarray, grid: np.ndarray, bandwidth: float
) -> np.ndarray:
    """Weighted Gaussian kernel density on an even grid, by counting into cells and smoothing.

    Parameters
    ----------
    values, weights : ndarray, shape (rows,)
    grid : ndarray, shape (points,), evenly spaced
    bandwidth : standard deviation of the kernel, in the values' unit
    """
    step = grid[1] - grid[0]
    edges = np.append(grid - step / 2, grid[-1] + step / 2)
    share, _ = np.histogram(values, bins=edges, weights=weights / weights.sum())
    reach = int(np.ceil(4 * bandwidth / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / bandwidth) ** 2)
    return np.convolve(share, kernel / kernel.sum(), mode="same") / step


def two_years(
    before: Curve | None,
    after: Curve,
    levels: Sequence[str],
    language: str,
    *,
    caption: str,
    topic: str,
) -> Figure:
    """Density of the comparison year (line) and of the year (area).

    Parameters
    ----------
    levels : names of the quantiles, such as ``P10``
    topic : what is shown, as it starts the alternative text
    """
    curves = [curve for curve in (before, after) if curve is not None]
    facts = [
        text(
            "chart.distribution.year",
            language,
            year=str(curve.year),
            quantiles=", ".join(
                f"{name} {q.shown(language)}"
                for name, q in zip(levels, curve.quantiles, strict=True)
            ),
        )
        for curve in curves
    ]
    return Figure(
        svg=_draw(before, after, levels, language),
        caption=caption,
        alt=short(text("chart.distribution.alt", language, topic=topic, last=facts[-1])),
        description=text(
            "chart.distribution.description", language, topic=topic, facts=" ".join(facts)
        ),
        table=_table(curves, levels, language, caption),
    )


def _table(curves: Sequence[Curve], levels: Sequence[str], language: str, caption: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (level, *(curve.quantiles[i] for curve in curves)) for i, level in enumerate(levels)
    ]
    columns = (text("table.quantile", language), *(str(curve.year) for curve in curves))
    return Table(text("figure.data", language, caption=caption), columns, tuple(rows), language)


def _draw(before: Curve | None, after: Curve, levels: Sequence[str], language: str) -> str:
    with c.drawing(height=3.1) as canvas:
        axes = canvas.subplots()
        axes.fill_between(after.grid, after.density, color=c.BLUE, alpha=0.25, linewidth=0)
        axes.plot(after.grid, after.density, color=c.BLUE, linewidth=1.6)
        if before is not None:
            axes.plot(before.grid, before.density, "--", color=c.VERMILLION, linewidth=1.4)
        top = float(max(curve.density.max() for curve in (before, after) if curve is not None))
        for level, quantity in zip(levels, after.quantiles, strict=True):
            height = float(np.interp(quantity.value, after.grid, after.density))
            axes.vlines(quantity.value, 0, height, color=c.BLUE, linewidth=0.8)
            axes.text(quantity.value, -0.02 * top, level, ha="center", va="top", fontsize=7.5)
        _name_curves(axes, before, after, top)
        axes.set_ylim(-0.09 * top, 1.08 * top)
        axes.set_xlim(after.grid[0], after.grid[-1])
        axes.set_yticks([])
        c.number_axis(axes.xaxis, after.quantiles[0].unit, language)
        axes.set_xlabel(text("chart.distribution.axis", language))
        c.bare(axes, "left")
        return c.svg(canvas)


def _name_curves(axes, before: Curve | None, after: Curve, top: float) -> None:
    """Write each year on the falling side of its curve, one above the other."""
    names = [(after, c.BLUE, 0.72)] + ([(before, c.VERMILLION, 0.5)] if before else [])
    for curve, colour, level in names:
        falling = np.arange(len(curve.grid)) > curve.density.argmax()
        under = falling & (curve.density < level * top)
        place = int(under.argmax())
        axes.annotate(
            str(curve.year),
            (curve.grid[place], curve.density[place]),
            xytext=(26, 6),
            textcoords="offset points",
            color=colour,
            weight="bold",
            va="center",
            arrowprops=LEADER | {"color": colour},
        )
