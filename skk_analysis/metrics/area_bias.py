"""How far small areas raise an index of segregation, to the first order.

People being drawn into the cells (multinomial), an index that is curved in the cells' shares is
too high on average, the more so the fewer people an area has.  The indices here are so smooth that
the first-order term is a closed form; their intervals allow for it.
"""

from __future__ import annotations

import numpy as np

from skk_analysis.metrics.counts import AreaCounts

__all__ = [
    "contact_bias",
    "correlation_ratio_bias",
    "information_bias",
    "normalized_exposure_bias",
    "relative_diversity_bias",
    "theil_h_bias",
]


def information_bias(table: AreaCounts) -> float:
    """Return that of M: :math:`(C-I-G+1)/2N` for C cells, I areas and G groups with people.

    References
    ----------
    Miller (1955), in *Information Theory in Psychology*, 95–100; Roulston (1999), *Physica D* 125,
    285–294, eq. (22).
    """
    lived_in = table.counts > 0
    areas = np.count_nonzero(lived_in.any(axis=1))
    return (np.count_nonzero(lived_in) - areas - len(table.groups) + 1) / (2 * table.people)


def theil_h_bias(table: AreaCounts) -> float:
    """Return that of H = M/E; the entropy E of the groups is as good as known."""
    return information_bias(table) / float(-table.group_shares @ np.log(table.group_shares))


def _chance(table: AreaCounts) -> np.ndarray:
    """Return N times the bias of Σ t π² of each group: Σ π(1−π) over areas, unbiased itself."""
    people = table.counts.sum(axis=1, keepdims=True)
    alone = people <= 1  # says nothing of its own variance
    variance = table.within * (1 - table.within) * people / np.where(alone, 1, people - 1)
    return np.where(alone, table.group_shares * (1 - table.group_shares), variance).sum(
        axis=0, where=people > 0
    )


def contact_bias(table: AreaCounts) -> float:
    """Return that of the first group's isolation, :math:`\\sum_i\\pi_i(1-\\pi_i)/X`."""
    group = table.position("isolation", 0)
    return float(_chance(table)[group]) / (table.people * table.group_shares[group])


def correlation_ratio_bias(table: AreaCounts) -> float:
    """Return that of η²; without segregation (I − 1)/N."""
    group = table.position("correlation_ratio", 0)
    share = table.group_shares[group]
    chance = float(_chance(table)[group]) / (share * (1 - share))
    return (chance - _kept(table)) / table.people


def normalized_exposure_bias(table: AreaCounts) -> float:
    """Return that of the groups' correlation ratios, averaged with their sizes."""
    chance = float((_chance(table) / (1 - table.group_shares)).sum())
    return (chance - _kept(table)) / table.people


def relative_diversity_bias(table: AreaCounts) -> float:
    """Return that of R, whose areas' diversities are each too low by one over their people."""
    diversity = float(table.group_shares @ (1 - table.group_shares))
    return (float(_chance(table).sum()) / diversity - _kept(table)) / table.people


def _kept(table: AreaCounts) -> float:
    """Return the part of the groups' diversity that lies within areas."""
    diversity = float(table.group_shares @ (1 - table.group_shares))
    return (1 - float((table.cells * table.within).sum())) / diversity
