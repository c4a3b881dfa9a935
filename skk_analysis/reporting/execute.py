"""Running one notebook with papermill, and knowing whether it really ran.

papermill stays unmodified and writes no file at all (``output_path=None``): its file claims
``completed`` for cells that never ran when a kernel dies (T1), overwrites the old report before
the first cell (T2), and is written in place (T3). What ran is held in memory; only our own checks
decide.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.kernel_place import (
    FORKS,
    SETTINGS,
    KernelLife,
    KernelPlace,
    socket_folder,
)  # fmt: skip
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.exceptions import PapermillExecutionError


START_TIMEOUT = 120
EXECUTION_TIMEOUT = 600
OUTPUT_TIMEOUT = 60
"""Seconds: for the kernel to start, for one cell, and for a cell's outputs to arrive after it."""

INJECTED, ERROR_MARK = "injected-parameters", "papermill-error-cell-tag"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class NotebookError(SkkError):
    """A notebook that did not run to its end; holds what did run."""

    def __init__(self, message: str, notebook: NotebookNode | None) -> None:
        super().__init__(message)
        self.notebook = notebook


@dataclass
class Trace:
    """What nbclient tells while it runs: the notebook and the cell it is in."""

    notebook: NotebookNode | None = None
    cell_index: int | None = None

    def started(self, notebook: NotebookNode) -> None:
        """Keep the notebook that is being filled."""
        self.notebook = notebook

    def in_cell(self, cell: NotebookNode, cell_index: int) -> None:  # noqa: ARG002
        """Keep the index of the cell that runs."""
        self.cell_index = cell_index


def execute(
    path: Path,
    parameters: dict[str, Any],
    workspace: Path,
    folder: Path,
    shared: Path,
    timeout: int = EXECUTION_TIMEOUT,
    life: KernelLife | None = None,
) -> NotebookNode:
    """Run the notebook at ``path`` in a kernel of its own and return it with its outputs.

    Parameters
    ----------
    path : the notebook; it is read once
    parameters : what papermill injects
    workspace : what the notebook finds as its workspace
    folder : an empty folder that becomes the kernel's working folder
    shared : a folder for what the kernels of one run share, such as matplotlib's font list
    timeout : seconds that one cell may take
    life : is filled with what becomes of the kernel

    Raises
    ------
    NotebookError
        If a cell fails, takes too long, or the kernel dies; the message names the cell and line.
    """
    with quick_imports():
        import papermill
        from papermill.engines import NBClientEngine
        from papermill.execute import raise_for_execution_errors

        from skk_analysis.reporting.kernel import KERNEL_NAME, kernel_manager
    trace = Trace()
    with socket_folder(shared) as sockets:
        settings, life = shared / SETTINGS, life or KernelLife()
        place = KernelPlace(folder, sockets, settings, workspace, path, _forks(shared), life)
        try:
            prepared = papermill.execute_notebook(
                _notebook(path),
                None,
                parameters=parameters,
                prepare_only=True,
                kernel_name=KERNEL_NAME,
                language="python",
            )
            # the rest of `execute_notebook` without the executed notebook as a text for no file
            notebook = NBClientEngine.execute_notebook(
                prepared,
                KERNEL_NAME,
                progress_bar=False,
                autosave_cell_every=0,
                start_timeout=START_TIMEOUT,
                execution_timeout=timeout,
                iopub_timeout=OUTPUT_TIMEOUT,
                kernel_manager_class=kernel_manager(place),
                shutdown_kernel="immediate",
                on_notebook_start=trace.started,
                on_cell_start=trace.in_cell,
            )
            raise_for_execution_errors(notebook, None)
            return notebook
        except Exception as error:
            _remove_error_marks(trace.notebook)
            message = _explanation(error, trace, place, timeout)
            raise NotebookError(message, trace.notebook) from error


def cell_number(notebook: NotebookNode, index: int) -> int:
    """The number, from 1, that the cell has in the notebook a person edits."""
    before = notebook.cells[:index]
    return 1 + sum(INJECTED not in c.metadata.get("tags", []) for c in before)


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import Jupyter without 35 grammars for an address format that no Jupyter schema uses.

    jsonschema imports ``rfc3987_syntax`` if it can (1.2 s) and does without it if it cannot.
    """
    absent = "rfc3987_syntax" not in sys.modules
    if absent:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if absent:
            with suppress(KeyError):
                del sys.modules["rfc3987_syntax"]


def _forks(shared: Path) -> str:
    """Address of the run's fork server; empty where it has none."""
    try:
        return (shared / FORKS).read_text("utf-8")
    except FileNotFoundError:
        return ""


def _notebook(path: Path) -> NotebookNode:
    import nbformat

    try:
        return nbformat.v4.upgrade(nbformat.reads(path.read_text("utf-8"), as_version=4))
    except (OSError, ValueError) as error:
        raise SkkError(f"The notebook {path} cannot be read: {error}") from error


def _explanation(error: Exception, trace: Trace, place: KernelPlace, timeout: int) -> str:
    """One message for everything that can happen, with the cell and what is known of the kernel."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        return _cell_error(error, trace)
    where = _running_cell(trace)
    if isinstance(error, DeadKernelError):
        return f"{where}: the kernel died ({place.life or 'no reason known'})."
    if isinstance(error, CellTimeoutError) and "IOPub" not in str(error):
        return f"{where}: not ready in {timeout} s, the time a cell may take."
    return f"{where}: {type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def _cell_error(error: PapermillExecutionError, trace: Trace) -> str:
    """A Python error in a cell: cell number, line, its source and the error."""
    traceback = ANSI.sub("", "\n".join(error.traceback))
    found = re.search(r"Cell In\[\d+\], line (\d+)", traceback)
    line = int(found[1]) if found else 1
    lines = error.source.splitlines() or [""]
    source = lines[min(line, len(lines)) - 1].strip()
    number, told = error.cell_index + 1, error.evalue
    if trace.notebook is not None:
        number = cell_number(trace.notebook, error.cell_index)
        told = told or _last_words(trace.notebook.cells[error.cell_index])
    return f"cell {number}, line {line} «{source}»: {error.ename}: {told}"


def _last_words(cell: NotebookNode) -> str:
    """The last line a cell printed; a magic that fails prints its reason and raises nothing."""
    printed = "".join(o.text for o in cell.get("outputs", []) if o.output_type == "stream")
    return ANSI.sub("", printed).strip().rpartition("\n")[2]


def _remove_error_marks(notebook: NotebookNode | None) -> None:
    """Take out the cells that papermill puts in on an error; they shift all numbers."""
    if notebook is not None:
        kept = [c for c in notebook.cells if ERROR_MARK not in c.metadata.get("tags", [])]
        notebook.cells = kept


def _running_cell(trace: Trace) -> str:
    if trace.notebook is None or trace.cell_index is None:
        return "before the first cell"
    cell = trace.notebook.cells[trace.cell_index]
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"cell {cell_number(trace.notebook, trace.cell_index)} «{first}»"
