"""A difference as everybody may read it: no former value of what is not shown now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from skk_analysis.review.differences.making import Difference, Making
from skk_analysis.review.differences.numbers import VALUE, results_by_id
from skk_analysis.review.disclosure.former import silent, untold

WITHHELD: Mapping[str, Any] = {"withheld": True}
"""In the place of a former number that is not told; `ResultDifference.before`."""


def publishable(found: Difference, before: Making, after: Making) -> Difference:
    """The difference without what the present version does not show.

    Parameters
    ----------
    found : everything that changed from ``before`` to ``after``

    Notes
    -----
    `disclosure.former.untold` says which former numbers are not told. Where there is one, the
    numbers in former texts go, too: a sentence or a row may hold it.
    """
    was, now = results_by_id(before.results), results_by_id(after.results)
    kept_back = untold(was, [name for name, one in now.items() if one.get(VALUE) is not None])
    if not kept_back:
        return found
    return replace(
        found,
        numbers=tuple(
            replace(one, before=WITHHELD, weight=0.0)
            if one.before is not None and one.id in kept_back
            else one
            for one in found.numbers
        ),
        texts=tuple(replace(one, published=silent(one.published)) for one in found.texts),
        figures=tuple(replace(one, published=silent(one.published)) for one in found.figures),
    )
