"""The kernel provisioner that takes its kernels from a `fork_server`.

Jupyter's own entry point for other ways to start kernels (``jupyter_client.kernel_provisioners``)
finds it as ``skk-fork``. Where no server answers, the plain kernel is started in the same way as
ever, and `ForkedKernel.fell_back` says so.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import time
from contextlib import suppress
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Unicode

from skk_analysis.reporting.kernel_place import LAUNCHER

NAME = "skk-fork"
PATIENCE = 120
"""Seconds that a server may take to become warm; a plain kernel is started after that."""

log = logging.getLogger(__name__)


class ForkedProcess:
    """A forked kernel, with the part of ``subprocess.Popen`` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self._connection = connection
        self._received = b""
        self.pid = pid
        self.returncode: int | None = None
        self.peak_bytes = 0
        self.seconds = 0.0

    @classmethod
    def ask(cls, address: str, request: dict[str, Any]) -> ForkedProcess:
        """Ask the server at ``address`` for a kernel.

        Raises
        ------
        OSError
            If no server answers.
        """
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(PATIENCE)
            connection.connect(address)
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = connection.recv(4096)
                if not part:
                    raise ConnectionError("the fork server ended")
                answer += part
            pid = json.loads(answer.partition(b"\n")[0])["pid"]
        except BaseException:
            connection.close()
            raise
        connection.setblocking(False)
        process = cls(connection, pid)
        process._received = answer.partition(b"\n")[2]
        return process

    def poll(self) -> int | None:
        """Exit status, or None while it runs."""
        if self.returncode is not None:
            return self.returncode
        left = False
        try:
            while part := self._connection.recv(4096):
                self._received += part
            left = True
        except BlockingIOError:
            pass
        except OSError:
            left = True
        if b"\n" in self._received:
            told = json.loads(self._received.partition(b"\n")[0])
            self.returncode, self.peak_bytes = told["status"], told["peak"]
            self.seconds = told["seconds"]
        elif left:  # the server is gone, and its kernels with it
            self.returncode = -signal.SIGKILL
        if self.returncode is not None:
            self._connection.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise TimeoutError(f"kernel {self.pid} is still running")
            time.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of a warm process."""

    address = Unicode("", config=True, help="Unix socket of the fork server")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, or start it plainly where no server answers."""
        arguments = cmd[cmd.index(LAUNCHER) + 1 :]
        request = {"arguments": arguments, "env": kwargs["env"], "cwd": str(kwargs["cwd"])}
        try:
            process = ForkedProcess.ask(self.address, request)
        except (OSError, ValueError) as error:
            log.warning("no forked kernel (%s); a plain one is started", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process  # type: ignore[assignment]
        self.pid = self.pgid = process.pid
        return self.connection_info
