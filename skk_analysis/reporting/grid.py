"""The report grid: which reports must be made, and making them.

One mechanism decides what to do, and it lies in the outputs themselves. A report's run id is the
hash of its data slice, parameters, notebook, library code and environment (`fingerprint`). A
report is up to date if its ``report.json`` has that run id and every file it names is untouched
(`report`). No database, no time stamp: a copied workspace is still up to date, a tampered or
removed file is made again, and a change that leaves a city's slice as it was reruns nothing there.

Steps of `run_reports`:

1. processed data are cleaned again if their record does not match raw files and code (`cleaned`);
2. each subject (`kinds`) is asked for the digest of its data; answers are remembered (`inputs`);
3. reports whose record does not prove them current go to pytask as tasks, and pytask-parallel
   runs them in loky worker processes, never threads: papermill and nbclient are not made for
   them (`parallel`). With nothing to do neither is imported, so an idle run costs hashing only;
4. the index is written from what lies on disk (`index`).

pytask is the scheduler and not the memory: its own record of states stays in the working folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skk_analysis.reporting.cleaned import clean, is_clean
from skk_analysis.reporting.execute import EXECUTION_TIMEOUT
from skk_analysis.reporting.index import write_index
from skk_analysis.reporting.kinds import KINDS, Kind
from skk_analysis.reporting.plan import Choice, chosen_reports, listed_reports, plan
from skk_analysis.reporting.report import Record, State
from skk_analysis.reporting.runner import Order, Outcome
from skk_analysis.reporting.working import working_folder
from skk_analysis.workspace import SkkError, Workspace


@dataclass
class RunSummary:
    """What a run of the grid did; ``skipped`` reports were up to date."""

    made: list[Outcome] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    cleaned: bool = False

    @property
    def ok(self) -> bool:
        """Whether every report that was asked for is up to date now."""
        return not self.failed


@dataclass(frozen=True)
class Listener:
    """What a run tells while it goes on; the default says nothing."""

    step: Callable[[str], None] = lambda _step: None
    planned: Callable[[int, int], None] = lambda _reports, _jobs: None
    done: Callable[[Outcome], None] = lambda _outcome: None


def run_reports(
    workspace: Workspace,
    choice: Choice | None = None,
    jobs: int | None = None,
    force: bool = False,
    kinds: Sequence[Kind] = KINDS,
    timeout: int = EXECUTION_TIMEOUT,
    listener: Listener | None = None,
) -> RunSummary:
    """Bring reports up to date and write the index.

    Parameters
    ----------
    workspace : where data and reports lie
    choice : which reports; by default all of the register, in Finnish
    jobs : reports made at a time; by default one a core, fewer where memory is short
    force : make also those that are up to date
    kinds : the kinds of reports that there are
    timeout : seconds that one cell of a notebook may take
    listener : is told what happens

    Returns
    -------
    RunSummary
        A failed report does not stop the others; it is listed with the cell that failed.

    Raises
    ------
    SkkError
        If something chosen or a notebook's parameters are not known, the raw data have errors, or
        another run holds the workspace. No kernel has been started then.
    """
    listener = listener or Listener()
    chosen = chosen_reports(workspace, choice, kinds)
    summary = RunSummary()
    with working_folder(workspace) as folder:
        if not is_clean(workspace):
            listener.step("cleaning the raw data")
            clean(workspace)
            summary.cleaned = True
        listed = listed_reports(workspace, chosen, kinds)
        orders = plan(listed, workspace, timeout)
        asked = set(chosen)
        wanted = [order for order in orders if order.report in asked]
        pending = [order for order in wanted if force or order.state() is not State.OK]
        made = {order.report for order in pending}
        summary.skipped = [str(order.report) for order in wanted if order.report not in made]
        if pending:
            for outcome in _make(pending, folder, jobs, listener):
                (summary.failed if outcome.message else summary.made).append(outcome)
        write_index(workspace, orders)
    return summary


def run_report(workspace: Workspace, kind: Kind, language: str = "fi", **parameters: Any) -> Record:
    """Make one report, also if it is up to date.

    Parameters
    ----------
    workspace : where data and reports lie
    kind : of report
    language : of the report
    parameters : of the kind, such as ``city="Espoo", year=2019``

    Raises
    ------
    SkkError
        If it cannot be made; the message names the cell, line and error.
    """
    plural = {"city": "cities", "year": "years", "experiment": "experiments"}
    choice = Choice(languages=[language], **{plural[k]: [v] for k, v in parameters.items()})
    [report] = chosen_reports(workspace, choice, [kind])
    summary = run_reports(workspace, choice, jobs=1, force=True, kinds=[kind])
    record = report.record()
    if summary.failed or record is None:
        raise SkkError("; ".join(outcome.message for outcome in summary.failed))
    return record


def _make(
    pending: list[Order], folder: Path, jobs: int | None, listener: Listener
) -> list[Outcome]:
    """The heavy half, imported only when something has to be made."""
    from skk_analysis.reporting.parallel import make_all, possible_jobs
    from skk_analysis.reporting.parameters import check_notebook

    for kind in {order.report.kind for order in pending}:
        check_notebook(kind.notebook, kind.declared)
    at_a_time = possible_jobs(jobs, len(pending))
    listener.planned(len(pending), at_a_time)
    return make_all(pending, folder, at_a_time, listener.done)
