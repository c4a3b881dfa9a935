"""Small multiples: a page's width of equal panels with one legend above them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from textwrap import wrap

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from skk_analysis.figures import canvas as c

TITLE = 0.17
"""Inches for a line of a panel's title."""


@contextmanager
def panels(
    titles: Sequence[str],
    columns: int,
    height: float,
    *,
    left: float = 0.35,
    right: float = 0.25,
    between: float = 0.5,
    below: float = 0.35,
    spill: float = 0.0,
    legend: Sequence[Artist] = (),
) -> Iterator[tuple[Canvas, list[Axes]]]:
    """A canvas with a titled panel for each title, row by row.

    Parameters
    ----------
    titles : panels' titles; long ones are broken into lines
    columns : panels in a row
    height : of a panel's inside, in inches
    left, right, between, below : room around panels for their labels, in inches
    spill : how far a title may reach over the room right of its panel, in inches
    legend : what the signs mean, drawn over the panels
    """
    columns = min(columns, len(titles))
    rows = -(-len(titles) // columns)
    width = (c.WIDTH - left - right - (columns - 1) * between) / columns
    broken = [
        wrap(title, int(13.5 * (width + spill)), break_long_words=False, break_on_hyphens=False)
        for title in titles
    ]
    over = 0.1 + TITLE * max(len(lines) for lines in broken)
    head = 0.28 if legend else 0.05
    total = head + rows * (height + over + below)
    with c.drawing(height=total, layout=None) as canvas:
        canvas.subplots_adjust(
            left=left / c.WIDTH,
            right=1 - right / c.WIDTH,
            top=1 - (head + over) / total,
            bottom=below / total,
            wspace=between / width,
            hspace=(over + below) / height,
        )
        every = []
        for place, lines in enumerate(broken, 1):
            axes = canvas.add_subplot(rows, columns, place)
            axes.set_title("\n".join(lines), fontsize=8)
            axes.tick_params(labelsize=7, length=2)
            every.append(axes)
        if legend:
            canvas.legend(
                handles=list(legend),
                loc="upper left",
                bbox_to_anchor=(0.0, 1.0),
                ncols=len(legend),
                frameon=False,
                fontsize=8,
                borderaxespad=0.1,
                handletextpad=0.4,
            )
        yield canvas, every
