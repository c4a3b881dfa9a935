"""Options that several verbs have, each told once, and what all verbs begin with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from skk_analysis.review.signatures import Key
    from skk_analysis.workspace import Workspace

Cities = Annotated[list[str] | None, typer.Option("--city", help="City; may be repeated.")]
Years = Annotated[list[int] | None, typer.Option("--year", help="Year; may be repeated.")]
Experiments = Annotated[
    list[str] | None, typer.Option("--experiment", help="Experiment's id; may be repeated.")
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", help="city_year, experiment, city_comparison or programme; by default all."
    ),
]
CityLanguages = Annotated[
    list[str] | None,
    typer.Option("--language", help="fi, sv or en; by default those of the city."),
]
AllLanguages = Annotated[
    list[str] | None, typer.Option("--language", help="fi, sv or en; by default all.")
]
AllMunicipalities = Annotated[
    bool, typer.Option("--all-municipalities", help="City reports of every municipality there is.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Reports made at a time.")]
Pdf = Annotated[
    bool, typer.Option("--pdf", help="Make report.pdf beside each page, too (extra 'pdf').")
]
All = Annotated[bool, typer.Option("--all", help="List all differences, not only the first 20.")]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", envvar="SKK_KEY", help="Key file that signs (SKK_KEY_PASSPHRASE)."),
]


def workspace_of(context: typer.Context, new: bool = False) -> Workspace:
    """The workspace that is meant; a new one is made where data are put in."""
    from skk_analysis.workspace import Workspace

    if new and context.obj is not None:
        context.obj.mkdir(parents=True, exist_ok=True)
    return Workspace.find(context.obj)


def key_of(file: Path | None) -> Key | None:
    """The key in a file, if one is named."""
    from skk_analysis.review.signatures import PASSPHRASE, read_key

    return read_key(file, os.environ.get(PASSPHRASE, "")) if file else None
