"""Amounts of one outcome in words: estimates, limits and sizes, all with the same decimals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skk_analysis.impact.verdict import null_of
from skk_analysis.language import forms
from skk_analysis.language.catalogue import text

if TYPE_CHECKING:
    from skk_analysis.impact.result import Effect

MOST = 6
"""Decimals at most."""

PLAIN = "score"
"""The unit of `forms` that prints a number as it is."""


@dataclass(frozen=True)
class Amounts:
    """How the amounts of one outcome are printed.

    Parameters
    ----------
    unit : a unit of `forms`, or the unit in words (``packs``), or ``""`` for pure numbers
    decimals : of every amount
    language : ``fi``, ``sv`` or ``en``
    ratio : whether they are ratios, of which 1 is no difference, and not differences
    """

    unit: str
    decimals: int
    language: str
    ratio: bool = False

    @classmethod
    def of(cls, effect: Effect, language: str) -> Amounts:
        """Decimals that show two digits of how sure the effect is."""
        low, high = effect.interval
        spread = (high - low) / 2
        scale = next((v for v in (spread, effect.mde, abs(effect.estimate)) if _positive(v)), 1.0)
        decimals, null = _decimals(scale, effect.unit), null_of(effect)
        # a limit beside no effect must not be rounded onto it: the text says on which side it lies
        nearest = min((abs(x - null) for x in (low, high) if math.isfinite(x)), default=0.0)
        apart = forms.scaled(nearest, effect.unit)
        while 0 < apart < 0.5 * 10**-decimals and decimals < MOST:
            decimals += 1
        return cls(effect.unit, decimals, language, null == 1)

    @classmethod
    def among(cls, values: Iterable[float], unit: str, language: str) -> Amounts:
        """Decimals that show two digits of the largest value."""
        scale = max((abs(v) for v in values if _positive(abs(v))), default=1.0)
        return cls(unit, _decimals(scale, unit), language)

    def difference(self, value: float, *, signed: bool = True) -> str:
        """An amount with its sign and unit: ``−0,3 prosenttiyksikköä``."""
        if math.isnan(value):
            return text("effect.unknown", self.language)
        if math.isinf(value):
            return text("effect.unbounded", self.language)
        if self.ratio:
            return forms.number(value, self.language, self.decimals)
        return self._in_words(
            forms.difference(value, self.form, self.language, self.decimals, signed=signed)
        )

    def level(self, value: float) -> str:
        """A level and not a difference: ``12,5 %``."""
        shown = forms.quantity(value, self.form, self.language, self.decimals)
        return self._in_words(shown)

    def size(self, value: float) -> str:
        """An amount without sign: how large something must be to be seen."""
        size = self.difference(abs(value), signed=False)
        return text("effect.times", self.language, number=size) if self.ratio else size

    def limits(self, lower: float, upper: float) -> str:
        """The limits of an interval without unit: ``−0,8 – +0,2``; one may be unbounded."""
        if math.isfinite(lower) and math.isfinite(upper):
            signed = not self.ratio
            return forms.interval(
                lower, upper, self.form, self.language, self.decimals, signed=signed
            )
        gap = forms.NO_BREAK_SPACE
        return f"{gap}{forms.EN_DASH}{gap}".join(self._limit(limit) for limit in (lower, upper))

    def _limit(self, limit: float) -> str:
        if not math.isfinite(limit):
            return self.difference(limit)
        value = forms.scaled(limit, self.form)
        return forms.number(value, self.language, self.decimals, signed=not self.ratio)

    @property
    def form(self) -> str:
        """The unit of `forms` that the numbers are formed with."""
        return self.unit if self.unit in forms.DECIMALS else PLAIN

    def _in_words(self, number: str) -> str:
        if not self.unit or self.unit in forms.DECIMALS:
            return number
        return text("effect.with_unit", self.language, number=number, unit=self.unit)


def probability(p: float, language: str) -> str:
    """A p-value or a level: ``0,024``, ``0,05``, ``< 0,001``."""
    if math.isnan(p):
        return text("effect.unknown", language)
    if p < 0.001:
        return f"<{forms.NO_BREAK_SPACE}{forms.number(0.001, language, 3)}"
    return forms.number(p, language, decimals_of_probability(p))


def decimals_of_probability(p: float) -> int:
    """With how many decimals a p-value is printed."""
    return 2 if p >= 0.1 or math.isclose(p, round(p, 2), abs_tol=1e-9) else 3


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _decimals(scale: float, unit: str) -> int:
    """Decimals that show two digits of a number of this size, and no fewer than the unit's."""
    known = unit in forms.DECIMALS and unit != PLAIN
    shown = forms.scaled(scale, unit) if known else scale
    return min(max(1 - math.floor(math.log10(shown)), forms.DECIMALS[unit] if known else 0), MOST)
