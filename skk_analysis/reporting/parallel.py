"""Making many reports side by side: pytask's graph, pytask-parallel's loky processes.

A task's function returns nothing and raises nothing: its outcome is a small file in the working
folder, which also lets the progress be shown while pytask is waiting. A worker process that is
killed from outside breaks loky's whole pool. Each report that was being made then gets a worker of
its own, so that the one at fault is found; the others go on in a new pool.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.reporting.execute import quick_imports
from skk_analysis.reporting.fork_server import fork_server
from skk_analysis.reporting.kernel_place import FORKS, shared_environment, socket_folder
from skk_analysis.reporting.kernel_place import SETTINGS as SETTINGS_FOLDER
from skk_analysis.reporting.runner import Order, Outcome, make_report
from skk_analysis.reporting.stopping import STOP
from skk_analysis.workspace import SkkError, write_json

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pytask import Session, TaskWithoutPath

MEMORY_PER_JOB = 1 << 30
"""Bytes that a worker and its kernel are reckoned to need together."""
TASKS_PER_JOB = 2
"""Tasks handed over at a time for each job: pytask looks for finished ones once a second or less
often, and no worker should wait for that."""
LOG = "fork_server.log"
LOST = "the worker process was killed twice, often for lack of memory; try --jobs 1"
BROKEN = "Worker processes are killed before they begin, often for lack of memory; try --jobs 1."
ATTEMPTS = 3
"""So often a pool may break without any report having been begun."""
SETTINGS = '[project]\nname = "grid"\n\n[tool.pytask.ini_options]\n'


def possible_jobs(wanted: int | None, reports: int) -> int:
    """How many reports to make at a time: what was asked, else cores as far as memory allows."""
    if wanted:
        return min(wanted, reports)
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
    outcomes = _Outcomes(folder / "outcomes", orders, done)
    with ExitStack() as stack:
        if len(orders) > 1:  # for one report, warming takes as long as a kernel's imports
            warm_forks(folder, stack)
        if jobs > 1 or apart:
            _warm_workers(jobs)
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


def _warm_workers(jobs: int) -> None:
    """Start the worker processes and let them import, while this one imports pytask."""
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(jobs)
    with suppress(BrokenProcessPool):  # whose worker was killed; there will be a new pool
        for _ in range(jobs):
            pool.submit(warm_worker)


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
    if (working_folder / STOP).exists():
        return
    outcome_file.with_suffix(".begun").touch()
    try:
        write_json(outcome_file, asdict(make_report(order, working_folder)))
    except KeyboardInterrupt:
        if os.getpid() == master:
            raise


class _Outcomes:
    """Outcome files of a run, and a thread that tells each new one."""

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
        return self._files[order.report]

    def missing(self) -> list[Order]:
        present = self._present()
        return [order for order in self._orders if self.file(order).name not in present]

    def _present(self) -> set[str]:
        return {file.name for file in self._folder.iterdir()}

    def interrupted(self) -> list[Order]:
        return [o for o in self.missing() if self.file(o).with_suffix(".begun").exists()]

    def all(self) -> list[Outcome]:
        return [_outcome(file) for file in self._files.values()]

    def write(self, order: Order, outcome: Outcome) -> None:
        write_json(self.file(order), asdict(outcome))
        self._tell()

    @contextmanager
    def told(self) -> Iterator[None]:
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


def _build(
    orders: Sequence[Order],
    folder: Path,
    jobs: int,
    outcomes: _Outcomes,
    own_process: bool = False,
) -> None:
    """Let pytask run the tasks; with one job in this process, unless it must have its own."""
    import pytask

    side_by_side = jobs > 1 or own_process
    if side_by_side:
        _register_pool(jobs)
    config = folder / "pyproject.toml"
    config.write_text(SETTINGS, "utf-8")
    with _quiet(pytask.console), _restored_path():
        session = pytask.build(
            tasks=[_task(order, outcomes.file(order), folder) for order in orders],
            config=config,
            paths=[folder],
            force=True,
            capture="no",
            verbose=0,
            n_workers=TASKS_PER_JOB * jobs if side_by_side else 1,
            parallel_backend="custom" if side_by_side else "none",
        )
    if (folder / STOP).exists():
        raise KeyboardInterrupt
    if any(order in outcomes.missing() for order in orders):
        _raise_unless_broken(session)


def _register_pool(jobs: int) -> None:
    """Make ``jobs`` loky processes the custom backend; pytask-parallel forgets it at the end."""
    from pytask_parallel import ParallelBackend, registry

    registry.register_parallel_backend(ParallelBackend.CUSTOM, lambda n_workers: _pool(jobs))  # noqa: ARG005


def _pool(jobs: int) -> Executor:
    from loky import get_reusable_executor

    return get_reusable_executor(max_workers=jobs)


def _task(order: Order, outcome_file: Path, folder: Path) -> TaskWithoutPath:
    from pytask import PythonNode, TaskWithoutPath

    values = {
        "order": order,
        "outcome_file": outcome_file,
        "working_folder": folder,
        "master": os.getpid(),
    }
    name = str(order.report)
    nodes = {key: PythonNode(name=f"{name}::{key}", value=v) for key, v in values.items()}
    return TaskWithoutPath(name=name, function=work, depends_on=nodes)


def _raise_unless_broken(session: Session) -> None:
    """Raise what left work undone, unless it was a pool that broke: a new one goes on."""
    from concurrent.futures.process import BrokenProcessPool

    reports = getattr(session, "execution_reports", [])
    errors = [r.exc_info[1] for r in reports if r.exc_info]
    if not any(isinstance(e, BrokenProcessPool) for e in errors):
        raise next((e for e in errors if isinstance(e, Exception)), KeyboardInterrupt())


@contextmanager
def _quiet(console) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """Our own progress is shown instead of pytask's."""
    was, console.quiet = console.quiet, True
    try:
        yield
    finally:
        console.quiet = was


@contextmanager
def _restored_path() -> Iterator[None]:
    """pytask-parallel puts its root into the import path of this process; take it out again."""
    path, variable = list(sys.path), os.environ.get("PYTHONPATH")
    try:
        yield
    finally:
        sys.path[:] = path
        if variable is None:
            os.environ.pop("PYTHONPATH", None)
        else:
            os.environ["PYTHONPATH"] = variable


def _end_with(master: int, stop: Path) -> None:
    """End this worker when the run is killed, its report when the run is stopped.

    A kernel whose worker has ended ends by itself.
    """
    if any(thread.name == "skk-end-with-master" for thread in threading.enumerate()):
        return

    def watch() -> None:
        import time

        while os.getppid() == master:
            if stop.exists():
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(0.2)
        os._exit(1)

    threading.Thread(target=watch, name="skk-end-with-master", daemon=True).start()


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
