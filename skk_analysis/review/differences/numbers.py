"""Numbers that two makings of a report give differently, the weightiest first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

VALUE, LIMITS = "value", ("lower", "upper")
UNTOLD = ("id", "sources")
"""Fields that are no part of a number: its name, and the ingredients, which are told apart."""


@dataclass(frozen=True)
class NumberDifference:
    """One figure of one result; None where it isn't there."""

    id: str
    field: str
    published: Any
    now: Any

    @property
    def difference(self) -> float | None:
        """Now less published."""
        both = (self.published, self.now)
        return self.now - self.published if all(map(is_number, both)) else None

    @property
    def relative(self) -> float | None:
        """The difference over the published figure."""
        return self.difference / self.published if self.difference and self.published else None

    def __str__(self) -> str:
        told = f"{self.id} {self.field}: published {self.published!r}, now {self.now!r}"
        if self.difference is None:
            return told
        relative = "" if self.relative is None else f", relative {self.relative:+.2g}"
        return f"{told}, difference {self.difference:+.6g}{relative}"


@dataclass(frozen=True)
class ResultDifference:
    """One result, whole: as it was and as it is; None where it isn't there.

    Parameters
    ----------
    id : of the result
    before, after : its records (`Quantity.record`) without the id
    weight : see `weight`
    """

    id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    weight: float


def results_by_id(records: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """Results by id; the same id a second time is a result of its own."""
    results: dict[str, dict[str, Any]] = {}
    for item in records:
        told = item if isinstance(item, Mapping) else {"id": str(item)}
        id_ = name = str(told.get("id", ""))
        number = 1
        while name in results:
            number += 1
            name = f"{id_} ({number})"
        results[name] = {key: value for key, value in told.items() if key not in UNTOLD}
    return results


def number_differences(
    published: Iterable[Any], now: Iterable[Any], tolerance: float = 0.0
) -> list[NumberDifference]:
    """The figures of two lists of results that are not the same, in the published order.

    Parameters
    ----------
    published, now : records of results, with ``id``
    tolerance : numbers are the same if they differ by no more than this times the larger of them,
        or times 1 if both are smaller. A missing number is the same as a missing number, and as
        nothing else.
    """
    before, after = results_by_id(published), results_by_id(now)
    return [
        NumberDifference(id_, field, old.get(field), new.get(field))
        for id_ in [*before, *(key for key in after if key not in before)]
        for old, new in [(before.get(id_, {}), after.get(id_, {}))]
        for field in dict.fromkeys([*old, *new])
        if not same(old.get(field), new.get(field), tolerance)
    ]


def result_differences(published: Iterable[Any], now: Iterable[Any]) -> list[ResultDifference]:
    """The results that are not the same, the weightiest first, then by id.

    Those that are only in one of the lists come last.
    """
    before, after = results_by_id(published), results_by_id(now)
    found = [
        ResultDifference(id_, old, new, weight(old, new))
        for id_ in [*before, *(key for key in after if key not in before)]
        for old, new in [(before.get(id_), after.get(id_))]
        if old is None or new is None or any(not same(old.get(f), new.get(f), 0.0)
                                             for f in {*old, *new})
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.weight, one.id))


def weight(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> float:
    """How large a difference is, on a scale on which results of all units can be ranked.

    The difference of the two values over the half-width of the result's 95 % interval, the larger
    one where both makings have it: 1 is as far as the margin of error. Where there is no interval,
    the difference over the larger of the two absolute values, so that a number that doubled has
    0.5. What is only in one making, or has no value, has 0, and −1 stands for values that are the
    same while the rest (an interval, n) is not, so that these come last.
    """
    if before is None or after is None:
        return 0.0
    was: Any = before.get(VALUE)
    is_: Any = after.get(VALUE)
    if same(was, is_, 0.0):
        return -1.0
    if not (is_number(was) and is_number(is_)) or not (math.isfinite(was) and math.isfinite(is_)):
        return 0.0
    half = max(map(_half_width, (before, after)))
    return abs(is_ - was) / (half or max(abs(was), abs(is_)))


def is_number(value: Any) -> bool:
    """Whether a value of a record is a number (and not true or false)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(one: Any, other: Any, tolerance: float) -> bool:
    """Whether two values of records are the same up to a tolerance."""
    if not (is_number(one) and is_number(other)):
        return bool(one == other and type(one) is type(other))
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return bool(one == other or abs(one - other) <= tolerance * max(abs(one), abs(other), 1.0))


def _half_width(record: Mapping[str, Any]) -> float:
    lower: Any
    upper: Any
    lower, upper = (record.get(side) for side in LIMITS)
    if not (is_number(lower) and is_number(upper)):
        return 0.0
    return (upper - lower) / 2 if math.isfinite(upper - lower) else 0.0
