"""Where a kernel lives: its folders, its environment, its end.

Light on purpose: the process that only hands out work reads it and loads no Jupyter.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from skk_analysis.reporting.fingerprint import LIBRARY
from skk_analysis.reporting.provenance import NOTEBOOK_VARIABLE
from skk_analysis.workspace import ENVIRONMENT_VARIABLE

USER_SETTINGS = re.compile(r"PYTHON|JUPYTER|IPYTHON|MPL|MATPLOTLIB|XDG_CONFIG_HOME|SKK_")
SETTINGS, FORKS = "settings", "forks"
"""In the working folder of a run: what its kernels share, and the address of its fork server."""

LAUNCHER = "skk_analysis.reporting.report_kernel"
"""Module that a kernel's process runs."""
WINDOWS = sys.platform == "win32"


@dataclass
class KernelLife:
    """What became of a kernel process."""

    exit_status: int | None = None
    peak_bytes: int = 0
    seconds: float = 0.0  # of processor time, if it was forked
    kind: str = "plain"

    def __str__(self) -> str:
        parts = []
        if self.exit_status is not None:
            parts.append(f"exit status {self.exit_status}{_signal_name(self.exit_status)}")
        if self.peak_bytes:
            parts.append(f"peak memory {self.peak_bytes / 2**20:.0f} MB")
        return ", ".join(parts)


@dataclass(frozen=True)
class KernelPlace:
    """Folders of one kernel and what it has to know; the settings folder serves a whole run."""

    folder: Path
    sockets: Path
    settings: Path
    workspace: Path
    notebook: Path
    forks: str = ""  # address of a fork server, empty for a plain kernel
    life: KernelLife = field(default_factory=KernelLife)

    def environment(self) -> dict[str, str]:
        """The environment variables of the kernel."""
        return shared_environment(self.settings) | {
            ENVIRONMENT_VARIABLE: str(self.workspace),
            NOTEBOOK_VARIABLE: str(self.notebook),
        }


def shared_environment(settings: Path) -> dict[str, str]:
    """The environment variables that all kernels of a run have, and their fork server."""
    for name in ("matplotlib", "ipython", "jupyter"):
        (settings / name).mkdir(parents=True, exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not USER_SETTINGS.match(k)}
    places = {
        "PYTHONPATH": str(LIBRARY.parent),
        "MPLCONFIGDIR": str(settings / "matplotlib"),
        "IPYTHONDIR": str(settings / "ipython"),
        "JUPYTER_CONFIG_DIR": str(settings / "jupyter"),
        "XDG_CONFIG_HOME": str(settings),
    }
    return kept | places | fixed_environment()


def fixed_environment() -> dict[str, str]:
    """The environment variables that are the same for every kernel on every machine."""
    return {
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "JUPYTER_NO_CONFIG": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        # one report, one core: the grid uses the others
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # ipykernel imports a debugger, which else prints advice about breakpoints
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


@contextmanager
def socket_folder(working_folder: Path) -> Iterator[Path]:
    """A folder with a short path for Unix sockets.

    A link to it in the working folder lets the next run remove it if this one is killed.
    """
    short = tempfile.gettempdir()
    if len(short) > 60 and not WINDOWS:
        short = "/tmp"
    folder = Path(short) / f"skk-{secrets.token_hex(6)}"
    if not WINDOWS:  # first the link: killed in between, nothing is left that nobody knows of
        (working_folder / f"sockets-{folder.name}").symlink_to(folder)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def peak_bytes(pid: int) -> int:
    """Peak resident memory of a process, else its present one; 0 where the system is silent."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    told = re.findall(r"Vm(?:HWM|RSS):\s+(\d+) kB", status)
    return max(map(int, told), default=0) * 1024


def _signal_name(status: int) -> str:
    if status >= 0 or WINDOWS:
        return ""
    try:
        name = signal.Signals(-status).name
    except ValueError:
        return ""
    hint = ", often a lack of memory" if name == "SIGKILL" else ""
    return f" ({name}{hint})"
