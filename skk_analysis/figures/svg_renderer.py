"""matplotlib's SVG renderer that lays out each text once in a process, with the same bytes.

Half the time of a drawing goes into its texts: in every pass of the layout engine matplotlib asks
FreeType for their size and reads the font's tables, and once more for the outlines when it draws.
All of it depends on text and font only, so a text is shaped once for both, and that is kept.
Reports repeat most texts from figure to figure, and kernels inherit those of the figures that
their fork server drew.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TextIO
from unicodedata import category

from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
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


@lru_cache(KEPT)
def _is_plain(s: str) -> bool:
    """Whether each sign stands by itself: shaping moves marks and drops what is unseen."""
    return bool(s) and all(category(sign) not in ("Mn", "Me", "Cf") for sign in s)


class _Glyph(NamedTuple):
    """Lengths are in 64ths of points at the size at which outlines are drawn."""

    name: str
    outline: tuple[Any, Any]
    low: float
    high: float
    advance: float


class _Texts(TextToPath):
    """Shapes each text once, for its size and its outlines, and loads each glyph once."""

    _get_font: Any  # matplotlib's, which its stubs don't know
    _get_glyph_repr: Any

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        if ismath or not _is_plain(s):
            return super().get_text_width_height_descent(s, prop, ismath)
        shaped = self._shaped(self._get_font(prop), s, None, None)
        low, high = min(g.low for *_, g in shaped), max(g.high for *_, g in shaped)
        x, _, last = shaped[-1]
        unit = prop.get_size_in_points() / self.FONT_SCALE
        return (x + last.advance / 64) * unit, (high - low) / 64 * unit, -low / 64 * unit

    def get_glyphs_with_font(
        self,
        font: Any,
        s: str,
        glyph_map: Mapping[str, Any] | None = None,
        return_new_glyphs_only: bool = False,
        *,
        features: Any = None,
        language: Any = None,
    ) -> tuple[list[Any], dict[str, Any], list[Any]]:
        shaped, known = self._shaped(font, s, features, language), glyph_map or {}
        new = {g.name: g.outline for *_, g in shaped if g.name not in known}
        places = [(g.name, x, y, 1.0) for x, y, g in shaped]
        return places, new if return_new_glyphs_only else {**known, **new}, []

    @lru_cache(KEPT)  # noqa: B019 - there is one
    def _shaped(
        self, font: Any, s: str, features: Any, language: Any
    ) -> list[tuple[float, float, _Glyph]]:
        """Where each glyph of a text stands, in points at the size of the outlines."""
        items = font._layout(s, LoadFlags.NO_HINTING, features=features, language=language)
        return [(item.x, item.y, self._glyph(item.ft_object, item.glyph_index)) for item in items]

    @lru_cache(KEPT)  # noqa: B019
    def _glyph(self, font: Any, index: int) -> _Glyph:
        loaded = font.load_glyph(index, flags=LoadFlags.NO_HINTING)
        _, low, _, high = loaded.bbox
        name = self._get_glyph_repr(font, index)
        return _Glyph(name, font.get_path(), low, high, loaded.horiAdvance)


_TEXTS = _Texts()
