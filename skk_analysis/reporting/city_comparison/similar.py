"""Section 6: whom each city may be compared with, by the register's rule and by distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skk_analysis import metrics
from skk_analysis.figures import Cell
from skk_analysis.language import Missing, Quantity, date
from skk_analysis.reporting.city_comparison.cells import count
from skk_analysis.reporting.register import localised
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.city_comparison.report import CityComparison

BEFORE = 3
"""Years before the programme that a level is the mean of."""

NEAREST = 5
"""How many of the nearest municipalities are listed for each city."""

POPULATION = "municipal_population"


def write(report: CityComparison, writer: Writer) -> None:
    """The register's comparison groups, the nearest municipalities, and the cities themselves."""
    groups = _groups(report)
    if groups.empty:
        writer.say("comparison.similar.no_groups")
    features = profiles(report)
    if features is None:
        writer.say("comparison.similar.no_distances")
        return
    outcomes = "; ".join(report.indicator_name(name) for name in features.columns[1:])
    writer.say(
        "comparison.similar.introduction",
        names=outcomes or "–",
        years=f"{report.data.start - BEFORE}–{report.data.start - 1}",
    )
    codes = [code for code in report.city_names() if code in features.index]
    outside = features.drop(
        [code for code in report.city_names() if code in features.index], errors="ignore"
    )
    near = {
        code: metrics.profile_distances(pd.concat([features.loc[[code]], outside]), code)
        for code in codes
    }
    if not groups.empty:
        _group_table(report, writer, groups, near)
    _nearest_table(report, writer, groups, features, near)
    _between_cities(report, writer, features.loc[codes], features)


def profiles(report: CityComparison) -> pd.DataFrame | None:
    """Log population and the levels before the programme of every municipality that has them.

    A level is a mean over the last years before the programme, of the outcomes that the cities
    agreed to be compared in.
    """
    rows = report.data.published
    start = report.data.start
    rows = rows[
        (rows["unit_level"] == "municipality")
        & (rows["status"] == "observed")
        & rows["reference_year"].between(start - BEFORE, start - 1)
        & rows["indicator"].isin([POPULATION, *report.analysis.effects.joint])
    ]
    levels = rows.pivot_table(index="unit_code", columns="indicator", values="value")
    if POPULATION not in levels:
        return None
    wanted = [name for name in report.analysis.effects.joint if name in levels]
    levels = levels[[POPULATION, *wanted]].dropna()
    levels[POPULATION] = np.log(levels[POPULATION])
    return levels if len(levels) > NEAREST + 1 and (levels.std() > 0).all() else None


def _groups(report: CityComparison) -> pd.DataFrame:
    """The register's comparison groups of the programme's cities."""
    table = report.data.register.get("comparisons")
    if table is None:
        return pd.DataFrame(columns=["city_code", "municipality_code"])
    return table[table["city_code"].isin(list(report.city_names()))]


def municipality(report: CityComparison, code: str) -> str:
    """A municipality's name in the report's language, else its code."""
    rows = report.data.municipalities
    mine = rows[rows["unit_code"] == code]
    if mine.empty:
        return code
    return localised(mine.iloc[0].fillna(""), "name", report.language) or code


def _group_table(
    report: CityComparison, writer: Writer, groups: pd.DataFrame, near: dict[str, pd.Series]
) -> None:
    rows: list[list[Cell]] = []
    for code, city in report.city_names().items():
        mine = groups[groups["city_code"] == code]
        if mine.empty:
            rows.append([city, "–", "–", "–", *[Missing("not_applicable")] * 2])
            continue
        members = list(mine["municipality_code"])
        names = ", ".join(municipality(report, member) for member in members)
        first = mine.iloc[0]
        day = str(first.get("date", ""))
        rows.append(
            [
                city,
                names,
                localised(first, "rule", report.language) or "–",
                date(day, report.language) if day else "–",
                *_closeness(report, code, members, near.get(code)),
            ]
        )
    keys = ("city", "comparison_group", "rule", "date", "mean_distance", "among_nearest")
    columns = [writer.text(f"table.{key}") for key in keys]
    writer.table("comparison_groups", columns, rows, wide=True)
    writer.say("comparison.similar.groups_reading")


def _closeness(
    report: CityComparison, code: str, members: list[str], distances: pd.Series | None
) -> list[Cell]:
    """The group's mean distance, and how many of it are as near as as many can be."""
    if distances is None or not set(members) & set(distances.index):
        return [Missing("not_received"), Missing("not_received")]
    known = [member for member in members if member in distances.index]
    nearest = set(distances.index[: len(members)])
    return [
        _distance(f"similar.{code}.group", float(distances[known].mean())),
        count(f"similar.{code}.overlap", len(nearest & set(members)), report.year),
    ]


def _distance(name: str, value: float) -> Quantity:
    return Quantity(name, value, "ratio", 2)


def _nearest_table(
    report: CityComparison,
    writer: Writer,
    groups: pd.DataFrame,
    features: pd.DataFrame,
    near: dict[str, pd.Series],
) -> None:
    rows: list[list[Cell]] = []
    for code, distances in near.items():
        members = set(groups.loc[groups["city_code"] == code, "municipality_code"])
        for other, distance in distances.iloc[:NEAREST].items():
            name = f"similar.{code}.{other}"
            people = float(np.exp(features.loc[str(other), POPULATION]))
            rows.append(
                [
                    report.city_names()[code],
                    municipality(report, str(other)),
                    Quantity(f"{name}.population", people, "persons"),
                    _distance(f"{name}.distance", float(distance)),
                    writer.text("quality.yes" if other in members else "quality.no"),
                ]
            )
    keys = ("city", "nearest", "mean_population", "distance", "in_group")
    columns = [writer.text(f"table.{key}") for key in keys]
    writer.table("comparison_nearest", columns, rows, wide=True)
    writer.say("comparison.similar.nearest_reading")


def _between_cities(
    report: CityComparison, writer: Writer, cities: pd.DataFrame, features: pd.DataFrame
) -> None:
    """How alike the programme's own cities are, in the spread of all municipalities."""
    codes = list(cities.index)
    if len(codes) < 2:
        return
    names = report.city_names()
    codes = [code for code in names if code in codes]
    rows: list[list[Cell]] = []
    for code in codes:
        distances = metrics.profile_distances(features, code)
        row: list[Cell] = [names[code]]
        for other in codes:
            pair = ".".join(sorted((code, other)))
            if other == code:
                row.append("–")
            else:
                row.append(_distance(f"similar.cities.{pair}", float(distances[other])))
        rows.append(row)
    columns = [writer.text("table.city"), *(names[code] for code in codes)]
    writer.table("comparison_distances", columns, rows, wide=True)
