"""Short alternative texts: what a figure is and its main numbers, heard in one breath."""

from __future__ import annotations

import re
from itertools import accumulate

LONGEST = 150
"""Letters of an alternative text: a screen reader can't pause in it. The description has all."""

MORE = " …"

BOUNDARY = re.compile(r"\.(?=\s[^\W\d_])|[;,](?=\s)")
"""Ends of sentences and of parts of a list; a point before a number is an abbreviation's."""


def short(words: str) -> str:
    """The sentences and parts of lists from the beginning that are no longer than `LONGEST`.

    A list that has more parts ends in an ellipsis; brackets are not cut.

    Examples
    --------
    >>> short("Map: rents. Highest 9 – North; lowest 2 – South.")
    'Map: rents. Highest 9 – North; lowest 2 – South.'
    """
    if len(words) <= LONGEST:
        return words
    depth = [*accumulate((sign == "(") - (sign == ")") for sign in words)]
    ends = [found.start() for found in BOUNDARY.finditer(words) if not depth[found.start()]]
    fitting = [end for end in ends if end <= LONGEST - len(MORE)]
    if not fitting:
        return f"{words[: LONGEST - len(MORE)].rpartition(' ')[0]}{MORE}"
    return words[: fitting[-1]] + ("." if words[fitting[-1]] == "." else MORE)
