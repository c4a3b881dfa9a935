"""Text from data made harmless to the eye: no sign that is unseen and turns the reading order.

Escaping keeps a string from becoming an element. It doesn't keep a right-to-left override in an
area's name from showing the rest of a line backwards, or a control character from breaking a
workbook. Such signs are shown as the replacement character, so that somebody mends the register.
"""

from __future__ import annotations

import re
from typing import Any

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROLS = [c for c in (*range(0x20), *range(0x7F, 0xA0)) if chr(c) not in "\t\n\r"]
_DIRECTIONS = [0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_UNSEEN = dict.fromkeys([*_CONTROLS, *_DIRECTIONS, 0xFEFF, 0xFFFE, 0xFFFF], REPLACEMENT)
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), REPLACEMENT)
_UNSEEN |= _SURROGATES
_ANY = re.compile("[" + "".join(map(chr, _UNSEEN)) + "]")
_PLAIN = bytes([*range(0x20, 0x7F), *b"\t\n\r"])


def visible(words: str) -> str:
    """The text with every control and direction sign (Unicode Bidi_Control) made visible.

    Examples
    --------
    >>> visible("Kesk\\u202eatsuk")
    'Kesk\\ufffdatsuk'
    """
    if words.isprintable():
        return words
    # hardly a text has any, and a page is a million plain characters: these are passed over first
    rest = words.encode("utf-8", "surrogatepass").translate(None, _PLAIN)
    unseen = rest and _ANY.search(rest.decode("utf-8", "surrogatepass"))
    return words.translate(_UNSEEN) if unseen else words


def visible_values(content: Any) -> Any:
    """The same JSON with `visible` texts, keys among them."""
    if isinstance(content, str):
        return visible(content)
    if isinstance(content, dict):
        return {visible(str(key)): visible_values(item) for key, item in content.items()}
    if isinstance(content, list | tuple):
        return [visible_values(item) for item in content]
    return content
