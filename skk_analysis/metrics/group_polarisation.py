"""Polarisation between groups: those given, or those into which the values themselves fall best.

Incomes are divided by their mean.  :math:`\\pi_g` is a group's population share and :math:`m_g` its
mean.  Influence functions account for the sampling of both, and of the overall mean.
"""

# ruff: noqa: PD011 (the values of a Distribution, not of a Series)

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.metrics.density import distance_to
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index
from skk_analysis.metrics.inequality import entropy_kernel, generalized_entropy

__all__ = ["esteban_ray", "reynal_querol", "zhang_kanbur"]


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of the rows of a distribution.

    Parameters
    ----------
    dist : Distribution
    codes : ndarray of int, shape (n,)
        Group of each row, 0 … G−1, each with rows.
    """

    dist: Distribution
    codes: np.ndarray

    @classmethod
    def of(cls, dist: Distribution, groups: pd.Series | None) -> Groups:
        """Return the groups of a column, or of equal values."""
        if groups is None:
            return cls(dist, np.cumsum(np.diff(dist.values, prepend=dist.values[0]) > 0))
        return cls(dist, pd.factorize(groups, sort=True)[0])

    @functools.cached_property
    def shares(self) -> np.ndarray:
        """Population share of each group."""
        return np.bincount(self.codes, self.dist.share)

    @functools.cached_property
    def means(self) -> np.ndarray:
        """Mean of each group."""
        return np.bincount(self.codes, self.dist.share * self.dist.values) / self.shares

    def influence(self, by_share: np.ndarray, by_mean: np.ndarray) -> np.ndarray:
        """Return the influence function of what has these derivatives by the shares and means."""
        of_share = by_share - self.shares @ by_share
        distance = self.dist.values - self.means[self.codes]
        return of_share[self.codes] + (by_mean / self.shares)[self.codes] * distance


def antagonism(
    shares: np.ndarray, means: np.ndarray, alpha: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return :math:`\\sum_g\\sum_h\\pi_g^{1+\\alpha}\\pi_h|m_g-m_h|` and its derivatives.

    Returns
    -------
    value : float
    by_share, by_mean : ndarray, shape (groups,)
    """
    order = np.argsort(means, kind="stable")
    m, p = means[order], shares[order]
    identified = p ** (1 + alpha)
    distance = distance_to(m, p)
    by_share = (1 + alpha) * p**alpha * distance + distance_to(m, identified)
    by_mean = identified * _lead(m, p) + p * _lead(m, identified)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return float(identified @ distance), by_share[back], by_mean[back]


def _lead(x: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Return the mass below less the mass above each of the ascending x."""
    total = np.concatenate([[0.0], np.cumsum(mass)])
    below = total[np.searchsorted(x, x, side="left")]
    return below + total[np.searchsorted(x, x, side="right")] - total[-1]


def normalised(dist: Distribution, value: float, influence: np.ndarray) -> Linearised:
    """Return an amount in the unit of the values, with its influence, divided by the mean."""
    value /= dist.mean
    influence = (influence - value * dist.mean_influence()) / dist.mean
    return Linearised(value, influence, note=dist.negatives_note())


@index(bounds=(0, math.inf), columns=["groups"])
def esteban_ray(
    dist: Distribution, alpha: float = 1.0, groups: pd.Series | None = None
) -> Linearised:
    """Esteban–Ray polarisation between groups.

    .. math:: P_\\alpha=\\frac1\\mu\\sum_g\\sum_h\\pi_g^{1+\\alpha}\\pi_h\\,|m_g-m_h|

    Unhalved and without the free constant K: α → 0 gives twice the Gini coefficient between the
    groups.  Range 0 upwards; highest for two equal groups far apart.  Without ``groups``, people
    with the same value are a group, which suits classes and answers, not incomes in euros.  Zeros
    are kept; negative values are kept and named; the mean must be positive.

    Influence function at z in group g: :math:`\\{\\partial_{\\pi_g}-\\sum_h\\pi_h\\partial_{\\pi_h}
    +\\partial_{m_g}(z-m_g)/\\pi_g-P(z-\\mu)\\}/\\mu` with the derivatives of the double sum.

    Parameters
    ----------
    alpha : float, default 1
        Weight of identification, over 0 and at most 1.6.
    groups : column name or array, optional

    References
    ----------
    Esteban & Ray (1994), *Econometrica* 62, 819–851, eq. (3).

    Examples
    --------
    >>> incomes, areas = [1, 1, 2, 4], ["a", "a", "b", "b"]
    >>> float(esteban_ray(incomes, groups=areas)), float(esteban_ray([1, 1, 3, 3]))
    (0.25, 0.25)
    """
    if not 0 < alpha <= 1.6:
        raise ValueError(f"esteban_ray needs 0 < alpha <= 1.6, got {alpha}")
    dist.require_positive_mean("esteban_ray")
    parts = Groups.of(dist, groups)
    value, by_share, by_mean = antagonism(parts.shares, parts.means, alpha)
    return normalised(dist, value, parts.influence(by_share, by_mean))


@index(bounds=(0, math.inf), columns=["groups"])
def zhang_kanbur(dist: Distribution, groups: pd.Series, alpha: float = 1.0) -> Linearised:
    """Zhang–Kanbur polarisation: inequality between groups over inequality within them.

    .. math:: ZK=\\frac{B}{W}=\\frac{\\sum_g\\pi_g\\varphi_\\alpha(m_g/\\mu)}{GE(\\alpha)-B}

    with :math:`\\varphi_\\alpha` as in :func:`~skk_analysis.metrics.generalized_entropy`.  Range 0
    to ∞; stops when there is no inequality within.  Zeros are kept when α > 0, negative values
    stop it.  In samples of small groups B is too large (see ``between_bias`` of
    :func:`~skk_analysis.metrics.decompose`), and so is this.

    Influence function :math:`(IF_B-ZK\\,IF_W)/W`.

    Parameters
    ----------
    groups : column name or array
    alpha : float, default 1
        Of generalised entropy: 1 = Theil T, 0 = mean logarithmic deviation.

    References
    ----------
    Zhang & Kanbur (2001), *Journal of Development Studies* 37(3), 85–98.

    Examples
    --------
    >>> round(float(zhang_kanbur([1, 2, 3, 4], groups=["a", "a", "b", "b"])), 3)
    3.406
    """
    total = generalized_entropy.formula(dist, alpha=alpha)
    parts = Groups.of(dist, groups)
    ratio = parts.means / dist.mean
    kernel, elasticity = entropy_kernel(ratio, alpha)
    between = float(parts.shares @ kernel)
    # where everybody has nothing, nobody is away from the group's mean
    steep = np.divide(elasticity, parts.means, out=np.zeros_like(ratio), where=parts.means > 0)
    of_between = parts.influence(kernel, parts.shares * steep)
    of_between -= float(parts.shares @ elasticity) * dist.mean_influence() / dist.mean
    within = total.value - between
    if not within > 1e-12 * max(total.value, 1e-300):
        raise ValueError("zhang_kanbur divides by the inequality within groups, and there is none")
    value = between / within
    influence = (of_between - value * (total.influence - of_between)) / within
    return Linearised(value, influence)


@index(bounds=(0, 1), labels=True)
def reynal_querol(dist: Distribution) -> Linearised:
    """Reynal-Querol polarisation of a nominal variable such as language or origin.

    .. math:: RQ=1-\\sum_g\\Big(\\frac{1/2-\\pi_g}{1/2}\\Big)^2\\pi_g=4\\sum_g\\pi_g^2(1-\\pi_g)

    The studied column holds the groups' names (or numbers, read as names).  Range 0 (one group)
    to 1 (two groups of the same size).  Groups of nobody change nothing.

    Influence function :math:`4(2\\pi_g-3\\pi_g^2)` less its mean.

    References
    ----------
    Reynal-Querol (2002), *Journal of Conflict Resolution* 46, 29–54; Montalvo & Reynal-Querol
    (2005), *American Economic Review* 95, 796–816, eq. (1).

    Examples
    --------
    >>> float(reynal_querol(["fi", "sv", "fi", "sv"]))
    1.0
    """
    parts = Groups.of(dist, None)
    p = parts.shares
    slope = 4 * p * (2 - 3 * p)
    return Linearised(float(4 * p**2 @ (1 - p)), (slope - p @ slope)[parts.codes])
