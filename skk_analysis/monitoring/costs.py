"""What experiments cost: own money and others', a participant's share, a unit of effect."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skk_analysis.monitoring.typed import numbers, require_columns

__all__ = [
    "COST_REFUSALS",
    "CostPerUnit",
    "Costs",
    "cost_per_effect",
    "cost_per_participant",
    "costs_of",
]

OWN_PAYER = "kaupunki"

COST_REFUSALS = (
    "no_costs",
    "no_participants",
    "small_group",
    "no_effect",
    "no_interval",
    "interval_covers_zero",
    "unfavourable",
)
"""Why a cost per something is not given, by name; the words are in the catalogues."""


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of one experiment, or of several together.

    Parameters
    ----------
    items : DataFrame
        The register's rows with eur and hours as numbers (NaN where not given).
    """

    items: pd.DataFrame

    @property
    def total(self) -> float:
        """Euros altogether; NaN where no row tells any."""
        return _sum(self.items["eur"])

    @property
    def hours(self) -> float:
        """Hours of work altogether; NaN where no row tells any."""
        return _sum(self.items["hours"])

    def of(self, payer: str) -> float:
        """Euros of one payer, 0 for one that paid nothing."""
        return float(np.nansum(self.items.loc[self.items["payer"] == payer, "eur"]))

    @property
    def own(self) -> float:
        """Euros that the city paid itself."""
        return self.of(OWN_PAYER)

    @property
    def others(self) -> float:
        """Euros that others paid."""
        return float(np.nansum(self.items["eur"])) - self.own

    def by(self, *columns: str) -> pd.DataFrame:
        """Return eur and hours summed by year, payer, kind or item, in the register's order."""
        if self.items.empty:
            return pd.DataFrame(columns=[*columns, "eur", "hours"])
        grouped = self.items.groupby(list(columns), sort=False)[["eur", "hours"]]
        return grouped.sum(min_count=1).reset_index()


@dataclass(frozen=True)
class CostPerUnit:
    """Euros for one of something, or why it is not given.

    Parameters
    ----------
    value, lower, upper : float
        Euros, with the interval that the effect's interval gives; NaN where refused or where
        there is no interval.
    refused : str or None
        One of :data:`COST_REFUSALS`; None where there is a value.
    """

    value: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    refused: str | None = None


def costs_of(costs: pd.DataFrame) -> Costs:
    """Return costs from rows of the register's table ``costs``: payer, eur, hours.

    Raises
    ------
    ValueError
        If euros or hours are no numbers or below 0.
    """
    require_columns(costs, "costs", "payer", "eur", "hours")
    found = {name: numbers(costs, "costs", name) for name in ("eur", "hours")}
    for name, values in found.items():
        if (values < 0).any():
            row = int(np.flatnonzero(values < 0)[0]) + 2
            raise ValueError(
                f"register table 'costs', row {row}: {name} is {values[row - 2]:g}; a cost can't "
                "be below 0: leave money that was returned out of both rows"
            )
    return Costs(costs.assign(**found))


def cost_per_participant(eur: float, participants: float, smallest: int = 1) -> CostPerUnit:
    """Return euros a participant.

    Parameters
    ----------
    eur : float
        Costs altogether; NaN if unknown.
    participants : float
        Persons reached; NaN or 0 if unknown or nobody.
    smallest : int
        Groups below this are described only in words, and their figure is refused.
    """
    if not math.isfinite(eur):
        return CostPerUnit(refused="no_costs")
    if not (math.isfinite(participants) and participants > 0):
        return CostPerUnit(refused="no_participants")
    if participants < smallest:
        return CostPerUnit(refused="small_group")
    return CostPerUnit(eur / participants)


def cost_per_effect(
    eur: float,
    effect: float,
    interval: tuple[float, float],
    *,
    size: float = 1.0,
    better: str | None = None,
) -> CostPerUnit:
    """Return euros for one unit of effect, with the interval that the effect's interval gives.

    Parameters
    ----------
    eur : float
        Costs altogether, taken as known.
    effect : float
        Estimate in the outcome's unit.
    interval : tuple of float
        Confidence set of the effect.
    size : float, default 1
        What one unit is, in the outcome's unit: 0.01 for a percentage point of a share; or the
        reciprocal of the persons reached, for one more person.
    better : {"higher", "lower", "neither"}, optional
        Desired direction.  A change for the worse has no price.

    Returns
    -------
    CostPerUnit
        Refused where there is no effect or no interval, where the interval covers zero (the ratio
        has then no bounded interval: it runs through infinity, and the point estimate would be a
        number without meaning), or where the change was for the worse.

    Notes
    -----
    With the cost fixed, eur / effect is a monotone function on either side of zero, so the image
    of a 95 % confidence set for the effect that leaves zero out is one of exactly the same
    confidence for the ratio: this is Fieller's set when only the denominator is uncertain (Fieller
    1954, *J. R. Stat. Soc. B* 16, 175–185).  A symmetric delta-method interval would be wrong: the
    ratio is skewed.

    Examples
    --------
    >>> cost_per_effect(1000, 0.25, (0.05, 0.5), size=0.01).upper
    200.0
    >>> cost_per_effect(1000, 0.25, (-0.05, 0.5), size=0.01).refused
    'interval_covers_zero'
    """
    if not (size > 0 and math.isfinite(size)):
        raise ValueError(f"size is what one unit of effect is and must be above 0, got {size!r}")
    if better not in (None, "higher", "lower", "neither"):
        raise ValueError(f"better is 'higher', 'lower' or 'neither', got {better!r}")
    lower, upper = interval
    refused = _refused(eur, effect, lower, upper, better)
    if refused:
        return CostPerUnit(refused=refused)
    near, far = sorted((abs(lower), abs(upper)))
    return CostPerUnit(
        eur * size / abs(effect), 0.0 if math.isinf(far) else eur * size / far, eur * size / near
    )


def _refused(eur: float, effect: float, lower: float, upper: float, better) -> str | None:
    if not math.isfinite(eur):
        return "no_costs"
    if not math.isfinite(effect):
        return "no_effect"
    if math.isnan(lower) or math.isnan(upper):
        return "no_interval"
    if lower <= 0 <= upper:
        return "interval_covers_zero"
    if (better == "higher" and effect < 0) or (better == "lower" and effect > 0):
        return "unfavourable"
    return None


def _sum(values: pd.Series) -> float:
    return float(values.sum(min_count=1))
