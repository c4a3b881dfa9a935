"""What was checked of a design and its assumptions, as data; the sentences are in the catalogues.

Every check that the room makes is declared in :data:`CHECKS` with the numbers that its sentence
names, so that no check can be made that a report cannot say in Finnish, Swedish and English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CHECKS", "Check"]

PASSED, FAILED, INCONCLUSIVE, NOT_APPLICABLE = "passed", "failed", "inconclusive", "not_applicable"
RESULTS = (PASSED, FAILED, INCONCLUSIVE, NOT_APPLICABLE)

CHECKS: dict[str, tuple[str, ...]] = {
    # what the design can identify
    "treated_units": ("treated",),
    "pre_years": ("years", "needed"),
    "post_years": ("years",),
    "donors": ("donors", "needed"),
    "missing_cells": ("cells", "units"),
    "anticipation": ("estimate", "p"),
    "contamination": ("units",),
    "size_matched_placebos": ("matched", "wanted", "distance"),
    "attainable_p": ("p", "level"),
    # assumptions
    "pre_trend": ("p", "power", "years"),
    "pre_fit": ("rmse", "spread"),
    "honest_smoothness": ("breakdown", "natural"),
    "honest_relative": ("breakdown",),
    "placebo_in_time": ("estimate", "p", "years"),
    "placebo_outcome": ("estimate", "p", "outcome"),
    "second_opinion": ("p", "level"),
    "identified_range": ("low", "high", "ratio"),
    "donor_weights": ("effective", "largest"),
    # robustness
    "leave_one_donor": ("low", "high"),
    "leave_one_year": ("low", "high"),
    "leave_one_city": ("low", "high"),
    "specification_curve": ("low", "high", "share"),
    # the pandemic year
    "pandemic_only": ("year",),
    "pandemic_dropped": ("estimate", "p"),
    "pandemic_exposure": ("without", "adjusted"),
    "pandemic_bounded": ("low", "high"),
    "pandemic_closure": ("year",),
    # series of one city
    "points": ("before", "after", "needed"),
    "autocorrelation": ("rho", "p"),
    "dispersion": ("ratio",),
    # surveys before and after
    "attrition": ("share", "treated", "comparison"),
    "baseline_balance": ("difference", "limit"),
    "floor_ceiling": ("floor", "ceiling"),
    "sample_size": ("pairs", "needed"),
    "regression_to_mean": ("expected", "observed"),
}
"""Names of the checks and of the numbers that each carries."""


@dataclass(frozen=True)
class Check:
    """One check of a design or an assumption.

    Parameters
    ----------
    name : str
        One of :data:`CHECKS`.
    result : {"passed", "failed", "inconclusive", "not_applicable"}
        ``inconclusive`` is a check that could not have failed with useful power.
    numbers : mapping of str to float or str
        Exactly those that the check is declared with; NaN where one could not be computed.

    Raises
    ------
    ValueError
        If the name, the result or the numbers are not the declared ones.
    """

    name: str
    result: str
    numbers: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in CHECKS:
            raise ValueError(f"no check {self.name!r} is declared; there are {sorted(CHECKS)}")
        if self.result not in RESULTS:
            raise ValueError(f"a check's result is one of {RESULTS}, got {self.result!r}")
        if set(self.numbers) != set(CHECKS[self.name]):
            raise ValueError(
                f"check {self.name!r} has the numbers {CHECKS[self.name]}, got {list(self.numbers)}"
            )

    @classmethod
    def of(cls, name: str, passed: bool | None, **numbers: float | str) -> Check:
        """Return a check from a truth value, None being inconclusive."""
        result = INCONCLUSIVE if passed is None else PASSED if passed else FAILED
        return cls(name, result, numbers)

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against the design here."""
        return self.result in (PASSED, NOT_APPLICABLE)
