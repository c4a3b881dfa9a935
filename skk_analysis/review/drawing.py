"""What is seen of a drawing: two makings of it are the same picture if this is the same."""

from __future__ import annotations

import re

METADATA = re.compile(r"<metadata\b[^>]*>.*?</metadata>", re.DOTALL)
"""What nobody sees: it names versions, and tells the machine checks what was drawn."""


def seen(svg: str) -> str:
    """A drawing without its metadata, whatever attributes that has.

    Examples
    --------
    >>> seen('<svg><metadata id="drawn">{}</metadata><g/></svg>')
    '<svg><g/></svg>'
    """
    return METADATA.sub("", svg)
