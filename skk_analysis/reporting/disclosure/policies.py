"""The rules of a workspace: its register's tables, or those that every register starts with."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from skk_analysis.programme import STARTING_REGISTER, Programme
from skk_analysis.review.disclosure.sources import Policies
from skk_analysis.workspace import SkkError, Workspace, once

if TYPE_CHECKING:
    import pandas as pd

    from skk_analysis.reporting.report import Report

POLICY, EXCEPTIONS, RECORD = "disclosure_policy", "disclosure_exceptions", "processing_record"
TABLES = (POLICY, EXCEPTIONS, RECORD)
"""Tables of the register that tell what may be shown and why personal data are processed."""

OPEN_SOURCES = ("paavo.", "sotkanet.", "statfin.", "diak.")
OPEN_COUNTS = ("areas.population", "areas.smallest", "areas.largest", "areas.median_size")
"""Ids of numbers that are a publisher's open counts of residents in another shape."""


def policies(workspace: Workspace) -> Policies:
    """The rules by source.

    Raises
    ------
    SkkError
        If the register's table is not as it must be; the message names row and column.
    """
    return once(
        ("disclosure policies", workspace.programme),
        lambda: policies_of(Programme.of(workspace).optional_table(POLICY)),
    )


def policies_of(table: pd.DataFrame | None) -> Policies:
    """The rules of a register table; without one, those that a register starts with."""
    if table is None:
        table = Programme(STARTING_REGISTER).table(POLICY)
    try:
        return Policies.of(table.to_dict("records"))
    except ValueError as error:
        raise SkkError(f"{POLICY}.csv: {error}") from error


def allowed(report: Report) -> list[str]:
    """Ids of numbers that a report may show whatever the limits: open figures and exceptions."""
    programme = Programme.of(report.workspace)
    return [*open_figures(report), *_granted(programme, "/".join(report.subject.folder))]


def open_figures(report: Report) -> list[str]:
    """Ids of numbers that everybody may know, because their publisher prints them."""
    place = report.workspace
    return once(
        ("open figures", place.programme),
        lambda: list(_open(Programme.of(place), policies(place))),
    )


def _open(programme: Programme, rules: Policies) -> Iterator[str]:
    """Numbers that the publisher of open data prints, if the publisher is who protects them."""
    by_us = {rule.policy.source for rule in rules.rules if not rule.by_publisher}
    try:
        dictionary = programme.indicators()
    except SkkError:
        return
    numerators = dictionary.reindex(columns=["numerator"], fill_value="")["numerator"]
    for name, numerator in numerators.items():
        source = str(numerator).partition(".")[0]
        if f"{source}." in OPEN_SOURCES and source not in by_us:
            yield f"{name}.*"
    if "paavo" not in by_us:
        yield from OPEN_COUNTS
        yield "similar.*.population"
        yield "monitor.peers.*"


def exceptions_of(programme: Programme, folder: str) -> list[dict[str, str]]:
    """The exceptions that were asked for about a report, by its folder; with the decision."""
    table = programme.optional_table(EXCEPTIONS)
    rows = table.to_dict("records") if table is not None else []
    return [
        {str(key): str(value) for key, value in row.items()}
        for row in rows
        if fnmatchcase(folder, row["report"])
    ]


def _granted(programme: Programme, folder: str) -> Iterator[str]:
    for row in exceptions_of(programme, folder):
        if row["decision"] == "granted":
            yield row["output"]
