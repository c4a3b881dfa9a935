"""Paavo, Statistics Finland's figures by postal code area, in every layout that exists.

All layouts end in one: a matrix of text cells with areas as rows and Statistics Finland's own
variable codes (``he_vakiy``, ``hr_mtu`` …) as columns, for one data year a column.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from skk_analysis.cleaning import cells as status
from skk_analysis.cleaning.cells import SYMBOLS, plain_name
from skk_analysis.cleaning.message import ERROR, NOTE, WARNING, Message
from skk_analysis.cleaning.paavo_areas import coded_units, labelled_units
from skk_analysis.cleaning.paavo_values import observe
from skk_analysis.cleaning.paavo_variables import YEAR, Column, column_of, variables
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import Keys, Reader, Reading, years
from skk_analysis.paavo_releases import releases

AREA_HEADERS = {
    "postal code area",
    "postialue",
    "postinumeroalue",
    "postnummerområde",
    "area",
    "alue",
    "område",
    "postinumeroalue_x",
}
CODE_COLUMNS = ("posti_alue", "postinumeroalue", "postinumero", "pono")
IGNORED_COLUMNS = {
    "nimi",
    "namn",
    "kunta",
    "kuntano",
    "kunta_nimi",
    "vuosi",
    "objectid",
    "id",
    "fid",
    "gid",
    "geom",
    "alueen_nimi",
    "postinumeroalue_x",
    "postinumeroalue_y",
}
WFS_SYMBOLS = {
    **SYMBOLS,
    "-1": (status.PROTECTED, "minus_one"),
    "-1.0": (status.PROTECTED, "minus_one"),
}
ENOUGH_LABELS = 2
"""A table with so many known variables (or all of its columns, if fewer) is Paavo."""

# ---------------------------------------------------------------- recognising


def _known(file: RawFile) -> list[Column]:
    return [column for column in map(column_of, file.header[1:]) if column.code]


def _is_table(file: RawFile) -> bool:
    return not file.is_json


def is_wide(file: RawFile) -> bool:
    """A PxWeb export with the data year in the column names."""
    if not _is_table(file) or plain_name(file.header[0]) not in AREA_HEADERS:
        return False
    dated = [column for column in _known(file) if column.year]
    return len(dated) >= min(ENOUGH_LABELS, len(file.header) - 1)


def is_wfs(file: RawFile) -> bool:
    """The WFS column names, or labels without a year; the year then follows from the release."""
    if not _is_table(file):
        return False
    names = [name.lower() for name in file.header]
    codes = [name for name in names if name in variables()]
    undated = [c for c in _known(file) if not c.year]
    has_key = any(name in CODE_COLUMNS for name in names)
    return has_key and max(len(codes), len(undated)) >= ENOUGH_LABELS


def is_long(file: RawFile) -> bool:
    """Table 12f7 as PxWeb exports it: area, information, one column a year."""
    if not _is_table(file) or len(file.header) < 3:
        return False
    area, information, *rest = file.header
    return (
        plain_name(area) in AREA_HEADERS
        and plain_name(information) in {"information", "tiedot", "uppgifter"}
        and all(YEAR.fullmatch(name) for name in rest)
    )


# ---------------------------------------------------------------- reading the layouts


def read_wide(file: RawFile, keys: Keys) -> Reading:
    """PxWeb wide export: the label of the area first, then one column a variable and year."""
    table = file.table
    columns = [column_of(header) for header in table.header[1:]]
    reading = Reading(len(table.frame))
    reading.messages += _unknown_columns(file, [c.header for c in columns if not c.code])
    undated = [c for c in columns if c.code and not c.year]
    reading.messages += [
        file.message(ERROR, "schema", "the data year in the column name", column=c.header)
        for c in undated
    ]
    units = labelled_units(file, table.frame.iloc[:, 0], table.lines, keys, reading)
    tables = []
    for year in sorted({c.year for c in columns if c.code and c.year}):
        chosen = {c.header: c.code for c in columns if c.year == year and c.code}
        matrix = table.frame[list(chosen)].rename(columns=chosen)
        reference = dict.fromkeys(matrix.columns, year)
        tables.append(observe(file, units, matrix, reference, None, SYMBOLS, reading))
    return _finish(reading, tables)


def read_wfs(file: RawFile, keys: Keys) -> Reading:
    """WFS layer as a table: the release year is in ``vuosi``, the file's name, or given."""
    table = file.table
    frame = table.frame.rename(columns=_wfs_name)
    reading = Reading(len(frame))
    chosen = [name for name in frame.columns if name in variables()]
    known = {*chosen, *CODE_COLUMNS, *IGNORED_COLUMNS}
    reading.messages += _unknown_columns(file, [n for n in frame.columns if n not in known])
    release = _release(file, frame, table.lines, reading)
    code_column = next(name for name in CODE_COLUMNS if name in frame)
    units = coded_units(file, frame, code_column, table.lines, keys, reading)
    if release is None:
        return reading
    reference = _reference_years(file, chosen, release, keys, reading)
    tables = [observe(file, units, frame[chosen], reference, release, WFS_SYMBOLS, reading)]
    return _finish(reading, tables)


def _wfs_name(header: str) -> str:
    """The code that a header says or, for other columns, its name in lower case."""
    return column_of(header).code or header.lower()


def read_long(file: RawFile, keys: Keys) -> Reading:
    """12f7 long export: rows are area × information, the data year heads the value column."""
    table = file.table
    frame = table.frame
    area, information, *year_columns = table.header
    reading = Reading(len(frame))
    distinct = {name: column_of(name) for name in frame[information].unique()}
    unknown = [name for name, column in distinct.items() if not column.code]
    reading.messages += _unknown_columns(file, unknown)
    codes = frame[information].map({name: c.code for name, c in distinct.items() if c.code})
    kept = codes.notna()
    reading.rows_refused = int((~kept).sum())
    first = frame.index[~frame[area].duplicated()]
    units = labelled_units(
        file, frame.loc[first, area].reset_index(drop=True), table.lines[first], keys, reading
    )
    row = pd.Series(range(len(first)), index=frame.loc[first, area])
    position = frame.loc[kept, area].map(row).to_numpy()
    names = list(dict.fromkeys(codes[kept]))
    place = codes[kept].map({name: i for i, name in enumerate(names)}).to_numpy(int)
    lines = np.zeros((len(first), len(names)), np.int64)
    lines[position, place] = table.lines[kept.to_numpy()]
    tables = []
    if pd.DataFrame({"area": position, "code": place}).duplicated().any():
        reading.messages.append(
            file.message(
                ERROR, "duplicate_key", "each area and information once", "Fetch the file again."
            )
        )
        return reading
    for header in year_columns:
        text = np.full((len(first), len(names)), "", object)
        text[position, place] = frame.loc[kept, header].to_numpy(object)
        matrix = pd.DataFrame(text, columns=names)
        reference = dict.fromkeys(names, int(header.rstrip("*")))
        observed = observe(file, units, matrix, reference, file.release, SYMBOLS, reading, lines)
        tables.append(observed[observed["row"] > 0])
    return _finish(reading, tables)


def _finish(reading: Reading, tables: list[pd.DataFrame]) -> Reading:
    if tables:
        reading.tables["observations"] = pd.concat(tables, ignore_index=True)
    return reading


# ---------------------------------------------------------------- years


def _release(file: RawFile, frame: pd.DataFrame, lines: np.ndarray, reading: Reading) -> int | None:
    if "vuosi" in frame:
        found, messages = years(file, frame["vuosi"], lines, "vuosi")
        reading.messages += messages
        several = np.unique(found[found > 0])
        if len(several) == 1:
            return int(several[0])
        if not messages:
            reading.messages.append(
                file.message(
                    ERROR,
                    "schema",
                    "one publication year in the file",
                    "Split the file by 'vuosi'.",
                    column="vuosi",
                    value=", ".join(map(str, several)),
                )
            )
        return None
    if file.release is None:
        reading.messages.append(
            file.message(
                ERROR,
                "release",
                "the publication year",
                "The file has no column 'vuosi': take it in again with its publication "
                "year ('skk raw add --release 2021', or 'pub2021' in its name).",
            )
        )
    return file.release


def _reference_years(
    file: RawFile, codes: list[str], release: int, keys: Keys, reading: Reading
) -> dict[str, int]:
    """The data year of each column: the release's row in ``paavo_releases.csv``."""
    table = releases() if keys.releases is None else keys.releases
    if release not in table.index:
        reading.messages.append(
            file.message(
                ERROR,
                "release",
                f"a publication year {min(table.index)}–{max(table.index)}",
                "Add the year's row to skk_analysis/paavo_releases.csv.",
                value=str(release),
            )
        )
        return dict.fromkeys(codes, release)
    row = table.loc[release]
    if str(row["basis"]).startswith("assumed"):
        reading.messages.append(
            file.message(
                NOTE,
                "release",
                "a checked row in paavo_releases.csv",
                "Check the data years of this publication from its documentation.",
                value=f"{release}: {row['basis']}",
            )
        )
    groups = {code: variables()[code].group for code in codes}
    return {code: int(row[group]) if group in row else release for code, group in groups.items()}


def _unknown_columns(file: RawFile, headers: list[str]) -> list[Message]:
    if not headers:
        return []
    return [
        file.message(
            WARNING,
            "column",
            "a variable of cleaning/paavo_variables.csv",
            "Not read. Add the label to that file if the variable is needed.",
            value=f"{len(headers)} unknown: " + "; ".join(headers[:5]),
        )
    ]


WIDE = Reader(
    name="paavo_wide",
    folder="areas",
    title="Paavo, postinumeroalueittainen tilasto",
    layout="Paavo, PxWeb export, years in the column names ('Median income …, 2016 (HR)')",
    recognises=is_wide,
    read=read_wide,
    source="https://pxdata.stat.fi/PXWeb/pxweb/fi/Postinumeroalueittainen_avoin_tieto/",
)
WFS = Reader(
    name="paavo_wfs",
    folder="areas",
    title="Paavo, postinumeroalueittainen tilasto (WFS-taso)",
    layout="Paavo, WFS column names ('he_vakiy', 'hr_mtu' …) or labels without a year",
    recognises=is_wfs,
    read=read_wfs,
    source="https://geo.stat.fi/geoserver/postialue/wfs",
)
LONG = Reader(
    name="paavo_long",
    folder="areas",
    title="Paavo, taulukko 12f7",
    layout="Paavo, long export of table 12f7 ('Postal code area', 'Information', '2020')",
    recognises=is_long,
    read=read_long,
    source="https://pxdata.stat.fi/PXWeb/pxweb/fi/Postinumeroalueittainen_avoin_tieto/",
)
