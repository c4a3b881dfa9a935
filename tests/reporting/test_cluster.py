"""Reports on a Dask cluster: worker processes of their own, one of which dies in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from skk_analysis.reporting import fingerprint, parallel
from skk_analysis.reporting.grid import Listener
from skk_analysis.workspace import SkkError

pytest.importorskip("distributed")

PATIENCE = 60
LIBRARY = Path(parallel.__file__).resolve().parents[1]


@dataclass
class Cluster:
    """A scheduler and its workers, all processes of their own."""

    address: str
    workers: list[subprocess.Popen]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Two workers without a nanny, so that one that is killed stays dead."""
    folder = tmp_path / "dask"
    folder.mkdir()
    told = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}

    def dask(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(told)]
        environment = os.environ | {"PYTHONPATH": str(LIBRARY.parent)}
        return subprocess.Popen([*command, "--no-dashboard"], env=environment, **quiet)

    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", "0")
    workers: list[subprocess.Popen] = []
    try:
        end = time.monotonic() + PATIENCE
        while not told.exists() or not told.read_text():
            assert time.monotonic() < end and scheduler.poll() is None
            time.sleep(0.05)
        workers += [dask("worker", "--nthreads", "1", "--no-nanny") for _ in range(2)]
        yield Cluster(json.loads(told.read_text())["address"], workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
        for process in (*workers, scheduler):
            process.wait()


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and theirs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = stat.read_text().split(" ", 1)[0], stat.read_text().rpartition(")")[2]
        except OSError:
            continue
        parents[int(number)] = int(rest.split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_worker_dies_and_the_run_gives_what_a_local_run_gives(bench, cells, cluster, monkeypatch):
    monkeypatch.setattr(fingerprint, "LIBRARY", LIBRARY)  # the workers' library
    bench.write([cells.start, "import time; time.sleep(2)", *cells.good[1:]])
    victim, killed = cluster.workers[0], []

    def kill_once(_: object) -> None:
        """When the first report is there the other worker is in the middle of one, or both are."""
        if not killed:
            killed.extend(descendants(victim.pid))
            os.kill(victim.pid, signal.SIGKILL)

    summary = bench.run(jobs=2, cluster=cluster.address, listener=Listener(done=kill_once))
    assert [o.message for o in summary.failed] == []
    assert len(summary.made) == 4
    assert killed and victim.wait() == -signal.SIGKILL
    on_cluster = bench.files()

    assert not (bench.workspace.reports / ".work").exists()
    end = time.monotonic() + PATIENCE
    while left := {pid for pid in killed if Path(f"/proc/{pid}/cwd").exists()}:
        assert time.monotonic() < end, left
        time.sleep(0.05)
    assert not descendants(cluster.workers[1].pid)

    assert bench.run(force=True).ok
    assert bench.files() == on_cluster


def test_what_is_wrong_with_a_cluster_is_one_message(bench, cluster, monkeypatch):
    with pytest.raises(SkkError, match="another version of the library"):
        bench.run(cluster=cluster.address)
    monkeypatch.setattr("skk_analysis.reporting.cluster.PATIENCE", 1)
    with pytest.raises(SkkError, match="No Dask scheduler answers"):
        bench.run(cluster="tcp://127.0.0.1:9")
