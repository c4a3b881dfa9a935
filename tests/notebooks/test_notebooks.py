"""nbval runs the committed notebooks on the embedded sample, as a researcher would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skk_analysis.workspace import ENVIRONMENT_VARIABLE, Workspace

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.mark.parametrize(
    ("notebook", "mode"),
    [
        ("indices.ipynb", "--nbval"),  # stored outputs must equal the new ones
        ("city_year.ipynb", "--nbval-lax"),  # committed without outputs; must run
        ("city_comparison.ipynb", "--nbval-lax"),
        ("experiment.ipynb", "--nbval-lax"),
        ("impact.ipynb", "--nbval-lax"),
        ("programme.ipynb", "--nbval-lax"),
    ],
)
def test_notebook_runs(notebook: str, mode: str, sample_workspace: Workspace, tmp_path: Path):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", mode]
    command += ["--nbval-cell-timeout=300", "--rootdir", str(tmp_path), str(NOTEBOOKS / notebook)]
    environment = os.environ | {ENVIRONMENT_VARIABLE: str(sample_workspace.root)}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout[-4000:]


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebook_is_committed_as_agreed(path: Path):
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert len(code) <= 21  # a cell a section
    assert not any("def " in "".join(cell["source"]) for cell in code), "logic goes to the library"
    if path.name != "indices.ipynb":
        assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []
