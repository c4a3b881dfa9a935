"""Keys: which areas, municipalities and regions there are, what they are called, where they lie."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import padded_code, plain_name
from skk_analysis.cleaning.message import ERROR, NOTE, Message
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import (
    MUNICIPALITY,
    POSTAL_AREA,
    REGION,
    Keys,
    Reader,
    Reading,
    wrong_cells,
)

POSTAL_HEADERS = {
    "postal code area": "municipality",
    "postinumeroalue": "kunta",
    "postnummerområde": "kommun",
}
"""First header of Statistics Finland's postal-area key → header of the municipality's code."""
MUNICIPALITY_NAMES = (
    "municipality_name_fi",
    "municipality_name_sv",
    "municipality_name_en",
    "kunta_name",
    "name_fi",
    "name_sv",
)
THL = "Terveyden ja hyvinvoinnin laitos"
SOTKANET_LEVELS = {
    "KUNTA": MUNICIPALITY,
    "MAAKUNTA": REGION,
    "MAA": "country",
    "SEUTUKUNTA": "sub_region",
    "HYVINVOINTIALUE": "wellbeing_county",
    "SUURALUE": "major_region",
}
"""Sotkanet's categories under our names; another category is its own name in lower case."""


def area_rows(file: RawFile, **columns: Any) -> pd.DataFrame:
    """Rows of the table ``areas``; what is not given is empty."""
    frame = pd.DataFrame(columns)
    for name in ("name_sv", "city_code", "boundary"):
        if name not in frame:
            frame[name] = pd.Series(None, index=frame.index, dtype="str")
    frame["resource"] = file.resource
    return frame


def duplicates(file: RawFile, codes: pd.Series, lines: np.ndarray, column: str) -> list[Message]:
    """An error for each code that a key has twice."""
    twice = codes.duplicated().to_numpy()
    return [
        file.message(
            ERROR,
            "duplicate_key",
            "each code once",
            "Remove the repeated row at its publisher or fetch the file again.",
            row=int(line),
            column=column,
            value=code,
        )
        for code, line in zip(codes[twice], lines[twice], strict=True)
    ]


# ---------------------------------------------------------------- municipalities


def is_municipality_key(file: RawFile) -> bool:
    """geofi's municipality key: one row a municipality with all official groupings."""
    return not file.is_json and {"kunta", "municipality_name_fi"} <= set(file.header)


def read_municipality_key(file: RawFile, _: Keys) -> Reading:
    """Municipalities and their regions; codes get their leading zeros back."""
    table = file.table
    frame = table.frame
    wrong = ~frame["kunta"].str.fullmatch(r"\d{1,3}").to_numpy(bool)
    messages = wrong_cells(file, wrong, table.lines, frame["kunta"], "kunta", "a code such as 049")
    code = padded_code(frame["kunta"], 3)
    messages += duplicates(file, code, table.lines, "kunta")
    name_sv = frame.get("municipality_name_sv", frame["municipality_name_fi"])
    rows = [
        area_rows(
            file,
            unit_level=MUNICIPALITY,
            unit_code=code,
            name_fi=frame["municipality_name_fi"],
            name_sv=name_sv,
            city_code=code,
        )
    ]
    found = Keys(municipalities=_names(frame, MUNICIPALITY_NAMES, code))
    if {"maakunta_code", "maakunta_name_fi"} <= set(frame.columns):
        region = padded_code(frame["maakunta_code"], 2)
        found.regions = _names(frame, ("maakunta_name_fi", "maakunta_name_sv"), region)
        first = ~region.duplicated()
        rows.append(
            area_rows(
                file,
                unit_level=REGION,
                unit_code=region[first],
                name_fi=frame.loc[first, "maakunta_name_fi"],
                name_sv=frame.get("maakunta_name_sv", frame["maakunta_name_fi"])[first],
            )
        )
    areas = pd.concat(rows, ignore_index=True)
    year = frame["year"].iloc[0] if "year" in frame else ""
    areas.attrs["vintage"] = str(year)
    return Reading(len(frame), {"areas": areas}, messages, keys=found)


def _names(frame: pd.DataFrame, columns: Iterable[str], code: pd.Series) -> dict[str, str]:
    """Plain name → code, from every name column that the table has."""
    found: dict[str, str] = {}
    for column in columns:
        if column in frame:
            for name, value in zip(frame[column].map(plain_name), code, strict=True):
                found.setdefault(name, value)
    found.pop("", None)
    return found


# ---------------------------------------------------------------- postal areas


def is_postal_area_key(file: RawFile) -> bool:
    """Statistics Finland's key from postal code area to municipality and larger areas."""
    if file.is_json:
        return False
    names = [plain_name(name) for name in file.header]
    return names[0] in POSTAL_HEADERS and POSTAL_HEADERS[names[0]] in names[1:5]


def read_postal_area_key(file: RawFile, _: Keys) -> Reading:
    """Postal areas and their municipality.

    The publisher does not quote names that hold a comma ("Hyvinkää, sairaala-alue"), so such rows
    have too many cells. A cell that begins with a blank continues the one before it; the
    municipality is the first cell of three digits.
    """
    lines = [(i, row) for i, row in enumerate(file.rows[1:], start=2) if any(row)]
    if not lines:
        raise file.error("rows of data", "The table has a header only: fetch it again.")
    offset = file.text.count("\n", 0, max(file.text.find(file.header[0]), 0))
    found, messages, refused, mended = [], [], 0, []
    for line, cells in ((number + offset, _joined(row)) for number, row in lines):
        if (
            len(cells) < 5
            or not re.fullmatch(r"\d{5}", cells[0])
            or (not re.fullmatch(r"\d{3}", cells[3]))
        ):
            refused += 1
            messages.append(
                file.message(
                    ERROR,
                    "schema",
                    "postal code, name, Swedish name, municipality code and name",
                    "Quote the names that hold a comma, or fetch the key again.",
                    row=line,
                    value=", ".join(cells[:5]),
                )
            )
            continue
        found.append((line, *cells[:5]))
    mended = [number + offset for number, row in lines if len(_joined(row)) != len(row)]
    if mended:
        messages.append(
            file.message(
                NOTE,
                "schema",
                "names with a comma in quotes",
                "Mended while reading.",
                value=f"{len(mended)} rows: {', '.join(map(str, mended[:20]))}",
            )
        )
    names = ["line", "unit_code", "name_fi", "name_sv", "city_code", "city_name"]
    frame = pd.DataFrame(found, columns=names).astype(dict.fromkeys(names[1:], "str"))
    messages += duplicates(file, frame["unit_code"], frame["line"].to_numpy(), file.header[0])
    areas = area_rows(
        file,
        unit_level=POSTAL_AREA,
        unit_code=frame["unit_code"],
        name_fi=frame["name_fi"],
        name_sv=frame["name_sv"],
        city_code=frame["city_code"],
    )
    cities = frame.drop_duplicates("city_code")
    municipalities = area_rows(
        file,
        unit_level=MUNICIPALITY,
        unit_code=cities["city_code"],
        name_fi=cities["city_name"],
        name_sv=cities["city_name"],
        city_code=cities["city_code"],
    )
    return Reading(
        len(lines),
        {"areas": pd.concat([areas, municipalities], ignore_index=True)},
        messages,
        rows_refused=refused,
        keys=Keys(municipalities=_names(cities, ["city_name"], cities["city_code"])),
    )


def _joined(row: list[str]) -> list[str]:
    """The cells of a row, a cell that begins with a blank joined to the one before it."""
    cells: list[str] = []
    for cell in row:
        if cells and cell.startswith(" "):
            cells[-1] += f",{cell}"
        else:
            cells.append(cell)
    return [cell.strip() for cell in cells]


# ---------------------------------------------------------------- Sotkanet's regions


def is_sotkanet_regions(file: RawFile) -> bool:
    """The answer of Sotkanet's /regions: which code stands behind each internal region id."""
    return (
        file.is_json
        and isinstance(file.json, list)
        and bool(file.json)
        and isinstance(file.json[0], dict)
        and {"id", "code", "category", "title"} <= set(file.json[0])
    )


def read_sotkanet_regions(file: RawFile, _: Keys) -> Reading:
    """Region id → level and code; also names of municipalities that have been merged since."""
    items = file.json
    frame = pd.DataFrame(
        {
            "id": [str(item["id"]) for item in items],
            "category": [str(item["category"]) for item in items],
            "code": [str(item["code"]) for item in items],
            "name": [str((item.get("title") or {}).get("fi") or "") for item in items],
            "name_sv": [str((item.get("title") or {}).get("sv") or "") for item in items],
        }
    )
    messages = duplicates(file, frame["id"], np.arange(1, len(frame) + 1), "id")
    frame["level"] = sotkanet_levels(frame["category"])
    cities = frame[frame["level"] == MUNICIPALITY]
    found = Keys(
        municipalities=_names(cities, ("name", "name_sv"), padded_code(cities["code"], 3)),
        sotkanet=frame.drop_duplicates("id").set_index("id")[["level", "code"]],
    )
    return Reading(len(frame), {}, messages, keys=found)


def sotkanet_levels(categories: pd.Series) -> pd.Series:
    """Sotkanet's category of region as our unit level."""
    upper = categories.str.upper()
    return upper.map(SOTKANET_LEVELS).fillna(upper.str.lower().map(_level_name))


def _level_name(category: str) -> str:
    return category.replace("-", "_").replace(" ", "_")


MUNICIPALITIES = Reader(
    name="municipality_key",
    folder="municipalities",
    title="Kuntien luokitusavain ja viralliset ryhmittelyt",
    layout="municipality key ('kunta', 'municipality_name_fi' …)",
    recognises=is_municipality_key,
    read=read_municipality_key,
    source="https://github.com/rOpenGov/geofi",
    key=True,
)
POSTAL_AREAS = Reader(
    name="postal_area_key",
    folder="areas",
    title="Postinumeroalueiden ja kuntien avain",
    layout="postal-area key ('Postal code area', 'Name of the postal code area' … 'Municipality')",
    recognises=is_postal_area_key,
    read=read_postal_area_key,
    source="https://www.stat.fi/tup/paavo/",
    key=True,
)
SOTKANET_REGIONS = Reader(
    name="sotkanet_regions",
    folder="municipalities",
    title="Sotkanet, alueluettelo",
    layout="Sotkanet /regions (JSON list with 'id', 'code', 'category', 'title')",
    recognises=is_sotkanet_regions,
    read=read_sotkanet_regions,
    publisher=THL,
    source="https://sotkanet.fi/rest/1.1/regions",
    key=True,
)
