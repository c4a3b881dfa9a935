"""Which area a row of a Paavo table is about: labels of postal areas, names, codes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from skk_analysis.cleaning.cells import plain_name
from skk_analysis.cleaning.message import ERROR, WARNING
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import (
    COUNTRY,
    COUNTRY_CODE,
    MUNICIPALITY,
    POSTAL_AREA,
    REGION,
    Keys,
    Reading,
    wrong_cells,
)

AREA_LABEL = re.compile(r"^(?P<code>\d{5})\s+(?P<name>.*?)\s*(?:\(\s*(?P<city>[^()]*?)\s*\)?)?$")
REGION_LABEL = re.compile(r"^MK(\d\d)\b")
COUNTRY_LABELS = {"finland", "koko maa", "hela landet", "whole country", "suomi"}


def labelled_units(
    file: RawFile, labels: pd.Series, lines: np.ndarray, keys: Keys, reading: Reading
) -> pd.DataFrame:
    """Level and code of each row from its label; rows that name no known unit are refused."""
    text = [" ".join(label.split()) for label in labels.tolist()]
    parts = [AREA_LABEL.match(label) for label in text]
    found = [_unit(label, part, keys) for label, part in zip(text, parts, strict=True)]
    units = pd.DataFrame(
        {"line": lines, "level": [level for level, _ in found], "code": [c for _, c in found]}
    )
    postal = [i for i, part in enumerate(parts) if part]
    matched = [part for part in parts if part]
    reading.labels = pd.DataFrame(
        {
            "unit_code": [part["code"] for part in matched],
            "name": [part["name"] for part in matched],
            "city_name": [part["city"] or "" for part in matched],
            "cut": [not text[i].endswith(")") for i in postal],
            "line": lines[postal],
        }
    )
    _check_units(file, units, pd.Series(text, dtype="str"), reading, bool(keys.municipalities))
    return units


def _unit(label: str, part: re.Match[str] | None, keys: Keys) -> tuple[str, str]:
    """Level and code that a label means; both empty if none."""
    if part:
        return POSTAL_AREA, part["code"]
    if plain_name(label) in COUNTRY_LABELS:
        return COUNTRY, COUNTRY_CODE
    if region := REGION_LABEL.match(label):
        return REGION, region[1]
    code = keys.municipalities.get(plain_name(label), "")
    return (MUNICIPALITY, code) if code else ("", "")


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


def coded_units(
    file: RawFile,
    frame: pd.DataFrame,
    code_column: str,
    lines: np.ndarray,
    keys: Keys,
    reading: Reading,
) -> pd.DataFrame:
    codes = frame[code_column].str.strip()
    if not codes.str.fullmatch(r"\d{1,5}").all():
        return labelled_units(file, frame[code_column], lines, keys, reading)
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
