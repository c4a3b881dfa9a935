"""Which way results point, outcome by outcome, where one mean would mislead."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from skk_analysis.figures.table import Cell, Missing, Table
from skk_analysis.language.amounts import probability
from skk_analysis.language.catalogue import text
from skk_analysis.language.quantities import Quantity
from skk_analysis.language.synthesis import outcome_name

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["directions"]

COUNTS = ("k", "above", "below", "positive", "negative", "unclear")
HEADS = {
    False: ("above", "below", "clear", "clear_below"),
    True: ("desired", "other_way", "clear_desired", "clear_other"),
}


def directions(
    found: pd.DataFrame,
    language: str,
    *,
    caption: str = "",
    names: Mapping[str, str] | None = None,
    oriented: bool = False,
    record: str = "directions",
) -> Table:
    """The directions of results as a table.

    Parameters
    ----------
    found : DataFrame
        Of `synthesis.direction_table`.
    language : ``fi``, ``sv`` or ``en``
    caption : default says what the figure of a pooled estimate would
    names : what the outcomes are called
    oriented : whether a positive result is the desired one
    record : start of the numbers' ids
    """
    heads = ("outcome", "k", *HEADS[oriented], "unclear", "share", "sign_p")
    columns = tuple(text(f"table.synthesis.{head}", language) for head in heads)
    rows = []
    for place, row in enumerate(found.to_dict("records"), start=1):
        key = f"{record}.{place}"
        counts = [Quantity(f"{key}.{name}", float(row[name]), "count") for name in COUNTS]
        share: Cell = Missing("not_applicable")
        if math.isfinite(row["share_above"]):
            limits = {"lower": row["lower"], "upper": row["upper"]}
            share = Quantity(f"{key}.share", row["share_above"], "share", 0, **limits)
        p = probability(row["p"], language)
        rows.append((outcome_name(row["outcome"], language, names), *counts, share, p))
    caption = caption or text("chart.pooled.caption", language)
    return Table(caption, columns, tuple(rows), language, wide=True)
