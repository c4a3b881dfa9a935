"""A workbook read back into tables of the register; formulas are never computed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from skk_analysis.cleaning.message import ERROR, NOTE, Message, shown
from skk_analysis.monitoring.cell import BLANKS, Surroundings
from skk_analysis.monitoring.register_check import surroundings
from skk_analysis.monitoring.register_table import RegisterTable
from skk_analysis.monitoring.schema import schemas
from skk_analysis.monitoring.spreadsheet import DIGEST, GUIDE, LISTS
from skk_analysis.monitoring.spreadsheet_cells import FAILED, FORMULA, cell_text, mended
from skk_analysis.workspace import SkkError

HEADER_SOUGHT = 12
"""The names of the columns are looked for in so many rows at the top of a sheet."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as read: the table it stands for, and the sheet's row numbers as `lines`."""

    title: str
    table: RegisterTable
    raw: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Book:
    """A workbook as read."""

    tables: dict[str, RegisterTable]
    titles: dict[str, str]
    digests: dict[str, str]
    messages: list[Message]


def read_spreadsheet(path: Path, register: Mapping[str, RegisterTable]) -> Book:
    """Read the tables of a workbook.

    Parameters
    ----------
    path
        The ``.xlsx`` file.
    register
        The register as it is: it tells which sheets are tables, and what references may name.

    Returns
    -------
    Book
        The tables with mended values, and messages: a note for every mended cell and every sheet
        passed over, an error for formulas and failed cells.

    Raises
    ------
    SkkError
        If the file is no workbook.
    """
    messages: list[Message] = []
    sheets: dict[str, Sheet] = {}
    book = _open(path)
    try:
        for sheet in book.worksheets:
            name = sheet.title.strip().casefold()
            if sheet.title in (GUIDE, LISTS):
                continue
            if name not in schemas() and name not in register:
                messages.append(_passed_over(path, sheet.title, register))
                continue
            known = set(schemas()[name].columns) if name in schemas() else set()
            known |= set(register[name].columns) if name in register else set()
            sheets[name] = _sheet(path, name, sheet, known, messages)
        digests = {
            prop.name.removeprefix(DIGEST): str(prop.value)
            for prop in book.custom_doc_props.props
            if prop.name.startswith(DIGEST)
        }
    finally:
        book.close()
    first = {name: _texts(sheet, Surroundings()) for name, sheet in sheets.items()}
    around = surroundings({**register, **first})
    tables = {name: _texts(sheet, around) for name, sheet in sheets.items()}
    for name, sheet in sheets.items():
        messages += _mends(path, sheet, tables[name])
    titles = {name: place(path, sheet.title) for name, sheet in sheets.items()}
    return Book(tables, titles, digests, messages)


def place(path: Path, title: str) -> str:
    """How messages name a sheet."""
    return f"{path.name}, sheet {title}"


def _open(path: Path) -> Any:
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of drawings and extensions that do not concern us
            return load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except FileNotFoundError:
        raise SkkError(f"There is no file {path}.") from None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise SkkError(
            f"{path} is no readable workbook ({error}). Save it as 'Excel Workbook (.xlsx)'."
        ) from error


def _passed_over(path: Path, title: str, register: Mapping[str, RegisterTable]) -> Message:
    close = get_close_matches(title.strip().casefold(), [*schemas(), *register], 1, 0.6)
    return Message(
        NOTE, "unknown_sheet", file=place(path, title), value=title,
        expected="a sheet named as a table of the register",
        mend=f"It was passed over. Did you mean {close[0]!r}?" if close else "It was passed over.",
    )  # fmt: skip


def _sheet(path: Path, name: str, sheet: Any, known: set[str], messages: list[Message]) -> Sheet:
    """The rows below the row with the columns' names; empty rows and columns are left out."""
    sheet.reset_dimensions()
    places: dict[str, int] = {}
    found = Sheet(sheet.title, RegisterTable(name, []))
    for line, cells in enumerate(sheet.rows, 1):
        if places:
            _take_row(path, found, line, cells, places, messages)
        elif line <= HEADER_SOUGHT:
            texts = [cell_text(cell.value, None).strip(BLANKS) for cell in cells]
            if sum(text.casefold() in known for text in texts) > len([*filter(None, texts)]) / 2:
                places = {text: at for at, text in enumerate(texts) if text}
                lower = {column.casefold(): column for column in known}
                found.table.columns.extend(lower.get(text.casefold(), text) for text in places)
    if not places:
        messages.append(Message(
            ERROR, "header", file=place(path, sheet.title),
            expected="a row with the names of the columns",
            mend=f"Put back the names: {', '.join(sorted(known))}.",
        ))  # fmt: skip
    return found


def _take_row(
    path: Path, sheet: Sheet, line: int, cells: Sequence[Any], places: Mapping[str, int],
    messages: list[Message],
) -> None:  # fmt: skip
    """Add one row; one that has nothing in it is left out."""
    values = {at: cell for at, cell in enumerate(cells) if not _is_blank(cell.value)}
    here = Message(ERROR, "", file=place(path, sheet.title), row=line)
    for at in sorted(values.keys() - set(places.values())):
        messages.append(replace(
            here, check="no_column", column=values[at].column_letter, value=shown(values[at].value),
            expected="values only in columns that have a name",
            mend="Give the column a name, or empty the cell.",
        ))  # fmt: skip
    if not values.keys() & set(places.values()):
        return
    row: list[Any] = []
    for column, at in places.items():
        cell = values.get(at)
        row.append(cell.value if cell else None)
        if cell and cell.data_type in (FORMULA, FAILED):
            row[-1] = str(getattr(cell.value, "text", cell.value))
            messages.append(replace(
                here, check="formula", column=column, value=shown(row[-1]),
                expected="a value, not a formula",
                mend="Write the value itself; formulas are not computed here.",
            ))  # fmt: skip
    sheet.raw.append(row)
    sheet.table.lines.append(line)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip(BLANKS) == "")


def _texts(sheet: Sheet, around: Surroundings) -> RegisterTable:
    """The sheet's table with mended values."""
    schema = schemas().get(sheet.table.name)
    columns = [schema.columns.get(name) if schema else None for name in sheet.table.columns]
    rows = [
        [
            mended(cell_text(value, column), column, around)
            for column, value in zip(columns, row, strict=True)
        ]
        for row in sheet.raw
    ]
    return replace(sheet.table, rows=rows)


def _mends(path: Path, sheet: Sheet, table: RegisterTable) -> Iterator[Message]:
    """A note for every cell that was read as something else than it shows."""
    for line, raw, row in zip(table.lines, sheet.raw, table.rows, strict=True):
        for column, value, text in zip(table.columns, raw, row, strict=True):
            shows = cell_text(value, None)
            if shows != text:
                yield Message(
                    NOTE, "mended", file=place(path, sheet.title), row=line, column=column,
                    value=shown(shows) or repr(shows), expected="the register's form",
                    mend=f"Read as {text!r}.",
                )  # fmt: skip
