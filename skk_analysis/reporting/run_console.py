"""What a person sees of an unattended run: steps, a line a report, faults on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console as Screen

from skk_analysis.reporting.progress import Progress
from skk_analysis.reporting.run import Console


@contextmanager
def run_console(quiet: bool = False) -> Iterator[Console]:
    """The console of a run; a quiet one tells faults only."""
    screen, faults = Screen(quiet=quiet), Screen(stderr=True)
    with Progress(screen, faults) as progress:
        yield Console(
            say=lambda line: _print(screen, line),
            warn=lambda line: _print(faults, f"skk: {line}"),
            listener=progress.listener,
        )


def _print(screen: Screen, line: str) -> None:
    screen.print(line, markup=False, highlight=False, soft_wrap=True)
