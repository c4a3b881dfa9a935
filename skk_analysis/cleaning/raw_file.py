"""A publisher's file as received: bytes, text, JSON or a table of text cells with line numbers."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from skk_analysis.cleaning.message import ERROR, CleaningError, Message, shown

DELIMITERS = ",;\t"
MOJIBAKE = re.compile("Ã[\x80-¿]|â‚¬|Ã„|Ã–")
RELEASE_IN_NAME = re.compile(r"pub[_-]?((?:19|20)\d\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A delimited table: every cell as text, ``lines`` the line number of each row."""

    frame: pd.DataFrame
    lines: np.ndarray
    delimiter: str

    @property
    def header(self) -> list[str]:
        """The column names."""
        return list(self.frame.columns)


@dataclass(frozen=True)
class RawFile:
    """One raw file. ``resource`` is its name in the Data Package, ``label`` names it in messages.

    Reading is lazy and cached, so recognising a layout and reading it parse the file once.
    Everything that can be wrong with the bytes themselves is raised as a `CleaningError` here.
    """

    path: Path
    resource: str = ""
    label: str = ""
    release_hint: int | None = field(default=None)

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.label or self.path.name

    def error(self, expected: str, mend: str, **where: Any) -> CleaningError:
        """A `CleaningError` about this file."""
        return CleaningError([self.message(ERROR, "file", expected, mend, **where)])

    def message(
        self, severity: str, check: str, expected: str, mend: str = "", **where: Any
    ) -> Message:
        """A message about this file."""
        return Message(
            severity=severity,
            check=check,
            resource=self.resource,
            file=self.name,
            expected=expected,
            mend=mend,
            **where,
        )

    @property
    def release(self) -> int | None:
        """The publication year, given or carried by the file's name (``…pub2021…``)."""
        found = RELEASE_IN_NAME.search(self.path.name)
        return self.release_hint or (int(found.group(1)) if found else None)

    @cached_property
    def content(self) -> bytes:
        """The bytes, decompressed if the file is gzip."""
        try:
            data = self.path.read_bytes()
            return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        except FileNotFoundError:
            raise self.error("the file", "Put it back or take it in again.") from None
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise self.error(
                "a whole gzip file", "The file is damaged: fetch it again.", value=str(error)
            ) from error
        except OSError as error:
            raise self.error("a readable file", "Check it can be opened.", value=str(error)) from (
                error
            )

    @cached_property
    def text(self) -> str:
        """The text: UTF-8 with or without a byte order mark, else Western European."""
        data = self.content
        if not data.strip():
            raise self.error("data", "The file is empty: fetch it again.")
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise self.error("UTF-8 or ISO-8859-1", "Save the file as 'CSV UTF-8'.", value="UTF-16")
        if (position := data.find(b"\0")) >= 0:
            raise self.error(
                "text",
                "The file holds NUL bytes: it is damaged or not a text file. Fetch it again.",
                row=data.count(b"\n", 0, position) + 1,
                value="NUL byte",
            )
        text = self._decode(data)
        return text if "\n" in text else text.replace("\r", "\n")

    def _decode(self, data: bytes) -> str:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise self.error(
                "UTF-8 or ISO-8859-1",
                "Save the file as 'CSV UTF-8'.",
                row=data.count(b"\n", 0, error.start) + 1,
                value=f"byte 0x{data[error.start]:02x}",
            ) from error
        if found := MOJIBAKE.search(text):
            raise self.error(
                "one encoding in the whole file",
                "Parts are UTF-8 and parts are not: save the file again as 'CSV UTF-8'.",
                row=text.count("\n", 0, found.start()) + 1,
                value=shown(text[max(found.start() - 10, 0) : found.end() + 10]),
            )
        return text

    @cached_property
    def is_json(self) -> bool:
        """Whether the text begins as JSON does."""
        return self.text.lstrip()[:1] in ("{", "[")

    @cached_property
    def json(self) -> Any:
        """The file as JSON."""
        try:
            return json.loads(self.text)
        except json.JSONDecodeError as error:
            raise self.error(
                "whole JSON",
                "The file is cut or damaged: fetch it again.",
                row=error.lineno,
                value=error.msg,
            ) from error
        except (RecursionError, ValueError) as error:
            raise self.error(
                "JSON", "The file is damaged: fetch it again.", value=str(error)
            ) from error

    @cached_property
    def rows(self) -> list[list[str]]:
        """The rows as lists of cells, however many each has (for files that need mending)."""
        delimiter, start, _ = self._head
        lines = self.text.split("\n")[start:]
        try:
            return list(csv.reader((line.rstrip("\r") for line in lines), delimiter=delimiter))
        except csv.Error as error:
            raise self._not_a_table(str(error)) from error

    @cached_property
    def _head(self) -> tuple[str, int, list[str]]:
        """Delimiter, number of lines before the header, the header's cells."""
        if self.text.lstrip()[:1] == "<":
            raise self.error(
                "a data file",
                "This is a web page (HTML or XML), perhaps an error page of the service: "
                "fetch the file again.",
                row=1,
                value=shown(self.text[:200]),
            )
        first = self.text.split("\n", 5)[:5]
        for number, line in enumerate(first):
            cells = {d: self._cells(line.rstrip("\r"), d) for d in DELIMITERS}
            delimiter = max(cells, key=lambda d: len(cells[d]))
            if len(cells[delimiter]) > 1:
                return delimiter, number, [cell.strip() for cell in cells[delimiter]]
        raise self._not_a_table("no line among the first five has two cells")

    def _cells(self, line: str, delimiter: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error as error:
            raise self._not_a_table(str(error)) from error

    def _not_a_table(self, why: str) -> CleaningError:
        return self.error(
            "a table with a header and cells separated by comma, semicolon or tab",
            "Fetch the file again in CSV form.",
            value=shown(why),
        )

    @property
    def may_be_cut(self) -> bool:
        """Whether a table lacks the line break at its end, as a broken-off download does."""
        return not self.is_json and not self.text.endswith("\n")

    @property
    def header(self) -> list[str]:
        """The header's cells (of a table)."""
        return self._head[2]

    @cached_property
    def table(self) -> Table:
        """The table. Rows of a wrong length, repeated columns and open quotes are errors."""
        delimiter, start, header = self._head
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise self.error(
                "each column once",
                "Two columns have the same name: remove one, or fetch the file again.",
                row=start + 1,
                column=shown(", ".join(twice)),
            )
        columns, lines = self._parse(delimiter, start, len(header))
        frame = pd.DataFrame(
            {
                name: pd.Series(pd.array(column, dtype="str"))
                for name, column in zip(header, columns, strict=True)
            }
        )
        if frame.empty:
            raise self.error("rows of data", "The table has a header only: fetch it again.")
        return Table(frame, lines, delimiter)

    def _parse(self, delimiter: str, start: int, width: int) -> tuple[list[Any], np.ndarray]:
        data = "".join(self.text.split("\n", start + 1)[start + 1 :]).encode()
        refused: list[Any] = []

        def refuse(row: Any) -> str:
            refused.append(row)
            return "skip"

        names = [str(i) for i in range(width)]
        try:
            parsed = pa.csv.read_csv(
                io.BytesIO(data or b"\n"),
                pa.csv.ReadOptions(use_threads=False, block_size=len(data) + 2, column_names=names),
                pa.csv.ParseOptions(
                    delimiter=delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=refuse,
                    ignore_empty_lines=False,
                ),
                pa.csv.ConvertOptions(
                    column_types={name: pa.string() for name in names}, strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid as error:
            raise self._not_a_table(str(error)) from error
        lines = self._lines(parsed, refused, start)
        if self.may_be_cut and parsed.num_rows and not parsed.columns[-1][-1].as_py():
            raise self.error(
                "a line break or a value at the end of the last row",
                "The file ends in the middle of a row: fetch it again.",
                row=int(lines[-1]),
            )
        filled = np.zeros(len(lines), bool)
        for column in parsed.columns:
            filled |= pa.compute.not_equal(column, "").to_numpy(zero_copy_only=False)
        return parsed.filter(filled).columns, lines[filled]

    def _lines(self, parsed: pa.Table, refused: list[Any], start: int) -> np.ndarray:
        """Line numbers of the rows; blank lines are passed over, other refused rows are errors."""
        wrong = [row for row in refused if row.text.strip()]
        if wrong:
            raise CleaningError(
                [
                    self.message(
                        ERROR,
                        "file",
                        f"{row.expected_columns} cells, found {row.actual_columns}",
                        "The row is cut, has an unquoted separator or an open quote: "
                        "fetch the file again.",
                        row=start + 1 + row.number,
                        value=shown(row.text),
                    )
                    for row in wrong
                ]
            )
        count = parsed.num_rows + len(refused)
        kept = np.ones(count, bool)
        kept[[row.number - 1 for row in refused]] = False
        lines = np.flatnonzero(kept) + start + 2
        for column in parsed.columns:
            broken = pa.compute.match_substring(column, "\n").to_numpy(zero_copy_only=False)
            if broken.any():
                raise self.error(
                    "no line break inside a cell",
                    "A quote is not closed: fetch the file again.",
                    row=int(lines[broken.argmax()]),
                )
        return lines
