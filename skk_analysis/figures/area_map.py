"""Map of a city's areas from their boundaries, in classes told by shade and by number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.patches import Rectangle
from matplotlib.path import Path

from skk_analysis.figures import canvas as c
from skk_analysis.figures.alternative import short
from skk_analysis.figures.figure import Figure
from skk_analysis.figures.table import Cell, Missing, Table
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity

SHADES = ("#f1f6fa", "#c9dff0", "#94c4e2", "#62a4d0", "#2474ad")
INKS = (c.DARK, c.DARK, c.DARK, c.DARK, "white")
"""Of the class's number on each shade. Boundaries are dark and stand out from every shade; five
shades cannot stand out from each other by 3:1, so each area bears the number of its class."""

UNKNOWN, HATCH = "white", "////"

ROOMY = 0.13
"""Inches that an area must be wide and high to bear a number; the data table has them all."""


@dataclass(frozen=True)
class Area:
    """One area: its GeoJSON geometry as text, and its value or why there is none."""

    name: str
    boundary: str
    value: Quantity | Missing


def area_map(areas: Sequence[Area], language: str, *, caption: str, topic: str) -> Figure:
    """Areas shaded in five classes of equally many areas; the darkest has the largest values.

    Parameters
    ----------
    areas : those with a boundary
    topic : what is shown, as it starts the alternative text
    """
    values = [(a.name, a.value) for a in areas if isinstance(a.value, Quantity)]
    (low_name, low), (high_name, high) = (
        pick(values, key=lambda row: row[1].value) for pick in (min, max)
    )
    edges = class_edges([quantity.value for _, quantity in values])
    shared = {
        "topic": topic,
        "count": str(len(areas)),
        "lowest": low_name,
        "low": low.shown(language),
        "highest": high_name,
        "high": high.shown(language),
    }
    return Figure(
        svg=_draw(areas, edges, low.unit, low.decimals, language),
        caption=caption,
        alt=short(text("chart.map.alt", language, **shared)),
        description=text(
            "chart.map.description",
            language,
            **shared,
            classes="; ".join(_class_names(edges, low.unit, low.decimals, language)),
            missing=str(len(areas) - len(values)),
        ),
        table=_table(areas, language, caption),
        told=tuple(_told(edges, low)),
    )


def _told(edges: np.ndarray, one: Quantity) -> Iterator[Quantity]:
    """The limits between classes; the outermost two are areas' values and in the table."""
    year = "" if one.year is None else f".{one.year}"
    start = one.id.split(".")[0]
    for place, edge in enumerate(edges[1:-1], 1):
        name = f"{start}.class_limit_{place}{year}"
        yield Quantity(name, float(edge), one.unit, one.decimals, year=one.year)


def class_edges(values: Sequence[float]) -> np.ndarray:
    """Limits of classes with equally many areas in each; fewer classes where values tie."""
    return np.unique(np.quantile(values, np.linspace(0, 1, len(SHADES) + 1)))


def rings(boundary: str) -> list[np.ndarray]:
    """The rings of a GeoJSON polygon or multipolygon, holes included, shape (points, 2)."""
    geometry = json.loads(boundary)
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return [np.asarray(ring, dtype=float)[:, :2] for polygon in polygons for ring in polygon]


def _table(areas: Sequence[Area], language: str, caption: str) -> Table:
    rows: list[tuple[Cell, ...]] = [(area.name, area.value) for area in areas]
    columns = (text("table.area", language), text("table.value", language))
    return Table(text("figure.data", language, caption=caption), columns, tuple(rows), language)


def _class_names(edges: np.ndarray, unit: str, decimals: int | None, language: str) -> list[str]:
    return [
        forms.span(float(low), float(high), unit, language, decimals)
        for low, high in pairwise(edges)
    ]


def _path(boundary: str, stretch: float) -> Path:
    """One compound path, so that holes stay holes."""
    parts = [ring * (stretch, 1) for ring in rings(boundary)]
    codes = [[Path.MOVETO] + [Path.LINETO] * (len(ring) - 2) + [Path.CLOSEPOLY] for ring in parts]
    return Path(np.concatenate(parts), np.concatenate(codes))


def _stretch(areas: Sequence[Area]) -> float:
    """How much shorter a degree east is than a degree north here; 1 on a metric grid."""
    points = np.concatenate([ring for area in areas for ring in rings(area.boundary)])
    degrees = np.abs(points).max() <= 180
    return float(np.cos(np.radians(points[:, 1].mean()))) if degrees else 1.0


def _draw(
    areas: Sequence[Area], edges: np.ndarray, unit: str, decimals: int | None, language: str
) -> str:
    stretch = _stretch(areas)
    shades = _shades(len(edges) - 1)
    with c.drawing(height=4.6, layout=None) as canvas:
        axes = canvas.add_axes((0.0, 0.0, 0.76, 1.0))
        paths = [_path(area.boundary, stretch) for area in areas]
        classes = [_class(area.value, edges) for area in areas]
        for unknown in (False, True):
            found = [n for n, place in enumerate(classes) if (place is None) is unknown]
            fills = [UNKNOWN if unknown else shades[classes[n] or 0] for n in found]
            axes.add_collection(
                PathCollection(
                    [paths[n] for n in found], facecolors=fills, edgecolors=c.DARK, linewidths=0.6,
                    hatch=HATCH if unknown else None,
                )
            )  # fmt: skip
        axes.autoscale_view()
        axes.set_aspect("equal")
        axes.set_axis_off()
        _number_areas(axes, paths, classes, shades)
        _name_extremes(axes, areas, paths, language)
        unknown = any(isinstance(area.value, Missing) for area in areas)
        _key(canvas, edges, shades, unit, decimals, language, unknown)
        return c.svg(canvas)


def _shades(count: int) -> list[str]:
    places = np.linspace(0, len(SHADES) - 1, max(count, 1)).round().astype(int)
    return [SHADES[i] for i in places]


def _class(value: Quantity | Missing, edges: np.ndarray) -> int | None:
    """The class of a value, from 0; None where there is no value."""
    if isinstance(value, Missing):
        return None
    place = int(np.searchsorted(edges, value.value, side="right")) - 1
    return int(np.clip(place, 0, max(len(edges) - 2, 0)))


def _number_areas(
    axes, paths: Sequence[Path], classes: Sequence[int | None], shades: Sequence[str]
) -> None:
    """Print each area's class where there is room."""
    canvas = axes.figure
    axes.apply_aspect()
    width, height = axes.get_position().size * canvas.get_size_inches()
    scale = min(width / np.ptp(axes.get_xlim()), height / np.ptp(axes.get_ylim()))
    for path, place in zip(paths, classes, strict=True):
        extent = path.get_extents()
        if place is None or min(extent.width, extent.height) * scale < ROOMY:
            continue
        x, y = inner_point(path)
        ink = INKS[SHADES.index(shades[place])]
        axes.text(x, y, str(place + 1), ha="center", va="center", fontsize=6.5, color=ink)


def inner_point(path: Path, steps: int = 12) -> tuple[float, float]:
    """A point inside an area, far from its boundary: of a grid's points the farthest."""
    extent = path.get_extents()
    grid = np.linspace(0.5 / steps, 1 - 0.5 / steps, steps)
    across, up = extent.x0 + extent.width * grid, extent.y0 + extent.height * grid
    points = np.column_stack([np.repeat(across, steps), np.tile(up, steps)])
    inside = points[path.contains_points(points)]
    if not len(inside):
        return (extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2
    away = np.linalg.norm(inside[:, None] - np.asarray(path.vertices)[None], axis=2).min(axis=1)
    x, y = inside[away.argmax()]
    return float(x), float(y)


def _name_extremes(axes, areas: Sequence[Area], paths: Sequence[Path], language: str) -> None:
    """Name the areas with the smallest and the largest value on the map."""
    found = [
        (area.name, area.value, path)
        for area, path in zip(areas, paths, strict=True)
        if isinstance(area.value, Quantity)
    ]
    ends = [pick(found, key=lambda item: item[1].value) for pick in (min, max)]
    box = {"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": c.GREY, "linewidth": 0.5}
    low, high = axes.get_xlim()
    for name, value, path in ends:
        extent = path.get_extents()
        x, y = (extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2
        side = (x - low) / (high - low)
        anchor = "left" if side < 0.25 else "right" if side > 0.75 else "center"
        label = f"{name}: {value.shown(language)}"
        axes.text(x, y, label, ha=anchor, va="center", fontsize=7.5, bbox=box)


def _key(
    canvas,
    edges: np.ndarray,
    shades: Sequence[str],
    unit: str,
    decimals: int | None,
    language: str,
    unknown: bool,
) -> None:
    """The classes beside the map, largest on top, each with its limits."""
    axes = canvas.add_axes((0.78, 0.3, 0.22, 0.4))
    axes.set_axis_off()
    names = _class_names(edges, unit, decimals, language)
    numbers = [str(place + 1) for place in range(len(names))]
    entries = list(zip(shades, numbers, names, strict=True))[::-1]
    if unknown:
        entries.append((UNKNOWN, "", text("chart.map.unknown", language)))
    for place, (shade, number, name) in enumerate(entries):
        y = 1 - (place + 1) / 6
        hatch = None if number else HATCH
        axes.add_patch(
            Rectangle((0, y), 0.16, 0.11, facecolor=shade, edgecolor=c.DARK, hatch=hatch)
        )
        if number:
            ink = INKS[SHADES.index(shade)]
            axes.text(0.08, y + 0.055, number, ha="center", va="center", fontsize=7.5, color=ink)
        axes.text(0.21, y + 0.055, name, va="center", fontsize=8)
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.05, 1)
