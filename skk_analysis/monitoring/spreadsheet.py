"""The register as an Excel workbook: a sheet a table, all cells text, choices as drop-downs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.cleaning.message import CleaningError
from skk_analysis.monitoring.cell import unprintable
from skk_analysis.monitoring.mend import expected
from skk_analysis.monitoring.register_check import errors
from skk_analysis.monitoring.register_table import RegisterTable, read_table
from skk_analysis.monitoring.schema import Column, TableSchema, schemas
from skk_analysis.programme import Programme
from skk_analysis.register_change import register_files
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

GUIDE, LISTS = "Ohje", "_lists"
"""Sheets that are not tables: how to fill in, and the values of the drop-downs (hidden)."""
HEADER_ROW = 2
SPARE_ROWS = 500
"""Rows below the last one that have the drop-downs too."""
LONGEST = 32767
"""Characters that Excel holds in a cell."""
DIGEST = "skk-digest-"
"""Custom property of the workbook: the hash of a table's file when it was exported."""
TEXT = "@"
SHEET_NAME = r"[^\[\]:*?/\\']{1,31}"

GUIDE_LINES = (
    ("Ohjelman rekisteri: yksi välilehti taulua kohden.",
     "The programme register: one sheet a table."),
    ("Rivi 1 selittää sarakkeet, rivi 2 on sarakkeiden nimet: älä muuta nimiä.",
     "Row 1 explains the columns, row 2 has their names: leave the names as they are."),
    ("Uusi rivi tulee taulun loppuun. Tyhjät rivit eivät haittaa.",
     "A new row goes to the end of a table. Empty rows do no harm."),
    ("Päivämäärä on muotoa 2019-03-13, desimaali 12.5 ja kunta 049; Excelin muutokset korjataan.",
     "A date is 2019-03-13, a decimal 12.5, a municipality 049; what Excel changes is mended."),
    ("Kaavoja ei lueta: kirjoita arvo.", "Formulas are not read: write the value."),
    ("Lopuksi: skk programme import TIEDOSTO.xlsx", "When done: skk programme import FILE.xlsx"),
)  # fmt: skip


def export_spreadsheet(programme: Programme, path: Path) -> list[str]:
    """Write the whole register to a workbook for editing by hand.

    Parameters
    ----------
    programme
        The register. Tables that it does not have yet become empty sheets, ready to be filled.
    path
        The ``.xlsx`` file to write.

    Returns
    -------
    list of str
        The tables written, in the order of the sheets.

    Raises
    ------
    CleaningError
        If a table cannot be read, or a cell has characters that a workbook cannot hold.
    SkkError
        If a cell is longer than a workbook can hold.
    """
    from openpyxl import Workbook

    files = register_files(programme.folder)
    tables = _tables(files)
    book = Workbook()
    guide = book.active
    assert guide is not None
    _guide(guide, tables)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for table in tables.values():
        schema = schemas().get(table.name)
        sheet = book.create_sheet(table.name)
        _sheet(sheet, table, schema)
        if schema:
            _drop_downs(sheet, lists, table, schema, tables)
    _digests(book, files)
    book.move_sheet(lists, offset=len(tables))
    book.save(path)
    return [*tables]


def _tables(files: Mapping[str, bytes]) -> dict[str, RegisterTable]:
    """The tables in the schema's order, those not yet begun empty, the unknown ones last."""
    order = [*schemas(), *sorted(set(files) - schemas().keys())]
    for name in order:
        if not re.fullmatch(SHEET_NAME, name):
            raise SkkError(f"{name}.csv: a sheet cannot have this name; rename the file.")
    empty = {name: RegisterTable(name, [*schema.columns]) for name, schema in schemas().items()}
    read = {
        name: read_table(name, files[name]) if name in files else (empty[name], [])
        for name in order
    }
    if found := [m for _, messages in read.values() for m in errors(messages)]:
        raise CleaningError(found)
    for table, _ in read.values():
        for line, row in zip(table.lines, table.rows, strict=True):
            for column, value in zip(table.columns, row, strict=True):
                if len(value) > LONGEST or unprintable(value):
                    what = "is too long" if len(value) > LONGEST else "has control characters"
                    raise SkkError(
                        f"{table.file}, line {line}, column {column!r}: the text {what} for a "
                        "workbook; 'skk programme check' tells more."
                    )
    return {name: table for name, (table, _) in read.items()}


def _guide(sheet: Worksheet, tables: Mapping[str, RegisterTable]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = GUIDE
    for fi, en in GUIDE_LINES:
        sheet.append([fi, en])
    sheet.append([])
    sheet.append(["Taulu", "", "Table"])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for name in tables:
        schema = schemas().get(name)
        sheet.append([name, schema.fi if schema else "", schema.en if schema else ""])
        link = sheet.cell(sheet.max_row, 1)
        link.hyperlink = f"#'{name}'!A1"
        link.style = "Hyperlink"
    for letter, width in (("A", 60), ("B", 60), ("C", 60)):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(max_row=len(GUIDE_LINES)):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _sheet(sheet: Worksheet, table: RegisterTable, schema: TableSchema | None) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for place, name in enumerate(table.columns, 1):
        column = schema.columns.get(name) if schema else None
        note = sheet.cell(1, place, _explained(column) if column else "")
        note.alignment = Alignment(wrap_text=True, vertical="top")
        note.font = Font(italic=True, size=9)
        head = _text_cell(sheet, HEADER_ROW, place, name)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="DDE6EE")
        longest = max((len(row[place - 1]) for row in table.rows), default=0)
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = min(60, max(16, len(name) + 2, longest + 2))
        dimension.number_format = TEXT  # also a value typed below the last row stays text
    for line, row in enumerate(table.rows, HEADER_ROW + 1):
        for place, value in enumerate(row, 1):
            if value:
                cell = _text_cell(sheet, line, place, value)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 1)
    sheet.row_dimensions[1].height = 75
    last = sheet.cell(max(sheet.max_row, HEADER_ROW), max(len(table.columns), 1))
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{last.coordinate}"


def _text_cell(sheet: Worksheet, line: int, place: int, value: str):  # type: ignore[no-untyped-def]
    """A cell that is text also if it looks like a number, a date or a formula."""
    cell = sheet.cell(line, place)
    cell.value = value
    cell.data_type = "s"
    cell.number_format = TEXT
    cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    return cell


def _explained(column: Column) -> str:
    must = "Pakollinen · required" if column.required else ""
    return "\n".join(filter(None, [column.fi, column.en, expected(column), must]))


def _drop_downs(
    sheet: Worksheet, lists: Worksheet, table: RegisterTable, schema: TableSchema,
    tables: Mapping[str, RegisterTable],
) -> None:  # fmt: skip
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last = HEADER_ROW + len(table.rows) + SPARE_ROWS
    for place, column in _with_columns(table, schema):
        source = None if column.list else _source(column, lists, tables)
        if not source:
            continue
        closed = column.kind == "yes_no" or (column.kind == "choice" and not column.open)
        rule = DataValidation(
            type="list", formula1=source, allow_blank=True, showErrorMessage=True,
            errorStyle="stop" if closed else "warning", errorTitle=column.name[:30],
            error=f"{column.en}: choose from the list"[:200],
        )  # fmt: skip
        letter = get_column_letter(place)
        rule.add(f"{letter}{HEADER_ROW + 1}:{letter}{last}")
        sheet.add_data_validation(rule)


def _with_columns(table: RegisterTable, schema: TableSchema) -> Iterator[tuple[int, Column]]:
    for place, name in enumerate(table.columns, 1):
        if name in schema.columns:
            yield place, schema.columns[name]


def _source(column: Column, lists: Worksheet, tables: Mapping[str, RegisterTable]) -> str | None:
    """Where a drop-down gets its values: another sheet's live column, or the hidden lists."""
    from openpyxl.utils import get_column_letter

    values: list[str] = [*column.choices, *column.also]
    if column.kind == "yes_no":
        values = ["yes", "no"]
    for target in column.to:
        name, key = target.split(".")
        if name not in tables or key not in tables[name].columns:
            continue
        if len(column.to) == 1 and not column.also:
            letter = get_column_letter(tables[name].columns.index(key) + 1)
            last = HEADER_ROW + len(tables[name].rows) + SPARE_ROWS
            return f"'{name}'!${letter}${HEADER_ROW + 1}:${letter}${last}"
        place = tables[name].columns.index(key)
        values += [row[place] for row in tables[name].rows if row[place]]
    if not values:
        return None
    letter = get_column_letter(_list_column(lists, values))
    return f"'{LISTS}'!${letter}$1:${letter}${len(values)}"


def _list_column(lists: Worksheet, values: list[str]) -> int:
    """The column of the hidden sheet that holds these values; equal lists share one."""
    used = lists.max_column if lists.cell(1, 1).value else 0
    for place in range(1, used + 1):
        there = [lists.cell(line, place).value for line in range(1, lists.max_row + 1)]
        if [value for value in there if value is not None] == values:
            return place
    for line, value in enumerate(values, 1):
        _text_cell(lists, line, used + 1, value)
    return used + 1


def _digests(book: Workbook, files: Mapping[str, bytes]) -> None:
    from openpyxl.packaging.custom import StringProperty

    for name, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        book.custom_doc_props.append(StringProperty(name=f"{DIGEST}{name}", value=digest))
