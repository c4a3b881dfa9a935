"""Check the whole programme register at once: every fault with file, line, column and mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from skk_analysis.cleaning.message import ERROR, LISTED_ROWS, NOTE, WARNING, Message, shown
from skk_analysis.monitoring.cell import BLANKS, Surroundings
from skk_analysis.monitoring.mend import close_choice, fault
from skk_analysis.monitoring.register_table import EMPTY_ROW, RegisterTable, read_table
from skk_analysis.monitoring.row_rules import row_messages
from skk_analysis.monitoring.schema import Column, TableSchema, schemas
from skk_analysis.programme import Programme

FORMULA_SIGNS = ("=", "+", "@")
"""A cell that begins so is run as a formula by a spreadsheet that opens the CSV file."""


def check(programme: Programme) -> list[Message]:
    """Every fault of a programme register.

    Returns
    -------
    list of Message
        By table and line. Severity ``error`` for what must be mended, ``warning`` for what is
        probably a slip, ``note`` for unknown tables and columns and for cells that a spreadsheet
        would run as a formula.
    """
    return check_files(
        {path.stem: path.read_bytes() for path in sorted(programme.folder.glob("*.csv"))}
    )


def check_files(files: Mapping[str, bytes]) -> list[Message]:
    """As `check`, of the bytes of tables by name: also of tables that are not yet written."""
    read = {name: read_table(name, content) for name, content in files.items()}
    tables = {name: table for name, (table, _) in read.items()}
    around = surroundings(tables)
    messages = _missing_tables(tables)
    for name, (table, of_file) in read.items():
        found = list(of_file)
        if name not in schemas():
            found.append(_unknown_table(name))
        elif table.columns:
            found += _header(table, schemas()[name])
            found += _cells(table, schemas()[name], around)
            found += _twice(table, schemas()[name])
            found += row_messages(table, schemas()[name], tables)
            found += _unjudged(table, schemas()[name], around)
        messages += _limited(sorted(found, key=lambda m: m.row or 0))
    return messages


def errors(messages: list[Message]) -> list[Message]:
    """Those messages that must be mended."""
    return [message for message in messages if message.severity == ERROR]


def surroundings(tables: Mapping[str, RegisterTable]) -> Surroundings:
    """What the cells of these tables are judged by: programme years and known references."""
    known = {
        target: tables[name].values(column)
        for target in sorted({to for _, c in _all_columns() for to in c.to})
        for name, column in [target.split(".")]
        if name in tables and tables[name].complete and column in tables[name].columns
    }
    return Surroundings(_years(tables), known, {"cities.code": _city_names(tables)})


def _all_columns() -> Iterator[tuple[TableSchema, Column]]:
    for schema in schemas().values():
        for column in schema.columns.values():
            yield schema, column


def _years(tables: Mapping[str, RegisterTable]) -> tuple[int, int] | None:
    """First and last year that the register's own years and periods name."""
    texts = {
        value
        for name, columns in {
            "years": ["year"],
            "programme_phases": ["from_year", "to_year"],
        }.items()
        if name in tables
        for column in columns
        for value in tables[name].values(column)
    }
    years = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) == 4]
    return (min(years), max(years)) if years else None


def _city_names(tables: Mapping[str, RegisterTable]) -> dict[str, str]:
    if "cities" not in tables:
        return {}
    return {
        row[name].casefold(): row.get("code", "")
        for row in tables["cities"].records()
        for name in ("name_fi", "name_sv", "name_en")
        if row.get(name) and row.get("code")
    }


def _missing_tables(tables: Mapping[str, RegisterTable]) -> list[Message]:
    return [
        Message(
            ERROR, "missing_table", file=f"{schema.name}.csv", expected=f"the table: {schema.en}",
            mend="Reports cannot do without it; copy it from skk_analysis/register.",
        )
        for schema in schemas().values()
        if schema.required and schema.name not in tables
    ]  # fmt: skip


def _unknown_table(name: str) -> Message:
    close = get_close_matches(name, [*schemas()], 1, 0.7)
    mend = f"Did you mean {close[0]}.csv?" if close else "It is kept as it is, unchecked."
    return Message(
        NOTE, "unknown_table", file=f"{name}.csv", expected="a table of the register", mend=mend
    )


def _header(table: RegisterTable, schema: TableSchema) -> Iterator[Message]:
    line = 1
    unknown = [c for c in dict.fromkeys(table.columns) if c not in schema.columns]
    missing = [c for c in schema.expected if c not in table.columns]
    for column in missing:
        close = get_close_matches(column, unknown, 1, 0.6)
        mend = (
            f"Rename the column {close[0]!r} to {column}."
            if close
            else f"Add the column {column}: {schema.columns[column].en}."
        )
        yield Message(
            ERROR, "missing_column", file=table.file, row=line, column=column,
            expected="this column in the first line", mend=mend,
        )  # fmt: skip
    known = [c for c in schema.columns if c not in table.columns]
    for column in unknown:
        close = get_close_matches(column, known, 1, 0.75)
        yield Message(
            NOTE, "unknown_column", file=table.file, row=line, column=column, value=shown(column),
            expected="a column of this table",
            mend=f"Did you mean {close[0]}?" if close else "It is kept as it is, unchecked.",
        )  # fmt: skip


def _cells(table: RegisterTable, schema: TableSchema, around: Surroundings) -> Iterator[Message]:
    judged = [(i, schema.columns[c]) for i, c in enumerate(table.columns) if c in schema.columns]
    legal: set[tuple[str, str]] = set()  # most values occur many times
    for line, row in zip(table.lines, table.rows, strict=True):
        if not any(cell.strip() for cell in row):
            continue  # told as an empty row
        for place, column in judged:
            if (column.name, row[place]) not in legal:
                found = list(_cell(table.file, line, column, row[place], around))
                if found:
                    yield from found
                else:
                    legal.add((column.name, row[place]))


def _cell(
    file: str, line: int, column: Column, value: str, around: Surroundings
) -> Iterator[Message]:
    place = Message(ERROR, "", file=file, row=line, column=column.name, value=shown(value))
    wrong = fault(column, value, around)
    if wrong:
        yield replace(
            place, check=wrong.check, value=place.value or repr(value), expected=wrong.expected,
            mend=wrong.mend,
        )  # fmt: skip
        return
    if close := close_choice(column, value):
        yield replace(
            place, severity=WARNING, check="choice", mend=f"Did you mean {close!r}?",
            expected=f"usually one of: {', '.join(column.choices)}",
        )  # fmt: skip
    if column.kind == "text" and value != value.strip(BLANKS):
        yield replace(
            place, severity=WARNING, check="blanks", value=repr(value[:20]),
            expected="no blanks around a text", mend="Remove them.",
        )  # fmt: skip
    if value.startswith(FORMULA_SIGNS):
        yield replace(
            place, severity=NOTE, check="formula",
            expected=f"a text that does not begin with {value[0]}",
            mend="A spreadsheet that opens the CSV file would run it as a formula. Begin it with "
            "another character; 'skk programme export' writes it as text.",
        )  # fmt: skip


def _twice(table: RegisterTable, schema: TableSchema) -> Iterator[Message]:
    key_columns = [c for c in schema.key if c in table.columns or not schema.columns[c].optional]
    if not set(key_columns) <= set(table.columns):
        return
    places = [table.columns.index(column) for column in key_columns]
    first: dict[tuple[str, ...], int] = {}
    for line, row in zip(table.lines, table.rows, strict=True):
        key = tuple(row[place] for place in places)
        if any(key) and first.setdefault(key, line) != line:
            yield Message(
                ERROR, "twice", file=table.file, row=line, column=", ".join(key_columns),
                value=shown(", ".join(key)), expected=f"once; line {first[key]} has it too",
                mend="Remove one of the two rows, or correct what tells them apart.",
            )  # fmt: skip


def _unjudged(table: RegisterTable, schema: TableSchema, around: Surroundings) -> Iterator[Message]:
    """A column whose references cannot be looked up, as the other table is not there."""
    for column in schema.columns.values():
        lacking = [to for to in column.to if to not in around.known]
        if lacking and table.values(column.name):
            yield Message(
                WARNING, "unjudged", file=table.file, column=column.name,
                expected=f"values of {' or '.join(lacking)}, which cannot be looked up",
                mend=f"Add or mend {lacking[0].split('.')[0]}.csv.",
            )  # fmt: skip


def _limited(messages: list[Message]) -> list[Message]:
    """At most `LISTED_ROWS` messages of one kind for one column; the rest are counted."""
    kept: list[Message] = []
    counts: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], Message] = {}
    for message in messages:
        kind = (message.check, message.column)
        counts[kind] = counts.get(kind, 0) + 1
        last[kind] = message
        if counts[kind] <= LISTED_ROWS:
            kept.append(message)
    for kind, count in counts.items():
        if count > LISTED_ROWS:
            kept.append(replace(
                last[kind], value=f"{count - LISTED_ROWS} more, the last on this line"
            ))  # fmt: skip
    return kept


__all__ = ["EMPTY_ROW", "check", "check_files", "errors", "surroundings"]
