"""The published site, which changes in one step, and where the next one grows beside it.

``reports/`` is never written to. Beside it, in ``.reports-next/``, each run has its own folder:

- ``made/`` holds what is finished, in the folders that the site has, each report with its own proof
  (`report`); a run that is killed loses nothing, the next one adopts what is current;
- ``work/`` holds what is being made, and is swept;
- ``site/`` is the next site while it is put together: the present one as hard links, with the
  finished reports in their places and the index that belongs to them.

The two sites then change places in one system call, so whoever opens a page meets one site or the
other; a file that is open stays readable. An adopted folder gets another name first: a worker of a
killed run that is not quite dead writes nowhere.

A symbolic link ``reports`` is followed, and the folder it names is what changes.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from skk_analysis.reporting.lock import CannotWriteError, cannot_write, is_systems_fault
from skk_analysis.reporting.publish import ASIDE, publish_folder
from skk_analysis.workspace import SkkError, Workspace

MADE, WORK, NEXT = "made", "work", "site"
FORMER = {".lock", ".work"}
"""What earlier versions kept inside the site."""
NO_LINKS = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.EACCES}


class Stage:
    """The folders of one run beside the site. Use `staged`."""

    def __init__(self, workspace: Workspace) -> None:
        self.site = workspace.reports.resolve()
        self.beside = self.site.with_name(f".{self.site.name}-next")
        self.folder = self.beside / secrets.token_hex(4)
        self.left: list[Path] = []

    @property
    def made(self) -> Path:
        """Finished reports, in the folders that the site has."""
        return self.folder / MADE

    @property
    def work(self) -> Path:
        """What is being made."""
        return self.folder / WORK

    @property
    def next(self) -> Path:
        """The next site."""
        return self.folder / NEXT

    def assemble(self, changed: Iterable[Path]) -> None:
        """Make the next site from the present one.

        Parameters
        ----------
        changed : files and folders, relative to the site: each is taken from ``made``, or is gone
            if it is not there
        """
        _link_tree(self.site, self.next)
        for name in changed:
            _replace(self.next / name, self.made / name)

    def put(self, name: str, content: bytes) -> None:
        """Write a file of the next site."""
        file = self.next / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # else it would be the present one's, too
        file.write_bytes(content)

    def switch(self) -> None:
        """Let the two sites change places, and remove the former one.

        Raises
        ------
        CannotWriteError
            If it cannot be replaced; the site then stays as it was.
        """
        try:
            publish_folder(self.next, self.site)
        except SkkError as error:
            raise CannotWriteError(str(error)) from error
        shutil.rmtree(self.made, ignore_errors=True)

    def sweep(self, everything: bool) -> None:
        """Remove what is being made, or everything that lies beside the site."""
        _sweep_sockets(self.work)
        gone = [self.beside] if everything else [self.work, self.next]
        for folder in gone:
            shutil.rmtree(folder, ignore_errors=True)
        if not everything:
            _remove_empty(self.beside)

    def forget_left(self) -> None:
        """Remove what killed runs have left, once what is current of it has been taken over."""
        for folder in self.left:
            shutil.rmtree(folder, ignore_errors=True)
        self.left = []

    def _begin(self) -> None:
        if _is_mount(self.site):
            raise CannotWriteError(
                f"{self.site} is a mount point, which cannot be replaced in one step. Mount the "
                "folder above it, or make 'reports' a symbolic link to a folder inside the mount."
            )
        if self.site.exists() and not self.site.is_dir():
            raise CannotWriteError(f"{self.site} is not a folder; move it away.")
        self.beside.mkdir(parents=True, exist_ok=True)
        for number, found in enumerate(sorted(self.beside.iterdir())):
            name = self.beside / f"{self.folder.name}-{number}"
            found.rename(name)
            _sweep_sockets(name / WORK)
            if not self.site.exists() and (name / (NEXT + ASIDE)).is_dir():
                (name / (NEXT + ASIDE)).rename(self.site)  # killed between two renames
            self.left.append(name)
        self.made.mkdir(parents=True)
        self.work.mkdir()


@contextmanager
def staged(workspace: Workspace) -> Iterator[Stage]:
    """The folders of a run beside the site; finished reports outlive a run that ends badly.

    Raises
    ------
    CannotWriteError
        If there is no room or no right to write beside the site.
    """
    stage = Stage(workspace)
    try:
        stage._begin()
    except OSError as error:
        raise cannot_write(stage.beside, error) from error
    try:
        yield stage
    except BaseException as error:
        with suppress(OSError):
            stage.sweep(everything=False)
        if isinstance(error, OSError) and is_systems_fault(error):
            raise cannot_write(stage.beside, error) from error
        if isinstance(error, SkkError) and is_systems_fault(error):
            raise CannotWriteError(str(error)) from error
        raise
    else:
        stage.sweep(everything=True)


def _is_mount(folder: Path) -> bool:
    """Whether something is mounted there; a folder bound within its own disk counts, too."""
    if os.path.ismount(folder):
        return True
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return False
    places = {line.split(b" ")[4].decode("unicode_escape").encode("latin-1") for line in mounts}
    return os.fsencode(folder) in places


def _link_tree(source: Path, target: Path) -> None:
    """The same tree with the same files: linked, or copied where the system has no links."""
    target.mkdir()
    if not source.exists():
        return
    shutil.copystat(source, target)
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.name in FORMER:
                continue
            if entry.is_dir(follow_symlinks=False):
                _link_tree(Path(entry.path), target / entry.name)
            else:
                _link(Path(entry.path), target / entry.name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        shutil.copy2(source, target, follow_symlinks=False)


def _replace(place: Path, new: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    if new.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        _link_tree(new, place)
    elif new.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        _link(new, place)


def _sweep_sockets(work: Path) -> None:
    """Remove the socket folders that the links in a working folder name."""
    for link in work.rglob("sockets-skk-*"):
        if link.is_symlink():
            shutil.rmtree(link.readlink(), ignore_errors=True)


def _remove_empty(folder: Path) -> None:
    """Remove the folders under and with this one that hold no file."""
    for place, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            Path(place).rmdir()
