"""The verbs of ``skk review``: where reports stand, and what people decide about them.

Exit status: 0 done; 1 not allowed or not possible, the message says why, and nothing was added;
2 wrong usage; 3 another process holds the workspace; 4 of ``verify``: the ledger does not hold
together, or entries in it break the rules.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skk_analysis import cli_options as options
from skk_analysis.cli_options import KeyFile

if TYPE_CHECKING:
    from skk_analysis.reporting.report import Report
    from skk_analysis.workspace import Workspace

BROKEN = 4
app = typer.Typer(
    help="Review and sign-off: status, comments, judgements, signatures, the ledger.",
    epilog=" ".join((__doc__ or "").split("\n\n")[1].split()),
    no_args_is_help=True,
    rich_markup_mode=None,
)

ReportName = Annotated[
    str, typer.Argument(metavar="REPORT", help="Such as espoo/2019/fi, or the path of its page.")
]
Name = Annotated[str, typer.Option("--name", envvar="SKK_REVIEWER", help="Who decides.")]
Body = Annotated[str, typer.Option("--body", envvar="SKK_BODY", help="Of which organisation.")]
Role = Annotated[
    str, typer.Option("--role", envvar="SKK_ROLE", help="reviewer, adviser, author or officer.")
]
Ties = Annotated[
    list[str] | None,
    typer.Option("--tie", help="author, city, funder, adviser or other; may be repeated."),
]


@app.command()
def status(
    context: typer.Context,
    reports: Annotated[
        list[str] | None, typer.Argument(metavar="[REPORT]...", help="By default all published.")
    ] = None,
    anchors: Annotated[
        bool, typer.Option("--anchors", help="List what comments can be about.")
    ] = False,
) -> None:
    """Where reports stand; of a named one also the thread and what approval lacks."""
    from skk_analysis.reporting.signoff.overview import details, overview

    place = options.workspace_of(context)
    if not reports:
        for line in overview(place):
            typer.echo(line)
    for name in reports or []:
        for line in details(place, _report(place, name), anchors):
            typer.echo(line)


@app.command("open")
def open_(
    context: typer.Context, report: ReportName, name: Name, body: Body, role: Role = "reviewer",
    tie: Ties = None, key: KeyFile = None,
) -> None:  # fmt: skip
    """Give a report for review."""
    _decide(context, report, (name, body, role, tie, key), "open")


@app.command()
def comment(
    context: typer.Context, report: ReportName,
    text: Annotated[str, typer.Argument(help="The comment.")],
    name: Name, body: Body, role: Role = "reviewer", tie: Ties = None, key: KeyFile = None,
    anchor: Annotated[str, typer.Option(help="Section, figure-N or id of a number.")] = "",
    blocking: Annotated[
        bool, typer.Option("--blocking", help="Stops the sign-off until answered.")
    ] = False,
) -> None:  # fmt: skip
    """Comment on a report, or on a section, figure or number of it."""
    _decide(context, report, (name, body, role, tie, key), "comment",
            anchor=anchor, text=text, blocking=blocking)  # fmt: skip


@app.command()
def answer(
    context: typer.Context, report: ReportName,
    number: Annotated[int, typer.Argument(help="Of the comment, as 'status' shows it.")],
    text: Annotated[str, typer.Argument(help="The answer.")],
    name: Name, body: Body, role: Role = "author", tie: Ties = None, key: KeyFile = None,
) -> None:  # fmt: skip
    """Answer a comment."""
    _decide(context, report, (name, body, role, tie, key), "answer", to=number, text=text)


@app.command()
def waive(
    context: typer.Context, report: ReportName,
    row: Annotated[str, typer.Argument(help="Row of the checklist that the machine fails.")],
    reason: Annotated[str, typer.Argument(help="Why it may stand nevertheless.")],
    name: Name, body: Body, role: Role = "reviewer", tie: Ties = None, key: KeyFile = None,
) -> None:  # fmt: skip
    """Waive a row that the machine fails, in writing."""
    _decide(context, report, (name, body, role, tie, key), "waive", check=row, reason=reason)


@app.command()
def judge(
    context: typer.Context, report: ReportName,
    row: Annotated[str, typer.Argument(help="Row of the checklist.")],
    verdict: Annotated[str, typer.Argument(help="accept or concern.")],
    text: Annotated[str, typer.Argument(help="Why; needed for a concern or a changed grade.")] = "",
    *, name: Name, body: Body, role: Role = "reviewer", tie: Ties = None, key: KeyFile = None,
    experiment: Annotated[str, typer.Option(help="Whose grade of evidence is changed.")] = "",
    to: Annotated[int | None, typer.Option(min=1, max=5, help="The grade after review.")] = None,
) -> None:  # fmt: skip
    """Judge a row; with --experiment and --to change a grade, and the reports at the next run."""
    changed = {"experiment": experiment, "to": to} if experiment or to else {}
    _decide(context, report, (name, body, role, tie, key), "judge",
            row=row, verdict=verdict, text=text, **changed)  # fmt: skip
    if changed:
        typer.echo("The reports that tell this grade change by themselves: run 'skk reports'.")


@app.command()
def sign(
    context: typer.Context, report: ReportName, name: Name, body: Body, role: Role = "reviewer",
    tie: Ties = None, key: KeyFile = None,
    no_ties: Annotated[bool, typer.Option("--no-ties", help="There are no ties.")] = False,
    conditions: Annotated[str, typer.Option(help="Under which it is signed.")] = "",
) -> None:  # fmt: skip
    """Sign the approval of a report as it is published now."""
    if no_ties == bool(tie):
        raise typer.BadParameter("declare your ties: --tie author …, or --no-ties.")
    _decide(context, report, (name, body, role, tie, key), "sign", conditions=conditions)


@app.command("return")
def return_(
    context: typer.Context, report: ReportName,
    reason: Annotated[str, typer.Argument(help="What has to be mended.")],
    name: Name, body: Body, role: Role = "reviewer", tie: Ties = None, key: KeyFile = None,
) -> None:  # fmt: skip
    """Return a report to be mended; its signatures count no more."""
    _decide(context, report, (name, body, role, tie, key), "return", reason=reason)


@app.command()
def void(
    context: typer.Context, report: ReportName,
    reason: Annotated[str, typer.Argument(help="Why.")],
    name: Name, body: Body, role: Role = "reviewer", tie: Ties = None, key: KeyFile = None,
) -> None:  # fmt: skip
    """Make an approval void."""
    _decide(context, report, (name, body, role, tie, key), "void", reason=reason)


@app.command()
def release(
    context: typer.Context, report: ReportName, name: Name, body: Body, role: Role = "officer",
    tie: Ties = None, key: KeyFile = None,
    what: Annotated[str, typer.Option(help="Where to, such as a platform or a file.")] = "",
) -> None:  # fmt: skip
    """Note that an approved report left the house; refused for any other."""
    _decide(context, report, (name, body, role, tie, key), "release", what=what)


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files that review pages saved.")],
    key: KeyFile = None,
) -> None:
    """Take saved review files in, each whole or not at all; the same file again changes nothing."""
    from skk_analysis.reporting.signoff.decisions import take_in
    from skk_analysis.workspace import SkkError

    place, refused = options.workspace_of(context), 0
    for file in files:
        try:
            taken = take_in(place, file, lambda name: _report(place, name), options.key_of(key))
        except (SkkError, OSError) as error:
            if type(error).__name__ in ("LockedError", "CannotWriteError"):
                raise
            typer.echo(f"skk: {error}", err=True)
            refused += 1
            continue
        if taken.again:
            typer.echo(f"{file}: taken in before; nothing was added.")
        else:
            acts = ", ".join(dict.fromkeys(entry.action for entry in taken.entries))
            numbers = f"{taken.entries[0].sequence}–{taken.entries[-1].sequence}"
            typer.echo(f"{file}: entries {numbers} about {taken.report} ({acts}).")
            _tell(place, _report(place, taken.report))
    if refused:
        raise typer.Exit(1)


@app.command()
def verify(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Review files that quote the ledger.")
    ] = None,
) -> None:
    """Tell what can be proven of the ledger. Exit status 4 if it does not hold together."""
    from skk_analysis.reporting.signoff.proof import proof

    found = proof(options.workspace_of(context), files or ())
    typer.echo(found.told())
    if not found.holds:
        raise typer.Exit(BROKEN)


@app.command()
def key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Key file; outside of the workspace is best.")],
    name: Name, body: Body, role: Role = "reviewer",
    new: Annotated[bool, typer.Option("--new", help="Make the key first.")] = False,
    replaces: Annotated[
        Path | None, typer.Option(help="Key file that this one replaces, and that signs that.")
    ] = None,
) -> None:  # fmt: skip
    """Register a person's public key; from then on only what it signs counts as theirs."""
    from skk_analysis.reporting.signoff.decisions import Voice, register_key
    from skk_analysis.review.signatures import PASSPHRASE, new_key, read_key

    word = os.environ.get(PASSPHRASE, "")
    made = new_key(file, word) if new else read_key(file, word)
    signing = read_key(replaces, word) if replaces else made
    entry = register_key(
        options.workspace_of(context), Voice(name, body, role, key=signing), made.public
    )
    typer.echo(f"Entry {entry.sequence}: {name} signs with {made.public[:16]}… from now on.")
    if new and not word:
        typer.echo(f"{file} has no passphrase: keep it where only you can read it.")


def _decide(
    context: typer.Context,
    name: str,
    who: tuple[str, str, str, list[str] | None, Path | None],
    action: str,
    **payload: Any,
) -> None:
    from skk_analysis.reporting.signoff.decisions import Voice, decide

    place = options.workspace_of(context)
    report = _report(place, name)
    person, body, role, ties, key_file = who
    voice = Voice(person, body, role, ties or (), key=options.key_of(key_file))
    entry = decide(place, report, voice, action, **payload)
    typer.echo(f"Entry {entry.sequence}: {action}, {entry.report}, {entry.reviewer}.")
    _tell(place, report)


def _tell(place: Workspace, report: Report) -> None:
    from skk_analysis.reporting.signoff.statuses import statuses
    from skk_analysis.review.words import status_text

    typer.echo(f"{report}: {status_text(statuses(place, [report])[report], 'en')}")


def _report(place: Workspace, name: str) -> Report:
    from skk_analysis.reporting.signoff.decisions import find_report

    return find_report(place, name)
