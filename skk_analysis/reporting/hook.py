"""The command that is told when a run did not go well: a mail or a webhook script of the user."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

PATIENCE = 60.0
"""Seconds that a hook may take."""
HEARD = 2000
"""Bytes of its output that are kept."""


@dataclass(frozen=True)
class HookOutcome:
    """How it ended: ``problem`` is empty if it said it had done its work."""

    problem: str
    output: str


def call_hook(
    command: str, summary: Mapping[str, Any], facts: Mapping[str, str], patience: float = PATIENCE
) -> HookOutcome:
    """Run a command with the summary as JSON on its standard input.

    The command is split as a shell would and run without one. It has a time limit; its children go
    with it. Nothing is raised: whatever happens is in the outcome.

    Parameters
    ----------
    command : a programme and its arguments
    summary : what it reads
    facts : environment variables besides our own
    patience : seconds that it may take
    """
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as heard:
        try:
            # a file and not a pipe: the summary is whole for the hook even if we are killed
            told.write(json.dumps(summary, ensure_ascii=False, indent=2).encode())
            told.seek(0)
            hook = subprocess.Popen(
                shlex.split(command),
                stdin=told,
                stdout=heard,
                stderr=subprocess.STDOUT,
                env={**os.environ, **facts},
                start_new_session=True,
            )
        except (OSError, ValueError, IndexError) as error:
            return HookOutcome(f"it could not be started: {error}", "")
        problem = ""
        try:
            status = hook.wait(patience)
            if status:
                problem = f"exit status {status}"
        except subprocess.TimeoutExpired:
            problem = f"not ready in {patience:.0f} s, ended"
        finally:
            if hook.poll() is None:
                with suppress(OSError, AttributeError):  # Windows has no process groups
                    os.killpg(hook.pid, signal.SIGKILL)
                hook.kill()
                hook.wait()
        heard.seek(0)
        return HookOutcome(problem, heard.read(HEARD).decode("utf-8", "replace").strip())
