"""The set-up files agree with each other, and nothing of this machine is in them."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def direct_dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = project["dependencies"] + project["optional-dependencies"]["dev"]
    return [re.match(r"[A-Za-z0-9_.-]+", r).group().lower() for r in requirements]


def test_conda_environment_equals_pyproject():
    path = Path(__file__).parent / "conda_environment.py"
    spec = importlib.util.spec_from_file_location("conda_environment", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    expected = module.environment_yml((ROOT / "pyproject.toml").read_text("utf-8"))
    assert (ROOT / "environment.yml").read_text("utf-8") == expected


def test_lock_pins_every_direct_dependency_with_hashes():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z0-9_.-]+)==([^ \\]+)", lock, flags=re.MULTILINE))
    assert [d for d in direct_dependencies() if d not in pinned] == []
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    assert [e.split()[0] for e in entries if "--hash=sha256:" not in e] == []


@pytest.mark.parametrize("name", ["requirements.lock", "environment.yml", "pyproject.toml"])
def test_no_index_address_in_setup_files(name):
    text = (ROOT / name).read_text("utf-8")
    assert re.findall(r"(?:index-url|find-links|file:/|https?://\S*simple)", text) == []


def test_floors_of_the_house():
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("module", ["skk_analysis", "skk_analysis.metrics"])
def test_import_is_light_and_changes_nothing(module):
    code = (
        "import sys, numpy as np; before = np.geterr(); "
        f"import {module}; "
        "assert np.geterr() == before; "
        "print([m for m in ('matplotlib', 'statsmodels', 'papermill', 'jupyterlab') "
        "if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_help_names_the_two_commands():
    result = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "make reports" in result.stdout
    assert "make test" in result.stdout
