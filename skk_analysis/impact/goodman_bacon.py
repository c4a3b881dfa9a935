"""What a two-way fixed-effects coefficient with staggered dates is an average of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.impact.panel import Panel

__all__ = ["goodman_bacon"]

TO_NEVER, EARLY, LATE = "treated_vs_never", "earlier_vs_later", "later_vs_earlier"


def goodman_bacon(panel: Panel, outcome: str, *, missing: str = "raise") -> pd.DataFrame:
    r"""Return the two-by-two comparisons whose weighted mean is the two-way fixed-effects estimate.

    Parameters
    ----------
    panel : Panel
        Analysis weights are not used.
    outcome : str
    missing : {"raise", "drop"}

    Returns
    -------
    DataFrame
        One row a comparison: ``type`` (``treated_vs_never``; ``earlier_vs_later``, the later ones
        not yet treated; ``later_vs_earlier``, the earlier ones already treated, which is where
        negative weights on effects come from), ``treated`` and ``comparison`` (first treated times;
        NaN = never), ``estimate``, ``weight`` (sums to 1).

    References
    ----------
    Goodman-Bacon (2021), *Journal of Econometrics* 225, 254–277, eqs 10a–10g.

    Examples
    --------
    >>> frame = pd.DataFrame({"city": list("aaabbbccc"), "year": [1, 2, 3] * 3})
    >>> frame["y"] = [0, 1, 2, 0, 0, 1, 0, 0, 0.0]
    >>> staggered = Panel(frame, unit="city", time="year", treated={"a": 2, "b": 3})
    >>> goodman_bacon(staggered, "y")[["type", "estimate"]].values.tolist()[:2]
    [['treated_vs_never', 1.5], ['treated_vs_never', 1.0]]
    """
    block = panel.block(outcome, missing=missing)
    times = len(block.times)
    groups = block.cohorts
    mean = {start: block.values[units].mean(axis=0) for start, units in groups.items()}
    size = {start: len(units) / len(block.names) for start, units in groups.items()}
    treated_share = {start: 1 - block.before(start) / times for start in groups}
    never, never_size = (
        block.values[block.donors].mean(axis=0),
        len(block.donors) / len(block.names),
    )
    rows = []
    for k in groups:
        first = block.before(k)
        estimate = _double_difference(mean[k], never, slice(0, first), slice(first, None))
        n, d = size[k] + never_size, treated_share[k]
        spread = (size[k] / n) * (never_size / n) * d * (1 - d)
        rows.append((TO_NEVER, k, np.nan, estimate, n**2 * spread))
    starts = sorted(groups)
    for i, k in enumerate(starts):
        for later in starts[i + 1 :]:
            a, b = block.before(k), block.before(later)
            n, d_k, d_l = size[k] + size[later], treated_share[k], treated_share[later]
            pair = (size[k] / n) * (size[later] / n)
            estimate = _double_difference(mean[k], mean[later], slice(0, a), slice(a, b))
            # n² and the part of the time used, squared, times the variance of treatment there
            spread = pair * (d_k - d_l) * (1 - d_k)
            rows.append((EARLY, k, later, estimate, n**2 * spread))
            estimate = _double_difference(mean[later], mean[k], slice(a, b), slice(b, None))
            spread = pair * d_l * (d_k - d_l)
            rows.append((LATE, later, k, estimate, n**2 * spread))
    table = pd.DataFrame(rows, columns=["type", "treated", "comparison", "estimate", "weight"])
    table["weight"] /= table["weight"].sum()
    return table


def _double_difference(own, other, before: slice, after: slice) -> float:
    gap = own - other
    return float(gap[after].mean() - gap[before].mean())
