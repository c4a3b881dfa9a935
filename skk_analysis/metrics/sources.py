"""Which kinds of income make inequality: earnings, capital, transfers, taxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate
from skk_analysis.metrics.design import SurveyDesign, as_design
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.ranking import Ranking

__all__ = ["SourceDecomposition", "decompose_sources"]


@dataclass(frozen=True)
class SourceDecomposition:
    """Inequality of a total split by its sources.

    Parameters
    ----------
    index : {"gini", "half_squared_cv"}
    total : Estimate
        The index of the total: the sum of the contributions.
    income_share, contribution, proportion : dict of str to Estimate
        By source: its share of the total, its part of the index, and that part over the index.
    """

    index: str
    total: Estimate
    income_share: dict[str, Estimate]
    contribution: dict[str, Estimate]
    proportion: dict[str, Estimate]

    @property
    def effect(self) -> dict[str, Estimate]:
        """Relative change of the Gini coefficient, times 100, when a source grows by 1 %.

        For half the squared coefficient of variation twice the same: it is of second degree.
        """
        power = 1 if self.index == "gini" else 2
        return {k: (self.proportion[k] - self.income_share[k]) * power for k in self.proportion}

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a source and part: source, part, value, se, lower, upper, n, method."""
        parts = ("income_share", "contribution", "proportion", "effect")
        rows = [
            {"source": source, "part": part} | estimate.to_dict(level)
            for part in parts
            for source, estimate in getattr(self, part).items()
        ]
        return pd.DataFrame(rows).drop(columns="unit")


def decompose_sources(
    data: SurveyDesign | pd.DataFrame,
    sources: Sequence[str],
    *,
    index: str = "gini",
    weights=None,
    missing: str | None = None,
) -> SourceDecomposition:
    """Split the inequality of a total into what each of its sources contributes.

    .. math:: G=\\sum_k\\frac{2\\,\\mathrm{cov}(y_k,R)}{\\mu},\\qquad
        \\frac{CV^2}2=\\sum_k\\frac{\\mathrm{cov}(y_k,y)}{2\\mu^2}

    with the total :math:`y=\\sum_k y_k` and its rank R (ties by half).  The first is Lerman and
    Yitzhaki's: a source's part is its share times its concentration index by the total's rank.
    The second's proportions :math:`\\mathrm{cov}(y_k,y)/\\mathrm{var}(y)` are Shorrocks' natural
    decomposition, which he shows to serve every index.  Sources may be negative (taxes); a part is
    negative when the source evens out.  The mean of the total must be positive.

    Influence functions of the covariances: as in :func:`concentration_index`, what each person
    does to everybody's rank included, and :math:`(z_k-\\mu_k)(z-\\mu)-\\mathrm{cov}(y_k,y)`; the
    parts are ratios of estimates from the same rows.

    Parameters
    ----------
    data, weights, missing
        As for every index.
    sources : sequence of column names
        Kinds of income that add up to the total.
    index : {"gini", "half_squared_cv"}

    References
    ----------
    Lerman & Yitzhaki (1985), *Review of Economics and Statistics* 67, 151–156; Stark, Taylor &
    Yitzhaki (1986), *Economic Journal* 96, 722–740, for ``effect``; Shorrocks (1982),
    *Econometrica* 50, 193–211.

    Examples
    --------
    >>> frame = pd.DataFrame({"earnings": [1.0, 2, 6], "transfers": [2.0, 1, 0]})
    >>> parts = decompose_sources(frame, ["earnings", "transfers"])
    >>> {source: round(e.value, 4) for source, e in parts.contribution.items()}
    {'earnings': 0.25, 'transfers': -0.0833}
    """
    if index not in ("gini", "half_squared_cv"):
        raise ValueError(f"index must be 'gini' or 'half_squared_cv', got {index!r}")
    if len(set(sources)) < 2 or isinstance(sources, str):
        raise ValueError(f"name at least two different sources of the total, got {sources!r}")
    design, _ = as_design(data, sources[0], weights=weights, missing=missing)
    rows, incomes, note = _complete(design, sources)
    total = incomes.sum(axis=0)
    moments = _ranked if index == "gini" else _squared
    covariances = moments(design, rows, incomes, total)
    method = "; ".join(filter(None, [f"{index} by source", note]))

    def estimated(value: float, influence: np.ndarray) -> Estimate:
        return design.estimate(value, rows, influence, method=method)

    share = design.weights[rows] / design.weights[rows].sum()
    means = [estimated(float(share @ y), y - share @ y) for y in incomes]
    parts = [estimated(*found) for found in covariances]
    mean, whole = sum(means[1:], means[0]), sum(parts[1:], parts[0])
    if not mean.value > 0:
        raise ValueError(f"the total's mean is {mean.value:g}; it must be > 0")
    scale = mean if index == "gini" else 2 * mean * mean
    named = [dict(zip(sources, found, strict=True)) for found in (means, parts)]
    return SourceDecomposition(
        index,
        whole / scale,
        {k: e / mean for k, e in named[0].items()},
        {k: e / scale for k, e in named[1].items()},
        {k: e / whole if whole.value else e * 0.0 for k, e in named[1].items()},
    )


def _complete(design: SurveyDesign, sources: Sequence[str]) -> tuple[np.ndarray, np.ndarray, str]:
    """Return the rows that have all sources, and these, shape (sources, rows)."""
    read = [design.values(source) for source in sources]
    rows = reduce(np.intersect1d, [found for found, _, _ in read])
    incomes = np.stack([y[np.argsort(at)][np.isin(np.sort(at), rows)] for at, y, _ in read])
    return rows, incomes, "; ".join(filter(None, [note for _, _, note in read]))


def _ranked(design, rows, incomes, total) -> list[tuple[float, np.ndarray]]:
    """Return twice each source's covariance with the total's rank, and its influence function."""
    dist = Distribution(total, design.weights[rows], rows)
    ranking, share = Ranking.of(pd.Series(total), dist), dist.share
    found = []
    for y in incomes:
        placed = y * ranking.ridit
        product, mean = float(share @ placed), float(share @ y)
        influence = 2 * (placed + ranking.above(y) - 2 * product) - (y - mean)
        found.append((2 * product - mean, influence))
    return found


def _squared(design, rows, incomes, total) -> list[tuple[float, np.ndarray]]:
    """Return each source's covariance with the total, and its influence function."""
    share = design.weights[rows] / design.weights[rows].sum()
    excess = total - share @ total
    products = [(y - share @ y) * excess for y in incomes]
    return [(float(share @ p), p - share @ p) for p in products]
