"""Reports as pytask's tasks: one graph, handed to whichever executor makes them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.outcomes import Outcomes
from skk_analysis.reporting.patience import Patience
from skk_analysis.reporting.runner import Order

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pytask import TaskWithoutPath

SETTINGS = '[project]\nname = "grid"\n\n[tool.pytask.ini_options]\n'


def build(
    orders: Sequence[Order],
    outcomes: Outcomes,
    folder: Path,
    function: Callable[..., None],
    values: Mapping[str, Any],
    slots: int = 1,
    executor: Callable[[], Executor] | None = None,
) -> list[Exception]:
    """Let pytask run a task for each order; the exceptions that ended tasks.

    Parameters
    ----------
    orders, outcomes, folder : what to make, where it is told, and the run's working folder
    function : makes a report; it is given ``order``, ``outcome_file``, ``working_folder``
    values : what it is given besides
    slots : how many tasks the executor is handed at a time
    executor : starts what runs them; None runs them one by one in this process
    """
    import pytask

    if executor is not None:
        _register(executor)
    config = folder / "pyproject.toml"
    config.write_text(SETTINGS, "utf-8")
    with _quiet(pytask.console), _restored_path():
        session = pytask.build(
            tasks=[
                _task(
                    order,
                    function,
                    {
                        "order": order,
                        "outcome_file": outcomes.file(order),
                        "working_folder": folder,
                        **values,
                    },
                )
                for order in orders
            ],
            config=config,
            paths=[folder],
            force=True,
            capture="no",
            verbose=0,
            n_workers=slots if executor else 1,
            parallel_backend="custom" if executor else "none",
        )
    found = [r.exc_info[1] for r in getattr(session, "execution_reports", []) if r.exc_info]
    return [error for error in found if isinstance(error, Exception)]


def _register(executor: Callable[[], Executor]) -> None:
    """Make it the custom backend of pytask-parallel, which forgets it at the end."""
    from pytask_parallel import ParallelBackend, registry

    registry.register_parallel_backend(
        ParallelBackend.CUSTOM,
        lambda n_workers: Patience(executor()),  # noqa: ARG005
    )


def _task(order: Order, function: Callable[..., None], values: dict[str, Any]) -> TaskWithoutPath:
    from pytask import PythonNode, TaskWithoutPath

    name = str(order.report)
    nodes = {key: PythonNode(name=f"{name}::{key}", value=v) for key, v in values.items()}
    return TaskWithoutPath(name=name, function=function, depends_on=nodes)


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
