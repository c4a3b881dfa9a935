"""What came of each report of a run: a small file for each, told to the caller as it comes.

A task returns nothing to pytask. Its file in the working folder is its outcome, so the progress can
be shown while pytask is waiting, whatever machine the report was made on.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from skk_analysis.reporting.runner import Order, Outcome
from skk_analysis.workspace import write_json


class Outcomes:
    """Outcome files of a run, and a thread that tells each new one.

    Parameters
    ----------
    folder : where the files lie; it is made
    orders : what is made
    done : is told each outcome as it comes
    """

    def __init__(
        self, folder: Path, orders: Sequence[Order], done: Callable[[Outcome], None]
    ) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._orders = orders
        self._files = {o.report: folder / f"{number}.json" for number, o in enumerate(orders)}
        self._untold = {file.name for file in self._files.values()}
        self._done = done

    def file(self, order: Order) -> Path:
        """The outcome file of an order."""
        return self._files[order.report]

    def missing(self) -> list[Order]:
        """The orders that have no outcome yet."""
        present = self._present()
        return [order for order in self._orders if self.file(order).name not in present]

    def _present(self) -> set[str]:
        return {file.name for file in self._folder.iterdir()}

    def interrupted(self) -> list[Order]:
        """Those of them that a worker has begun."""
        return [o for o in self.missing() if self.file(o).with_suffix(".begun").exists()]

    def all(self) -> list[Outcome]:
        """All outcomes, in the order of the orders."""
        return [_outcome(file) for file in self._files.values()]

    def write(self, order: Order, outcome: Outcome) -> None:
        """Write and tell an outcome for a worker that cannot."""
        write_json(self.file(order), asdict(outcome))
        self._tell()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell outcomes while the block runs, and all that is left at its end."""
        end = threading.Event()

        def watch() -> None:
            while not end.wait(0.1):
                self._tell()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            end.set()
            watcher.join()
            self._tell()

    def _tell(self) -> None:
        for name in sorted(self._untold & self._present()):
            self._untold.remove(name)
            self._done(_outcome(self._folder / name))


def _outcome(file: Path) -> Outcome:
    return Outcome(**json.loads(file.read_text("utf-8")))
