"""Answers as raw files: stored as received, described, replaced only by whole better ones.

A new answer gets a name of its own (its hash is in it), then the Data Package is replaced, then
the file that it supersedes is removed. Whoever is stopped in between, even by a power cut, leaves
a Data Package whose files are all there and good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from skk_analysis.sources.client import Answer
from skk_analysis.sources.errors import SourceError
from skk_analysis.workspace import PACKAGE_FILE, Request, Resource, Workspace, sha256, write_bytes

STATFIN, THL = "Tilastokeskus", "Terveyden ja hyvinvoinnin laitos"
CC_BY = "CC-BY-4.0"


@dataclass(frozen=True)
class Piece:
    """One file to be: an answer, the reader that understands it, and what it is.

    ``stable`` gives the bytes without what changes at every call (the time of the answer, row
    numbers), so that equal figures are known to be equal.
    """

    name: str
    suffix: str
    folder: str
    reader: str
    title: str
    answer: Answer
    publisher: str = STATFIN
    licence: str = CC_BY
    updated: str = ""
    years: tuple[int, ...] = ()
    definition: str = ""
    stable: Callable[[bytes], bytes] = field(default=lambda content: content)


@dataclass(frozen=True)
class Stored:
    """What became of the answer to one request."""

    key: str
    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.written:
            return f"{self.key}: unchanged"
        return f"{self.key}: stored {', '.join(self.written)}"


def held(workspace: Workspace, key: str | None = None) -> list[Resource]:
    """The raw files that were fetched for a key; without one, all raw files."""
    if not (workspace.raw / PACKAGE_FILE).is_file():
        return []
    resources = workspace.resources()
    return [r for r in resources if key is None or (r.request and r.request.key == key)]


def held_years(workspace: Workspace, key: str) -> set[int]:
    """The years that are held of a key."""
    return {year for r in held(workspace, key) if r.request for year in r.request.years}


def store(workspace: Workspace, key: str, pieces: Sequence[Piece]) -> Stored:
    """Replace what is held for ``key`` by ``pieces``; equal files stay as they are.

    Raises
    ------
    SourceError
        If years that are held are missing in the new answer; what is held stays.
    """
    old = held(workspace, key)
    lost = held_years(workspace, key) - {year for piece in pieces for year in piece.years}
    if lost:
        listed = ", ".join(map(str, sorted(lost)))
        raise SourceError(
            key,
            f"the service no longer gives the years {listed}, which are held",
            "What is held stays. To take the shorter series, remove its entry from "
            f"{PACKAGE_FILE} and fetch again.",
        )
    others = [r for r in held(workspace) if r not in old]
    new: list[Resource] = []
    written: list[str] = []
    unchanged: list[str] = []
    for piece in pieces:
        same = next((r for r in (*old, *others) if _is_same(workspace, r, piece)), None)
        if same is not None:
            kept = same if same in old else replace(same, request=_request(key, piece))
            others = [r for r in others if r != same]
            unchanged.append(same.path)
        else:
            kept = _entry(key, piece, {r.name for r in (*others, *new)})
            write_bytes(workspace.raw / kept.path, piece.answer.content, durable=True)
            written.append(kept.path)
        new.append(kept)
    if new != old:
        everything = held(workspace)
        at = everything.index(old[0]) if old else len(others)
        workspace.write_resources([*others[:at], *new, *others[at:]])
    _sweep(workspace, pieces, old, {r.path for r in (*others, *new)})
    return Stored(key, tuple(written), tuple(unchanged))


def _is_same(workspace: Workspace, resource: Resource, piece: Piece) -> bool:
    """Whether a held file, undamaged, has the figures of a new answer."""
    if resource.reader != piece.reader:
        return False
    if resource.sha256 == hashlib.sha256(piece.answer.content).hexdigest():
        return _is_whole(workspace, resource)
    if resource.request is None or resource.request.query != piece.answer.query:
        return False
    if not _is_whole(workspace, resource):
        return False
    content = (workspace.raw / resource.path).read_bytes()
    return piece.stable(content) == piece.stable(piece.answer.content)


def _is_whole(workspace: Workspace, resource: Resource) -> bool:
    path = workspace.raw / resource.path
    return path.is_file() and sha256(path) == resource.sha256


def _entry(key: str, piece: Piece, taken: Iterable[str]) -> Resource:
    digest = hashlib.sha256(piece.answer.content).hexdigest()
    name = piece.name.replace("_", "-").lower()
    return Resource(
        name=f"{name}-{digest[:8]}" if name in set(taken) else name,
        path=f"{piece.folder}/{piece.name}-{digest[:8]}{piece.suffix}",
        reader=piece.reader,
        title=piece.title,
        publisher=piece.publisher,
        licence=piece.licence,
        source=piece.answer.url,
        retrieved=piece.answer.time.date().isoformat(),
        sha256=digest,
        bytes=len(piece.answer.content),
        request=_request(key, piece),
    )


def _request(key: str, piece: Piece) -> Request:
    return Request(
        key=key,
        query=piece.answer.query,
        time=piece.answer.time.isoformat(timespec="seconds"),
        updated=piece.updated or piece.answer.updated,
        years=piece.years,
        definition=piece.definition,
    )


def _sweep(
    workspace: Workspace, pieces: Sequence[Piece], old: Sequence[Resource], described: set[str]
) -> None:
    """Remove superseded answers, also those of a fetch that was stopped; only our own names."""
    mine = {workspace.raw / resource.path for resource in old}
    mine |= set(workspace.raw.glob(f".{PACKAGE_FILE}.*"))  # temporary
    for piece in pieces:
        folder = workspace.raw / piece.folder
        mine |= set(folder.glob(f"{piece.name}-{'[0-9a-f]' * 8}{piece.suffix}"))
        mine |= set(folder.glob(f".{piece.name}-*"))  # temporary
    for path in mine:
        if path.relative_to(workspace.raw).as_posix() not in described:
            path.unlink(missing_ok=True)


def is_invented(workspace: Workspace) -> bool:
    """Whether the workspace holds demonstration data."""
    return any(resource.invented for resource in held(workspace))
