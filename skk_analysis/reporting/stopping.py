"""Ending a run in good order: at its deadline, and when the system asks for it (SIGTERM).

Both do what Ctrl-C does: what runs ends with ``KeyboardInterrupt``, and the run then publishes what
is whole. Worker processes learn it from a file in the working folder (`parallel`).
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

STOP = "stop"
"""File in the working folder that ends the workers of a run."""
DEADLINE, SIGNAL = "deadline", "signal"
UNITS = (3600, 60, 1)


class Limit:
    """What may end a run before it is done. Use `limited`."""

    def __init__(self) -> None:
        self.reason = ""
        self.stop_file: Path | None = None
        self._shielded = False

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Let the block finish: a stop that comes meanwhile is remembered in ``reason`` only."""
        self._shielded = True
        try:
            yield
        finally:
            self._shielded = False

    def stop(self, reason: str) -> None:
        """End what runs."""
        self.reason = self.reason or reason
        if self.stop_file is not None:
            with suppress(OSError):
                self.stop_file.touch()
        if not self._shielded:
            raise KeyboardInterrupt


@contextmanager
def limited(seconds: float | None = None) -> Iterator[Limit]:
    """Watch over the block; only the main thread of a process can.

    Parameters
    ----------
    seconds : after which the block is ended; by default never

    Raises
    ------
    KeyboardInterrupt
        At the deadline and at SIGTERM; the limit's ``reason`` says which.
    """
    limit = Limit()
    former: dict[int, Any] = {}
    for name, reason in (("SIGTERM", SIGNAL), ("SIGALRM", DEADLINE)):
        if number := getattr(signal, name, None):
            former[number] = signal.signal(number, lambda *_, why=reason: limit.stop(why))
    try:
        if seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3))
        yield limit
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in former.items():
            signal.signal(number, handler)


def seconds_until(text: str, now: datetime | None = None) -> float:
    """Seconds to a deadline given as a time span (``45m``, ``1h30m``, ``90s``) or a time of day.

    Parameters
    ----------
    text : a span, or a local time such as ``17:30``; one that has passed is tomorrow's
    now : local time with its zone; by default the present

    Raises
    ------
    ValueError
        If it is neither, or a span of nothing.
    """
    if found := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip()):
        now = now or datetime.now().astimezone()
        clock = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
        if clock <= now:
            clock += timedelta(days=1)
        # a naive time taken back to a zone knows of a summer time that ends in between
        return (clock.replace(tzinfo=None).astimezone() - now).total_seconds()
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text.strip())
    counts = parts.groups("0") if parts else ()
    seconds = sum(int(count) * unit for count, unit in zip(counts, UNITS, strict=False))
    if not seconds:
        raise ValueError(
            f"{text!r} is no deadline; write 45m, 1h30m, 90s, or a time such as 17:30."
        )
    return float(seconds)
