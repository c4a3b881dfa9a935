"""Wild cluster bootstrap with the null imposed, as products of a few matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from skk_analysis.impact.cluster_robust import ENOUGH_TREATED
from skk_analysis.impact.panel import Block
from skk_analysis.impact.result import Effect
from skk_analysis.impact.two_way import demeaned

__all__ = ["WildBootstrap", "bootstrap_panel", "wild_cluster_bootstrap"]

RADEMACHER, WEBB = "rademacher", "webb"
SIX_POINTS = np.sqrt([0.5, 1.0, 1.5])
CELLS = 4_000_000  # of a batch of draws × clusters; bounds memory, changes no number
TIE = 1e-10  # a bootstrap t this near the real one is equal to it


@dataclass(frozen=True, eq=False)
class WildBootstrap:
    """What the wild cluster bootstrap says of one coefficient.

    Parameters
    ----------
    estimate, se, t : float
        Coefficient, its CR1 error, and their ratio after subtracting ``null``.
    p : float
        Two-sided (symmetric).  Of enumerated signs, the share with \\|t*\\| at least \\|t\\|, the
        real ones among them; of drawn weights (1 + how many) / (1 + draws).
    p_strict : float
        Share of draws with \\|t*\\| above \\|t\\|: what R ``fwildclusterboot`` and ``wildboottest``
        print.
    interval : tuple of float
        Values that the same test does not reject at ``level``; infinite where it rejects none.
    draws : int
    enumerated : bool
        Whether the draws are all sign vectors.
    clusters : int
    level : float
    """

    estimate: float
    se: float
    t: float
    p: float
    p_strict: float
    interval: tuple[float, float]
    draws: int
    enumerated: bool
    clusters: int
    level: float


@dataclass(frozen=True, eq=False)
class _Design:
    """Sums that every draw needs; clusters × 1, clusters × others, others × clusters.

    Everything is linear in the null value b: scores(b) = outcome's − b × regressor's.
    """

    gram: float
    own: np.ndarray  # q_g: the regressor's products with itself
    score: np.ndarray  # s_g: with the outcome, both less the other regressors
    leak: np.ndarray  # A: of the regressor with the others
    outcome: np.ndarray  # B_y: others' coefficients on the outcome's residual, by cluster
    regressor: np.ndarray  # B_x: on the regressor's residual
    factor: float


def wild_cluster_bootstrap(
    y: np.ndarray,
    x: np.ndarray,
    cluster: np.ndarray,
    *,
    coefficient: int = 0,
    null: float = 0.0,
    weights: str = RADEMACHER,
    draws: int = 9_999,
    level: float = 0.95,
    seed: int = 2019,
) -> WildBootstrap:
    """Test one coefficient of a least-squares regression by the restricted wild cluster bootstrap.

    Parameters
    ----------
    y : array-like, shape (rows,)
    x : array-like, shape (rows, regressors)
        With a constant or dummies, if wanted.
    cluster : array-like, shape (rows,)
        Labels.
    coefficient : int, default 0
        Which column is tested.
    null : float, default 0
    weights : {"rademacher", "webb"}, default "rademacher"
        Signs, or Webb's six points ±√½, ±1, ±√1½, for fewer than about 12 clusters.
    draws : int, default 9 999
        With signs, all 2^clusters are used instead where they are no more than this.
    level : float, default 0.95
    seed : int

    Raises
    ------
    ValueError
        If shapes differ, a value is missing, there are fewer than 2 clusters, or the regressor is
        explained by the others.

    Notes
    -----
    The bootstrap's t uses the CR1 error with :math:`K` = all columns; the factor cancels in the
    test, not in ``se``.  With few *treated* clusters the test has hardly any power, or far too
    much without the null imposed; :func:`~skk_analysis.impact.difference_in_differences` refuses
    below 5.

    References
    ----------
    Cameron, Gelbach & Miller (2008), *Review of Economics and Statistics* 90, 414–427; Roodman,
    Nielsen, MacKinnon & Webb (2019), *Stata Journal* 19, 4–60, §5 (the algebra); Webb (2023),
    *Canadian Journal of Economics* 56, 839–858.
    """
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    labels = np.asarray(cluster)
    if x.ndim != 2 or y.shape != (len(x),) or labels.shape != y.shape:
        raise ValueError(
            f"y, x, cluster must have equal rows, got {y.shape, x.shape, labels.shape}"
        )
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("y and x must be complete; leave out the rows that lack a value")
    # clusters in order of their labels, so that draws do not depend on the order of rows
    codes = np.unique(labels, return_inverse=True)[1]
    others = np.delete(x, coefficient, axis=1)
    design, estimate = _design(y, x[:, coefficient], others, codes, len(y), x.shape[1])
    return _bootstrap(design, estimate, null, weights, draws, level, seed)


def bootstrap_panel(
    effect: Effect, block: Block, regressors: np.ndarray, *, draws: int, seed: int
) -> Effect:
    """Return an effect with the bootstrap's p and interval; NaN below 5 treated units.

    Parameters
    ----------
    effect : Effect
        With the clustered error.
    block : Block
    regressors : ndarray, shape (1 + covariates, units, times)
    """
    nan = (math.nan, math.nan)
    effect = replace(effect, inference="wild_cluster_bootstrap", se=math.nan, p=math.nan)
    effect = replace(effect, interval=nan, mde=math.nan)
    if min(len(block.treated), len(block.donors)) < ENOUGH_TREATED:
        return effect
    units, times = block.values.shape
    weight = np.ones(units) if block.weight is None else block.weight
    root = np.sqrt(np.repeat(weight, times))
    flat = [demeaned(table, block.weight).ravel() * root for table in (block.values, *regressors)]
    # unit effects are nested in the clusters, so demeaning by unit commutes with the weights; time
    # effects do not, and stay among the regressors: the year means move with the signs
    years = np.tile(np.eye(times), (units, 1))
    years = (years - 1 / times)[:, 1:] * root[:, None]
    others = np.column_stack([*flat[2:], years])
    codes = np.repeat(np.arange(units), times)
    k = len(regressors) + times
    design, estimate = _design(flat[0], flat[1], others, codes, units * times, k)
    found = _bootstrap(design, estimate, 0.0, RADEMACHER, draws, effect.level, seed)
    how = {"draws": found.draws, "enumerated": found.enumerated, "seed": seed}
    return replace(
        effect,
        p=found.p,
        interval=found.interval,
        details={**effect.details, "wild_bootstrap": found},
        provenance={**effect.provenance, **how},
    )


def _design(y, x, others, codes, rows: int, k: int) -> tuple[_Design, float]:
    clusters = int(codes.max()) + 1
    if clusters < 2 or rows <= k:
        raise ValueError(f"{rows} rows in {clusters} cluster(s) are too few for {k} parameters")
    inverse = np.linalg.pinv(others.T @ others)
    own = x - others @ (inverse @ (others.T @ x))
    gram = float(own @ own)
    if gram <= 1e-10 * float(x @ x):
        raise ValueError("the tested regressor is explained by the other ones; nothing to test")
    residual = y - others @ (inverse @ (others.T @ y))

    def by_cluster(table: np.ndarray) -> np.ndarray:
        sums = np.zeros((clusters, *table.shape[1:]))
        np.add.at(sums, codes, table)
        return sums

    return _Design(
        gram=gram,
        own=by_cluster(own * own),
        score=by_cluster(own * residual),
        leak=by_cluster(own[:, None] * others),
        outcome=inverse @ by_cluster(others * residual[:, None]).T,
        regressor=inverse @ by_cluster(others * own[:, None]).T,
        factor=clusters / (clusters - 1) * (rows - 1) / (rows - k),
    ), float(own @ y) / gram


def _draws(clusters: int, weights: str, draws: int, seed: int) -> tuple[np.ndarray, bool]:
    """Return the weights, shape (draws, clusters), and whether they are all there are."""
    if weights not in (RADEMACHER, WEBB):
        raise ValueError(f"weights must be {RADEMACHER!r} or {WEBB!r}, got {weights!r}")
    if draws < 1:
        raise ValueError(f"draws must be 1 or more, got {draws}; try 9999")
    if weights == RADEMACHER and clusters < 40 and 2**clusters <= draws:
        numbers = np.arange(2**clusters)[:, None] >> np.arange(clusters)
        return 1.0 - 2.0 * (numbers & 1), True
    rng = np.random.default_rng(seed)
    if weights == WEBB:
        points = np.concatenate([-SIX_POINTS, SIX_POINTS])
        return points[rng.integers(6, size=(draws, clusters))], False
    return 1.0 - 2.0 * rng.integers(2, size=(draws, clusters)), False


def _bootstrap(design: _Design, estimate, null, weights, draws, level, seed) -> WildBootstrap:
    drawn, enumerated = _draws(len(design.own), weights, draws, seed)
    size = max(1, CELLS // len(design.own))
    parts = [_products(design, drawn[i : i + size]) for i in range(0, len(drawn), size)]
    move = [np.concatenate([part[i] for part in parts], axis=-1) for i in range(2)]
    # the real sample's scores: every residual with all regressors taken out
    scores = design.score - estimate * design.own
    variance = float(scores @ scores)
    se = math.sqrt(design.factor * variance) / design.gram

    def squares(b: float) -> tuple[np.ndarray, float]:
        """Return t*² of every draw with the null b, and the real t², without common factors."""
        shift = move[0][0] - b * move[0][1]
        spread = move[1][0] - 2 * b * move[1][1] + b * b * move[1][2]
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn_t = np.where(spread > 0, shift**2 / spread, 0.0)
        return drawn_t, (estimate - b) ** 2 * design.gram**2 / variance

    def p_value(b: float) -> float:
        drawn_t, real = squares(b)
        as_far = np.count_nonzero(drawn_t >= real * (1 - TIE))
        return as_far / len(drawn_t) if enumerated else (1 + as_far) / (1 + len(drawn_t))

    drawn_t, real = squares(null)
    alpha = 1 - level
    return WildBootstrap(
        estimate=estimate,
        se=se,
        t=(estimate - null) / se,
        p=float(p_value(null)),
        p_strict=float(np.mean(drawn_t > real * (1 + TIE))),
        interval=(_edge(p_value, estimate, -se, alpha), _edge(p_value, estimate, se, alpha)),
        draws=len(drawn),
        enumerated=enumerated,
        clusters=len(design.own),
        level=level,
    )


def _products(design: _Design, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return numerators (2, draws) and squared scores (3, draws) for outcome and regressor.

    The score of cluster g in a draw is v_g s_g − A_g B v − q_g b*: its own residual times its
    weight, less what the other regressors and the coefficient take up of all clusters' weights.
    """
    both = []
    for s, other in ((design.score, design.outcome), (design.own, design.regressor)):
        shift = v @ s
        scores = v * s - (v @ other.T) @ design.leak.T - np.outer(shift / design.gram, design.own)
        both.append((shift, scores))
    (y_shift, y), (x_shift, x) = both
    squared = [np.einsum("bg,bg->b", left, right) for left, right in ((y, y), (y, x), (x, x))]
    return np.stack([y_shift, x_shift]), np.stack(squared)


def _edge(p_value: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Return where the p-value first falls to alpha, going out from the estimate."""
    inside, outside = estimate, estimate + 2 * step
    for _ in range(60):
        if p_value(outside) <= alpha:
            break
        inside, outside = outside, estimate + 2 * (outside - estimate)
    else:
        return math.copysign(math.inf, step)
    for _ in range(60):
        middle = (inside + outside) / 2
        if p_value(middle) > alpha:
            inside = middle
        else:
            outside = middle
    return inside
