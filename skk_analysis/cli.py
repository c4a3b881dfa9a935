"""The ``skk`` command: thin, one verb is one library call.

Exit status: 0 all is well, 1 something could not be done (the message says what), 2 wrong usage,
3 another process holds the workspace (of ``verify``: a report was changed since it was made),
130 stopped by the user. `cli_run` and `cli_review` have more of them.
Everything heavy is imported inside the verbs, so that ``skk --help`` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skk_analysis import cli_options as options
from skk_analysis import cli_programme, cli_release, cli_review, cli_run

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from skk_analysis.workspace import Workspace

app = typer.Typer(
    name="skk",
    help="Reports of the programme Sosiaalisesti kestävät kaupungit.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # half a second of imports for a frame around the help
)
raw = typer.Typer(
    help="Raw files: take in, list, check.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(raw, name="raw")
app.command()(cli_run.run)
app.command()(cli_run.schedule)
app.add_typer(cli_programme.app, name="programme")
app.add_typer(cli_review.app, name="review")
app.add_typer(cli_release.app, name="release")
app.command()(cli_release.diff)

DEBUG = "--debug"
Workspaces = Annotated[
    Path | None, typer.Option(help="Folder with data/raw; by default the one you are in.")
]


@app.callback()
def settings(
    context: typer.Context,
    workspace: Workspaces = None,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show where an error comes from.")] = False,  # noqa: ARG001
) -> None:
    """Settings of all verbs; `main` looks for --debug itself, as errors end up there."""
    context.obj = workspace


@app.command()
def sample(
    context: typer.Context,
    country: Annotated[
        bool, typer.Option("--country", help="A whole country, 309 municipalities × 10 years.")
    ] = False,
) -> None:
    """Make the invented example data, byte for byte the same each time."""
    from skk_analysis.sample import write_sample
    from skk_analysis.sample.country import write_country

    place = options.workspace_of(context, new=True)
    with _writing(place, "skk sample"):
        (write_country if country else write_sample)(place.root)
    typer.echo(f"Example data are in {place.raw}.")


@raw.command("add")
def raw_add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Publishers' files as received.")],
    reader: Annotated[
        str | None, typer.Option(help="Layout, if not recognised by content.")
    ] = None,
    publisher: Annotated[str, typer.Option(help="Who published the file.")] = "",
    licence: Annotated[str, typer.Option(help="Under which licence.")] = "",
    retrieved: Annotated[str, typer.Option(help="Date of retrieval, such as 2021-03-01.")] = "",
    source: Annotated[str, typer.Option(help="Address it came from.")] = "",
    invented: Annotated[bool, typer.Option(help="Demonstration data, not real.")] = False,
) -> None:
    """Take raw files in: recognise the layout, copy, hash, describe."""
    from skk_analysis.cleaning import add_raw

    place = options.workspace_of(context, new=True)
    with _writing(place, "skk raw add"):
        added = add_raw(
            place, files, reader=reader, publisher=publisher,
            licence=licence, retrieved=retrieved, source=source, invented=invented,
        )  # fmt: skip
    for resource in added:
        typer.echo(f"{resource.path}  ({resource.reader})")


@raw.command("list")
def raw_list(context: typer.Context) -> None:
    """List the raw files of the workspace."""
    from rich.table import Table

    table = Table("file", "reader", "publisher", "licence", "retrieved", "bytes", box=None)
    for resource in options.workspace_of(context).resources():
        table.add_row(
            resource.path, resource.reader, resource.publisher, resource.licence,
            resource.retrieved, str(resource.bytes),
        )  # fmt: skip
    _print(table)


@raw.command("check")
def raw_check(context: typer.Context) -> None:
    """Check hash, layout and content of every raw file; nothing is changed."""
    from skk_analysis.cleaning import check_raw

    messages = check_raw(options.workspace_of(context))
    for message in messages:
        typer.echo(str(message))
    errors = sum(message.severity == "error" for message in messages)
    typer.echo(f"{errors} errors, {len(messages) - errors} warnings and notes.")
    if errors:
        raise typer.Exit(1)


@app.command()
def fetch(
    context: typer.Context,
    services: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[sotkanet|statfin|paavo|boundaries|all]...", help="By default all."
        ),
    ] = None,
    years: Annotated[
        list[str] | None, typer.Option(help="Such as 2019 or 2010-2020; may be repeated.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Compare the dictionary with the services; store nothing."),
    ] = False,
) -> None:
    """Fetch the open data that the indicator dictionary names."""
    import logging

    from skk_analysis import sources
    from skk_analysis.sources.progress import ProgressBar

    logging.getLogger("stamina").addHandler(logging.NullHandler())  # the bar tells of retries
    place = options.workspace_of(context, new=True)
    wanted = [s for s in services or ["all"] if s != "all"] or sources.SERVICES
    run = sources.check if check else sources.fetch
    try:
        with _writing(place, "skk fetch"), ProgressBar() as progress:
            summary = run(place, wanted, _years(years or []), listener=progress)
    except KeyboardInterrupt:
        typer.echo("skk: stopped; what was fetched stays.", err=True)
        raise typer.Exit(130) from None
    typer.echo(
        f"{len(summary.findings)} findings, {len(summary.failed)} failed." if check else summary
    )
    if not summary.ok:
        raise typer.Exit(1)


@app.command()
def clean(context: typer.Context) -> None:
    """Make the processed tables from the raw files."""
    from skk_analysis.cleaning.message import Message
    from skk_analysis.monitoring import check, errors
    from skk_analysis.programme import Programme
    from skk_analysis.reporting.cleaned import clean as make

    place = options.workspace_of(context)
    with _writing(place, "skk clean"):
        result = make(place)
    found = result.messages.astype(object).where(result.messages.notna(), None)
    for message in found.to_dict("records"):
        typer.echo(str(Message(**message)))
    read, kept = result.report["rows_read"].sum(), result.report["rows_kept"].sum()
    typer.echo(f"{read} rows read, {kept} kept, {len(found)} warnings and notes.")
    if wrong := errors(check(Programme.of(place))):
        typer.echo(f"The register has {len(wrong)} errors; 'skk programme check' tells them.")
    typer.echo(f"Processed data are in {place.processed}.")


@app.command()
def reports(
    context: typer.Context,
    city: options.Cities = None,
    year: options.Years = None,
    experiment: options.Experiments = None,
    kind: options.Kinds = None,
    language: options.CityLanguages = None,
    all_municipalities: options.AllMunicipalities = False,
    jobs: options.Jobs = None,
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Dask scheduler whose workers make them.")
    ] = "",
    force: Annotated[bool, typer.Option(help="Make also what is up to date.")] = False,
    pdf: options.Pdf = False,
) -> None:
    """Bring the reports up to date and write their index."""
    from skk_analysis.reporting.grid import run_reports
    from skk_analysis.reporting.plan import Choice
    from skk_analysis.reporting.progress import Progress

    place = options.workspace_of(context)
    choice = Choice(
        city or (), year or (), experiment or (), kind or (), language or (), all_municipalities
    )
    try:
        with Progress() as progress:
            summary = run_reports(
                place, choice, jobs, force, listener=progress.listener, cluster=cluster, pdf=pdf
            )
    except KeyboardInterrupt:
        typer.echo("skk: stopped; the reports that were finished are published.", err=True)
        raise typer.Exit(130) from None
    typer.echo(
        f"{len(summary.made)} made, {len(summary.skipped)} up to date, "
        f"{len(summary.failed)} failed{f', {len(summary.printed)} PDF files made' if pdf else ''}. "
        f"Index: {place.reports / 'index.html'}"
    )
    if advice := summary.advice():
        typer.echo(advice, err=True)
    if not summary.ok:
        raise typer.Exit(1)


@app.command()
def verify(
    context: typer.Context,
    report: Annotated[
        Path | None, typer.Argument(help="Folder or page of a report, also a copy of it.")
    ] = None,
    city: options.Cities = None,
    year: options.Years = None,
    experiment: options.Experiments = None,
    kind: options.Kinds = None,
    language: options.AllLanguages = None,
    tolerance: Annotated[
        float, typer.Option(min=0, help="Relative difference up to which numbers are the same.")
    ] = 0.0,
    every: options.All = False,
) -> None:
    """Make published reports again, beside the site, and tell what is different.

    Exit status: 0 identical, 1 different, 3 a published file was changed since it was made.
    """
    from skk_analysis.reporting.plan import Choice
    from skk_analysis.reporting.verify import published_reports
    from skk_analysis.reporting.verify import verify as make_again

    choice = Choice(city or (), year or (), experiment or (), kind or (), language or ())
    if (report is None) == (choice == Choice((), (), (), (), ())):
        raise typer.BadParameter("name a report's folder, or choose by --city, --year …")
    place = options.workspace_of(context)
    status = 0
    for one in [report] if report else published_reports(place, choice):
        found = make_again(one, place, tolerance)
        typer.echo(found.told() if every else found)
        status = max(status, found.status)
    if status:
        raise typer.Exit(status)


@app.command()
def version(context: typer.Context) -> None:
    """Versions of the programme and of the main libraries, and the hash of the code."""
    import skk_analysis
    from skk_analysis.reporting.fingerprint import code_hash, installed_versions

    typer.echo(f"skk {skk_analysis.__version__}, code {code_hash()[:12]}")
    for name, number in installed_versions().items():
        typer.echo(f"{name} {number}")
    typer.echo(f"workspace {options.workspace_of(context).root}")


def main() -> None:
    """Run the command; an error a person can mend is one message, never a traceback."""
    from skk_analysis.reporting.lock import LockedError
    from skk_analysis.workspace import SkkError

    try:
        app()
    except (SkkError, OSError) as error:
        if DEBUG in sys.argv:
            raise
        typer.echo(f"skk: {error}", err=True)
        sys.exit(3 if isinstance(error, LockedError) else 1)


def _writing(place: Workspace, command: str) -> AbstractContextManager[None]:
    """Hold the workspace while something is written to it."""
    from skk_analysis.reporting.lock import only_writer

    return only_writer(place, command)


def _years(texts: list[str]) -> list[int]:
    """Years from texts such as ``2019``, ``2019,2020`` and ``2010-2020``."""
    years: list[int] = []
    for text in (part.strip() for item in texts for part in item.split(",")):
        first, _, last = text.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal()):
            raise typer.BadParameter(f"{text!r} is no year such as 2019 or 2010-2020.")
        years += range(int(first), int(last or first) + 1)
    return years


def _print(table: object) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console.width = 200
    console.print(table)
