"""What the cities decided at the end of the first year, on what evidence, and what followed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skk_analysis.monitoring.typed import require_columns
from skk_analysis.monitoring.until import until

__all__ = ["decisions_on"]


def decisions_on(decisions: pd.DataFrame, cities: Sequence[str], year: int) -> pd.DataFrame:
    """Return the decisions made by the end of a year, a row for cities without one too.

    Parameters
    ----------
    decisions : DataFrame
        The register's table: city_code, year, date, decision_*, reasons_*, evidence_*, followed_*.
    cities : sequence of str
        Codes of the cities that were to decide.
    year : int
        Of the report; what followed a decision is told only in a later year's.

    Returns
    -------
    DataFrame
        The register's columns with decided (whether there is a decision), reasoned and evidenced
        (reasons and evidence are on record) and follow_up (whether what followed may be shown).
    """
    require_columns(decisions, "decisions", "city_code", "date")
    known = until(decisions, year)
    found = known[known["city_code"].isin(list(cities))]
    none = [code for code in cities if code not in set(found["city_code"])]
    rows = pd.concat(
        [found.assign(decided=True), pd.DataFrame({"city_code": none}).assign(decided=False)],
        ignore_index=True,
    ).fillna("")
    order = {code: place for place, code in enumerate(cities)}
    rows = rows.sort_values("city_code", key=lambda c: c.map(order), kind="stable")
    rows = rows.reset_index(drop=True)
    for name, field in (("reasoned", "reasons"), ("evidenced", "evidence")):
        rows[name] = _any(rows, field)
    made = rows["date"].str[:4]
    rows["follow_up"] = _any(rows, "followed") & (made != "") & (made < str(year))
    return rows


def _any(rows: pd.DataFrame, field: str) -> pd.Series:
    cells = rows.filter(regex=rf"^{field}(_|$)")
    return (cells != "").any(axis=1) if len(cells.columns) else pd.Series(False, rows.index)
