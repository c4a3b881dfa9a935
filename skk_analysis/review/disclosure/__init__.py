"""Disclosure control: what a report may show so that nobody is recognised in it."""

from skk_analysis.review.disclosure.attacker import bounds
from skk_analysis.review.disclosure.batch import audit
from skk_analysis.review.disclosure.policy import Policy, strictest
from skk_analysis.review.disclosure.primary import counts, magnitudes, rates, statistics
from skk_analysis.review.disclosure.protection import magnitude_levels, required
from skk_analysis.review.disclosure.relations import Relations
from skk_analysis.review.disclosure.suppression import (
    Suppression,
    UnprotectableError,
    suppress,
)

__all__ = [
    "Policy",
    "Relations",
    "Suppression",
    "UnprotectableError",
    "audit",
    "bounds",
    "counts",
    "magnitude_levels",
    "magnitudes",
    "rates",
    "required",
    "statistics",
    "strictest",
    "suppress",
]
