"""From an estimate, its error and its skewness to an interval and a test that agree.

Floor 0: scipy only when an interval is asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

__all__ = ["UNBOUNDED", "Studentised"]

UNBOUNDED = (-math.inf, math.inf)


@dataclass(frozen=True)
class Studentised:
    """A value in units of its standard error, as far as its distribution is known.

    Parameters
    ----------
    value, se : float
    bounds : tuple of float
        Range of the quantity; t is taken on the logit scale (both ends) or log scale (one end).
    skewness : float
        Third cumulant of the value over ``se`` cubed; at most 1 in size.
    degrees : float
        Degrees of freedom of ``se``.
    known : float
        Share of the variance whose skewness is known.  Of the rest the value is taken to be
        symmetric on the scale of ``bounds``.

    Notes
    -----
    With :math:`t=\\{g(\\hat\\theta)-g(\\theta)\\}/\\{g'(\\hat\\theta)\\,se\\}` and
    :math:`c=\\lambda/3+\\tfrac12 se\\,g''/g'`, the transform

    .. math:: t\\mapsto t+ct^2+\\tfrac13c^2t^3+\\lambda/6

    takes away what skewness λ and the scale g do to the distribution of t in the first order; it
    rises everywhere and is inverted by a cube root.  The two terms of c undo each other where g is
    the scale on which the value has no skewness.
    """

    value: float
    se: float
    bounds: tuple[float, float] = UNBOUNDED
    skewness: float = 0.0
    degrees: float = math.inf
    known: float = 0.0

    def interval(self, level: float) -> tuple[float, float]:
        """Return the two values whose two-sided p-value is 1 − level."""
        reach = _t_quantile(0.5 + level / 2, self.degrees)
        here = self._on_scale(self.value)
        centre, slope, bend = _transform(self.value, here.bounds)
        ends = (here._unstraighten(t, bend) for t in (reach, -reach))
        low, high = (_inverse(centre - t * slope * self.se, here.bounds) for t in ends)
        return low, high

    def p_value(self, null: float) -> float:
        """Return the two-sided p-value of a value."""
        here = self._on_scale(null)
        centre, slope, bend = _transform(self.value, here.bounds)
        t = (centre - _transform(null, here.bounds)[0]) / (slope * self.se)
        return 2 * _t_tail(abs(here._straighten(t, bend)), self.degrees)

    def _on_scale(self, null: float) -> Studentised:
        """Return it on the plain scale where the transformed one has no width or no place."""
        inside = all(self.bounds[0] < x < self.bounds[1] for x in (null, self.value))
        return self if inside else replace(self, bounds=UNBOUNDED)

    def _bow(self, bend: float) -> float:
        return self.skewness / 3 + self.known * bend * self.se / 2

    def _straighten(self, t: float, bend: float) -> float:
        c = self._bow(bend)
        return t + c * t**2 + c**2 * t**3 / 3 + self.skewness / 6

    def _unstraighten(self, t: float, bend: float) -> float:
        c = self._bow(bend)
        t -= self.skewness / 6
        return (math.cbrt(1 + 3 * c * t) - 1) / c if abs(c) > 1e-8 else t


def _transform(x: float, bounds: tuple[float, float]) -> tuple[float, float, float]:
    """Return the unbounded transform g of ``x``, its derivative and g''/g' there."""
    lo, hi = bounds
    if math.isinf(lo) and math.isinf(hi):
        return x, 1.0, 0.0
    if math.isinf(hi):
        return math.log(x - lo), 1 / (x - lo), -1 / (x - lo)
    if math.isinf(lo):
        return -math.log(hi - x), 1 / (hi - x), 1 / (hi - x)
    slope = (hi - lo) / ((x - lo) * (hi - x))
    return math.log((x - lo) / (hi - x)), slope, 1 / (hi - x) - 1 / (x - lo)


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
