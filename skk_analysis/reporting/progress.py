"""What a person sees while reports are made: a bar on a terminal, one line per report elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from skk_analysis.reporting.grid import Listener
from skk_analysis.reporting.runner import Outcome


class Progress:
    """Shows a run; failures go to standard error, also when a bar is shown."""

    def __init__(self, console: Console | None = None, errors: Console | None = None) -> None:
        self.console = console or Console()
        self.errors = errors or Console(stderr=True)
        self._bar: Bar | None = None
        self._planned = 0
        self._count = 0
        self.listener = Listener(step=self._step, planned=self._plan, done=self._done)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _step(self, name: str) -> None:
        self._print(self.console, f"{name} …")

    def _plan(self, reports: int, jobs: int) -> None:
        self._planned = reports
        self._print(self.console, f"{reports} reports to make, {jobs} at a time")
        if self.console.is_terminal:
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
            )
            self._bar = Bar(*columns, console=self.console, transient=True)
            self._bar.add_task("", total=reports)
            self._bar.start()

    def _done(self, outcome: Outcome) -> None:
        self._count += 1
        if self._bar is not None:
            self._bar.update(
                self._bar.task_ids[0], completed=self._count, description=outcome.report
            )
        place = f"[{self._count}/{self._planned}]"
        if outcome.message:
            self._print(self.errors, f"{place} FAILED {outcome.message}")
        else:
            self._print(self.console, f"{place} {outcome.report} ({outcome.seconds:.1f} s)")

    @staticmethod
    def _print(console: Console, line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
