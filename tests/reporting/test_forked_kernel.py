"""Kernels that are forks of a warm process: the same reports, and nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from skk_analysis.reporting import fork_server as server_module
from skk_analysis.reporting import parallel
from skk_analysis.reporting.execute import NotebookError, execute
from skk_analysis.reporting.fork_server import fork_server
from skk_analysis.reporting.forked_kernel import ForkedProcess
from skk_analysis.reporting.kernel_place import FORKS, SETTINGS, shared_environment, socket_folder

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are Linux's")

PATIENCE = 60
LIBRARY = str(Path(parallel.__file__).resolve().parents[2])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    """The address of a running fork server."""
    folder = tmp_path_factory.mktemp("forks")
    with socket_folder(folder) as sockets:
        environment = shared_environment(folder / SETTINGS) | {"PYTHONPATH": LIBRARY}
        with fork_server(sockets, environment, folder / "log") as address:
            yield address


@pytest.fixture
def forks(server: str, tmp_path: Path) -> str:
    """The server's address, named in the test's folder as in a run's working folder."""
    (tmp_path / FORKS).write_text(server)
    return server


def gone(pid: int) -> bool:
    """Whether a process ends within a while."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def sleeper(address: str, folder: Path) -> ForkedProcess:
    """A forked kernel that waits for a client who never comes."""
    request = {
        "arguments": ["-f", str(folder / "k.json"), "--transport=ipc", f"--ip={folder / 'i'}"],
        "env": dict(os.environ),
        "cwd": str(folder),
    }
    return ForkedProcess.ask(address, request)


def test_forked_and_plain_kernels_give_the_same_reports(bench, monkeypatch):
    """Every published byte is the same, and the forked run really forked."""
    asked = []
    original = parallel.fork_server

    @contextmanager
    def counted(folder, environment, log):
        with original(folder, environment | {"PYTHONPATH": LIBRARY}, log) as address:
            yield address
            asked.append((address, log.read_text()))

    monkeypatch.setattr(parallel, "fork_server", counted)
    assert bench.run().ok
    forked = bench.files()
    [(address, said)] = asked
    assert address and not said, said

    @contextmanager
    def none(*_):
        yield None

    monkeypatch.setattr(parallel, "fork_server", none)
    assert bench.run(force=True).ok
    assert bench.files() == forked


@pytest.mark.usefixtures("forks")
def test_a_forked_kernel_has_the_modules_of_the_server(bench, tmp_path):
    """What the warm process imported is there before the first cell; the folder is the kernel's."""
    source = (
        "import os, sys\nprint('scipy.stats' in sys.modules, os.getcwd(), os.getpgid(0) == "
        "os.getpid(), len(os.listdir('/proc/self/task')) > 1)"
    )
    bench.write([source])
    folder = tmp_path / "kernel"
    folder.mkdir()
    values = {"city": "Espoo", "year": 2019, "language": "fi"}
    made = execute(bench.notebook, values, bench.workspace.root, folder, tmp_path)
    [output] = made.cells[-1].outputs
    assert output.text.split() == ["True", str(folder), "True", "True"]


@pytest.mark.usefixtures("forks")
def test_a_dead_forked_kernel_is_told_with_its_status(bench, tmp_path):
    bench.write(["import os; os._exit(7)"])
    folder = tmp_path / "kernel"
    folder.mkdir()
    values = {"city": "Espoo", "year": 2019, "language": "fi"}
    with pytest.raises(NotebookError, match=r"exit status 7, peak memory \d+ MB"):
        execute(bench.notebook, values, bench.workspace.root, folder, tmp_path)


def test_without_a_server_the_plain_kernel_runs(bench, tmp_path, caplog):
    """A server that has died costs time, not the report."""
    (tmp_path / FORKS).write_text(str(tmp_path / "nobody"))
    folder = tmp_path / "kernel"
    folder.mkdir()
    bench.write(["print(6 * 7)"])
    values = {"city": "Espoo", "year": 2019, "language": "fi"}
    made = execute(bench.notebook, values, bench.workspace.root, folder, tmp_path)
    assert made.cells[-1].outputs[0].text == "42\n"
    assert "no forked kernel" in caplog.text


def test_a_kernel_ends_with_the_process_that_asked_for_it(forks, tmp_path):
    process = sleeper(forks, tmp_path)
    assert process.poll() is None
    process._connection.close()  # what the kernel does when its asker is killed
    assert gone(process.pid)


def test_kernels_end_with_their_server_and_the_server_with_the_run(tmp_path):
    """SIGKILL of the run leaves neither server nor kernel."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from skk_analysis.reporting.fork_server import fork_server\n"
        "from skk_analysis.reporting.kernel_place import shared_environment\n"
        "folder = Path(sys.argv[1])\n"
        "environment = shared_environment(folder / 'settings') | {'PYTHONPATH': sys.argv[2]}\n"
        "with fork_server(folder, environment, folder / 'log') as address:\n"
        "    print(address, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with socket_folder(tmp_path) as folder:
        run = subprocess.Popen(
            [sys.executable, "-c", script, str(folder), LIBRARY],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": LIBRARY},
        )
        assert run.stdout is not None
        address = run.stdout.readline().strip()
        process = sleeper(address, tmp_path)
        parent = int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[1])
        run.kill()
        run.wait()
        run.stdout.close()
        assert gone(parent)
        assert gone(process.pid)
        assert process.poll() == -signal.SIGKILL


def test_a_broken_request_harms_no_other(forks, tmp_path):
    """Half a line, or none, and the server goes on."""
    for said in (b"", b"{", b"no json\n"):
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(forks)
            asker.sendall(said)
    process = sleeper(forks, tmp_path)
    process.kill()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    assert process.peak_bytes > 10 << 20


def test_what_is_warmed_can_be_imported():
    """A misspelt module would end the server."""
    for name in server_module.WARM_MODULES:
        __import__(name)
