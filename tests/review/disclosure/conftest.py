"""The attacker of these tests, written apart from the library's, and its campaign."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def campaign():
    """The module ``campaign.py`` beside the tests."""
    spec = importlib.util.spec_from_file_location(
        "campaign", Path(__file__).with_name("campaign.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def independent(campaign):
    """The module ``independent.py`` beside the tests."""
    return campaign.independent
