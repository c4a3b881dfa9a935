"""A process that has imported everything once and forks a kernel for each report.

Half of a report's time is imports. The server of a run does them once, before any report is asked
for; a kernel is then a fork of it, which shares its memory until it writes. papermill, nbclient
and ipykernel stay as they are: `forked_kernel` asks for kernels through jupyter_client's own hook.

The server has no threads, no ZMQ context and no data of any user. It ends when the run that
started it ends, also when that is killed: its standard input then closes. A kernel ends when the
process that asked for it does: its connection then closes.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

BACKLOG = 64
WARM_MODULES = (
    "skk_analysis.reporting.report_kernel",
    "ipykernel.ipkernel",
    "ipykernel.debugger",  # a kernel imports it whether or not anybody debugs
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "matplotlib_inline.backend_inline",
    "skk_analysis.reporting.city_year.report",
    # imported by the library when first used
    "matplotlib.backends.backend_svg",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "scipy.interpolate",
    "scipy.optimize",
    "scipy.stats",
    "statsmodels.genmod.generalized_estimating_equations",
    "statsmodels.stats.multitest",
)
"""What a report uses; one that is not listed is imported in each kernel, and nothing else."""


def main(descriptor: int) -> None:
    """Serve until standard input closes.

    Parameters
    ----------
    descriptor : of the listening socket, which was open before this process began: who asks early
        waits until it is warm
    """
    with socket.socket(fileno=descriptor) as listener:
        warm()
        _Server(listener).serve()


def warm() -> None:
    """Import what reports use, read catalogues and versions, and draw a figure: it finds fonts."""
    gc.disable()  # nothing of this is garbage
    for name in WARM_MODULES:
        import_module(name)
    from skk_analysis.figures import canvas
    from skk_analysis.language import LANGUAGES, forms
    from skk_analysis.language.catalogue import keys
    from skk_analysis.reporting.fingerprint import environment_hash
    from skk_analysis.reporting.garbage import collect_seldom

    environment_hash()
    for language in LANGUAGES:
        keys(language)
        forms.number(1000.5, language, 1)
    with canvas.drawing(height=1.0) as drawing:
        drawing.subplots().set_title("Kuvio – 1 000 €")
        canvas.svg(drawing)
    collect_seldom()


class _Server:
    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._askers: dict[int, socket.socket] = {}  # by process id of the kernel
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._wake, alarm = socket.socketpair()
        self._wake.setblocking(False)
        alarm.setblocking(False)
        self._alarm = alarm
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(alarm.fileno(), warn_on_full_buffer=False)
        self._selector.register(self._wake, selectors.EVENT_READ, self._reap)

    def serve(self) -> None:
        """Answer until the run that started the server has ended."""
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.data is None:  # standard input, which says nothing until it closes
                        return
                    key.data(key.fileobj)
        finally:
            for pid in list(self._askers):
                _kill(pid)

    def _accept(self, listener: socket.socket) -> None:
        asker, _ = listener.accept()
        asker.settimeout(10)
        try:
            request = _read_line(asker)
        except (OSError, ValueError):
            asker.close()
            return
        pid = os.fork()
        if not pid:
            self._become_kernel(request)
        with suppress(OSError):
            os.setpgid(pid, pid)  # here and in the child, whichever is first
        self._askers[pid] = asker
        self._selector.register(asker, selectors.EVENT_READ, self._asker_left)
        with suppress(OSError):
            asker.sendall(json.dumps({"pid": pid}).encode() + b"\n")

    def _asker_left(self, asker: socket.socket) -> None:
        """Kill the kernel of a process that is gone; askers say nothing after their request."""
        with suppress(OSError):
            if asker.recv(1):
                return
        pid = next(pid for pid, own in self._askers.items() if own is asker)
        self._selector.unregister(asker)
        _kill(pid)

    def _reap(self, wake: socket.socket) -> None:
        with suppress(BlockingIOError):
            while wake.recv(1024):
                pass
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            _kill(pid)  # what the kernel had started goes with it
            asker = self._askers.pop(pid)
            with suppress(KeyError, ValueError):
                self._selector.unregister(asker)
            told = {
                "status": os.waitstatus_to_exitcode(status),
                "peak": usage.ru_maxrss * 1024,
                "seconds": usage.ru_utime + usage.ru_stime,
            }
            with suppress(OSError):
                asker.sendall(json.dumps(told).encode() + b"\n")
            asker.close()

    def _become_kernel(self, request: dict[str, Any]) -> None:
        """Turn the forked child into a kernel; never returns."""
        status = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for asker in self._askers.values():
                asker.close()
            self._listener.close()
            self._selector.close()
            self._wake.close()
            self._alarm.close()
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 0)
            os.environ.clear()
            os.environ.update(request["env"])
            os.chdir(request["cwd"])
            from skk_analysis.reporting.report_kernel import run_kernel

            run_kernel(request["arguments"])
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)  # nothing that the server registered may run in its child


def _read_line(asker: socket.socket) -> dict[str, Any]:
    received = b""
    while not received.endswith(b"\n"):
        part = asker.recv(1 << 16)
        if not part:
            raise ValueError("the asker left before its request was whole")
        received += part
    return json.loads(received)


def _kill(pid: int) -> None:
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


@contextmanager
def fork_server(folder: Path, environment: dict[str, str], log: Path) -> Iterator[str | None]:
    """Start a server that ends with the block; yield its address, None where forks are not safe.

    Parameters
    ----------
    folder : where its socket lies; a short path
    environment : that of the kernels, as far as they share it
    log : file for what it prints
    """
    if not sys.platform.startswith("linux"):
        yield None
        return
    import subprocess

    address = str(folder / "forks")
    with log.open("wb") as told, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(BACKLOG)
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=told,
            stderr=told,
            env=environment,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the run, which then closes our input
        )
        listener.close()
        try:
            yield address
        finally:
            assert server.stdin is not None
            server.stdin.close()
            try:
                server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
