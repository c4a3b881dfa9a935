"""How the amounts of one synthesis are printed: in the outcome's unit, or as ratios."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts
from skk_analysis.language.quantities import Quantity

__all__ = ["PooledAmounts"]


@dataclass(frozen=True)
class PooledAmounts:
    """Amounts of pooled results.

    Parameters
    ----------
    amounts : Amounts
        Unit, decimals and language.
    """

    amounts: Amounts

    @classmethod
    def of(
        cls, intervals: Iterable[tuple[float, float]], unit: str, language: str, ratio: bool
    ) -> PooledAmounts:
        """Decimals that show two digits of the tightest interval, and no limit as no difference.

        Parameters
        ----------
        intervals : of the results; on the logarithmic scale where ``ratio``
        unit, language : as in `Amounts`
        ratio : whether the results are logarithms of ratios, printed as ratios
        """
        scale = (lambda x: float(np.exp(x))) if ratio else float
        finite = [(scale(a), scale(b)) for a, b in intervals if math.isfinite(a + b)]
        halves = [(high - low) / 2 for low, high in finite]
        amounts = Amounts.among([min((h for h in halves if h > 0), default=1.0)], unit, language)
        nearest = [abs(x - ratio) for pair in finite for x in pair]
        apart = forms.scaled(min(nearest, default=0.0), amounts.form)
        while 0 < apart < 0.5 * 10**-amounts.decimals and amounts.decimals < 6:
            amounts = replace(amounts, decimals=amounts.decimals + 1)
        return cls(replace(amounts, ratio=ratio))

    @property
    def language(self) -> str:
        """Of the words."""
        return self.amounts.language

    @property
    def null(self) -> float:
        """What no difference is."""
        return 1.0 if self.amounts.ratio else 0.0

    def value(self, x: float) -> float:
        """The printed number's value: the ratio of a logarithm, else the number itself."""
        return float(np.exp(x)) if self.amounts.ratio else float(x)

    def result(self, x: float) -> str:
        """A result with its unit."""
        return self.amounts.difference(self.value(x))

    def limits(self, interval: tuple[float, float]) -> str:
        """The limits of an interval."""
        return self.amounts.limits(self.value(interval[0]), self.value(interval[1]))

    def spread(self, x: float) -> str:
        """A standard deviation: in the unit; of ratios on the logarithmic scale."""
        if self.amounts.ratio:
            return forms.number(x, self.language, 2)
        return self.amounts.difference(x, signed=False)

    def spread_quantity(self, record: str, x: float) -> Quantity:
        """The same as a number of a report."""
        if self.amounts.ratio:
            return Quantity(record, float(x), "score", 2)
        return Quantity(record, float(x), self.amounts.form, self.amounts.decimals, kind="gap")

    def quantity(
        self, record: str, x: float, interval: tuple[float, float] | None = None
    ) -> Quantity:
        """A result as a number of a report, with the limits of its interval."""
        low, high = (None, None) if interval is None else map(self.value, interval)
        return Quantity(
            record,
            self.value(x),
            self.amounts.form,
            self.amounts.decimals,
            lower=low,
            upper=high,
            kind="value" if self.amounts.ratio else "difference",
        )

    def error(self, record: str, x: float) -> Quantity:
        """A standard error; of a ratio's logarithm, which has no unit."""
        if self.amounts.ratio:
            return Quantity(record, float(x), "score", 3)
        return Quantity(record, float(x), self.amounts.form, self.amounts.decimals, kind="gap")
