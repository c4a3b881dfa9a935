"""Making many reports side by side: pytask's graph, pytask-parallel's loky processes.

A worker process that is killed from outside breaks loky's whole pool. Each report that was being
made then gets a worker of its own, so that the one at fault is found; the others go on in a new
pool.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.reporting.execute import quick_imports
from skk_analysis.reporting.fork_server import fork_server
from skk_analysis.reporting.garbage import collect_seldom
from skk_analysis.reporting.kernel_place import FORKS, shared_environment, socket_folder
from skk_analysis.reporting.kernel_place import SETTINGS as SETTINGS_FOLDER
from skk_analysis.reporting.outcomes import Outcomes
from skk_analysis.reporting.runner import Order, Outcome, make_report
from skk_analysis.reporting.stopping import STOP
from skk_analysis.reporting.tasks import build
from skk_analysis.workspace import SkkError, write_json

if TYPE_CHECKING:
    from loky.process_executor import ProcessPoolExecutor

MEMORY_PER_JOB = 768 << 20
"""Bytes that a worker, its kernel and their fork server are reckoned to need together. Resident
peaks of the dearest reports are 420 and 390 MB (`benchmarks/reports.py`); 140 of the kernel's are
shared with the fork server, and what all three hold at once, shared pages counted once, was at most
620 MB for city reports."""
LOG = "fork_server.log"
LOST = "the worker process was killed twice, often for lack of memory; try --jobs 1"
BROKEN = "Worker processes are killed before they begin, often for lack of memory; try --jobs 1."
ATTEMPTS = 3
"""So often a pool may break without any report having been begun."""


def possible_jobs(wanted: int | None, reports: int) -> int:
    """How many reports to make at a time: what was asked, else cores as far as memory allows."""
    if wanted:
        return max(1, min(wanted, reports))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = _available_memory()
    fitting = reports if memory is None else memory // MEMORY_PER_JOB
    return max(1, min(cores or 1, fitting, reports))


def make_all(
    orders: Sequence[Order],
    folder: Path,
    jobs: int,
    done: Callable[[Outcome], None],
    apart: bool = False,
) -> list[Outcome]:
    """Make all reports, ``jobs`` at a time, and tell each outcome as it comes.

    One job runs in this process unless it is to stay ``apart``: nbclient takes over the signals of
    the process that it runs in.

    Raises
    ------
    KeyboardInterrupt
        If the run was stopped; reports made until then stay and have been told.
    """
    outcomes = Outcomes(folder / "outcomes", orders, done)
    with ExitStack() as stack:
        if len(orders) > 1:  # for one report, warming takes as long as a kernel's imports
            warm_forks(folder, stack)
        if jobs > 1 or apart:
            warm_workers(folder, jobs, stack)
        stack.enter_context(outcomes.told())
        attempts = 0
        while left := outcomes.missing():
            _build(left, folder, jobs, outcomes, apart)
            for order in outcomes.interrupted():
                _build([order], folder, 1, outcomes, own_process=True)
                if order in outcomes.missing():
                    outcomes.write(order, make_report(replace(order, problem=LOST), folder))
            attempts = attempts + 1 if outcomes.missing() == left else 0
            if attempts == ATTEMPTS:
                raise SkkError(BROKEN)
    return outcomes.all()


def warm_forks(folder: Path, stack: ExitStack) -> None:
    """Start a fork server for the kernels of a run, if it has none and the system can have one.

    It warms up while the caller goes on, and ends with the stack.
    """
    if (folder / FORKS).exists():
        return
    sockets = stack.enter_context(socket_folder(folder))
    environment = shared_environment(folder / SETTINGS_FOLDER)
    if address := stack.enter_context(fork_server(sockets, environment, folder / LOG)):
        (folder / FORKS).write_text(address, "utf-8")


def warm_workers(folder: Path, jobs: int, stack: ExitStack) -> None:
    """Start the worker processes of a run and let them import, while this process goes on.

    They end with the stack.
    """
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(jobs)
    stack.callback(pool.shutdown, wait=False, kill_workers=True)
    with suppress(BrokenProcessPool):  # whose worker was killed; there will be a new pool
        for _ in range(jobs):
            pool.submit(_get_ready, os.getpid(), folder / STOP)


def _get_ready(master: int, stop: Path) -> None:
    _end_with(master, stop)
    warm_worker()
    collect_seldom()  # now that all is imported


def warm_worker() -> None:
    """Import what making a report needs."""
    with quick_imports():
        import papermill  # noqa: F401

    import skk_analysis.reporting.kernel
    import skk_analysis.reporting.page.exporter  # noqa: F401


def work(order: Order, outcome_file: Path, working_folder: Path, master: int) -> None:
    """What a worker process does: one report, one outcome file."""
    if os.getpid() != master:
        _end_with(master, working_folder / STOP)
        collect_seldom()
    if (working_folder / STOP).exists():
        return
    outcome_file.with_suffix(".begun").touch()
    try:
        write_json(outcome_file, asdict(make_report(order, working_folder)))
    except KeyboardInterrupt:
        if os.getpid() == master:
            raise


def _build(
    orders: Sequence[Order], folder: Path, jobs: int, outcomes: Outcomes, own_process: bool = False
) -> None:
    """Make reports in loky's processes; with one job in this process, unless it must have its own.

    What left work undone is raised, unless it was a pool that broke: a new one goes on.
    """
    from concurrent.futures.process import BrokenProcessPool

    pool = partial(_pool, jobs) if jobs > 1 or own_process else None
    errors = build(orders, outcomes, folder, work, {"master": os.getpid()}, jobs, pool)
    if (folder / STOP).exists():
        raise KeyboardInterrupt
    asked = {order.report for order in orders}
    left = [order for order in outcomes.missing() if order.report in asked]
    broken = any(isinstance(error, BrokenProcessPool) for error in errors)
    if left and not broken:
        raise errors[0] if errors else KeyboardInterrupt()


def _pool(jobs: int) -> ProcessPoolExecutor:
    from loky import get_reusable_executor

    return get_reusable_executor(max_workers=jobs)


def _end_with(master: int, stop: Path) -> None:
    """End this worker when the run is killed, its report when the run is stopped.

    A kernel whose worker has ended ends by itself.
    """
    name = f"skk-end-with-master {stop}"  # a worker may have waited for an earlier run
    if any(thread.name == name for thread in threading.enumerate()):
        return

    def watch() -> None:
        import time

        while os.getppid() == master:
            if stop.exists():
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, name=name, daemon=True).start()


def _available_memory() -> int | None:
    """Bytes that machine and control group still have to give; None where nobody tells."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        free = (
            next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) * 1024
        )
    except (OSError, StopIteration, ValueError):
        return None
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
        used = int(Path("/sys/fs/cgroup/memory.current").read_text("ascii"))
    except (OSError, ValueError):
        return free
    return min(free, max(limit - used, 0))
