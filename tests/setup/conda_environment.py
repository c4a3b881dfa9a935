"""Derive environment.yml (conda) from pyproject.toml, the one list of direct dependencies."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PIP_ONLY = ("axe-playwright-python",)
"""Packages that conda-forge may not have."""

ROOT = Path(__file__).resolve().parents[2]


def environment_yml(pyproject: str) -> str:
    """The conda environment that asks for the same packages as this pyproject.toml."""
    project = tomllib.loads(pyproject)["project"]
    requirements = [
        # conda has no extras: pandera[pandas] is pandera there
        re.sub(r"\[.*?\]", "", requirement)
        for requirement in project["dependencies"] + project["optional-dependencies"]["dev"]
    ]
    lines = [
        "# Made from pyproject.toml by `make lock`; tests/setup keeps the two equal.",
        "name: skk-analysis",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python{project['requires-python']}",
        "  - pip",
        *(f"  - {r}" for r in sorted(requirements) if not r.startswith(PIP_ONLY)),
        "  - pip:",
        *(f"      - {r}" for r in sorted(requirements) if r.startswith(PIP_ONLY)),
        "      - --editable .",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = environment_yml((ROOT / "pyproject.toml").read_text("utf-8"))
    (ROOT / "environment.yml").write_text(text, "utf-8")
