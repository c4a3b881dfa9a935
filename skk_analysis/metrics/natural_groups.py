"""Esteban–Gradín–Ray polarisation, between the groups into which incomes themselves fall best."""

from __future__ import annotations

import math

import numpy as np

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.group_polarisation import Groups, antagonism, normalised
from skk_analysis.metrics.index import Linearised, index
from skk_analysis.metrics.inequality import gini

__all__ = ["esteban_gradin_ray"]

CANDIDATES = 256  # cuts compared exhaustively before the best ones are moved to the exact optimum


@index()
def esteban_gradin_ray(
    dist: Distribution, alpha: float = 1.3, beta: float = 1.0, groups: int = 2
) -> Linearised:
    """Esteban–Gradín–Ray polarisation between n income groups, less the inequality within them.

    .. math:: P=\\frac1\\mu\\sum_g\\sum_h\\pi_g^{1+\\alpha}\\pi_h\\,|m_g-m_h|-\\beta\\,(G-G_B)

    The groups are intervals of income cut where the Gini coefficient between them, :math:`G_B`, is
    highest, that is where each cut is the mean of the two groups that it divides (for two groups:
    at the mean).  Unhalved as in :func:`esteban_ray`; range −β upwards.  Zeros are kept; negative
    values are kept and named; the mean must be positive.

    Influence function that of :func:`esteban_ray` and the two Gini coefficients for fixed cuts,
    plus :math:`f(c_k)\\{\\varphi_k(c_k)-\\varphi_{k+1}(c_k)\\}IF_{c_k}` for each cut :math:`c_k`,
    φ the influence of a person of that income in the group below and above, and
    :math:`IF_c=-J^{-1}[(z-c_k)1(c_{k-1}<z\\le c_{k+1})]` from the cuts' equations.

    Parameters
    ----------
    alpha : float, default 1.3
        Weight of identification, over 0 and at most 1.6.
    beta : float, default 1
        Weight of the inequality within groups, ≥ 0.
    groups : int, default 2

    References
    ----------
    Esteban, Gradín & Ray (2007), *Journal of Economic Inequality* 5, 1–19, eq. (4); Aghevli &
    Mehran (1981), *JASA* 76, 22–26; Davies & Shorrocks (1989), *Journal of Econometrics* 42.

    Examples
    --------
    >>> round(float(esteban_gradin_ray([1, 1, 3, 3], alpha=1)), 4)
    0.25
    """
    if not (0 < alpha <= 1.6 and beta >= 0 and groups >= 2):
        raise ValueError(
            f"needs 0 < alpha <= 1.6, beta >= 0 and groups >= 2, got {alpha}, {beta}, {groups}"
        )
    dist.require_positive_mean("esteban_gradin_ray")
    cuts = best_cuts(dist, groups)
    parts = Groups(dist, np.searchsorted(cuts, dist.values, side="left"))
    between, by_share, by_mean = antagonism(parts.shares, parts.means, alpha)
    spread, spread_by_share, spread_by_mean = antagonism(parts.shares, parts.means, 0.0)
    by_share += beta / 2 * spread_by_share  # G between = spread / 2
    by_mean += beta / 2 * spread_by_mean
    influence = parts.influence(by_share, by_mean)
    influence += _of_cuts(parts, cuts, by_share, by_mean)
    result = normalised(dist, between + beta / 2 * spread, influence)
    whole = gini.formula(dist)
    note = "; ".join(filter(None, [f"cuts {', '.join(f'{c:.6g}' for c in cuts)}", result.note]))
    return Linearised(
        result.value - beta * whole.value, result.influence - beta * whole.influence, note=note
    )


def best_cuts(dist: Distribution, groups: int) -> np.ndarray:
    """Return the cuts between income groups that leave the least inequality within them.

    The Lorenz curve's best polygon: dynamic programming over quantiles, then each cut is moved to
    the mean of the two groups around it, which never lowers the Gini coefficient between them,
    until nobody changes group.
    """
    ends = np.flatnonzero(np.diff(dist.values, append=math.inf) > 0)
    if len(ends) < groups:
        raise ValueError(f"{groups} groups need as many different values, got {len(ends)}")
    share = np.concatenate([[0.0], dist.cumulative_share[ends]])
    held = np.concatenate([[0.0], dist.cumulative_mean[ends]])
    income = dist.values[ends]
    quantiles = np.searchsorted(share, np.linspace(0, 1, CANDIDATES + 1)).clip(0, len(ends))
    values = np.linspace(0, len(ends), min(CANDIDATES, len(ends)) + 1).astype(int)
    grid = np.union1d(quantiles, values)
    at = np.array([0, *_best_polygon(share[grid], held[grid], groups, grid), len(ends)])
    while True:
        around = (held[at[2:]] - held[at[:-2]]) / (share[at[2:]] - share[at[:-2]])
        moved = at.copy()
        moved[1:-1] = np.searchsorted(income, around, side="right")
        if (moved == at).all() or len(np.unique(moved)) < len(at):
            return around
        # one cut at a time, so that each step is an improvement
        first = int(np.flatnonzero(moved != at)[0])
        at[first] = moved[first]


def _best_polygon(share, held, groups, grid) -> np.ndarray:
    """Return the inner corners of the polygon under which the area is least."""
    width = share[None, :] - share[:, None]
    area = np.where(width > 0, width * (held[:, None] + held[None, :]), math.inf)
    best, came = area[0], []
    for _ in range(groups - 1):
        through = best[:, None] + area
        came.append(through.argmin(axis=0))
        best = through.min(axis=0)
    corner, corners = len(share) - 1, []
    for step in reversed(came):
        corner = int(step[corner])
        corners.append(grid[corner])
    return np.array(corners[::-1])


def _of_cuts(parts: Groups, cuts: np.ndarray, by_share, by_mean) -> np.ndarray:
    """Return what the cuts' dependence on the data adds to the influence function."""
    dist, k = parts.dist, len(cuts)
    density = np.array([dist.density(float(c)) for c in cuts])
    person = by_share + by_mean * (np.append(cuts, 0.0) - parts.means) / parts.shares
    above = by_share[1:] + by_mean[1:] * (cuts - parts.means[1:]) / parts.shares[1:]
    slope = density * (person[:-1] - above)
    # equations: mean of (y - c_k) over the two groups around c_k is 0
    jacobian = -np.diag(parts.shares[:-1] + parts.shares[1:])
    steps = np.diff(cuts)
    jacobian[np.arange(k - 1), np.arange(1, k)] = steps * density[1:]
    jacobian[np.arange(1, k), np.arange(k - 1)] = steps * density[:-1]
    near = (parts.codes == np.arange(k)[:, None]) | (parts.codes == np.arange(1, k + 1)[:, None])
    moved = -np.linalg.solve(jacobian, (dist.values - cuts[:, None]) * near)
    return slope @ moved
