"""How alike units are in several features at once, each counted in its own spread."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

__all__ = ["profile_distances"]


def profile_distances(features: pd.DataFrame, unit: Hashable) -> pd.Series:
    """Return how far every other unit is from one, nearest first.

    .. math:: d_{ij}=\\sqrt{\\frac1p\\sum_{f=1}^p\\Big(\\frac{x_{if}-x_{jf}}{s_f}\\Big)^2}

    the root mean square of the differences in p features, each in standard deviations
    :math:`s_f` over all units: 1 is as far as units usually differ from their mean.

    Parameters
    ----------
    features : DataFrame
        A row a unit (by name), a column a feature; numbers, none missing.
    unit : hashable
        The unit that distances are measured from.

    Returns
    -------
    Series
        Distance by unit, without the unit itself; equal ones in the frame's order.

    Raises
    ------
    ValueError
        If the unit has no row, a number is missing, or a feature does not vary.

    References
    ----------
    Everitt, Landau, Leese & Stahl (2011), *Cluster Analysis*, 5th ed., §3.3 and §3.7
    (standardised Euclidean distance).

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [0.0, 1, 5], "y": [1.0, 1, 2]}, index=["a", "b", "c"])
    >>> profile_distances(frame, "a").round(2).to_dict()
    {'b': 0.27, 'c': 1.81}
    """
    if unit not in features.index:
        raise ValueError(f"unit {unit!r} has no row; there are {list(features.index[:5])} …")
    values = features.to_numpy(dtype=float)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise ValueError(
            f"unit {features.index[row]!r} has no {features.columns[column]!r}; leave it out"
        )
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1])
    if not (spread > 0).all():
        flat = features.columns[int(np.argmin(spread))]
        raise ValueError(f"feature {flat!r} is the same in every unit and tells none apart")
    apart = (values - values[features.index.get_loc(unit)]) / spread
    distance = pd.Series(np.sqrt((apart**2).mean(axis=1)), index=features.index)
    return distance.drop(unit).sort_values(kind="stable")
