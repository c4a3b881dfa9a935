"""Does the pooled estimate hang on one study?"""

from __future__ import annotations

import pandas as pd

from skk_analysis.synthesis.inference import FEWEST_FOR_Z, MODIFIED, Z
from skk_analysis.synthesis.pooled import Pooled
from skk_analysis.synthesis.pooling import pool_studies
from skk_analysis.synthesis.reasons import Reason, RefusedError

__all__ = ["leave_one_out"]


def leave_one_out(pooled: Pooled) -> pd.DataFrame:
    """Return the pooled estimate without each study in turn.

    Parameters
    ----------
    pooled : Pooled

    Returns
    -------
    DataFrame
        Columns left_out, estimate, se, lower, upper, p, tau2, q, q_p, i2, h2 and same_conclusion:
        whether the interval lies on the same side of zero, or covers it, as with all studies.

    Raises
    ------
    RefusedError
        With two studies: one alone is not a synthesis.

    Examples
    --------
    >>> from skk_analysis.synthesis import pool
    >>> leave_one_out(pool([0.1, 0.3, 0.4], [0.1, 0.1, 0.2]))["estimate"].round(2).tolist()
    [0.32, 0.2, 0.2]
    """
    if pooled.k < 3:
        raise RefusedError(
            Reason("too_few_studies", {"k": pooled.k, "needed": 3}),
            f"leaving one of {pooled.k} studies out leaves nothing to pool; it needs 3",
        )
    rows = []
    for at, name in enumerate(pooled.studies.names):
        less = pool_studies(
            pooled.studies.without(at), pooled.method, _holding(pooled), pooled.level
        )
        same = _side(less.interval) == _side(pooled.interval)
        frame = (less.estimate, less.se, *less.interval, less.p, less.tau2, less.q, less.q_p)
        rows.append((name, *frame, less.i2, less.h2, same))
    columns = "left_out estimate se lower upper p tau2 q q_p i2 h2 same_conclusion"
    return pd.DataFrame(rows, columns=columns.split())


def _holding(pooled: Pooled) -> str:
    """Return the inference that still holds without one study."""
    few = pooled.inference == Z and pooled.method != "FE" and pooled.k - 1 < FEWEST_FOR_Z
    return MODIFIED if few else pooled.inference


def _side(interval: tuple[float, float]) -> int:
    """Return 1, −1 or 0: clearly above zero, clearly below, or neither."""
    return int(interval[0] > 0) - int(interval[1] < 0)
