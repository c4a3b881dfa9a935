"""What a drawing really has, read from matplotlib's own axes when it is saved.

It goes into the SVG's ``<metadata>``, so that a check can see from the picture itself whether bars
stand on zero, how many intervals are drawn, and what tells two colours apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

ROW_NAME = "row name"
"""Label of a text that stands where a tick's label would; it is not among what is drawn."""

NO_MARK = ("", " ", "None", "none", None)


def drawn(canvas: Canvas) -> list[dict[str, Any]]:
    """One mapping for each axes.

    Returns
    -------
    list of dict
        ``bars``: how many, ``zero``: whether the axis along which they grow shows zero and they
        start there or on another bar; ``intervals``: line segments; ``looks``: colour, marker,
        line and hatch of what is drawn, each once; ``words``: texts among it.
    """
    return [_of(axes) for axes in canvas.axes]


def _of(axes: Axes) -> dict[str, Any]:
    bars = [bar for group in axes.containers if isinstance(group, BarContainer) for bar in group]
    told: dict[str, Any] = {
        "bars": len(bars),
        "intervals": _segments(axes),
        "looks": sorted({look for artist in axes.get_children() for look in _looks(axes, artist)}),
        "words": _words(axes),
    }
    if bars:
        told["zero"] = _on_zero(axes)
    return told


def _words(axes: Axes) -> int:
    """Texts among what is drawn, and those of the legend; no names of rows, ticks and titles."""
    legend = axes.get_legend()
    texts = [*axes.texts, *(legend.get_texts() if legend else ())]
    return sum(bool(t.get_text().strip()) and t.get_label() != ROW_NAME for t in texts)


def _on_zero(axes: Axes) -> bool:
    """Whether all bars stand on zero, or on the bar before them, and zero can be seen."""
    for group in axes.containers:
        if not isinstance(group, BarContainer):
            continue
        upright = group.orientation == "vertical"
        low, high = sorted(axes.get_ylim() if upright else axes.get_xlim())
        if not low <= 0 <= high:
            return False
    ends, starts = {0.0}, set()
    for group in axes.containers:
        if isinstance(group, BarContainer):
            for bar in group:
                upright = group.orientation == "vertical"
                start = bar.get_y() if upright else bar.get_x()
                length = bar.get_height() if upright else bar.get_width()
                starts.add(round(float(start), 9))
                ends.add(round(float(start + length), 9))
    return all(any(abs(start - end) < 1e-6 for end in ends) for start in starts)


def _segments(axes: Axes) -> int:
    """Line segments with two ends in the data, and diamonds; no grid or reference."""
    count = sum(isinstance(artist, Polygon) for artist in axes.patches)
    for artist in axes.get_children():
        if isinstance(artist, LineCollection):
            count += sum(
                len(path) > 1 and np.isfinite(path).all() for path in artist.get_segments()
            )
        elif isinstance(artist, Line2D) and artist.get_transform() == axes.transData:
            count += len(np.asarray(artist.get_xydata())) == 2 and artist.get_marker() in NO_MARK
    return int(count)


def _looks(axes: Axes, artist: Artist) -> Iterator[tuple[str, str, str, str]]:
    if artist in (axes.patch, *axes.spines.values()) or not artist.get_visible():
        return
    if isinstance(artist, Line2D):
        if len(np.asarray(artist.get_xydata())) and artist.get_transform() == axes.transData:
            marker = "" if artist.get_marker() in NO_MARK else str(artist.get_marker())
            filled = "" if artist.get_fillstyle() == "full" else str(artist.get_fillstyle())
            line = "" if artist.get_linestyle() in NO_MARK else str(artist.get_linestyle())
            yield to_hex(artist.get_color()), marker + filled, line, ""
    elif isinstance(artist, PathCollection | PolyCollection):
        for face in np.unique(artist.get_facecolor(), axis=0):
            kind = "area" if isinstance(artist, PolyCollection) else "point"
            yield to_hex(face), kind, "", artist.get_hatch() or ""
    elif hasattr(artist, "get_facecolor") and hasattr(artist, "get_hatch"):
        face = np.atleast_2d(artist.get_facecolor())
        if not isinstance(artist, LineCollection) and len(face) and face[0][-1] > 0:
            yield to_hex(face[0]), "patch", "", artist.get_hatch() or ""
