"""One table of the register as a file: rows with their true line numbers, and back to bytes."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from skk_analysis.cleaning.message import ERROR, Message, shown

EMPTY_ROW = "an empty row"


@dataclass(frozen=True)
class RegisterTable:
    """A table as read: every row has a cell for every column.

    ``lines`` are the file's line numbers where the rows begin, counted from 1, right also where
    quoted cells have line breaks. ``complete`` is False where reading had to stop.
    """

    name: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    complete: bool = True

    @property
    def file(self) -> str:
        """The file's name, as messages have it."""
        return f"{self.name}.csv"

    def records(self) -> list[dict[str, str]]:
        """The rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def values(self, column: str) -> set[str]:
        """The values of a column, the empty one left out."""
        if column not in self.columns:
            return set()
        place = self.columns.index(column)
        return {row[place] for row in self.rows} - {""}


def read_table(name: str, content: bytes) -> tuple[RegisterTable, list[Message]]:
    """Read one table, going on after every fault that can be passed over.

    Parameters
    ----------
    name
        The table's name, without ``.csv``.
    content
        The bytes of the file.

    Returns
    -------
    tuple
        The table (with no columns if there is nothing to read) and what is wrong with the file:
        encoding, separator, quoting, columns that occur twice, rows too short or too long.
    """
    text, messages = _text(name, content)
    separator = _separator(text)
    if separator != ",":
        messages.append(Message(
            ERROR, "separator", file=f"{name}.csv", row=1, value=shown(text.split("\n")[0]),
            expected="columns separated by commas",
            mend="Save it as 'CSV UTF-8 (comma delimited)', or edit the register as a "
            "spreadsheet: skk programme export",
        ))  # fmt: skip
    table = RegisterTable(name, [])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    line = 1
    try:
        for row in reader:
            if row and not table.columns:
                table.columns.extend(row)
                messages += _header(table, line)
            elif row:
                messages += _append(table, row, line)
            line = reader.line_num + 1
    except csv.Error as error:
        messages.append(Message(
            ERROR, "csv", file=table.file, row=line, value=str(error),
            expected="a CSV table",
            mend="From this line on nothing was checked. A text with commas, quotes or line breaks "
            'goes in quotes, and a quote inside it is doubled: ""',
        ))  # fmt: skip
        return RegisterTable(name, table.columns, table.rows, table.lines, complete=False), messages
    if not table.columns:
        messages.append(Message(
            ERROR, "csv", file=table.file, row=1, value="an empty file",
            expected="a first line with the names of the columns",
            mend="Delete the file, or give it its columns.",
        ))  # fmt: skip
    return table, messages


def table_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]], like: bytes = b"") -> bytes:
    """A table as CSV, with the byte order mark and the line ends of the file it replaces."""
    text = io.StringIO()
    end = "\r\n" if b"\r\n" in like.split(b"\n", 1)[0] + b"\n" else "\n"
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(columns)
    writer.writerows(rows)
    mark = codecs.BOM_UTF8 if like.startswith(codecs.BOM_UTF8) else b""
    return mark + text.getvalue().encode("utf-8")


def _text(name: str, content: bytes) -> tuple[str, list[Message]]:
    """The text; one that is not UTF-8 is told and read as what it seems to be."""
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        seems, guess = "another encoding", "cp1252"
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            guess = seems = "utf-16"
        text = content.decode(guess, errors="replace")
        start = content.rfind(b"\n", 0, error.start) + 1
        where = content[start : error.start + 20].split(b"\n")[0].decode("cp1252", "replace")
        return text, [Message(
            ERROR, "encoding", file=f"{name}.csv", row=content.count(b"\n", 0, error.start) + 1,
            value=shown(text.split("\n")[0] if guess == "utf-16" else where),
            expected=f"UTF-8, not {seems}",
            mend="Save the file as 'CSV UTF-8'.",
        )]  # fmt: skip


def _separator(text: str) -> str:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    if "," not in header:
        for other in ";\t":
            if other in header:
                return other
    return ","


def _header(table: RegisterTable, line: int) -> list[Message]:
    twice = sorted({c for c in table.columns if table.columns.count(c) > 1})
    return [
        Message(
            ERROR, "column_twice", file=table.file, row=line, column=column,
            value=f"{table.columns.count(column)} columns of this name", expected="one",
            mend="Rename or remove one." if column else "Give every column a name.",
        )
        for column in twice
    ]  # fmt: skip


def _append(table: RegisterTable, row: list[str], line: int) -> list[Message]:
    """Add a row; one that is too short is filled, one that is too long is cut, and told."""
    width = len(table.columns)
    table.rows.append((row + [""] * width)[:width])
    table.lines.append(line)
    if not any(cell.strip() for cell in row):
        return [Message(
            ERROR, "empty_row", file=table.file, row=line, value=EMPTY_ROW,
            expected="a row with values", mend="Delete the line.",
        )]  # fmt: skip
    if len(row) == width:
        return []
    mend = (
        "A text with commas goes in quotes."
        if len(row) > width
        else "Every column needs its comma, also where the cell is empty."
    )
    return [Message(
        ERROR, "cells", file=table.file, row=line,
        column=table.columns[-1] if len(row) > width else table.columns[len(row)],
        value=f"{len(row)} cells: {shown(','.join(row))}",
        expected=f"{width} cells, one for each column", mend=mend,
    )]  # fmt: skip
