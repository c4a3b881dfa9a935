"""Conformal inference: are the years after treatment unusual among all years of the same series?

It asks for comparability over time where placebos ask for it between units: if the effect were as
supposed, the errors of the years after are exchangeable with those of the years before.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from skk_analysis.impact.adjustment import two_way_demeaned, without_covariates
from skk_analysis.impact.checks import Check
from skk_analysis.impact.few_treated import fit_checks, gap_path
from skk_analysis.impact.gaps import synthetic_control_gaps
from skk_analysis.impact.panel import Block, Panel
from skk_analysis.impact.placebos import assigned
from skk_analysis.impact.result import UNKNOWN, Effect
from skk_analysis.impact.simplex import simplex_weights
from skk_analysis.impact.size_matching import Placebos

__all__ = ["conformal_p_values", "conformal_synthetic_control"]

PERMUTATIONS = ("moving_block", "iid")
FIRST_GRID, FINER_GRID, ROUNDS = 201, 21, 6  # values tried at once, and how often closer in
WIDEST = 12  # doublings of the first grid before a set counts as unbounded


class _Question(NamedTuple):
    """What a test needs: a treated path, its donors, the shape of an effect, the permutations."""

    target: np.ndarray
    donors: np.ndarray
    ridge: float
    pulse: np.ndarray
    moved: np.ndarray

    @property
    def smallest(self) -> float:
        """Smallest p-value that can come out."""
        return 1 / len(self.moved)


class _Fit(NamedTuple):
    """How the weights are fitted and the times permuted."""

    ridge: float | None
    intercept: bool
    kind: str
    plan: Placebos

    def question(self, block: Block) -> _Question:
        """Return the test of a block's treated mean in its times after treatment."""
        after = (block.times >= min(block.cohorts)).astype(float)
        own, pulse = block.values, after
        if self.intercept:  # the constant is fitted to what is left when the effect is out
            own, pulse = own - own.mean(axis=1, keepdims=True), after - after.mean()
        donors = own[block.donors]
        zeta = self.ridge
        if zeta is None:
            zeta = after.sum() ** 0.25 * float(two_way_demeaned(donors).std())
        return _Question(
            target=own[block.treated].mean(axis=0),
            donors=donors,
            ridge=zeta**2 * len(after),
            pulse=pulse,
            moved=_moved(np.flatnonzero(after), len(after), self.kind, self.plan),
        )


def conformal_synthetic_control(
    panel: Panel,
    outcome: str,
    *,
    covariates: Sequence[str] = (),
    exposure: bool = False,
    ridge: float | None = None,
    intercept: bool = True,
    permutations: str = "moving_block",
    draws: int = 9999,
    level: float = 0.95,
    seed: int = 2019,
    missing: str = "raise",
) -> Effect:
    r"""Return the effect by synthetic control, tested by conformal inference.

    Parameters
    ----------
    panel : Panel
        Its treated units must begin at the same time; their mean is one path.
    outcome : str
    covariates, exposure, intercept, missing
        As in :func:`~skk_analysis.impact.synthetic_control.synthetic_control`.
    ridge : float, optional
        In the outcome's unit; None is the one named below, 0 leaves it out.
    permutations : {"moving_block", "iid"}
        Shift the errors around the circle of times, which keeps their serial dependence and allows
        no p below 1 / times; or take any times as those after treatment, which is for errors
        without memory.
    draws : int, default 9999
        With ``iid``, how many choices of times are drawn; all where there are no more than that.
    level : float, default 0.95
    seed : int

    Returns
    -------
    Effect
        ``interval`` has all effects, the same in each year after treatment, that the test does not
        reject (their hull); ``path`` has ``lower`` and ``upper`` of each year after treatment by
        itself, from the times before and that year alone.  Where the times are too few for the
        level, p, set and limits are NaN: the check ``attainable_p`` has failed, and
        ``details["reason"]`` is ``too_few_times``.

    Notes
    -----
    For a supposed effect :math:`\theta_t`, take it out, fit the weights on *all* times, and compare
    :math:`S=\sum_{t\ge T_0+1}|\hat u_t|/\sqrt{T_*}` with its value at permuted times
    (Chernozhukov, Wüthrich & Zhu 2021, *JASA* 116, 1849–1864, algorithms 1 and 2).  The ridge is
    :math:`T_*^{1/4}` times the standard deviation of the comparison units less unit and time
    means, which no order of the times changes, as exactness asks for.

    Raises
    ------
    ValueError
        If first years differ, or an argument is not one of those named.
    """
    if permutations not in PERMUTATIONS:
        raise ValueError(f"permutations is one of {PERMUTATIONS}, got {permutations!r}")
    plan = Placebos(draws=draws, seed=seed, level=level)
    block = panel.block(outcome, covariates=covariates, missing=missing)
    if len(block.cohorts) > 1:
        raise ValueError(
            f"the treated units begin in {list(block.cohorts)}; conformal inference here is for "
            "one first year: take panel.only(…) of each"
        )
    block, slopes = without_covariates(block, exposure=exposure)
    fit = _Fit(ridge, intercept, permutations, plan)
    kernel = functools.partial(synthetic_control_gaps, ridge=ridge, intercept=intercept)
    real = assigned(kernel, block, block.treated[None, :])
    estimate = float(real.effect[0])
    alpha = round(1 - level, 12)
    whole = fit.question(block)
    enough = whole.smallest <= alpha + 1e-12
    p, interval = math.nan, UNKNOWN
    if enough:
        p = float(_p(whole, np.zeros(1))[0])
        interval = _set(whole, estimate, alpha)
    weights = pd.Series(real.unit_weights[0], index=block.names).iloc[block.donors]
    return Effect(
        estimate=estimate,
        interval=interval,
        p=p,
        method="synthetic_control",
        inference=f"conformal_{permutations}",
        outcome=outcome,
        level=level,
        n_treated=len(block.treated),
        n_comparison=len(block.donors),
        years=tuple(int(t) for t in block.times[block.times >= min(block.cohorts)]),
        checks=(
            Check.of("attainable_p", enough, p=whole.smallest, level=alpha),
            *fit_checks(block, real),
        ),
        path=_with_limits(gap_path(block, real), block, fit),
        weights=weights,
        details={
            "slopes": slopes,
            "smallest_p": whole.smallest,
            "reason": "" if enough else "too_few_times",
        },
        provenance={
            "permutations": len(whole.moved),
            "kind": permutations,
            "seed": seed,
            "dropped": block.dropped,
            "exposure": exposure,
        },
    )


def conformal_p_values(
    block: Block,
    effects: Sequence[float],
    *,
    ridge: float | None = None,
    intercept: bool = True,
    permutations: str = "moving_block",
    draws: int = 9999,
    seed: int = 2019,
) -> np.ndarray:
    """Return the p-values of supposed effects, the same in each time after treatment.

    Parameters
    ----------
    block : Block
        With one first treated time.
    effects : sequence of float
    ridge, intercept, permutations, draws, seed
        As in :func:`conformal_synthetic_control`.
    """
    fit = _Fit(ridge, intercept, permutations, Placebos(draws=draws, seed=seed))
    return _p(fit.question(block), np.asarray(effects, dtype=float))


def _with_limits(path: pd.DataFrame, block: Block, fit: _Fit) -> pd.DataFrame:
    """Return the path with limits of the counterfactual, each year after treatment by itself."""
    start = min(block.cohorts)
    lower, upper = np.full(len(path), math.nan), np.full(len(path), math.nan)
    for at in np.flatnonzero(block.times >= start):
        times = (block.times < start) | (np.arange(len(block.times)) == at)
        part = replace(block, values=block.values[:, times], times=block.times[times])
        alone = fit.question(part)
        if alone.smallest <= 1 - fit.plan.level + 1e-12:
            low, high = _set(alone, float(path["gap"].iloc[at]), 1 - fit.plan.level)
            observed = path["observed"].iloc[at]
            lower[at], upper[at] = observed - high, observed - low
    return path.assign(lower=lower, upper=upper)


def _moved(after: np.ndarray, times: int, kind: str, plan: Placebos) -> np.ndarray:
    """Return the times that count as after treatment, per permutation; the real ones come first."""
    if kind == "moving_block":
        return (after + np.arange(times)[:, None]) % times
    if math.comb(times, len(after)) <= plan.draws:
        every = [t for t in itertools.combinations(range(times), len(after)) if t != tuple(after)]
        return np.array([tuple(after), *every])
    rng = np.random.default_rng(plan.seed)
    drawn = rng.permuted(np.tile(np.arange(times), (plan.draws, 1)), axis=1)[:, : len(after)]
    return np.vstack([after, drawn])


def _p(question: _Question, effects: np.ndarray) -> np.ndarray:
    """Return the p-values of supposed effects, all fitted in one batch."""
    targets = question.target - effects[:, None] * question.pulse
    everyone = np.ones((len(effects), len(question.donors)), dtype=bool)
    weights = simplex_weights(question.donors.T, targets, question.ridge, everyone)
    size = np.abs(targets - weights @ question.donors)
    statistic = size[:, question.moved].sum(axis=2)
    return (statistic >= statistic[:, :1] * (1 - 1e-12)).mean(axis=1)


def _set(question: _Question, centre: float, alpha: float) -> tuple[float, float]:
    """Return the hull of the effects that are not rejected."""

    def kept(effects: np.ndarray) -> np.ndarray:
        return _p(question, effects) > alpha + 1e-12

    reach = 4 * max(float(np.abs(question.target).max()), abs(centre), 1e-12)
    for _ in range(WIDEST):
        grid = centre + np.linspace(-reach, reach, FIRST_GRID)
        inside = kept(grid)
        if not (inside[0] or inside[-1]):
            break
        reach *= 2
    if not inside.any():
        return UNKNOWN
    low, high = np.flatnonzero(inside)[[0, -1]]
    below = -math.inf if low == 0 else _edge(kept, grid[low - 1], grid[low])
    above = math.inf if high == len(grid) - 1 else _edge(kept, grid[high + 1], grid[high])
    return below, above


def _edge(kept: Callable[[np.ndarray], np.ndarray], out: float, inside: float) -> float:
    """Return the last effect not rejected on the way from one inside the set to one outside."""
    for _ in range(ROUNDS):
        grid = np.linspace(inside, out, FINER_GRID)
        first = max(int(kept(grid).argmin()), 1)  # its first point was found inside, its last not
        inside, out = grid[first - 1], grid[first]
    return float(inside)
