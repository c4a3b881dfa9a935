"""The embedded sample's register, read in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skk_analysis.programme import Programme
from skk_analysis.workspace import Workspace


@pytest.fixture(scope="session")
def sample_register() -> Callable[[str], pd.DataFrame]:
    """Tables of the sample's register by name."""
    return Programme.of(Workspace(Path(__file__).parents[2])).table
