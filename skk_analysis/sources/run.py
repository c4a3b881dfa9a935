"""Fetching what the dictionary wants, one request after the other; one failure stops no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from skk_analysis.programme import Programme, start_register
from skk_analysis.sources import boundaries, paavo, sotkanet, statfin
from skk_analysis.sources.client import Client
from skk_analysis.sources.errors import DamagedError, SourceError
from skk_analysis.sources.findings import Finding
from skk_analysis.sources.store import Stored, is_invented, store
from skk_analysis.sources.task import Task
from skk_analysis.sources.wanted import Wanted
from skk_analysis.workspace import SkkError, Workspace

MAKERS = {
    "sotkanet": sotkanet.tasks,
    "statfin": statfin.tasks,
    "paavo": paavo.tasks,
    "boundaries": boundaries.tasks,
}
SERVICES = tuple(MAKERS)


class Listener(Protocol):
    """Hears how a run goes."""

    def planned(self, count: int) -> None:
        """So many requests are to be made."""

    def started(self, key: str) -> None:
        """One of them begins."""

    def said(self, line: str) -> None:
        """What has become of it; a line for a person."""


class Silent:
    """A listener that tells nobody."""

    def planned(self, count: int) -> None: ...

    def started(self, key: str) -> None: ...

    def said(self, line: str) -> None: ...


@dataclass
class Summary:
    """What a run did: stored and unchanged answers, empty ones, findings, failures."""

    stored: list[Stored] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failed: list[SourceError] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether any raw file is new."""
        return any(item.written for item in self.stored)

    @property
    def ok(self) -> bool:
        """Whether everything was got; what the service redefined was not."""
        return not self.failed and not any(finding.stops for finding in self.findings)

    def __str__(self) -> str:
        new = sum(bool(item.written) for item in self.stored)
        return (
            f"{new} new, {len(self.stored) - new} unchanged, {len(self.empty)} empty, "
            f"{len(self.failed)} failed, {len(self.findings)} findings."
        )


def fetch(
    workspace: Workspace,
    services: Sequence[str] = SERVICES,
    years: Sequence[int] | None = None,
    *,
    client: Client | None = None,
    listener: Listener | None = None,
) -> Summary:
    """Bring the raw files of a workspace up to date from the publishers' services.

    Parameters
    ----------
    workspace : a workspace without invented data; a register is started if it has none
    services : of `SERVICES`
    years : by default the register's years and `wanted.BEFORE` years before them; years that are
        held already are always asked for again, so that a series is of one publication

    Returns
    -------
    Summary
        Failures are in it and are not raised; each finished answer is stored at once.

    Raises
    ------
    SkkError
        The workspace holds invented data, or its register cannot be read.
    """
    if is_invented(workspace):
        raise SkkError(
            f"{workspace.root} holds invented example data, which must not be mixed with real "
            "figures. Name another folder: skk --workspace DIR fetch."
        )

    def one(task: Task, summary: Summary, said: Callable[[str], None]) -> None:
        delivery = task.fetch()
        _report(delivery.findings, summary, said)
        if delivery.pieces:
            summary.stored.append(store(workspace, task.key, delivery.pieces))
            said(str(summary.stored[-1]))
        elif not any(finding.stops for finding in delivery.findings):
            summary.empty.append(task.key)
            said(f"{task.key}: nothing to store; what is held stays")

    return _run(workspace, services, years, client, listener, one)


def check(
    workspace: Workspace,
    services: Sequence[str] = SERVICES,
    years: Sequence[int] | None = None,
    *,
    client: Client | None = None,
    listener: Listener | None = None,
) -> Summary:
    """Compare the dictionary with how the services describe its indicators; nothing is stored.

    ``findings`` of the result tells what was renamed, redefined (another base population) or has
    ended, which years are missing, and which figures have terms of their own. Parameters and
    errors as in `fetch`; a workspace of invented data may be checked too.
    """

    def one(task: Task, summary: Summary, said: Callable[[str], None]) -> None:
        _report(task.check(), summary, said)

    return _run(workspace, services, years, client, listener, one)


def _report(findings: Sequence[Finding], summary: Summary, said: Callable[[str], None]) -> None:
    summary.findings += findings
    for finding in findings:
        said(str(finding))


def _run(
    workspace: Workspace,
    services: Sequence[str],
    years: Sequence[int] | None,
    client: Client | None,
    listener: Listener | None,
    one: Callable[[Task, Summary, Callable[[str], None]], None],
) -> Summary:
    heard = listener or Silent()
    start_register(workspace)
    wanted = Wanted.by(Programme.of(workspace), years)
    summary = Summary()
    with nullcontext(client) if client else Client(told=heard.said) as using:
        tasks = _tasks(using, workspace, wanted, services)
        heard.planned(len(tasks))
        for task in tasks:
            heard.started(task.key)
            try:
                one(task, summary, heard.said)
            except SourceError as error:
                _fail(task, error, summary, heard)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                what = f"an answer has a shape that is not known ({error!r})"
                _fail(task, DamagedError(task.key, what), summary, heard)
    return summary


def _fail(task: Task, error: SourceError, summary: Summary, heard: Listener) -> None:
    summary.failed.append(error)
    heard.said(f"failed: {task.key}: {error}")


def _tasks(
    client: Client, workspace: Workspace, wanted: Wanted, services: Sequence[str]
) -> list[Task]:
    unknown = [service for service in services if service not in MAKERS]
    if unknown:
        raise SkkError(f"There is no service {', '.join(unknown)}. Known: {', '.join(SERVICES)}.")
    return [
        task
        for service in dict.fromkeys(services)
        for task in MAKERS[service](client, workspace, wanted)
    ]
