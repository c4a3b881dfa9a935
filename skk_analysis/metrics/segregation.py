"""Residential segregation from counts of people by area and group: evenness and information.

Every index takes ``counts`` (a frame, a mapping of columns, or an areas × groups array), the
``groups`` (columns; default all), ``areas`` (column of area labels, for messages), ``total``
(column of all people: the rest of the population becomes the last group) and ``by`` (columns, e.g.
city, for a tidy table).  Areas without people contribute nothing and are mentioned in ``method``; a
missing or negative count stops with the area's name.  A group of nobody changes nothing and is
mentioned too, but an index that is about that very group stops.

What varies is a choice, ``units``.  With ``"people"`` (default) it is who lives where: each person
is drawn independently into the cells (multinomial; delta method).  Two years' tables are then
independent, which for mostly the same residents overstates the error of a change; counts do not
say how many stayed.  With ``"areas"`` it is which areas there are: each area, with all its people,
is one unit, recognised in another year by its label (column ``areas``, or a frame's own index), so
that a change counts an area in both years once.  It is the error of a city whose areas might have
been others like these, and asks for some tens of areas.

All these indices are biased upwards when areas are small:
:func:`~skk_analysis.metrics.baseline.randomisation_baseline` tells by how much, and
:func:`~skk_analysis.metrics.baseline.bias_corrected` takes it away.  The intervals of those with
a smooth formula (M, H, isolation, η², normalised exposure, relative diversity) allow for the bias,
the value being the plain one; in small areas it may lie above its own interval.  No interval holds
an index that is exactly 0: whether there is any segregation is what the baseline tells.
"""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.metrics.area_bias import information_bias, theil_h_bias
from skk_analysis.metrics.area_index import area_index
from skk_analysis.metrics.counts import AreaCounts, AreaValue
from skk_analysis.metrics.distribution import Distribution, ascending

__all__ = [
    "dissimilarity",
    "mutual_information",
    "segregation_atkinson",
    "segregation_gini",
    "theil_h",
]


@area_index(bounds=(0, 1))
def dissimilarity(table: AreaCounts) -> AreaValue:
    """Dissimilarity index D, the share of people who would have to move for an even spread.

    .. math:: D=\\tfrac12\\sum_i\\Big|\\frac{a_i}{A}-\\frac{b_i}{B}\\Big|,\\qquad
        D=\\frac{\\sum_i\\sum_g|p_{ig}-p_{i\\cdot}p_{\\cdot g}|}
        {2\\sum_g p_{\\cdot g}(1-p_{\\cdot g})}

    the second for any number of groups, equal to the first for two.  Range 0 (even) to 1 (no area
    is shared).

    References
    ----------
    Duncan & Duncan (1955), *American Sociological Review* 20, 210–217; Sakoda (1981),
    *Demography* 18, 245–250; Reardon & Firebaugh (2002), *Sociological Methodology* 32, 33–67.

    Examples
    --------
    >>> round(float(dissimilarity({"a": [10, 40, 50], "b": [50, 40, 10]})), 4)
    0.4
    """
    groups = table.group_shares
    diversity = float(groups @ (1 - groups))
    distance = 0.0
    for _, cells, expected in table.blocks():
        cells -= expected
        distance += float(np.abs(cells, out=cells).sum())
    value = distance / (2 * diversity)

    def gradient() -> np.ndarray:
        slope = np.empty_like(table.counts)
        for block, cells, expected in table.blocks():
            np.sign(np.subtract(cells, expected, out=cells), out=slope[block])
        by_area = np.einsum("ig,g->i", slope, groups)[:, None]
        by_group = np.einsum("ig,i->g", slope, table.area_shares[:, 0])
        slope -= by_area
        slope -= by_group + 2 * value * (1 - 2 * groups)
        slope /= 2 * diversity
        return slope

    return AreaValue(value, gradient)


@area_index(bounds=(0, 1))
def segregation_gini(table: AreaCounts) -> AreaValue:
    """Gini index of segregation, for any number of groups.

    .. math:: G=\\frac{\\sum_g\\sum_i\\sum_j t_it_j|\\pi_{ig}-\\pi_{jg}|}
        {2\\sum_g\\pi_g(1-\\pi_g)}

    with the areas' shares of people :math:`t_i`, the groups' shares of the area
    :math:`\\pi_{ig}` and of everybody :math:`\\pi_g`.  For two groups it is twice the area between
    the segregation curve and the diagonal.  Range 0 (even) to 1; of two groups never
    below the dissimilarity index.  One sort of the areas a group; areas with equal shares are tied,
    in whatever order they stand.

    References
    ----------
    Duncan & Duncan (1955), *American Sociological Review* 20, 210–217; Massey & Denton (1988),
    *Social Forces* 67, 281–315; Reardon & Firebaugh (2002), *Sociological Methodology* 32.

    Examples
    --------
    >>> round(float(segregation_gini({"a": [10, 40, 50], "b": [50, 40, 10]})), 4)
    0.56
    """
    groups = table.group_shares
    diversity = float(groups @ (1 - groups))
    # of two groups both give the same distances
    considered, times = ([0], 2) if len(groups) == 2 else (range(len(groups)), 1)
    people = table.area_shares[:, 0]
    sorted_areas = [ascending(table.within[:, g]) for g in considered]
    by_share = [Distribution(share, people[order], order) for order, share in sorted_areas]
    value = times * sum(areas.half_mean_distance for areas in by_share) / diversity

    def gradient() -> np.ndarray:
        slope = np.zeros_like(table.counts)
        by_area = np.zeros(len(slope))
        for g, areas in zip(considered, by_share, strict=True):
            order = areas.rows
            by_area[order] -= _standing(areas, np.cumsum(table.counts[:, g][order]))
            slope[:, g][order] = _standing(areas, areas.cumulative_share)
        by_area /= table.people
        slope += by_area[:, None]
        slope *= times / diversity
        slope -= value * (1 - 2 * groups) / diversity
        return slope

    return AreaValue(value, gradient)


def _standing(areas: Distribution, cumulated: np.ndarray) -> np.ndarray:
    """Return how much of something areas with a lower share have, less those with a higher."""
    share = areas.values
    last = np.flatnonzero(np.append(share[1:] > share[:-1], True))  # of those with equal shares
    upto = cumulated[last]
    standing = upto - cumulated[-1]
    standing[1:] += upto[:-1]
    return np.repeat(standing, np.diff(last, prepend=-1))


@area_index(bounds=(0, 1))
def segregation_atkinson(table: AreaCounts, b: float = 0.5) -> tuple[float, np.ndarray]:
    """Atkinson index of segregation of two groups.

    .. math:: A_b=1-\\Big[\\sum_i\\Big(\\frac{x_i}{X}\\Big)^b\\Big(\\frac{y_i}{Y}\\Big)^{1-b}
        \\Big]^{1/(1-b)}

    Range 0 (even) to 1 (no area is shared).  ``b`` below 0.5 gives more weight to areas where the
    first group is rare, above 0.5 to those where it is common; at 0.5 the order of the groups does
    not matter.

    Parameters
    ----------
    b : float, default 0.5
        Shape, strictly between 0 and 1.

    References
    ----------
    James & Taeuber (1985), *Sociological Methodology* 15, 1–32; Massey & Denton (1988), *Social
    Forces* 67, 281–315 (written with area shares; the form above is the same).

    Examples
    --------
    >>> round(float(segregation_atkinson({"a": [10, 40, 50], "b": [50, 40, 10]})), 4)
    0.2822
    """
    table.require_groups("segregation_atkinson", 2)
    if not 0 < b < 1:
        raise ValueError(f"b must lie between 0 and 1, got {b}; try 0.5")
    x, y = (table.cells / table.group_shares).T
    product = x**b * y ** (1 - b)
    overlap = float(product.sum())
    slope = np.zeros_like(table.cells)
    for g, (share, power) in enumerate(((x, b), (y, 1 - b))):
        filled = share > 0
        slope[filled, g] = power * (product[filled] / share[filled] - overlap)
    slope *= -(overlap ** (b / (1 - b))) / (1 - b) / table.group_shares
    return 1 - overlap ** (1 / (1 - b)), slope


@area_index(bounds=(0, math.inf), bias=information_bias)
def mutual_information(table: AreaCounts) -> AreaValue:
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
    return AreaValue(table.information, lambda: table.surprise)


@area_index(bounds=(0, 1), bias=theil_h_bias)
def theil_h(table: AreaCounts) -> AreaValue:
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
    logs = np.log(table.group_shares)
    entropy = float(-table.group_shares @ logs)
    value = table.information / entropy

    def gradient() -> np.ndarray:
        slope = table.surprise + value * logs
        slope /= entropy
        return slope

    return AreaValue(value, gradient)
