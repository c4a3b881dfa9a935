"""Difference-in-differences of group means, from rows of units that lack values at some times."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from skk_analysis.impact.cluster_robust import robust_inference
from skk_analysis.impact.panel import Panel
from skk_analysis.impact.result import Effect
from skk_analysis.impact.two_way import least_squares

__all__ = ["group_means_effect", "without_gaps"]


def without_gaps(panel: Panel, columns: Sequence[str]) -> tuple[Panel, tuple[Hashable, ...]]:
    """Return the panel with the units, treated or not, that have every value, and the others.

    Raises
    ------
    ValueError
        If no treated or no comparison unit is complete.
    """
    _require(panel, columns)
    values = panel.frame[columns].replace([np.inf, -np.inf], np.nan)
    count = values.notna().all(axis=1).groupby(panel.frame[panel.unit]).sum()
    gaps = sorted(count.index[count < len(panel.times)], key=str)
    if not (set(panel.starts) - set(gaps)) or not (set(panel.comparison) - set(gaps)):
        raise ValueError(
            f"no treated or no comparison unit has {list(columns)} at every time; use "
            "missing='available', or a shorter panel"
        )
    return panel.without(units=gaps), tuple(gaps)


def group_means_effect(panel: Panel, outcome: str, *, level: float = 0.95) -> Effect:
    r"""Return the difference-in-differences of all rows that have a value.

    .. math:: Y_{it}=\gamma_{g(i)}+\delta_t+\tau D_{it}+\varepsilon_{it}

    with one group :math:`g` for each first treated time and one for the units never treated; with
    two groups and two times :math:`\hat\tau` is the difference of the differences of four means.
    Errors are CR1 by unit, :math:`K` = groups + times (Stata ``regress …, vce(cluster)``), t with
    units − 1 degrees of freedom.  The effect's ``details`` have the ``means`` as a frame.
    """
    _require(panel, [outcome])
    frame = panel.frame[panel.frame[panel.unit].isin([*panel.starts, *panel.comparison])]
    rows = frame[np.isfinite(frame[outcome].astype(float))]
    rows = rows.sort_values([panel.unit, panel.time], key=lambda c: c.map(str))
    start = rows[panel.unit].map(panel.starts).astype(float).fillna(np.inf).to_numpy()
    time = rows[panel.time].to_numpy(dtype=int)
    unit = pd.factorize(rows[panel.unit])[0]
    weight = None if panel.weights is None else rows[panel.weights].to_numpy(dtype=float)
    y = rows[outcome].to_numpy(dtype=float)
    means = _means(y, start, time, weight)
    if means.isna().any(axis=None):
        group, at = np.argwhere(means.isna().to_numpy())[0]
        raise ValueError(
            f"{outcome}: no value at time {means.columns[at]} in group {means.index[group]!r}; "
            "shorten the panel"
        )
    x = np.column_stack(
        [
            (time >= start).astype(float),
            *[(start == g).astype(float) for g in np.unique(start)],
            *[(time == t).astype(float) for t in np.unique(time)[1:]],
        ]
    )
    found = least_squares(y, x, unit, weight)
    estimate, se = float(found.coefficients[0]), float(np.sqrt(found.covariance[0, 0]))
    treated = len(set(unit[np.isfinite(start)]))
    comparison = len(set(unit)) - treated
    fields, details = robust_inference(estimate, se, found.dof, level, treated, comparison)
    first = int(start.min())
    return Effect(
        estimate=estimate,
        method="difference_in_differences",
        inference="cluster_robust",
        outcome=outcome,
        level=level,
        n_treated=treated,
        n_comparison=comparison,
        years=tuple(int(t) for t in np.unique(time) if t >= first),
        details={**details, "means": means, "rows": len(y), "rows_without": len(frame) - len(y)},
        provenance={"missing": "available", "small_sample_factor": found.factor},
        **fields,
    )


def _require(panel: Panel, columns: Sequence[str]) -> None:
    for name in columns:
        if name not in panel.frame.columns:
            raise ValueError(f"no column(s) {[name]}; the table has {list(panel.frame.columns)}")
        if not pd.api.types.is_numeric_dtype(panel.frame[name]):
            raise ValueError(f"column {name!r} must hold numbers, has {panel.frame[name].dtype}")


def _means(y, start, time, weight) -> pd.DataFrame:
    """Return means by group (first treated time, or "never") and time."""
    w = np.ones(len(y)) if weight is None else weight
    group = ["never" if np.isinf(s) else str(int(s)) for s in start]
    table = pd.DataFrame({"group": group, "time": time, "y": y * w, "w": w})
    sums = table.groupby(["group", "time"])[["y", "w"]].sum()
    return (sums["y"] / sums["w"]).unstack()
