"""Who worked with whom: groups of actors that met in one experiment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.monitoring.partners import CITY, RESOURCE_GROUPS
from skk_analysis.monitoring.typed import require_columns

__all__ = ["Cooperation", "cooperation_of"]


@dataclass(frozen=True, eq=False)
class Cooperation:
    """Cooperation in a set of experiments.

    Parameters
    ----------
    matrix : DataFrame
        Groups × groups: experiments that have both; the diagonal, experiments that have the group.
    sectors : DataFrame
        Groups × sectors: experiments in which an actor of the group is of the sector.
    sole : tuple of str
        Experiments with one actor or none on record.
    cross_type : int
        Experiments with actors of at least two groups.
    experiments : int
    """

    matrix: pd.DataFrame
    sectors: pd.DataFrame
    sole: tuple[str, ...]
    cross_type: int
    experiments: int

    @property
    def cross_share(self) -> float:
        """Share of experiments that cross a border between groups; NaN without experiments."""
        return self.cross_type / self.experiments if self.experiments else np.nan


def cooperation_of(partners: pd.DataFrame, experiments: pd.DataFrame) -> Cooperation:
    """Return who met whom.

    Parameters
    ----------
    partners : DataFrame
        The register's table: experiment, group, sector, name.
    experiments : DataFrame
        The register's table: id; partners of other experiments are not counted.
    """
    require_columns(partners, "partners", "experiment", "group", "sector", "name")
    require_columns(experiments, "experiments", "id")
    ids = list(experiments["id"])
    mine = partners[partners["experiment"].isin(ids)]
    groups = list(dict.fromkeys([CITY, *RESOURCE_GROUPS, *mine["group"]]))
    present = pd.crosstab(mine["experiment"], mine["group"]).clip(upper=1)
    present = present.reindex(index=ids, columns=groups, fill_value=0)
    matrix = present.T @ present
    pairs = mine.drop_duplicates(["experiment", "group", "sector"])
    sectors = pd.crosstab(pairs["group"], pairs["sector"]).reindex(groups, fill_value=0)
    actors = mine.groupby("experiment")["name"].nunique().reindex(ids, fill_value=0)
    return Cooperation(
        matrix=matrix.rename_axis(index="group", columns="with"),
        sectors=sectors,
        sole=tuple(actors.index[actors < 2]),
        cross_type=int((present.sum(axis=1) >= 2).sum()),
        experiments=len(ids),
    )
