"""Why something was refused, and what a reader must know of a result, as data.

The sentences are in the catalogues; a reason carries the figures and names that its sentence needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["REASONS", "Reason", "RefusedError"]

REASONS: dict[str, tuple[str, ...]] = {
    # pooling is refused
    "too_few_studies": ("k", "needed"),
    "no_standard_error": ("studies",),
    "different_outcomes": ("found",),
    "different_measures": ("found",),
    "different_designs": ("found",),
    "different_directions": ("found",),
    "opposite_effects": ("positive", "negative"),
    # a method is refused
    "z_with_few_studies": ("k", "needed"),
    "small_study_tests_with_few_studies": ("k", "needed"),
    "small_study_tests_with_equal_errors": ("k",),
    # notes on a result
    "covariance_modelled": ("largest",),
    "shared_units_not_modelled": ("units",),
    "comparison_units_in_common": ("count",),
    "errors_from_placebos": ("studies",),
    "several_effects_of_one_study": ("studies",),
    "one_study_dominates": ("study", "share"),
}
"""Reasons by name, and what each carries."""


@dataclass(frozen=True)
class Reason:
    """One reason in symbols.

    Parameters
    ----------
    name : str
        One of :data:`REASONS`.
    numbers : mapping
        Exactly what the reason is declared with: figures, names or tuples of names.

    Raises
    ------
    ValueError
        If the name or the numbers are not the declared ones.
    """

    name: str
    numbers: Mapping[str, float | str | tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in REASONS:
            raise ValueError(f"no reason {self.name!r} is declared; there are {sorted(REASONS)}")
        if set(self.numbers) != set(REASONS[self.name]):
            declared = REASONS[self.name]
            raise ValueError(f"reason {self.name!r} has {declared}, got {list(self.numbers)}")


class RefusedError(ValueError):
    """A synthesis that would mislead; ``reason`` says why in symbols, the message in English."""

    def __init__(self, reason: Reason, message: str) -> None:
        self.reason = reason
        super().__init__(message)
