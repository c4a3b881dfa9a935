"""What the register's tables and columns are, read from ``schema.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("fi", "sv", "en")
ANY_LANGUAGE = "_*"

KINDS = {
    "text", "id", "code", "date", "month", "year", "number", "whole", "yes_no", "choice",
    "reference",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a register table; see the head of ``schema.toml`` for the words."""

    name: str
    fi: str
    en: str
    kind: str = "text"
    required: bool = False
    optional: bool = False
    list: bool = False
    choices: tuple[str, ...] = ()
    open: bool = False
    to: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    digits: tuple[int, ...] = ()
    min: float | None = None
    max: float | None = None
    any_time: bool = False


@dataclass(frozen=True)
class TableSchema:
    """One table of the register."""

    name: str
    fi: str
    en: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    required: bool = False
    order: tuple[tuple[str, str], ...] = ()

    @property
    def expected(self) -> list[str]:
        """The columns that a file of this table must have, and those a new one is given."""
        return [column.name for column in self.columns.values() if not column.optional]


@cache
def schemas() -> dict[str, TableSchema]:
    """The schema of every known table, by table name."""
    with Path(__file__).with_name("schema.toml").open("rb") as file:
        tables = tomllib.load(file)
    common = tables.pop("common")
    return {name: _table(name, table, common) for name, table in tables.items()}


def _table(name: str, table: dict[str, Any], common: dict[str, Any]) -> TableSchema:
    columns = {
        column.name: column
        for key, told in table["columns"].items()
        for column in _columns(key, common.get(key, {}) | told)
    }
    order = tuple((first, second) for first, second in table.get("order", ()))
    named = {*table["key"], *(column for pair in order for column in pair)}
    if unknown := named - columns.keys():
        raise ValueError(f"schema.toml: {name} has no column(s) {sorted(unknown)}")
    return TableSchema(
        name, table["fi"], table["en"], tuple(table["key"]), columns,
        table.get("required", False), order,
    )  # fmt: skip


def _columns(key: str, told: dict[str, Any]) -> Iterator[Column]:
    """The column, or its three languages."""
    told = {word: tuple(v) if isinstance(v, list) else v for word, v in told.items()}
    if told.get("kind", "text") not in KINDS:
        raise ValueError(f"schema.toml: column {key} is of no known kind: {told['kind']!r}")
    needed = told.pop("languages", ("fi",))
    if not key.endswith(ANY_LANGUAGE):
        yield Column(key, **told)
        return
    for language in LANGUAGES:
        yield Column(
            key.removesuffix("*") + language,
            **told
            | {
                "required": told.get("required", False) and language in needed,
                "optional": told.get("optional", False) or language not in needed,
                "fi": f"{told['fi']} ({language})",
                "en": f"{told['en']} ({language})",
            },
        )
