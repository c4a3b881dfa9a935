"""Boxes with wrapped text: what the canvas page and the logic model are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from skk_analysis.figures import canvas as c

LINE = 1.32
"""Height of a line, in font sizes."""

CHARACTER = 0.55
"""Mean width of a character of the house's typeface, in font sizes; wide enough for Finnish."""

PAD = 0.075
"""Inches between a box's edge and its text."""


@dataclass(frozen=True)
class Line:
    """One line of text in a box."""

    words: str
    size: float = 7.5
    bold: bool = False
    muted: bool = False

    @property
    def height(self) -> float:
        """Inches."""
        return self.size * LINE / 72


def wrapped(
    words: str, width: float, size: float = 7.5, *, bold: bool = False, muted: bool = False
) -> list[Line]:
    """A text broken to lines that fit a box of this width (inches)."""
    mean = CHARACTER * (1.18 if bold else 1.0)
    fits = max(int((width - 2 * PAD) * 72 / (size * mean)), 8)
    return [Line(part, size, bold, muted) for part in wrap(words, fits) or [""]]


def height_of(lines: list[Line]) -> float:
    """Inches that a box needs for its lines."""
    return 2 * PAD + sum(line.height for line in lines)


def draw_box(
    axes: Axes,
    left: float,
    top: float,
    width: float,
    height: float,
    lines: list[Line],
    *,
    empty: bool = False,
    edge: str = c.GREY,
) -> None:
    """A box in inches; an empty one is dashed and hatched, so that no colour is needed."""
    axes.add_artist(  # add_patch would look for limits, which the sheet has
        FancyBboxPatch(
            (left, top - height), width, height, boxstyle="round,pad=0,rounding_size=0.04",
            facecolor="white", edgecolor=edge, linewidth=0.9, hatch="////" if empty else None,
            hatchcolor=c.PALE, linestyle=(0, (4, 3)) if empty else "solid", zorder=2,
        )
    )  # fmt: skip
    at = top - PAD
    for line in lines:
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.0} if empty else None
        axes.text(
            left + PAD, at, line.words, fontsize=line.size, va="top", zorder=4,
            weight="bold" if line.bold else "normal", color=c.GREY if line.muted else c.DARK,
            bbox=ground,
        )  # fmt: skip
        at -= line.height


def sheet(axes: Axes, width: float, height: float) -> None:
    """Make inches the unit of the axes and take the frame away."""
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    axes.set_position((0, 0, 1, 1))
