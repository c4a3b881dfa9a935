"""Differencing across reports and years: what the numbers of several reports tell together.

The reports' ids say what belongs together: ``question.all.2020`` and ``question.sex.female.2020``
are a whole and a group of it, ``participation.all.2020`` of a city's report and
``participation.049.2020.level`` of the comparison are the same persons. Each whole less its shown
groups is a hidden cell that a reader can compute, and so is each difference of two counts of the
same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skk_analysis.review.disclosure.batch import FAIL, audit
from skk_analysis.review.disclosure.policy import Policy
from skk_analysis.review.disclosure.primary import MINIMUM_COUNT, MINIMUM_DENOMINATOR
from skk_analysis.review.disclosure.relations import Relations

__all__ = ["Finding", "across", "cell_of", "persons_of", "shown_though_hidden"]

DIVISIONS = ("education", "age_group", "sex", "language")
TOTALS = {"households": "quality.households", "area_rate": "low_income_rate"}
"""Families of areas' numbers, and the city's number that they are parts of."""

PERSONS, BOTH = "persons", " + "

FIELDS = ("id", "kind", "unit", "value", "n", "n_of")
"""What `across` reads of a record; who holds the records of thousands of reports keeps these."""


@dataclass(frozen=True)
class Finding:
    """A number that several reports give away together; its value is not repeated.

    Parameters
    ----------
    report : folder of the report
    id : what the numbers are about
    outcome : ``fail`` or ``review``
    reason : what gives it away
    """

    report: str
    id: str
    outcome: str
    reason: str

    @property
    def reports(self) -> tuple[str, ...]:
        """The folders of all reports that it takes."""
        return tuple(self.report.split(BOTH))


@dataclass(frozen=True)
class _Sum:
    """A whole and its shown groups, as persons; ``rule`` names the limit of what is left."""

    report: str
    name: str
    whole: float
    parts: tuple[float, ...]
    rule: str
    limit: float


def across(
    reports: Mapping[str, Sequence[Mapping[str, Any]]],
    policy: Policy,
    *,
    earlier: pd.DataFrame | None = None,
    hidden: frozenset[tuple[str, str, int]] = frozenset(),
) -> list[Finding]:
    """What the numbers of a batch of reports give away together.

    Parameters
    ----------
    reports : the records of ``results.json`` by report's folder, of which `FIELDS` are read; of
        each report one language
    policy : the strictest of the batch
    earlier : register of cells published before (``report``, ``id``, ``persons``)
    hidden : cells that no report may show (indicator, unit, year)

    Returns
    -------
    list of Finding
        ``fail`` where a small number follows exactly; ``review`` where two publications of the same
        count differ by a handful of persons, or a hidden cell stands in a report.
    """
    sums = [one for name, records in reports.items() for one in _sums(name, records, policy)]
    sums += _same(reports, policy)
    found = _audited(sums, policy)
    found += shown_though_hidden(reports, hidden)
    return [*found, *_revised(reports, earlier, policy)]


def shown_though_hidden(
    reports: Mapping[str, Sequence[Mapping[str, Any]]], hidden: frozenset[tuple[str, str, int]]
) -> list[Finding]:
    """The numbers of reports that no report may show; parameters as of `across`."""
    told = "is protected, but this report shows it: make the report again"
    return [
        Finding(name, str(record["id"]), FAIL, told)
        for name, records in reports.items()
        for record in records
        if cell_of(str(record["id"])) in hidden and _shows(record)
    ]


def _audited(sums: Sequence[_Sum], policy: Policy) -> list[Finding]:
    """What is left of each whole, attacked."""
    cells: list[dict[str, Any]] = []
    relations: dict[int, list[int]] = {}
    asked: dict[int, _Sum] = {}
    for one in sums:
        left = one.whole - sum(one.parts)
        rule = one.rule if 0 < left < one.limit else ""
        if not rule:
            continue
        whole = len(cells)
        numbers = (one.whole, *one.parts)
        cells += [{"value": number, "hidden": False, "rule": ""} for number in numbers]
        asked[len(cells)] = one
        cells.append({"value": left, "hidden": True, "rule": rule})
        relations[whole] = list(range(whole + 1, len(cells)))
    if not cells:
        return []
    outcome = audit(pd.DataFrame(cells), Relations.sums(relations, cells=len(cells)), policy)
    return [
        Finding(
            one.report,
            one.name,
            str(outcome["outcome"].iloc[place]),
            f"the whole less the groups shown leaves under {one.limit:g} persons: hide one more",
        )
        for place, one in asked.items()
        if outcome["outcome"].iloc[place] != "pass"
    ]


def _sums(report: str, records: Sequence[Mapping[str, Any]], policy: Policy) -> Iterator[_Sum]:
    """Wholes and groups of one report."""
    by_id = {str(record["id"]): record for record in records}
    groups: dict[tuple[str, str, str], list[float]] = {}
    for name, record in by_id.items():
        parts = name.split(".")
        persons = persons_of(record)
        if persons is None:
            continue
        if len(parts) == 4 and parts[1] in DIVISIONS:
            groups.setdefault((f"{parts[0]}.all.{parts[3]}", parts[1], parts[3]), []).append(
                persons
            )
        if len(parts) == 3 and parts[0] in TOTALS and not name.endswith(".n"):
            groups.setdefault((f"{TOTALS[parts[0]]}.{parts[2]}", parts[0], parts[2]), []).append(
                persons
            )
    for (whole, division, year), shown in groups.items():
        of = by_id.get(whole)
        total = persons_of(of) if of is not None else None
        if total is None or sum(shown) > total:
            continue
        counted = division == "households"
        limit = policy.minimum_count if counted else policy.minimum_denominator
        rule = MINIMUM_COUNT if counted else MINIMUM_DENOMINATOR
        yield _Sum(report, f"{whole} / {division} {year}", total, tuple(shown), rule, limit)


def _same(reports: Mapping[str, Sequence[Mapping[str, Any]]], policy: Policy) -> Iterator[_Sum]:
    """Counts of the same persons in two reports: their difference is a group of its own."""
    first: dict[str, tuple[str, float]] = {}
    for name, records in reports.items():
        for record in records:
            key, persons = _key(name, str(record["id"])), persons_of(record)
            if not key or persons is None:
                continue
            other, known = first.setdefault(key, (name, persons))
            if known != persons:
                high, low = max(known, persons), min(known, persons)
                yield _Sum(
                    f"{other}{BOTH}{name}", key, high, (low,), MINIMUM_COUNT, policy.minimum_count
                )


def _key(report: str, name: str) -> str:
    """Under which name the same number stands in several reports; ``""`` where it does not."""
    city, _, _ = report.partition("/")
    parts = name.split(".")
    if len(parts) == 3 and parts[1].isdecimal() and parts[2].isdecimal():
        return name
    if len(parts) == 3 and parts[1] == "all":
        return f"{parts[0]}.all.{city}.{parts[2]}"
    return ""


def _revised(
    reports: Mapping[str, Sequence[Mapping[str, Any]]],
    earlier: pd.DataFrame | None,
    policy: Policy,
) -> Iterator[Finding]:
    """Counts that were published before with a handful of persons more or less."""
    if earlier is None or earlier.empty:
        return
    last = earlier.dropna(subset="persons").drop_duplicates(["report", "id"], keep="last")
    known = {
        (report, name): float(persons)
        for report, name, persons in zip(last["report"], last["id"], last["persons"], strict=True)
    }
    for report, records in reports.items():
        for record in records:
            was, now = known.get((report, str(record["id"]))), persons_of(record)
            if was is not None and now is not None and 0 < abs(was - now) < policy.minimum_count:
                told = (
                    f"was published before with under {policy.minimum_count} persons more or less: "
                    "both together tell of them"
                )
                yield Finding(report, str(record["id"]), "review", told)


def persons_of(record: Mapping[str, Any]) -> float | None:
    """How many persons a number counts or rests on."""
    if record.get("kind", "value") != "value":
        return None
    if record.get("unit") == PERSONS:
        return float(record["value"])
    if record.get("n") is not None and record.get("n_of", PERSONS) == PERSONS:
        return float(record["n"])
    return None


def _shows(record: Mapping[str, Any]) -> bool:
    return record.get("value") is not None


def cell_of(name: str) -> tuple[str, str, int] | None:
    parts = name.split(".")
    named = len(parts) == 3 and parts[2].isdecimal()
    return (parts[0], parts[1], int(parts[2])) if named else None
