"""Paavo, Statistics Finland's figures by postal code area, in every layout that exists.

All layouts end in one: a matrix of text cells with areas as rows and Statistics Finland's own
variable codes (``he_vakiy``, ``hr_mtu`` …) as columns, for one data year a column. What a cell
means is then decided in one place, because it depends on the area's base population: a dot, a -1,
an empty cell or a mean of 0 is "no inhabitants" where the base is 0 and "protected" elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from skk_analysis.cleaning import cells as status
from skk_analysis.cleaning.cells import SYMBOLS, Cells, plain_name, read_cells
from skk_analysis.cleaning.message import ERROR, NOTE, WARNING, Message
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

FOLDER = Path(__file__).parent
GROUPS = ("HE", "KO", "HR", "TE", "TR", "RA", "TP", "PT")
GROUP = re.compile(rf"\((?P<group>{'|'.join(GROUPS)})\)")
YEAR = re.compile(r",?\s*(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)\*?")
AREA_LABEL = re.compile(r"^(?P<code>\d{5})\s+(?P<name>.*?)\s*(?:\(\s*(?P<city>[^()]*?)\s*\)?)?$")
REGION_LABEL = re.compile(r"^MK(\d\d)\b")
COUNTRY_LABELS = {"finland", "koko maa", "hela landet", "whole country", "suomi"}
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


class Variable(NamedTuple):
    """One of Statistics Finland's variables.

    ``role`` is total, part, sum, mean, share or place; ``base`` the total that it is about.
    """

    code: str
    group: str
    role: str
    base: str
    minimum: str
    maximum: str
    en: str
    fi: str
    sv: str


@cache
def variables() -> dict[str, Variable]:
    """The variables by code."""
    frame = pd.read_csv(FOLDER / "paavo_variables.csv", dtype=str, keep_default_na=False)
    return {row[0]: Variable(*row) for row in frame.itertuples(index=False)}


@cache
def code_of_label() -> dict[tuple[str, str], str]:
    """(plain label, group) → code, in all three languages."""
    found = {}
    for row in variables().values():
        group = "" if row.group == "LM" else row.group
        for labels in (row.en, row.fi, row.sv):
            found.update({(plain_label(label), group): row.code for label in labels.split("|")})
    return {key: code for key, code in found.items() if key[0]}


def plain_label(label: str) -> str:
    """A column label for comparison; mends the publisher's own misspelling."""
    return plain_name(label).replace("inhabintants", "inhabitants")


@dataclass(frozen=True)
class Column:
    """What a column header says: which variable, about which year."""

    header: str
    code: str | None
    year: int | None


def column_of(header: str) -> Column:
    """Understand a header such as ``Median income of inhabitants, 2016 (HR)``."""
    group = GROUP.search(header)
    year = YEAR.search(GROUP.sub("", header))
    label = YEAR.sub("", GROUP.sub("", header), count=1).strip(" ,:-")
    code = code_of_label().get((plain_label(label), group["group"] if group else ""))
    return Column(header, code, int(year["year"]) if year else None)


def releases() -> pd.DataFrame:
    """Publication year → data year of each group of variables, with the basis for saying so."""
    return pd.read_csv(FOLDER / "paavo_releases.csv", index_col="release")


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
    units = _units(file, table.frame.iloc[:, 0], table.lines, keys, reading)
    tables = []
    for year in sorted({c.year for c in columns if c.code and c.year}):
        chosen = {c.header: c.code for c in columns if c.year == year and c.code}
        matrix = table.frame[list(chosen)].rename(columns=chosen)
        reference = dict.fromkeys(matrix.columns, year)
        tables.append(_observe(file, units, matrix, reference, None, SYMBOLS, reading))
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
    units = _wfs_units(file, frame, code_column, table.lines, keys, reading)
    if release is None:
        return reading
    reference = _reference_years(file, chosen, release, keys, reading)
    tables = [_observe(file, units, frame[chosen], reference, release, WFS_SYMBOLS, reading)]
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
    units = _units(
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
        observed = _observe(file, units, matrix, reference, file.release, SYMBOLS, reading, lines)
        tables.append(observed[observed["row"] > 0])
    return _finish(reading, tables)


def _finish(reading: Reading, tables: list[pd.DataFrame]) -> Reading:
    if tables:
        reading.tables["observations"] = pd.concat(tables, ignore_index=True)
    return reading


# ---------------------------------------------------------------- areas


def _units(
    file: RawFile, labels: pd.Series, lines: np.ndarray, keys: Keys, reading: Reading
) -> pd.DataFrame:
    """Level and code of each row from its label; rows that name no known unit are refused."""
    text = labels.str.replace(r"\s+", " ", regex=True).str.strip()
    parts = text.str.extract(AREA_LABEL)
    plain = text.where(parts["code"].isna()).map(plain_name, na_action="ignore")
    region = text.str.extract(REGION_LABEL)[0]
    municipality = plain.map(keys.municipalities)
    units = pd.DataFrame({"line": lines, "level": "", "code": ""})
    for level, code in [
        (MUNICIPALITY, municipality),
        (REGION, region),
        (POSTAL_AREA, parts["code"]),
        (COUNTRY, plain.map(dict.fromkeys(COUNTRY_LABELS, COUNTRY_CODE))),
    ]:
        known = code.notna().to_numpy()
        units.loc[known, "level"] = level
        units.loc[known, "code"] = code[code.notna()].to_numpy()
    postal = units["level"].eq(POSTAL_AREA)
    reading.labels = pd.DataFrame(
        {
            "unit_code": parts["code"],
            "name": parts["name"],
            "city_name": parts["city"].fillna(""),
            "cut": ~text.str.endswith(")"),
            "line": lines,
        }
    )[postal]
    _check_units(file, units, text, reading, bool(keys.municipalities))
    return units


def _check_units(
    file: RawFile, units: pd.DataFrame, text: pd.Series, reading: Reading, has_key: bool
) -> None:
    """Unknown labels: an error in a table of postal areas, a refused row in one of names."""
    unknown = units["code"].eq("").to_numpy()
    if units["level"].eq(POSTAL_AREA).any():
        expected = "an area such as '02100 Tapiola (Espoo)'"
        reading.messages += wrong_cells(
            file, unknown, units["line"].to_numpy(), text, "1", expected
        )
    elif unknown.any():
        severity = WARNING if has_key else ERROR
        mend = "" if has_key else "Add a municipality key ('skk raw add') so that names have codes."
        names = ", ".join(text[unknown].head(10))
        reading.messages.append(
            file.message(
                severity,
                "codes",
                "names of the municipality key",
                mend,
                value=f"{unknown.sum()} unknown names: {names}",
            )
        )
    reading.rows_refused += int(unknown.sum())
    twice = units["code"].ne("").to_numpy() & units.duplicated(["level", "code"]).to_numpy()
    reading.messages += [
        file.message(
            ERROR,
            "duplicate_key",
            "each area once",
            "Remove the repeated row at its publisher or fetch the file again.",
            row=int(line),
            value=label,
        )
        for line, label in zip(units["line"][twice], text[twice], strict=True)
    ]


def _wfs_units(
    file: RawFile,
    frame: pd.DataFrame,
    code_column: str,
    lines: np.ndarray,
    keys: Keys,
    reading: Reading,
) -> pd.DataFrame:
    codes = frame[code_column].str.strip()
    if not codes.str.fullmatch(r"\d{1,5}").all():
        return _units(file, frame[code_column], lines, keys, reading)
    codes = codes.str.zfill(5)
    units = pd.DataFrame({"line": lines, "level": POSTAL_AREA, "code": codes})
    name = frame.get("nimi", frame.get("alueen_nimi", codes)).str.strip()
    city = frame.get(
        "kunta", frame.get("kuntano", frame.get("kunta_nimi", pd.Series("", name.index)))
    )
    in_name = name.str.extract(r"^(?P<name>.*?)\s*\((?P<city>[^()]*)\)$")
    reading.labels = pd.DataFrame(
        {
            "unit_code": codes,
            "name": in_name["name"].fillna(name),
            "city_name": city.where(city.ne(""), in_name["city"].fillna("")),
            "cut": False,
            "line": lines,
        }
    )
    _check_units(file, units, codes, reading, True)
    return units


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
                "Add the year's row to cleaning/paavo_releases.csv.",
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


# ---------------------------------------------------------------- what a cell means


def _observe(
    file: RawFile,
    units: pd.DataFrame,
    matrix: pd.DataFrame,
    reference: dict[str, int],
    release: int | None,
    symbols: dict[str, tuple[str, str]],
    reading: Reading,
    lines: np.ndarray | None = None,
) -> pd.DataFrame:
    """Rows of observations from a matrix of text cells, columns named by code."""
    stacked = read_cells(pd.concat([matrix[code] for code in matrix.columns]), symbols)
    found = stacked.split(matrix.columns)
    kept = units["code"].ne("").to_numpy()
    row_lines = units["line"].to_numpy()
    if lines is None:
        lines = np.repeat(row_lines[:, None], len(found), axis=1)
    for position, (code, cells) in enumerate(found.items()):
        negative = cells.value < 0
        reading.messages += wrong_cells(
            file,
            (cells.wrong | negative) & kept,
            lines[:, position],
            matrix[code],
            code,
            "a number of at least 0, '..', '.' or -1",
        )
    bases = {code: _base(code, found) for code in found}
    _mark_false_zeros(found, bases)
    for code, cells in found.items():
        _mark_missing(code, cells, bases[code])
    reading.messages += _ranges(file, found, kept) + _sums(file, found, kept, row_lines)
    area = np.tile(np.arange(len(units)), len(found))
    variable = np.repeat(np.arange(len(found)), len(units))
    rows = observations(
        file,
        unit_level=pd.array(units["level"], dtype="str").take(area),
        unit_code=pd.array(units["code"], dtype="str").take(area),
        indicator=pd.array([f"paavo.{name}" for name in found], dtype="str").take(variable),
        reference_year=np.array([reference[name] for name in found])[variable],
        release_year=release,
        cells=stacked,
        lines=lines.T.ravel(),
    )
    return rows if kept.all() else rows[kept[area]]


def _base(code: str, found: dict[str, Cells]) -> np.ndarray | None:
    """The population a variable is about: its group's total, else the residents."""
    base = variables()[code].base
    if not base:
        return None
    if base in found:
        return found[base].value
    about_residents = base in {"hr_tuy", "ko_ika18y", "pt_vakiy", "te_taly", "tr_kuty"}
    return found["he_vakiy"].value if about_residents and "he_vakiy" in found else None


def _mark_false_zeros(found: dict[str, Cells], bases: dict[str, np.ndarray | None]) -> None:
    """A group whose parts and means are all 0 although its base is not was protected."""
    table = variables()
    for group in ("HE", "KO", "HR", "TE", "TR", "PT", "TP"):
        inside = [c for c in found if table[c].group == group and bases[c] is not None]
        if len(inside) < 2:
            continue
        populated = np.nan_to_num(np.asarray(bases[inside[0]])) > 0
        values = np.column_stack([found[code].value for code in inside])
        protected = populated & (values == 0).all(axis=1)
        for code in inside:
            found[code].mark(protected, status.PROTECTED, "zero_for_secret")


def _mark_missing(code: str, cells: Cells, base: np.ndarray | None) -> None:
    """Decide between protected and no population; a mean of 0 is one of the two as well."""
    role = variables()[code].role
    empty = np.zeros(len(cells.value), bool) if base is None else base == 0
    populated = np.zeros(len(cells.value), bool) if base is None else base > 0
    if role == "mean":
        zero = cells.value == 0
        cells.mark(zero & populated, status.PROTECTED, "zero_for_secret")
        cells.mark(zero & ~populated, status.NO_POPULATION, "zero_in_empty_area")
    missing = (cells.status != status.OBSERVED) & (cells.reason != "zero_for_secret")
    cells.mark(missing & empty, status.NO_POPULATION)
    blank = missing & ~empty & (cells.reason == "blank")
    cells.mark(blank, status.PROTECTED)
    dot = missing & ~empty & ~populated & (cells.reason == "dot")
    cells.mark(dot, status.NO_POPULATION)


# ---------------------------------------------------------------- plausibility inside one file


def _ranges(file: RawFile, found: dict[str, Cells], kept: np.ndarray) -> list[Message]:
    """Values outside the range that the variable's unit allows."""
    messages = []
    for code, cells in found.items():
        low, high = variables()[code].minimum, variables()[code].maximum
        outside = np.zeros(len(kept), bool)
        if low:
            outside |= cells.value < float(low)
        if high:
            outside |= cells.value > float(high)
        outside &= kept
        if outside.any():
            worst = cells.value[outside][0]
            messages.append(
                file.message(
                    ERROR,
                    "unit",
                    f"values from {low} to {high or 'any'} (variable {code})",
                    "The columns may be swapped or the unit may be another: fetch the file again.",
                    column=code,
                    value=f"{outside.sum()} cells, the first {worst:g}",
                )
            )
    return messages


ADDITIVE = {
    "he_vakiy": ("he_miehet", "he_naiset"),
    "hr_tuy": ("hr_pi_tul", "hr_ke_tul", "hr_hy_tul"),
    "ko_ika18y": ("ko_perus", "ko_koul"),
    "tr_kuty": ("tr_pi_tul", "tr_ke_tul", "tr_hy_tul"),
}
"""Parts that must add up to their total."""
TOLERATED = 0.02
"""So large a share of areas may miss the sum (rounding, late corrections) before it is an error."""


def _sums(
    file: RawFile, found: dict[str, Cells], kept: np.ndarray, lines: np.ndarray
) -> list[Message]:
    """Parts that do not add up to their total: swapped columns or a damaged file."""
    messages = []
    for total, parts in ADDITIVE.items():
        if total not in found or any(part not in found for part in parts):
            continue
        summed = sum(found[part].value for part in parts)
        compared = kept & np.isfinite(summed) & np.isfinite(found[total].value)
        off = compared & (np.abs(summed - found[total].value) > 1 + 0.01 * found[total].value)
        if off.any():
            many = off.sum() > TOLERATED * compared.sum()
            messages.append(
                file.message(
                    ERROR if many else WARNING,
                    "sum",
                    f"{' + '.join(parts)} = {total}",
                    "The columns may be swapped: compare with the publisher's table.",
                    row=int(lines[off][0]),
                    column=total,
                    value=f"{off.sum()} of {compared.sum()} areas do not add up",
                )
            )
    return messages


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
    title="Paavo, postal code area statistics",
    layout="Paavo, PxWeb export, years in the column names ('Median income …, 2016 (HR)')",
    recognises=is_wide,
    read=read_wide,
    source="https://pxdata.stat.fi/PXWeb/pxweb/fi/Postinumeroalueittainen_avoin_tieto/",
)
WFS = Reader(
    name="paavo_wfs",
    folder="areas",
    title="Paavo, postal code area statistics (WFS layer)",
    layout="Paavo, WFS column names ('he_vakiy', 'hr_mtu' …) or labels without a year",
    recognises=is_wfs,
    read=read_wfs,
    source="https://geo.stat.fi/geoserver/postialue/wfs",
)
LONG = Reader(
    name="paavo_long",
    folder="areas",
    title="Paavo, table 12f7",
    layout="Paavo, long export of table 12f7 ('Postal code area', 'Information', '2020')",
    recognises=is_long,
    read=read_long,
    source="https://pxdata.stat.fi/PXWeb/pxweb/fi/Postinumeroalueittainen_avoin_tieto/",
)
