"""The fixed key: one list of areas for the whole workspace, and what other sources say instead.

Postal areas are split, merged and moved between municipalities from year to year. Everything is
joined on the code with one key, and every label that disagrees with it is reported.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skk_analysis.cleaning.cells import padded_code, plain_name
from skk_analysis.cleaning.message import ERROR, NOTE, Message
from skk_analysis.cleaning.reader import COUNTRY, COUNTRY_CODE, MUNICIPALITY, POSTAL_AREA, Reading
from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.programme import Programme
from skk_analysis.workspace import Resource

Readings = dict[str, Reading]
LISTED = 12
CUT = "…"
"""Marks a label that the publisher has cut."""


def fixed_key(
    resources: Sequence[Resource], readings: Readings, programme: Programme
) -> tuple[pd.DataFrame, list[Message]]:
    """The table ``areas`` and what the sources say against it.

    Postal areas come from the postal-area key, else from boundaries, else from the newest Paavo;
    of several files of one kind the last one taken in. Municipalities come from the municipality
    key of the latest year, else from the postal-area key; the programme's cities are always there.
    """
    read = [r for r in resources if r.name in readings]
    postal, messages = _postal_areas(read, readings)
    municipalities = _municipalities(read, readings, programme)
    country = pd.DataFrame(
        {
            "unit_level": [COUNTRY],
            "unit_code": [COUNTRY_CODE],
            "name_fi": ["Koko maa"],
            "name_sv": ["Hela landet"],
            "resource": ["programme"],
        }
    )
    key = pd.concat([country, municipalities, postal], ignore_index=True)
    boundaries = _boundaries(read, readings)
    if not boundaries.empty:
        found = key.merge(
            boundaries, on=["unit_level", "unit_code"], how="left", validate="many_to_one"
        )
        key["boundary"] = found["boundary_drawn"].to_numpy()
    key = TABLES["areas"].typed(key.reindex(columns=TABLES["areas"].columns))
    files = {resource.name: resource.path for resource in resources}
    messages += TABLES["areas"].check(key, lambda name: files.get(name, ""))
    messages += _border_changes(read, readings, key, programme)
    messages += _unknown_codes(read, readings, key)
    return key, messages


def _of(
    read: Sequence[Resource], readings: Readings, *readers: str
) -> list[tuple[Resource, Reading]]:
    return [(r, readings[r.name]) for r in read if r.reader in readers]


def _postal_areas(
    read: Sequence[Resource], readings: Readings
) -> tuple[pd.DataFrame, list[Message]]:
    for reader in ("postal_area_key", "boundaries"):
        candidates = [
            (resource, reading.tables["areas"].query("unit_level == @POSTAL_AREA"))
            for resource, reading in _of(read, readings, reader)
        ]
        candidates = [(resource, frame) for resource, frame in candidates if len(frame)]
        if candidates:
            resource, frame = candidates[-1]
            return frame, _several(resource, len(candidates))
    labelled = [
        (_newest_year(reading), resource, reading)
        for resource, reading in _of(read, readings, "paavo_wide", "paavo_wfs", "paavo_long")
        if reading.labels is not None and len(reading.labels)
    ]
    if not labelled:
        return TABLES["areas"].empty(), []
    _, resource, reading = max(labelled, key=lambda item: item[0])
    assert reading.labels is not None  # chosen above
    labels = reading.labels.dropna(subset=["unit_code"]).drop_duplicates("unit_code")
    frame = pd.DataFrame(
        {
            "unit_level": POSTAL_AREA,
            "unit_code": labels["unit_code"],
            "name_fi": labels["name"],
            "name_sv": labels["name"],
            "city_code": _city_codes(labels, _municipality_names(readings)),
            "resource": resource.name,
        }
    )
    return frame, []


def _several(resource: Resource, count: int) -> list[Message]:
    if count == 1:
        return []
    return [
        Message(
            NOTE,
            "area_key",
            resource.name,
            resource.path,
            value=f"{count} keys of areas",
            expected="one fixed key",
            mend="This one, the last taken in, is used.",
        )
    ]


def _newest_year(reading: Reading) -> tuple[int, int]:
    rows = reading.tables.get("observations")
    if rows is None or rows.empty:
        return (0, 0)
    release = rows["release_year"].max()
    return (0 if pd.isna(release) else int(release), int(rows["reference_year"].max()))


def _municipalities(
    read: Sequence[Resource], readings: Readings, programme: Programme
) -> pd.DataFrame:
    keys = [reading.tables["areas"] for _, reading in _of(read, readings, "municipality_key")]
    keys = sorted(keys, key=lambda frame: frame.attrs.get("vintage", ""))[-1:]
    if not keys:
        keys = [
            frame[frame["unit_level"] == MUNICIPALITY]
            for reader in ("boundaries", "postal_area_key")
            for _, reading in _of(read, readings, reader)
            for frame in [reading.tables["areas"]]
        ]
    cities = pd.DataFrame(
        [
            (MUNICIPALITY, c.code, c.name_fi, c.name_sv, c.code, "programme")
            for c in programme.cities()
        ],
        columns=["unit_level", "unit_code", "name_fi", "name_sv", "city_code", "resource"],
    )
    frame = pd.concat([*keys, cities], ignore_index=True)
    return frame.drop_duplicates(["unit_level", "unit_code"]).drop(
        columns="boundary", errors="ignore"
    )


def _boundaries(read: Sequence[Resource], readings: Readings) -> pd.DataFrame:
    """The newest border of each area: of several layers the last one taken in."""
    layers = [
        reading.tables["areas"][["unit_level", "unit_code", "boundary"]]
        for _, reading in _of(read, readings, "boundaries")
    ]
    if not layers:
        return pd.DataFrame()
    frame = pd.concat(layers, ignore_index=True).rename(columns={"boundary": "boundary_drawn"})
    return frame.drop_duplicates(["unit_level", "unit_code"], keep="last")


# ---------------------------------------------------------------- disagreement with the key


def _municipality_names(readings: Readings) -> dict[str, str]:
    names: dict[str, str] = {}
    for reading in readings.values():
        if reading.keys is not None:
            names = {**reading.keys.municipalities, **names}
    return names


def _city_codes(labels: pd.DataFrame, names: dict[str, str]) -> pd.Series:
    """The municipality that each label says, as a code; null where it cannot be told.

    A label that was cut ("… (Lappee") means the one municipality that begins so.
    """
    said = labels["city_name"].astype("str").fillna("")
    marked = said.where(~labels["cut"].astype(bool), said + CUT)
    found: dict[str, str | None] = {}
    for label in marked.unique():
        text, cut = label.removesuffix(CUT), label.endswith(CUT)
        if text.isdecimal():
            found[label] = padded_code(pd.Series([text]), 3).iloc[0]
            continue
        plain = plain_name(text)
        code = names.get(plain)
        if code is None and cut and plain:
            possible = {c for name, c in names.items() if name.startswith(plain)}
            code = possible.pop() if len(possible) == 1 else None
        found[label] = code
    return marked.map(found).astype("str")


def _border_changes(
    read: Sequence[Resource], readings: Readings, key: pd.DataFrame, programme: Programme
) -> list[Message]:
    """Areas that a source puts in another municipality than the key does."""
    names = _municipality_names(readings)
    postal = key[key["unit_level"] == POSTAL_AREA].set_index("unit_code")["city_code"]
    title = key[key["unit_level"] == MUNICIPALITY].set_index("unit_code")["name_fi"].to_dict()
    cities = {city.code for city in programme.cities()}
    messages = []
    for resource in read:
        labels = readings[resource.name].labels
        if labels is None or labels.empty or postal.empty:
            continue
        said = _city_codes(labels, names)
        in_key = labels["unit_code"].map(postal)
        moved = said.notna() & in_key.notna() & said.ne(in_key)
        ours = moved & (said.isin(cities) | in_key.isin(cities))
        for i in labels.index[ours]:
            messages.append(
                Message(
                    NOTE,
                    "border_change",
                    resource.name,
                    resource.path,
                    int(labels.loc[i, "line"]),
                    value=f"{labels.loc[i, 'unit_code']} {labels.loc[i, 'name']}: "
                    f"{title.get(said[i], said[i])}",
                    expected=f"{title.get(in_key[i], in_key[i])} (the key)",
                    mend="Joined on the code with the fixed key.",
                )
            )
        others = moved & ~ours
        if others.any():
            codes = ", ".join(labels.loc[others, "unit_code"].head(LISTED))
            messages.append(
                Message(
                    NOTE,
                    "border_change",
                    resource.name,
                    resource.path,
                    value=f"{others.sum()} areas elsewhere: {codes}",
                    expected="the municipality of the key",
                    mend="Joined on the code with the fixed key.",
                )
            )
    return messages


def _unknown_codes(
    read: Sequence[Resource], readings: Readings, key: pd.DataFrame
) -> list[Message]:
    """Codes that a source has and the key does not; their figures are kept."""
    known = {level: set(part["unit_code"]) for level, part in key.groupby("unit_level")}
    messages = []
    for resource in read:
        messages += _outside_programme(resource, readings[resource.name], key)
        rows = readings[resource.name].tables.get("observations")
        if rows is None:
            continue
        for level in (POSTAL_AREA, MUNICIPALITY):
            codes = set(rows.loc[rows["unit_level"] == level, "unit_code"].unique())
            unknown = sorted(codes - known.get(level, set()))
            if unknown and known.get(level):
                listed = ", ".join(unknown[:LISTED])
                messages.append(
                    Message(
                        NOTE,
                        "codes",
                        resource.name,
                        resource.path,
                        value=f"{len(unknown)} codes of level {level}: {listed}",
                        expected="codes of the key",
                        mend="Kept in observations.",
                    )
                )
    return messages


def _outside_programme(resource: Resource, reading: Reading, key: pd.DataFrame) -> list[Message]:
    """Micro-data of a municipality that the key does not have are an error."""
    messages = []
    municipalities = set(key.loc[key["unit_level"] == MUNICIPALITY, "unit_code"])
    for name in ("households", "responses"):
        rows = reading.tables.get(name)
        if rows is None:
            continue
        unknown = rows[~rows["city_code"].isin(municipalities)]
        for code, part in unknown.groupby("city_code"):
            messages.append(
                Message(
                    ERROR,
                    "codes",
                    resource.name,
                    resource.path,
                    int(part["row"].iloc[0]),
                    "city_code",
                    str(code),
                    "a municipality of the key",
                    "Correct the code; it is a text of three digits.",
                )
            )
    return messages
