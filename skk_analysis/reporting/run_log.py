"""The log of an unattended run: one file a run, one JSON object a line.

Every line has ``time`` (UTC), ``run`` (its number in the workspace), ``level``, ``step``, ``event``
and ``message``; where they apply also ``report``, ``seconds`` and ``outcome``. The files lie in
``logs/`` of the workspace as ``run-000042-20210301T030000Z.jsonl``; the oldest are removed. A log
that cannot be written is told once on the console and stops nothing.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from skk_analysis.workspace import Workspace

KEPT_RUNS = 100
LONGEST_MESSAGE = 4000
"""Characters; a message that is longer is cut, so that no fault fills the disk."""
MOST_LINES = 100_000
"""Lines of one run; what comes after them is not logged."""
NAME = re.compile(r"run-(\d{6,})-\d{8}T\d{6}Z\.jsonl")
HEARD = ("stamina", "skk_analysis", "py.warnings")
"""Loggers whose records go to the log and not to the console."""


class RunLog:
    """The open log of one run. Use `run_log`."""

    def __init__(self, folder: Path, now: datetime | None = None) -> None:
        self.folder = folder
        self.number = 1 + max(map(_number, folder.glob("run-*.jsonl")), default=0)
        began = now or datetime.now(UTC)
        self.path = folder / f"run-{self.number:06}-{began:%Y%m%dT%H%M%SZ}.jsonl"
        self.step = ""
        self.problem = ""
        self._lines = 0
        self._descriptor = -1
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            self._sweep()
        except OSError as error:
            self.problem = f"{self.path} cannot be written: {error.strerror}"

    def write(self, event: str, message: str = "", level: str = "info", **fields: Any) -> None:
        """Add a line; each is written in one piece, so that a killed run leaves whole lines."""
        self._lines += 1
        if self._descriptor < 0 or self._lines > MOST_LINES:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": now, "run": self.number, "level": level, "step": self.step, "event": event}
        line |= {"message": message[:LONGEST_MESSAGE]} if message else {}
        text = json.dumps({**line, **fields}, ensure_ascii=False, default=str) + "\n"
        try:
            os.write(self._descriptor, text.encode())
        except OSError as error:
            self.problem = f"{self.path} cannot be written: {error.strerror}"

    def close(self) -> None:
        """Nothing is written afterwards."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _sweep(self) -> None:
        logs = sorted(p for p in self.folder.glob("run-*.jsonl") if _number(p))
        for old in logs[:-KEPT_RUNS]:
            old.unlink(missing_ok=True)


class _Bridge(logging.Handler):
    """Takes what libraries log."""

    def __init__(self, log: RunLog) -> None:
        super().__init__(logging.INFO)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.write("logged", record.getMessage(), record.levelname.lower(), logger=record.name)


@contextmanager
def run_log(workspace: Workspace) -> Iterator[RunLog]:
    """Open the log of a run, and let what the libraries log go there instead of to the console."""
    log = RunLog(workspace.root / "logs")
    bridge = _Bridge(log)
    heard = [logging.getLogger(name) for name in HEARD]
    former = [(logger, logger.propagate, logger.level) for logger in heard]
    logging.captureWarnings(True)
    for logger in heard:
        logger.addHandler(bridge)
        logger.propagate = False
        logger.setLevel(logging.INFO)
    try:
        yield log
    finally:
        logging.captureWarnings(False)
        for logger, propagate, level in former:
            logger.removeHandler(bridge)
            logger.propagate = propagate
            logger.setLevel(level)
        log.close()


def _number(path: Path) -> int:
    found = NAME.fullmatch(path.name)
    return int(found[1]) if found else 0
