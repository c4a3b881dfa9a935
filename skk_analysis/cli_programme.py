"""The verbs of ``skk programme``: the register checked, added to, and edited as a spreadsheet."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from skk_analysis.cleaning.message import Message
    from skk_analysis.programme import Programme

app = typer.Typer(
    help="The programme register: check, add an experiment, edit as a spreadsheet.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def check(context: typer.Context) -> None:
    """Tell every fault of the register at once; nothing is changed."""
    from skk_analysis.monitoring import check as check_register

    programme = _programme(context)
    messages = check_register(programme)
    _tell(messages)
    count = len(programme.tables())
    typer.echo(f"{count} tables in {programme.folder}.")
    _stop_at_errors(messages)


@app.command("new-experiment")
def new_experiment(
    context: typer.Context,
    city: Annotated[str, typer.Option(help="City: its name or code.")] = "",
    name: Annotated[str, typer.Option(help="Name in Finnish.")] = "",
    problem: Annotated[str, typer.Option(help="The problem it answers, in Finnish.")] = "",
    target_group: Annotated[str, typer.Option(help="Target group, in Finnish.")] = "",
    dimension: Annotated[str, typer.Option(help="Key in dimensions.csv.")] = "",
    indicator: Annotated[str, typer.Option(help="Main indicator: id in indicators.csv.")] = "",
    stage: Annotated[str, typer.Option(help="ehkäisevä, varhainen or korjaava.")] = "",
    level: Annotated[str, typer.Option(help="survey, postal_area or municipality.")] = "",
    design: Annotated[str, typer.Option(help="Design of the impact evaluation.")] = "",
    status: Annotated[
        str, typer.Option(help="planned, running, continued, ended or stopped.")
    ] = "planned",
    starts: Annotated[str, typer.Option(help="Date, such as 2019-08-19.")] = "",
    ends: Annotated[str, typer.Option(help="Date.")] = "",
    stop_reason: Annotated[str, typer.Option(help="Why it was stopped, in Finnish.")] = "",
    phase: Annotated[str, typer.Option(help="Key in phases.csv of the first phase.")] = "tutki",
    entered: Annotated[str, typer.Option(help="Date on which the first phase began.")] = "",
    target_size: Annotated[str, typer.Option(help="Persons in the target group.")] = "",
    area: Annotated[list[str] | None, typer.Option(help="Postal code; may be repeated.")] = None,
    partner: Annotated[
        list[str] | None, typer.Option(help="group:sector:name; may be repeated.")
    ] = None,
    goal: Annotated[str, typer.Option(help="Id in goals.csv.")] = "",
    theme: Annotated[str, typer.Option(help="Theme.")] = "",
    assignment: Annotated[str, typer.Option(help="How those reached were selected.")] = "",
    what: Annotated[str, typer.Option(help="What is done, in Finnish.")] = "",
    name_sv: Annotated[str, typer.Option(help="Name in Swedish.")] = "",
    name_en: Annotated[str, typer.Option(help="Name in English.")] = "",
    problem_sv: Annotated[str, typer.Option(help="The problem in Swedish.")] = "",
    problem_en: Annotated[str, typer.Option(help="The problem in English.")] = "",
    target_group_sv: Annotated[str, typer.Option(help="Target group in Swedish.")] = "",
    target_group_en: Annotated[str, typer.Option(help="Target group in English.")] = "",
    what_sv: Annotated[str, typer.Option(help="What is done, in Swedish.")] = "",
    what_en: Annotated[str, typer.Option(help="What is done, in English.")] = "",
    invented: Annotated[bool, typer.Option(help="An invented example, not real.")] = False,
) -> None:
    """Write a new experiment to all tables that need it, or to none.

    What is not given as an option is asked, unless the input is not a terminal.
    """
    from skk_analysis.monitoring.new_experiment import NewExperiment, add_experiment

    programme = _programme(context)
    needed = {
        "city": city, "name_fi": name, "problem_fi": problem, "target_group_fi": target_group,
        "dimension": dimension, "main_indicator": indicator, "stage": stage, "level": level,
        "design": design,
    }  # fmt: skip
    told = {
        "status": status, "starts": starts, "ends": ends, "stop_reason_fi": stop_reason,
        "phase": phase, "entered": entered, "goal": goal, "theme": theme,
        "assignment": assignment, "what_fi": what, "name_sv": name_sv, "name_en": name_en,
        "problem_sv": problem_sv, "problem_en": problem_en, "target_group_sv": target_group_sv,
        "target_group_en": target_group_en, "what_sv": what_sv, "what_en": what_en,
        "target_size": target_size, "invented": "yes" if invented else "no",
    }  # fmt: skip
    asked = _asked(programme, needed)
    new = NewExperiment(
        **asked, **told, areas=tuple(area or ()), partners=[_partner(p) for p in partner or ()]
    )
    added = add_experiment(programme, new)
    rows = ", ".join(f"{count} to {name}.csv" for name, count in added.rows.items())
    typer.echo(f"Experiment {added.id} was added ({rows}).")
    for hint in added.hints:
        typer.echo(f"note: {hint}")


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The workbook to write, such as register.xlsx.")],
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
) -> None:
    """Write the register as a spreadsheet, a sheet a table."""
    from skk_analysis.monitoring.spreadsheet import export_spreadsheet
    from skk_analysis.workspace import SkkError

    if file.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{file}: the name must end in .xlsx.")
    if file.exists() and not force:
        raise SkkError(f"{file} is there already. Name another file, or use --force.")
    tables = export_spreadsheet(_programme(context), file)
    typer.echo(f"{len(tables)} tables are in {file}. When edited: skk programme import {file}")


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A workbook that 'export' wrote, after editing.")],
    dry_run: Annotated[bool, typer.Option(help="Only show what would change.")] = False,
) -> None:
    """Take an edited spreadsheet back into the register, or tell all faults and change nothing."""
    from skk_analysis.monitoring.register_check import errors
    from skk_analysis.monitoring.spreadsheet_import import import_spreadsheet

    result = import_spreadsheet(_programme(context), file, write=not dry_run)
    _tell(result.messages)
    for change in result.changes:
        typer.echo(str(change))
    if errors(result.messages):
        typer.echo("Nothing was written.")
    elif not result.changes:
        typer.echo("The workbook says what the register says.")
    else:
        tables = len({change.table for change in result.changes})
        done = "were written" if result.written else "would change; nothing was written"
        typer.echo(f"{len(result.changes)} changes; {tables} tables {done}.")
    _stop_at_errors(result.messages)


def _programme(context: typer.Context) -> Programme:
    from skk_analysis.programme import Programme
    from skk_analysis.workspace import Workspace

    return Programme.of(Workspace.find(context.obj))


def _asked(programme: Programme, needed: dict[str, str]) -> dict[str, Any]:
    """The needed values; those not given are asked of a person, or named where there is none."""
    from skk_analysis.monitoring.schema import schemas

    missing = [name for name, value in needed.items() if value == ""]
    if missing and not _person_there():
        options = ", ".join("--" + OPTIONS.get(n, n).replace("_", "-") for n in missing)
        raise typer.BadParameter(f"missing: {options}.")
    columns = schemas()["experiments"].columns
    answers = dict(needed)
    for name in missing:
        if name == "city":
            answers[name] = typer.prompt(
                f"City ({', '.join(city.name_fi for city in programme.cities())})"
            )
            continue
        choices = _choices(programme, columns[name].choices, columns[name].to)
        listed = f" ({', '.join(choices)})" if choices else ""
        answers[name] = typer.prompt(f"{columns[name].en}{listed}")
    return answers


def _person_there() -> bool:
    return sys.stdin.isatty()


OPTIONS = {
    "name_fi": "name", "problem_fi": "problem", "target_group_fi": "target_group",
    "main_indicator": "indicator",
}  # fmt: skip
"""Options whose name is not that of the register's column."""


def _choices(programme: Programme, choices: Iterable[str], to: Iterable[str]) -> list[str]:
    found = list(choices)
    for target in to:
        table, column = target.split(".")
        if table in programme.tables():
            found += programme.table(table)[column].tolist()
    return found


def _partner(text: str) -> tuple[str, str, str]:
    parts = [part.strip() for part in text.split(":", 2)]
    if len(parts) < 3 or not all(parts):
        raise typer.BadParameter(f"{text!r}: write a partner as group:sector:name.")
    return parts[0], parts[1], parts[2]


def _tell(messages: Iterable[Message]) -> None:
    for message in messages:
        typer.echo(str(message))


def _stop_at_errors(messages: Iterable[Message]) -> None:
    messages = list(messages)
    count = sum(message.severity == "error" for message in messages)
    typer.echo(f"{count} errors, {len(messages) - count} warnings and notes.")
    if count:
        raise typer.Exit(1)
