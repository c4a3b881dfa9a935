"""How PxWeb tables name years, areas, sexes and themselves.

Statistics Finland renamed tables and variables in June 2026 (``Vuosi`` became ``timeperiod_y``,
``Alue`` became ``alue_23_20260101``, ``statfin_rpk_pxt_135l`` became ``135l``). What asks for a
table and what reads it therefore tell variables apart by the same rules: by name with the vintage
taken off, and by what their codes look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

YEAR_CODE = re.compile(r"(?:19|20)\d\d\*?")
AREA_CODES = [
    (re.compile(r"SSS"), "country"),
    (re.compile(r"(?:KU)?(\d{3})"), "municipality"),
    (re.compile(r"MK(\d{2})"), "region"),
    (re.compile(r"SK(\d{3})"), "sub_region"),
    (re.compile(r"HVA?(\d{2})"), "wellbeing_county"),
    (re.compile(r"(\d{5})"), "postal_area"),
    (re.compile(r"(\d{10})"), "sub_area"),
]
"""Patterns of area codes and what they stand for, the most specific first."""
TIME_NAMES = ("vuosi", "timeperiod_y", "year", "år", "tid", "time", "aika")
AREA_NAMES = ("alue", "kunta", "postinumeroalue", "region", "area", "municipality", "osa-alue")
SEX_NAMES = ("sukupuoli", "sex", "kön", "gender")
SEXES = {
    "sss": "total",
    "s": "total",
    "t": "total",
    "total": "total",
    "0": "total",
    "1": "male",
    "m": "male",
    "male": "male",
    "2": "female",
    "f": "female",
    "n": "female",
    "female": "female",
}


def named(variable: str, names: Iterable[str]) -> bool:
    """Whether a variable's code is one of these, a vintage at its end aside."""
    return re.split(r"[ _]\d", variable.lower())[0] in names


def table_number(table: str) -> str:
    """The tail of a table's id, the same before and after the ids were shortened in 2026."""
    return table.removesuffix(".px").split("_")[-1]


def area_unit(code: str) -> tuple[str, str] | None:
    """Level and bare code of an area code such as ``KU049``; None if it is none."""
    for pattern, level in AREA_CODES:
        if found := pattern.fullmatch(code):
            return level, found.group(1) if found.groups() else code
    return None


def all_years(codes: Iterable[str]) -> bool:
    """Whether the codes are years (a trailing ``*`` marks preliminary figures)."""
    codes = list(codes)
    return bool(codes) and all(YEAR_CODE.fullmatch(code) for code in codes)


def all_areas(codes: Iterable[str]) -> bool:
    """Whether the codes are codes of areas."""
    codes = list(codes)
    return bool(codes) and all(area_unit(code) for code in codes)


def all_sexes(codes: Iterable[str]) -> bool:
    """Whether the codes are codes of sexes."""
    codes = list(codes)
    return bool(codes) and all(code.lower() in SEXES for code in codes)
