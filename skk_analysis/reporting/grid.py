"""The report grid: which reports must be made, and making them.

One mechanism decides what to do, and it lies in the outputs themselves. A report's run id is the
hash of its data slice, parameters, notebook, library code and environment (`fingerprint`). A
report is up to date if its ``report.json`` has that run id and every file it names is untouched
(`report`). No database, no time stamp: a copied workspace is still up to date, a tampered or
removed file is made again, and a change that leaves a city's slice as it was reruns nothing there.

Steps of `run_reports`:

1. processed data are cleaned again if their record does not match raw files and code (`cleaned`);
   and the cells that no report may see are worked out if their ingredients changed (`disclosure`);
2. each subject (`kinds`) is asked for the digest of its data; answers are remembered (`inputs`);
3. reports whose record does not prove them current go to pytask as tasks, and pytask-parallel
   runs them in loky worker processes, never threads: papermill and nbclient are not made for
   them (`parallel`). With nothing to do neither is imported, so an idle run costs hashing only;
4. what is finished is published together with its index, in one step (`site`, `publication`).

pytask is the scheduler and not the memory: its own record of states stays in the working folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skk_analysis.reporting.changes import Change
from skk_analysis.reporting.cleaned import clean, is_clean
from skk_analysis.reporting.disclosure.mask import is_protected, protect
from skk_analysis.reporting.execute import EXECUTION_TIMEOUT
from skk_analysis.reporting.inputs import is_remembered
from skk_analysis.reporting.kinds import KINDS, Kind
from skk_analysis.reporting.lock import only_writer
from skk_analysis.reporting.parallel import make_all, possible_jobs, warm_forks, warm_workers
from skk_analysis.reporting.parameters import check_notebook
from skk_analysis.reporting.pdf_files import made_pdfs, without_pdf
from skk_analysis.reporting.plan import (
    Choice,
    absent_reports,
    chosen_reports,
    listed_reports,
    plan,
    unlisted,
)
from skk_analysis.reporting.publication import (
    adopt,
    changes,
    hold_back,
    publish,
    publish_files,
)
from skk_analysis.reporting.report import Record, State
from skk_analysis.reporting.runner import Order, Outcome
from skk_analysis.reporting.site import MADE, Stage, staged
from skk_analysis.reporting.stopping import STOP, Limit
from skk_analysis.workspace import SkkError, Workspace

MANY = 1000
"""Reports to reckon with before it is known how many municipalities have data."""


@dataclass
class RunSummary:
    """What a run of the grid did.

    ``skipped`` reports were up to date, ``stopped`` ones were not reached; ``changes`` compares
    what was published with what had been there before; ``printed`` ones got a new PDF;
    ``unlisted`` folders hold reports on what is no longer in the register.
    """

    made: list[Outcome] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    published: bool = False
    cleaned: bool = False

    def advice(self) -> str:
        """What a person should do about reports on subjects that have left the register."""
        if not self.unlisted:
            return ""
        return (
            "On the site, but in no index, as neither register nor data have it any more: "
            f"{', '.join(self.unlisted)}. Put it back, or remove the folder."
        )

    @property
    def ok(self) -> bool:
        """Whether every report that was asked for is up to date now."""
        return not self.failed and not self.stopped

    def hold_back(self, told: Mapping[str, str]) -> None:
        """Count finished reports that may not be published as failed, with what is told."""
        seconds = {one.report: one.seconds for one in self.made}
        self.made = [one for one in self.made if one.report not in told]
        self.failed += [
            Outcome(name, f"{name}: {why}", seconds.get(name, 0.0)) for name, why in told.items()
        ]


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
    cluster: str = "",
    pdf: bool = False,
) -> RunSummary:
    """Bring reports up to date and publish them with their index, in one step.

    Parameters
    ----------
    workspace : where data and reports lie
    choice : which reports; by default all of the register, in Finnish
    jobs : reports made at a time; by default one a core, fewer where memory is short
    force : make also those that are up to date
    kinds : the kinds of reports that there are
    timeout : seconds that one cell of a notebook may take
    listener : is told what happens
    cluster : address of a Dask scheduler whose workers make the reports, instead of this machine
    pdf : make ``report.pdf`` beside each page, too; needs the extra ``pdf``

    Returns
    -------
    RunSummary
        A failed report does not stop the others; it is listed with the cell that failed.

    Raises
    ------
    SkkError
        If something chosen or a notebook's parameters are not known, the raw data have errors,
        another run holds the workspace (`LockedError`), or PDF files are wanted and cannot be made.
        No kernel has been started then.
    CannotWriteError
        If the disk is full or read-only; the site stays as it was.
    KeyboardInterrupt
        If a person stopped the run; what was finished has been published.
    """
    summary = RunSummary()
    with only_writer(workspace, "skk reports"):
        bring_up_to_date(
            workspace, summary, choice, jobs, force, kinds, timeout, listener,
            cluster=cluster, pdf=pdf,
        )  # fmt: skip
    return summary


def bring_up_to_date(
    workspace: Workspace,
    summary: RunSummary,
    choice: Choice | None = None,
    jobs: int | None = None,
    force: bool = False,
    kinds: Sequence[Kind] = KINDS,
    timeout: int = EXECUTION_TIMEOUT,
    listener: Listener | None = None,
    limit: Limit | None = None,
    cluster: str = "",
    pdf: bool = False,
) -> None:
    """`run_reports` for who holds the workspace already.

    Parameters
    ----------
    summary : is filled, also when the run is stopped
    limit : what may stop it; by default only a person
    """
    listener, apart, limit = listener or Listener(), limit is not None, limit or Limit()
    choice = choice or Choice()
    if pdf:
        from skk_analysis.reporting.page.pdf import require_pdf

        require_pdf()
    if not choice.all_municipalities:  # those are known when the data are clean
        chosen = chosen_reports(workspace, choice, kinds)
    with staged(workspace) as stage, ExitStack() as helpers:
        ready = 0
        if not (cluster or is_remembered(workspace)):  # get ready for what will have to be made
            warm_forks(stage.work, helpers)
            at_a_time = possible_jobs(jobs, MANY if choice.all_municipalities else len(chosen))
            if at_a_time > 1 or apart:
                warm_workers(stage.work, at_a_time, helpers)
                ready = at_a_time
        if not is_clean(workspace):
            listener.step("cleaning the raw data")
            clean(workspace)
            summary.cleaned = True
        if not is_protected(workspace):
            protect(workspace)
        if choice.all_municipalities:
            chosen = chosen_reports(workspace, choice, kinds)
        beside = [left / MADE for left in stage.left]
        listed = listed_reports(workspace, chosen, kinds, choice.all_municipalities, beside)
        summary.unlisted = unlisted(workspace, listed)
        asked = set(chosen)
        orders = plan(listed, workspace, timeout, absent_reports(listed, asked, beside))
        adopt(stage, orders)
        wanted = [order for order in orders if order.report in asked]
        pending = [o for o in wanted if force or not (_is_ok(o) or _is_ok(o.at(stage.made)))]
        made = {order.report for order in pending}
        summary.skipped = [str(order.report) for order in wanted if order.report not in made]
        limit.stop_file = stage.work / STOP
        interrupt = None
        try:
            if pending:
                to_make = [order.at(stage.made) for order in pending]
                at_a_time = ready or possible_jobs(jobs, len(pending))
                _make(to_make, stage.work, at_a_time, apart, listener, summary, cluster)
        except KeyboardInterrupt as error:
            interrupt = error
        with limit.shielded():
            told = {outcome.report for outcome in (*summary.made, *summary.failed)}
            summary.stopped = [str(o.report) for o in pending if str(o.report) not in told]
            summary.hold_back(hold_back(stage, orders))
            summary.changes = changes(stage, orders)
            summary.published = publish(stage, orders)
        if interrupt:
            raise interrupt
        if pdf:
            if limit.reason:  # it came while the site was being replaced
                raise KeyboardInterrupt
            listener.step("PDF files")
            _add_pdfs(stage, orders, wanted, jobs, limit, summary)


def _add_pdfs(
    stage: Stage,
    orders: list[Order],
    wanted: list[Order],
    jobs: int | None,
    limit: Limit,
    summary: RunSummary,
) -> None:
    """Make the PDF of each wanted page on the site; stopped, those that were made are published."""
    lacking = without_pdf(wanted)
    if not lacking:
        return
    files: dict[str, bytes] = {}
    try:
        at_a_time = possible_jobs(jobs, len(lacking))
        for place, content in made_pdfs(lacking, at_a_time, summary.printed.append):
            files[place.as_posix()] = content
    finally:
        with limit.shielded():
            if files:
                publish_files(stage, orders, files)


def _is_ok(order: Order) -> bool:
    return order.state() is State.OK


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
    named: dict[str, Any] = {plural[k]: [v] for k, v in parameters.items()}
    choice = Choice(kinds=[kind.name], languages=[language], **named)
    kinds = [kind if known.name == kind.name else known for known in KINDS]  # all in the index
    [report] = chosen_reports(workspace, choice, kinds)
    summary = run_reports(workspace, choice, jobs=1, force=True, kinds=kinds)
    record = report.record()
    if summary.failed or record is None:
        raise SkkError("; ".join(outcome.message for outcome in summary.failed))
    return record


def _make(
    pending: list[Order],
    folder: Path,
    jobs: int,
    apart: bool,
    listener: Listener,
    summary: RunSummary,
    cluster: str,
) -> None:
    """The heavy half; `parallel` imports pytask and papermill only now."""
    for kind in {order.report.kind for order in pending}:
        check_notebook(kind.notebook, kind.declared)

    def done(outcome: Outcome) -> None:
        (summary.failed if outcome.message else summary.made).append(outcome)
        listener.done(outcome)

    if cluster:
        from skk_analysis.reporting.cluster import make_all as make_on_cluster

        make_on_cluster(pending, folder, cluster, listener.planned, done)
        return
    listener.planned(len(pending), min(jobs, len(pending)))
    make_all(pending, folder, jobs, done, apart)
