"""Whatever a cell holds: it is legal by the schema, or a message names it and the mend."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skk_analysis.monitoring import check_files
from skk_analysis.monitoring.meant import meant
from skk_analysis.monitoring.mend import fault
from skk_analysis.monitoring.register_check import surroundings
from skk_analysis.monitoring.register_table import read_table
from skk_analysis.monitoring.schema import Column, schemas
from skk_analysis.programme import Programme
from skk_analysis.workspace import SkkError

_spec = importlib.util.spec_from_file_location(
    "register_fixtures", Path(__file__).with_name("register_fixtures.py")
)
register = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(register)
SAMPLE = register.SAMPLE
ROWS = {name: register.rows_of(content) for name, content in SAMPLE.items()}
AROUND = surroundings({name: read_table(name, content)[0] for name, content in SAMPLE.items()})
CELLS = [
    (table, row, column)
    for table, rows in ROWS.items()
    for column in rows[0]
    for row in {0, len(rows) // 2 - 1, len(rows) - 2}
]
"""Cells of the first, a middle and the last row of every column of every table."""


def legal(column: Column, value: str) -> bool:
    """Whether the schema allows a value; told in other words than the library's."""
    if value == "":
        return not column.required
    if any((ord(c) < 32 and c not in "\n\r\t") or 127 <= ord(c) < 160 for c in value):
        return False
    if any(0xD800 <= ord(c) < 0xE000 or c in "\ufffd\ufffe\uffff" for c in value):
        return False
    if column.kind == "text":
        return bool(re.sub("[ \t\r\n\u00a0\u2007\u202f\u2009\ufeff]", "", value))
    parts = value.split(";") if column.list else [value]
    return len(parts) == len(set(parts)) and all(_legal(column, part) for part in parts)


def _legal(column: Column, part: str) -> bool:
    ascii_number = set(part) <= set("0123456789.-")
    match column.kind:
        case "id":
            words = re.split("[-_]", part)
            return all(w and set(w) <= set("abcdefghijklmnopqrstuvwxyz0123456789") for w in words)
        case "code":
            return set(part) <= set("0123456789") and len(part) in column.digits
        case "yes_no":
            return part in ("yes", "no")
        case "choice":
            free = column.open and part != "" and part == part.strip(
                " \t\r\n\u00a0\u2007\u202f\u2009\ufeff")  # fmt: skip
            return part in column.choices or free
        case "reference":
            return part in set(column.also).union(*(AROUND.known[to] for to in column.to))
        case "number" | "whole":
            try:
                number = float(part)
            except ValueError:
                return False
            form = part.removeprefix("-")
            if not ascii_number or not form[:1].isdigit() or not form[-1:].isdigit():
                return False
            if column.kind == "whole" and "." in part:
                return False
            low = float("-inf") if column.min is None else column.min
            return low <= number <= (float("inf") if column.max is None else column.max)
        case kind:
            width = {"date": 10, "month": 7, "year": 4}[kind]
            whole = part + "-01-01"[len("-01-01") - (10 - width) :] if width < 10 else part
            if len(part) != width or not re.fullmatch("[0-9]{4}(-[0-9]{2}){2}", whole):
                return False
            try:
                year = dt.date.fromisoformat(whole).year
            except ValueError:
                return False
            return (1900 <= year <= 2100) and (column.any_time or 2019 <= year <= 2021)


NEAR = [
    "", " ", "\u00a0", "yes", "No", "TRUE", "0", "-1", "49", "049", "2037", "02037", "2019",
    "2019.0", "2018", "2022", "20190313", "13.3.2019", "13.3.19", "2019-13-01", "2019-02-29",
    "2020-02-29", "2019-3-1", "2019-03-13 00:00:00", "3/4/2019", "43537", "2019-02", "2/2019",
    "1,5", "1.5", "1 000", "−3", "1e5", "nan", "inf", "٣", "Espoo", "espoo-1", "ESPOO-1",
    "espoo-1;espoo-2", "espoo-1,turku-1", "espoo-1;", ";", "=1+1", "@x", "a\nb", 'a"b', "a,b",
    "\x00", "\ufffd", "Ã¤", "ehkaiseva", "low", "Low", "tutki ", "social", "community",
    "9999-12-31", "0000-00-00", "9" * 400,
]  # fmt: skip
"""What people and spreadsheets write by mistake, and the edges of what is legal."""

values = st.one_of(
    st.sampled_from(NEAR), st.text(max_size=12),
    st.sampled_from([c for rows in ROWS.values() for row in rows[1:3] for c in row if len(c) < 40]),
    st.from_regex(r"[0-9]{1,4}[-./, ][0-9]{1,2}[-./, ][0-9]{1,4}", fullmatch=True),
)  # fmt: skip


@given(st.sampled_from(CELLS), values)
@settings(max_examples=600, deadline=None)
def test_a_value_is_called_wrong_if_and_only_if_the_schema_forbids_it(cell, value):
    table, _, name = cell
    column = schemas()[table].columns[name]
    wrong = fault(column, value, AROUND)
    assert (wrong is None) == legal(column, value)
    if wrong:
        assert wrong.check and wrong.expected and wrong.mend
        mended = meant(column, value, AROUND)
        assert mended is None or legal(column, mended)


@given(st.sampled_from(CELLS), values, st.booleans())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_broken_cell_is_named_with_file_line_column_and_mend(cell, value, broken_lines):
    table, row, name = cell
    content = SAMPLE[table]
    texts = [c for c, column in schemas()[table].columns.items() if column.kind == "text"]
    texts = [c for c in texts if c in ROWS[table][0] and c != name]
    if broken_lines and row > 0 and texts:  # line breaks above must not shift the line told
        content = register.with_cell(content, 0, texts[0], "kaksi\n\nriviä")
    value = value.encode("utf-8", "replace").decode("utf-8")
    content = register.with_cell(content, row, name, value)
    found = check_files(SAMPLE | {table: content})
    if not legal(schemas()[table].columns[name], value):
        line = register.line_of(content, row)
        mine = [m for m in found if (m.file, m.row) == (f"{table}.csv", line)]
        assert any(
            m.severity == "error" and (m.column == name or m.check == "empty_row") and m.value
            and m.expected and m.mend
            for m in mine
        ), [str(m) for m in found]  # fmt: skip


@given(
    st.sampled_from(sorted(SAMPLE)),
    st.floats(0, 1),
    st.sampled_from([b"", b'"', b",", b"\n", b"\x00", b"\xe4", b";", b"\r", b'""', b"\xff\xfe"]),
    st.integers(0, 3),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_never_stops_the_check_and_is_told(tmp_path_factory, table, where, put, cut):
    at = int(where * len(SAMPLE[table]))
    content = SAMPLE[table][:at] + put + SAMPLE[table][at + cut :]
    found = check_files(SAMPLE | {table: content})
    folder = tmp_path_factory.mktemp("register")
    (folder / f"{table}.csv").write_bytes(content)
    try:
        Programme(folder).table(table)
    except SkkError:  # what the library cannot read, the check must tell
        assert any(m.file == f"{table}.csv" and m.severity == "error" for m in found)
