"""Inequality between and within areas or groups, and change by composition and conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate, combine
from skk_analysis.metrics.design import SurveyDesign, as_design
from skk_analysis.metrics.distribution import Distribution
from skk_analysis.metrics.inequality import entropy_kernel, require_entropy_domain

__all__ = ["CompositionChange", "Decomposition", "composition_change", "decompose"]

TIMES = ("_before", "_after")
ENTROPY = (0.0, np.inf)
ALPHA = {"theil_t": 1.0, "mld": 0.0}


@dataclass(frozen=True)
class Decomposition:
    """Inequality split into between and within groups.

    Parameters
    ----------
    index : str
    total, between, within : Estimate
        within = total − between.
    share_between : Estimate
        between / total.
    between_bias : float
        How much sampling error in the groups' means alone adds to the plug-in ``between``
        (second-order).  Large beside ``between`` when groups are many and their samples small.
    groups : DataFrame
        One row a group: labels, n, population_share, total_share, mean, mean_se, within (the
        group's own index).
    """

    index: str
    total: Estimate
    between: Estimate
    within: Estimate
    share_between: Estimate
    between_bias: float
    groups: pd.DataFrame

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row each for total, between, within and share_between."""
        parts = ("total", "between", "within", "share_between")
        rows = pd.concat([getattr(self, part).to_frame(level) for part in parts])
        rows.insert(0, "part", parts)
        return rows.reset_index(drop=True)


def decompose(
    data,
    column: str | None = None,
    groups: str | Sequence[str] = (),
    *,
    index: str | float = "theil_t",
    correct: bool = False,
    weights=None,
    missing: str | None = None,
) -> Decomposition:
    """Split generalised entropy into inequality between and within groups.

    .. math:: B=\\sum_k p_k\\,\\varphi_\\alpha(\\mu_k/\\mu),\\qquad W=GE(\\alpha)-B

    with :math:`\\varphi_\\alpha` as in :func:`~skk_analysis.metrics.generalized_entropy`.  W
    weighs each group's own index by its share of the total for Theil T, of the people for MLD.

    Parameters
    ----------
    data, column, weights, missing
        As for every index.
    groups : column name or names
        Areas or groups; every row needs one.
    index : {"theil_t", "mld"} or float, default "theil_t"
        A number is α of generalised entropy.
    correct : bool, default False
        Move ``between_bias`` from between to within.  Off, the plug-in identity is given, right
        for a register; on, the between part is nearly unbiased in a sample of small groups.

    Notes
    -----
    Influence function of B at z in group k: :math:`\\varphi(r_k)-B+r_k\\varphi'(r_k)(z/\\mu_k-1)
    -E[r_k\\varphi'(r_k)](z/\\mu-1)`, :math:`r_k=\\mu_k/\\mu`.  The bias is half of
    :math:`\\sum_k p_k r_k^{\\alpha-2}\\hat V(\\mu_k)-\\hat V(\\mu)` over :math:`\\mu^2`.

    References
    ----------
    Shorrocks (1984), *Econometrica* 52, 1369–1385; Bourguignon (1979), *Econometrica* 47.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1, 2, 3, 4], "area": ["a", "a", "b", "b"]})
    >>> parts = decompose(frame, "y", "area")
    >>> round(parts.between.value, 6), round(parts.share_between.value, 2)
    (0.082283, 0.77)
    """
    name, alpha = _named_alpha(index)
    design, column = as_design(data, column, weights=weights, missing=missing)
    rows, values, note = design.values(column)
    share = design.weights[rows] / design.weights[rows].sum()
    codes, labels = design.on(rows).group_codes(groups)
    table = _group_table(design, rows, values, codes, labels, name, alpha)

    total, of_total = _entropy(values, share, alpha)
    between, of_between = _between(values, share, codes, table, alpha)
    bias = _between_bias(design, rows, values, share, table, alpha)
    between -= bias if correct else 0.0

    method = "; ".join(filter(None, [f"{name} by {_listed(groups)}", note]))
    whole = design.estimate(total, rows, of_total, method=method, bounds=ENTROPY)
    part = design.estimate(between, rows, of_between, method=method, bounds=ENTROPY)
    rest = combine(total - between, [(1, whole), (-1, part)], method=method, bounds=ENTROPY)
    ratio = part / whole if total > 0 else part * 0.0
    ratio = replace(ratio, method=method, bounds=(0.0, 1.0))
    return Decomposition(name, whole, part, rest, ratio, bias, table)


def _entropy(values, share, alpha) -> tuple[float, np.ndarray]:
    """Return generalised entropy and its influence function, in the order of the rows."""
    ratio = values / (share @ values)
    kernel, elasticity = entropy_kernel(ratio, alpha)
    value = float(share @ kernel)
    return value, kernel - value - float(share @ elasticity) * (ratio - 1)


def _between(values, share, codes, table, alpha) -> tuple[float, np.ndarray]:
    """Return the between part and its influence function, in the order of the rows."""
    p, means = table["population_share"].to_numpy(), table["mean"].to_numpy()
    mean = float(share @ values)
    kernel, elasticity = entropy_kernel(means / mean, alpha)
    value = float(p @ kernel)
    # where everybody has nothing, everybody is at the group's mean
    own = np.divide(values, means[codes], out=np.ones_like(values), where=means[codes] != 0)
    influence = kernel[codes] - value + elasticity[codes] * (own - 1)
    return value, influence - float(p @ elasticity) * (values / mean - 1)


def _named_alpha(index: str | float) -> tuple[str, float]:
    if isinstance(index, str):
        if index not in ALPHA:
            raise ValueError(f"index must be one of {sorted(ALPHA)} or a number, got {index!r}")
        return index, ALPHA[index]
    return f"generalized_entropy(alpha={index:g})", float(index)


def _listed(groups: str | Sequence[str]) -> str:
    return groups if isinstance(groups, str) else ", ".join(groups)


def _group_table(design, rows, values, codes, labels, name, alpha) -> pd.DataFrame:
    """Return each group's size, share, mean with its error, and own index."""
    weight = design.weights[rows]
    whole = Distribution(*_ascending(values, weight, rows))
    require_entropy_domain(whole, name, alpha)
    figures = []
    for k in range(len(labels)):
        mine = codes == k
        w, y = weight[mine], values[mine]
        mean = float(w @ y) / w.sum()
        own = entropy_kernel(y / mean, alpha)[0] if mean > 0 else np.zeros_like(y)
        figures.append(
            {
                "n": int(mine.sum()),
                "population_share": w.sum() / weight.sum(),
                "total_share": float(w @ y) / float(weight @ values),
                "mean": mean,
                "mean_se": design.estimate(mean, rows[mine], y - mean, method="mean").se,
                "within": float(w @ own) / w.sum(),
            }
        )
    return pd.concat([labels, pd.DataFrame(figures)], axis=1)


def _ascending(values, weight, rows):
    order = np.argsort(values, kind="stable")
    return values[order], weight[order], rows[order]


def _between_bias(design, rows, values, share, table, alpha) -> float:
    """Return the second-order bias of the plug-in between part."""
    mean = float(share @ values)
    ratio = table["mean"].to_numpy() / mean
    noise = table["mean_se"].fillna(0).to_numpy() ** 2
    curved = np.where(ratio > 0, np.where(ratio > 0, ratio, 1) ** (alpha - 2), 0) * noise
    overall = design.estimate(mean, rows, values - mean, method="mean").se ** 2
    return float(table["population_share"].to_numpy() @ curved - overall) / (2 * mean**2)


@dataclass(frozen=True)
class CompositionChange:
    """Change of a mean or rate split into who the people are and how they fare.

    Parameters
    ----------
    change, composition, conditions : Estimate
        composition + conditions = change.
    groups : DataFrame
        One row a group: labels, share_before, share_after, mean_before, mean_after, composition
        (relative to the overall mean, so that the column sums to the whole) and conditions.
    """

    change: Estimate
    composition: Estimate
    conditions: Estimate
    groups: pd.DataFrame

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row each for change, composition and conditions."""
        parts = ("change", "composition", "conditions")
        rows = pd.concat([getattr(self, part).to_frame(level) for part in parts])
        rows.insert(0, "part", parts)
        return rows.reset_index(drop=True)


def composition_change(
    before: SurveyDesign, after: SurveyDesign, column: str, groups: str | Sequence[str]
) -> CompositionChange:
    """Split the change of a mean or rate by groups into composition and conditions.

    .. math:: \\bar y_1-\\bar y_0=\\sum_k(s_{1k}-s_{0k})\\frac{m_{0k}+m_{1k}}2
        +\\sum_k(m_{1k}-m_{0k})\\frac{s_{0k}+s_{1k}}2

    with the groups' shares of people s and means m: Kitagawa's symmetrical decomposition, which
    is the Shapley value of the two factors.  A group present at one time only counts wholly as
    composition (its mean is taken to be the same at the other time).

    Parameters
    ----------
    before, after : SurveyDesign
        Usually two domains of one design, ``design.where("year == 2019")`` and 2020; then people
        in both are accounted for in the standard errors.
    column : str
        A number, or 0/1 for a rate.
    groups : column name or names

    References
    ----------
    Kitagawa (1955), *JASA* 50, 1168–1194; Das Gupta (1993), *Standardization and Decomposition of
    Rates*, ch. 2.

    Examples
    --------
    >>> frame = pd.DataFrame({"year": [0, 0, 0, 1, 1, 1], "y": [1.0, 1, 3, 1, 3, 3],
    ...                       "g": ["a", "a", "b", "a", "b", "b"]})
    >>> design = SurveyDesign(frame)
    >>> parts = composition_change(design.where("year == 0"), design.where("year == 1"), "y", "g")
    >>> round(parts.composition.value, 4), round(parts.conditions.value, 4)
    (0.6667, 0.0)
    """
    by = [groups] if isinstance(groups, str) else list(groups)
    sides = [_GroupMeans.of(design, column, by) for design in (before, after)]
    named = [s.table.add_suffix(time) for s, time in zip(sides, TIMES, strict=True)]
    table = named[0].join(named[1], how="outer").sort_index()
    alone = table.isna().any(axis=1).to_numpy()  # its one mean stands for both times
    s0, s1 = table[["share_before", "share_after"]].fillna(0.0).to_numpy().T
    m0, m1 = table[["mean_before", "mean_after"]].bfill(axis=1).ffill(axis=1).to_numpy().T
    moved, step, middle, size = s1 - s0, m1 - m0, (m0 + m1) / 2, (s0 + s1) / 2

    moved_by_mean = np.where(alone, moved, moved / 2)
    method = f"composition by {_listed(groups)}"
    composition = _of_sides(
        sides, table, moved @ middle, [-middle, middle], [moved_by_mean, moved_by_mean], method
    )
    method = f"conditions by {_listed(groups)}"
    of_mean = np.where(alone, 0.0, size)
    conditions = _of_sides(
        sides, table, size @ step, [step / 2, step / 2], [-of_mean, of_mean], method
    )
    table["composition"] = moved * (middle - size @ middle)
    table["conditions"] = size * step
    return CompositionChange(composition + conditions, composition, conditions, table.reset_index())


@dataclass(frozen=True)
class _GroupMeans:
    """One side of a comparison: rows, each row's group, and the groups' shares and means."""

    design: SurveyDesign
    rows: np.ndarray
    incomes: np.ndarray
    codes: np.ndarray
    table: pd.DataFrame

    @classmethod
    def of(cls, design: SurveyDesign, column: str, by: list[str]) -> _GroupMeans:
        rows, incomes, _ = design.values(column)
        codes, labels = design.on(rows).group_codes(by)
        weight = design.weights[rows] / design.weights[rows].sum()
        share = np.bincount(codes, weight)
        mean = np.bincount(codes, weight * incomes) / share
        return cls(
            design, rows, incomes, codes, labels.assign(share=share, mean=mean).set_index(by)
        )


def _of_sides(sides, table, value, by_share, by_mean, method) -> Estimate:
    """Return a function of both sides' group shares and means, given its derivatives by them."""
    terms = []
    for side, share_slope, mean_slope in zip(sides, by_share, by_mean, strict=True):
        group = table.index.get_indexer(side.table.index)[side.codes]
        share, mean = side.table[["share", "mean"]].to_numpy()[side.codes].T
        influence = share_slope[group] + mean_slope[group] * (side.incomes - mean) / share
        weight = side.design.weights[side.rows]
        influence -= (weight @ influence) / weight.sum()
        terms.append((1, side.design.estimate(0.0, side.rows, influence, method=method)))
    return combine(value, terms, method=method)
