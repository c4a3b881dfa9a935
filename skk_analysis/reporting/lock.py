"""One writer a workspace at a time, and who it is.

The lock is the system's own (``flock``) on ``.skk.lock`` in the workspace: it ends with the process
that holds it, however that ends, so a dead holder never blocks. What stands in the file only tells
the second start who the first is.
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from skk_analysis.workspace import SkkError, Workspace, sweep_temporary

try:
    import fcntl
except ImportError:  # Windows: no lock there, but everything else works
    fcntl = None  # type: ignore[assignment]

LOCK = ".skk.lock"


class LockedError(SkkError):
    """Another process writes to the workspace."""


class CannotWriteError(SkkError):
    """The disk is full, read-only or not ours; what was there before is untouched."""


@dataclass(frozen=True)
class Holder:
    """Who holds a workspace; ``since`` is UTC."""

    pid: int
    host: str
    user: str
    since: str
    command: str

    @classmethod
    def this_process(cls, command: str) -> Holder:
        """We, from now on."""
        try:
            user = getpass.getuser()
        except (KeyError, OSError):  # an account without a name
            user = str(os.getuid())
        since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
        return cls(os.getpid(), socket.gethostname(), user, f"{since} UTC", command)

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, user {self.user}, since {self.since}"


@contextmanager
def only_writer(workspace: Workspace, command: str) -> Iterator[None]:
    """Hold the workspace while the block runs; what a killed writer left half is swept first.

    Parameters
    ----------
    workspace : what is written to
    command : what the holder does, such as ``skk run``, for the message to others

    Raises
    ------
    LockedError
        If another process holds it; the message says who, since when and for what.
    CannotWriteError
        If the workspace cannot be written.
    """
    path = workspace.root / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockedError(_told(workspace, descriptor)) from None
        _say(descriptor, json.dumps(asdict(Holder.this_process(command))))
        try:
            for folder in (workspace.root / "data", workspace.root / "logs"):
                sweep_temporary(folder)
            yield
        finally:
            _say(descriptor, "")
    finally:
        os.close(descriptor)


def cannot_write(place: os.PathLike[str] | str, error: OSError) -> CannotWriteError:
    """The message for a system that refuses to write at ``place``."""
    mends = {
        errno.ENOSPC: "Make room on the disk",
        errno.EDQUOT: "Make room within the quota",
        errno.EROFS: "Mount the disk so that it can be written",
        errno.EACCES: "Give this user the right to write there",
        errno.EPERM: "Give this user the right to write there",
    }
    mend = mends.get(error.errno or 0, "See that the folder can be written")
    told = error.strerror or error
    return CannotWriteError(
        f"{place} cannot be written: {told}. {mend} and run again; "
        "the reports that were published stay as they are."
    )


def is_systems_fault(error: BaseException | None) -> bool:
    """Whether the disk refused, and not what was written to it, is at fault."""
    faults = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
    while error is not None:
        if isinstance(error, OSError) and error.errno in faults:
            return True
        error = error.__cause__
    return False


def _say(descriptor: int, text: str) -> None:
    """Replace what stands in the lock; a full disk loses the name of the holder, not the lock."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)


def _told(workspace: Workspace, descriptor: int) -> str:
    try:
        holder = Holder(**json.loads(os.pread(descriptor, 4096, 0)))
        who, what = str(holder), f" («{holder.command}»)"
    except (ValueError, TypeError):  # it began this very moment
        who, what = "another process", ""
    return f"{workspace.root} is in use by {who}{what}. Wait for it to end, or end it."
