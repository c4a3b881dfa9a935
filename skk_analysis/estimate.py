"""One result type for every figure the suite estimates, with exact arithmetic on its uncertainty.

An :class:`Estimate` is a number with its standard error and, where it comes from data rows, its
influence values summed to the sampling units that they came from.  Sums, differences, ratios and
any smooth function of estimates (:func:`combine`) then have the right standard error whether the
samples are the same, overlap (a rotating panel) or have nothing in common.

Floor 0: imports numpy and pandas; scipy only when an interval is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd

__all__ = [
    "Estimate",
    "Influence",
    "LateInfluence",
    "Sampling",
    "WhenAsked",
    "alike",
    "as_estimate",
    "combine",
    "is_alike",
    "settled",
    "standard_error",
]

UNBOUNDED = (-math.inf, math.inf)
LONELY_NOTE = "single-unit strata centred at the grand mean"


def alike(value: float, n: int) -> np.ndarray:
    """Return the same number n times, in the memory of one; read only."""
    one = np.array(value)
    return np.ndarray(n, one.dtype, one.tobytes(), strides=(0,))


def is_alike(values: np.ndarray) -> bool:
    """Whether an array is one number said many times."""
    return values.strides == (0,)


def settled(array: np.ndarray | Callable[[], np.ndarray]) -> np.ndarray:
    """Return an array that may have been given as a function."""
    return array() if callable(array) else array


class WhenAsked:
    """A field of a dataclass that may be given as a function: called when it is first read.

    What a reader doesn't look at (a standard error, an influence function) then costs nothing.
    """

    def __init__(self, *default) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance, owner: type | None = None):
        if instance is None:
            if not self.default:
                raise AttributeError(self.name)  # to a dataclass: no default
            return self.default[0]
        value = instance.__dict__[self.name]
        if callable(value):
            value = instance.__dict__[self.name] = value()
        return value

    def __set__(self, instance, value) -> None:
        instance.__dict__[self.name] = value


@dataclass(frozen=True, eq=False)
class Sampling:
    """The units that were drawn: what would vary if the sample were drawn again.

    Parameters
    ----------
    stratum : ndarray of int, shape (units,)
        Stratum code of each unit.
    size : ndarray of float, shape (strata,)
        Number of units drawn in each stratum, over the whole design and not only the domain in
        hand: a domain estimate has zero influence outside the domain, which is not no influence.
    fraction : ndarray of float, shape (strata,)
        Share of the stratum's population that was drawn (0 = no finite population correction).
    count : ndarray of float, shape (units,)
        How many identical units one entry stands for; 1 except in frequency tables.
    keys : MultiIndex or None
        ``(stratum, unit)`` labels by which the same unit is recognised in another sample.
        ``None`` means that the units are known only within this object.
    degrees : float, optional
        Degrees of freedom, where they are not the units less the strata.

    Notes
    -----
    The variance of a total is that of the usual with-replacement estimator,
    :math:`\\sum_h (1-f_h)\\frac{n_h}{n_h-1}\\sum_c (z_{hc}-\\bar z_h)^2`.  A stratum with one unit
    has no variance of its own; its total is centred at the mean of all units' totals instead
    (the rule called ``adjust`` in R's survey), and estimates that it touches say so.

    References
    ----------
    Wolter, K. (2007), *Introduction to Variance Estimation*, 2nd ed., §1.4 and §6.
    """

    stratum: np.ndarray
    size: np.ndarray
    fraction: np.ndarray
    count: np.ndarray
    keys: pd.MultiIndex | None = None
    degrees: float | None = None

    @classmethod
    def of_units(cls, stratum, *, fraction=None, count=None, keys=None) -> Sampling:
        """Return the sampling whose units are exactly those listed."""
        if count is None:
            one = np.array([float(len(stratum))])
            size = one if is_alike(stratum) else np.bincount(stratum).astype(float)
            count = alike(1.0, len(stratum))
        else:
            count = np.asarray(count, dtype=float)
            size = np.bincount(stratum, count)
        fraction = np.zeros(len(size)) if fraction is None else np.asarray(fraction, dtype=float)
        return cls(stratum, size, fraction, count, keys)

    @classmethod
    def of_known_error(cls, parts: int = 1, degrees: float = math.inf) -> Sampling:
        """Return units of a boundless sample: they carry an error known from elsewhere in parts."""
        one = np.ones(1)
        stratum = np.zeros(parts, dtype=int)
        return cls(stratum, one * math.inf, one * 0, np.ones(parts), degrees=degrees)

    @cached_property
    def simple(self) -> bool:
        """Whether the units were drawn one by one from one stratum."""
        return len(self.size) == 1 and bool((self.count == 1).all())

    @property
    def lonely(self) -> np.ndarray:
        """Strata of one unit, shape (strata,)."""
        return self.size == 1

    @cached_property
    def scale(self) -> np.ndarray:
        """Variance factor :math:`(1-f_h)\\,n_h/(n_h-1)`, shape (strata,)."""
        spread = 1 + 1 / np.where(self.lonely, math.inf, self.size - 1)
        return (1 - self.fraction) * spread

    def means(self, units: np.ndarray, totals: np.ndarray) -> np.ndarray:
        """Return the mean total of each stratum's units, those outside ``units`` being zero."""
        means = np.bincount(self.stratum[units], totals, minlength=len(self.size)) / self.size
        means[self.lonely] = totals.sum() / self.size.sum()
        return means


@dataclass(frozen=True, eq=False)
class Influence:
    """Influence values of one estimate summed to the units of one sampling.

    Parameters
    ----------
    sampling : Sampling
    units : ndarray of int
        Positions of the units with rows in the domain, each once; all others are zero.
    totals : ndarray of float
        Sum of weight × influence over each unit's rows.
    """

    sampling: Sampling
    units: np.ndarray
    totals: np.ndarray

    @classmethod
    def of_rows(cls, sampling: Sampling, unit: np.ndarray, values: np.ndarray) -> Influence:
        """Sum row values to units; the work is in proportion to the rows, not to the design."""
        if 8 * len(unit) > len(sampling.stratum):
            totals = np.bincount(unit, values, minlength=len(sampling.stratum))
            units = np.flatnonzero(np.bincount(unit, minlength=len(sampling.stratum)))
            return cls(sampling, units, totals[units])
        units, inverse = np.unique(unit, return_inverse=True)
        return cls(sampling, units, np.bincount(inverse, values, minlength=len(units)))

    def __add__(self, other: Influence) -> Influence:
        """Add two influences on the same sampling."""
        if self.units is other.units or np.array_equal(self.units, other.units):
            return Influence(self.sampling, self.units, self.totals + other.totals)
        return Influence.of_rows(
            self.sampling,
            np.concatenate([self.units, other.units]),
            np.concatenate([self.totals, other.totals]),
        )

    def __mul__(self, factor: float) -> Influence:
        return Influence(self.sampling, self.units, self.totals * factor)

    @property
    def variance(self) -> float:
        """Design variance of the total."""
        s = self.sampling
        if s.simple:  # the general formula, without a look-up for each of millions of units
            total = self.totals.sum()
            spread = np.einsum("i,i->", self.totals, self.totals) - total * (total / s.size[0])
            return float(s.scale[0] * max(spread, 0.0))
        stratum, count = s.stratum[self.units], s.count[self.units]
        means, scale = s.means(self.units, self.totals), s.scale
        inside = scale[stratum] * count * (self.totals / count - means[stratum]) ** 2
        absent = s.size - np.bincount(stratum, count, minlength=len(s.size))
        moved = means != 0  # a boundless stratum has mean 0, and inf × 0 is not 0
        outside = scale[moved] * absent[moved] * means[moved] ** 2
        return float(inside.sum() + outside.sum())

    @property
    def degrees_of_freedom(self) -> float:
        """Units less strata, among those with rows in the domain."""
        s = self.sampling
        if s.degrees is not None:
            return s.degrees
        if s.simple:
            return max(len(self.units) - 1.0, 1.0)
        strata = np.count_nonzero(np.bincount(s.stratum[self.units]))
        return max(float(s.count[self.units].sum()) - strata, 1.0)

    def scores(self) -> np.ndarray:
        """Return the centred and scaled totals of all units; their squares sum to the variance."""
        s = self.sampling
        total = np.zeros(len(s.stratum))
        total[self.units] = self.totals
        mean = s.means(self.units, self.totals)[s.stratum]
        return np.sqrt(s.scale[s.stratum] * s.count) * (total / s.count - mean)

    def covariance(self, other: Influence) -> float:
        """Return the covariance with an influence on another sampling, over the units in both.

        Each sample is centred at its own stratum means (Tam 1984; Berger & Priam 2016), so that
        the variance of a difference is a sum of squares and cannot be negative.
        """
        left, right = self.sampling.keys, other.sampling.keys
        if left is None or right is None:
            return 0.0
        _require_same_labels(left, right)
        position = left.get_indexer(right)
        shared = position >= 0
        return float(self.scores()[position[shared]] @ other.scores()[shared])


class LateInfluence(Influence):
    """Influence whose units are looked up when it meets another; for most that never happens.

    Parameters
    ----------
    look_up : function that returns the Influence
    variance : function that returns its variance
    degrees : float
        Its degrees of freedom.
    """

    variance = WhenAsked()
    degrees_of_freedom = WhenAsked()

    found = WhenAsked()
    sampling = property(lambda self: self.found.sampling)
    units = property(lambda self: self.found.units)
    totals = property(lambda self: self.found.totals)

    def __init__(self, look_up: Callable, variance: Callable, degrees: float) -> None:
        self.__dict__.update(found=look_up, variance=variance, degrees_of_freedom=degrees)

    def __reduce__(self):
        return Influence, (self.sampling, self.units, self.totals)


def _require_same_labels(left: pd.MultiIndex, right: pd.MultiIndex) -> None:
    """Stop when equally named identifiers could never match because their types differ."""
    for name in set(left.names) & set(right.names) - {None}:
        kinds = [pd.api.types.is_numeric_dtype(k.get_level_values(name)) for k in (left, right)]
        if kinds[0] != kinds[1]:
            raise ValueError(
                f"the identifier {name!r} is a number in one sample and text in the other, so no "
                "unit would be recognised in both; give it the same type in the two frames"
            )


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

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval, on the scale that ``bounds`` call for.

        Parameters
        ----------
        level : float, default 0.95
            Coverage, strictly between 0 and 1.
        """
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level}; try 0.95")
        half = _t_quantile(0.5 + level / 2, self.degrees_of_freedom)
        lo, hi = self.bounds
        if not lo < self.value < hi:  # on its bound, where the transformed scale has no width
            return self.value - half * self.se, self.value + half * self.se
        centre, slope = _transform(self.value, self.bounds)
        reach = half * self.se * slope
        return (_inverse(centre - reach, self.bounds), _inverse(centre + reach, self.bounds))

    def p_value(self, null: float = 0.0) -> float:
        """Return the two-sided p-value of ``value == null``, from the inversion of the interval."""
        if self.se == 0:
            return float(self.value == null)
        inside = all(self.bounds[0] < x < self.bounds[1] for x in (null, self.value))
        bounds = self.bounds if inside else UNBOUNDED
        centre, slope = _transform(self.value, bounds)
        t = abs(centre - _transform(null, bounds)[0]) / (slope * self.se)
        return 2 * _t_tail(t, self.degrees_of_freedom)

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


def _transform(x: float, bounds: tuple[float, float]) -> tuple[float, float]:
    """Return the unbounded transform of ``x`` and its derivative there."""
    lo, hi = bounds
    if math.isinf(lo) and math.isinf(hi):
        return x, 1.0
    if math.isinf(hi):
        return math.log(x - lo), 1 / (x - lo)
    if math.isinf(lo):
        return -math.log(hi - x), 1 / (hi - x)
    return math.log((x - lo) / (hi - x)), (hi - lo) / ((x - lo) * (hi - x))


def _inverse(t: float, bounds: tuple[float, float]) -> float:
    """Return the point of the range whose transform is ``t``."""
    lo, hi = bounds
    if math.isinf(lo) and math.isinf(hi):
        return t
    t = max(-700.0, min(t, 700.0))  # exp() overflows beyond, and the range is reached long before
    if math.isinf(hi):
        return lo + math.exp(t)
    if math.isinf(lo):
        return hi - math.exp(-t)
    return lo + (hi - lo) / (1 + math.exp(-t))


def _t_quantile(q: float, df: float) -> float:
    from scipy.special import ndtri, stdtrit

    return float(ndtri(q) if math.isinf(df) else stdtrit(df, q))


def _t_tail(t: float, df: float) -> float:
    from scipy.special import ndtr, stdtr

    return float(ndtr(-t) if math.isinf(df) else stdtr(df, -t))
