"""Drawings that can do nothing: an SVG on the page is a picture, but its file is opened by itself.

A browser runs scripts of an SVG file that it opens, so what may be in a drawing is listed here and
everything else stops the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    "circle", "clipPath", "defs", "desc", "ellipse", "g", "image", "line", "linearGradient",
    "marker", "mask", "metadata", "path", "pattern", "polygon", "polyline", "rect", "stop",
    "style", "svg", "symbol", "text", "title", "tspan", "use",
}  # fmt: skip
DESCRIBING = (
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}",
    "{http://creativecommons.org/ns#}",
    "{http://purl.org/dc/elements/1.1/}",
)
"""Namespaces of the elements that tell what the drawing is."""
FOREIGN_STYLE = re.compile(r"@import|url\(\s*['\"]?(?!#)|expression\(|\\", re.IGNORECASE)


def faults(drawing: str) -> list[str]:
    """What a drawing holds that could do anything but be seen; empty if nothing."""
    if "<!" in drawing.replace("<!--", ""):
        return ["the drawing declares a document type or entities"]
    try:
        root = ElementTree.fromstring(drawing)
    except ElementTree.ParseError as error:
        return [f"the drawing is no well-formed SVG: {error}"]
    return list(dict.fromkeys(fault for element in root.iter() for fault in _of(element)))


def _of(element: ElementTree.Element) -> Iterator[str]:
    name = str(element.tag)
    bare = name.removeprefix(SVG)
    if name.startswith(DESCRIBING):
        return
    if bare not in ELEMENTS:
        yield f"element <{bare}> is not allowed in a drawing"
    if bare == "style" and FOREIGN_STYLE.search(element.text or ""):
        yield "a style of the drawing loads something"
    for attribute, value in element.attrib.items():
        short = attribute.rsplit("}", 1)[-1].lower()
        address = "".join(value.split()).lower()
        if short.startswith("on"):
            yield f"attribute {short} is not allowed in a drawing"
        elif short in ("href", "src") and not address.startswith(("#", "data:image/png;base64,")):
            yield f"the drawing loads or links to {value[:60]!r}"
        elif FOREIGN_STYLE.search(value):
            yield f"attribute {short} of the drawing loads {value[:60]!r}"
