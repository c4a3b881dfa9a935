"""Values of the indicator dictionary, computed from published figures and survey answers.

Parts of one value always come from the same year and the same publication, because area borders
change between publications. Of several publications the newest wins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import (
    NO_POPULATION,
    NOT_ASKED,
    NOT_RECEIVED,
    OBSERVED,
    PROTECTED,
)
from skk_analysis.cleaning.expression import Expression, Term, parse
from skk_analysis.cleaning.message import Message
from skk_analysis.cleaning.plausibility import as_text, key_numbers
from skk_analysis.cleaning.reader import MUNICIPALITY, OBSERVATION_COLUMNS, POSTAL_AREA
from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.cleaning.survey import survey_values
from skk_analysis.programme import Programme

UNIT = ["unit_level", "unit_code", "reference_year", "group"]
KEY = [*UNIT, "release_year"]
NO_RELEASE = 0
"""Stands for an unknown publication year inside this module: older than every known one."""
ENOUGH = 0.1
"""An absent row means a secret figure where at least this share of municipalities has a row."""


def derive(
    tables: dict[str, pd.DataFrame], dictionary: pd.DataFrame, programme: Programme
) -> tuple[pd.DataFrame, list[Message]]:
    """The table ``indicator_values``."""
    published = dictionary[~dictionary["numerator"].str.startswith("survey.")]
    found = [figures(tables["observations"], published, tables["areas"])]
    asked = dictionary[dictionary["numerator"].str.startswith("survey.")]
    found.append(survey_values(tables["responses"], asked))
    values = pd.concat([frame for frame in found if len(frame)] or [_none()], ignore_index=True)
    values = pd.concat([values, _absent(values, dictionary, tables["areas"], programme)])
    return values.reset_index(drop=True), []


def figures(
    observations: pd.DataFrame, dictionary: pd.DataFrame, areas: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Values of the dictionary's rows from published figures.

    With ``areas``, municipalities without a row in Sotkanet are added as protected.
    """
    parts, units = _parts(observations, dictionary)
    found = [
        _values(str(indicator), row, parts, units, areas)
        for indicator, row in dictionary.iterrows()
    ]
    return pd.concat([frame for frame in found if len(frame)] or [_none()], ignore_index=True)


def _none() -> pd.DataFrame:
    return TABLES["indicator_values"].empty()


def _parts(
    observations: pd.DataFrame, dictionary: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Published variable → its figures by key number, and the keys by number.

    A key is a unit, year, group and publication; keys are numbered so that the newer publication
    of the same unit comes later. Within one publication the last file taken in wins, an observed
    figure over a missing one.
    """
    names = {
        name
        for column in ("numerator", "denominator", "weight")
        for text in dictionary[column]
        if text
        for name in parse(text).names
    }
    rows = as_text(observations[observations["indicator"].isin(names)])
    rows["release_year"] = rows["release_year"].fillna(NO_RELEASE).astype("int64")
    rows.index = pd.Index(key_numbers(rows, KEY))
    units = rows.loc[~rows.index.duplicated(), KEY]
    rows = rows.iloc[np.argsort(rows["status"].eq(OBSERVED).to_numpy(), kind="stable")]
    columns = ["value", "status", "reason", "resource"]
    parts = {}
    for name, part in rows.groupby("indicator"):
        parts[str(name)] = part.loc[~part.index.duplicated(keep="last"), columns]
    return parts, units


def _values(
    indicator: str,
    row: pd.Series,
    parts: dict[str, pd.DataFrame],
    units: pd.DataFrame,
    areas: pd.DataFrame | None,
) -> pd.DataFrame:
    """All values of one indicator."""
    expression = parse(row["numerator"])
    top = _evaluate(expression, parts)
    if top.empty:
        return top
    below = row["denominator"] or row["weight"]
    bottom = _evaluate(parse(below), parts) if below else None
    result = _divide(top, bottom, bool(row["denominator"]), row["minimum_denominator"])
    result = units.join(result, how="inner").sort_index()
    result = result.drop_duplicates(UNIT, keep="last")
    if areas is not None and all(name.startswith("sotkanet.") for name in expression.names):
        result = pd.concat([result, _absent_rows(result, areas)], ignore_index=True)
    result["release_year"] = result["release_year"].astype("Int64").replace(NO_RELEASE, pd.NA)
    return result.assign(indicator=indicator)[OBSERVATION_COLUMNS]


def _evaluate(expression: Expression, parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Value, status, reason and resource by key: the first alternative that has data.

    An alternative has data where all its terms are observed; where none has, the first one whose
    terms all have rows says why.
    """
    found = [_sum(terms, parts) for terms in expression.alternatives]
    found = [frame for frame in found if len(frame)]
    if not found:
        return pd.DataFrame(columns=["value", "status", "reason", "resource"])
    observed = [frame[frame["status"] == OBSERVED] for frame in found]
    stacked = pd.concat([*observed, *found])
    return stacked[~stacked.index.duplicated()]


def _sum(terms: Sequence[Term], parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One alternative; a missing part passes its status on."""
    frames = [parts[term.name] for term in terms if term.name in parts]
    if len(frames) < len(terms):
        return pd.DataFrame()
    index = frames[0].index
    for frame in frames[1:]:
        index = index.intersection(frame.index)
    frames = [frame.reindex(index) for frame in frames]
    result = frames[0].copy()
    result["value"] = sum(
        term.sign * frame["value"] for term, frame in zip(terms, frames, strict=True)
    )
    for frame in frames[1:]:
        passes = result["status"].eq(OBSERVED) & frame["status"].ne(OBSERVED)
        result["status"] = result["status"].where(~passes, frame["status"])
        result["reason"] = result["reason"].where(~passes, frame["reason"])
        result["resource"] = _both(result["resource"], frame["resource"])
    return result


def _both(first: pd.Series, second: pd.Series) -> pd.Series:
    """Names of two resources, sorted and joined by ``;`` where they differ."""
    if first.equals(second):
        return first
    pairs = {
        (a, b): ";".join(sorted({*a.split(";"), *b.split(";")}))
        for a, b in set(zip(first, second, strict=True))
    }
    joined = [pairs[pair] for pair in zip(first, second, strict=True)]
    return pd.Series(joined, index=first.index, dtype="str")


def _divide(
    top: pd.DataFrame, bottom: pd.DataFrame | None, fraction: bool, minimum: str
) -> pd.DataFrame:
    """Numerator over denominator; without a denominator the numerator with its population."""
    nothing = np.full(len(top), np.nan)
    if bottom is None:
        return top.assign(count=nothing, denominator=nothing)
    if fraction:
        index = top.index.intersection(bottom.index)
        top, bottom = top.reindex(index), bottom.reindex(index)
    else:
        bottom = bottom.reindex(top.index)
    result = top.assign(denominator=bottom["value"], count=np.nan)
    if fraction:
        result["count"] = top["value"]
        with np.errstate(divide="ignore", invalid="ignore"):
            result["value"] = top["value"] / bottom["value"].where(bottom["value"] > 0)
        result["resource"] = _both(top["resource"], bottom["resource"])
    missing = bottom["status"].notna() & bottom["status"].ne(OBSERVED)
    passes = missing & result["status"].eq(OBSERVED) & fraction
    result["status"] = result["status"].where(~passes, bottom["status"])
    result["reason"] = result["reason"].where(~passes, bottom["reason"])
    good = result["status"].eq(OBSERVED)
    if fraction:
        _mark(result, good & bottom["value"].le(0), NO_POPULATION, "zero_denominator")
    small = bottom["value"].lt(float(minimum or 0)) & result["status"].eq(OBSERVED)
    _mark(result, small, PROTECTED, "small_denominator")
    hidden = result["status"].ne(OBSERVED)
    result.loc[hidden, ["value", "count"]] = np.nan
    return result


def _mark(frame: pd.DataFrame, where: pd.Series, status: str, reason: str) -> None:
    frame["status"] = frame["status"].where(~where, status)
    frame["reason"] = frame["reason"].where(~where, reason)


def _absent_rows(values: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Sotkanet gives no row for a secret figure: municipalities of the key without a row."""
    key = areas.loc[areas["unit_level"] == MUNICIPALITY, "unit_code"]
    rows = values[(values["unit_level"] == MUNICIPALITY) & values["unit_code"].isin(set(key))]
    found = []
    for (year, group), part in rows.groupby(["reference_year", "group"]):
        absent = key[~key.isin(set(part["unit_code"]))]
        if group != "total" or len(part) < ENOUGH * len(key) or absent.empty:
            continue
        found.append(
            pd.DataFrame(
                {
                    "unit_level": MUNICIPALITY,
                    "unit_code": absent,
                    "reference_year": year,
                    "group": group,
                    "release_year": NO_RELEASE,
                    "value": np.nan,
                    "count": np.nan,
                    "denominator": np.nan,
                    "status": PROTECTED,
                    "reason": "absent_row",
                    "resource": part["resource"].mode().iloc[0],
                }
            )
        )
    return pd.concat(found, ignore_index=True) if found else values.iloc[:0]


def _absent(
    values: pd.DataFrame, dictionary: pd.DataFrame, areas: pd.DataFrame, programme: Programme
) -> pd.DataFrame:
    """Rows for what the dictionary wants about the cities and no source has."""
    cities = [city.code for city in programme.cities()]
    postal = areas[(areas["unit_level"] == POSTAL_AREA) & areas["city_code"].isin(cities)]
    units = {POSTAL_AREA: [(POSTAL_AREA, code) for code in postal["unit_code"]]}
    city_units = [(MUNICIPALITY, code) for code in cities]
    years = _years(programme)
    wanted = [
        (level, code, year, indicator, kind)
        for indicator, row in dictionary.iterrows()
        for level, code in units.get(row["level"], city_units)
        for year in years
        for kind in [NOT_ASKED if row["numerator"].startswith("survey.") else NOT_RECEIVED]
    ]
    columns = ["unit_level", "unit_code", "reference_year", "indicator", "status"]
    frame = pd.DataFrame(wanted, columns=columns)
    total = values[values["group"] == "total"]
    there = pd.MultiIndex.from_frame(total[columns[:4]].astype({"reference_year": "int64"}))
    frame = frame[~pd.MultiIndex.from_frame(frame[columns[:4]]).isin(there)]
    frame = frame.assign(group="total", reason="no_source", resource="", release_year=pd.NA)
    return frame.reindex(columns=OBSERVATION_COLUMNS).astype(
        {"value": float, "count": float, "denominator": float, "release_year": "Int64"}
    )


def _years(programme: Programme) -> list[int]:
    """The reported years and the years they are compared with."""
    table = programme.table("years")
    compared = [int(year) for year in table["comparison_year"] if year.strip().isdecimal()]
    return sorted({*programme.years(), *compared})
