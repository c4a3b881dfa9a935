"""Segregation as contact: with whom the members of a group share their areas.

Arguments, rules and standard errors as in :mod:`skk_analysis.metrics.segregation`.
"""

from __future__ import annotations

import numpy as np

from skk_analysis.metrics.area_bias import (
    contact_bias,
    correlation_ratio_bias,
    normalized_exposure_bias,
    relative_diversity_bias,
)
from skk_analysis.metrics.area_index import area_index
from skk_analysis.metrics.counts import AreaCounts

__all__ = [
    "correlation_ratio",
    "exposure",
    "isolation",
    "normalized_exposure",
    "relative_diversity",
]


@area_index(bounds=(0, 1), bias=contact_bias)
def isolation(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Isolation index: the share of the first group in the area of its average member.

    .. math:: {}_xP^*_x=\\sum_i\\frac{x_i}{X}\\frac{x_i}{t_i}

    with :math:`t_i` everybody in the groups given.  Range X/T (even) to 1.  With two groups,
    isolation and exposure sum to 1.

    References
    ----------
    Bell (1954), *Social Forces* 32, 357–364; Massey & Denton (1988), *Social Forces* 67, 281–315.

    Examples
    --------
    >>> round(float(isolation({"x": [10, 0], "y": [0, 10]})), 4)
    1.0
    """
    return _contact(table, *[table.position("isolation", 0)] * 2)


@area_index(bounds=(0, 1))
def exposure(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Exposure of the first group to the second in the area of the first one's average member.

    .. math:: {}_xP^*_y=\\sum_i\\frac{x_i}{X}\\frac{y_i}{t_i}

    with :math:`t_i` everybody in the groups given.  Range 0 to Y/T (even).

    References
    ----------
    Bell (1954), *Social Forces* 32, 357–364; Massey & Denton (1988), *Social Forces* 67, 281–315.

    Examples
    --------
    >>> round(float(exposure({"x": [10, 10], "y": [30, 10]})), 4)
    0.625
    """
    return _contact(table, *(table.position("exposure", g) for g in (0, 1)))


def _contact(table: AreaCounts, mine: int, theirs: int) -> tuple[float, np.ndarray]:
    """Return the mean share of one group in the areas of another, and its gradient."""
    own, others = table.within[:, mine], table.within[:, theirs]
    size = table.group_shares[mine]
    value = float(table.cells[:, mine] @ others) / size
    gradient = np.repeat((-own * others)[:, None], len(table.groups), axis=1)
    gradient[:, mine] += others - value
    gradient[:, theirs] += own
    return value, gradient / size


@area_index(bounds=(0, 1), bias=correlation_ratio_bias)
def correlation_ratio(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Correlation ratio η² of the first group: isolation freed of the size of the group.

    .. math:: \\eta^2=\\frac{{}_xP^*_x-P}{1-P},\\qquad P=X/T

    the share of the variance of membership that lies between areas.  Range 0 (even) to 1.  Of two
    groups it is the same for both.

    References
    ----------
    Bell (1954), *Social Forces* 32, 357–364; White (1986), *Population Index* 52, 198–221; Massey &
    Denton (1988), *Social Forces* 67, 281–315.

    Examples
    --------
    >>> round(float(correlation_ratio({"x": [30, 10], "y": [10, 30]})), 4)
    0.25
    """
    group = table.position("correlation_ratio", 0)
    contact, gradient = _contact(table, group, group)
    size = table.group_shares[group]
    gradient[:, group] -= (1 - contact) / (1 - size)
    return (contact - size) / (1 - size), gradient / (1 - size)


@area_index(bounds=(0, 1), bias=normalized_exposure_bias)
def normalized_exposure(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Normalised exposure, for any number of groups.

    .. math:: P=\\sum_g\\sum_i t_i\\frac{(\\pi_{ig}-\\pi_g)^2}{1-\\pi_g}

    the groups' correlation ratios, averaged with the groups' sizes.  Range 0 (even) to 1.  Of two
    groups it is their correlation ratio.

    References
    ----------
    James (1986), *Sociological Methodology* 16; Reardon & Firebaugh (2002), *Sociological
    Methodology* 32, 33–67.

    Examples
    --------
    >>> round(float(normalized_exposure({"x": [30, 10], "y": [10, 30]})), 4)
    0.25
    """
    groups, own, slope = table.group_shares, *_own_contact(table)
    rest = 1 - groups
    value = float(((own - groups**2) / rest).sum())
    by_own = slope / rest
    by_size = ((own - groups**2) / rest - 2 * groups) / rest
    return value, by_own - (table.within**2 / rest).sum(axis=1, keepdims=True) + by_size


@area_index(bounds=(0, 1), bias=relative_diversity_bias)
def relative_diversity(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Relative diversity, for any number of groups.

    .. math:: R=1-\\sum_i t_i\\frac{I_i}{I},\\qquad I_i=\\sum_g\\pi_{ig}(1-\\pi_{ig})

    how much less likely two people of one area are to belong to different groups than two people of
    the city.  Range 0 (even) to 1.  Of two groups it is their correlation ratio.

    References
    ----------
    Carlson (1992), *Social Forces* 71; Reardon & Firebaugh (2002), *Sociological Methodology* 32,
    33–67; Goodman & Kruskal (1954), *JASA* 49 (as their τ).

    Examples
    --------
    >>> round(float(relative_diversity({"x": [30, 10], "y": [10, 30]})), 4)
    0.25
    """
    groups, own, slope = table.group_shares, *_own_contact(table)
    diversity, within = float(groups @ (1 - groups)), 1 - float(own.sum())
    gradient = slope - (table.within**2).sum(axis=1, keepdims=True)
    return 1 - within / diversity, (gradient - 2 * groups * within / diversity) / diversity


def _own_contact(table: AreaCounts) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ t π² of each group, and its derivative by the group's cells but for that by t."""
    return (table.cells * table.within).sum(axis=0), 2 * table.within
