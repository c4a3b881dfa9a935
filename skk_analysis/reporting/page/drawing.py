"""Drawings that can do nothing: an SVG on the page is a picture, but its file is opened by itself.

A browser runs scripts of an SVG file that it opens, so what may be in a drawing is listed here and
everything else stops the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")
PURL = "http://purl.org/dc/dcmitype/"
"""Of the kind of work that a drawing says it is; nothing is loaded from there."""
FOREIGN_STYLE = re.compile(r"@import|url\(\s*['\"]?(?!#)|expression\(|\\", re.IGNORECASE)


def faults(drawing: str) -> list[str]:
    """What a drawing holds that could do anything but be seen; empty if nothing."""
    if "<!" in drawing.replace("<!--", ""):
        return ["the drawing declares a document type or entities"]
    try:
        root = ElementTree.fromstring(drawing)
    except ElementTree.ParseError as error:
        return [f"the drawing is no well-formed SVG: {error}"]
    # a drawing has thousands of elements, and few different names
    seen = {(str(element.tag), *element.attrib) for element in root.iter()}
    addresses = {
        value for element in root.iter() for name, value in element.attrib.items()
        if name.endswith(("href", "src"))
    }  # fmt: skip
    wrong = [*_names(seen), *_addresses(addresses)]
    for element in root.iter():
        # a rule may stand in a style sheet and in any attribute; other text is only read
        sheet = (element.text or "") if element.tag == f"{SVG}style" else ""
        for told in (sheet, *element.attrib.values()):
            if "url(" in told or "@" in told or "\\" in told or "expression" in told:
                found = FOREIGN_STYLE.search(told)
                wrong += [f"a style of the drawing loads {told[:60]!r}"] if found else []
    return list(dict.fromkeys(wrong))


def _names(seen: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for element, *attributes in sorted(seen):
        bare = element.removeprefix(SVG)
        if bare not in ELEMENTS and not element.startswith(DESCRIBING):
            yield f"element <{bare}> is not allowed in a drawing"
        for attribute in attributes:
            short = attribute.rsplit("}", 1)[-1].lower()
            if short.startswith("on"):
                yield f"attribute {short} is not allowed in a drawing"


def _addresses(addresses: Iterable[str]) -> Iterator[str]:
    for address in sorted(addresses):
        if not address.strip().lower().startswith(("#", *PICTURES, PURL)):
            yield f"the drawing loads or links to {address[:60]!r}"
