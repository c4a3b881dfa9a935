"""Scaling by RE-AIM, and what a decision to go on needs besides the word: no slogans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from skk_analysis.monitoring.typed import numbers, require_columns

__all__ = ["DEMANDS", "MAINTAINED_MONTHS", "REAIM", "ScalingProfile", "scaling_profile"]

REAIM = ("reach", "effectiveness", "adoption", "implementation", "maintenance")
MAINTAINED_MONTHS = 6
"""From how many months on a practice counts as maintained (Glasgow, Vogt & Boles 1999)."""

DEMANDS = ("conditions", "owner", "cost")
"""What every decision to go on must tell."""

GOING_ON = "continued"


@dataclass(frozen=True, eq=False)
class ScalingProfile:
    """RE-AIM of each experiment.

    Parameters
    ----------
    table : DataFrame
        Indexed by experiment: reach, adoption, maintenance_months and cost_eur_year as numbers;
        effectiveness, the direction given; implementation, whether it is described; maintained
        (None where the months are not known); going_on; missing, the tuple of :data:`DEMANDS` that
        are not told; slogan, whether it goes on though some are missing.
    """

    table: pd.DataFrame

    @property
    def slogans(self) -> tuple[str, ...]:
        """Experiments that go on without conditions, owner or cost."""
        return tuple(self.table.index[self.table["slogan"].astype(bool)])

    def told(self, experiment: str) -> dict[str, bool]:
        """Which of RE-AIM's five is known of an experiment."""
        row = self.table.loc[experiment]
        return {
            "reach": pd.notna(row["reach"]),
            "effectiveness": bool(row["effectiveness"]),
            "adoption": pd.notna(row["adoption"]),
            "implementation": bool(row["implementation"]),
            "maintenance": row["maintained"] is not None,
        }


def scaling_profile(
    scaling: pd.DataFrame, experiments: pd.DataFrame, directions: Mapping[str, str] | None = None
) -> ScalingProfile:
    """Return the RE-AIM profile of every experiment, those without a row too.

    Parameters
    ----------
    scaling : DataFrame
        The register's table: experiment, reach, adoption, implementation_*, maintenance_months,
        cost_eur_year, conditions_*, owner_*.
    experiments : DataFrame
        The register's table: id, status; ``continued`` goes on.
    directions : mapping, optional
        Experiment to ``favourable``, ``unfavourable`` or ``open``, of those with an estimate.

    References
    ----------
    Glasgow, Vogt & Boles (1999), *Am. J. Public Health* 89, 1322–1327.
    """
    columns = ("reach", "adoption", "maintenance_months", "cost_eur_year")
    require_columns(scaling, "scaling", "experiment", *columns)
    require_columns(experiments, "experiments", "id", "status")
    known = scaling.assign(**{name: numbers(scaling, "scaling", name) for name in columns})
    twice = known["experiment"].duplicated()
    if twice.any():
        name = known.loc[twice, "experiment"].iloc[0]
        raise ValueError(f"register table 'scaling': experiment {name!r} has two rows; keep one")
    known = known.set_index("experiment").reindex(list(experiments["id"]))
    months = known["maintenance_months"]
    going_on = (experiments.set_index("id")["status"] == GOING_ON).reindex(known.index)
    lacking = [
        tuple(
            demand
            for demand, there in (
                ("conditions", _written(row, "conditions")),
                ("owner", _written(row, "owner")),
                ("cost", pd.notna(row["cost_eur_year"])),
            )
            if not there
        )
        for _, row in known.iterrows()
    ]
    table = pd.DataFrame(
        {
            **{name: known[name] for name in columns},
            "effectiveness": [(directions or {}).get(name, "") for name in known.index],
            "implementation": [_written(row, "implementation") for _, row in known.iterrows()],
            "maintained": pd.Series(
                [None if pd.isna(m) else bool(m >= MAINTAINED_MONTHS) for m in months],
                index=known.index,
                dtype=object,
            ),
            "going_on": going_on,
            "missing": pd.Series(lacking, index=known.index, dtype=object),
        },
        index=known.index,
    )
    slogan = table["going_on"] & table["missing"].map(bool)
    return ScalingProfile(table.assign(slogan=slogan))


def _written(row: pd.Series, field: str) -> bool:
    """Whether a field has words in any language."""
    cells = [row[name] for name in row.index if str(name).startswith(field)]
    return any(isinstance(cell, str) and cell.strip() for cell in cells)
