"""A figure as PNG is the drawing of the report: what Agg paints itself, to within its edges."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from skk_analysis.figures import canvas as c
from skk_analysis.figures.raster import png


def drawn() -> tuple[str, np.ndarray]:
    """Lines, dashes, markers, text, clips, hatches, transparency: as SVG, and painted by Agg."""
    with c.drawing(3) as canvas:
        axes = canvas.add_subplot()
        axes.plot([0, 1, 2, 9], [0, 3, 1, 2], color=c.BLUE, linewidth=4, marker="o", markersize=9)
        axes.plot([0, 2], [3, 0], "--", color=c.VERMILLION, linewidth=2)
        axes.bar([0.5, 1.5], [1, 2], 0.4, color=c.PALE, hatch="//", edgecolor=c.GREY, alpha=0.7)
        axes.fill_between([0, 1, 2], [0, 1, 0], [1, 2, 3], color=c.GREEN, alpha=0.3)
        axes.text(1, 2.5, "Äyskäri 12 %", rotation=30)
        axes.set_xlim(0, 2)
        svg = c.svg(canvas)
        painted = FigureCanvasAgg(canvas)
        canvas.set_dpi(144)
        painted.draw()
        return svg, np.asarray(painted.buffer_rgba())[..., :3].astype(float)


def test_the_png_is_what_agg_paints():
    svg, expected = drawn()
    content = png(svg, 144)
    assert content == png(svg, 144)
    image = Image.open(io.BytesIO(content))
    assert image.info["dpi"] == pytest.approx((144, 144), abs=0.1)
    found = np.asarray(image.convert("RGB")).astype(float)
    assert np.abs(np.array(found.shape) - expected.shape).max() <= 1
    height, width = np.minimum(found.shape, expected.shape)[:2]
    apart = np.abs(found[:height, :width] - expected[:height, :width]).max(axis=2)
    assert apart.mean() < 4, apart.mean()  # edges fall a fraction of a pixel beside each other
    assert (apart > 128).mean() < 0.01


def test_what_no_figure_of_ours_holds_is_refused():
    frame = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
    with pytest.raises(ValueError, match="<text>"):
        png(frame.format("<text>x</text>"))
    with pytest.raises(ValueError, match="unknown form"):
        png(frame.format('<path d="M 0 0 A 1 1 0 0 0 2 2"/>'))
    with pytest.raises(ValueError, match="does not have"):
        png(frame.format('<use href="#gone"/>'))
