"""``skk run``: fetch → check → clean → reports → site, for a machine that nobody watches.

The run holds the workspace, writes a log (`run_log`), ends at its deadline (`stopping`), tells what
changed on the site, calls a hook if something is wrong, and says in its exit status what (`Exit`).
It decides nothing itself: `grid` knows what must be made and `site` publishes it in one step.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from skk_analysis.reporting.checked import check_data, data_faults
from skk_analysis.reporting.grid import Listener, bring_up_to_date
from skk_analysis.reporting.hook import call_hook
from skk_analysis.reporting.kinds import KINDS, Kind
from skk_analysis.reporting.lock import (
    CannotWriteError,
    LockedError,
    is_systems_fault,
    only_writer,
)
from skk_analysis.reporting.plan import Choice
from skk_analysis.reporting.run_log import RunLog, run_log
from skk_analysis.reporting.run_result import COMMAND, Exit, RunResult
from skk_analysis.reporting.stopping import DEADLINE, Limit, limited
from skk_analysis.workspace import SkkError, Workspace, write_json

if TYPE_CHECKING:
    from skk_analysis.reporting.runner import Outcome

LAST = "last.json"
"""In ``logs/``: the summary of the latest run, as the hook gets it."""


@dataclass(frozen=True)
class Settings:
    """What an unattended run is to do.

    Parameters
    ----------
    fetch : bring the raw files up to date from the publishers first
    choice : which reports; by default all, in Finnish
    jobs : reports made at a time
    deadline : seconds that the run may take; by default as long as it needs
    on_failure : command that is called if the exit status is not 0
    kinds : the kinds of reports that there are
    pdf : make ``report.pdf`` beside each page, too
    """

    fetch: bool = False
    choice: Choice | None = None
    jobs: int | None = None
    deadline: float | None = None
    on_failure: str = ""
    kinds: Sequence[Kind] = KINDS
    pdf: bool = False


@dataclass
class Console:
    """What a person hears: lines while it goes on, faults, and what the grid tells."""

    say: Callable[[str], None] = lambda _line: None
    warn: Callable[[str], None] = lambda _line: None
    listener: Listener = field(default_factory=Listener)


def run(
    workspace: Workspace, settings: Settings | None = None, console: Console | None = None
) -> RunResult:
    """Bring everything up to date; nothing is raised that a machine can be told by a number.

    Returns
    -------
    RunResult
        Its ``exit`` says how the run ended.
    """
    settings, console = settings or Settings(), console or Console()
    result = RunResult(workspace, started=datetime.now(UTC).isoformat(timespec="seconds"))
    with limited(settings.deadline) as limit:
        try:
            with only_writer(workspace, COMMAND), run_log(workspace) as log:
                result.run, result.log = log.number, str(log.path)
                _logged(result, settings, console, log, limit)
        except (LockedError, CannotWriteError) as error:  # before anything was begun
            locked = isinstance(error, LockedError)
            result.end(Exit.LOCKED if locked else Exit.CANNOT_WRITE, str(error))
            _tell_hook(result, settings, console, None)
    return result


def _logged(
    result: RunResult, settings: Settings, console: Console, log: RunLog, limit: Limit
) -> None:
    """The steps between the first line of the log and the last."""
    began = time.monotonic()
    log.write("started", str(result.workspace.root), **result.summary()["by"])
    try:
        _steps(result, settings, console, log, limit)
    except KeyboardInterrupt:
        why = Exit.DEADLINE if limit.reason == DEADLINE else Exit.STOPPED
        result.end(why, f"ended while the step «{log.step}» was going on")
    except (CannotWriteError, OSError) as error:
        cannot = isinstance(error, CannotWriteError) or is_systems_fault(error)
        result.end(Exit.CANNOT_WRITE if cannot else Exit.FAILED, str(error))
    except SkkError as error:
        faults = data_faults(error)
        result.faults += faults
        result.end(Exit.DATA if faults else Exit.FAILED, str(error))
    except Exception as error:  # a fault of ours: nobody is there to see a traceback
        log.write("crashed", traceback.format_exc(), "error")
        result.end(Exit.FAILED, f"{type(error).__name__}: {error} (traceback in the log)")
    with limit.shielded():
        result.seconds = time.monotonic() - began
        log.step = ""
        for change in result.reports.changes:
            log.write("published", str(change), report=change.report, outcome=change.kind)
        level = "info" if result.exit is Exit.CURRENT else "error"
        log.write("ended", result.message, level, outcome=result.exit.name.lower(),
                  exit=int(result.exit), seconds=round(result.seconds, 1))  # fmt: skip
        if log.problem:
            console.warn(log.problem)
        _keep_summary(result, console)
        _tell_hook(result, settings, console, log)


def _steps(
    result: RunResult, settings: Settings, console: Console, log: RunLog, limit: Limit
) -> None:
    reports = result.reports
    if settings.fetch:
        with _step("fetch", result, log, console):
            _fetch(result, log, console)
    with _step("check", result, log, console):
        check_data(result.workspace)
    with _step("reports", result, log, console):
        listener = _Listener(log, console.listener)
        bring_up_to_date(
            result.workspace, reports, settings.choice, settings.jobs,
            kinds=settings.kinds, listener=listener.listener, limit=limit, pdf=settings.pdf,
        )  # fmt: skip
    if reports.failed:
        result.end(Exit.FAILED, f"{len(reports.failed)} reports failed")


@contextmanager
def _step(name: str, result: RunResult, log: RunLog, console: Console) -> Iterator[None]:
    """Log the beginning, the end and the seconds of a step."""
    log.step, began, outcome = name, time.monotonic(), "failed"
    log.write("begun")
    console.say(f"{name} …")
    try:
        yield
        outcome = "done"
    finally:
        seconds = round(time.monotonic() - began, 2)
        result.steps[name] = seconds
        log.write("done", level="info" if outcome == "done" else "error",
                  outcome=outcome, seconds=seconds)  # fmt: skip


def _fetch(result: RunResult, log: RunLog, console: Console) -> None:
    """One failed request stops no other, and what is held is good: the run goes on with it."""
    from skk_analysis import sources
    from skk_analysis.sources.run import Silent

    class Heard(Silent):
        def said(self, line: str) -> None:
            log.write("answer", line)
            console.say(line)

    summary = sources.fetch(result.workspace, listener=Heard())
    result.fetched = str(summary)
    for error in summary.failed:
        log.write("request", str(error), "error", outcome="failed")
        console.warn(f"failed: {error}")
    result.faults += [str(error) for error in summary.failed]
    result.faults += [str(finding) for finding in summary.findings if finding.stops]
    if not summary.ok:
        result.end(Exit.FAILED, f"not everything could be fetched: {summary}")


class _Listener:
    """Logs what the grid tells, and passes it on."""

    def __init__(self, log: RunLog, further: Listener) -> None:
        self._log, self._further = log, further
        self.listener = Listener(self._step, self._planned, self._done)

    def _step(self, name: str) -> None:
        self._log.write("step", name)
        self._further.step(name)

    def _planned(self, reports: int, jobs: int) -> None:
        self._log.write("planned", f"{reports} reports, {jobs} at a time")
        self._further.planned(reports, jobs)

    def _done(self, outcome: Outcome) -> None:
        level, what = ("error", "failed") if outcome.message else ("info", "made")
        self._log.write("report", outcome.message, level, report=outcome.report, outcome=what,
                        seconds=round(outcome.seconds, 2))  # fmt: skip
        self._further.done(outcome)


def _keep_summary(result: RunResult, console: Console) -> None:
    try:
        write_json(result.workspace.root / "logs" / LAST, result.summary())
    except OSError as error:
        console.warn(f"{LAST} cannot be written: {error.strerror}")


def _tell_hook(result: RunResult, settings: Settings, console: Console, log: RunLog | None) -> None:
    """Call the hook if the run did not go well; how the hook fares changes nothing."""
    if not settings.on_failure or result.exit in (Exit.CURRENT, Exit.STOPPED):
        return
    facts = {
        "SKK_WORKSPACE": str(result.workspace.root),
        "SKK_SITE": str(result.workspace.reports / "index.html"),
        "SKK_LOG": result.log,
        "SKK_RUN": str(result.run),
        "SKK_EXIT": str(int(result.exit)),
    }
    outcome = call_hook(settings.on_failure, result.summary(), facts)
    if outcome.problem:
        console.warn(f"the command {settings.on_failure!r}: {outcome.problem}")
    if log is not None:
        log.step = "hook"
        log.write("hook", outcome.problem or outcome.output,
                  "error" if outcome.problem else "info",
                  outcome="failed" if outcome.problem else "done",
                  output=outcome.output)  # fmt: skip
