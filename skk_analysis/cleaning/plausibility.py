"""Checks over all sources together: repeated rows, disagreeing sources, totals that do not fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import OBSERVED
from skk_analysis.cleaning.message import ERROR, NOTE, WARNING, Message, cell_messages
from skk_analysis.cleaning.reader import MUNICIPALITY, POSTAL_AREA
from skk_analysis.programme import Programme

EXPLODED = 2.0
"""Rows a key from which on repetition is a join gone wrong, not a slip."""
DIFFERS = 0.005
"""Relative difference from which on two sources disagree."""
POPULATION_TOLERANCE = 0.03
"""So far may the areas' population be from the municipality's (persons without a known address)."""


def ordered(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Rows sorted by the keys."""
    order = np.argsort(key_numbers(frame, keys), kind="stable")
    return frame.take(order).reset_index(drop=True)


def without_duplicates(
    frame: pd.DataFrame, key: Sequence[str], files: dict[str, str]
) -> tuple[pd.DataFrame, list[Message]]:
    """Rows once. Equal repeated rows are dropped with a warning; different ones are errors."""
    number = key_numbers(frame, key)
    again = pd.Series(number).duplicated(keep="first").to_numpy()
    if not again.any():
        return frame, []
    content = [c for c in frame.columns if c != "row"]
    equal = frame[content].duplicated().to_numpy()
    messages = []
    names = ", ".join(key)
    for resource, part in frame[again].groupby("resource", sort=False):
        own = (frame["resource"] == resource).to_numpy()
        per_key = own.sum() / len(np.unique(number[own]))
        file = files.get(resource, "")
        if per_key >= EXPLODED:
            messages.append(
                Message(
                    ERROR,
                    "join_size",
                    resource,
                    file,
                    int(part["row"].iloc[0]),
                    value=f"{own.sum()} rows, {per_key:.0f} for each key",
                    expected=f"one row for each {names}",
                    mend="A join has multiplied the rows: fetch the file again.",
                )
            )
            continue
        different = part[~equal[frame.index.get_indexer(part.index)]]
        if len(different):
            template = Message(
                ERROR,
                "duplicate_key",
                resource,
                file,
                expected=f"one row for each {names}",
                mend="Two rows have the same key and different contents: remove the wrong one.",
            )
            values = different[list(key[:4])].astype("str").agg(" ".join, axis=1)
            messages += cell_messages(template, different["row"], values)
        same = len(part) - len(different)
        if same:
            messages.append(
                Message(
                    WARNING,
                    "duplicate_key",
                    resource,
                    file,
                    int(part["row"].iloc[0]),
                    value=f"{same} repeated rows",
                    expected=f"one row for each {names}",
                    mend="Equal rows were counted once.",
                )
            )
    return frame[~again].reset_index(drop=True), messages


def key_numbers(frame: pd.DataFrame, key: Sequence[str]) -> np.ndarray:
    """A number for each row, equal for equal keys and in the order of the keys.

    Categorical columns (see `compact`) make this cheap: no text is compared.
    """
    number = np.zeros(len(frame), np.int64)
    span = 1
    for column in key:
        codes, distinct = _codes(frame[column])
        if span * (distinct + 1) > np.iinfo(np.int64).max:
            number = pd.factorize(number, sort=True)[0]
            span = int(number.max()) + 1
        number = number * (distinct + 1) + codes + 1
        span *= distinct + 1
    return number


def _codes(values: pd.Series) -> tuple[np.ndarray, int]:
    """Positions of the values in their sorted list (-1 for null), and its length."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(np.int64), len(values.cat.categories)
    codes, distinct = pd.factorize(values, sort=True)
    return codes.astype(np.int64), len(distinct)


def compact(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its text columns as sorted categories."""
    texts = [name for name, dtype in frame.dtypes.items() if dtype == "str"]
    return frame.assign(**{name: frame[name].astype("category") for name in texts})


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its categories as text again."""
    categories = frame.select_dtypes("category").columns
    return frame.assign(**{name: frame[name].astype("str") for name in categories})


def check(
    tables: dict[str, pd.DataFrame], areas: pd.DataFrame, programme: Programme
) -> list[Message]:
    """Warnings and notes about figures that do not fit together."""
    observations = tables["observations"]
    return [
        *_two_sources(observations),
        *_population(observations, areas, programme),
        *_microdata_areas(tables, areas),
    ]


def _two_sources(observations: pd.DataFrame) -> list[Message]:
    """Figures that two sources publish about the same thing, and how far they are apart."""
    columns = ["unit_level", "unit_code", "indicator", "reference_year", "group"]
    number = key_numbers(observations, columns)
    many = pd.Series(number).duplicated(keep=False).to_numpy()
    rows = observations[many & observations["status"].eq(OBSERVED).to_numpy()]
    if rows.empty:
        return []
    rows = rows.assign(number=number[rows.index])[["number", "resource", "value"]]
    rows["resource"] = rows["resource"].astype("str")
    pairs = rows.merge(rows, on="number", validate="many_to_many")
    pairs = pairs[pairs["resource_x"] < pairs["resource_y"]]
    apart = (pairs["value_x"] - pairs["value_y"]).abs()
    size = np.maximum(pairs["value_x"].abs(), pairs["value_y"].abs())
    pairs = pairs.assign(differs=apart > DIFFERS * size, apart=apart / size.where(size > 0))
    messages = []
    for (first, second), part in pairs.groupby(["resource_x", "resource_y"]):
        if part["differs"].any():
            messages.append(
                Message(
                    NOTE,
                    "two_sources",
                    second,
                    value=f"{int(part['differs'].sum())} of {len(part)} common figures differ "
                    f"from {first} (largest difference {part['apart'].max():.1%})",
                    expected="the same figures",
                    mend="All are kept in observations; the newest release is used.",
                )
            )
    return messages


def _population(
    observations: pd.DataFrame, areas: pd.DataFrame, programme: Programme
) -> list[Message]:
    """The areas' residents together against the municipality's population."""
    total = observations[observations["group"].eq("total")]
    residents = total[
        (total["indicator"] == "paavo.he_vakiy") & (total["unit_level"] == POSTAL_AREA)
    ]
    official = total[(total["indicator"] == "sotkanet.127") & (total["unit_level"] == MUNICIPALITY)]
    city = areas[areas["unit_level"] == POSTAL_AREA].set_index("unit_code")["city_code"]
    residents = as_text(residents)
    residents = residents.assign(city=residents["unit_code"].map(city))
    residents = residents[residents["city"].isin([c.code for c in programme.cities()])]
    sums = residents.groupby(["resource", "reference_year", "city"])["value"].sum()
    known = official.groupby(["unit_code", "reference_year"])["value"].first().to_dict()
    messages = []
    for (resource, year, code), value in sums.items():
        expected = known.get((code, year))
        if expected and abs(value - expected) > POPULATION_TOLERANCE * expected:
            messages.append(
                Message(
                    WARNING,
                    "population",
                    resource,
                    column="paavo.he_vakiy",
                    value=f"municipality {code}, {year}: {value:.0f} residents in its areas",
                    expected=f"{expected:.0f} (Sotkanet 127)",
                    mend="Areas may be missing or belong to another municipality in the key.",
                )
            )
    return messages


def _microdata_areas(tables: dict[str, pd.DataFrame], areas: pd.DataFrame) -> list[Message]:
    """Households and respondents in areas that the key puts in another municipality."""
    city = areas[areas["unit_level"] == POSTAL_AREA].set_index("unit_code")["city_code"]
    messages = []
    for name in ("households", "responses"):
        rows = as_text(tables[name].drop_duplicates(["resource", "city_code", "area_code"]))
        in_key = rows["area_code"].map(city)
        other = rows[in_key.notna() & in_key.ne(rows["city_code"])]
        for resource, part in other.groupby("resource"):
            listed = ", ".join(part["area_code"].head(12))
            messages.append(
                Message(
                    WARNING,
                    "border_change",
                    resource,
                    row=int(part["row"].iloc[0]),
                    column="area_code",
                    value=f"{len(part)} areas: {listed}",
                    expected="areas of the row's municipality",
                    mend="Check the codes; the rows are kept.",
                )
            )
    return messages
