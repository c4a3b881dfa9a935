"""Which of the programme's values have an indicator in which dimension, and which have none."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skk_analysis.monitoring.typed import require_columns

__all__ = ["VALUES", "value_coverage"]

VALUES = ("ihmisarvo", "tasa-arvo", "oikeudenmukaisuus", "myötätunto")
"""The core of social sustainability in the founding document: human dignity as equality, justice
and compassion."""


def value_coverage(indicators: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return values × dimensions: how many indicators are tagged with the value.

    Parameters
    ----------
    indicators : DataFrame
        The indicator dictionary: dimension, values (several joined by ``;``).
    dimensions : sequence of str
        The matrix's columns in their order.
    """
    require_columns(indicators, "indicators", "dimension", "values")
    tags = indicators.assign(value=indicators["values"].str.split(";")).explode("value")
    tags = tags[tags["value"] != ""]
    names = list(dict.fromkeys([*VALUES, *tags["value"]]))
    counts = pd.crosstab(tags["value"], tags["dimension"])
    return counts.reindex(index=names, columns=list(dimensions), fill_value=0)
