"""json-stat2 (https://json-stat.org/full/), as PxWeb answers it.

The format leaves much open and publishers use all of it: values dense or sparse, status as a
text, list or object, category index as a list, a map or left out, roles left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from skk_analysis.cleaning import cells as status
from skk_analysis.cleaning.cells import SYMBOLS, Cells, slug
from skk_analysis.cleaning.message import ERROR
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import Keys, Reader, Reading, observations
from skk_analysis.pxweb_names import (
    AREA_NAMES,
    SEX_NAMES,
    SEXES,
    TIME_NAMES,
    all_areas,
    all_sexes,
    all_years,
    area_unit,
    named,
    table_number,
)


@dataclass(frozen=True)
class Dimension:
    """One dimension: its id and its category codes in the order of the values."""

    name: str
    codes: list[str]


def is_json_stat(file: RawFile) -> bool:
    """A json-stat2 dataset."""
    content = file.json if file.is_json else None
    return isinstance(content, dict) and {"id", "size", "dimension", "value"} <= set(content)


def read_json_stat(file: RawFile, _: Keys) -> Reading:
    """Every cell of the cube as one observation."""
    content = file.json
    dimensions = [_dimension(file, content, name) for name in content["id"]]
    sizes = [len(dimension.codes) for dimension in dimensions]
    if sizes != [int(n) for n in content["size"]]:
        raise file.error(
            f"size {content['size']}", "The file is damaged: fetch it again.", value=str(sizes)
        )
    total = int(np.prod(sizes))
    if not total:
        raise file.error("at least one cell", "The answer is empty: fetch the table again.")
    cells = _cells(file, content, total)
    roles = content.get("role") or {}
    time = _find(dimensions, roles.get("time"), TIME_NAMES, all_years)
    area = _find(dimensions, roles.get("geo"), AREA_NAMES, all_areas)
    if time is None or area is None:
        raise file.error(
            "a dimension of years and a dimension of areas",
            "Select the years and areas when fetching the table.",
            value=", ".join(content["id"]),
        )
    position = np.unravel_index(np.arange(total), sizes)
    place = {d.name: p for d, p in zip(dimensions, position, strict=True)}
    reading = Reading(total)
    rows = observations(
        file,
        **_units(file, area, place[area.name], reading),
        indicator=_indicators(file, content, dimensions, place, {time.name, area.name}),
        reference_year=_years(file, time)[place[time.name]],
        release_year=_release(content),
        group=_groups(dimensions, place),
        cells=cells,
        lines=np.arange(1, total + 1),
    )
    reading.tables["observations"] = rows
    return reading


def _dimension(file: RawFile, content: dict[str, Any], name: str) -> Dimension:
    category = content["dimension"][name]["category"]
    index, label = category.get("index"), category.get("label") or {}
    if isinstance(index, dict):
        codes = sorted(index, key=lambda code: int(index[code]))
        if sorted(int(i) for i in index.values()) != list(range(len(index))):
            raise file.error(
                "positions 0, 1, 2 …", "The file is damaged: fetch it again.", column=name
            )
    else:
        codes = list(index if index is not None else label)
    return Dimension(name, [str(code) for code in codes])


def _cells(file: RawFile, content: dict[str, Any], total: int) -> Cells:
    """Values and their status symbols, dense or sparse."""
    value = np.full(total, np.nan)
    found = content["value"]
    items = found.items() if isinstance(found, dict) else enumerate(found)
    if not isinstance(found, dict) and len(found) != total:
        raise file.error(
            f"{total} values", "The file is cut: fetch it again.", value=f"{len(found)} values"
        )
    for position, cell in items:
        if cell is None:
            continue
        if isinstance(cell, bool) or not isinstance(cell, int | float) or not np.isfinite(cell):
            raise file.error(
                "a number or null",
                "The file is damaged: fetch it again.",
                row=int(position) + 1,
                column="value",
                value=str(cell)[:40],
            )
        value[int(position)] = cell
    symbols = _symbols(content.get("status"), total)
    meaning = [SYMBOLS.get(s) if s else None for s in symbols]
    missing = np.isnan(value)
    named = np.array([m is not None for m in meaning], bool)
    value[named] = np.nan
    state = np.where(missing, status.NOT_RECEIVED, status.OBSERVED).astype(object)
    reason = np.where(missing, "null", "").astype(object)
    state[named] = [m[0] for m in meaning if m]
    reason[named] = [m[1] for m in meaning if m]
    return Cells(value, state, reason, np.zeros(total, bool))


def _symbols(found: Any, total: int) -> list[str]:
    if isinstance(found, str):
        return [found] * total
    if isinstance(found, list):
        return [str(s or "") for s in found[:total]] + [""] * (total - len(found))
    symbols = [""] * total
    for position, symbol in (found or {}).items():
        symbols[int(position)] = str(symbol or "")
    return symbols


# ---------------------------------------------------------------- which dimension is which


def _find(
    dimensions: list[Dimension], role: Any, names: tuple[str, ...], fits: Any
) -> Dimension | None:
    """By role, else by name, else by what the codes look like."""
    for test in (
        lambda d: bool(role) and d.name in role,
        lambda d: named(d.name, names) and fits(d.codes),
        lambda d: fits(d.codes),
    ):
        for dimension in dimensions:
            if test(dimension):
                return dimension
    return None


def _units(
    file: RawFile, area: Dimension, place: np.ndarray, reading: Reading
) -> dict[str, np.ndarray]:
    units = [area_unit(code) for code in area.codes]
    unknown = [code for code, unit in zip(area.codes, units, strict=True) if unit is None]
    reading.messages += [
        file.message(
            ERROR,
            "codes",
            "an area code such as KU049, MK01, SSS or 00100",
            "Fetch the table with area codes.",
            column=area.name,
            value=code,
        )
        for code in unknown
    ]
    level = np.array([unit[0] if unit else "" for unit in units], object)
    code = np.array([unit[1] if unit else "" for unit in units], object)
    return {"unit_level": level[place], "unit_code": code[place]}


def _years(file: RawFile, time: Dimension) -> np.ndarray:
    if not all_years(time.codes):
        raise file.error(
            "years such as 2019",
            "Only yearly tables can be read.",
            column=time.name,
            value=", ".join(time.codes[:5]),
        )
    return np.array([int(code.rstrip("*")) for code in time.codes])


def _groups(dimensions: list[Dimension], place: dict[str, np.ndarray]) -> Any:
    sex = _sex(dimensions)
    if sex is None:
        return "total"
    return np.array([SEXES[code.lower()] for code in sex.codes], object)[place[sex.name]]


def _sex(dimensions: list[Dimension]) -> Dimension | None:
    return next(
        (d for d in dimensions if named(d.name, SEX_NAMES) and all_sexes(d.codes)),
        None,
    )


def _indicators(
    file: RawFile,
    content: dict[str, Any],
    dimensions: list[Dimension],
    place: dict[str, np.ndarray],
    used: set[str],
) -> np.ndarray:
    """``statfin.<table>.<codes of the other dimensions>``."""
    sex = _sex(dimensions)
    rest = [d for d in dimensions if d.name not in used and d is not sex]
    names = np.full(len(next(iter(place.values()))), f"statfin.{_table(file, content)}", object)
    for dimension in rest:
        names = names + "." + np.array(dimension.codes, object)[place[dimension.name]]
    return names


def _table(file: RawFile, content: dict[str, Any]) -> str:
    """The number in the table's id, else its label."""
    table = ((content.get("extension") or {}).get("px") or {}).get("tableid")
    if not table:
        return slug(str(content.get("label") or file.resource))[:40]
    return table_number(str(table))


def _release(content: dict[str, Any]) -> int | None:
    found = re.match(r"(?:19|20)\d\d", str(content.get("updated", "")))
    return int(found.group()) if found else None


JSON_STAT = Reader(
    name="json_stat",
    folder="municipalities",
    title="Tilastokeskus, PxWeb-taulukko",
    layout="json-stat2 ('id', 'size', 'dimension', 'value')",
    recognises=is_json_stat,
    read=read_json_stat,
    source="https://pxdata.stat.fi/PxWeb/api/v1/",
)
