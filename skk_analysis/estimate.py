"""One result type for every figure the suite estimates, with exact arithmetic on its uncertainty.

An :class:`Estimate` is a number with its standard error and, where it comes from data rows, its
influence values summed to the sampling units that they came from.  Sums, differences, ratios and
any smooth function of estimates (:func:`combine`) then have the right standard error whether the
samples are the same, overlap (a rotating panel) or have nothing in common.

Floor 0: imports numpy and pandas; scipy only when an interval is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd

from skk_analysis.sampling import Influence, Sampling, WhenAsked, joint_cumulants
from skk_analysis.studentised import UNBOUNDED, Studentised

__all__ = [
    "UNBOUNDED",
    "Estimate",
    "Influence",
    "Sampling",
    "as_estimate",
    "combine",
    "standard_error",
]


@dataclass(frozen=True, repr=False)
class Estimate:
    """An estimated number with its uncertainty.

    Parameters
    ----------
    value : float
    se : float, default 0
        Standard error.  0 = known exactly; NaN = not estimable, and ``method`` says why.  May be
        given as a function, to be called when it is first read.
    n : int, default 0
        Rows behind the value; of a combination, the smallest n of its parts.
    unit : str
        Unit of the value, empty for a pure number.  Fractions are never percent.
    method : str
        What was computed and how, including anything a reader must know about it.
    bounds : tuple of float
        Range of the quantity.  A bounded one gets its interval on the logit scale (both ends) or
        the log scale (one end), and so never leaves its range.
    influence : tuple of Influence
        One for each sampling involved.  Left out, the error is taken to be independent of every
        other estimate.
    bias : float, default 0
        Known bias of ``value``, of the order of 1/n.  The value stays what its formula says;
        intervals and tests are about value − bias.

    Examples
    --------
    >>> before, after = Estimate(0.25, 0.003), Estimate(0.27, 0.004)
    >>> round((after - before).se, 4)
    0.005
    """

    value: float
    se: float = cast(float, WhenAsked(0.0))
    n: int = 0
    unit: str = ""
    method: str = ""
    bounds: tuple[float, float] = UNBOUNDED
    influence: tuple[Influence, ...] = field(default=(), compare=False)
    bias: float = 0.0

    def __post_init__(self) -> None:
        if callable(self.__dict__["se"]):
            return
        if self.se < 0:
            raise ValueError(f"a standard error is never negative, got {self.se}")
        if not self.influence and self.se > 0:
            unit, total = np.zeros(1, dtype=int), np.array([self.se])
            known = Influence(Sampling.of_known_error(), unit, total)
            object.__setattr__(self, "influence", (known,))

    def __getstate__(self) -> dict:
        return self.__dict__ | {"se": self.se}  # a function is not for pickling

    # -- reading -----------------------------------------------------------------------------

    def __float__(self) -> float:
        return float(self.value)

    def __repr__(self) -> str:
        low, high = self.interval()
        unit = f" {self.unit}" if self.unit else ""
        return (
            f"{self.value:.4g}{unit} (se {self.se:.2g}, 95 % {low:.4g} to {high:.4g}, n {self.n}"
            f"{', ' + self.method if self.method else ''})"
        )

    @property
    def degrees_of_freedom(self) -> float:
        """Degrees of freedom of the standard error (Welch–Satterthwaite over the samplings)."""
        if len(self.influence) == 1:
            return self.influence[0].degrees_of_freedom
        parts = [(part.variance, part.degrees_of_freedom) for part in self.influence]
        spread = sum(v**2 / df for v, df in parts)
        return sum(v for v, _ in parts) ** 2 / spread if spread > 0 else math.inf

    @cached_property
    def _studentised(self) -> Studentised:
        """The estimate over its standard error; made only when an interval is asked for."""
        plain = Studentised(
            self.value - self.bias, self.se, self.bounds, degrees=self.degrees_of_freedom
        )
        variance = self.se**2
        if not variance > 0:
            return plain
        third, spread = joint_cumulants(self.influence)
        given = sum(p.variance for p in self.influence if p.known_elsewhere)
        return replace(
            plain,
            skewness=third / variance**1.5,
            degrees=min(plain.degrees, 2 * variance**2 / spread if spread > 0 else math.inf),
            known=max(1 - given / variance, 0.0),
        )

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval, on the scale that ``bounds`` call for.

        The studentised estimate is freed of the skewness that its units' influence values show
        (Hall's monotone cubic), and compared with Student's t of :attr:`degrees_of_freedom` or, if
        they are fewer, of those that the influence values' fourth moment leaves to the variance
        (Satterthwaite).  Both vanish as the sample grows; both matter where a few units carry the
        estimate.  Without influence values the interval is the plain one.

        Parameters
        ----------
        level : float, default 0.95
            Coverage, strictly between 0 and 1.

        References
        ----------
        Hall (1992), *JRSS B* 54, 221–228; Johnson (1978), *JASA* 73, 536–544; Satterthwaite (1946),
        *Biometrics Bulletin* 2, 110–114; Cochran (1977), *Sampling Techniques*, §2.15 (variance of
        a variance).
        """
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
        low, high = self._studentised.interval(level)
        if self.bias and self.bounds[0] <= self.value <= self.bounds[1]:
            low, high = (min(max(x, self.bounds[0]), self.bounds[1]) for x in (low, high))
        return low, high

    def p_value(self, null: float = 0.0) -> float:
        """Return the two-sided p-value of ``value == null``, from the inversion of the interval."""
        if self.se == 0:
            return float(self.value == null)
        return self._studentised.p_value(null)

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return a frame of one row: value, se, lower, upper, n, unit, method."""
        return pd.DataFrame([self.to_dict(level)])

    def to_dict(self, level: float = 0.95) -> dict:
        """Return the columns of :meth:`to_frame` as a mapping, fast enough for large tables."""
        lower, upper = self.interval(level)
        figures = {"value": self.value, "se": self.se, "lower": lower, "upper": upper}
        return figures | {"n": self.n, "unit": self.unit, "method": self.method}

    # -- arithmetic --------------------------------------------------------------------------

    def __add__(self, other: Estimate | float) -> Estimate:
        if isinstance(other, Estimate):
            return combine(self.value + other.value, [(1, self), (1, other)], unit=self.unit)
        low, high = self.bounds
        bounds = (low + other, high + other)
        return combine(self.value + other, [(1, self)], unit=self.unit, bounds=bounds)

    __radd__ = __add__

    def __neg__(self) -> Estimate:
        return self * -1

    def __sub__(self, other: Estimate | float) -> Estimate:
        return self + (-other)

    def __rsub__(self, other: float) -> Estimate:
        return -self + other

    def __mul__(self, other: Estimate | float) -> Estimate:
        if isinstance(other, Estimate):
            return combine(self.value * other.value, [(other.value, self), (self.value, other)])
        ends = sorted(end * other for end in self.bounds) if other else UNBOUNDED
        bounds = (ends[0], ends[1])
        return combine(self.value * other, [(other, self)], unit=self.unit, bounds=bounds)

    __rmul__ = __mul__

    def __truediv__(self, other: Estimate | float) -> Estimate:
        if float(other) == 0:
            raise ZeroDivisionError("cannot divide by an estimate or number that is 0")
        if not isinstance(other, Estimate):
            return self * (1 / other)
        ratio = self.value / other.value
        positive = self.value > 0 and other.value > 0
        return combine(
            ratio,
            [(1 / other.value, self), (-ratio / other.value, other)],
            bounds=(0.0, math.inf) if positive else UNBOUNDED,
        )

    def __rtruediv__(self, other: float) -> Estimate:
        return as_estimate(other) / self


def as_estimate(value: Estimate | float) -> Estimate:
    """Return ``value`` as an :class:`Estimate`; a plain number is known exactly."""
    return value if isinstance(value, Estimate) else Estimate(float(value), method="given")


def combine(
    value: float,
    terms: Iterable[tuple[float, Estimate]],
    *,
    unit: str = "",
    method: str | None = None,
    bounds: tuple[float, float] = UNBOUNDED,
) -> Estimate:
    """Return a smooth function of estimates by the delta method.

    Parameters
    ----------
    value : float
        The function's value.
    terms : iterable of (float, Estimate)
        Partial derivative of the function by each estimate, and the estimate.
    unit, method, bounds
        As in :class:`Estimate`; the method defaults to those of the terms.

    Returns
    -------
    Estimate
        Its variance counts units that several estimates share once, with their covariance.
    """
    terms = list(terms)
    influence = _merge((part * coef) for coef, e in terms for part in e.influence)
    known = not any(math.isnan(e.se) for _, e in terms)
    return Estimate(
        value=float(value),
        se=standard_error(influence) if known else math.nan,
        n=min((e.n for _, e in terms if e.influence), default=0),
        unit=unit,
        method="; ".join(dict.fromkeys(e.method for _, e in terms)) if method is None else method,
        bounds=bounds,
        influence=influence,
        bias=sum(coef * e.bias for coef, e in terms),
    )


def _merge(parts: Iterable[Influence]) -> tuple[Influence, ...]:
    """Add up the influences that live on the same sampling."""
    merged: dict[int, Influence] = {}
    for part in parts:
        key = id(part.sampling)
        merged[key] = merged[key] + part if key in merged else part
    return tuple(merged.values())


def standard_error(parts: Sequence[Influence]) -> float:
    """Square root of the summed variances and twice the covariances between samplings."""
    variance = sum(part.variance for part in parts)
    pairs = ((a, b) for i, a in enumerate(parts) for b in parts[:i])
    variance += 2 * sum(a.covariance(b) for a, b in pairs)
    return math.sqrt(max(variance, 0.0))
