"""Where segregation lies: M and H split between and within districts, or supergroups.

Standard errors as in :mod:`skk_analysis.metrics.segregation`: people drawn independently, and the
parts of one table have their covariance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.estimate import Estimate, combine
from skk_analysis.metrics.counts import AreaCounts, naming

__all__ = ["SegregationParts", "segregation_parts"]

NON_NEGATIVE = (0.0, np.inf)


@dataclass(frozen=True)
class SegregationParts:
    """Segregation split into between and within districts or supergroups.

    Parameters
    ----------
    index : str
    total, between, within : Estimate
        between + within = total.
    share_between : Estimate
        between / total.
    parts : dict
        Each district's (or supergroup's) contribution to ``within``; they sum to it.
    table : DataFrame
        One row a part: part, population_share, index (its own M or H; NaN when it is of one group
        or one area only), contribution, se.
    """

    index: str
    total: Estimate
    between: Estimate
    within: Estimate
    share_between: Estimate
    parts: dict
    table: pd.DataFrame

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row each for total, between, within and share_between."""
        return tidy(self, ("total", "between", "within", "share_between"), level)


def segregation_parts(
    counts,
    groups=None,
    *,
    districts=None,
    supergroups: Mapping | None = None,
    index: str = "theil_h",
    areas=None,
    total=None,
    units: str = "people",
) -> SegregationParts:
    """Split M or H between and within districts of areas, or supergroups of groups.

    .. math:: M=M_B+\\sum_d t_dM_d,\\qquad
        H=\\frac{M_B}{E}+\\sum_d\\frac{t_dE_d}{E}H_d

    :math:`M_B` is the index of districts × groups (or areas × supergroups), :math:`M_d` that of the
    areas of one district (or the groups of one supergroup), :math:`t_d` its share of people and E
    the entropy of the groups.  Only M and H can be split so.

    Parameters
    ----------
    counts, groups, areas, total, units
        As for every index of segregation.
    districts : column name or sequence
        Each area's district.  Either this or ``supergroups``.
    supergroups : mapping
        Each group's supergroup.
    index : {"theil_h", "mutual_information"}

    References
    ----------
    Theil (1972), *Statistical Decomposition Analysis*, ch. 1; Reardon, Yun & Eitle (2000),
    *Demography* 37, 351–364; Mora & Ruiz-Castillo (2011), *Sociological Methodology* 41, 159–194.

    Examples
    --------
    >>> frame = pd.DataFrame({"part": ["n", "n", "s", "s"], "a": [9, 7, 3, 1], "b": [1, 3, 7, 9]})
    >>> parts = segregation_parts(frame, ["a", "b"], districts="part")
    >>> round(parts.between.value, 4), round(parts.within.value, 4)
    (0.2781, 0.0468)
    """
    if (districts is None) == (supergroups is None):
        raise ValueError("give either districts= (of areas) or supergroups= (of groups)")
    if isinstance(districts, str):
        column, districts = districts, counts[districts]
        left = [c for c in counts.columns if c not in (column, areas, total)]
        groups = left if groups is None else groups
    table = AreaCounts.read(counts, groups, areas=areas, total=total, units=units)
    if supergroups is None:
        code, names = _coded(districts, table.labels, "district")
        cells = table.cells
    else:
        lacking = [g for g in table.groups if g not in supergroups]
        if lacking:
            raise ValueError(f"group {lacking[0]!r} has no supergroup")
        code, names = _coded([supergroups[g] for g in table.groups], table.groups, "supergroup")
        cells = table.cells.T
    return _split(table, cells, code, names, index, transposed=supergroups is not None)


def _split(table, cells, code, names, index, *, transposed) -> SegregationParts:
    """Split the cells' information by the parts of their rows."""
    divide, divide_slope = divisor(table, index)
    merged = np.zeros((len(names), cells.shape[1]))
    np.add.at(merged, code, cells)
    whole, surprise = information(cells)
    apart, coarse = information(merged)
    fine = surprise - coarse[code]

    def estimate(what: str, value: float, slope: np.ndarray, bounds=NON_NEGATIVE) -> Estimate:
        slope = slope.T if transposed else slope
        gradient = slope / divide - value / divide**2 * divide_slope
        return table.estimate(f"{index}, {what}", value / divide, gradient, bounds=bounds)

    total = estimate("total", whole, surprise)
    between = estimate("between", apart, coarse[code])
    within = estimate("within", whole - apart, fine)
    parts, rows = {}, []
    for k, name in enumerate(names):
        mine = (code == k)[:, None]
        value = float((cells * fine * mine).sum())
        parts[name] = estimate(f"within {name}", value, fine * mine)
        own = _own_index(cells[code == k].T if transposed else cells[code == k], index)
        share = float(cells[code == k].sum())
        rows.append((name, share, own, parts[name].value, parts[name].se))
    columns = ["part", "population_share", "index", "contribution", "se"]
    ratio = combine(
        between.value / total.value if total.value > 0 else np.nan,
        [(1 / total.value, between), (-between.value / total.value**2, total)]
        if total.value > 0
        else [],
        method=f"{index}, between / total",
        bounds=(0, 1),
    )
    frame = pd.DataFrame(rows, columns=columns)
    return SegregationParts(index, total, between, within, ratio, parts, frame)


def _own_index(cells: np.ndarray, index: str) -> float:
    """Return a part's own M or H."""
    shared, groups = information(cells)[0], cells.sum(axis=0)
    if np.count_nonzero(groups) < 2 or np.count_nonzero(cells.sum(axis=1)) < 2:
        return np.nan
    own = shared / cells.sum()
    shares = groups[groups > 0] / cells.sum()
    return own if index == "mutual_information" else own / float(-shares @ np.log(shares))


def information(cells: np.ndarray) -> tuple[float, np.ndarray]:
    """Return Σ p·ln(p / row·column) · total and ln(p·total / row·column), 0 in empty cells."""
    expected = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0) / cells.sum()
    filled = cells > 0
    surprise = np.zeros_like(cells)
    surprise[filled] = np.log(cells[filled] / expected[filled])
    return float((cells * surprise).sum()), surprise


def divisor(table: AreaCounts, index: str) -> tuple[float, np.ndarray]:
    """Return what M is divided by (1, or for H the groups' entropy) and its derivative."""
    if index == "mutual_information":
        return 1.0, np.zeros_like(table.cells)
    if index != "theil_h":
        raise ValueError(f"only 'theil_h' and 'mutual_information' can be split, not {index!r}")
    logs = np.log(table.group_shares)
    return float(-table.group_shares @ logs), np.broadcast_to(-logs, table.cells.shape)


def _coded(values, labels, what: str) -> tuple[np.ndarray, list]:
    code, names = pd.factorize(pd.Series(list(values)), sort=True)
    if len(code) != len(labels):
        raise ValueError(f"{len(labels)} rows need as many {what}s, got {len(code)}")
    if (code < 0).any():
        raise ValueError(f"{naming(labels, np.flatnonzero(code < 0))} has no {what}")
    return code, list(names)


def tidy(result, names: tuple, level: float) -> pd.DataFrame:
    """Return one row for each of the named estimates of a result."""
    rows = pd.concat([getattr(result, name).to_frame(level) for name in names])
    rows.insert(0, "part", names)
    return rows.drop(columns="unit").reset_index(drop=True)
