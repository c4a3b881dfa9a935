"""Diak's disadvantage indices ("Huono-osaisuus Suomessa") and other small tables by area code."""

from __future__ import annotations

import pandas as pd

from skk_analysis.cleaning.cells import padded_code, read_cells, slug
from skk_analysis.cleaning.message import WARNING
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import (
    COUNTRY,
    COUNTRY_CODE,
    MUNICIPALITY,
    POSTAL_AREA,
    REGION,
    Keys,
    Reader,
    Reading,
    observations,
    wrong_cells,
    years,
)

LEVELS = {
    "Postinumeroalueet": (POSTAL_AREA, 5),
    "Kunnat": (MUNICIPALITY, 3),
    "Seutukunnat": ("sub_region", 3),
    "Maakunnat": (REGION, 2),
    "Hyvinvointialueet": ("wellbeing_county", 2),
}
KEY = {"regio_level", "aluekoodi", "aluenimi", "aika"}
VALUE_COLUMNS = {"value": "", "gini": "gini.", "pop": "population"}
"""Diak's three tables by their value column, and the prefix of their indicators."""
PRICE_COLUMNS = {"pnro", "year", "price", "n"}


def is_diak(file: RawFile) -> bool:
    """A table by level, area code and year with one value column."""
    header = set(file.header) if not file.is_json else set()
    return header >= KEY and bool(header & set(VALUE_COLUMNS))


def read_diak(file: RawFile, _: Keys) -> Reading:
    """Index values; their codes have lost leading zeros, their level says how many."""
    table = file.table
    frame, lines = table.frame, table.lines
    reading = Reading(len(frame))
    level = frame["regio_level"].map({name: level for name, (level, _) in LEVELS.items()})
    reading.messages += wrong_cells(
        file,
        level.isna().to_numpy(),
        lines,
        frame["regio_level"],
        "regio_level",
        ", ".join(LEVELS),
    )
    code = _codes(frame["regio_level"], frame["aluekoodi"])
    not_code = ~code.str.fullmatch(r"\d*").to_numpy(bool)
    whole = frame["aluenimi"].str.upper().str.startswith("KAIKKI").to_numpy()
    level, code = level.where(~whole, COUNTRY), code.where(~whole, COUNTRY_CODE)
    reading.messages += wrong_cells(
        file, not_code & ~whole, lines, frame["aluekoodi"], "aluekoodi", "an area code"
    )
    year, messages = years(file, frame["aika"], lines, "aika")
    reading.messages += messages
    column = next(name for name in VALUE_COLUMNS if name in frame)
    cells = read_cells(frame[column])
    reading.messages += wrong_cells(file, cells.wrong, lines, frame[column], column, "a number")
    nameless = code.eq("").to_numpy()
    if nameless.any():
        reading.rows_refused = int(nameless.sum())
        names = ", ".join(frame.loc[nameless, "aluenimi"].unique()[:10])
        reading.messages.append(
            file.message(
                WARNING,
                "codes",
                "an area code",
                "Rows without a code were left out.",
                row=int(lines[nameless][0]),
                column="aluekoodi",
                value=f"{nameless.sum()} rows: {names}",
            )
        )
    rows = observations(
        file,
        unit_level=level.fillna("").to_numpy(),
        unit_code=code.to_numpy(),
        indicator=_indicators(file, frame, column),
        reference_year=year,
        cells=cells,
        lines=lines,
    )
    reading.tables["observations"] = rows[~nameless]
    if {"kuntanro", "kuntanimi"} <= set(frame.columns):
        first = (~code.duplicated()).to_numpy()
        reading.labels = pd.DataFrame(
            {
                "unit_code": code[first],
                "name": frame.loc[first, "aluenimi"],
                "city_name": padded_code(frame.loc[first, "kuntanro"], 3),
                "cut": False,
                "line": lines[first],
            }
        )
    return reading


def _codes(level: pd.Series, code: pd.Series) -> pd.Series:
    """Codes padded to the width of their level."""
    result = code.str.strip().str.removesuffix(".0")
    for name, (_, width) in LEVELS.items():
        result = result.where(level.ne(name), padded_code(result, width))
    return result


def _indicators(file: RawFile, frame: pd.DataFrame, column: str) -> pd.Series | str:
    prefix = VALUE_COLUMNS[column]
    if "variable" not in frame:
        return f"diak.{prefix}"
    names = {label: f"diak.{prefix}{slug(label)}" for label in frame["variable"].unique()}
    if len(set(names.values())) < len(names):
        raise file.error(
            "variables with different names",
            "Two variables of the table have the same name but for accents: rename one.",
            column="variable",
        )
    return frame["variable"].map(names)


def is_prices(file: RawFile) -> bool:
    """Prices of old dwellings by postal code (table 112q)."""
    return not file.is_json and set(file.header) == PRICE_COLUMNS


def read_prices(file: RawFile, _: Keys) -> Reading:
    """Price per square metre and number of sales; an empty cell means too few sales to publish."""
    table = file.table
    frame, lines = table.frame, table.lines
    reading = Reading(len(frame))
    year, messages = years(file, frame["year"], lines, "year")
    code = frame["pnro"].str.strip().str.zfill(5)
    reading.messages += messages + wrong_cells(
        file,
        ~code.str.fullmatch(r"\d{5}").to_numpy(bool),
        lines,
        frame["pnro"],
        "pnro",
        "a postal code of five digits",
    )
    tables = []
    for column in ("price", "n"):
        cells = read_cells(frame[column])
        cells.mark(cells.reason == "blank", "protected")
        reading.messages += wrong_cells(file, cells.wrong, lines, frame[column], column, "a number")
        tables.append(
            observations(
                file,
                unit_level=POSTAL_AREA,
                unit_code=code.to_numpy(),
                indicator=f"statfin.112q.{column}",
                reference_year=year,
                cells=cells,
                lines=lines,
            )
        )
    reading.tables["observations"] = pd.concat(tables, ignore_index=True)
    return reading


DIAK = Reader(
    name="diak",
    folder="municipalities",
    title="Diak, Huono-osaisuus Suomessa",
    layout="Diak's tables ('regio_level', 'aluekoodi', 'aluenimi', 'aika', 'value'|'gini'|'pop')",
    recognises=is_diak,
    read=read_diak,
    publisher="Diakonia-ammattikorkeakoulu",
    licence="MIT",
    source="https://github.com/DiakGit/karttasovellus",
)
PRICES = Reader(
    name="dwelling_prices",
    folder="areas",
    title="Vanhojen asuntojen hinnat postinumeroalueittain (112q)",
    layout="prices by postal code ('pnro', 'year', 'price', 'n')",
    recognises=is_prices,
    read=read_prices,
    source="https://pxdata.stat.fi/PXWeb/pxweb/fi/StatFin/StatFin__ashi/",
)
