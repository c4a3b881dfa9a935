"""Residential segregation from counts of people by area and group.

Every index takes ``counts`` (a frame, a mapping of columns, or an areas × groups array), the
``groups`` (columns; default all), ``areas`` (column of area labels, for messages), ``total``
(column of all people: the rest of the population becomes the last group) and ``by`` (columns, e.g.
city, for a tidy table).  Areas without people contribute nothing and are mentioned in ``method``; a
missing or negative count stops with the area's name, and so does a group of nobody.

The standard error is that of the plug-in index when each person is drawn independently
(multinomial; delta method).  Two years' tables are taken as independent: for mostly the same
residents that overstates the error of a change.  All these indices are biased upwards when areas
are small; :func:`~skk_analysis.metrics.baseline.randomisation_baseline` tells by how much.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.metrics.counts import AreaCounts, area_index

__all__ = ["dissimilarity", "exposure", "isolation", "mutual_information", "theil_h"]


@area_index(bounds=(0, 1))
def dissimilarity(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Dissimilarity index D, the share of people who would have to move for an even spread.

    .. math:: D=\\tfrac12\\sum_i\\Big|\\frac{a_i}{A}-\\frac{b_i}{B}\\Big|,\\qquad
        D=\\frac{\\sum_i\\sum_g|p_{ig}-p_{i\\cdot}p_{\\cdot g}|}
        {2\\sum_g p_{\\cdot g}(1-p_{\\cdot g})}

    the second for any number of groups, equal to the first for two.  Range 0 (even) to 1 (no area
    is shared).

    References
    ----------
    Duncan & Duncan (1955), *American Sociological Review* 20, 210–217; Sakoda (1981),
    *Demography* 18, 245–250; Reardon & Firebaugh (2002), *Sociological Methodology* 32, eq. (5).

    Examples
    --------
    >>> round(float(dissimilarity({"a": [10, 40, 50], "b": [50, 40, 10]})), 4)
    0.4
    """
    groups, areas = table.group_shares, table.area_shares
    deviation = table.cells - areas * groups
    diversity = float(groups @ (1 - groups))
    value = float(np.abs(deviation).sum()) / (2 * diversity)
    sign = np.sign(deviation)
    slope = sign - (sign @ groups)[:, None] - (sign * areas).sum(axis=0)
    return value, slope / (2 * diversity) - value * (1 - 2 * groups) / diversity


@area_index(bounds=(0, 1))
def isolation(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Isolation index: the share of the first group in the area of its average member.

    .. math:: {}_xP^*_x=\\sum_i\\frac{x_i}{X}\\frac{x_i}{t_i}

    with :math:`t_i` everybody in the groups given.  Range X/T (even) to 1.  With two groups,
    isolation and exposure sum to 1.

    References
    ----------
    Bell (1954), *Social Forces* 32, 357–364; Massey & Denton (1988), *Social Forces* 67, eq. (5).

    Examples
    --------
    >>> round(float(isolation({"x": [10, 0], "y": [0, 10]})), 4)
    1.0
    """
    return _contact(table, 0)


@area_index(bounds=(0, 1))
def exposure(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Exposure of the first group to the second in the area of the first one's average member.

    .. math:: {}_xP^*_y=\\sum_i\\frac{x_i}{X}\\frac{y_i}{t_i}

    with :math:`t_i` everybody in the groups given.  Range 0 to Y/T (even).

    References
    ----------
    Bell (1954), *Social Forces* 32, 357–364; Massey & Denton (1988), *Social Forces* 67, eq. (4).

    Examples
    --------
    >>> round(float(exposure({"x": [10, 10], "y": [30, 10]})), 4)
    0.625
    """
    return _contact(table, 1)


def _contact(table: AreaCounts, other: int) -> tuple[float, np.ndarray]:
    """Return the mean share of group ``other`` in the areas of group 0, and its gradient."""
    mine, theirs = table.within[:, 0], table.within[:, other]
    size = table.group_shares[0]
    value = float(table.cells[:, 0] @ theirs) / size
    gradient = np.repeat((-mine * theirs)[:, None], len(table.groups), axis=1)
    gradient[:, 0] += theirs - value
    gradient[:, other] += mine
    return value, gradient / size


@area_index(bounds=(0, math.inf))
def mutual_information(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Mutual information index M of area and group, for any number of groups.

    .. math:: M=\\sum_i\\sum_g p_{ig}\\ln\\frac{p_{ig}}{p_{i\\cdot}p_{\\cdot g}}

    Range 0 to the smaller of the entropies of area and group (ln 2 for two even groups); natural
    logarithm; 0·ln 0 = 0.

    References
    ----------
    Theil (1972), *Statistical Decomposition Analysis*; Mora & Ruiz-Castillo (2011), *Sociological
    Methodology* 41, 159–194.

    Examples
    --------
    >>> round(float(mutual_information({"a": [5, 0], "b": [0, 5]})), 4)
    0.6931
    """
    expected = table.area_shares * table.group_shares
    filled = table.cells > 0
    surprise = np.zeros_like(expected)
    surprise[filled] = np.log(table.cells[filled] / expected[filled])
    return float((table.cells * surprise).sum()), surprise


@area_index(bounds=(0, 1))
def theil_h(table: AreaCounts) -> tuple[float, np.ndarray]:
    """Theil's information index H, for any number of groups.

    .. math:: H=\\frac{M}{E},\\qquad E=-\\sum_g p_{\\cdot g}\\ln p_{\\cdot g}

    with M as in :func:`mutual_information`.  Range 0 (every area mixed as the whole) to 1 (no area
    is shared).

    References
    ----------
    Theil & Finizza (1971), *Journal of Mathematical Sociology* 1, 187–193; Reardon & Firebaugh
    (2002), *Sociological Methodology* 32, 33–67.

    Examples
    --------
    >>> round(float(theil_h({"a": [5, 0], "b": [0, 5]})), 4)
    1.0
    """
    information, surprise = mutual_information.formula(table)
    logs = np.log(table.group_shares)
    entropy = float(-table.group_shares @ logs)
    value = information / entropy
    return value, (surprise + value * logs) / entropy
