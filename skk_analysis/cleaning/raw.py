"""Taking raw files in, and checking that they are as they were taken in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from skk_analysis.cleaning.cells import slug
from skk_analysis.cleaning.message import ERROR, CleaningError, Message
from skk_analysis.cleaning.raw_file import RawFile
from skk_analysis.cleaning.reader import Reader
from skk_analysis.cleaning.readers import READERS, named_reader, recognise
from skk_analysis.programme import start_register
from skk_analysis.workspace import PACKAGE_FILE, Resource, Workspace, sha256, write_bytes


@dataclass(frozen=True)
class _Addition:
    source: Path
    reader: Reader
    digest: str


def add_raw(
    workspace: Workspace,
    files: Iterable[Path | str],
    reader: str | None = None,
    publisher: str = "",
    licence: str = "",
    retrieved: str = "",
    source: str = "",
    invented: bool = False,
    release: int | None = None,
) -> list[Resource]:
    """Copy files into ``data/raw`` and write their entries; all of them or none.

    The layout is recognised from a file's content unless ``reader`` names it. What is not given
    is filled from the layout. A file whose bytes are there already is not added again; another
    file of the same name gets the beginning of its hash into its name. ``release`` is the
    publication year for files that do not say it themselves (it goes into the name: ``-pub2021``).

    Returns
    -------
    list of Resource
        The entries of the files, old ones included, in the order given.

    Raises
    ------
    CleaningError
        Naming every file that is missing, damaged or of no known layout.
    """
    if retrieved and not _is_date(retrieved):
        raise CleaningError(
            [Message(ERROR, "retrieved", value=retrieved, expected="a date such as 2021-05-12")]
        )
    additions = _recognise_all([Path(file) for file in files], reader)
    has_package = (workspace.raw / PACKAGE_FILE).is_file()
    resources = list(workspace.resources()) if has_package else []
    given = {
        "publisher": publisher,
        "licence": licence,
        "retrieved": retrieved,
        "source": source,
    }
    result = []
    for addition in additions:
        known = next((r for r in resources if r.sha256 == addition.digest), None)
        if known is None:
            known = _take_in(workspace, addition, resources, given, invented, release)
            resources.append(known)
        result.append(known)
    start_register(workspace)
    workspace.write_resources(resources)
    return result


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _recognise_all(files: Sequence[Path], reader: str | None) -> list[_Addition]:
    additions, errors = [], []
    for path in files:
        file = RawFile(path)
        try:
            if reader:
                chosen = named_reader(reader, file)
                file.content  # noqa: B018  a file that cannot be opened is refused here
            else:
                chosen = recognise(file)
            additions.append(_Addition(path, chosen, sha256(path)))
        except CleaningError as error:
            errors += error.messages
    if errors:
        raise CleaningError(errors)
    return additions


def _take_in(
    workspace: Workspace,
    addition: _Addition,
    resources: Sequence[Resource],
    given: dict[str, str],
    invented: bool,
    release: int | None,
) -> Resource:
    chosen = addition.reader
    name = addition.source.name
    if release and f"pub{release}" not in name:
        stem, *suffixes = name.split(".")
        name = ".".join([f"{stem}-pub{release}", *suffixes])
    path = f"{chosen.folder}/{name}"
    taken = {r.path for r in resources}
    if path in taken or (workspace.raw / path).exists():
        stem, *suffixes = name.split(".")
        path = f"{chosen.folder}/{'.'.join([f'{stem}-{addition.digest[:8]}', *suffixes])}"
    content = addition.source.read_bytes()
    write_bytes(workspace.raw / path, content)
    return Resource(
        name=_resource_name(path, {r.name for r in resources}, addition.digest),
        path=path,
        reader=chosen.name,
        title=chosen.title,
        publisher=given["publisher"] or chosen.publisher,
        licence=given["licence"] or chosen.licence,
        source=given["source"] or chosen.source,
        retrieved=given["retrieved"],
        sha256=addition.digest,
        bytes=len(content),
        invented=invented,
    )


def _resource_name(path: str, taken: set[str], digest: str) -> str:
    """A Data Package name: lower-case ASCII, unique."""
    stem = re.sub(r"(\.csv|\.json|\.geojson|\.jsonstat2|\.gz|\.txt)+$", "", Path(path).name.lower())
    name = slug(stem.replace(".", " ")).replace("_", "-") or digest[:8]
    return f"{name}-{digest[:8]}" if name in taken else name


def raw_file(workspace: Workspace, resource: Resource) -> RawFile:
    """The raw file of a resource."""
    return RawFile(workspace.raw / resource.path, resource.name, resource.path)


def check_hash(workspace: Workspace, resource: Resource) -> list[Message]:
    """Whether the file is there, has a known reader and is as it was taken in."""
    path = workspace.raw / resource.path

    def problem(expected: str, mend: str, value: str = "") -> list[Message]:
        return [
            Message(
                ERROR,
                "hash",
                resource.name,
                resource.path,
                value=value,
                expected=expected,
                mend=mend,
            )
        ]

    if not path.is_file():
        return problem("the file", "Put it back, or remove its entry from datapackage.json.")
    if resource.reader not in READERS:
        return problem(
            f"one of {', '.join(READERS)}",
            "Correct skk:reader in datapackage.json.",
            f"reader {resource.reader}",
        )
    if sha256(path) != resource.sha256:
        return problem(
            f"the bytes that were taken in (sha256 {resource.sha256[:12]}…)",
            "The file has been changed since: raw files are not edited. Put the original back, or "
            "remove the entry and take the new file in with 'skk raw add'.",
            f"sha256 {sha256(path)[:12]}…",
        )
    return []
