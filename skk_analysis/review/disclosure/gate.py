"""The gate: no number leaves in a report that the limits forbid, however it got into it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Any

from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.primary import (
    MINIMUM_COUNT,
    MINIMUM_DENOMINATOR,
    MINIMUM_INDEX_PERSONS,
    MINIMUM_PERSONS,
)

__all__ = ["Fault", "gate"]

NOTHING = "(?!)"
PERSONS = "persons"
RATES = ("share", "percent", "per_1000")
INDICES = ("index", "index_100")
INDEX_NAMES = frozenset(
    ("gini", "theil", "theil_t", "theil_h", "mld", "atkinson", "palma", "s80s20", "wolfson",
     "percentile_ratio", "duclos_esteban_ray", "apouey", "dissimilarity", "isolation", "exposure",
     "between_share")
)  # fmt: skip
"""Parts of ids of numbers that are an inequality, polarisation or segregation index."""

EXTREMES = ("minimum", "maximum", "lowest_income", "highest_income")
"""Parts of ids of numbers that are one person's value."""


@dataclass(frozen=True)
class Fault:
    """A number that breaks a rule. Its value is not repeated here.

    Parameters
    ----------
    id : of the number in ``results.json``
    rule : name of the rule
    limit : what the rule demands
    mend : what to do
    """

    id: str
    rule: str
    limit: float
    mend: str

    def __str__(self) -> str:
        return f"{self.id}: {self.rule} (at least {self.limit:g}). {self.mend}"


def gate(
    results: Iterable[Mapping[str, Any]], policy: Policy, *, allowed: Sequence[str] = ()
) -> list[Fault]:
    """The numbers of a report that may not be shown.

    Parameters
    ----------
    results : records of ``results.json`` (`Quantity.record`)
    policy : the strictest of the report's sources
    allowed : ids, ``*`` being anything, of numbers that everybody may know: a publisher's open
        figures, and exceptions that were granted

    Returns
    -------
    list of Fault
        A count of persons (unit ``persons``, not a difference) of 1 … ``minimum_count`` − 1; a
        rate, index, mean or effect whose ``n`` is 1 … limit − 1, unless ``n_of`` says that n
        counts no persons; a single minimum or maximum.

    Examples
    --------
    >>> gate([{"id": "group.a", "value": 3, "unit": "persons"}], Policy())[0].rule
    'minimum_count'
    >>> gate([{"id": "group.a", "value": 30, "unit": "persons"}], Policy())
    []
    """
    faults = []
    known = re.compile("|".join(map(translate, allowed)) or NOTHING)
    for record in results:
        if known.match(str(record.get("id", ""))):
            continue
        faults += [fault for rule in (_count, _behind, _extreme) if (fault := rule(record, policy))]
    return faults


def _count(record: Mapping[str, Any], policy: Policy) -> Fault | None:
    value = record.get("value")
    if record.get("unit") != PERSONS or record.get("kind", "value") != "value" or value is None:
        return None
    if not 0 < abs(float(value)) < policy.minimum_count or math.isnan(float(value)):
        return None
    mend = (
        "Show that it is protected, or tell it in words; a number of things has the unit 'count'."
    )
    return Fault(str(record["id"]), MINIMUM_COUNT, policy.minimum_count, mend)


def _behind(record: Mapping[str, Any], policy: Policy) -> Fault | None:
    """Too few persons behind a number."""
    n = record.get("n")
    if n is None or record.get("n_of", PERSONS) != PERSONS:
        return None
    rule, limit = _limit(record, policy)
    if not 0 < float(n) < limit:
        return None
    mend = "Leave the number out or join groups; an n of areas or cities is marked n_of='units'."
    return Fault(str(record["id"]), rule, limit, mend)


def _limit(record: Mapping[str, Any], policy: Policy) -> tuple[str, int]:
    unit, kind = record.get("unit"), record.get("kind", "value")
    if unit in INDICES or INDEX_NAMES & set(str(record["id"]).split(".")):
        return MINIMUM_INDEX_PERSONS, policy.minimum_index_persons
    if unit in RATES and kind == "value":
        return MINIMUM_DENOMINATOR, policy.minimum_denominator
    return MINIMUM_PERSONS, policy.minimum_persons


def _extreme(record: Mapping[str, Any], policy: Policy) -> Fault | None:
    if policy.show_extremes or not set(EXTREMES) & set(str(record["id"]).split(".")):
        return None
    mend = "One person's value is not shown: use a quantile with enough persons beyond it."
    return Fault(str(record["id"]), "extreme", policy.minimum_persons, mend)
