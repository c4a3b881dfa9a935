"""Making reports on a Dask cluster: the same tasks as on one machine, on workers elsewhere.

pytask-parallel takes any executor; here it gets that of a Dask scheduler that is running somewhere.
All workers must see the workspace and the library under the same paths: a shared file system.
Each worker process has a folder of its own in the run's working folder and a fork server of its
own, which end with the run or the worker. A worker that dies loses the report in its hands; Dask
gives it to another one.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.reporting.fingerprint import code_hash
from skk_analysis.reporting.outcomes import Outcomes
from skk_analysis.reporting.runner import Order, Outcome, make_report
from skk_analysis.reporting.tasks import build
from skk_analysis.workspace import SkkError, write_json

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 60
"""Seconds to wait for the scheduler and its first worker."""
LOST = "worker after worker died of it, often for lack of memory"

_one_report = threading.Lock()  # papermill and nbclient are not made for threads
_at_work: dict[Path, tuple[Path, ExitStack]] = {}  # by the run's folder: own folder, fork server


def make_all(
    orders: Sequence[Order],
    folder: Path,
    address: str,
    planned: Callable[[int, int], None],
    done: Callable[[Outcome], None],
) -> list[Outcome]:
    """Make all reports on a cluster and tell each outcome as it comes.

    Parameters
    ----------
    orders : what to make
    folder : the run's working folder, which all workers see
    address : of a Dask scheduler, such as ``tcp://10.0.0.5:8786``
    planned : is told how many reports there are, and how many workers to begin with
    done : is told each outcome

    Raises
    ------
    SkkError
        As `connected`.
    KeyboardInterrupt
        If a person stopped the run; reports made until then stay.
    """
    outcomes = Outcomes(folder / "outcomes", orders, done)
    with connected(address, folder) as client, outcomes.told():
        planned(len(orders), len(client.nthreads()))
        executor = partial(client.get_executor, pure=False)
        errors = build(orders, outcomes, folder, work, {}, len(orders), executor)
        died = any(type(error).__name__ == "KilledWorker" for error in errors)
        for order in outcomes.missing():
            if not died:
                raise errors[0] if errors else KeyboardInterrupt()
            outcomes.write(order, make_report(replace(order, problem=LOST), folder))
    return outcomes.all()


@contextmanager
def connected(address: str, folder: Path) -> Iterator[Client]:
    """A client of the scheduler at ``address`` whose workers can make reports in ``folder``.

    Raises
    ------
    SkkError
        If Dask is not installed, no scheduler answers or no worker comes, a worker does not see the
        folder, or its library is another one.
    """
    try:
        from distributed import Client
    except ImportError:
        raise SkkError(
            "--cluster needs Dask: install the extra, pip install 'skk-analysis[cluster]'."
        ) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SkkError(f"No Dask scheduler answers at {address}: {error}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise SkkError(f"The scheduler at {address} has no workers. Start some.") from None
        _check(client, folder)
        try:
            yield client
        finally:
            with suppress(Exception):  # a worker that is gone has ended its fork server
                client.run(leave, folder)


def _check(client: Client, folder: Path) -> None:
    for worker, (sees, code) in client.run(looked_at, folder).items():
        if not sees:
            raise SkkError(
                f"The worker {worker} does not see {folder}. Workers and workspace must share a "
                "file system."
            )
        if code != code_hash():
            raise SkkError(
                f"The worker {worker} has another version of the library. Start the workers again."
            )


def looked_at(folder: Path) -> tuple[bool, str]:
    """What a worker sees: whether the folder is there, and the hash of its library."""
    return folder.is_dir(), code_hash()


def work(order: Order, outcome_file: Path, working_folder: Path) -> None:
    """What a cluster's worker does: one report, one outcome file."""
    with _one_report:
        outcome = make_report(order, _own_folder(working_folder))
        write_json(outcome_file, asdict(outcome))


def leave(folder: Path) -> None:
    """End what this worker started for a run."""
    if folder in _at_work:
        _at_work.pop(folder)[1].close()


def _own_folder(folder: Path) -> Path:
    """This worker's own folder for a run, with a fork server; an earlier run's is ended."""
    if folder not in _at_work or not _at_work[folder][0].is_dir():
        for earlier in list(_at_work):
            leave(earlier)
        from skk_analysis.reporting.parallel import warm_forks, warm_worker

        own = folder / f"worker-{socket.gethostname()}-{os.getpid()}"
        own.mkdir(exist_ok=True)
        stack = ExitStack()
        _at_work[folder] = own, stack
        warm_forks(own, stack)
        warm_worker()
    return _at_work[folder][0]
