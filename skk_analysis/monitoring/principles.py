"""Evidence on the three renewal principles, as counts of what the register holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from skk_analysis.monitoring.cooperation import cooperation_of
from skk_analysis.monitoring.partners import CITY, RESOURCE_GROUPS, partner_mix
from skk_analysis.monitoring.until import until

__all__ = ["PRINCIPLES", "Evidence", "principle_evidence"]

PRINCIPLES: dict[str, tuple[str, ...]] = {
    "phenomena": ("goals", "canvas", "sectors", "cross_type"),
    "transparency": ("open_indicators", "agreed", "defined"),
    "knowledge": ("resource_groups", "resident_tests", "research_partners"),
    "renewal": ("changes", "problem_status"),
}
"""R-70, R-71, R-72 and R-73, with the evidence that is counted for each."""

OPEN_LICENCES = ("CC BY", "CC0", "avoin")
RESEARCH = "korkeakoulut"
RESIDENT_TEST = "kohdeyleisö"


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: ``count`` of ``total``; both NaN where the register has no table."""

    principle: str
    name: str
    count: float
    total: float

    @property
    def known(self) -> bool:
        """Whether the register tells."""
        return math.isfinite(self.count) and self.total > 0


def principle_evidence(tables: Mapping[str, pd.DataFrame], year: int) -> list[Evidence]:
    """Return the evidence on each principle by the end of a year.

    Parameters
    ----------
    tables : mapping of DataFrame
        Tables of the register by name, as far as there are any.
    year : int

    Notes
    -----
    goals: experiments with a goal; canvas: with a filled canvas field; sectors: with two or more
    administrative sectors of the city; cross_type: with two or more groups of actors.
    open_indicators: indicators under an open licence; agreed: choices dated before the outcome;
    defined: indicators with a definition.  resource_groups: of the four groups, those that take
    part; resident_tests: experiments tested with residents; research_partners: with a university.
    changes: findings that changed a model; problem_status: experiments whose end is on record.
    These count what is written down, not how well it was done.
    """
    tables = {name: table for name, table in tables.items() if len(table)}
    counts = {**_phenomena(tables), **_transparency(tables), **_knowledge(tables, year)}
    counts |= _renewal(tables, year)
    return [
        Evidence(principle, name, *counts.get(name, (math.nan, math.nan)))
        for principle, names in PRINCIPLES.items()
        for name in names
    ]


Counts = dict[str, tuple[float, float]]


def _phenomena(tables: Mapping[str, pd.DataFrame]) -> Counts:
    experiments, partners = tables.get("experiments"), tables.get("partners")
    if experiments is None:
        return {}
    ids, total = set(experiments["id"]), float(len(experiments))
    found: Counts = {}
    if "goal_id" in experiments:
        found["goals"] = (float((experiments["goal_id"] != "").sum()), total)
    canvas = tables.get("canvas")
    if canvas is not None:
        filled = canvas.loc[canvas["filled"] == "yes", "experiment"]
        found["canvas"] = (float(len(ids & set(filled))), total)
    if partners is not None:
        mix = partner_mix(partners[partners["experiment"].isin(ids)])
        found["sectors"] = (float((mix["city_sectors"] >= 2).sum()), total)
        found["cross_type"] = (float(cooperation_of(partners, experiments).cross_type), total)
    return found


def _transparency(tables: Mapping[str, pd.DataFrame]) -> Counts:
    found: Counts = {}
    indicators, choices = tables.get("indicators"), tables.get("indicator_choices")
    if indicators is not None:
        total = float(len(indicators))
        licence = indicators.get("licence", pd.Series("", indicators.index))
        open_ = licence.map(lambda cell: cell.startswith(OPEN_LICENCES))
        found["open_indicators"] = (float(open_.sum()), total)
        definitions = indicators.filter(regex=r"^definition")
        found["defined"] = (float((definitions != "").any(axis=1).sum()), total)
    if choices is not None and len(choices):
        agreed = float((choices["agreed_beforehand"] == "yes").sum())
        found["agreed"] = (agreed, float(len(choices)))
    return found


def _knowledge(tables: Mapping[str, pd.DataFrame], year: int) -> Counts:
    found: Counts = {}
    experiments, partners, tests = (tables.get(n) for n in ("experiments", "partners", "tests"))
    if experiments is None:
        return {}
    ids, total = set(experiments["id"]), float(len(experiments))
    if partners is not None:
        groups = set(partners["group"]) - {CITY}
        found["resource_groups"] = (
            float(len(groups & set(RESOURCE_GROUPS))),
            float(len(RESOURCE_GROUPS)),
        )
        researching = set(partners.loc[partners["group"] == RESEARCH, "experiment"])
        found["research_partners"] = (float(len(ids & researching)), total)
    if tests is not None:
        known = until(tests, year)
        asked = set(known.loc[known["kind"] == RESIDENT_TEST, "experiment"])
        found["resident_tests"] = (float(len(ids & asked)), total)
    return found


def _renewal(tables: Mapping[str, pd.DataFrame], year: int) -> Counts:
    found: Counts = {}
    uses, experiments = tables.get("uses"), tables.get("experiments")
    if uses is not None:
        known = until(uses, year)
        changed = (known.filter(regex=r"^change") != "").any(axis=1) & (known["used"] == "yes")
        found["changes"] = (float(changed.sum()), float(len(known)))
    if experiments is not None:
        ended = (experiments["ended"] != "") & (experiments["ended"].str[:4] <= str(year))
        found["problem_status"] = (float(ended.sum()), float(len(experiments)))
    return found
