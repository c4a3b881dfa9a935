"""Making one report: run, check, render, publish whole – or keep the failed notebook beside.

Everything happens in a working folder; the finished report appears in its place in one step at the
very end, with ``report.json`` in it. That place is not the site but beside it (`site`). Killed at
any moment, the runner leaves something in the working folder that the next run sweeps away.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from skk_analysis.language.visible import visible_values
from skk_analysis.reporting.companions import Made, companion_files
from skk_analysis.reporting.execute import EXECUTION_TIMEOUT, NotebookError, execute
from skk_analysis.reporting.fingerprint import Versions
from skk_analysis.reporting.kernel_place import KernelLife, peak_bytes
from skk_analysis.reporting.lock import is_systems_fault
from skk_analysis.reporting.publish import publish_folder
from skk_analysis.reporting.report import (
    CRATE,
    NOTEBOOK,
    PAGE,
    RECORD,
    RESULTS,
    Failure,
    Record,
    Report,
    State,
)  # fmt: skip
from skk_analysis.reporting.stopping import STOP
from skk_analysis.workspace import (
    SkkError,
    json_bytes,
    reading_once,
    sha256,
    write_bytes,
    write_json,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Order:
    """All that a worker process has to know to make one report.

    ``problem`` says why the report has no data and cannot be made; it is empty else.
    """

    report: Report
    notebook: Path
    run_id: str
    data: str
    data_date: str
    invented: bool
    sources: dict[str, str]
    versions: Versions
    problem: str = ""
    timeout: int = EXECUTION_TIMEOUT

    def state(self) -> State:
        """The state of the report as it lies there against what would be made now."""
        return self.report.state(self.run_id)

    def at(self, place: Path) -> Order:
        """The same order for another folder that has the site's folders."""
        return replace(self, report=self.report.at(place))

    def record(self, outputs: dict[str, str]) -> Record:
        """The record of the finished report."""
        return Record(
            run_id=self.run_id,
            parameters=self.report.parameters,
            data=self.data,
            data_date=self.data_date,
            invented=self.invented,
            sources=self.sources,
            outputs=outputs,
            **asdict(self.versions),
        )


@dataclass(frozen=True)
class Outcome:
    """How making one report ended; ``message`` is empty if it went well.

    ``processor`` is the time that worker and kernel spent computing, ``worker_peak`` and
    ``kernel_peak`` the most memory that each ever had (the worker since it began); 0 where the
    system does not tell.
    """

    report: str
    message: str
    seconds: float
    processor: float = 0.0
    worker_peak: int = 0
    kernel_peak: int = 0


def make_report(order: Order, working_folder: Path) -> Outcome:
    """Make one report; a failure is recorded beside the report and told in the outcome.

    Parameters
    ----------
    order : what to make
    working_folder : a folder on the same file system as the reports

    Raises
    ------
    KeyboardInterrupt
        If the run was stopped meanwhile.
    OSError, SkkError
        If the disk is full or read-only, which is no fault of the report.
    """
    began, computed = time.monotonic(), time.process_time()
    report, life = order.report, KernelLife()
    folder = Path(tempfile.mkdtemp(prefix=f"{report.subject.folder[0]}-", dir=working_folder))
    message = ""
    try:
        if order.problem:
            raise SkkError(order.problem)
        publish_folder(finished_report(order, folder, working_folder, life), report.folder)
        report.forget_failure()
    except Exception as error:
        if (working_folder / STOP).exists():
            raise KeyboardInterrupt from error
        if is_systems_fault(error):
            raise
        message = _failure_message(order, error)
        _keep_failure(order, message, error)
    return Outcome(
        str(report),
        message,
        time.monotonic() - began,
        time.process_time() - computed + life.seconds,
        peak_bytes(os.getpid()),
        life.peak_bytes,
    )


def finished_report(
    order: Order, folder: Path, shared: Path, life: KernelLife | None = None
) -> Path:
    """A folder with the report's files, published nowhere yet.

    Parameters
    ----------
    order : what to make
    folder : an empty folder of the report's own
    shared : a folder for what the kernels of one run share
    life : takes up what becomes of the kernel

    Raises
    ------
    NotebookError
        If the notebook does not run to its end, or the page would not be fit to publish.
    """
    from skk_analysis.reporting.checks import check_executed, normalised, results, show_unseen
    from skk_analysis.reporting.disclosure.check import check_disclosure
    from skk_analysis.reporting.run_record import Steps, run_record

    kernel_folder, finished = folder / "kernel", folder / "finished"
    kernel_folder.mkdir()
    finished.mkdir()
    report, steps, life = order.report, Steps(), life or KernelLife()
    with steps.step("execute"):
        notebook = execute(
            order.notebook,
            report.parameters,
            report.workspace.root,
            kernel_folder,
            shared,
            order.timeout,
            life,
        )
    with steps.step("render"), reading_once():
        try:
            check_executed(notebook, order.run_id)
            show_unseen(notebook)
            numbers = results(notebook)
            check_disclosure(report, notebook, numbers, list(order.sources))
            page = _page(order, notebook)
        except SkkError as error:
            raise NotebookError(str(error), notebook) from error
        write_bytes(finished / PAGE, page.encode())
        write_bytes(finished / NOTEBOOK, _notebook_bytes(normalised(notebook)))
        write_json(finished / RESULTS, numbers)
        names = [PAGE, NOTEBOOK, RESULTS]
        for name, content in companion_files(Made(order, notebook, numbers, page)):
            (finished / name).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(finished / name, content)
            names.append(name)
        outputs = {name: sha256(finished / name) for name in names}
        write_json(finished / RECORD, asdict(order.record(outputs)))
    write_json(finished / CRATE, visible_values(run_record(order, finished, steps, life)))
    return finished


def _page(order: Order, notebook: NotebookNode) -> str:
    from skk_analysis.language import date
    from skk_analysis.reporting.page.exporter import report_page

    language = order.report.language
    shown = date(order.data_date, language) if order.data_date else ""
    kind = order.report.kind.name
    return report_page(notebook, language, order.invented, order.run_id, shown, kind)


def _notebook_bytes(notebook: NotebookNode) -> bytes:
    """The bytes of nbformat's writer, which would copy the notebook once more than `normalised`."""
    from nbformat.v4.rwbase import split_lines, strip_transient

    return json_bytes(strip_transient(split_lines(notebook)), sort_keys=True)


def _failure_message(order: Order, error: Exception) -> str:
    told = str(error) if isinstance(error, SkkError) else f"{type(error).__name__}: {error}"
    return f"{order.report}: {told}"


def _keep_failure(order: Order, message: str, error: Exception) -> None:
    """Write what a person needs to find the fault; the last report stays as it is."""
    from skk_analysis.reporting.checks import normalised
    from skk_analysis.reporting.disclosure.failed import safe_message, safe_notebook

    place, notebook = order.report.workspace, getattr(error, "notebook", None)
    if notebook is not None:
        safe = safe_notebook(place, normalised(notebook))
        write_bytes(order.report.failed_notebook, _notebook_bytes(safe))
    order.report.write_failure(Failure(order.run_id, safe_message(place, message)))
