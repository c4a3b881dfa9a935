"""What the founding documents ask for, requirement by requirement, and where it is shown.

The ids are those of the programme's requirement list (R-01 … R-73).  Each has places in reports:
kind, section and the words that a reader must meet there.  The notebooks are run as they are, on
the embedded sample in Finnish; a page that lacks its section or words fails by the
requirement's name.  What no page can show, such as that the same inputs give the same bytes, has
the test that checks it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import Figure
from skk_analysis.reporting.kinds import kind_named
from skk_analysis.reporting.section import Section

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT.parent / "shared" / "programme.md"


@dataclass(frozen=True)
class Shown:
    """A section of a report's notebook, and patterns that its text must hold."""

    kind: str
    section: str
    words: tuple[str, ...]
    parameters: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}.{self.section}"


@dataclass(frozen=True)
class Tested:
    """A test of this project that checks the requirement."""

    name: str

    def __str__(self) -> str:
        return self.name


def city(section: str, *words: str, year: int = 2019) -> Shown:
    return Shown("city_year", section, words, (("city", "Turku"), ("year", year)))


def card(section: str, *words: str, experiment: str = "turku-1") -> Shown:
    return Shown("experiment", section, words, (("experiment", experiment),))


def comparison(section: str, *words: str, year: int = 2020) -> Shown:
    return Shown("city_comparison", section, words, (("year", year),))


def programme(section: str, *words: str, year: int = 2020) -> Shown:
    return Shown("programme", section, words, (("year", year),))


REQUIREMENTS: dict[str, tuple[Shown | Tested, ...]] = {}


@pytest.fixture(scope="session")
def page(sample_workspace) -> Callable[..., dict[str, str]]:
    """The text of each section of a report, as its notebook shows it."""

    @cache
    def made(kind: str, parameters: tuple[tuple[str, str | int], ...]) -> dict[str, str]:
        values = {**dict(parameters), "language": "fi", "workspace": str(sample_workspace.root)}
        return {
            s.anchor.replace("-", "_"): text_of(s) for s in run(kind_named(kind).notebook, values)
        }

    return made


def run(notebook: Path, parameters: dict[str, str | int]) -> list[Section]:
    """The sections that the notebook's cells end in."""
    cells = [
        c for c in json.loads(notebook.read_text("utf-8"))["cells"] if c["cell_type"] == "code"
    ]
    names: dict = {}
    sections = []
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, notebook.name, "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names.update(parameters)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), notebook.name, "eval"), names)
            if isinstance(value, Section):
                sections.append(value)
    return sections


def text_of(section: Section) -> str:
    """All that a reader meets in a section: text, tables, figures with their texts."""
    html = []
    for part in section.parts:
        if isinstance(part, Figure):
            html += [part.caption, part.alt, part.description, part.table.html()]
        else:
            html.append(part.html())
    return " ".join(BeautifulSoup(" ".join(html), "html.parser").get_text(" ").split())


PLACES = [(name, place) for name, places in REQUIREMENTS.items() for place in places]


@pytest.mark.parametrize(
    ("name", "place"), PLACES, ids=[f"{name}-{place}" for name, place in PLACES]
)
def test_a_requirement_is_met_where_it_is_said_to_be(name, place, page):
    if isinstance(place, Tested):
        file, _, function = place.name.partition("::")
        tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
        assert function in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        return
    sections = page(place.kind, place.parameters)
    assert place.section in sections, f"{name}: {place.kind} has {', '.join(sections)}"
    missing = [w for w in place.words if not re.search(w, sections[place.section], re.IGNORECASE)]
    assert missing == [], f"{name} in {place}: {sections[place.section][:2000]}"


def test_no_requirement_is_left_out():
    if not LIST.is_file():
        pytest.skip("the requirement list (../shared/programme.md) is not on this machine")
    rows = re.findall(r"^\| (R-\d\d) \|", LIST.read_text("utf-8"), re.MULTILINE)
    assert len(rows) == 73
    assert set(rows) == REQUIREMENTS.keys()
