"""A small workspace and small notebooks: the runner is tested apart from the real report."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import pytest

import skk_analysis
from skk_analysis.reporting import fingerprint
from skk_analysis.reporting.grid import RunSummary, run_reports
from skk_analysis.reporting.kinds import CITY_YEAR, Kind
from skk_analysis.reporting.plan import Choice
from skk_analysis.reporting.report import CRATE
from skk_analysis.workspace import Resource, SkkError, Workspace, sha256, write_json

CITIES = {"049": ("Espoo", "Esbo", "Espoo"), "179": ("Jyväskylä", "Jyväskylä", "Jyväskylä")}

PARAMETERS = """city: str = "Espoo"  # kaupunki
year: int = 2019  # vuosi
language: str = "fi"  # kieli
workspace: str = ""  # työtila"""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
TABLE = (
    "<table><caption>Luvut</caption><thead><tr><th scope='col'>Alue</th><th scope='col'>Arvo</th>"
    "</tr></thead><tbody><tr><th scope='row'>Keskusta</th><td>1,5</td></tr></tbody></table>"
)

START = """from IPython.display import display
def show(data, **metadata):
    display(data, raw=True, metadata=metadata)"""
TITLE = "show({'text/html': f'<h1>{city} {year}</h1>'})"
SECTION = "show({'text/html': '<h2 id=\"summary\">Tiivistelmä</h2><p>Hyvä.</p>'})"
FIGURE = f"""show({{'image/svg+xml': {SVG!r}, 'text/plain': 'Neliö'}},
     **{{'image/svg+xml': {{'alt': 'Musta neliö', 'caption': 'Kuvio 1. Neliö',
                          'description': 'Neliön ala on 81.', 'table': {TABLE!r}}}}})"""
NUMBERS = f"show({{'text/html': {TABLE!r}}})"
LAST = "show({'text/html': '<h2 id=\"origin\">Tietolähteet</h2><p>Lähde.</p>'})"
RESULTS = "show({'application/vnd.skk.results+json': [{'id': 'gini', 'value': 0.25}]})"
END = "show({'text/html': ''}, **{'text/html': {'skk': 'end'}})"

GOOD = [START, TITLE, SECTION, FIGURE, NUMBERS, LAST, RESULTS, END]


def notebook_of(cells: list[str], parameters: str | None = PARAMETERS) -> nbformat.NotebookNode:
    """A notebook with a notes cell, a parameters cell and these code cells."""
    v4 = nbformat.v4
    made = v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})
    made.cells = [v4.new_markdown_cell("Tutkijalle", metadata={"tags": ["notes"]})]
    if parameters is not None:
        made.cells.append(v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    made.cells += [v4.new_code_cell(source) for source in cells]
    return made


@dataclass
class Data:
    """A stand-in for the slice of tables that a report reads."""

    workspace: Workspace
    city: str
    year: int

    @property
    def resources(self) -> list[Resource]:
        return [r for r in self.workspace.resources() if r.name.startswith(self.city.lower())]

    def digest(self) -> str:
        files = [self.workspace.raw / r.path for r in self.resources]
        return fingerprint.digest(self.year, [sha256(f) for f in files])


def describe(workspace: Workspace, invented: bool = True) -> None:
    """(Re)write the Data Package of the small workspace, with the files' present hashes."""
    workspace.write_resources(
        Resource(
            name=file.stem,
            path=file.name,
            reader="test",
            publisher="Testaaja",
            licence="CC0",
            retrieved="2021-03-01",
            sha256=sha256(file),
            bytes=file.stat().st_size,
            invented=invented,
        )
        for file in sorted(workspace.raw.glob("*.csv"))
    )


def make_small(root: Path) -> Workspace:
    """Two cities and two years."""
    workspace = Workspace(root)
    workspace.programme.mkdir(parents=True)
    rows = [f"{c},{fi},{sv},{en},yes,yes,large" for c, (fi, sv, en) in CITIES.items()]
    cities = "code,name_fi,name_sv,name_en,planned,actual,size_class\n" + "\n".join(rows) + "\n"
    (workspace.programme / "cities.csv").write_text(cities, "utf-8")
    years = "year,comparison_year,pandemic,decision\n2019,2018,no,yes\n2020,2019,yes,no\n"
    (workspace.programme / "years.csv").write_text(years, "utf-8")
    for city in ("espoo", "jyväskylä"):
        (workspace.raw / f"{city}.csv").write_text(f"{city};1\n", "utf-8")
    describe(workspace)
    return workspace


def stand_ins(cleanings: list[Workspace]) -> dict[str, ModuleType]:
    """Modules in the place of cleaning and of the real report's data; cleanings are counted."""

    def clean(workspace: Workspace) -> None:
        cleanings.append(workspace)
        if any(b"bad" in f.read_bytes() for f in workspace.raw.glob("*.csv")):
            raise CleaningError("a bad file")
        content = {r.name: r.sha256 for r in workspace.resources()}
        write_json(workspace.processed / "table.json", content)

    class CleaningError(SkkError):
        messages = (SimpleNamespace(severity="error", __str__=lambda _: "a bad file"),)

    cleaning, city_year = ModuleType("cleaning"), ModuleType("city_year")
    vars(cleaning).update(clean=clean, CleaningError=CleaningError, check_raw=lambda _: [])
    vars(cleaning)["__path__"] = [str(Path(skk_analysis.__file__).with_name("cleaning"))]
    vars(city_year)["report_data"] = Data
    return {"skk_analysis.cleaning": cleaning, "skk_analysis.reporting.city_year": city_year}


@dataclass
class Bench:
    """A small workspace with a notebook, and shorthands for running it."""

    workspace: Workspace
    notebook: Path
    library: Path
    cleanings: list[Workspace]

    def write(self, cells: list[str] = GOOD, parameters: str | None = PARAMETERS) -> None:
        self.notebook.parent.mkdir(exist_ok=True)
        nbformat.write(notebook_of(cells, parameters), self.notebook)

    @property
    def kind(self) -> Kind:
        return replace(CITY_YEAR, notebook=self.notebook)

    def run(self, jobs: int = 1, **options: Any) -> RunSummary:
        """A run; ``cities``, ``years`` … among the options make the choice."""
        chosen = {k: options.pop(k) for k in Choice.__dataclass_fields__ if k in options}
        return run_reports(self.workspace, Choice(**chosen), jobs, kinds=[self.kind], **options)

    def one(self, **options: Any) -> RunSummary:
        """Only Espoo 2019."""
        return self.run(cities=["Espoo"], years=[2019], **options)

    def failure(self, cells: list[str], **options: Any) -> str:
        """The message of a report made with these cells, which must fail."""
        self.write(cells)
        [outcome] = self.one(**options).failed
        return outcome.message

    @property
    def folder(self) -> Path:
        return self.workspace.reports / "espoo" / "2019" / "fi"

    def change(self, city: str) -> None:
        file = self.workspace.raw / f"{city}.csv"
        file.write_text(file.read_text("utf-8") + "x\n", "utf-8")
        describe(self.workspace)

    def files(self) -> dict[str, bytes]:
        """All published files and their bytes; the records of runs, which hold times, excepted."""
        root = self.workspace.reports
        found = [p for p in root.rglob("*") if p.is_file() and p.name not in (".lock", CRATE)]
        return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(found)}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A small workspace whose path has a space, ä, ö and braces; library code stands still."""
    cleanings: list[Workspace] = []
    for name, module in stand_ins(cleanings).items():
        monkeypatch.setitem(sys.modules, name, module)
    library = tmp_path / "library"
    library.mkdir()
    (library / "metrics.py").write_text("one = 1\n")
    monkeypatch.setattr(fingerprint, "LIBRARY", library)
    workspace = make_small(tmp_path / "työ tila {x}")
    made = Bench(workspace, tmp_path / "mökki {y}" / "report.ipynb", library, cleanings)
    made.write()
    return made


@pytest.fixture
def cells() -> SimpleNamespace:
    """The cells that test notebooks are put together from."""
    names = ("START", "TITLE", "SECTION", "FIGURE", "NUMBERS", "LAST", "RESULTS", "END", "GOOD")
    return SimpleNamespace(
        **{name.lower(): globals()[name] for name in names},
        table=TABLE,
        svg=SVG,
        parameters=PARAMETERS,
    )
