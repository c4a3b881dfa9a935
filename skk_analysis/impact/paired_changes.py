"""Changes of direction within persons: gained, lost, unchanged; two such groups compared.

A person who answers a yes-or-no question twice has gained, lost or kept the yes; one who answers
on an ordered scale has moved up, down or not at all.  Both are the same trinomial.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["DirectionChange", "mcnemar_exact", "mover", "mover_p", "newcombe_paired", "normal_z"]


@dataclass(frozen=True)
class DirectionChange:
    """How many of ``n`` persons gained and lost.

    Parameters
    ----------
    gained, lost, n : int
    """

    gained: int
    lost: int
    n: int

    @property
    def net(self) -> float:
        """Share that gained less share that lost; of yes and no the difference of the shares."""
        return (self.gained - self.lost) / self.n

    @property
    def moved(self) -> float:
        """Share that changed at all."""
        return (self.gained + self.lost) / self.n

    def z(self, null: float = 0.0) -> float:
        """Return Tango's (1998) score statistic of ``net == null``; at 0 it is McNemar's."""
        away = self.gained - self.lost - self.n * null
        if away == 0:
            return 0.0
        return away / math.sqrt(max(self._null_variance(null), 1e-300))

    def _null_variance(self, null: float) -> float:
        """Variance of gained − lost at the constrained maximum of the likelihood."""
        n, g, c = self.n, self.gained, self.lost
        b = -g - c + (2 * n - g + c) * null
        q = (math.sqrt(max(b * b + 8 * n * c * null * (1 - null), 0.0)) - b) / (4 * n)
        return n * (2 * q + null * (1 - null))

    def interval(self, z: float) -> tuple[float, float]:
        """Return Tango's score interval, where \\|score\\| ≤ z."""
        from scipy.optimize import brentq

        def end(side: int, edge: float) -> float:
            def miss(x: float) -> float:
                return self.z(x) + side * z

            # at the edge of the scale itself the variance is 0 and the sign is known
            inner = edge * (1 - 1e-12)
            if side * miss(inner) >= 0:
                return edge
            return float(brentq(miss, self.net, inner, xtol=1e-13))

        return end(-1, -1.0), end(1, 1.0)


def mcnemar_exact(gained: int, lost: int) -> tuple[float, float]:
    """Return the exact conditional two-sided p-value of McNemar's test, and the mid-p.

    References
    ----------
    Fagerland, Lydersen & Laake (2013), *BMC Med. Res. Methodol.* 13, 91.
    """
    from scipy.special import bdtr

    total, fewer = gained + lost, min(gained, lost)
    if gained == lost:
        middle = math.comb(total, fewer) / 2**total
        return 1.0, 1 - middle / 2 if total else 1.0
    tail = float(bdtr(fewer, total, 0.5))
    point = math.exp(
        math.lgamma(total + 1) - math.lgamma(fewer + 1) - math.lgamma(total - fewer + 1)
        - total * math.log(2)
    )  # fmt: skip
    return min(2 * tail, 1.0), 2 * tail - point


def newcombe_paired(
    both: int, gained: int, lost: int, neither: int, z: float
) -> tuple[float, float]:
    """Return Newcombe's (1998) square-and-add interval of a paired difference (his method 10).

    References
    ----------
    Newcombe (1998), *Stat. Med.* 17, 2635–2650.
    """
    n = both + gained + lost + neither
    after, before = (both + gained) / n, (both + lost) / n
    (l1, u1), (l2, u2) = _wilson(after, n, z), _wilson(before, n, z)
    margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    excess = float(both * neither - gained * lost)
    if excess > 0:  # his continuity correction of φ
        excess = max(excess - n / 2, 0.0)
    phi = excess / math.sqrt(margins) if margins else 0.0

    def reach(a: float, b: float) -> float:
        return math.sqrt(max(a * a - 2 * phi * a * b + b * b, 0.0))

    d = after - before
    return d - reach(after - l1, u2 - before), d + reach(u1 - after, before - l2)


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    centre, half = (
        share + z * z / (2 * n),
        z * math.sqrt(share * (1 - share) / n + (z / n) ** 2 / 4),
    )
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def mover(first: DirectionChange, second: DirectionChange, z: float) -> tuple[float, float]:
    """Return the interval of the difference of two net changes, from the interval of each.

    References
    ----------
    Zou & Donner (2008), *Stat. Med.* 27, 1693–1702 (the method of variance estimates recovery).
    """
    d = first.net - second.net
    (l1, u1), (l2, u2) = first.interval(z), second.interval(z)
    low = d - math.hypot(first.net - l1, u2 - second.net)
    return low, d + math.hypot(u1 - first.net, second.net - l2)


def mover_p(first: DirectionChange, second: DirectionChange) -> float:
    """Return the two-sided p-value of no difference, at which :func:`mover` just touches 0."""
    from scipy.optimize import brentq
    from scipy.special import ndtr

    d = first.net - second.net
    if d == 0:
        return 1.0
    side = 0 if d > 0 else 1
    z = brentq(lambda x: mover(first, second, x)[side], 1e-9, 40.0, xtol=1e-10)
    return float(2 * ndtr(-z))


def normal_z(level: float) -> float:
    """Return the two-sided normal quantile."""
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))
