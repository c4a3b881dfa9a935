"""Did the treated units already move apart before the start, and could the test have seen it?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skk_analysis.impact.checks import Check
from skk_analysis.impact.event_coefficients import EventStudy, study_of
from skk_analysis.impact.result import Effect

__all__ = ["PreTrend", "pre_trend_test"]

JOINT, INDIVIDUAL, RANK = "joint", "individual", "rank"
USEFUL_POWER = 0.80
LATTICE = 8_192
PRIMES = np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71])
TRIED = 100  # placebos that are shifted in turn to see how often the rank test finds a trend


@dataclass(frozen=True)
class PreTrend:
    """A test of the coefficients before the start, with its power against a linear trend.

    Parameters
    ----------
    test : {"joint", "individual", "rank"}
        What was tested, see :func:`pre_trend_test`.
    statistic, p : float
    years : int
        Coefficients before the reference.
    slope : float
        Trend a period that ``power`` is for.
    power : float
        Probability of finding it.
    slope_50, slope_80 : float
        Trends found with 50 and 80 % probability; inf where no trend is.
    bayes_factor : float
        Probability of passing under the trend over that under none (Roth 2022): the nearer to 1,
        the less passing says.
    likelihood_ratio : float
        Of the coefficients before the start, under the trend over none; NaN where their covariance
        is singular.
    level : float
    """

    test: str
    statistic: float
    p: float
    years: int
    slope: float
    power: float
    slope_50: float
    slope_80: float
    bayes_factor: float
    likelihood_ratio: float
    level: float

    def check(self) -> Check:
        """Return the check: failed when found; passed only if a trend would have been found."""
        passed = None if math.isnan(self.p) else self.p >= 1 - self.level
        if passed and self.power < USEFUL_POWER:
            passed = None
        return Check.of("pre_trend", passed, p=self.p, power=self.power, years=float(self.years))


def pre_trend_test(
    study: EventStudy | Effect,
    *,
    slope: float | None = None,
    test: str = JOINT,
    level: float = 0.95,
) -> PreTrend:
    r"""Test that the coefficients before the start are 0, and say what trend that would find.

    Parameters
    ----------
    study : EventStudy or Effect
        Of :func:`~skk_analysis.impact.event_study`.  An effect with placebo coefficients is ranked
        among them (``test`` becomes ``rank``): the joint statistic with the second moments of
        placebos and treated together, so that all are treated alike.
    slope : float, optional
        Trend a period for ``power``; default the one that would make the whole mean effect after
        the start, were it to go on.
    test : {"joint", "individual"}, default "joint"
        :math:`\hat\beta_{pre}'\Sigma_{pre}^{-1}\hat\beta_{pre}`, chi-squared, or over its degrees
        of freedom F where the study has some for its errors; or that any single coefficient is
        significant (normal), as event-study plots are read and as Roth (2022) calculates power.
        The ``individual`` p is the probability of so large a largest \|t\|.
    level : float, default 0.95

    Raises
    ------
    ValueError
        If there is no coefficient before the reference or the covariance is unknown.

    References
    ----------
    Roth (2022), *American Economic Review: Insights* 4, 305–322.

    Examples
    --------
    >>> study = EventStudy.of([0.1, 0.0, 1.0], np.diag([0.01, 0.01, 0.01]), before=2)
    >>> found = pre_trend_test(study, slope=0.1)
    >>> round(found.p, 3), round(found.power, 3)
    (0.607, 0.504)
    """
    if test not in (JOINT, INDIVIDUAL):
        raise ValueError(f"test must be {JOINT!r} or {INDIVIDUAL!r}, got {test!r}")
    placebos = None
    if isinstance(study, Effect):
        placebos = study.details.get("placebo_coefficients")
    study = study_of(study)
    before = study.before
    if before.sum() > len(PRIMES) and test == INDIVIDUAL:
        raise ValueError(f"test='individual' takes at most {len(PRIMES)} times before; use 'joint'")
    if not before.any():
        raise ValueError("no coefficient lies before the reference; nothing to test")
    if not np.isfinite(study.covariance[np.ix_(before, before)]).all():
        raise ValueError("the covariance of the event study is unknown: too few treated units")
    distance = (study.relative - study.reference).astype(float)
    if slope is None:
        after = study.after
        slope = (
            float(study.coefficients[after].mean() / distance[after].mean()) if after.any() else 0
        )
    trend = distance[before]
    if placebos is not None:
        test = RANK
        statistic, p, power = _rank(study.coefficients[before], placebos[:, before], trend, level)
    elif test == JOINT:
        statistic, p, power = _joint(study, trend, level)
    else:
        statistic, p, power = _individual(study, trend, level)
    size, found = power(0.0), power(slope)
    return PreTrend(
        test=test,
        statistic=statistic,
        p=p,
        years=int(before.sum()),
        slope=float(slope),
        power=found,
        slope_50=_slope(power, study, 0.5),
        slope_80=_slope(power, study, USEFUL_POWER),
        bayes_factor=(1 - found) / (1 - size) if size < 1 else math.nan,
        likelihood_ratio=_likelihood_ratio(study, slope * trend),
        level=level,
    )


Tested = tuple[float, float, Callable[[float], float]]


def _joint(study: EventStudy, trend: np.ndarray, level: float) -> Tested:
    from scipy.special import chdtrc, chdtri, chndtr, fdtrc, fdtri, ncfdtr

    before = study.before
    inverse = _inverse(study.covariance[np.ix_(before, before)])
    pre = study.coefficients[before]
    k, wald, moved = int(before.sum()), float(pre @ inverse @ pre), float(trend @ inverse @ trend)
    if math.isinf(study.dof):
        limit = chdtri(k, 1 - level)
        return wald, float(chdtrc(k, wald)), lambda b: float(1 - chndtr(limit, k, b * b * moved))
    limit = fdtri(k, study.dof, level)
    p = float(fdtrc(k, study.dof, wald / k))
    return wald, p, lambda b: float(1 - ncfdtr(k, study.dof, b * b * moved, limit))


def _individual(study: EventStudy, trend: np.ndarray, level: float) -> Tested:
    from scipy.special import ndtri

    before = study.before
    covariance = study.covariance[np.ix_(before, before)]
    errors = np.sqrt(np.diagonal(covariance))
    correlation = covariance / np.outer(errors, errors)
    t = study.coefficients[before] / errors
    limit, largest = float(ndtri((1 + level) / 2)), float(np.abs(t).max())

    def outside(reach: float, mean: np.ndarray) -> float:
        return 1 - box_probability(-reach - mean, reach - mean, correlation)

    return largest, outside(largest, np.zeros(len(t))), lambda b: outside(limit, b * trend / errors)


def box_probability(low: np.ndarray, high: np.ndarray, correlation: np.ndarray) -> float:
    """Return the probability of a box under a normal distribution, to 3 digits or more.

    Genz's (1992, *Journal of Computational and Graphical Statistics* 1, 141–149) sequence of
    conditional probabilities over a Richtmyer lattice: the same points every time, no seed.
    """
    from scipy.special import ndtr, ndtri

    n = len(low)
    root = np.linalg.cholesky(correlation + 1e-10 * np.eye(n))
    points = np.arange(1, LATTICE + 1)[:, None] * np.sqrt(PRIMES[: max(n - 1, 1)])
    points = np.abs(2 * (points % 1) - 1)
    normals = np.zeros((LATTICE, n))
    found = np.ones(LATTICE)
    for i in range(n):
        centre = normals[:, :i] @ root[i, :i]
        a, b = ndtr((low[i] - centre) / root[i, i]), ndtr((high[i] - centre) / root[i, i])
        found *= b - a
        if i < n - 1:
            inner = np.clip(a + points[:, i] * (b - a), 1e-16, 1 - 1e-16)
            normals[:, i] = ndtri(inner)
    return float(found.mean())


def _rank(pre: np.ndarray, placebos: np.ndarray, trend: np.ndarray, level: float) -> Tested:
    """Return the joint test by rank, and how often it would find a trend in each placebo's place.

    All quadratic forms are in the second moments S of placebos and treated together.  For the
    power one placebo x takes the treated's place with a trend added, z = x + b trend, and S loses x
    and gains z: by Sherman and Morrison every form is a ratio of a few products made once.
    """
    together = np.vstack([placebos, pre])
    wald = np.einsum("bk,kl,bl->b", together, _inverse(together.T @ together), together)
    p = np.count_nonzero(wald >= wald[-1] * (1 - 1e-12)) / len(together)
    count = len(placebos)
    tried = np.unique(np.linspace(0, count - 1, min(TRIED, count)).astype(int))
    mine = placebos[tried]
    inverse = _inverse(placebos.T @ placebos - mine[:, :, None] * mine[:, None, :])
    to_mine = np.einsum("jkl,jl->jk", inverse, mine)
    to_trend = inverse @ trend
    forms = np.einsum("bk,jkl,bl->jb", placebos, inverse, placebos, optimize=True)
    with_mine, with_trend = to_mine @ placebos.T, to_trend @ placebos.T
    squares = np.einsum("jk,jk->j", to_mine, mine), to_mine @ trend, to_trend @ trend
    others = np.ones(forms.shape, dtype=bool)
    others[np.arange(len(tried)), tried] = False

    def power(b: float) -> float:
        found = 0
        for step in (b, -b):
            own = (squares[0] + 2 * step * squares[1] + step**2 * squares[2])[:, None]
            cross = with_mine + step * with_trend
            as_large = (forms - cross**2 / (1 + own) >= own / (1 + own) * (1 - 1e-12)) & others
            seen = (1 + as_large.sum(axis=1)) / count <= 1 - level + 1e-12
            found += int(seen.sum())
        return found / (2 * len(tried))

    return float(wald[-1] * len(together)), p, power


def _inverse(moments: np.ndarray) -> np.ndarray:
    return np.linalg.pinv(moments, rcond=1e-10, hermitian=True)


def _slope(power: Callable[[float], float], study: EventStudy, wanted: float) -> float:
    """Return the trend that is found with the wanted probability."""
    scale = float(np.sqrt(np.diagonal(study.covariance)[study.before].max()))
    low, high = 0.0, scale
    for _ in range(20):
        if power(high) >= wanted:
            break
        low, high = high, 2 * high
    else:
        return math.inf
    while high - low > 1e-6 * scale + 1e-4 * low:
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle) >= wanted else (middle, high)
    return (low + high) / 2


def _likelihood_ratio(study: EventStudy, trend: np.ndarray) -> float:
    before = study.before
    covariance = study.covariance[np.ix_(before, before)]
    if np.linalg.matrix_rank(covariance, hermitian=True) < len(trend):
        return math.nan
    score = np.linalg.solve(covariance, trend)
    exponent = float(study.coefficients[before] @ score - 0.5 * trend @ score)
    return math.exp(min(exponent, 700.0))
