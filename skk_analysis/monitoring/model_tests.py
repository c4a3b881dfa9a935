"""Tests of the experiments' models: with the target audience, and in practice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import numbers, require_columns

__all__ = ["TEST_KINDS", "summarise_tests"]

TEST_KINDS = ("kohdeyleisö", "käytäntö")
"""With the target audience (one founding document) and in practice (the other): both are kept."""


def summarise_tests(tests: pd.DataFrame, by: str = "kind") -> pd.DataFrame:
    """Return how many tests there were, with whom, and how many changed the model.

    Parameters
    ----------
    tests : DataFrame
        The register's table: kind, n, change_made (yes/no; empty = not recorded).
    by : column that divides the rows

    Returns
    -------
    DataFrame
        One row a kind (both kinds also where there is none of one) and a last row ``all``: the
        column ``by``, tests, persons (sum of n where given), without_n (tests that lack it),
        changed, unknown (change not recorded), share (changed of those recorded; NaN without any).

    Raises
    ------
    ValueError
        If ``n`` is no number or below 0, or ``change_made`` is neither yes, no nor empty.

    Examples
    --------
    >>> rows = [("kohdeyleisö", "14", "yes"), ("käytäntö", "31", "no")]
    >>> summarise_tests(pd.DataFrame(rows, columns=["kind", "n", "change_made"]))["share"].tolist()
    [1.0, 0.0, 0.5]
    """
    require_columns(tests, "tests", by, "n", "change_made")
    persons = numbers(tests, "tests", "n")
    if (persons < 0).any():
        raise ValueError(
            f"register table 'tests': n is {np.nanmin(persons):g}; it can't be below 0"
        )
    for row, cell in enumerate(tests["change_made"], 2):
        if cell not in ("yes", "no", ""):
            raise ValueError(
                f"register table 'tests', row {row}: change_made is {cell!r}; write yes or no"
            )
    there = list(dict.fromkeys([*(TEST_KINDS if by == "kind" else ()), *tests[by]]))
    rows = [
        {by: name, **_counts(tests["change_made"].to_numpy()[mine], persons[mine])}
        for name in there
        for mine in [tests[by].eq(name).to_numpy(dtype=bool)]
    ]
    rows.append({by: "all", **_counts(tests["change_made"].to_numpy(), persons)})
    return pd.DataFrame(rows)


def _counts(changed: np.ndarray, persons: np.ndarray) -> dict[str, float]:
    yes, recorded = int((changed == "yes").sum()), int((changed != "").sum())
    return {
        "tests": len(changed),
        "persons": float(np.nansum(persons)),
        "without_n": int(np.isnan(persons).sum()),
        "changed": yes,
        "unknown": len(changed) - recorded,
        "share": yes / recorded if recorded else np.nan,
    }
