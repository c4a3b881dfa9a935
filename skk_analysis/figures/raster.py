"""A figure's SVG as PNG: the drawing that the report shows, and not a second one.

Drawing a figure again for print would need the report's data, cost every run its drawing time twice
and might differ from what was reviewed. This reads the SVG that matplotlib wrote (paths, groups,
symbols, clips, hatches, embedded pictures: nothing else occurs) and paints it with the same Agg
that would have painted the figure.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform, TransformedPath

SVG = "{http://www.w3.org/2000/svg}"
HREF = ("{http://www.w3.org/1999/xlink}href", "href")
UNSEEN = {"defs", "metadata", "style", "title", "desc", "clipPath", "pattern"}
INHERITED = {
    "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset",
}  # fmt: skip
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
COMMAND = re.compile(r"([MLCQZz])([^A-Za-z]*(?:[eE][-+]?\d[^A-Za-z]*)*)")
POINTS_PER_INCH = 72
STEPS = {"M": (Path.MOVETO, 1), "L": (Path.LINETO, 1), "Q": (Path.CURVE3, 2), "C": (Path.CURVE4, 3)}


def png(svg: str, dpi: int = 300) -> bytes:
    """The drawing as PNG on white.

    Parameters
    ----------
    svg : as `canvas.svg` gives it: matplotlib's, text as paths, a viewBox in points
    dpi : pixels an inch; 300 is what printers ask for

    Returns
    -------
    bytes
        The same for the same drawing: no times, no versions.

    Raises
    ------
    ValueError
        If the drawing holds what matplotlib's figures do not, such as text as text.
    """
    from PIL import Image

    root = ElementTree.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    scale = dpi / POINTS_PER_INCH
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    painter = _Painter(root, RendererAgg(*size, dpi), scale)
    upright = Affine2D().scale(scale, -scale).translate(0, size[1])
    painter.children(root, _State(upright, {"fill": "#000000", "stroke": "none"}))
    painted = Image.frombuffer("RGBA", size, painter.renderer.buffer_rgba(), "raw", "RGBA", 0, 1)
    paper = Image.new("RGBA", size, "white")
    paper.alpha_composite(painted)
    content = io.BytesIO()
    paper.convert("RGB").save(content, "png", dpi=(dpi, dpi), optimize=False)
    return content.getvalue()


@dataclass(frozen=True)
class _State:
    """Where and how an element is painted."""

    transform: Transform
    style: Mapping[str, str]
    clip: TransformedPath | None = None
    opacity: float = 1.0

    def of(self, element: ElementTree.Element) -> _State:
        """The state inside an element, without its clip."""
        own = dict(_style(element))
        transform = _transform(element.get("transform", "")) + self.transform
        opacity = self.opacity * float(own.get("opacity", 1))
        kept = {name: value for name, value in own.items() if name in INHERITED}
        return replace(self, transform=transform, style={**self.style, **kept}, opacity=opacity)


@dataclass
class _Painter:
    root: ElementTree.Element
    renderer: RendererAgg
    scale: float
    known: dict[str, ElementTree.Element] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = {e.attrib["id"]: e for e in self.root.iter() if "id" in e.attrib}

    def children(self, element: ElementTree.Element, state: _State) -> None:
        for child in element:
            self.paint(child, state)

    def paint(self, element: ElementTree.Element, outer: _State) -> None:
        name = str(element.tag).removeprefix(SVG)
        if name in UNSEEN:
            return
        state = self._clipped(element, outer.of(element))
        if name in ("g", "svg", "symbol"):
            self.children(element, state)
        elif name == "use":
            move = Affine2D().translate(_number(element, "x"), _number(element, "y"))
            self.paint(self._target(element), replace(state, transform=move + state.transform))
        elif name == "image":
            self._image(element, state)
        else:
            self._path(self._shape(element, name), state)

    def _target(self, element: ElementTree.Element) -> ElementTree.Element:
        address = next((element.attrib[h] for h in HREF if h in element.attrib), "")
        try:
            return self.known[address.removeprefix("#")]
        except KeyError:
            raise ValueError(f"The drawing uses {address!r}, which it does not have.") from None

    def _shape(self, element: ElementTree.Element, name: str) -> Path:
        if name == "path":
            words = element.attrib.get("d", "")
            if words not in self.paths:
                self.paths[words] = _path(words)
            return self.paths[words]
        if name == "rect":
            x, y, w, h = (_number(element, side) for side in ("x", "y", "width", "height"))
            return Path([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], closed=True)
        raise ValueError(f"The drawing has an element <{name}>, which no figure of ours has.")

    def _clipped(self, element: ElementTree.Element, state: _State) -> _State:
        named = re.fullmatch(r"url\(#(.+)\)", element.get("clip-path", ""))
        if not named:
            return state
        [shape] = list(self.known[named[1]])
        path = self._shape(shape, str(shape.tag).removeprefix(SVG))
        return replace(state, clip=TransformedPath(path, state.transform))

    def _path(self, path: Path, state: _State) -> None:
        if not np.asarray(path.vertices).size:
            return
        style = state.style
        fill = style.get("fill", "none")
        hatch = re.fullmatch(r"url\(#(.+)\)", fill)
        face = None if hatch else _colour(fill, style.get("fill-opacity"), state.opacity)
        edge = _colour(style.get("stroke", "none"), style.get("stroke-opacity"), state.opacity)
        stretch = _stretch(state.transform) / self.scale  # Agg takes lines and dashes in points
        width = float(style.get("stroke-width", "1").removesuffix("px")) * stretch
        if hatch:
            self._hatch(self.known[hatch[1]], path, state)
        if face is None and edge is None:
            return
        context: Any = self.renderer.new_gc()
        context.set_linewidth(width if edge else 0)
        context.set_foreground(edge or (0, 0, 0, 0), isRGBA=True)
        cap = style.get("stroke-linecap", "butt")
        context.set_capstyle("projecting" if cap == "square" else cap)
        context.set_joinstyle(style.get("stroke-linejoin", "round"))
        dashes = [float(n) for n in NUMBER.findall(style.get("stroke-dasharray", ""))]
        if dashes and edge:
            offset = float((NUMBER.findall(style.get("stroke-dashoffset", "")) or [0])[0])
            context.set_dashes(offset * stretch, [length * stretch for length in dashes])
        if state.clip is not None:
            context.set_clip_path(state.clip)
        context.set_antialiased(True)
        self.renderer.draw_path(context, path, state.transform, face)
        context.restore()

    def _hatch(self, pattern: ElementTree.Element, path: Path, state: _State) -> None:
        """The pattern's tiles within the shape."""
        inside = replace(state, clip=TransformedPath(path, state.transform))
        x, y, w, h = (_number(pattern, side) for side in ("x", "y", "width", "height"))
        low, high = path.get_extents().get_points()
        for column in range(int((low[0] - x) // w), int((high[0] - x) // w) + 1):
            for row in range(int((low[1] - y) // h), int((high[1] - y) // h) + 1):
                move = Affine2D().translate(x + column * w, y + row * h)
                plain = {"fill": "#000000", "stroke": "none"}
                tile = replace(inside, transform=move + state.transform, style=plain)
                for child in pattern:
                    # the tile is cut by the shape, not by its own clip
                    self.paint(child, tile)

    def _image(self, element: ElementTree.Element, state: _State) -> None:
        from PIL import Image

        address = next((element.attrib[h] for h in HREF if h in element.attrib), "")
        picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
        x, y, w, h = (_number(element, side) for side in ("x", "y", "width", "height"))
        (left, low), (right, high) = (
            Path([(x, y), (x + w, y + h)]).transformed(state.transform).get_extents().get_points()
        )
        size = (max(round(right - left), 1), max(round(high - low), 1))
        painted = picture.convert("RGBA").resize(size, Image.Resampling.NEAREST)
        if state.transform.get_matrix()[1, 1] > 0:  # turned twice
            painted = painted.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        context = self.renderer.new_gc()
        if state.clip is not None:
            context.set_clip_path(state.clip)
        self.renderer.draw_image(context, left, low, np.asarray(painted)[::-1])
        context.restore()


def _style(element: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for name in (*INHERITED, "opacity"):
        if name in element.attrib:
            yield name, element.attrib[name]
    for one in element.get("style", "").split(";"):
        name, colon, value = one.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _transform(words: str) -> Affine2D:
    """An SVG transform: the rightmost of its parts is applied first."""
    made = Affine2D()
    for name, inner in reversed(re.findall(r"(\w+)\(([^)]*)\)", words)):
        n = [float(number) for number in NUMBER.findall(inner)]
        match name:
            case "translate":
                made.translate(n[0], n[1] if len(n) > 1 else 0)
            case "scale":
                made.scale(n[0], n[1] if len(n) > 1 else n[0])
            case "rotate":
                x, y = (n[1], n[2]) if len(n) > 1 else (0, 0)
                made.rotate_deg_around(x, y, n[0])
            case "matrix":
                a, b, c, d, e, f = n
                made = Affine2D(np.array([[a, c, e], [b, d, f], [0, 0, 1]]) @ made.get_matrix())
            case _:
                raise ValueError(f"The drawing has a transform {name!r}, which is not known.")
    return made


def _path(words: str) -> Path:
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    if re.search(r"[^MLCQZzeE\d\s.,+-]", words):
        raise ValueError(f"The drawing has a path of an unknown form: {words[:60]!r}.")
    for command, inner in COMMAND.findall(words):
        if command in "Zz":
            vertices.append(vertices[-1])
            codes.append(int(Path.CLOSEPOLY))
            continue
        n = [float(number) for number in NUMBER.findall(inner)]
        code, count = STEPS[command]
        points = list(zip(n[::2], n[1::2], strict=True))
        vertices += points
        codes += [int(code)] * len(points)
        if command == "M" and len(points) > 1:  # further pairs are lines
            codes[-len(points) + 1 :] = [int(Path.LINETO)] * (len(points) - 1)
        elif len(points) % count:
            raise ValueError(f"The drawing has a path of an unknown form: {words[:60]!r}.")
    return Path(np.array(vertices).reshape(-1, 2), codes or None)


def _colour(name: str, opacity: str | None, outer: float) -> tuple[float, ...] | None:
    if name in ("none", "transparent"):
        return None
    red, green, blue, alpha = to_rgba(name)
    return red, green, blue, alpha * float(opacity or 1) * outer


def _stretch(transform: Transform) -> float:
    """By how much a transform widens lines."""
    return float(np.sqrt(abs(np.linalg.det(transform.get_matrix()[:2, :2]))))


def _number(element: ElementTree.Element, name: str) -> float:
    return float((NUMBER.findall(element.get(name, "0")) or [0])[0])
