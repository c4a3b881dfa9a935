"""Former values: what was shown once and is not shown now is not told again as "before"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from skk_analysis.review.disclosure.across import TOTALS, persons_of

__all__ = ["silent", "untold"]

DIGITS = re.compile(r"\d(?:[\d\s.,]*\d)?")
ELLIPSIS = "…"
WHOLES = {total.partition(".")[0]: family for family, total in TOTALS.items()}


def untold(before: Mapping[str, Mapping[str, Any]], now: Collection[str]) -> frozenset[str]:
    """Ids of a former version's numbers whose values may not be told beside the present version.

    Parameters
    ----------
    before : records of the former version's numbers by id (`Quantity.record`)
    now : ids that the present version shows

    Notes
    -----
    A number that is gone may be protected by now, whatever it is about: the reports leave a hidden
    number out. Where one about persons is gone, the rest of its family, wholes and groups, is not
    told either: the hidden number would be what remains of them.

    Examples
    --------
    >>> rows = {n: {"value": 9, "unit": "persons"} for n in ("q.all", "q.men", "q.women", "other")}
    >>> sorted(untold(rows, ["q.all", "q.men", "other"]))
    ['q.all', 'q.men', 'q.women']
    """
    gone = [name for name in before if name not in now]
    families = {_family(name) for name in gone if persons_of(before[name]) is not None}
    return frozenset([*gone, *(name for name in before if _family(name) in families)])


def silent(words: str) -> str:
    """The words with an ellipsis for every number.

    Examples
    --------
    >>> silent("Keskusta | 1 204,5 | 17")
    'Keskusta | … | …'
    """
    return DIGITS.sub(ELLIPSIS, words)


def _family(name: str) -> str:
    first = name.partition(".")[0]
    return WHOLES.get(first, first)
