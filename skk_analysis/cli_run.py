"""``skk run`` and ``skk schedule``: the suite on a machine that nobody watches."""

from __future__ import annotations

from typing import Annotated

import typer

from skk_analysis import cli_options as options

EXIT_STATUS = (
    "Exit status: 0 every report is up to date; 1 something failed (a request, a report), the rest "
    "is published; 2 wrong usage; 3 another process holds the workspace; 4 the deadline came, what "
    "is whole is published and the next run goes on; 5 the data have errors, nothing was "
    "published; 6 the disk is full or read-only, nothing was published; 130 stopped by a person "
    "or the system. The site is whole in every case."
)


def run(
    context: typer.Context,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Bring the raw files up to date first.")
    ] = False,
    language: options.CityLanguages = None,
    all_municipalities: options.AllMunicipalities = False,
    jobs: options.Jobs = None,
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
    pdf: options.Pdf = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print faults only.")] = False,
) -> None:
    from skk_analysis.reporting.plan import Choice
    from skk_analysis.reporting.run import Settings
    from skk_analysis.reporting.run import run as run_unattended
    from skk_analysis.reporting.run_console import run_console
    from skk_analysis.reporting.stopping import seconds_until

    try:
        seconds = seconds_until(deadline) if deadline else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--deadline") from None
    choice = Choice(languages=language or (), all_municipalities=all_municipalities)
    settings = Settings(fetch, choice, jobs, seconds, on_failure, pdf=pdf)
    workspace = options.workspace_of(context)
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


def schedule(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="systemd|cron|github", help="What is to run it.")],
    every: Annotated[
        str, typer.Option(help="daily, weekly (Mondays) or monthly (the first).")
    ] = "weekly",
    at: Annotated[str, typer.Option(help="Local time; UTC for github.")] = "03:17",
    deadline: Annotated[int, typer.Option(min=1, help="Minutes that a run may take.")] = 120,
    fetch: Annotated[
        bool | None,
        typer.Option(
            "--fetch/--no-fetch",
            help="Bring the raw files up to date first; by default yes, unless they are invented.",
        ),
    ] = None,
    all_municipalities: options.AllMunicipalities = False,
    on_failure: Annotated[str, typer.Option(metavar="COMMAND", help="As of skk run.")] = "",
) -> None:
    """Print a unit that runs the workspace unattended; nothing is installed."""
    import re

    from skk_analysis.reporting.schedule import PRINTED, Schedule
    from skk_analysis.sources.store import is_invented

    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at)
    if not found:
        raise typer.BadParameter(f"{at!r} is no time such as 03:17.", param_hint="--at")
    if unit not in PRINTED:
        raise typer.BadParameter(f"{unit!r}; use {', '.join(PRINTED)}.")
    workspace = options.workspace_of(context)
    wanted = not is_invented(workspace) if fetch is None else fetch
    hour, minute = map(int, found.groups())
    plan = Schedule(
        workspace, every, hour, minute, deadline, wanted, on_failure, all_municipalities
    )
    typer.echo(PRINTED[unit](plan), nl=False)
