"""Krippendorff's alpha: any number of raters, missing scores, four levels of measurement."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skk_analysis.monitoring.agreement import (
    Agreement,
    caveats_of,
    check_level,
    numeric_scores,
    score_array,
)

__all__ = ["krippendorff_alpha"]

Metric = Literal["nominal", "ordinal", "interval", "ratio"]

CHUNK = 4_000_000
"""Numbers held at once while resampling."""

FEWEST = 6
"""Fewer units (or clusters) to resample than this give no interval: there are too few samples."""

UNDEFINED = 0.05
"""Share of resamples without variation above which no interval is given."""


def krippendorff_alpha(
    scores: ArrayLike | pd.DataFrame,
    metric: Metric = "ordinal",
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 2019,
    clusters: ArrayLike | None = None,
) -> Agreement:
    """Krippendorff's α with a bootstrap interval.

    .. math:: \\alpha = 1 - \\frac{D_o}{D_e} = 1-(n-1)\\,
        \\frac{\\sum_{c,k} o_{ck}\\,\\delta^2_{ck}}{\\sum_{c,k} n_c n_k\\,\\delta^2_{ck}}

    with the coincidences :math:`o_{ck}=\\sum_u (\\text{pairs } c,k \\text{ in } u)/(m_u-1)` of the
    units that have :math:`m_u\\ge2` scores, their margins :math:`n_c` and total n.  Squared
    differences: nominal :math:`1[c\\ne k]`; ordinal
    :math:`(\\sum_{g=c}^{k}n_g-(n_c+n_k)/2)^2`, counts of the scores that occur; interval
    :math:`(c-k)^2`; ratio :math:`((c-k)/(c+k))^2`.  1 = full agreement, 0 = what chance gives,
    below 0 = systematic disagreement.

    Parameters
    ----------
    scores : array-like or DataFrame, units × raters
        One row a unit, one column a rater; NaN, None or NA = no score.  A unit with a single score
        says nothing on agreement and is left out, as is the score.
    metric : {"ordinal", "nominal", "interval", "ratio"}
    level : float, default 0.95
        Coverage of the interval.
    draws : int, default 2000
        Bootstrap resamples; 0 gives no interval, nor do fewer than six units or clusters.
    seed : int, default 2019
        The same seed gives the same interval.
    clusters : array-like, optional
        A label for each unit.  Whole clusters are then resampled: the criteria of one experiment
        are scored by the same people in one sitting and are not independent units.

    Returns
    -------
    Agreement
        Undefined (NaN, with its ``reason``) where no unit has two scores, and where every score is
        the same: then chance would agree fully as well, and the coefficient is 0/0.

    Notes
    -----
    The interval is the percentile interval of a bootstrap of units (or clusters).  Hayes and
    Krippendorff's own algorithm draws single pairs of scores and holds the expected disagreement
    fixed; pairs of one unit share its scores, so the number of independent pieces is overstated and
    the interval too short.  Zapf et al. found the bootstrap of units to hold its level, as
    ``validation/agreement/coverage.csv`` does here from about 30 units on; with fewer it covers
    somewhat too seldom and the caveat ``few_units`` says so.

    References
    ----------
    Krippendorff (2011), *Computing Krippendorff's alpha-reliability*, sections A–D; Hayes &
    Krippendorff (2007), *Communication Methods and Measures* 1, 77–89; Zapf, Castell, Morawietz &
    Karch (2016), *BMC Medical Research Methodology* 16:93.

    Examples
    --------
    >>> scores = [[1, 1], [2, 2], [3, 3], [3, 4], [1, 2]]
    >>> round(float(krippendorff_alpha(scores, "interval")), 3)
    0.832
    """
    check_level(level)
    name = f"alpha.{metric}"
    coded, values, raters = _coded(scores, metric)
    pairable = coded.sum(axis=1) > 1
    labels = _labels(clusters, len(coded))[pairable]
    alone = bool((coded.sum(axis=1) == 1).any())
    coded = coded[pairable]
    counts: dict[str, Any] = {
        "units": len(coded),
        "raters": raters,
        "scores": int(coded.sum()),
        "level": level,
    }
    caveats = caveats_of(len(np.unique(labels)), raters) + (("one_score_only",) if alone else ())
    if not len(coded):
        return Agreement(name, math.nan, reason="no_pairs", caveats=caveats, **counts)
    coincidences = _coincidences(coded)
    value = float(_alpha(coincidences.sum(axis=0)[None], values, metric)[0])
    if math.isnan(value):
        return Agreement(name, math.nan, reason="no_variation", caveats=caveats, **counts)
    lower, upper, more = _interval(coincidences, labels, values, metric, level, draws, seed)
    return Agreement(name, value, lower, upper, caveats=caveats + more, **counts)


def _coded(scores, metric: str) -> tuple[np.ndarray, np.ndarray, int]:
    """How often each value occurs in each unit, the values in order, and the raters who scored."""
    if metric not in get_args(Metric):
        raise ValueError(
            f"metric must be one of {', '.join(get_args(Metric))}, got {metric!r}; scores 1–5 are "
            "'ordinal', names of categories 'nominal'"
        )
    if metric == "nominal":
        table = score_array(scores, "krippendorff_alpha").astype(object)
        codes, found = pd.factorize(table.ravel())
    else:
        numbers = numeric_scores(scores, "krippendorff_alpha")
        if metric == "ratio" and (numbers < 0).any():
            wrong = tuple(np.argwhere(numbers < 0)[0])
            raise ValueError(
                f"krippendorff_alpha: the score of unit {wrong[0]} by rater {wrong[1]} is "
                f"{numbers[wrong]:g}; a ratio scale has no values below zero, use "
                "metric='interval'"
            )
        table = numbers
        codes, found = pd.factorize(table.ravel(), sort=True)
    values = np.arange(len(found)) if metric == "nominal" else np.asarray(found, dtype=float)
    codes = codes.reshape(table.shape)
    counts = np.zeros((table.shape[0], len(values)))
    unit, rater = np.nonzero(codes >= 0)
    np.add.at(counts, (unit, codes[unit, rater]), 1)
    return counts, values, len(np.unique(rater))


def _labels(clusters: ArrayLike | None, units: int) -> np.ndarray:
    if clusters is None:
        return np.arange(units)
    labels = np.asarray(clusters)
    if labels.shape != (units,):
        raise ValueError(
            f"clusters must hold one label for each of the {units} units, got shape {labels.shape}"
        )
    return pd.factorize(labels)[0]


def _coincidences(counts: np.ndarray) -> np.ndarray:
    """Each unit's own matrix of coincidences, units × values × values."""
    pairs = counts[:, :, None] * counts[:, None, :]
    same = np.arange(counts.shape[1])
    pairs[:, same, same] -= counts
    return pairs / (counts.sum(axis=1) - 1)[:, None, None]


def _alpha(observed: np.ndarray, values: np.ndarray, metric: str) -> np.ndarray:
    """α of each matrix of coincidences (draws × values × values); NaN without variation."""
    margins = observed.sum(axis=2)
    total = margins.sum(axis=1)
    distance = _distance(margins, values, metric)
    disagreement = (observed * distance).sum(axis=(1, 2))
    chance = np.einsum("bc,bk,bck->b", margins, margins, np.broadcast_to(distance, observed.shape))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance > 0, 1 - (total - 1) * disagreement / chance, np.nan)


def _distance(margins: np.ndarray, values: np.ndarray, metric: str) -> np.ndarray:
    """Squared differences between values; of ordered ones they depend on how many lie between."""
    if metric == "nominal":
        return (1 - np.eye(len(values)))[None]
    if metric == "ordinal":
        # the count from the middle of c to the middle of k, as Krippendorff's sum amounts to
        middle = np.cumsum(margins, axis=1) - margins / 2
        return (middle[:, :, None] - middle[:, None, :]) ** 2
    difference = values[:, None] - values
    if metric == "interval":
        return (difference**2)[None]
    total = values[:, None] + values
    ratio = np.divide(difference, total, out=np.zeros_like(total), where=total > 0)
    return (ratio**2)[None]


def _interval(coincidences, labels, values, metric, level, draws, seed):
    """Percentiles of α over resampled units, and the caveat of resamples without variation."""
    groups = len(np.unique(labels))
    if draws < 1 or groups < FEWEST:
        return math.nan, math.nan, ("no_interval",) if draws else ()
    size = coincidences.shape[1]
    by_group = np.zeros((groups, size * size))
    np.add.at(by_group, pd.factorize(labels)[0], coincidences.reshape(len(labels), -1))
    rng = np.random.default_rng(seed)
    found = []
    step = max(CHUNK // (size * size), 1)
    for start in range(0, draws, step):
        drawn = rng.multinomial(groups, np.full(groups, 1 / groups), min(step, draws - start))
        found.append(_alpha((drawn @ by_group).reshape(-1, size, size), values, metric))
    alphas = np.concatenate(found)
    undefined = np.isnan(alphas).mean()
    caveat = ("undefined_draws",) if undefined > 0 else ()
    if undefined > UNDEFINED:
        return math.nan, math.nan, caveat
    tail = (1 - level) / 2
    lower, upper = np.nanquantile(alphas, [tail, 1 - tail])
    return float(lower), float(upper), caveat
