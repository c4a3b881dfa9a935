"""Honest intervals when trends need not have been parallel (Rambachan & Roth 2023)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.impact.checks import Check
from skk_analysis.impact.event_coefficients import EventStudy, study_of
from skk_analysis.impact.honest_relative import RelativeTests, relative_tests
from skk_analysis.impact.honest_smoothness import fixed_length, frontier
from skk_analysis.impact.result import Effect

__all__ = ["HonestBounds", "honest_did", "natural_smoothness"]

RELATIVE, SMOOTHNESS = "relative_magnitude", "smoothness"
RATIOS = (0.5, 1.0, 1.5, 2.0)
GRID = 2001
HALF_DRAWS = 10_000
LARGEST_RATIO = 64.0


@dataclass(frozen=True, eq=False)
class HonestBounds:
    """Robust intervals for one effect, and how much trouble it takes to lose it.

    Parameters
    ----------
    restriction : {"relative_magnitude", "smoothness"}
    table : DataFrame
        Columns m (M̄, a ratio; or M, in the outcome's unit), lower, upper.
    original : tuple of float
        Interval under parallel trends.
    breakdown : float
        Largest m for which the interval leaves out 0; 0 where it never does, inf where always.
    estimate : float
    target : ndarray
        Weights on the coefficients from the start on.
    natural : float
        Smoothness: the largest bend (second difference) seen before the start; else NaN.
    level : float
    """

    restriction: str
    table: pd.DataFrame
    original: tuple[float, float]
    breakdown: float
    estimate: float
    target: np.ndarray
    natural: float
    level: float

    def check(self) -> Check:
        """Return the check: passed when the effect outlives what was seen before the start.

        Relative: a breakdown of 1 or more.  Smoothness: one of the largest bend seen or more.
        An effect that is unclear even under parallel trends makes it inconclusive.
        """
        low, high = self.original
        unclear = low <= 0 <= high
        if self.restriction == RELATIVE:
            passed = None if unclear else self.breakdown >= 1
            return Check.of("honest_relative", passed, breakdown=self.breakdown)
        passed = None if unclear else self.breakdown >= self.natural
        return Check.of("honest_smoothness", passed, breakdown=self.breakdown, natural=self.natural)


def honest_did(
    study: EventStudy | Effect,
    *,
    restriction: str = RELATIVE,
    m: Sequence[float] | None = None,
    target: str | Sequence[float] = "first",
    level: float = 0.95,
    seed: int = 2019,
) -> HonestBounds:
    r"""Return intervals that stay valid when trends differ by a restricted amount.

    Parameters
    ----------
    study : EventStudy or Effect
        The effect of :func:`~skk_analysis.impact.event_study`, or its ``details``'.
    restriction : {"relative_magnitude", "smoothness"}, default "relative_magnitude"
        :math:`\Delta^{RM}(\bar M)`: after the reference the trend difference moves from one time
        to the next by at most :math:`\bar M` times its largest such move before; conditional/least
        favourable hybrid test (C-LF, κ = α/10), inverted.
        :math:`\Delta^{SD}(M)`: its slope changes by at most M from one time to the next; shortest
        fixed-length interval (FLCI).
    m : sequence of float, optional
        Default 0.5, 1, 1.5, 2 for the ratio; six steps from 0 to twice the largest bend before the
        start for smoothness.
    target : {"first", "average"} or sequence of float, default "first"
        The effect: at the first treated time, the plain mean of those from the start on, or
        weights on them.
    level : float, default 0.95
    seed : int
        Of the normals that the least favourable critical value is from.

    Raises
    ------
    ValueError
        If times have gaps, none lies before or after the reference (smoothness and ratio both need
        one before), or the covariance is unknown.

    Notes
    -----
    The estimates are taken as normal with known covariance.  Where a test accepts values on both
    sides of rejected ones, the interval spans them, as in R ``HonestDiD``.

    References
    ----------
    Rambachan & Roth (2023), *Review of Economic Studies* 90, 2555–2591, §§ 2.4, 3.1–3.3, 4;
    Andrews, Roth & Pakes (2023), *ibid.* 2763–2791, on the conditional test; Armstrong & Kolesár
    (2018), *Econometrica* 86, 655–683, on fixed-length intervals.

    Examples
    --------
    >>> study = EventStudy.of([0.1, 0.0, 1.0], np.diag([0.01, 0.01, 0.01]), before=2)
    >>> honest_did(study, m=[1.0]).table.round(2).values.tolist()
    [[1.0, 0.61, 1.39]]
    """
    study = study_of(study)
    if restriction not in (RELATIVE, SMOOTHNESS):
        raise ValueError(f"restriction must be {RELATIVE!r} or {SMOOTHNESS!r}, got {restriction!r}")
    if not 0.5 < level < 1:
        raise ValueError(f"level must lie between 0.5 and 1, got {level}; try 0.95")
    _require_series(study)
    l_vec = _target(study, target)
    if m is None:
        natural = natural_smoothness(study)
        m = RATIOS if restriction == RELATIVE else np.linspace(0, 2 * natural, 6).tolist()
    if any(not (0 <= value < math.inf) for value in m):
        raise ValueError(f"every m must be 0 or more, got {list(m)}")
    kind = _Relative if restriction == RELATIVE else _Smoothness
    method = kind(study, l_vec, level, seed)
    rows = [(float(value), *method.interval(float(value))) for value in m]
    estimate, se = study.average(l_vec)
    reach = se * _normal_quantile((1 + level) / 2)
    return HonestBounds(
        restriction=restriction,
        table=pd.DataFrame(rows, columns=["m", "lower", "upper"]),
        original=(estimate - reach, estimate + reach),
        breakdown=method.breakdown(),
        estimate=estimate,
        target=l_vec,
        natural=natural_smoothness(study) if restriction == SMOOTHNESS else math.nan,
        level=level,
    )


def natural_smoothness(study: EventStudy) -> float:
    """Return the largest bend of the coefficients before the start, the reference's 0 included."""
    before = np.append(study.coefficients[study.before], 0.0)
    return float(np.abs(np.diff(before, 2)).max(initial=0.0))


def _require_series(study: EventStudy) -> None:
    times = np.insert(study.relative, study.before.sum(), study.reference)
    if not study.before.any() or not study.after.any() or (np.diff(times) != 1).any():
        raise ValueError(
            f"an event study with every time from before to after its reference {study.reference} "
            f"is needed, got {study.relative.tolist()}"
        )
    if not np.isfinite(study.covariance).all():
        raise ValueError(
            "the covariance of the event study is unknown (too few treated units for clustered "
            "errors, or too few placebos); use event_study(…, inference='size_matched_placebos') "
            "with more comparison units"
        )


def _target(study: EventStudy, target: str | Sequence[float]) -> np.ndarray:
    after = int(study.after.sum())
    if isinstance(target, str):
        if target not in ("first", "average"):
            raise ValueError(f"target must be 'first', 'average' or weights, got {target!r}")
        return np.full(after, 1 / after) if target == "average" else np.eye(after)[0]
    weights = np.asarray(target, dtype=float)
    if weights.shape != (after,) or not np.isfinite(weights).all() or not weights.any():
        raise ValueError(f"target needs {after} weights, not all 0, got {target!r}")
    return weights


def _normal_quantile(p: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(p))


class _Smoothness:
    """Fixed-length intervals, all from one frontier of bias and variance."""

    def __init__(self, study: EventStudy, target: np.ndarray, level: float, _seed: int) -> None:
        self.edge = frontier(study.covariance, int(study.before.sum()), target)
        self.coefficients, self.level = study.coefficients, level

    def interval(self, m: float) -> tuple[float, float]:
        centre, half = fixed_length(self.edge, self.coefficients, m, self.level)
        return centre - half, centre + half

    def breakdown(self) -> float:
        def leaves_out_zero(m: float) -> bool:
            low, high = self.interval(m)
            return low > 0 or high < 0

        scale = math.sqrt(np.diagonal(self.edge.covariance).max()) or 1.0
        return _last(leaves_out_zero, scale, 1e9 * scale)


class _Relative:
    """Intervals from inverting the hybrid test on a grid, edges refined between its points."""

    def __init__(self, study: EventStudy, target: np.ndarray, level: float, seed: int) -> None:
        self.study, self.target, self.alpha = study, target, 1 - level
        half = np.random.default_rng(seed).standard_normal((len(study.relative), HALF_DRAWS))
        values, vectors = np.linalg.eigh(study.covariance)
        # the symmetric root: it moves as little as the covariance does, which may be singular
        root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        self.noise = root @ np.concatenate([half, -half], axis=1)
        steps = np.diff(np.append(study.coefficients[study.before], 0.0))
        load = np.abs(np.cumsum(target[::-1])).sum()
        self.estimate, self.se = study.average(target)
        errors = math.sqrt(np.diagonal(study.covariance).max())
        self.move = float(load * (np.abs(steps).max() + 5 * errors))

    def tests(self, ratio: float) -> RelativeTests:
        return relative_tests(
            self.study.coefficients,
            self.study.covariance,
            int(self.study.before.sum()),
            self.target,
            ratio,
            self.alpha,
            self.noise,
        )

    def interval(self, ratio: float) -> tuple[float, float]:
        tests = self.tests(ratio)
        reach = 20 * self.se + ratio * self.move
        grid = self.estimate + np.linspace(-reach, reach, GRID)
        inside = np.flatnonzero(tests.accepts(grid, span=True))
        if not len(inside):
            return math.nan, math.nan
        step = grid[1] - grid[0]
        low = _refined(tests, grid[inside[0]], -step)
        return low, _refined(tests, grid[inside[-1]], step)

    def breakdown(self) -> float:
        zero = np.zeros(1)

        def leaves_out_zero(ratio: float) -> bool:
            return not self.tests(ratio).accepts(zero)[0]

        return _last(leaves_out_zero, 1.0, LARGEST_RATIO, digits=1e-4)


def _refined(tests: RelativeTests, inside: float, step: float) -> float:
    """Return the edge between an accepted point and the next one out, to 3e-5 of a step."""
    for _ in range(3):
        points = inside + step * np.linspace(0, 1, 33)[1:]
        out = np.flatnonzero(~tests.accepts(points))
        passed = int(out[0]) if len(out) else 32
        inside, step = inside + step * passed / 32, step / 32
    return inside


def _last(holds, start: float, most: float, digits: float = 1e-7) -> float:
    """Return the largest value up to which a condition holds that fails for good once it fails."""
    if not holds(0.0):
        return 0.0
    low, high = 0.0, start
    while holds(high):
        low, high = high, 2 * high
        if high > most:
            return math.inf
    while high - low > digits * high:
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
