"""What a person sees while data are fetched: a bar on a terminal, and a line for each answer."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class ProgressBar:
    """A listener that shows a run; use it as a context manager."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(soft_wrap=True)
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(
            *columns, TextColumn("{task.description}"), console=self.console, transient=True,
            disable=not self.console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None)
        self._begun = 0

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def planned(self, count: int) -> None:
        """The bar gets its length."""
        self._bar.update(self._task, total=count)

    def started(self, key: str) -> None:
        """The bar moves on to a request."""
        self._bar.update(self._task, description=key, completed=self._begun)
        self._begun += 1

    def said(self, line: str) -> None:
        """A line above the bar."""
        self.console.print(line, markup=False, highlight=False)
