"""Social gradient: slope and relative index over a rank, and the gap between two groups.

``rank`` is a column of numbers or an ordered categorical, low = worst off; equal ranks share the
middle of their places (weighted ridits R from 0 to 1).  :math:`p_i` is a row's population share,
μ the mean of the outcome y.  Influence functions include what each person does to everybody's
rank.
"""

# ruff: noqa: PD011 (the values of a Distribution, not of a Series)

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.index import Linearised, index
from skk_analysis.metrics.ranking import Ranking

__all__ = ["gap", "relative_index", "slope_index"]

# inverse link and its derivative, of the linear predictor
LINKS: dict[str, tuple[Callable, Callable]] = {
    "identity": (lambda eta: eta, np.ones_like),
    "log": (np.exp, np.exp),
    "logit": (lambda eta: 1 / (1 + np.exp(-eta)), lambda eta: 1 / (2 + 2 * np.cosh(eta))),
}


def _ends(dist: Distribution, rank: pd.Series, link: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the fitted outcome at ranks 0 and 1, and their influence functions, shape (2, n).

    The fit solves :math:`E[(y-g(a+bR))(1,R)]=0`: least squares, Poisson or logistic regression.
    """
    ranking = Ranking.of(rank, dist)
    if len(ranking.widths) < 2:
        raise ValueError(f"everybody has the same {rank.name!r}, so there is no gradient")
    x = np.stack([np.ones_like(ranking.ridit), ranking.ridit])
    theta = _fit(dist, x, link)
    outcome, slope = LINKS[link]
    residual, steep = dist.values - outcome(theta @ x), slope(theta @ x)
    # derivative of the estimating function by a person's rank, and what each does to all ranks
    moved = np.stack([-steep * theta[1], residual - steep * theta[1] * x[1]])
    shifted = np.stack([ranking.above(m) for m in moved])
    shifted -= (moved * ranking.ridit) @ dist.share[:, None]
    information = (x * steep * dist.share) @ x.T
    of_theta = np.linalg.solve(information, residual * x + shifted)
    at_ends = np.array([theta[0], theta.sum()])
    of_ends = np.stack([of_theta[0], of_theta.sum(axis=0)]) * slope(at_ends)[:, None]
    return outcome(at_ends), of_ends


def _fit(dist: Distribution, x: np.ndarray, link: str) -> np.ndarray:
    """Return intercept and slope by Newton's method."""
    outcome, slope = LINKS[link]
    if link != "identity":
        dist.require_positive(f"link={link!r}", or_zero=True)
        dist.require_positive_mean(f"link={link!r}")
    if link == "logit" and (dist.values[-1] > 1 or dist.mean >= 1):
        raise ValueError(
            f"link='logit' needs values from 0 to 1, not all of them 1; the largest is "
            f"{dist.values[-1]:g}"
        )
    start = dist.mean
    if link != "identity":
        start = np.log(start) if link == "log" else np.log(start / (1 - start))
    theta = np.array([start, 0.0])
    for _ in range(50):
        eta = theta @ x
        score = x @ (dist.share * (dist.values - outcome(eta)))
        step = np.linalg.solve((x * slope(eta) * dist.share) @ x.T, score)
        theta = theta + step
        if np.abs(step).max() <= 1e-12 * (1 + np.abs(theta).max()):
            return theta
    raise ValueError(
        f"the regression with link={link!r} has no finite solution; the rank separates the outcome "
        "completely, so use link='identity'"
    )


def _require_link(link: str) -> None:
    if link not in LINKS:
        raise ValueError(f"link must be one of {sorted(LINKS)}, got {link!r}")


@index(columns=["rank"])
def slope_index(dist: Distribution, rank: pd.Series, link: str = "identity") -> Linearised:
    """Slope index of inequality (SII): fitted outcome at the top of the rank less at the bottom.

    .. math:: SII=g(a+b)-g(a),\\qquad \\sum_i p_i\\{y_i-g(a+bR_i)\\}(1,R_i)'=0

    In the unit of the outcome; negative when it falls towards the top.  With the identity link it
    is the regression slope :math:`\\mathrm{cov}(y,R)/\\mathrm{var}(R)`.  Every finite value is
    allowed; ``"log"`` needs values ≥ 0, ``"logit"`` values from 0 to 1.

    Influence function: with ψ the sum's term and :math:`\\partial_R\\psi` its derivative by the
    person's rank, :math:`A^{-1}\\{\\psi(z)+\\sum_{x_i>x_z}p_i\\partial_R\\psi_i
    -E[R\\,\\partial_R\\psi]\\}` (ties by half) for (a, b), :math:`A=E[g'(1,R)'(1,R)]`.

    Parameters
    ----------
    rank : column name or array
    link : {"identity", "logit", "log"}
        Least squares, logistic or Poisson regression.

    References
    ----------
    Pamuk (1985), *Population Studies* 39, 17–31; Mackenbach & Kunst (1997), *Social Science &
    Medicine* 44, 757–771; Moreno-Betancur et al. (2015), *Epidemiology* 26, 518–527.

    Examples
    --------
    >>> rates, people = [80, 110, 128, 160], [5, 10, 12.5, 22.5]
    >>> round(float(slope_index(rates, rank=[4, 3, 2, 1], weights=people)), 1)
    -97.7
    """
    _require_link(link)
    (bottom, top), (of_bottom, of_top) = _ends(dist, rank, link)
    return Linearised(float(top - bottom), of_top - of_bottom)


@index(bounds=(0, np.inf), columns=["rank"])
def relative_index(
    dist: Distribution, rank: pd.Series, link: str = "identity", over: str = "bottom"
) -> Linearised:
    """Relative index of inequality (RII): the slope index in proportion to the level.

    .. math:: RII=\\frac{g(a+b)}{g(a)}\\quad\\text{or, over the mean,}\\quad\\frac{SII}{\\mu}

    with the regression of :func:`slope_index`.  The first (Kunst & Mackenbach) is the ratio of
    the fitted outcome at the top to that at the bottom: 1 without a gradient, below 1 when the
    outcome falls towards the top; the inverse is the ratio of the bottom to the top.  With the
    log link it is :math:`e^b` and cannot leave its range.  The second (Pamuk) is 0 without a
    gradient.  Stops when a fitted end, or the mean, is not positive.

    Influence function :math:`RII\\,(IF_{top}/top-IF_{bottom}/bottom)`, and
    :math:`\\{IF_{SII}-\\frac{SII}{\\mu}(z-\\mu)\\}/\\mu`.

    Parameters
    ----------
    rank : column name or array
    link : {"identity", "logit", "log"}
    over : {"bottom", "mean"}

    References
    ----------
    Kunst & Mackenbach (1995), *Measuring Socioeconomic Inequalities in Health*, WHO; Pamuk (1985),
    *Population Studies* 39, 17–31; Moreno-Betancur et al. (2015), *Epidemiology* 26, 518–527.

    Examples
    --------
    >>> rates, people = [80, 110, 128, 160], [5, 10, 12.5, 22.5]
    >>> round(1 / float(relative_index(rates, rank=[4, 3, 2, 1], weights=people)), 2)
    2.15
    """
    _require_link(link)
    if over not in ("bottom", "mean"):
        raise ValueError(f"over must be 'bottom' or 'mean', got {over!r}")
    (bottom, top), (of_bottom, of_top) = _ends(dist, rank, link)
    if over == "mean":
        dist.require_positive_mean("relative_index")
        value = float(top - bottom) / dist.mean
        influence = (of_top - of_bottom - value * dist.mean_influence()) / dist.mean
        return Linearised(value, influence, bounds=(-np.inf, np.inf))
    if not (bottom > 0 and top > 0):
        raise ValueError(
            f"relative_index needs positive fitted ends, got {bottom:g} at the bottom and {top:g} "
            "at the top; link='log' keeps them positive"
        )
    value = float(top / bottom)
    return Linearised(value, value * (of_top / top - of_bottom / bottom))


# -- gaps between groups ---------------------------------------------------------------------------


@index(columns=["groups"])
def gap(
    dist: Distribution,
    groups: pd.Series,
    between: tuple | None = None,
    relative: bool = False,
) -> Linearised:
    """Gap between two groups: the difference, or the ratio, of their means or rates.

    .. math:: m_a-m_b\\quad\\text{or}\\quad m_a/m_b

    with the groups' means m.  Any finite value is allowed; the ratio needs positive means.  A
    difference and a ratio can move in opposite directions, so look at both.

    Influence function :math:`\\frac{1[g=a]}{\\pi_a}(z-m_a)-\\frac{1[g=b]}{\\pi_b}(z-m_b)` with the
    groups' shares of people π; each part divided by its mean, and all times the ratio, for the
    ratio.

    Parameters
    ----------
    groups : column name or array
    between : tuple of two labels, optional
        Groups a and b.  Default: the groups of the highest and the lowest mean.  Chosen by the
        same data they are too far apart on average, the more so the smaller the groups, and the
        interval does not know it; ``method`` says which they were.
    relative : bool, default False

    References
    ----------
    Mackenbach & Kunst (1997), *Social Science & Medicine* 44, 757–771, §2; Lohr (2021), *Sampling*,
    §4.

    Examples
    --------
    >>> frame = pd.DataFrame({"rate": [0.02, 0.2], "area": ["a", "b"]})
    >>> round(float(gap(frame, "rate", groups="area", between=("b", "a"))), 4)
    0.18
    >>> round(float(gap(frame, "rate", groups="area", between=("b", "a"), relative=True)), 4)
    10.0
    """
    labels = between or _extremes(dist, groups)
    means, influences = zip(*(_group_mean(dist, groups, g) for g in labels), strict=True)
    note = "" if between else f"{labels[0]} against {labels[1]}, chosen from the same data"
    if not relative:
        return Linearised(means[0] - means[1], influences[0] - influences[1], note=note)
    if not min(means) > 0:
        raise ValueError(f"a ratio needs positive means, got {means[0]:g} and {means[1]:g}")
    ratio = means[0] / means[1]
    influence = ratio * (influences[0] / means[0] - influences[1] / means[1])
    return Linearised(ratio, influence, note=note, bounds=(0.0, np.inf))


def _group_mean(dist: Distribution, groups: pd.Series, label) -> tuple[float, np.ndarray]:
    """Return the mean of one group and its influence function."""
    member = groups.to_numpy() == label
    size = float(dist.share @ member)
    if size == 0:
        raise ValueError(f"nobody is in group {label!r}; the groups are {_names(groups)}")
    mean = float(dist.share @ (member * dist.values)) / size
    return mean, member * (dist.values - mean) / size


def _extremes(dist: Distribution, groups: pd.Series) -> tuple:
    """Return the labels of the groups of the highest and the lowest mean."""
    codes, labels = pd.factorize(groups, sort=True)
    if len(labels) < 2:
        raise ValueError(f"a gap needs two groups, got {_names(groups)}")
    means = np.bincount(codes, dist.share * dist.values) / np.bincount(codes, dist.share)
    return labels[means.argmax()], labels[means.argmin()]


def _names(groups: pd.Series) -> list:
    return sorted(groups.unique().tolist())
