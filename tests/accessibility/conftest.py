"""A small published site and a browser to read it with.

The quick tests read a card, the longest kind of report, the index and the statement; the slow ones
and ``validation/accessibility`` read every kind of page in every language.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from skk_analysis.language import LANGUAGES
from skk_analysis.reporting.grid import run_reports
from skk_analysis.reporting.plan import Choice
from skk_analysis.workspace import Workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FEW = (
    Choice(kinds=["experiment"], experiments=["turku-1"], languages=["fi"]),
    Choice(kinds=["city_year"], cities=["Espoo"], years=[2020], languages=["sv"]),
)
EVERY = (
    Choice(kinds=["experiment"], experiments=["turku-1"], languages=LANGUAGES),
    Choice(kinds=["city_year"], cities=["Espoo"], years=[2020], languages=LANGUAGES),
    Choice(kinds=["programme", "city_comparison"], years=[2020], languages=LANGUAGES),
)


def published(workspace: Workspace, root: Path, choices: Sequence[Choice]) -> Path:
    """A site with these reports, made from a copy of a workspace."""
    shutil.copytree(workspace.root, root)
    copy = Workspace(root)
    for choice in choices:
        summary = run_reports(copy, choice, jobs=1)
        assert summary.ok, summary.failed
    return copy.reports


@pytest.fixture(scope="session")
def site(sample_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with two kinds of reports."""
    return published(sample_workspace, tmp_path_factory.mktemp("site") / "w", FEW)


@pytest.fixture(scope="session")
def whole_site(sample_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with every kind of report in every language."""
    return published(sample_workspace, tmp_path_factory.mktemp("site") / "w", EVERY)


@pytest.fixture(scope="session")
def card(site: Path) -> Path:
    """The page of an experiment."""
    return site / "experiments" / "turku-1" / "fi" / "index.html"


@pytest.fixture(scope="session")
def city(site: Path) -> Path:
    """The page of a city's year: the longest, with the widest tables."""
    return site / "espoo" / "2020" / "sv" / "index.html"


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Opens a page: ``opened(file, width=320, color_scheme="dark")``."""
    contexts = []

    def open_page(file: Path, width: int = 1280, height: int = 900, **settings: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
