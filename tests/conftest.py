"""What all tests share: the real open data where it lies, and a cleaned copy of the sample."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skk_analysis.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
REAL_DATA = ROOT.parent / "shared" / "data" / "real"


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, if it is on this machine; one for all tests, as Playwright starts only once."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real Finnish open data, read in place and never copied into the project."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real open data (../shared/data/real) is not on this machine")
    return REAL_DATA


@pytest.fixture(scope="session")
def sample_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A cleaned copy of the embedded sample; tests must not change it."""
    from skk_analysis.cleaning import clean

    root = tmp_path_factory.mktemp("sample")
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    workspace = Workspace(root)
    clean(workspace)
    return workspace
