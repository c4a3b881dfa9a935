"""All tables of a report in one workbook: a sheet each, a list of contents first.

Text is written as text and marked so that editing a cell doesn't make it a formula. The bytes are
the same for the same tables: times in the file are fixed ones.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from skk_analysis.language import text
from skk_analysis.reporting.downloads.items import Item

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can hold."""
LONGEST_NAME, LONGEST_TEXT, WIDEST = 31, 32_767, 60
"""Limits of the format for a sheet's name and a cell's text; characters of the widest column."""


def workbook_bytes(found: Sequence[Item], language: str) -> bytes:
    """The workbook of some tables.

    Parameters
    ----------
    found : tables, and figures with the numbers behind them
    language : of the list of contents
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(*EPOCH)
    book.properties.creator = "skk"
    names = _names([text("data.contents", language), *(item.label for item in found)])
    _write(book.create_sheet(names[0]), _contents(found, names[1:], language))
    for item, name in zip(found, names[1:], strict=True):
        fields = item.resource["schema"]["fields"]
        _write(book.create_sheet(name), [[_heading(f) for f in fields], *item.resource["data"][1:]])
    buffer = io.BytesIO()
    book.save(buffer)
    return _timeless(buffer.getvalue())


def _contents(found: Sequence[Item], names: Sequence[str], language: str) -> list[list[Any]]:
    heads = [text(f"data.contents.{key}", language) for key in ("sheet", "caption", "notes")]
    rows = [
        [name, item.caption, " ".join(item.resource["notes"])]
        for item, name in zip(found, names, strict=True)
    ]
    return [heads, *rows]


def _heading(field: dict[str, Any]) -> str:
    unit = field.get("skk:unit")
    return f"{field['title']} ({unit})" if unit else str(field["title"])


def _write(sheet: WriteOnlyWorksheet, rows: Sequence[Sequence[Any]]) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for number, column in enumerate(zip(*rows, strict=True), start=1):
        width = max(len(str(cell)) if isinstance(cell, str) else 10 for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = min(width + 2, WIDEST)
    for place, row in enumerate(rows):
        sheet.append([_cell(sheet, value, place == 0) for value in row])


def _cell(sheet: WriteOnlyWorksheet, value: Any, heading: bool) -> WriteOnlyCell | Any:
    """A number as it is, text as text whatever it begins with."""
    if not isinstance(value, str):
        return value
    if not heading and not value.startswith(("=", "+", "-", "@")):
        return value[:LONGEST_TEXT]
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value[:LONGEST_TEXT])
    cell.data_type = "s"
    cell.quotePrefix = True
    if heading:
        cell.font = _bold()
    return cell


@cache
def _bold() -> Font:
    from openpyxl.styles import Font

    return Font(bold=True)


def _names(labels: Sequence[str]) -> list[str]:
    """Names for sheets: without the signs that the format forbids, short, each once."""
    names: list[str] = []
    for label in labels:
        bare = re.sub(r"[\[\]:*?/\\']", " ", label).strip()[:LONGEST_NAME] or "–"
        name, number = bare, 1
        while name.casefold() in map(str.casefold, names):
            number += 1
            name = f"{bare[: LONGEST_NAME - 5]} ({number})"
        names.append(name)
    return names


def _timeless(content: bytes) -> bytes:
    """The same zip with fixed times; the time of saving is put back in the properties, too."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            inner = old.read(info)
            if info.filename == "docProps/core.xml":
                inner = re.sub(rb"(\d{4}-\d\d-\d\dT[\d:]+Z?)", b"1980-01-01T00:00:00Z", inner)
            fixed = zipfile.ZipInfo(info.filename, EPOCH)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, inner)
    return buffer.getvalue()
