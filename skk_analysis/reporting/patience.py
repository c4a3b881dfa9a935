"""An executor whose futures wait for news before they are asked in vain.

pytask-parallel asks each future whether it has ended, then sleeps, longer each time and at last a
second, also after the last of them. A future of ours, asked for the second time, waits until any
of them has ended. There is then nearly always news, and few sleeps, which are short.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any

LONGEST = 60
"""Seconds that a question is held without news."""


class Patience(Executor):
    """Another executor whose futures wait for news.

    Parameters
    ----------
    executor : what runs the calls; it is shut down with this one
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._running: set[Future] = set()
        self._asked: set[Future] = set()
        self._broken = False

    def submit(self, function: Callable, /, *given: Any, **named: Any) -> Any:
        """Run a call; the answer has ``done``, ``result`` and ``exception`` of a future."""
        future = self._executor.submit(function, *given, **named)
        self._running.add(future)
        return _Awaited(self, future)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End the other executor; workers that are whole and idle need not be waited for."""
        self._executor.shutdown(wait and (self._broken or bool(self._running)))

    def is_done(self, future: Future) -> bool:
        """Whether a future has ended; asked again since there was news, after the next news."""
        if future in self._asked:
            self._asked.clear()
            wait(self._running, LONGEST, FIRST_COMPLETED)
        self._asked.add(future)
        if not future.done():
            return False
        self._running.discard(future)
        self._broken |= future.cancelled() or future.exception() is not None
        return True


class _Awaited:
    def __init__(self, patience: Patience, future: Future) -> None:
        self._patience, self._future = patience, future
        self.result, self.exception = future.result, future.exception

    def done(self) -> bool:
        return self._patience.is_done(self._future)
