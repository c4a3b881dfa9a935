"""Cleaning a workspace: every raw file through its reader, checks, the derived tables, the swap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from skk_analysis.cleaning import alignment, areas, plausibility
from skk_analysis.cleaning.cells import OBSERVED, STATUSES
from skk_analysis.cleaning.derive import derive
from skk_analysis.cleaning.dictionary import read_dictionary
from skk_analysis.cleaning.message import ERROR, WARNING, CleaningError, Message, messages_frame
from skk_analysis.cleaning.output import write_processed
from skk_analysis.cleaning.raw import check_hash, raw_file
from skk_analysis.cleaning.reader import Keys, Reading
from skk_analysis.cleaning.readers import READERS
from skk_analysis.cleaning.schemas import TABLES
from skk_analysis.programme import Programme
from skk_analysis.workspace import Resource, Workspace, sha256

TIDY = ("observations", "households", "responses")


@dataclass(frozen=True)
class CleaningResult:
    """What cleaning did: rows by resource and table, and every finding."""

    report: pd.DataFrame
    messages: pd.DataFrame


def clean(workspace: Workspace) -> CleaningResult:
    """Make the processed tables of a workspace from its raw files.

    Raises
    ------
    CleaningError
        Listing every error that was found; the processed folder is then as it was before.
    SkkError
        If the workspace has no raw files or no programme register.
    """
    resources = workspace.resources()
    programme = Programme.of(workspace)
    dictionary, messages = read_dictionary(programme)
    readings, found = read_all(workspace, resources)
    readable = not any(message.severity == ERROR for message in messages)
    tables, more = _assemble(resources, readings, programme, dictionary if readable else None)
    messages = [*messages, *found, *more]
    if any(message.severity == ERROR for message in messages):
        raise CleaningError(messages)
    tables["cleaning_report"] = _report(resources, readings, tables)
    tables["cleaning_messages"] = messages_frame(messages)
    write_processed(workspace, tables, _inputs(workspace, resources))
    return CleaningResult(tables["cleaning_report"], tables["cleaning_messages"])


def check_raw(workspace: Workspace) -> list[Message]:
    """Check hash, reader and schema of every raw file without writing anything."""
    readings, messages = read_all(workspace, workspace.resources())
    files = {resource.name: resource.path for resource in workspace.resources()}
    for reading in readings.values():
        for name, frame in reading.tables.items():
            messages += TABLES[name].check(
                frame.reset_index(drop=True), lambda name: files.get(name, "")
            )
    return messages


def read_all(
    workspace: Workspace, resources: Sequence[Resource]
) -> tuple[dict[str, Reading], list[Message]]:
    """Read every resource, keys first; errors of one file do not hide those of another."""
    readings: dict[str, Reading] = {}
    messages: list[Message] = []
    keys = Keys()
    ordered = sorted(resources, key=lambda r: not (r.reader in READERS and READERS[r.reader].key))
    for resource in ordered:
        problems = check_hash(workspace, resource)
        messages += problems
        if problems:
            continue
        try:
            reading = read_resource(workspace, resource, keys)
        except CleaningError as error:
            messages += error.messages
            continue
        readings[resource.name] = reading
        messages += reading.messages
        keys = _with(keys, reading.keys)
    return readings, messages


def read_resource(workspace: Workspace, resource: Resource, keys: Keys) -> Reading:
    """One resource through its reader.

    Raises
    ------
    CleaningError
        Whatever is wrong with the file: a reader that meets a structure it cannot follow ends
        here too, with the file's name.
    """
    file = raw_file(workspace, resource)
    reader = READERS[resource.reader]
    try:
        if not reader.recognises(file):
            raise file.error(
                f"the layout of {reader.name}: {reader.layout}",
                "Take the file in again with the right reader.",
            )
        reading = reader.read(file, keys)
        if file.may_be_cut:
            reading.messages.append(
                file.message(
                    WARNING,
                    "file",
                    "a line break at the end of the file",
                    "The download may have broken off: compare the number of rows.",
                )
            )
        return reading
    except CleaningError:
        raise
    except Exception as error:
        raise file.error(
            f"the layout of {reader.name}: {reader.layout}",
            "The file does not follow it: fetch it again.",
            value=f"{type(error).__name__}: {error}"[:200],
        ) from error


def _with(keys: Keys, found: Keys | None) -> Keys:
    """Keys with what one more file says; what earlier files said stands."""
    if found is None:
        return keys
    return replace(
        keys,
        municipalities={**found.municipalities, **keys.municipalities},
        regions={**found.regions, **keys.regions},
        sotkanet=keys.sotkanet if found.sotkanet is None else found.sotkanet,
    )


def _assemble(
    resources: Sequence[Resource],
    readings: dict[str, Reading],
    programme: Programme,
    dictionary: pd.DataFrame | None,
) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The processed tables and what the checks over all sources say.

    Without a readable dictionary nothing is derived; the other checks still tell what they find.
    """
    files = {resource.name: resource.path for resource in resources}
    ordered = [readings[r.name] for r in resources if r.name in readings]
    tables = {name: _joined(name, ordered) for name in TIDY}
    key, messages = areas.fixed_key(resources, readings, programme)
    for name in TIDY:
        messages += TABLES[name].check(tables[name], lambda name: files.get(name, ""))
        tables[name], found = plausibility.without_duplicates(tables[name], TABLES[name].key, files)
        messages += found
    tables["areas"] = key
    if any(m.severity == ERROR for m in messages) or any(
        m.severity == ERROR for reading in ordered for m in reading.messages
    ):
        return tables, messages
    tables["observations"], found = alignment.refuse_misaligned(tables["observations"], files)
    messages += found
    messages += plausibility.check(tables, key, programme)
    if dictionary is None:
        return tables, messages
    tables["indicator_values"], found = derive(tables, dictionary, programme)
    messages += found
    sort_keys = {name: list(TABLES[name].key) for name in (*TIDY, "areas", "indicator_values")}
    return {name: plausibility.ordered(tables[name], keys) for name, keys in sort_keys.items()}, (
        messages
    )


def _joined(name: str, readings: Sequence[Reading]) -> pd.DataFrame:
    parts = [r.tables[name] for r in readings if name in r.tables]
    if not parts:
        return TABLES[name].empty().assign(row=pd.Series(dtype="int64"))
    return plausibility.compact(pd.concat(parts, ignore_index=True))


def _report(
    resources: Sequence[Resource], readings: dict[str, Reading], tables: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Rows by resource, table and status."""
    rows = []
    counts = {name: _by_status(tables[name]) for name in (*TIDY, "areas")}
    refused = tables["observations"]["reason"].eq(alignment.MISALIGNED)
    misaligned = tables["observations"].loc[refused, "resource"].value_counts()
    for resource in resources:
        reading = readings[resource.name]
        for name in sorted(reading.tables) or [""]:
            found = counts.get(name, {})
            by_status = {status: found.get((resource.name, status), 0) for status in STATUSES}
            shifted = misaligned.get(resource.name, 0) if name == "observations" else 0
            rows.append(
                {
                    "resource": resource.name,
                    "reader": resource.reader,
                    "table": name,
                    "rows_read": reading.rows_read,
                    "rows_kept": by_status[OBSERVED],
                    "rows_refused": reading.rows_refused + shifted,
                    **by_status,
                }
            )
    return TABLES["cleaning_report"].typed(
        pd.DataFrame(rows, columns=TABLES["cleaning_report"].columns)
    )


def _by_status(frame: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Number of rows by resource and status; a table without a status has observed rows."""
    status = frame["status"] if "status" in frame else pd.Series(OBSERVED, index=frame.index)
    return frame.groupby([frame["resource"], status], observed=True).size().to_dict()


def _inputs(workspace: Workspace, resources: Sequence[Resource]) -> dict[str, str]:
    """Hashes of all that the processed tables depend on."""
    hashes = {resource.path: resource.sha256 for resource in resources}
    for name in ("cities", "years", "indicators"):
        path = workspace.programme / f"{name}.csv"
        hashes[f"programme/{path.name}"] = sha256(path)
    return hashes
