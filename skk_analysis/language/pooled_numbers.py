"""The numbers that the words on a pooled result tell, so that each is on record."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skk_analysis.language.amounts import decimals_of_probability
from skk_analysis.language.pooled_amounts import PooledAmounts
from skk_analysis.language.quantities import Quantity
from skk_analysis.language.synthesis import decimals_of_plain, has_further, unit_of_reason

if TYPE_CHECKING:
    from skk_analysis.synthesis import Pooled

__all__ = ["pooled_numbers"]


def pooled_numbers(
    pooled: Pooled, amounts: PooledAmounts, better: str, record: str
) -> Iterator[Quantity]:
    """What `language.synthesis.pooled_text` tells beside the rows of the forest plot.

    Parameters
    ----------
    pooled : Pooled
    amounts : how its amounts are printed
    better : as in `pooled_text`
    record : start of the numbers' ids

    Yields
    ------
    Quantity
        Number of results, their variation and its test, the chance of a benefit in a further city,
        and the numbers of the notes.
    """
    yield Quantity(f"{record}.k", float(pooled.k), "count")
    if pooled.k > 1:
        yield from _variation(pooled, amounts, record)
    if has_further(pooled):
        yield Quantity(f"{record}.level", pooled.level, "share", 0)
        chance = pooled.distribution.probability_of_benefit(better=better or "higher")
        yield Quantity(f"{record}.benefit", chance, "share", 0)
    for note in pooled.notes:
        for key, value in note.numbers.items():
            if not isinstance(value, str | tuple):
                unit, decimals = unit_of_reason(key)
                yield Quantity(f"{record}.{note.name}.{key}", float(value), unit, decimals)


def _variation(pooled: Pooled, amounts: PooledAmounts, record: str) -> Iterator[Quantity]:
    low, high = pooled.tau2_interval
    for key, value in (("tau2", pooled.tau2), ("tau2_lower", low), ("tau2_upper", high)):
        if math.isfinite(value):
            yield Quantity(f"{record}.{key}", float(value), "score", decimals_of_plain(value))
    yield amounts.spread_quantity(f"{record}.tau", math.sqrt(pooled.tau2))
    yield Quantity(f"{record}.i2", float(pooled.i2), "share", 0)
    yield Quantity(f"{record}.q", float(pooled.q), "score", 2)
    yield Quantity(f"{record}.q_p", float(pooled.q_p), "score", decimals_of_probability(pooled.q_p))
