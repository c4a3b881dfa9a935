"""Cells that hang together, handed to secondary suppression one connected system at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from skk_analysis import protected
from skk_analysis.review.disclosure import Policy, Relations, counts, rates, suppress

CELL = protected.CELL
AREA, CITY, COUNTRY = "postal_area", "municipality", "country"
LINKED = "linked"
"""The rule of a figure that is hidden because another source hides it."""

MARGIN_COST = 1e3
"""Hiding a city's own figure costs so many times as much as hiding an area's: the city's is what
the reports are about."""

Known = Collection[tuple[str, str, int]]


@dataclass(frozen=True)
class Found:
    """Hidden cells with role, rule, source and raw file, and what of them is out already."""

    cells: pd.DataFrame
    conflicts: list[str] = field(default_factory=list)


def hide_counts(
    rows: pd.DataFrame,
    parts: Mapping[str, Sequence[Sequence[str]]],
    policy: Policy,
    known: Known,
    city_of: Mapping[str, str] | None = None,
    elsewhere: pd.DataFrame | None = None,
) -> Found:
    """Small counts of persons among a source's figures, and what protects them.

    A reader adds up in two directions: the parts of a total within a unit, and the areas within
    their city, the cities within the country.

    Parameters
    ----------
    rows : of ``observations``; figures of an indicator that are not whole numbers are no counts
    parts : totals to the ways in which they are divided, as names after ``paavo.``
    policy : of the source
    known : cells that were published before (indicator, unit, year)
    city_of : area to city
    elsewhere : cells (`CELL`) that another source hides: the same figure is hidden here, too

    Notes
    -----
    Units are added up where the figures do: an area without a figure leaves its city's relation
    open, and the difference is no number that a reader knows.
    """
    city_of = city_of or {}
    rows = rows[(rows["status"] == "observed") & rows["value"].notna()]
    whole = rows.groupby("indicator")["value"].transform(lambda v: bool((v % 1 == 0).all()))
    rows = rows[whole & (rows["value"] >= 0)].drop_duplicates(CELL, keep="last")
    rule = counts(rows["value"].to_numpy(float), _without_zeros(policy))
    rows = rows.assign(rule=rule.astype(object))
    if elsewhere is not None and len(elsewhere):
        linked = pd.MultiIndex.from_frame(rows[CELL]).isin(pd.MultiIndex.from_frame(elsewhere))
        rows.loc[linked & (rows["rule"] == ""), "rule"] = LINKED
    found: list[pd.DataFrame] = []
    told: list[str] = []
    country = rows["unit_code"].where(rows["unit_level"] == COUNTRY).dropna().unique()
    top = rows["unit_code"].map(city_of).fillna(rows["unit_code"])
    rows = rows.assign(top=country[0] if len(country) == 1 else top)
    place = ["top", "reference_year", "group"]
    touched = rows.loc[rows["rule"] != "", place].drop_duplicates()
    for _, mine in rows.merge(touched, on=place).groupby(place, sort=True):
        mine = mine.sort_values(CELL, kind="stable").reset_index(drop=True)
        values = mine["value"].to_numpy(float)
        sums = [*_within(mine, parts), *_across(mine, city_of, country)]
        relations = _relations(sums, values)
        out = np.array([_is_known(row, known) for row in mine.to_dict("records")])
        cost = 1 + np.log1p(values)
        cost[mine["unit_level"] != AREA] *= MARGIN_COST
        hidden, conflicts = _suppressed(
            values, relations, mine["rule"].to_numpy(str), policy, out, _names(mine), cost
        )
        found.append(_cells(mine, hidden, policy))
        told += conflicts
    return Found(pd.concat(found) if found else _cells(rows.iloc[:0], None, policy), told)


def _relations(sums: Sequence[Mapping[int, float]], values: np.ndarray) -> Relations:
    """What a reader knows of wholes and their parts.

    A whole may have more persons than its parts (some are in no area): what is left of it is the
    most that a hidden part can be. Parts that are more than their whole tell nothing.
    """
    missing = [-sum(c * values[i] for i, c in row.items()) for row in sums]
    kept = [(row, left) for row, left in zip(sums, missing, strict=True) if left > -0.5]
    low = np.array([0.0 if left < 0.5 else -np.inf for _, left in kept])
    rows = [row for row, _ in kept]
    return Relations.rows(rows, cells=len(values), low=low, high=0.0, integer=True)


def _within(
    mine: pd.DataFrame, parts: Mapping[str, Sequence[Sequence[str]]]
) -> Iterator[dict[int, float]]:
    """Totals over their parts, in each unit."""
    for _, unit in mine.groupby(["unit_level", "unit_code"], sort=True):
        names = {str(n).partition(".")[2]: int(i) for i, n in unit["indicator"].items()}
        for total, ways in parts.items():
            for way in ways:
                if total in names and all(part in names for part in way):
                    yield {names[total]: -1.0, **{names[part]: 1.0 for part in way}}


def _across(
    mine: pd.DataFrame, city_of: Mapping[str, str], country: Sequence[str]
) -> Iterator[dict[int, float]]:
    """Cities over their areas, and the country over its cities, for each indicator."""
    for _, same in mine.groupby("indicator", sort=True):
        level, code = same["unit_level"], same["unit_code"]
        areas = same[level == AREA].groupby(code[level == AREA].map(city_of), sort=True).groups
        cities = same.index[level == CITY]
        for city in cities:
            if len(of := areas.get(code[city], ())):
                yield {int(city): -1.0, **dict.fromkeys(map(int, of), 1.0)}
        for whole in same.index[level == COUNTRY]:
            if len(cities) and len(country) == 1:
                yield {int(whole): -1.0, **dict.fromkeys(map(int, cities), 1.0)}


def hide_rates(
    rows: pd.DataFrame, city_of: Mapping[str, str], policy: Policy, known: Known
) -> Found:
    """Shares that rest on too few persons, and the areas that protect them beside their city.

    Parameters
    ----------
    rows : a share a row with ``count`` and ``denominator`` (persons), of areas and of their cities;
        of the small ones, too
    city_of : area to city
    """
    city = rows["unit_code"].map(city_of).fillna(rows["unit_code"])
    found: list[pd.DataFrame] = []
    told: list[str] = []
    for _, mine in rows.assign(city=city).groupby(
        ["city", "indicator", "reference_year", "group"], sort=True
    ):
        mine = mine.sort_values("unit_level", kind="stable").reset_index(drop=True)
        rule = rates(mine["count"].to_numpy(), mine["denominator"].to_numpy(), policy)
        mine = mine.assign(rule=rule.astype(object))
        if not (rule != "").any():
            continue
        out = np.array([_is_known(row, known) for row in mine.to_dict("records")])
        hidden, conflicts = _rates_suppressed(mine, policy, out)
        found.append(_cells(mine, hidden, policy))
        told += conflicts
    return Found(pd.concat(found) if found else _cells(rows.iloc[:0], None, policy), told)


def _rates_suppressed(
    mine: pd.DataFrame, policy: Policy, out: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """Two cells a unit: those with the property, and those without; a share shows both.

    City less shown areas is a group of its own, whose share follows. Where persons in no area and
    those of small areas are too few for a share, the first are no cover, as if there were none.
    """
    yes = mine["count"].to_numpy(float).copy()
    no = mine["denominator"].to_numpy(float) - yes
    n = len(mine)
    areas = np.flatnonzero(mine["unit_level"] == AREA)
    wholes = np.flatnonzero(mine["unit_level"] == CITY)
    sums = [
        {int(whole) + shift: -1.0, **{int(a) + shift: 1.0 for a in areas}}
        for whole in wholes
        for shift in (0, n)
        if len(areas)
    ]
    few = areas[(mine["rule"] != "").to_numpy()[areas]]
    for whole in wholes:
        total = yes + no
        left = total[whole] - total[areas].sum() + total[few].sum()
        if len(areas) and total[areas].sum() <= total[whole] and left < policy.minimum_denominator:
            yes[whole], no[whole] = yes[areas].sum(), no[areas].sum()
    values = np.concatenate([yes, no])
    rule = np.concatenate([mine["rule"].to_numpy(str)] * 2)
    cost = 1 + np.log1p(values)
    for whole in wholes:
        cost[[whole, whole + n]] *= MARGIN_COST
    relations = _relations(sums, values)
    names = [f"{name}, {side}" for side in ("yes", "no") for name in _names(mine)]
    hidden, told = _suppressed(
        values, relations, rule, policy, np.concatenate([out, out]), names, cost
    )
    return hidden[:n] | hidden[n:], list(
        dict.fromkeys(t.replace(", no", "").replace(", yes", "") for t in told)
    )


def _suppressed(
    values: np.ndarray,
    relations: Relations,
    rule: np.ndarray,
    policy: Policy,
    out: np.ndarray,
    names: Sequence[str],
    cost: np.ndarray | None = None,
) -> tuple[np.ndarray, list[str]]:
    """Which cells are hidden; what is out and should not be is hidden from now on, and told."""
    small = rule != ""
    told = [
        f"{names[int(i)]} was published before, and the limits of {policy.source} hide it now: it "
        "stays out of new reports; withdraw the old ones, or record why it may stand"
        for i in np.flatnonzero(small & out)
    ]
    fixed = out & ~small
    required = _required(values, small, policy)
    if _is_enough(values, relations, small, required[1]):
        return small, told
    task = partial(
        suppress, values, relations, rule, policy,
        cost=cost, names=names, required=required,
    )  # fmt: skip
    try:
        done = task(already_published=fixed)
    except ValueError as error:
        if not fixed.any():
            raise
        told.append(f"{error} (hidden from now on as if nothing had been published)")
        done = task()
    return done.hidden, told


def _is_enough(
    values: np.ndarray, relations: Relations, small: np.ndarray, high: np.ndarray
) -> bool:
    """Whether hiding the small cells hides them well enough, seen without an optimiser.

    Where no cell is in two sums, those hidden in a sum can be anything from 0 to what they have
    together, if they are two or more, and with what no part has: each interval is known in closed
    form.
    """
    member = abs(relations.matrix) > 0
    if (member.sum(axis=0) > 1).any():
        return False
    for row in range(member.shape[0]):
        of = np.zeros(len(values), bool)
        of[member[[row]].nonzero()[-1]] = True
        mine = of & small
        if not mine.any():
            continue
        sign = relations.matrix[[row]].toarray().ravel()
        is_open = relations.low[row] < relations.high[row]
        most = values[mine].sum() - (sign @ values if is_open else 0.0)
        few = mine.sum() < 2 and not is_open
        if (mine & (sign < 0)).any() or few or most < high[mine].max():
            return False
    return True


def _required(
    values: np.ndarray, small: np.ndarray, policy: Policy
) -> tuple[np.ndarray, np.ndarray]:
    """What a reader must not be able to tell apart from a hidden count.

    A small one is anything up to the limit, a zero among them; a larger one, hidden because it is
    the rest of few persons, anything within p per cent and one person of it.
    """
    few = values < policy.minimum_count
    apart = np.maximum(1.0, values * policy.p_percent / 100)
    low = np.where(few, np.minimum(values, 1.0), np.maximum(values - apart, 0.0))
    high = np.where(few, float(policy.minimum_count), values + apart)
    return np.where(small, low, np.nan), np.where(small, high, np.nan)


def _cells(mine: pd.DataFrame, hidden: np.ndarray | None, policy: Policy) -> pd.DataFrame:
    kept = mine if hidden is None else mine[hidden]
    rule = kept["rule"] if "rule" in kept else pd.Series(dtype=object)
    primary = rule.ne("")
    return kept[CELL].assign(
        role=np.where(primary, "primary", "secondary"),
        rule=rule.where(primary, "secondary"),
        source=policy.source,
        resource=kept["resource"],
    )


def _names(mine: pd.DataFrame) -> list[str]:
    """What a person calls the cells."""
    return [
        f"{row['indicator']} {row['unit_code']} {row['reference_year']}"
        for row in mine.to_dict("records")
    ]


def _is_known(row: Mapping[str, object], known: Known) -> bool:
    year = int(str(row["reference_year"]))
    return (str(row["indicator"]), str(row["unit_code"]), year) in known


def _without_zeros(policy: Policy) -> Policy:
    """The policy for plain counts: nobody of a kind among the residents of an area is no secret."""
    return replace(policy, group_zero=False)
