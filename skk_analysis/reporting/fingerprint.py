"""Hashes of everything a report is made from, and the run id that joins them.

A report is a function of processed data, register, notebook, parameters and code. Each of the
five has one hash here; nothing else (no time, no path, no machine) goes into the run id, so the
same inputs have the same run id everywhere. The notebook computes its run id with the same
functions as the runner, which then compares the two.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from skk_analysis.workspace import PACKAGE_FILE, SkkError, Workspace, sha256

LIBRARY = Path(__file__).resolve().parents[1]
LOCK = LIBRARY.parent / "requirements.lock"

MAIN_PACKAGES = (
    "numpy", "scipy", "pandas", "statsmodels", "matplotlib", "babel",
    "papermill", "nbconvert", "ipykernel",
)  # fmt: skip
"""Packages whose installed version is shown in a report and is part of its run id."""

PICTURES = {".svg", ".png", ".jpg", ".jpeg"}
"""Suffixes of the drawings of models that a card shows."""

CODE_SUFFIXES = {".py", ".po", ".csv", ".toml", ".j2", ".css", ".js"}
WITHOUT_EFFECT = {"cli.py", "cli_review.py", "cli_run.py", "__main__.py", "sample"}
"""Files and rooms of the library that cannot change a report made from given data."""
CLEANING_CODE = ("cleaning", "workspace.py", "programme.py")


def digest(*parts: Any) -> str:
    """Hex SHA-256 of JSON-like values, unambiguous and independent of dictionary order."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def run_id(data: str, parameters: dict[str, Any], versions: Versions) -> str:
    """The identity of a report: 12 hex digits of its five ingredients' hash."""
    parts = (data, parameters, versions.code, versions.notebook, versions.environment)
    return digest(*parts)[:12]


@dataclass(frozen=True)
class Versions:
    """The ingredients that all reports of one run share, as hashes."""

    code: str
    notebook: str
    environment: str

    @classmethod
    def now(cls, notebook: Path) -> Versions:
        """Of the library, notebook and environment as they are."""
        return cls(code_hash(), notebook_hash(notebook), environment_hash())


def code_hash(parts: tuple[str, ...] = ("",)) -> str:
    """Hash of the library's files, or of the named folders and files of it."""
    files: set[Path] = set()
    for part in parts:
        place = LIBRARY / part
        files.update([place] if place.is_file() else place.rglob("*"))
    kept = [
        f
        for f in files
        if f.suffix in CODE_SUFFIXES and f.relative_to(LIBRARY).parts[0] not in WITHOUT_EFFECT
    ]
    return files_hash(LIBRARY, kept)


def notebook_hash(path: Path) -> str:
    """Hash of what a notebook computes: sources, tags and kernel, but not stored outputs.

    Raises
    ------
    SkkError
        If the file is missing or is not a notebook.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        cells = [
            (c["cell_type"], "".join(c["source"]), c.get("metadata", {}).get("tags", []))
            for c in content["cells"]
        ]
    except FileNotFoundError:
        raise SkkError(f"The notebook {path} is missing.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SkkError(f"{path} is not a readable notebook: {error!r}") from error
    return digest(cells, content.get("metadata", {}).get("kernelspec", {}).get("name"))


@cache
def environment_hash() -> str:
    """Hash of the lock file and of the main packages that are really installed."""
    return digest(lock_hash(), installed_versions())


@cache
def lock_hash() -> str:
    """Hash of the lock file, empty where there is none."""
    return sha256(LOCK) if LOCK.is_file() else ""


@cache
def git_commit() -> str:
    """The commit that code and notebooks are; empty if they are none or were changed since."""
    if not (LIBRARY.parent / ".git").exists():
        return ""
    try:
        changed = _git("status", "--porcelain", "--", LIBRARY.name, "notebooks", LOCK.name)
        return "" if changed else _git("rev-parse", "HEAD")
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(*arguments: str) -> str:
    command = ["git", "--no-optional-locks", "-C", str(LIBRARY.parent), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip()


@cache
def installed_versions() -> dict[str, str]:
    """Python and the main packages with their installed versions."""
    found = {"python": platform.python_version()}
    for name in MAIN_PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def raw_hash(workspace: Workspace) -> str:
    """Hash of all that is read: described raw files, the programme register, models' pictures."""
    files = [workspace.raw / resource.path for resource in workspace.resources()]
    files += [file for file in workspace.raw.rglob("*") if file.suffix.lower() in PICTURES]
    files += workspace.programme.rglob("*")
    return files_hash(workspace.raw, [workspace.raw / PACKAGE_FILE, *files])


def register_hashes(workspace: Workspace) -> dict[str, str]:
    """Hash of each file of the programme register, by its name in the register's folder."""
    folder = workspace.programme
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256(file) for file in files}


def cleaning_hash(workspace: Workspace) -> str:
    """Hash of the ingredients of ``data/processed``."""
    return digest(raw_hash(workspace), code_hash(CLEANING_CODE), environment_hash())


def files_hash(root: Path, files: Iterable[Path]) -> str:
    """Hash of files by relative name and content; a missing file counts as missing."""
    names = sorted({f.relative_to(root).as_posix(): f for f in files if not f.is_dir()}.items())
    return digest([(name, sha256(f) if f.is_file() else None) for name, f in names])
