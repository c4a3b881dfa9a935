"""A figure that its publisher hid must not be what remains when the shown parts are subtracted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from skk_analysis import protected
from skk_analysis.reporting.disclosure.systems import Found

CELL = protected.CELL
PLACE = ["unit_level", "unit_code", "reference_year", "group"]
PREFIX = "paavo."
RULE, SOURCE = "differencing", "publisher"


def further_hidden(rows: pd.DataFrame, parts: Mapping[str, Sequence[Sequence[str]]]) -> Found:
    """Parts to hide so that no hidden figure of the publisher follows from a total and the rest.

    Parameters
    ----------
    rows : of ``observations``, of publishers who protect their figures themselves
    parts : totals to the ways in which they are divided, as names after ``paavo.``

    Notes
    -----
    In every division with exactly one hidden part and a shown total, the smallest shown part is
    hidden as well; a total that is itself hidden follows from its parts, if all are shown, and
    protects nothing then. Hiding a part may leave another division with one hidden part, so this
    goes on until there is none. A part of zero is hidden last: it would hide nothing.
    """
    sums = [
        (f"{PREFIX}{total}", [f"{PREFIX}{part}" for part in way])
        for total, ways in parts.items()
        for way in ways
    ]
    names = list(dict.fromkeys(name for total, way in sums for name in (total, *way)))
    mine = rows[rows["indicator"].isin(names)].drop_duplicates([*PLACE, "indicator"], keep="last")
    hidden_somewhere = mine.loc[mine["status"] == "protected", PLACE].drop_duplicates()
    mine = mine.merge(hidden_somewhere, on=PLACE)
    if mine.empty:
        return Found(pd.DataFrame(columns=[*CELL, "role", "rule", "source", "resource"]))
    value = mine.pivot(index=PLACE, columns="indicator", values="value").reindex(columns=names)
    status = mine.pivot(index=PLACE, columns="indicator", values="status").reindex(columns=names)
    place = {name: i for i, name in enumerate(names)}
    numbers = value.to_numpy(float)
    hidden = (status == "protected").to_numpy()
    shown = (status == "observed").to_numpy()
    added = np.zeros_like(hidden)
    changed = True
    while changed:
        changed = False
        for total, way in sums:
            of = [place[name] for name in (total, *way)]
            alone = (hidden[:, of].sum(axis=1) == 1) & (shown | hidden)[:, of].all(axis=1)
            for row in np.flatnonzero(alone):
                column = _smallest(numbers[row], of[1:], shown[row] & ~hidden[row])
                if column is not None:
                    hidden[row, column] = added[row, column] = changed = True
    where = np.argwhere(added)
    cells = value.index[where[:, 0]].to_frame(index=False)
    cells["indicator"] = [names[column] for _, column in where]
    cells = cells.merge(mine[[*CELL, "resource"]], on=CELL)
    return Found(cells.assign(role="secondary", rule=RULE, source=SOURCE))


def _smallest(numbers: np.ndarray, parts: Sequence[int], may: np.ndarray) -> int | None:
    """The part to hide: the smallest above zero, else a zero, else none."""
    open_ones = [part for part in parts if may[part]]
    if not open_ones:
        return None
    return min(open_ones, key=lambda part: (numbers[part] == 0, numbers[part]))
