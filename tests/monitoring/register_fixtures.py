"""The sample's register for tests: its tables as bytes, and one changed cell."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from skk_analysis.programme import Programme
from skk_analysis.register_change import register_files

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = register_files(ROOT / "data" / "raw" / "programme")


def copy_of_sample(folder: Path) -> Programme:
    """A copy that a test may change."""
    shutil.copytree(ROOT / "data" / "raw" / "programme", folder / "data" / "raw" / "programme")
    return Programme(folder / "data" / "raw" / "programme")


def rows_of(content: bytes) -> list[list[str]]:
    """Header and rows, read by the standard library alone."""
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def bytes_of(rows: list[list[str]]) -> bytes:
    """The rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")


def with_cell(content: bytes, row: int, column: str, value: str) -> bytes:
    """The table with one cell changed; `row` counts from 0 below the header."""
    rows = rows_of(content)
    rows[row + 1][rows[0].index(column)] = value
    return bytes_of(rows)


def line_of(content: bytes, row: int) -> int:
    """The line on which a row begins, counted without a CSV reader's help."""
    rows = rows_of(content)
    return 1 + sum(1 + sum(cell.count("\n") for cell in before) for before in rows[: row + 1])
