"""One writer a workspace, whoever it is and however it ends."""

from __future__ import annotations

import getpass
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from skk_analysis.reporting import lock
from skk_analysis.reporting.lock import LOCK, CannotWriteError, LockedError, only_writer
from skk_analysis.workspace import Workspace

pytestmark = pytest.mark.skipif(lock.fcntl is None, reason="no lock on Windows")

HOLD = """
import sys, time
from pathlib import Path
from skk_analysis.reporting.lock import only_writer
from skk_analysis.workspace import Workspace
with only_writer(Workspace(Path(sys.argv[1])), "skk fetch"):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def holder(root):
    """Another process that holds the workspace."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_writer_is_told_who_the_first_is(tmp_path):
    with (
        holder(tmp_path) as process,
        pytest.raises(LockedError) as raised,
        only_writer(Workspace(tmp_path), "skk run"),
    ):
        pass
    said = str(raised.value)
    assert f"process {process.pid} on {socket.gethostname()}, user {getpass.getuser()}" in said
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(«skk fetch»\)", said)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_holder_does_not_block(tmp_path, number):
    with holder(tmp_path) as process:
        process.send_signal(number)
        process.wait()
        assert f'"pid": {process.pid}' in (tmp_path / LOCK).read_text()  # it could not clean up
        with only_writer(Workspace(tmp_path), "skk run"):
            assert f'"pid": {os.getpid()}' in (tmp_path / LOCK).read_text()
    assert (tmp_path / LOCK).read_text() == ""


def test_children_of_a_holder_do_not_hold_it(tmp_path):
    with only_writer(Workspace(tmp_path), "skk run"):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with only_writer(Workspace(tmp_path), "skk run"):
            pass
    finally:
        child.communicate(b"\n")


def test_a_workspace_that_cannot_be_written_is_said_so(tmp_path):
    (tmp_path / LOCK).mkdir()
    with (
        pytest.raises(CannotWriteError, match=r"skk\.lock cannot be written"),
        only_writer(Workspace(tmp_path), "skk run"),
    ):
        pass


def test_a_holder_that_has_not_said_its_name_yet(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "_say", lambda *_: None)
    with (
        only_writer(Workspace(tmp_path), "skk run"),
        pytest.raises(LockedError, match="in use by another process"),
        only_writer(Workspace(tmp_path), "skk run"),
    ):
        pass
