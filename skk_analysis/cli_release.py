"""``skk release`` and ``skk diff``: what leaves the house, and what changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from skk_analysis import cli_options as options

TAMPERED = 3
app = typer.Typer(
    help="Pack approved reports for the collaboration platform and open data.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def release(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE.zip", help="The zip to make; never replaced.")
    ] = None,
    city: options.Cities = None,
    year: options.Years = None,
    experiment: options.Experiments = None,
    kind: options.Kinds = None,
    language: options.AllLanguages = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Take also what is not approved, with a mark.")
    ] = False,
    key: options.KeyFile = None,
) -> None:
    """Pack approved reports, with downloads, checks and decisions, into one zip."""
    if context.invoked_subcommand is not None:
        return
    if to is None:
        raise typer.BadParameter("name the file to make: --to FILE.zip")
    from skk_analysis.language import LANGUAGES
    from skk_analysis.reporting.lock import only_writer
    from skk_analysis.reporting.plan import Choice
    from skk_analysis.reporting.release.archive import write_new
    from skk_analysis.reporting.release.pack import release as pack
    from skk_analysis.workspace import SkkError

    if to.exists():
        raise SkkError(f"{to} is there already; a release is never replaced. Name another file.")
    place, signer = options.workspace_of(context), options.key_of(key)
    choice = Choice(city or (), year or (), experiment or (), kind or (), language or LANGUAGES)
    with only_writer(place, "skk release"):
        found = pack(place, choice, draft, signer, done=typer.echo)
        write_new(to, found.content)
    for name in found.left_out:
        typer.echo(f"left out, not approved: {name}")
    for name in found.unprinted:
        typer.echo(f"without a PDF of its present page ('skk reports --pdf' makes it): {name}")
    marks = [*(["DRAFT"] if draft else []), *([] if signer else ["not signed"])]
    typer.echo(f"{to}: {len(found.reports)} reports{''.join(f', {mark}' for mark in marks)}.")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="A release.")],
    public: Annotated[
        str, typer.Option(help="The key that must have signed it, as 64 hex digits.")
    ] = "",
) -> None:
    """Check every file against the manifest, and the manifest's signature.

    Exit status: 0 as it was made, 3 something was changed.
    """
    from skk_analysis.reporting.release.archive import verified

    found = verified(file, public)
    typer.echo(found.told())
    if not found.whole:
        raise typer.Exit(TAMPERED)


def diff(
    context: typer.Context,
    old: Annotated[
        str, typer.Argument(help="A report's folder, a site, workspace, release, or a run id.")
    ],
    new: Annotated[str, typer.Argument(help="The same, later.")],
    every: options.All = False,
    to: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write them as JSON, too.")
    ] = None,
) -> None:
    """What changed between two makings of reports, the weightiest first, and why.

    Exit status: 0 the same content, 1 different.
    """
    from skk_analysis.reporting.makings import SHOWN, differences_between, told
    from skk_analysis.workspace import write_json

    found = dict(differences_between(old, new, options.workspace_of(context)))
    for name, one in found.items():
        typer.echo(told(name, one, None if every else SHOWN))
    if to is not None:
        records = {n: one if isinstance(one, str) else one.record() for n, one in found.items()}
        write_json(to, json.loads(json.dumps(records)))
    if any(isinstance(one, str) or one.changes_content for one in found.values()):
        raise typer.Exit(1)
