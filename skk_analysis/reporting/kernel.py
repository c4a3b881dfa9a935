"""The kernel that a report runs in: this Python, nothing of the user's, no TCP port.

papermill, nbclient and ipykernel stay as they are. A kernel manager class is handed to them
(``kernel_manager_class`` is a setting of nbclient) which

- always starts the interpreter that runs us, whatever kernel specs the machine has;
- gives it an environment without the user's Python, Jupyter, IPython and matplotlib settings;
- talks over Unix sockets with a short absolute path: no port races, no warning about unencrypted
  TCP, and no trouble with the 104 bytes that a socket path may have;
- remembers the exit status and the peak memory, which a message about a dead kernel needs.

A faster way to start kernels (a provisioner) would be one more key in `kernel_spec`'s metadata.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from skk_analysis.reporting.fingerprint import LIBRARY
from skk_analysis.reporting.provenance import NOTEBOOK_VARIABLE
from skk_analysis.workspace import ENVIRONMENT_VARIABLE

KERNEL_NAME = "python3"
USER_SETTINGS = re.compile(r"PYTHON|JUPYTER|IPYTHON|MPL|MATPLOTLIB|XDG_CONFIG_HOME|SKK_")
WINDOWS = sys.platform == "win32"


@dataclass
class KernelLife:
    """What became of a kernel process."""

    exit_status: int | None = None
    peak_bytes: int = 0

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
    life: KernelLife = field(default_factory=KernelLife)

    def environment(self) -> dict[str, str]:
        """The environment variables of the kernel."""
        kept = {k: v for k, v in os.environ.items() if not USER_SETTINGS.match(k)}
        return kept | {
            "PYTHONPATH": str(LIBRARY.parent),
            "PYTHONHASHSEED": "0",
            "PYTHONNOUSERSITE": "1",
            "PYTHONUTF8": "1",
            "MPLCONFIGDIR": str(self.settings / "matplotlib"),
            "IPYTHONDIR": str(self.settings / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self.settings / "jupyter"),
            "JUPYTER_NO_CONFIG": "1",
            "XDG_CONFIG_HOME": str(self.settings),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            # one report, one core: the grid uses the others
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            ENVIRONMENT_VARIABLE: str(self.workspace),
            NOTEBOOK_VARIABLE: str(self.notebook),
        }


class ThisPython(KernelSpecManager):
    """Knows one kernel spec: the interpreter that runs us."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The spec of this Python, by whatever name it is asked."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name=f"Python of {sys.prefix}",
            language="python",
            name=kernel_name,
        )


def kernel_manager(place: KernelPlace) -> type[AsyncKernelManager]:
    """The kernel manager class of one report, for ``execute_notebook(kernel_manager_class=…)``."""

    class ReportKernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            options["kernel_spec_manager"] = ThisPython()
            if not WINDOWS:
                options["transport"] = "ipc"
            options["connection_file"] = str(place.sockets / "k.json")
            super().__init__(**options)
            # no limit to waiting messages: a chatty cell must not lose the one that ends it (T18)
            self.context.setsockopt(zmq.RCVHWM, 0)

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            for name in ("matplotlib", "ipython", "jupyter"):
                (place.settings / name).mkdir(parents=True, exist_ok=True)
            options |= {"cwd": str(place.folder), "env": place.environment()}
            await super()._async_start_kernel(**options)

        async def _async_is_alive(self) -> bool:  # what nbclient asks each second, and at the end
            process = getattr(self.provisioner, "process", None)
            alive = await super()._async_is_alive()
            if process is not None:
                peak = _peak_bytes(process.pid)
                place.life.peak_bytes = max(place.life.peak_bytes, peak)
                if not alive:
                    place.life.exit_status = process.poll()
            return alive

    return ReportKernelManager


@contextmanager
def socket_folder(working_folder: Path) -> Iterator[Path]:
    """A folder with a short path for Unix sockets.

    A link to it in the working folder lets the next run remove it if this one is killed.
    """
    short = tempfile.gettempdir()
    if len(short) > 60 and not WINDOWS:
        short = "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="skk-", dir=short))
    try:
        if not WINDOWS:
            (working_folder / f"sockets-{folder.name}").symlink_to(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _peak_bytes(pid: int) -> int:
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
