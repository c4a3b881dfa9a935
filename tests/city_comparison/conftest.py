"""Workspaces of three cities, each made once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from skk_analysis.workspace import Workspace
from tests.city_comparison.three_cities import write


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Workspace]:
    """Make a workspace with the named sources left out (none by default)."""
    found: dict[tuple, Workspace] = {}

    def make(*without: str) -> Workspace:
        if without not in found:
            found[without] = write(tmp_path_factory.mktemp("cities"), set(without))
        return found[without]

    return make
