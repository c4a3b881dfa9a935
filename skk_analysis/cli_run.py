"""``skk run`` and ``skk schedule``: the suite on a machine that nobody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from skk_analysis.reporting.schedule import Schedule

EXIT_STATUS = (
    "Exit status: 0 every report is up to date; 1 something failed (a request, a report), the rest "
    "is published; 2 wrong usage; 3 another process holds the workspace; 4 the deadline came, what "
    "is whole is published and the next run goes on; 5 the data have errors, nothing was "
    "published; 6 the disk is full or read-only, nothing was published; 130 stopped by a person "
    "or the system. The site is whole in every case."
)

schedule = typer.Typer(
    help="Print units that run the workspace unattended; nothing is installed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def run(
    context: typer.Context,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Bring the raw files up to date first.")
    ] = False,
    language: Annotated[
        list[str] | None, typer.Option(help="fi, sv or en; may be repeated; by default fi.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Reports made at a time.")] = None,
    deadline: Annotated[
        str, typer.Option(help="Time to end at: 45m, 1h30m, or a local time such as 17:30.")
    ] = "",
    on_failure: Annotated[
        str,
        typer.Option(
            metavar="COMMAND",
            help="Called if the exit status is not 0 (or 130), with a summary in JSON on its "
            "standard input and SKK_WORKSPACE, SKK_SITE, SKK_LOG, SKK_RUN, SKK_EXIT in its "
            "environment; it has one minute.",
        ),
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print faults only.")] = False,
) -> None:
    from skk_analysis.reporting.plan import Choice
    from skk_analysis.reporting.run import Settings
    from skk_analysis.reporting.run import run as run_unattended
    from skk_analysis.reporting.run_console import run_console
    from skk_analysis.reporting.stopping import seconds_until
    from skk_analysis.workspace import Workspace

    try:
        seconds = seconds_until(deadline) if deadline else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--deadline") from None
    settings = Settings(fetch, Choice(languages=language or ()), jobs, seconds, on_failure)
    workspace = Workspace.find(context.obj)
    with run_console(quiet) as console:
        result = run_unattended(workspace, settings, console)
    if not quiet:
        for line in result.lines():
            typer.echo(line)
        typer.echo(f"Index: {workspace.reports / 'index.html'}. Log: {result.log or 'none'}")
    elif result.exit:
        typer.echo(f"skk: {result.exit.meaning}: {result.message}", err=True)
    raise typer.Exit(int(result.exit))


run.__doc__ = f"""Fetch, check, clean, make the reports and publish the site, unattended.

    {EXIT_STATUS}
    """

Every = Annotated[str, typer.Option(help="daily, weekly (Mondays) or monthly (the first).")]
At = Annotated[str, typer.Option(help="Local time, such as 03:17; UTC for github.")]
Deadline = Annotated[int, typer.Option(min=1, help="Minutes that a run may take.")]
Fetch = Annotated[
    bool | None,
    typer.Option(
        "--fetch/--no-fetch",
        help="Bring the raw files up to date first; by default yes, unless they are invented.",
    ),
]
OnFailure = Annotated[str, typer.Option(metavar="COMMAND", help="As of skk run.")]


@schedule.command("systemd")
def schedule_systemd(
    context: typer.Context,
    every: Every = "weekly",
    at: At = "03:17",
    deadline: Deadline = 120,
    fetch: Fetch = None,
    on_failure: OnFailure = "",
) -> None:
    """A service and a timer for /etc/systemd/system."""
    from skk_analysis.reporting.schedule import systemd

    for name, unit in systemd(_schedule(context, every, at, deadline, fetch, on_failure)).items():
        typer.echo(f"# /etc/systemd/system/{name}\n{unit}")
    typer.echo("# then: systemctl daemon-reload && systemctl enable --now skk-run.timer")


@schedule.command("cron")
def schedule_cron(
    context: typer.Context,
    every: Every = "weekly",
    at: At = "03:17",
    deadline: Deadline = 120,
    fetch: Fetch = None,
    on_failure: OnFailure = "",
) -> None:
    """A line for crontab -e."""
    from skk_analysis.reporting.schedule import cron

    typer.echo(cron(_schedule(context, every, at, deadline, fetch, on_failure)), nl=False)


@schedule.command("github")
def schedule_github(
    context: typer.Context,
    every: Every = "weekly",
    at: At = "03:17",
    deadline: Deadline = 120,
    fetch: Fetch = None,
    on_failure: OnFailure = "",
) -> None:
    """A workflow for .github/workflows/reports.yml."""
    from skk_analysis.reporting.schedule import github

    typer.echo(github(_schedule(context, every, at, deadline, fetch, on_failure)), nl=False)


def _schedule(
    context: typer.Context,
    every: str,
    at: str,
    deadline: int,
    fetch: bool | None,
    on_failure: str,
) -> Schedule:
    import re

    from skk_analysis.reporting.schedule import DAYS, Schedule
    from skk_analysis.sources.store import is_invented
    from skk_analysis.workspace import Workspace

    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at)
    if not found:
        raise typer.BadParameter(f"{at!r} is no time such as 03:17.", param_hint="--at")
    if every not in DAYS:
        raise typer.BadParameter(f"{every!r}; use {', '.join(DAYS)}.", param_hint="--every")
    hour, minute = map(int, found.groups())
    workspace = Workspace.find(context.obj)
    if fetch is None:
        fetch = not is_invented(workspace)
    return Schedule(workspace, every, hour, minute, deadline, fetch, on_failure)
