"""What was drawn, and how much each drawn unit moves an estimate.

A :class:`Sampling` lists the units that would vary if the sample were drawn again; an
:class:`Influence` is what each of them adds to an estimate.  Variance, covariance and the higher
cumulants from which intervals are made are sums over units, here and nowhere else.

Floor 0: imports numpy and pandas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

__all__ = [
    "Influence",
    "LateInfluence",
    "Sampling",
    "WhenAsked",
    "alike",
    "is_alike",
    "joint_cumulants",
    "settled",
]

LONELY_NOTE = "single-unit strata centred at the grand mean"
BLOCK = 2**15  # units at a time, few enough for the processor's cache


@lru_cache(maxsize=64, typed=True)
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

    @cached_property
    def spread(self) -> np.ndarray:
        """Root of the variance factor of each unit's own deviation, shape (units,)."""
        return np.sqrt(self.scale[self.stratum] * self.count)

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

    @cached_property
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

    @cached_property
    def cumulants(self) -> tuple[float, float]:
        """Third cumulant of the total, and the variance of its estimated variance.

        :math:`\\sum_c s_c^3` and :math:`\\sum_c s_c^4-\\sum_h(\\sum_{c\\in h}s_c^2)^2/n_h`, s being
        the :meth:`scores`.  An error known from elsewhere is taken to be normal.
        """
        s = self.sampling
        if s.degrees is not None:
            return 0.0, 2 * self.variance**2 / s.degrees
        if s.simple:
            stratum, present = None, np.array([float(len(self.units))])
            powers = _power_sums(self.totals)
            means = np.array([powers[0, 0] / s.size[0]]) if not s.lonely[0] else powers[0]
        else:
            stratum, count = s.stratum[self.units], s.count[self.units]
            each, strata = self.totals / count, len(s.size)
            square = each * each
            rising = count * np.array([each**0, each, square, square * each, square * square])
            powers = np.array([np.bincount(stratum, row, strata) for row in rising])
            present, powers = powers[0], powers[1:]
            means = s.means(self.units, self.totals)
        return _cumulants(powers, means, s.size, s.scale, present)

    @property
    def known_elsewhere(self) -> bool:
        """Whether this is an error given with its degrees of freedom, not seen in units."""
        return self.sampling.degrees is not None

    def scores(self) -> np.ndarray:
        """Return the centred and scaled totals of all units; their squares sum to the variance."""
        s = self.sampling
        total = np.zeros(len(s.stratum))
        total[self.units] = self.totals
        mean = s.means(self.units, self.totals)[s.stratum]
        return s.spread * (total / s.count - mean)

    def covariance(self, other: Influence) -> float:
        """Return the covariance with an influence on another sampling, over the units in both.

        Each sample is centred at its own stratum means (Tam 1984; Berger & Priam 2016), so that
        the variance of a difference is a sum of squares and cannot be negative.
        """
        if self.sampling.keys is None or other.sampling.keys is None:
            return 0.0
        position = _places(self.sampling, other.sampling)
        shared = position >= 0
        return float(self.scores()[position[shared]] @ other.scores()[shared])


class LateInfluence(Influence):
    """Influence on units drawn one by one from one stratum, looked up when it meets another.

    For most that never happens: variance and cumulants are sums of powers of the units' totals,
    which are quicker to make of the values that units have in common.

    Parameters
    ----------
    look_up : function that returns the Influence
    powers : function that returns the sums of the first four powers of the units' totals
    present : float
        Number of units with rows.
    drawn : Sampling, optional
        The stratum; left out, all its units are present, and of no finite population.
    higher : function, optional
        Returns the sums with the third and fourth right, where ``powers`` has only the first two.
    """

    present: float
    drawn: Sampling | None
    higher: Callable[[], np.ndarray] | None
    powers = WhenAsked()
    found = WhenAsked()
    sampling = property(lambda self: self.found.sampling)
    units = property(lambda self: self.found.units)
    totals = property(lambda self: self.found.totals)
    known_elsewhere = False

    def __init__(
        self,
        look_up: Callable[[], Influence],
        powers: Callable[[], np.ndarray],
        present: float,
        *,
        drawn: Sampling | None = None,
        higher: Callable[[], np.ndarray] | None = None,
    ) -> None:
        self.__dict__.update(
            found=look_up, powers=powers, present=present, drawn=drawn, higher=higher
        )

    @property
    def _size_and_scale(self) -> tuple[float, float]:
        if self.drawn is not None:
            return float(self.drawn.size[0]), float(self.drawn.scale[0])
        return self.present, 1 + 1 / (self.present - 1 or math.inf)

    def __reduce__(self):
        return Influence, (self.sampling, self.units, self.totals)

    @cached_property
    def variance(self) -> float:
        """Design variance of the total."""
        (first, second, *_), (size, scale) = self.powers, self._size_and_scale
        return float(scale * max(second - first * (first / size), 0.0))

    @property
    def degrees_of_freedom(self) -> float:
        """Units with rows less one."""
        return max(self.present - 1.0, 1.0)

    @cached_property
    def cumulants(self) -> tuple[float, float]:
        """As of any influence."""
        powers = self.powers if self.higher is None else self.higher()
        size, scale, present = (np.array([x]) for x in (*self._size_and_scale, self.present))
        return _cumulants(powers[:, None], powers[:1] / size, size, scale, present)


def _cumulants(powers, means, size, scale, present) -> tuple[float, float]:
    """Return the cumulants from the strata's sums of powers of their units' totals."""
    first, second, third, fourth = powers
    # units without rows have total 0, so they are in the sums already, but for the last term
    square = second - 2 * means * first + size * means**2
    cube = third - 3 * means * second + 3 * means**2 * first - size * means**3
    quartic = fourth - 4 * means * third + 6 * means**2 * second - 4 * means**3 * first
    quartic += size * means**4
    spread = scale**2 * (quartic - square**2 / np.maximum(present, 1))
    return float((scale**1.5 * cube).sum()), max(float(spread.sum()), 0.0)


def _require_same_labels(left: pd.MultiIndex, right: pd.MultiIndex) -> None:
    """Stop when equally named identifiers could never match because their types differ."""
    for name in set(left.names) & set(right.names) - {None}:
        kinds = [pd.api.types.is_numeric_dtype(k.get_level_values(name)) for k in (left, right)]
        if kinds[0] != kinds[1]:
            raise ValueError(
                f"the identifier {name!r} is a number in one sample and text in the other, so no "
                "unit would be recognised in both; give it the same type in the two frames"
            )


def _power_sums(values: np.ndarray) -> np.ndarray:
    """Return the sums of the first four powers, shape (4, 1), in one pass."""
    sums = np.zeros((4, 1))
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        square = block * block
        sums[:, 0] += block.sum(), square.sum(), square @ block, square @ square
    return sums


def joint_cumulants(parts: Sequence[Influence]) -> tuple[float, float]:
    """Return the third cumulant of a sum of influences, and the variance of its variance estimate.

    Units found in several samplings by their keys count once, with all that they add.
    """
    if len(parts) == 1:
        return parts[0].cumulants
    keyed = [part for part in parts if part.sampling.keys is not None]
    apart = [part for part in parts if part.sampling.keys is None] if len(keyed) > 1 else parts
    third = sum(part.cumulants[0] for part in apart)
    spread = sum(part.cumulants[1] for part in apart)
    if len(keyed) > 1:
        scores, present = _added_scores(keyed)
        squares = scores**2
        third += float(squares @ scores)
        spread += max(float(squares @ squares - squares.sum() ** 2 / present), 0.0)
    return third, spread


def _added_scores(parts: Sequence[Influence]) -> tuple[np.ndarray, int]:
    """Return the scores of all keyed units in some sampling, and how many of them have rows."""
    keys: pd.Index = parts[0].sampling.keys
    table = _scores_and_presence(parts[0])
    for number, part in enumerate(parts[1:], start=1):
        own: pd.Index = part.sampling.keys
        mine = _scores_and_presence(part)
        first = number == 1
        place = _places(parts[0].sampling, part.sampling) if first else keys.get_indexer(own)
        new = place < 0
        table[place[~new]] += mine[~new]
        table = np.concatenate([table, mine[new]])
        if number + 1 < len(parts):
            keys = keys.append(own[new])
    return table[:, 0], max(int(np.count_nonzero(table[:, 1])), 1)


_PLACES: WeakKeyDictionary[Sampling, WeakKeyDictionary[Sampling, np.ndarray]] = WeakKeyDictionary()


def _places(left: Sampling, right: Sampling) -> np.ndarray:
    """Return where the right one's units are in the left one, −1 if nowhere.

    The same two samples meet in every change that a report judges, so the answer is remembered for
    as long as both live.
    """
    known = _PLACES.setdefault(left, WeakKeyDictionary())
    if right not in known:
        assert left.keys is not None and right.keys is not None  # callers have both keys
        _require_same_labels(left.keys, right.keys)
        known[right] = left.keys.get_indexer(right.keys)
    return known[right]


def _scores_and_presence(part: Influence) -> np.ndarray:
    """Return each unit's score, and 1 if it has rows, shape (units, 2)."""
    present = np.zeros(len(part.sampling.stratum))
    present[part.units] = 1
    return np.column_stack([part.scores(), present])
