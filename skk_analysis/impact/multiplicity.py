"""Many indicators at once: what is still a finding; and when an effect is as good as none."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.impact.cluster_robust import t_test
from skk_analysis.impact.placebos import confidence_set, rank_p
from skk_analysis.impact.result import Effect
from skk_analysis.metrics.change import adjust_p_values

__all__ = ["Equivalence", "adjust_effects", "equivalence", "romano_wolf"]


def adjust_effects(
    effects: Mapping[str, Effect], primary: Collection[str] = (), *, level: float = 0.95
) -> pd.DataFrame:
    """Return a table of effects with p-values adjusted for their number.

    Parameters
    ----------
    effects : mapping of str to Effect
    primary : collection of str
        Outcomes named in advance: Holm among them.  The rest: Benjamini–Hochberg among themselves.
    level : float, default 0.95

    Returns
    -------
    DataFrame
        One row an effect, in the order given: name, estimate, p, family (``primary`` or
        ``other``), adjustment (``holm`` or ``fdr_bh``), p_adjusted, clear (p_adjusted < 1 −
        level).  A missing p stays missing and does not count.

    Raises
    ------
    ValueError
        If a primary outcome is not among the effects.
    """
    if unknown := set(primary) - set(effects):
        raise ValueError(f"primary outcome(s) {sorted(unknown)} are not among {list(effects)}")
    names = list(effects)
    table = pd.DataFrame({"name": names})
    table["estimate"] = [effects[name].estimate for name in names]
    table["p"] = [effects[name].p for name in names]
    first = table["name"].isin(set(primary)).to_numpy()
    table["family"] = np.where(first, "primary", "other")
    table["adjustment"] = np.where(first, "holm", "fdr_bh")
    adjusted = np.full(len(names), math.nan)
    for chosen, method in ((first, "holm"), (~first, "fdr_bh")):
        if chosen.any():
            adjusted[chosen] = adjust_p_values(table["p"].to_numpy()[chosen], method)
    table["p_adjusted"] = adjusted
    table["clear"] = table["p_adjusted"] < 1 - level
    return table


def romano_wolf(estimates: np.ndarray, placebos: np.ndarray) -> np.ndarray:
    r"""Return p-values that hold for all outcomes together, from placebo draws shared by them.

    Step-down: outcomes are taken from the largest standardised estimate to the smallest, and each
    is compared with the largest of the outcomes not yet taken in every draw, so that what moves
    together is not paid for twice.

    Parameters
    ----------
    estimates : array-like, shape (outcomes,)
    placebos : array-like, shape (draws, outcomes)
        Row b has the estimates of all outcomes for the same placebo assignment b.

    Returns
    -------
    ndarray, shape (outcomes,)
        Adjusted p, at least 1/(draws + 1); in the order given.

    Raises
    ------
    ValueError
        If shapes do not fit, a value is missing, or an outcome does not vary over draws.

    Notes
    -----
    Each outcome is divided by the root mean square of its placebos and its estimate together, so
    that the real assignment is treated like any other; p = (1 + draws at least as large) / (1 +
    draws), made monotone.

    References
    ----------
    Romano & Wolf (2005), *Econometrica* 73, 1237–1282, algorithm 4.1; (2016), *Statistics &
    Probability Letters* 113, 38–40, on p-values.

    Examples
    --------
    >>> draws = np.column_stack([np.linspace(-1, 1, 40), np.linspace(1, -1, 40)])
    >>> romano_wolf([3.0, 0.5], draws).round(3).tolist()
    [0.024, 0.512]
    """
    real, drawn = np.asarray(estimates, dtype=float), np.asarray(placebos, dtype=float)
    if real.ndim != 1 or drawn.ndim != 2 or drawn.shape[1] != len(real) or not len(drawn):
        raise ValueError(
            f"{real.shape} estimates need placebos of shape (draws, {len(real)}), got {drawn.shape}"
        )
    if not (np.isfinite(real).all() and np.isfinite(drawn).all()):
        raise ValueError("estimates and placebos must be complete: the draws must be shared")
    together = np.vstack([drawn, real])
    scale = np.sqrt((together**2).mean(axis=0))
    if not (scale > 0).all():
        raise ValueError(f"outcome {int(np.argmin(scale))} has no spread over placebos")
    size, size_drawn = np.abs(real) / scale, np.abs(drawn) / scale
    order = np.argsort(-size, kind="stable")
    # the largest of the outcomes still in: a running maximum from the last one up
    largest = np.maximum.accumulate(size_drawn[:, order[::-1]], axis=1)[:, ::-1]
    as_large = (largest >= size[order] * (1 - 1e-12)).sum(axis=0)
    p = np.maximum.accumulate((1 + as_large) / (1 + len(drawn)))
    adjusted = np.empty(len(real))
    adjusted[order] = p
    return adjusted


@dataclass(frozen=True)
class Equivalence:
    """Whether an effect is smaller than matters.

    Parameters
    ----------
    limit : float
        Smallest effect that would matter.
    p : float
        Of an effect of ± limit or more; NaN where no valid test exists.
    interval : tuple of float
        At level 1 − 2α: equivalent when inside ± limit.
    equivalent : bool or None
        None where it cannot be told.
    alpha : float
    """

    limit: float
    p: float
    interval: tuple[float, float]
    equivalent: bool | None
    alpha: float


def equivalence(effect: Effect, limit: float, *, alpha: float = 0.05) -> Equivalence:
    r"""Test that an effect lies within ± a limit: two one-sided tests.

    Parameters
    ----------
    effect : Effect
        With a standard error (t with its ``details``' degrees of freedom, else normal), or with
        placebos: each side's p is then the rank of estimate ± limit among them.
    limit : float
        Positive, in the outcome's unit: the smallest effect that would matter, fixed in advance.
    alpha : float, default 0.05

    Raises
    ------
    ValueError
        If the limit is not positive.

    References
    ----------
    Schuirmann (1987), *Journal of Pharmacokinetics and Biopharmaceutics* 15, 657–680.

    Examples
    --------
    >>> found = equivalence(Effect(estimate=0.1, se=0.2), 0.5)
    >>> found.equivalent, round(found.p, 4)
    (True, 0.0228)
    """
    if not (math.isfinite(limit) and limit > 0):
        raise ValueError(f"limit must be positive and in the outcome's unit, got {limit}")
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha must lie between 0 and 0.5, got {alpha}; try 0.05")
    estimate, placebos = float(effect.estimate), np.asarray(effect.placebos, dtype=float)
    if len(placebos):
        # the two-sided rank test at the nearer limit, halved: the placebo test is symmetric
        inside = limit - abs(estimate)
        p = rank_p(inside, placebos) / 2
        p = p if inside > 0 else 1 - p
        interval = confidence_set(estimate, placebos, 1 - 2 * alpha)
    elif effect.se > 0:
        dof = float(effect.details.get("cluster_robust", {}).get("dof", math.inf))
        p = max(_one_sided(side, effect.se, dof) for side in (limit - estimate, limit + estimate))
        interval = t_test(estimate, effect.se, dof, 1 - 2 * alpha).interval
    else:
        return Equivalence(limit, math.nan, (math.nan, math.nan), None, alpha)
    inside_limits = -limit < interval[0] and interval[1] < limit
    return Equivalence(limit, p, interval, inside_limits, alpha)


def _one_sided(distance: float, se: float, dof: float) -> float:
    from scipy.special import ndtr, stdtr

    t = -distance / se
    return float(ndtr(t) if math.isinf(dof) else stdtr(dof, t))
