"""Changing several tables of the register together: all of them or none, also if power fails.

The new files are first written beside the register. Renaming their folder to ``CHANGE`` is the
moment at which the change is made; moving the files into place can then be repeated by whoever
comes next.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from skk_analysis.workspace import SkkError

CHANGE, DRAFT = ".programme-change", ".programme-draft-"


def register_files(folder: Path) -> dict[str, bytes]:
    """The register's tables as bytes, by table name."""
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def change_register(folder: Path, tables: Mapping[str, bytes], basis: Mapping[str, bytes]) -> None:
    """Write these tables of the register together.

    Parameters
    ----------
    folder
        The register's folder.
    tables
        Table name → the new bytes of its file.
    basis
        Table name → the bytes from which the change was worked out (`register_files`).

    Raises
    ------
    SkkError
        If one of the tables has been changed since; nothing is written then.
    """
    finish_change(folder)
    for name in tables:
        path = folder / f"{name}.csv"
        if (path.read_bytes() if path.is_file() else None) != basis.get(name):
            raise SkkError(f"{path} was changed in the meantime. Nothing was written; try again.")
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder.parent))
    try:
        for name, content in tables.items():
            _write(draft / f"{name}.csv", content, like=folder / f"{name}.csv")
        draft.rename(folder.parent / CHANGE)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finish_change(folder)


def finish_change(folder: Path) -> None:
    """Move the files of a change that was made into place; nothing happens if there is none."""
    change = folder.parent / CHANGE
    if not change.is_dir():
        return
    for path in sorted(change.glob("*.csv")):
        try:
            path.replace(folder / path.name)
        except FileNotFoundError:
            continue  # another process finishes the same change
    shutil.rmtree(change, ignore_errors=True)


def _write(path: Path, content: bytes, like: Path) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if like.is_file():
        shutil.copymode(like, path)
    else:
        path.chmod(0o644)
