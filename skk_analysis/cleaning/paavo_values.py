"""What a cell of a Paavo table means, and whether the table's figures fit together.

It depends on the area's base population: a dot, a -1, an empty cell or a mean of 0 is "no
inhabitants" where the base is 0 and "protected" elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from skk_analysis.cleaning import cells as status
from skk_analysis.cleaning.cells import Cells, read_cells
from skk_analysis.cleaning.message import ERROR, WARNING, Message
from skk_analysis.cleaning.paavo_variables import variables
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import Reading, observations, wrong_cells

ADDITIVE = {
    "he_vakiy": ("he_miehet", "he_naiset"),
    "hr_tuy": ("hr_pi_tul", "hr_ke_tul", "hr_hy_tul"),
    "ko_ika18y": ("ko_perus", "ko_koul"),
    "tr_kuty": ("tr_pi_tul", "tr_ke_tul", "tr_hy_tul"),
}
"""Parts that must add up to their total."""
TOLERATED = 0.02
"""So large a share of areas may miss the sum (rounding, late corrections) before it is an error."""


def observe(
    file: RawFile,
    units: pd.DataFrame,
    matrix: pd.DataFrame,
    reference: dict[str, int],
    release: int | None,
    symbols: Mapping[str, tuple[str, str]],
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
