"""What can be said of effects that can't be pooled: which way they point."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.synthesis.inference import quantile

__all__ = ["direction_table"]


def direction_table(studies: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return for each outcome how many effects point which way, with the sign test.

    Parameters
    ----------
    studies : DataFrame
        One row an effect: columns ``estimate`` and ``se`` (NaN where not known), optionally
        ``study``, ``outcome`` (one for all otherwise) and ``better``, ``higher`` or ``lower``:
        with it positive means beneficial, without it larger.
    level : float, default 0.95
        Of the intervals that make a direction clear.

    Returns
    -------
    DataFrame
        Columns outcome, k; positive, negative, unclear by the interval of each effect (unclear: it
        covers zero or there is none); above, below by the sign of the estimate alone; share_above
        with lower and upper (Clopper–Pearson) and p, the exact two-sided sign test of above
        against below, whatever the intervals (Cochrane Handbook 6.5, §12.2.1.3: counting
        significant results instead has no power).  Estimates of exactly zero are in neither.

    Raises
    ------
    ValueError
        If a column is missing, an estimate is not a number or ``better`` is neither word.

    Examples
    --------
    >>> table = direction_table(pd.DataFrame({"estimate": [2.0, 0.1, 3.0], "se": [0.5, 0.2, 1.0]}))
    >>> table[["positive", "negative", "unclear", "above", "p"]].values.tolist()
    [[2.0, 0.0, 1.0, 3.0, 0.25]]
    """
    from scipy.stats import binomtest

    frame = oriented(studies)
    half = quantile(level, np.inf) * frame["se"]
    frame["positive"] = frame["estimate"] - half > 0
    frame["negative"] = frame["estimate"] + half < 0
    rows = []
    for outcome, mine in frame.groupby("outcome", sort=False):
        above, below = int((mine["estimate"] > 0).sum()), int((mine["estimate"] < 0).sum())
        positive, negative = int(mine["positive"].sum()), int(mine["negative"].sum())
        row = (outcome, len(mine), positive, negative, len(mine) - positive - negative)
        if above + below:
            test = binomtest(above, above + below)
            interval = test.proportion_ci(level)
            share = (above / (above + below), interval.low, interval.high, test.pvalue)
        else:
            share = (np.nan,) * 4
        rows.append((*row, above, below, *share))
    columns = ["outcome", "k", "positive", "negative", "unclear", "above", "below"]
    return pd.DataFrame(rows, columns=[*columns, "share_above", "lower", "upper", "p"])


def oriented(studies: pd.DataFrame) -> pd.DataFrame:
    """Return study, outcome, estimate and se, a positive estimate being the desired direction."""
    missing = {"estimate", "se"} - set(studies.columns)
    if missing:
        raise ValueError(
            f"the studies lack the column {min(missing)!r}; they have {list(studies.columns)}"
        )
    labels = studies.get("study", pd.Series(studies.index, index=studies.index)).astype(str)
    values = studies["estimate"].astype(float)
    if not np.isfinite(values).all():
        at = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(
            f"study {labels.iloc[at]!r}: the estimate is {values.iloc[at]}; leave the study out or "
            "find its figure"
        )
    sign = pd.Series(1.0, index=studies.index)
    if "better" in studies:
        wrong = ~studies["better"].isin(["higher", "lower"])
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                f"study {labels.iloc[at]!r}: better is {studies['better'].iloc[at]!r}; it is "
                "'higher' or 'lower'"
            )
        sign[studies["better"] == "lower"] = -1.0
    outcome = studies.get("outcome", pd.Series("", index=studies.index))
    return pd.DataFrame(
        {
            "study": labels,
            "outcome": outcome,
            "estimate": values * sign,
            "se": studies["se"].astype(float),
        }
    ).reset_index(drop=True)
