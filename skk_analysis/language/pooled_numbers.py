"""The numbers that the words on a pooled result tell, so that each is on record."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skk_analysis.language.amounts import decimals_of_probability
from skk_analysis.language.catalogue import LANGUAGES
from skk_analysis.language.pooled_amounts import PooledAmounts
from skk_analysis.language.quantities import Quantity
from skk_analysis.language.synthesis import decimals_of_plain, has_further, unit_of_reason

if TYPE_CHECKING:
    import pandas as pd

    from skk_analysis.synthesis import Pooled, Reason, SmallStudyTest

__all__ = ["leave_one_out_numbers", "pooled_numbers", "reason_numbers", "small_study_numbers"]


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
        Number of results, their variation and its test, intervals and chance of a benefit of a
        further city, and the numbers of the notes.
    """
    yield Quantity(f"{record}.k", float(pooled.k), "count")
    yield Quantity(f"{record}.level", pooled.level, "share", 0)
    if pooled.k > 1:
        yield from _variation(pooled, amounts, record)
    if has_further(pooled):
        chance = pooled.distribution.probability_of_benefit(better=better or "higher")
        yield Quantity(f"{record}.benefit", chance, "share", 0)
        yield from _further(pooled, amounts, record)
    for place, note in enumerate(pooled.notes, 1):
        yield from reason_numbers(note, f"{record}.note_{place}")


def reason_numbers(reason: Reason, record: str) -> Iterator[Quantity]:
    """What `language.synthesis.reason_text` tells."""
    for key, value in reason.numbers.items():
        if not isinstance(value, str | tuple) and math.isfinite(value):
            unit, decimals = unit_of_reason(key)
            yield Quantity(f"{record}.{reason.name}.{key}", float(value), unit, decimals)


def leave_one_out_numbers(frame: pd.DataFrame, unit: str, record: str) -> Iterator[Quantity]:
    """What `language.synthesis.leave_one_out_text` tells of results that are no ratios."""
    intervals = frame[["lower", "upper"]].itertuples(index=False, name=None)
    amounts = PooledAmounts.of(intervals, unit, LANGUAGES[0], ratio=False)
    for key, value in (("lowest", frame["estimate"].min()), ("highest", frame["estimate"].max())):
        yield amounts.quantity(f"{record}.left_out_{key}", float(value))


def small_study_numbers(test: SmallStudyTest, record: str) -> Iterator[Quantity]:
    """What `language.synthesis.small_study_text` tells."""
    yield Quantity(f"{record}.small_study.k", float(test.k), "count")
    places = decimals_of_probability(test.p)
    yield Quantity(f"{record}.small_study.p", float(test.p), "score", places)


def _further(pooled: Pooled, amounts: PooledAmounts, record: str) -> Iterator[Quantity]:
    """Limits of the intervals that a further city's result lies in."""
    for name, interval in (
        ("wider", pooled.distribution.interval(pooled.level)),
        ("further", pooled.distribution.prediction_interval(pooled.level)),
        ("prediction_t1", pooled.prediction_interval),
        ("prediction_t2", pooled.prediction_interval_hts),
    ):
        for side, limit in zip(("lower", "upper"), interval, strict=True):
            if math.isfinite(limit):
                yield amounts.quantity(f"{record}.{name}_{side}", limit)


def _variation(pooled: Pooled, amounts: PooledAmounts, record: str) -> Iterator[Quantity]:
    low, high = pooled.tau2_interval
    for key, value in (("tau2", pooled.tau2), ("tau2_lower", low), ("tau2_upper", high)):
        if math.isfinite(value):
            yield Quantity(f"{record}.{key}", float(value), "score", decimals_of_plain(value))
    yield amounts.spread_quantity(f"{record}.tau", math.sqrt(pooled.tau2))
    yield Quantity(f"{record}.i2", float(pooled.i2), "share", 0)
    yield Quantity(f"{record}.q", float(pooled.q), "score", 2)
    yield Quantity(f"{record}.q_p", float(pooled.q_p), "score", decimals_of_probability(pooled.q_p))
