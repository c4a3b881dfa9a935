"""matplotlib's SVG renderer that lays out each text once in a process, with the same bytes.

Half the time of a drawing goes into its texts: in every pass of the layout engine matplotlib asks
FreeType for their size and reads the font's tables, and once more for the outlines when it draws.
All of it depends on text and font only, so it is kept. Reports repeat most texts from figure to
figure, and kernels inherit those of the figures that their fork server drew.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, TextIO

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextToPath

KEPT = 4096
"""Texts that are kept; a report has some 800, of 2 kB each."""


def draw_svg(canvas: Canvas, file: TextIO) -> None:
    """Write a figure without raster parts, as matplotlib's own ``print_svg`` does."""
    canvas.dpi = FigureCanvasSVG.fixed_dpi
    width, height = canvas.get_size_inches() * canvas.dpi
    renderer = _Renderer(width, height, file, metadata={"Date": None, "Creator": None})
    _Canvas(canvas, renderer)
    canvas.draw(renderer)
    renderer.finalize()


class _Canvas(FigureCanvasSVG):
    """Lets the layout engine measure with the renderer that will draw."""

    def __init__(self, figure: Canvas, renderer: _Renderer) -> None:
        super().__init__(figure)
        self._renderer = renderer

    def get_renderer(self) -> _Renderer:
        return self._renderer


class _Renderer(RendererSVG):
    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._text2path = _TEXTS

    @staticmethod
    @lru_cache(KEPT)
    def _get_font_height_metrics(prop: FontProperties) -> tuple[float, float, float]:
        """Ascent, descent and gap of lines in points, which matplotlib asks its renderer for."""
        font = get_font(findfont(prop))
        head, table = font.get_sfnt_table("head"), font.get_sfnt_table("OS/2")
        assert head and table  # every OpenType font has them
        scale = prop.get_size_in_points() / head["unitsPerEm"]
        ascent, descent = table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale
        return ascent, descent, table["sTypoLineGap"] * scale


class _Texts(TextToPath):
    @lru_cache(KEPT)  # noqa: B019 - there is one
    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        return super().get_text_width_height_descent(s, prop, ismath)

    def get_glyphs_with_font(
        self,
        font: Any,
        s: str,
        glyph_map: Mapping[str, Any] | None = None,
        return_new_glyphs_only: bool = False,
        **how: Any,
    ) -> tuple[list[Any], dict[str, Any], list[Any]]:
        glyphs, outlines = self._outlines(font, s, tuple(how.items()))
        known = glyph_map or {}
        new = {name: path for name, path in outlines.items() if name not in known}
        return glyphs, new if return_new_glyphs_only else {**known, **new}, []

    @lru_cache(KEPT)  # noqa: B019
    def _outlines(self, font: Any, s: str, how: tuple[tuple[str, Any], ...]) -> tuple[Any, Any]:
        glyphs, outlines, _ = super().get_glyphs_with_font(font, s, **dict(how))
        return glyphs, outlines


_TEXTS = _Texts()
