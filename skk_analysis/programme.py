"""The programme register: cities, years, indicators and all that the programme did, as data.

The register is a folder of UTF-8 CSV tables that people edit. Four of them decide what is
reported: ``cities``, ``years``, ``indicators`` and ``experiments``. A seventh city or the year 2021
is a new row, never new code.
"""

from __future__ import annotations

import csv
import re
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.register_change import finish_change
from skk_analysis.workspace import SkkError, Workspace, once

if TYPE_CHECKING:
    import pandas as pd

REQUIRED_COLUMNS = {
    "cities": ["code", "name_fi", "name_sv", "name_en", "planned", "actual", "size_class"],
    "years": ["year", "comparison_year", "pandemic", "decision"],
    "indicators": ["id", "name_fi", "name_sv", "name_en", "dimension", "kind", "unit", "direction"],
    "experiments": ["id", "city_code", "name_fi"],
    "contacts": ["purpose", "name_fi"],
}
"""The columns that reporting cannot do without; the tables may hold more."""

STARTING_REGISTER = Path(__file__).parent / "register"
"""What the founding documents state, for a workspace that has no register yet."""


@dataclass(frozen=True)
class City:
    """One city of the programme; ``code`` is Statistics Finland's municipality code as text.

    ``languages`` are those that reports about it are made in; none where the register names none.
    """

    code: str
    name_fi: str
    name_sv: str
    name_en: str
    languages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The Finnish name in lower-case ASCII, for file names: ``jyvaskyla``.

        Letters, digits and hyphens only, so that no name leads out of the folder of reports; the
        code where a name has neither letter nor digit.
        """
        plain = unicodedata.normalize("NFKD", self.name_fi.lower()).encode("ascii", "ignore")
        return re.sub("[^a-z0-9]+", "-", plain.decode()).strip("-") or self.code

    def name(self, language: str) -> str:
        """The city's name in ``fi``, ``sv`` or ``en``."""
        return getattr(self, f"name_{language}")


@dataclass(frozen=True)
class Programme:
    """The programme register of a workspace."""

    folder: Path

    @classmethod
    def of(cls, workspace: Workspace) -> Programme:
        """The register in ``data/raw/programme``.

        Raises
        ------
        SkkError
            If the workspace has no register.
        """
        if not workspace.programme.is_dir():
            raise SkkError(
                f"{workspace.programme} is missing. 'skk raw add FILE' starts a register; "
                "you can also copy one there."
            )
        finish_change(workspace.programme)  # one that was interrupted
        return cls(workspace.programme)

    def tables(self) -> list[str]:
        """Names of the tables that the register has, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.csv"))

    def table(self, name: str) -> pd.DataFrame:
        """One table, all values text, an empty cell ``""``.

        Raises
        ------
        SkkError
            If the file is missing or malformed, is not UTF-8, or lacks a required column.
        """
        return once(("frame", self.folder, name), lambda: self._frame(name)).copy(deep=False)

    def _frame(self, name: str) -> pd.DataFrame:
        import pandas as pd

        columns, rows = self._read(name)
        return pd.DataFrame(rows, columns=columns, dtype="str")

    def _read(self, name: str) -> tuple[list[str], list[list[str]]]:
        """The columns and rows of a table; without pandas, for a run that has nothing to do."""
        return once(("rows", self.folder, name), lambda: self._parsed(name))

    def _parsed(self, name: str) -> tuple[list[str], list[list[str]]]:
        path = self.folder / f"{name}.csv"
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                columns, *rows = _distinct([row for row in csv.reader(file, strict=True) if row])
        except FileNotFoundError:
            raise SkkError(f"The programme register has no table {path.name} ({path}).") from None
        except UnicodeDecodeError as error:
            raise SkkError(
                f"{path}: byte {error.start} is not UTF-8. Save the file as 'CSV UTF-8'."
            ) from error
        except csv.Error as error:
            raise SkkError(f"{path} is not a readable CSV table: {error}") from error
        missing = [c for c in REQUIRED_COLUMNS.get(name, []) if c not in columns]
        if missing:
            raise SkkError(
                f"{path}: column(s) {', '.join(missing)} missing; found {', '.join(columns)}."
            )
        return columns, [row + [""] * (len(columns) - len(row)) for row in rows]

    def _records(self, name: str) -> list[dict[str, str]]:
        columns, rows = self._read(name)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def optional_table(self, name: str) -> pd.DataFrame | None:
        """As `table`, but None where the register does not have it."""
        return self.table(name) if (self.folder / f"{name}.csv").is_file() else None

    def cities(self) -> list[City]:
        """The cities that take part (``actual`` = yes), in the register's order."""
        return [
            City(
                row["code"],
                row["name_fi"],
                row["name_sv"],
                row["name_en"],
                tuple(row.get("languages", "").replace(";", " ").split()),
            )
            for row in self._records("cities")
            if row["actual"] == "yes"
        ]

    def city(self, name: str) -> City:
        """The city with this name (any of the three languages), key or code.

        Raises
        ------
        SkkError
            If the programme has no such city; the message lists those it has.
        """
        wanted = unicodedata.normalize("NFC", name).casefold()
        for city in self.cities():
            names = (city.name_fi, city.name_sv, city.name_en, city.key, city.code)
            if wanted in {unicodedata.normalize("NFC", n).casefold() for n in names}:
                return city
        known = ", ".join(city.name_fi for city in self.cities())
        raise SkkError(f"The programme has no city {name!r}. It has: {known}.")

    def experiments(self) -> list[dict[str, str]]:
        """The rows of the experiments; none where the register has no such table."""
        there = (self.folder / "experiments.csv").is_file()
        return self._records("experiments") if there else []

    def contacts(self) -> list[dict[str, str]]:
        """The rows of ``contacts``: whom readers can turn to; none without such a table."""
        there = (self.folder / "contacts.csv").is_file()
        return self._records("contacts") if there else []

    def years(self) -> list[int]:
        """The reported years, ascending.

        Raises
        ------
        SkkError
            If a year is not a whole number.
        """
        values = [row["year"] for row in self._records("years")]
        wrong = [f"{v!r} on line {i + 2}" for i, v in enumerate(values) if not v.isdecimal()]
        if wrong:
            raise SkkError(
                f"{self.folder / 'years.csv'}: year must be a number such as 2019, not "
                + ", ".join(wrong)
            )
        return sorted(int(v) for v in values)

    def indicators(self) -> pd.DataFrame:
        """The indicator dictionary, indexed by indicator id.

        Raises
        ------
        SkkError
            If an id occurs twice.
        """
        frame = self.table("indicators")
        twice = frame.loc[frame["id"].duplicated(), "id"].tolist()
        if twice:
            raise SkkError(f"{self.folder / 'indicators.csv'}: id(s) {', '.join(twice)} twice.")
        return frame.set_index("id")


def _distinct(lines: list[list[str]]) -> list[list[str]]:
    """The lines of a table, if every cell has a column with a name of its own."""
    if not lines:
        raise csv.Error("it is empty")
    columns = lines[0]
    if len(set(columns)) < len(columns):
        raise csv.Error(f"a column occurs twice among {', '.join(columns)}")
    for row in lines:
        if len(row) > len(columns):
            raise csv.Error(
                f"the row of {row[0]!r} has {len(row)} cells for {len(columns)} columns; a text "
                "with commas goes in quotes"
            )
    return lines


def start_register(workspace: Workspace) -> bool:
    """Give a workspace the starting register if it has none; True if one was made.

    It holds what the founding documents state (cities, years) and the proposed indicator
    dictionary, and no experiment, decision or result.
    """
    if workspace.programme.is_dir():
        return False
    shutil.copytree(STARTING_REGISTER, workspace.programme)
    return True
