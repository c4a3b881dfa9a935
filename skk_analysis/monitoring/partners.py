"""Partners of the experiments by sector and by the programme's resource groups."""

from __future__ import annotations

import pandas as pd

from skk_analysis.monitoring.typed import require_columns

__all__ = ["CITY", "RESOURCE_GROUPS", "partner_mix", "partners_by_group"]

RESOURCE_GROUPS = ("asukkaat", "yritykset", "korkeakoulut", "järjestöt")
"""Whose resources the programme wants to join with the city's (third renewal principle)."""
CITY = "kaupunki"


def partners_by_group(partners: pd.DataFrame) -> pd.DataFrame:
    """Return partners and sectors by group: the city, the four resource groups, then others.

    Parameters
    ----------
    partners : DataFrame
        The register's table: group, sector, name.

    Returns
    -------
    DataFrame
        group, partners (different names), sectors (tuple of different sectors); groups without
        any partner are there with 0.
    """
    require_columns(partners, "partners", "group", "sector", "name")
    groups = dict.fromkeys([CITY, *RESOURCE_GROUPS, *partners["group"]])
    rows = []
    for group in groups:
        mine = partners[partners["group"] == group]
        sectors = tuple(sorted({sector for sector in mine["sector"] if sector}))
        rows.append({"group": group, "partners": mine["name"].nunique(), "sectors": sectors})
    return pd.DataFrame(rows)


def partner_mix(partners: pd.DataFrame, by: str = "experiment") -> pd.DataFrame:
    """Return how mixed each experiment's partners are.

    Returns
    -------
    DataFrame
        One row an experiment: the column ``by``, partners, sectors (different), city_sectors
        (different, of the city itself), resource_groups (of the four, present), alone (one sector
        only: no boundary is crossed).
    """
    require_columns(partners, "partners", by, "group", "sector", "name")
    rows = []
    for name, mine in partners.groupby(by, sort=False):
        sectors = mine["sector"][mine["sector"] != ""].nunique()
        city = mine[mine["group"] == CITY]
        rows.append(
            {
                by: name,
                "partners": mine["name"].nunique(),
                "sectors": sectors,
                "city_sectors": city["sector"].nunique(),
                "resource_groups": len(set(mine["group"]) & set(RESOURCE_GROUPS)),
                "alone": sectors < 2,
            }
        )
    columns = [by, "partners", "sectors", "city_sectors", "resource_groups", "alone"]
    return pd.DataFrame(rows, columns=columns)
