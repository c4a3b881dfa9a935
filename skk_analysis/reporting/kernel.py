"""The kernel that a report runs in: this Python, nothing of the user's, no TCP port.

papermill, nbclient and ipykernel stay as they are. A kernel manager class is handed to them
(``kernel_manager_class`` is a setting of nbclient) which

- always starts the interpreter that runs us, whatever kernel specs the machine has;
- gives it an environment without the user's Python, Jupyter, IPython and matplotlib settings;
- talks over Unix sockets with a short absolute path: no port races, no warning about unencrypted
  TCP, and no trouble with the 104 bytes that a socket path may have;
- remembers the exit status and the peak memory, which a message about a dead kernel needs.

Where a `fork_server` is running the kernel spec names our provisioner, which forks the kernel from
it (`forked_kernel`); everything else is the same for both.
"""

from __future__ import annotations

import math
import sys
import time
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

from skk_analysis.reporting.kernel_place import (
    LAUNCHER,
    WINDOWS,
    KernelLife,
    KernelPlace,
    peak_bytes,
)

KERNEL_NAME = "python3"
END_LOOKED_AT = 0.01
"""Seconds between looks at whether a kernel that was told to end has ended."""


class ThisPython(KernelSpecManager):
    """Knows one kernel spec: the interpreter that runs us, forked where there is a fork server."""

    forks = ""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The spec of this Python, by whatever name it is asked."""
        return KernelSpec(
            argv=[sys.executable, "-P", "-m", LAUNCHER, "-f", "{connection_file}"],
            display_name=f"Python of {sys.prefix}",
            language="python",
            name=kernel_name,
            metadata=_provisioner(self.forks) if self.forks else {},
        )


def _provisioner(address: str) -> dict[str, Any]:
    config = {"address": address}
    return {"kernel_provisioner": {"provisioner_name": "skk-fork", "config": config}}


class ReportClient(AsyncKernelClient):
    """Knows at once when a kernel is ready.

    jupyter_client looks for 0.2 s whether anything more is published. That the kernel is idle again
    after a question of ours is the last of it, and shows that outputs reach us.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers.

        Raises
        ------
        RuntimeError
            If it ends instead, or ``timeout`` seconds have passed.
        """
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while time.monotonic() < end:
            question = self.kernel_info()
            try:
                self._handle_kernel_info_reply(await self._recv_reply(question, timeout=1))
                while not _is_idle_after(question, await self.get_iopub_msg(timeout=0.2)):
                    pass
            except (Empty, TimeoutError):  # not there yet, or its outputs don't reach us yet
                if not await self.is_alive():
                    raise RuntimeError("the kernel ended before it was ready") from None
            else:
                return
        raise RuntimeError(f"the kernel was not ready in {timeout} s")


def _is_idle_after(question: str, told: dict[str, Any]) -> bool:
    answers = told["parent_header"].get("msg_id") == question
    return answers and told["content"].get("execution_state") == "idle"


def kernel_manager(place: KernelPlace) -> type[AsyncKernelManager]:
    """The kernel manager class of one report, for ``execute_notebook(kernel_manager_class=…)``."""

    class ReportKernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            specs = options["kernel_spec_manager"] = ThisPython()
            specs.forks = place.forks
            if not WINDOWS:
                options["transport"] = "ipc"
            options["connection_file"] = str(place.sockets / "k.json")
            super().__init__(**options)
            # no limit to waiting messages, as in `report_kernel` on the kernel's side
            self.context.setsockopt(zmq.RCVHWM, 0)

        @default("client_factory")
        def _client(self) -> type[AsyncKernelClient]:
            return ReportClient

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            options |= {"cwd": str(place.folder), "env": place.environment()}
            await super()._async_start_kernel(**options)

        async def _async_is_alive(self) -> bool:  # what nbclient asks each second, and at the end
            process = getattr(self.provisioner, "process", None)
            alive = await super()._async_is_alive()
            if process is not None:
                place.life.exit_status = process.poll()
                _look_at(process, place.life)
            return alive

        async def _async_wait(self, pollinterval: float = END_LOOKED_AT) -> None:
            await super()._async_wait(pollinterval)

        async def shutdown_kernel(self, *given: Any, **options: Any) -> None:  # type: ignore[override]
            process = getattr(self.provisioner, "process", None)
            if process is not None:
                _look_at(process, place.life)  # the last moment at which the system can be asked
            await super()._async_shutdown_kernel(*given, **options)

    return ReportKernelManager


def _look_at(process: Any, life: KernelLife) -> None:
    life.kind = "forked" if hasattr(process, "peak_bytes") else "plain"
    told = getattr(process, "peak_bytes", 0) or peak_bytes(process.pid)
    life.peak_bytes = max(life.peak_bytes, told)
    life.seconds = getattr(process, "seconds", 0.0)
