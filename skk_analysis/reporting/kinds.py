"""The kinds of reports: a notebook each, and what the register says there is to report on.

A kind is a row here, a notebook of its name, and a room of its name in `reporting` with
``report_data(workspace, **parameters)``. The grid, the index and the checks know no kind by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from skk_analysis.programme import City, Programme
from skk_analysis.reporting.provenance import ReportData
from skk_analysis.workspace import Workspace

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True)
class Subject:
    """What one report is about, in all its languages.

    Parameters
    ----------
    label : short name in messages, such as ``Espoo 2019``
    folder : where its reports lie below ``reports/``
    parameters : what the notebook is given; language and workspace come besides
    city : the city that it is about, if it is about one
    titles : name in the index by language; by default the year
    """

    label: str
    folder: tuple[str, ...]
    parameters: Mapping[str, Any] = field(hash=False)
    city: City | None = None
    titles: Mapping[str, str] = field(default_factory=dict, hash=False)

    def title(self, language: str) -> str:
        """Its name among the other subjects of its kind and city."""
        return self.titles.get(language) or str(self.parameters.get("year", self.label))


@dataclass(frozen=True)
class Kind:
    """One kind of report.

    Parameters
    ----------
    name : of the kind, its notebook and its room
    parameters : names and types of what the notebook is given besides language and workspace
    subjects : what the register has to report on, in its order
    notebook : the notebook; by default ``notebooks/<name>.ipynb``
    """

    name: str
    parameters: Mapping[str, type] = field(hash=False)
    subjects: Callable[[Programme], list[Subject]]
    notebook: Path = Path()

    def __post_init__(self) -> None:
        if self.notebook == Path():
            object.__setattr__(self, "notebook", NOTEBOOKS / f"{self.name}.ipynb")

    @property
    def declared(self) -> dict[str, type]:
        """All parameters that the notebook declares."""
        return {**self.parameters, "language": str, "workspace": str}

    def data(self, workspace: Workspace, subject: Subject) -> ReportData:
        """The slice of data that a subject's reports read."""
        room = import_module(f"skk_analysis.reporting.{self.name}")
        return room.report_data(workspace, **subject.parameters)


def kind_named(name: str) -> Kind:
    """The kind of this name."""
    return next(kind for kind in KINDS if kind.name == name)


def _city_years(programme: Programme) -> list[Subject]:
    return city_years(programme.cities(), programme.years())


def city_years(cities: Iterable[City], years: Sequence[int]) -> list[Subject]:
    """The subjects of city reports: each city in each year."""
    return [
        Subject(
            f"{city.name_fi} {year}",
            (city.key, str(year)),
            {"city": city.name_fi, "year": year},
            city,
        )
        for city in cities
        for year in years
    ]


def _experiments(programme: Programme) -> list[Subject]:
    cities = {city.code: city for city in programme.cities()}
    return [
        Subject(
            row["id"],
            ("experiments", row["id"]),
            {"experiment": row["id"]},
            cities.get(row["city_code"]),
            {
                language: row.get(f"name_{language}") or row["name_fi"]
                for language in ("fi", "sv", "en")
            },
        )
        for row in programme.experiments()
    ]


def _each_year(folder: str) -> Callable[[Programme], list[Subject]]:
    def subjects(programme: Programme) -> list[Subject]:
        return [
            Subject(f"{folder} {year}", (folder, str(year)), {"year": year})
            for year in programme.years()
        ]

    return subjects


CITY_YEAR = Kind("city_year", {"city": str, "year": int}, _city_years)
EXPERIMENT = Kind("experiment", {"experiment": str}, _experiments)
CITY_COMPARISON = Kind("city_comparison", {"year": int}, _each_year("comparison"))
PROGRAMME = Kind("programme", {"year": int}, _each_year("programme"))

KINDS = (PROGRAMME, CITY_COMPARISON, CITY_YEAR, EXPERIMENT)
"""Those that are made and listed, in the order of the index."""
