"""The working folder of a run, held by one run at a time and swept by the next one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from skk_analysis.workspace import SkkError, Workspace

try:
    import fcntl
except ImportError:  # Windows: no lock there, but everything else works
    fcntl = None  # type: ignore[assignment]


@contextmanager
def working_folder(workspace: Workspace) -> Iterator[Path]:
    """A fresh folder on the file system of the reports, removed at the end.

    Raises
    ------
    SkkError
        If another run holds the workspace, or the reports folder cannot be written.
    """
    folder = workspace.reports / ".work"
    try:
        workspace.reports.mkdir(parents=True, exist_ok=True)
        lock = (workspace.reports / ".lock").open("a+")
    except OSError as error:
        raise SkkError(f"{workspace.reports} cannot be written: {error}") from error
    with lock:
        _hold(lock, workspace)
        _sweep(folder)
        folder.mkdir()
        try:
            yield folder
        finally:
            _sweep(folder)


def _hold(lock: IO[str], workspace: Workspace) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        raise SkkError(
            f"Another run (process {holder}) is making the reports of {workspace.root}. "
            "Wait for it to end."
        ) from None
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()


def _sweep(folder: Path) -> None:
    """Remove the folder and the socket folders that its links name."""
    if not folder.exists():
        return
    for link in folder.rglob("sockets-skk-*"):
        if link.is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)
    shutil.rmtree(folder)
