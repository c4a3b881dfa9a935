"""Sotkanet (THL): figures by municipality, as the interface, its R client and others give them.

A secret or missing municipality has no row at all. That absence is found later, when the rows of
the whole workspace are together (`derive`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import padded_code, plain_name, read_cells, slug
from skk_analysis.cleaning.keys import THL, sotkanet_levels
from skk_analysis.cleaning.message import WARNING
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import (
    COUNTRY,
    COUNTRY_CODE,
    MUNICIPALITY,
    Keys,
    Reader,
    Reading,
    observations,
    wrong_cells,
    years,
)

FOLDER = Path(__file__).parent
GENDERS = {
    "total": "total",
    "male": "male",
    "female": "female",
    "yhteensä": "total",
    "miehet": "male",
    "naiset": "female",
}
WIDTHS = {MUNICIPALITY: 3, "region": 2, "sub_region": 3}
NEEDED = {"indicator", "region", "year", "primary value"}
LABEL_COLUMNS = {"Muuttuja", "Alue", "Vuosi", "Arvo"}
POPULATION_COLUMNS = {"municipality_code", "primary.value", "year"}
POPULATION_ID = "127"
"""The geofi table of population does not say its indicator; it is Sotkanet's 127."""


def _dotless(name: str) -> str:
    """Column names of the interface; the R client writes dots for blanks."""
    return re.sub(r"^(primary|absolute)\.value$", r"\1 value", name)


def is_csv(file: RawFile) -> bool:
    """The interface's CSV, or the table that the R client makes."""
    return not file.is_json and {_dotless(name) for name in file.header} >= NEEDED


def is_json(file: RawFile) -> bool:
    """The interface's list of flat rows."""
    rows = file.json if file.is_json else None
    return (
        isinstance(rows, list)
        and bool(rows)
        and isinstance(rows[0], dict)
        and {"indicator", "region", "year"} <= set(rows[0])
    )


def read_csv(file: RawFile, keys: Keys) -> Reading:
    """CSV rows."""
    table = file.table
    return _read(file, table.frame.rename(columns=_dotless), table.lines, keys)


def read_json(file: RawFile, keys: Keys) -> Reading:
    """JSON rows; ``value`` is the primary value and ``absValue`` the absolute one."""
    rows = file.json
    if not isinstance(rows, list) or not rows:
        raise file.error(
            "a list of rows",
            "The answer is empty: remove the file, or fetch the indicator and years again.",
        )
    if not all(isinstance(row, dict) for row in rows):
        raise file.error("a list of objects", "Fetch the file again.")
    names = {
        "primary value": ("value", "primary value"),
        "absolute value": ("absValue", "absolute value"),
    }
    frame = pd.DataFrame(
        {
            **{n: [_text(r.get(n)) for r in rows] for n in ("indicator", "region", "year")},
            "gender": [_text(r.get("gender", "total")) for r in rows],
            **{
                name: [_text(next((r[k] for k in keys_ if k in r), None)) for r in rows]
                for name, keys_ in names.items()
            },
        },
        dtype="str",
    )
    return _read(file, frame, np.arange(1, len(frame) + 1), keys)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _read(file: RawFile, frame: pd.DataFrame, lines: np.ndarray, keys: Keys) -> Reading:
    reading = Reading(len(frame))
    level, code = _regions(file, frame, lines, keys, reading)
    year, messages = years(file, frame["year"], lines, "year")
    reading.messages += messages
    gender = frame.get("gender", pd.Series("total", index=frame.index))
    group = gender.str.strip().str.lower().map(GENDERS)
    reading.messages += wrong_cells(
        file, group.isna().to_numpy(), lines, gender, "gender", "total, male or female"
    )
    indicator = frame["indicator"].str.strip().str.removesuffix(".0")
    wrong = ~indicator.str.fullmatch(r"\d+").to_numpy(bool)
    reading.messages += wrong_cells(
        file, wrong, lines, frame["indicator"], "indicator", "Sotkanet's number of the indicator"
    )
    cells = read_cells(frame["primary value"])
    reading.messages += wrong_cells(
        file, cells.wrong, lines, frame["primary value"], "primary value", "a number or nothing"
    )
    absolute = None
    if "absolute value" in frame:
        counted = read_cells(frame["absolute value"])
        absolute = counted.value
        reading.messages += wrong_cells(
            file,
            counted.wrong,
            lines,
            frame["absolute value"],
            "absolute value",
            "a number or nothing",
        )
    rows = observations(
        file,
        unit_level=level.fillna("").to_numpy(),
        unit_code=code.fillna("").to_numpy(),
        indicator="sotkanet." + indicator,
        reference_year=year,
        cells=cells,
        group=group.fillna("").to_numpy(),
        count=absolute,
        lines=lines,
    )
    known = code.notna().to_numpy()
    reading.rows_refused = int((~known).sum())
    reading.tables["observations"] = rows[known]
    return reading


def _regions(
    file: RawFile, frame: pd.DataFrame, lines: np.ndarray, keys: Keys, reading: Reading
) -> tuple[pd.Series, pd.Series]:
    """Level and code of each row: from its own columns, else from the list of regions."""
    region = frame["region"].str.strip().str.removesuffix(".0")
    if "region.code" in frame:
        code = frame["region.code"].str.strip()
        category = frame.get("region.category", pd.Series("KUNTA", index=frame.index))
        level = sotkanet_levels(category)
    elif keys.sotkanet is not None:
        level = region.map(keys.sotkanet["level"])
        code = region.map(keys.sotkanet["code"])
        unknown = code.isna().to_numpy()
        if unknown.any():
            ids = ", ".join(region[unknown].unique()[:20])
            reading.messages.append(
                file.message(
                    WARNING,
                    "codes",
                    "region ids of Sotkanet's /regions",
                    "Rows refused. Fetch a newer /regions list if they are needed.",
                    column="region",
                    value=f"{unknown.sum()} rows: {ids}",
                )
            )
    else:
        raise file.error(
            "a column region.code, or Sotkanet's list of regions in the workspace",
            "Sotkanet's region ids are its own: add the answer of "
            "https://sotkanet.fi/rest/1.1/regions ('skk raw add SotkaRegions.json').",
            column="region",
        )
    code = _padded(level, code)
    wrong = code.eq("").to_numpy()
    reading.messages += wrong_cells(
        file, wrong, lines, frame["region"], "region", "a region with a code"
    )
    return level, code


def _padded(level: pd.Series, code: pd.Series) -> pd.Series:
    """Codes at their level's width; the whole country gets its common code."""
    result = code.astype("str")
    for name, width in WIDTHS.items():
        at = level.eq(name) & code.notna()
        result = result.where(~at, result.str.zfill(width))
    return result.where(~level.eq(COUNTRY), COUNTRY_CODE)


# ---------------------------------------------------------------- tables without ids or codes


@cache
def ids_of_labels() -> dict[str, str]:
    """Label without its blanks and marks → id, for the labels whose definition has not changed."""
    table = pd.read_csv(FOLDER / "sotkanet_labels.csv", dtype=str, keep_default_na=False)
    return {
        slug(label).replace("_", ""): id_
        for id_, label in zip(table["id"], table["label_fi"], strict=True)
    }


def is_labelled(file: RawFile) -> bool:
    """A table of labels and names only (the 1990–2012 file)."""
    return not file.is_json and set(file.header) >= LABEL_COLUMNS


def read_labelled(file: RawFile, keys: Keys) -> Reading:
    """Labels become ids where they are known, names become codes through the municipality key."""
    table = file.table
    frame = table.frame
    if not keys.municipalities:
        raise file.error(
            "a municipality key in the workspace",
            "This table has names and no codes: add a municipality key ('skk raw add').",
            column="Alue",
        )
    reading = Reading(len(frame))
    code = frame["Alue"].map(
        {n: keys.municipalities.get(plain_name(n)) for n in frame["Alue"].unique()}
    )
    unknown = code.isna()
    if unknown.any():
        names = ", ".join(sorted(frame.loc[unknown, "Alue"].unique()))
        reading.messages.append(
            file.message(
                WARNING,
                "codes",
                "names of the municipality key",
                "Rows refused: municipalities that the key does not have. Sotkanet's "
                "list of regions knows older ones.",
                column="Alue",
                value=f"{unknown.sum()} rows: {names}",
            )
        )
    year, messages = years(file, frame["Vuosi"], table.lines, "Vuosi")
    cells = read_cells(frame["Arvo"])
    reading.messages += messages
    reading.messages += wrong_cells(
        file, cells.wrong, table.lines, frame["Arvo"], "Arvo", "a number"
    )
    indicators = {label: _indicator(label) for label in frame["Muuttuja"].unique()}
    rows = observations(
        file,
        unit_level=MUNICIPALITY,
        unit_code=code.fillna("").to_numpy(),
        indicator=frame["Muuttuja"].map(indicators),
        reference_year=year,
        cells=cells,
        lines=table.lines,
    )
    reading.rows_refused = int(unknown.sum())
    reading.tables["observations"] = rows[~unknown.to_numpy()]
    return reading


def _indicator(label: str) -> str:
    """The indicator of a label such as ``[TULOEROT] Gini-kerroin, käytettävissä olevat tulot``."""
    plain = slug(re.sub(r"^\[[^\]]*\]\s*", "", label))
    return f"sotkanet.{ids_of_labels().get(plain.replace('_', ''), plain)}"


def is_population(file: RawFile) -> bool:
    """geofi's population table."""
    return not file.is_json and set(file.header) == POPULATION_COLUMNS


def read_population(file: RawFile, keys: Keys) -> Reading:
    """Population on 31 December by municipality; codes get their zeros back."""
    frame = file.table.frame.rename(columns=_dotless)
    frame["indicator"] = POPULATION_ID
    frame["region"] = frame["municipality_code"]
    frame["region.code"] = padded_code(frame["municipality_code"], 3)
    return _read(file, frame, file.table.lines, keys)


CSV = Reader(
    name="sotkanet_csv",
    folder="municipalities",
    title="Sotkanet, indikaattorit alueittain",
    layout="Sotkanet CSV ('indicator;region;year;gender;primary value;…' or with dots)",
    recognises=is_csv,
    read=read_csv,
    publisher=THL,
    source="https://sotkanet.fi/rest/1.1/csv",
)
JSON = Reader(
    name="sotkanet_json",
    folder="municipalities",
    title="Sotkanet, indikaattorit alueittain",
    layout="Sotkanet JSON (list of rows with 'indicator', 'region', 'year', 'value')",
    recognises=is_json,
    read=read_json,
    publisher=THL,
    source="https://sotkanet.fi/rest/1.1/json",
)
LABELLED = Reader(
    name="sotkanet_labels",
    folder="municipalities",
    title="Sotkanet, indikaattorit kuntien nimin",
    layout="table of labels and names ('Muuttuja', 'Alue', 'Vuosi', 'Arvo')",
    recognises=is_labelled,
    read=read_labelled,
    publisher=THL,
    source="https://github.com/ouzor/sotkanet-shiny",
)
POPULATION = Reader(
    name="sotkanet_population",
    folder="municipalities",
    title="Kuntien väkiluku 31.12.",
    layout="geofi's population table ('municipality_code', 'primary.value', 'year')",
    recognises=is_population,
    read=read_population,
    source="https://github.com/rOpenGov/geofi",
)
