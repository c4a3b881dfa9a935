"""Tables as CSV: RFC 4180, UTF-8 without a mark, a point in decimals; for programmes, not Excel.

Finnish Excel splits lines at semicolons and takes 1.5 for the first of May, with or without a
byte-order mark; people who use it get the workbook, and a mark would be in every other tool's first
heading. Text that a spreadsheet would run as a formula has an apostrophe put before it (CSV
injection); numbers are numbers, so a negative one stays as it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

FORMULA = re.compile(r"(^|[;\t\r\n])(\s*)(?=[=+\-@＝＋－＠])")
"""Where a formula would begin: in a cell, or behind what a program may take for a separator."""


def csv_bytes(resource: Mapping[str, Any]) -> bytes:
    """The rows of a tabular data resource, names first."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in resource["data"]:
        writer.writerow([harmless(cell) for cell in row])
    return buffer.getvalue().encode()


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs.

    Examples
    --------
    >>> harmless('=HYPERLINK("http://x")')
    '\\'=HYPERLINK("http://x")'
    >>> harmless(-1.5)
    '-1.5'
    """
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return FORMULA.sub(r"\1\2'", cell) if isinstance(cell, str) else cell
