"""Putting a finished folder in the place of another, so that nobody meets half of it."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

from skk_analysis.workspace import SkkError

AT_FDCWD = -100
RENAME_EXCHANGE = 2
ASIDE = ".old"


def publish_folder(new: Path, place: Path) -> None:
    """Move the folder ``new`` to ``place``; what was there is gone afterwards.

    On Linux the two folders are exchanged in one step, so ``place`` is whole at every instant.
    Elsewhere the old folder is renamed aside first, and put back if the second step fails.

    Raises
    ------
    SkkError
        If the system refuses, for instance because a file is open in another programme.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            new.rename(place)
        elif _exchange(new, place):
            shutil.rmtree(new)
        else:
            _rename_aside(new, place)
    except OSError as error:
        raise SkkError(
            f"{place} could not be replaced: {error.strerror or error}. Close programmes that have "
            "its files open, see that the folder may be written, and run again."
        ) from error


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    return (
        renameat2(
            AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), ctypes.c_uint(RENAME_EXCHANGE)
        )
        == 0
    )


def _rename_aside(new: Path, place: Path) -> None:
    aside = new.with_name(new.name + ASIDE)
    place.rename(aside)
    try:
        new.rename(place)
    except OSError:
        aside.rename(place)
        raise
    shutil.rmtree(aside)
