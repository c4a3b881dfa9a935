"""Preventive, early and corrective experiments: a claim to examine, not to assume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import require_columns

__all__ = ["FEWEST_OF_A_STAGE", "STAGES", "StageTable", "stage_table"]

STAGES = ("ehkäisevä", "varhainen", "korjaava")
EARLY = ("ehkäisevä", "varhainen")
FEWEST_OF_A_STAGE = 5
"""Estimated experiments of each stage below which effects by stage are not compared: an exact rank
test of two groups of three can't give a two-sided p below 2 / C(6, 3) = 0.1, of five 0.008."""


@dataclass(frozen=True, eq=False)
class StageTable:
    """Experiments by stage.

    Parameters
    ----------
    table : DataFrame
        stage, experiments, share, continued, ended, stopped, estimated (have an effect estimate),
        favourable, unfavourable, open (estimates whose interval covers zero); the three stages,
        and ``unknown`` where the register does not tell.
    testable : bool
        Whether there are enough experiments of each stage for a comparison to mean anything.
    """

    table: pd.DataFrame
    testable: bool

    @property
    def early_share(self) -> float:
        """Share of experiments that are preventive or early, of those whose stage is known."""
        known = self.table[self.table["stage"].isin(STAGES)].set_index("stage")["experiments"]
        total = int(known.sum())
        return float(known.loc[list(EARLY)].sum() / total) if total else float("nan")


def stage_table(
    experiments: pd.DataFrame, directions: Mapping[str, str] | None = None
) -> StageTable:
    """Return experiments by how early they intervene, and what came of them.

    Parameters
    ----------
    experiments : DataFrame
        The register's table: id, stage, status.
    directions : mapping, optional
        Experiment to ``favourable``, ``unfavourable`` or ``open``, of those with an effect
        estimate.

    Raises
    ------
    ValueError
        On an unknown stage or direction.
    """
    require_columns(experiments, "experiments", "id", "stage", "status")
    directions = directions or {}
    if odd := [s for s in experiments["stage"] if s and s not in STAGES]:
        raise ValueError(
            f"register table 'experiments': stage is {odd[0]!r}; use one of {', '.join(STAGES)}"
        )
    kinds = ("favourable", "unfavourable", "open")
    if wrong := [d for d in directions.values() if d not in kinds]:
        raise ValueError(f"a direction is one of {kinds}, got {wrong[0]!r}")
    stages = experiments["stage"].replace("", "unknown")
    rows = []
    for stage in (*STAGES, *(["unknown"] if stages.eq("unknown").any() else [])):
        mine = experiments[stages == stage]
        status = mine["status"].value_counts()
        found = [directions[name] for name in mine["id"] if name in directions]
        rows.append(
            {
                "stage": stage,
                "experiments": len(mine),
                "share": len(mine) / len(experiments) if len(experiments) else np.nan,
                **{s: int(status.get(s, 0)) for s in ("continued", "ended", "stopped")},
                "estimated": len(found),
                **{kind: found.count(kind) for kind in kinds},
            }
        )
    table = pd.DataFrame(rows)
    known = table[table["stage"].isin(STAGES)]["estimated"]
    return StageTable(table, bool((known >= FEWEST_OF_A_STAGE).all()))
