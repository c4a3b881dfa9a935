"""Killed at any instant: the site is whole, the next run finishes, nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skk_analysis.reporting.run_result import Exit
from skk_analysis.workspace import Workspace

DRIVER = Path(__file__).with_name("kill_driver.py")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def killed(way: str, points: int, seed: int, folder: Path) -> str:
    """What the driver tells; it must have found no problem."""
    told = subprocess.run(
        [sys.executable, DRIVER, way, str(points), str(seed), folder / "kill"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def test_killed_before_some_acts_on_the_file_system(tmp_path):
    assert "no problems" in killed("events", 25, 1, tmp_path)


def test_killed_processes(tmp_path):
    assert "no problems" in killed("processes", 2, 6, tmp_path)


@pytest.mark.slow
def test_killed_before_many_acts_on_the_file_system(tmp_path):
    assert "no problems" in killed("events", 400, 2, tmp_path)


@pytest.mark.slow
def test_many_killed_processes(tmp_path):
    assert "no problems" in killed("processes", 100, 3, tmp_path)


RUN = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("kill_driver", sys.argv[1])
driver = importlib.util.module_from_spec(spec)
sys.modules["kill_driver"] = driver
spec.loader.exec_module(driver)
if __name__ == "__main__":
    kind = driver.conftest.Bench(None, driver.Path(sys.argv[3]), None, []).kind
    settings = driver.Settings(jobs=2, kinds=[kind], deadline=float(sys.argv[4]) or None)
    sys.exit(int(driver.run(driver.Workspace(driver.Path(sys.argv[2])), settings).exit))
"""


@pytest.mark.slow
@pytest.mark.parametrize("end", ["deadline", "SIGTERM"])
def test_a_run_that_is_ended_ends_its_kernels_and_publishes_what_is_whole(bench, cells, end):
    wait = "import time\nif year == 2020: time.sleep(600)"
    bench.write([cells.start, wait, *cells.good[1:]])
    script = bench.notebook.with_name("run.py")
    script.write_text(RUN, "utf-8")
    mark = bench.workspace.root.parent
    limit = "60" if end == "deadline" else "0"
    with subprocess.Popen(
        [sys.executable, script, DRIVER, bench.workspace.root, bench.notebook, limit],
        env={**os.environ, "KILLED_IN_TESTS": str(mark)},
    ) as process:
        made = bench.workspace.root / ".reports-next"
        if end == "SIGTERM":
            until = time.monotonic() + 120
            while not any(made.glob("*/made/*/*/*/report.json")):
                assert time.monotonic() < until and process.poll() is None
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(60) == Exit.STOPPED
            assert time.monotonic() - began < 30
        else:
            assert process.wait(150) == Exit.DEADLINE
    published = {p.parent.parent.name for p in bench.workspace.reports.rglob("report.json")}
    assert published == {"2019"}
    assert not list(bench.workspace.reports.rglob("*failed*"))
    until = time.monotonic() + 30
    while left := running(mark):
        assert time.monotonic() < until, left
        time.sleep(0.1)
    assert Workspace(bench.workspace.root).reports.joinpath("index.html").is_file()


def running(mark: Path) -> list[str]:
    """Processes with the mark in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            told = (place / "environ").read_bytes()
            state = (place / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if f"KILLED_IN_TESTS={mark}".encode() in told and state != "Z":
            found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
