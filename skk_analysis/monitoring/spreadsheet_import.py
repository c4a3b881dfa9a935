"""Bringing a workbook back into the register: what would change, checked, all of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from skk_analysis.cleaning.message import ERROR, Message, shown
from skk_analysis.monitoring.register_check import check_files, errors
from skk_analysis.monitoring.register_table import RegisterTable, read_table, table_bytes
from skk_analysis.monitoring.schema import TableSchema, schemas
from skk_analysis.monitoring.spreadsheet_reading import Book, read_spreadsheet
from skk_analysis.programme import Programme
from skk_analysis.register_change import change_register, register_files

Key = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One difference between the register and a workbook.

    ``kind`` is added, removed, changed, order, column or table; ``row`` names the row by its key.
    """

    table: str
    kind: str
    row: str = ""
    column: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        of = f"{self.table}.csv"
        match self.kind:
            case "added":
                return f"+ {of}: {self.row}"
            case "removed":
                return f"- {of}: {self.row}"
            case "changed":
                return (
                    f"~ {of}: {self.row}: {self.column}: {shown(self.before)!r} → "
                    f"{shown(self.after)!r}"
                )
            case "order":
                return f"~ {of}: the rows in another order"
            case "column":
                return f"+ {of}: column {self.column}"
            case _:
                return f"+ {of}: a new table of {self.after} rows"


@dataclass(frozen=True)
class Imported:
    """What an import found: changes, messages, and whether the register was written."""

    changes: list[Change] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    written: bool = False


def import_spreadsheet(programme: Programme, path: Path, write: bool = True) -> Imported:
    """Take the tables of a workbook into the register.

    A table that says the same as before keeps its file byte for byte, and columns keep the order
    that they have in the register. A table that has no sheet stays as it is.

    Parameters
    ----------
    programme
        The register.
    path
        A workbook such as `export_spreadsheet` writes, after editing.
    write
        False to see only what would change.

    Returns
    -------
    Imported
        Nothing is written if one of its messages is an error: of the workbook, or of the register
        as it would become. Messages name the workbook's sheets and rows.

    Raises
    ------
    SkkError
        If the file is no workbook, or the register was changed while it was read.
    """
    files = register_files(programme.folder)
    register = {name: read_table(name, content)[0] for name, content in files.items()}
    book = read_spreadsheet(path, register)
    messages = list(book.messages)
    changes: list[Change] = []
    proposed: dict[str, bytes] = {}
    for name, table in book.tables.items():
        if name not in register and not table.rows and name not in book.digests:
            continue  # an empty sheet: a table that has not been begun
        new, lost = _aligned(table, register.get(name), book.titles[name])
        messages += lost
        schema = schemas().get(name)
        new = _same_numbers(new, register.get(name), schema)
        found = [*_changes(new, register.get(name), schema)]
        if found and not lost:
            changes += found
            proposed[name] = table_bytes(new.columns, new.rows, like=files.get(name, b""))
            messages += _outdated(name, book, files)
    messages += _placed(check_files(files | proposed), book, proposed)
    if errors(messages) or not proposed or not write:
        return Imported(changes, messages)
    change_register(programme.folder, proposed, files)
    return Imported(changes, messages, written=True)


def _aligned(
    table: RegisterTable, old: RegisterTable | None, title: str
) -> tuple[RegisterTable, list[Message]]:
    """The table with the register's order of columns, new ones last."""
    if old is None:
        return table, []
    lost = [
        Message(
            ERROR, "missing_column", file=title, column=column, expected="this column",
            mend="Put the column back; to empty it, empty its cells.",
        )
        for column in old.columns
        if column not in table.columns
    ]  # fmt: skip
    if lost:
        return table, lost
    columns = [*old.columns, *(c for c in table.columns if c not in old.columns)]
    places = [table.columns.index(column) for column in columns]
    rows = [[row[place] for place in places] for row in table.rows]
    return replace(table, columns=columns, rows=rows), []


def _keys(table: RegisterTable, schema: TableSchema | None) -> list[Key]:
    """A key for each row, made unique by counting; without a usable key the whole row."""
    wanted = [c for c in schema.key if c in table.columns] if schema else []
    places = [table.columns.index(c) for c in wanted] or list(range(len(table.columns)))
    counts: dict[Key, int] = {}
    keys = []
    for row in table.rows:
        key = tuple(row[place] for place in places)
        counts[key] = counts.get(key, 0) + 1
        keys.append((*key, *([f"({counts[key]})"] if counts[key] > 1 else [])))
    return keys


def _same_numbers(
    new: RegisterTable, old: RegisterTable | None, schema: TableSchema | None
) -> RegisterTable:
    """A number that a spreadsheet wrote in another way (0.650 as 0.65) keeps its old form."""
    if old is None or schema is None:
        return new
    before = dict(zip(_keys(old, schema), old.records(), strict=True))
    numbers = {c for c in old.columns if c in schema.columns and schema.columns[c].kind == "number"}
    rows = []
    for key, row in zip(_keys(new, schema), new.rows, strict=True):
        was = before.get(key, {})
        rows.append([
            was[c] if c in numbers and c in was and _equal(was[c], value) else value
            for c, value in zip(new.columns, row, strict=True)
        ])  # fmt: skip
    return replace(new, rows=rows)


def _equal(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _changes(
    new: RegisterTable, old: RegisterTable | None, schema: TableSchema | None
) -> Iterator[Change]:
    if old is None:
        yield Change(new.name, "table", after=str(len(new.rows)))
        return
    for column in new.columns[len(old.columns) :]:
        yield Change(new.name, "column", column=column)
    before = dict(zip(_keys(old, schema), old.records(), strict=True))
    after = dict(zip(_keys(new, schema), new.records(), strict=True))
    for key in (key for key in before if key not in after):
        yield Change(new.name, "removed", _shown_key(key))
    for key, row in after.items():
        if key not in before:
            yield Change(new.name, "added", _shown_key(key))
            continue
        for column, value in row.items():
            was = before[key].get(column, "")
            if was.replace("\r\n", "\n") != value:
                yield Change(new.name, "changed", _shown_key(key), column, was, value)
    shared = [key for key in before if key in after]
    if shared != [key for key in after if key in before]:
        yield Change(new.name, "order")


def _shown_key(key: Sequence[str]) -> str:
    return shown(" / ".join(filter(None, key)))


def _outdated(name: str, book: Book, files: Mapping[str, bytes]) -> Iterator[Message]:
    """A table that others have changed since the workbook was exported."""
    digest = book.digests.get(name)
    if digest and name in files and digest != hashlib.sha256(files[name]).hexdigest():
        yield Message(
            ERROR, "outdated", file=book.titles[name], value=f"{name}.csv has been changed since "
            "this workbook was exported", expected="a workbook of the register as it is",
            mend="Export again and repeat your changes there; what others wrote would be lost.",
        )  # fmt: skip


def _placed(
    messages: Sequence[Message], book: Book, proposed: Mapping[str, bytes]
) -> Iterator[Message]:
    """Messages on the register as it would become, with the workbook's sheets and rows."""
    rows = {
        f"{name}.csv": dict(zip(read_table(name, content)[0].lines, book.tables[name].lines,
                                strict=False))
        for name, content in proposed.items()
    }  # fmt: skip
    for message in messages:
        if message.file in rows:
            title = book.titles[message.file.removesuffix(".csv")]
            row = rows[message.file].get(message.row or 0)
            yield replace(message, file=title, row=row)
        else:
            yield message
