"""The ledger of decisions: one line an entry, each holding the hash of the one before it.

``data/review/ledger.jsonl`` is canonical JSON (sorted keys, no blanks, UTF-8, no fractions), so
that each entry has one spelling and one hash. What the file alone proves: a changed, swapped,
repeated or missing entry, because hashes and sequence no longer fit. What it cannot prove by
itself: that its end has not been cut off, or that somebody who may write the file has not made all
of it anew. The first is what ``head.json`` beside it and every published page are for, which quote
an entry (`Anchor`); whoever changes all of these too is only found out by a copy elsewhere. The
second is what Ed25519 signatures are for (`signatures`).

Entries are added by replacing the file with a longer copy, synced to the disk before it takes the
name; ``head.json`` follows. A writer killed between the two leaves a ledger that goes on beyond its
head, which the next append mends. A last line without its newline is no entry: no writer of ours
leaves one, but a copy that was cut short does. It is told, and the next append sets it aside in
``ledger.torn``; if the head names it, it is missed as any other entry.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from skk_analysis.workspace import SkkError, Workspace

try:
    import fcntl
except ImportError:  # Windows: the workspace's lock is missing there, too
    fcntl = None  # type: ignore[assignment]

FILE, HEAD, TORN, LOCK = "ledger.jsonl", "head.json", "ledger.torn", ".ledger.lock"
BEGINNING = "0" * 64
"""What the first entry has for the hash of the one before."""
FORMAT = 1
MARK = b"\xef\xbb\xbf"
REWRITTEN = {
    b"\r": "has line ends of Windows (CR LF)",
    MARK: "has a byte order mark",
    b"\0": "is UTF-16 or holds zeros",
}
"""Bytes that no entry's spelling has (the mark: at the beginning), and what they are signs of."""
MEND = (
    "Put data/review back from a copy; 'skk review verify' tells what can be proven. Nothing is "
    "added to a ledger that does not hold together."
)


class LedgerError(SkkError):
    """The ledger does not hold together, or an entry may not be added."""


@dataclass(frozen=True)
class Draft:
    """What a person decides, before it has a place in the ledger.

    Parameters
    ----------
    action : one of `skk_analysis.review.actions.ACTIONS`
    reviewer, body, role : who, of which organisation, as what
    report : its folder, such as ``espoo/2019/fi``
    report_hash, data_hash, code : what of it was before the person's eyes
    payload : what belongs to the action; text, whole numbers, truth values, lists and mappings
    """

    action: str
    reviewer: str
    body: str
    role: str
    report: str = ""
    report_hash: str = ""
    data_hash: str = ""
    code: str = ""
    payload: Mapping[str, Any] = ()  # type: ignore[assignment]

    def __post_init__(self) -> None:
        object.__setattr__(self, "payload", dict(self.payload))


@dataclass(frozen=True)
class Entry(Draft):
    """A line of the ledger.

    Parameters
    ----------
    sequence : from 1
    time : when it was added, UTC; the order of entries is their sequence, not their times
    previous, hash : of the entry before, and of everything in this one
    signature : ``{"key": …, "value": …}`` over everything but itself and the hash; or None
    """

    sequence: int = 0
    time: str = ""
    previous: str = BEGINNING
    signature: Mapping[str, str] | None = None
    hash: str = ""
    format: int = FORMAT

    def signed_content(self) -> bytes:
        """The bytes that a signature is over."""
        return canonical({k: v for k, v in asdict(self).items() if k not in ("hash", "signature")})

    def computed_hash(self) -> str:
        """The hash that the entry must have."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        return hashlib.sha256(canonical(content)).hexdigest()

    def line(self) -> bytes:
        """The entry as it stands in the file."""
        return canonical(asdict(self)) + b"\n"


class Anchor(NamedTuple):
    """An entry that something outside of the ledger quotes, as ``7:5f3a…``."""

    sequence: int
    hash: str
    place: str = ""

    @classmethod
    def read(cls, quoted: str, place: str = "") -> Anchor | None:
        """From its written form; None if it is none."""
        number, _, told = quoted.partition(":")
        return cls(int(number), told, place) if number.isdecimal() and told else None

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


@dataclass(frozen=True)
class Ledger:
    """What was read.

    Parameters
    ----------
    entries : all before the first fault
    faults : why it does not hold together; empty if it does
    notes : what a person should know although nothing is wrong
    torn : bytes of an unfinished last line
    """

    entries: tuple[Entry, ...] = ()
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    torn: bytes = b""

    @property
    def head(self) -> Anchor:
        """The last entry; sequence 0 where there is none."""
        return Anchor(len(self.entries), self.entries[-1].hash if self.entries else BEGINNING)

    def lacks(self, anchors: Iterable[Anchor]) -> list[str]:
        """Why the entries that are quoted elsewhere are not those of the ledger; empty if so."""
        return [
            f"{anchor.place} quotes entry {anchor.sequence} ({anchor.hash[:12]}), "
            + (
                f"the ledger ends at {len(self.entries)}: its end was cut off"
                if anchor.sequence > len(self.entries)
                else "which is another one in the ledger: entries were replaced"
            )
            for anchor in anchors
            if anchor.sequence and self._at(anchor.sequence) != anchor.hash
        ]

    def _at(self, sequence: int) -> str:
        return self.entries[sequence - 1].hash if sequence <= len(self.entries) else ""

    def check(self) -> None:
        """Stop if it does not hold together.

        Raises
        ------
        LedgerError
            With all faults.
        """
        if self.faults:
            raise LedgerError(f"The ledger of reviews: {'; '.join(self.faults)}. {MEND}")


class Signer(Protocol):
    """Who signs entries (`signatures.Key`)."""

    def signature(self, content: bytes) -> dict[str, str]:
        """``{"key": …, "value": …}``."""


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value: sorted keys, no blanks, UTF-8.

    Raises
    ------
    ValueError
        If there is a fraction or something else in it that has several spellings.
    """
    _spelled(value)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"half a character (lone surrogate) in {text[:60]!r}") from error


def folder_of(workspace: Workspace) -> Path:
    """``data/review``, where the ledger lies."""
    return workspace.root / "data" / "review"


def read(folder: Path) -> Ledger:
    """Read and check a ledger with its head.

    Parameters
    ----------
    folder : where `FILE` and `HEAD` lie; without both there is an empty ledger
    """
    file, head = folder / FILE, folder / HEAD
    content = file.read_bytes() if file.exists() else b""
    ledger = parse(content)
    if not head.exists():
        lost = [f"{HEAD} is missing, which names the last entry"] if content else []
        return replace(ledger, faults=(*ledger.faults, *lost))
    try:
        told = json.loads(head.read_bytes())
        anchor = Anchor(int(told["length"]), str(told["head"]), HEAD)
    except (ValueError, KeyError, TypeError):
        return replace(ledger, faults=(*ledger.faults, f"{HEAD} cannot be read"))
    notes = list(ledger.notes)
    if anchor.sequence < len(ledger.entries):
        notes.append(f"{HEAD} lags behind by {len(ledger.entries) - anchor.sequence}")
    faults = (*ledger.faults, *ledger.lacks([anchor]))
    return replace(ledger, faults=faults, notes=tuple(notes))


def parse(content: bytes) -> Ledger:
    """The entries of a ledger's bytes, up to the first that does not fit."""
    for sign, told in REWRITTEN.items():
        if sign in content[: len(MARK)] or (sign != MARK and sign in content):
            return Ledger((), (f"{FILE} {told}: another programme wrote it anew, byte by byte",))
    *lines, torn = content.split(b"\n")
    entries: list[Entry] = []
    notes = [f"the last line is unfinished ({len(torn)} bytes) and counts as none"] if torn else []
    for number, line in enumerate(lines, start=1):
        previous = entries[-1].hash if entries else BEGINNING
        try:
            entries.append(_entry(line, number, previous))
        except ValueError as error:
            return Ledger(tuple(entries), (f"line {number}: {error}",), tuple(notes), torn)
    return Ledger(tuple(entries), (), tuple(notes), torn)


def append(
    folder: Path,
    drafts: Sequence[Draft],
    signer: Signer | None = None,
    check: Callable[[Sequence[Entry], Sequence[Draft]], None] = lambda _entries, _drafts: None,
) -> list[Entry]:
    """Add entries, all or none; others who add at the same time wait.

    Parameters
    ----------
    folder : where the ledger lies; it is made if need be
    drafts : what to add
    signer : signs each
    check : is given the entries that are there and the drafts, and raises if they may not follow

    Returns
    -------
    list of Entry
        As they stand in the ledger now, and on the disk.

    Raises
    ------
    LedgerError
        If the ledger does not hold together. It is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        ledger = read(folder)
        ledger.check()
        check(ledger.entries, drafts)
        if not (folder / HEAD).exists():
            _write_head(folder, ledger.head)
        added: list[Entry] = []
        for draft in drafts:
            added.append(_placed(draft, (*ledger.entries[-1:], *added[-1:])[-1:], signer))
        if not added:
            return []
        if ledger.torn:
            with (folder / TORN).open("ab") as file:
                file.write(ledger.torn + b"\n")
        lines = b"".join(entry.line() for entry in (*ledger.entries, *added))
        _replace_file(folder / FILE, lines)
        try:
            _write_head(folder, Anchor(added[-1].sequence, added[-1].hash))
        except OSError as error:
            raise LedgerError(
                f"The entries {added[0].sequence}–{added[-1].sequence} were added and count, but "
                f"{HEAD} could not be written ({error.strerror}). Do not add them again: mend "
                "that, and the next entry brings it up to date."
            ) from error
        return added


def _placed(draft: Draft, last: Sequence[Entry], signer: Signer | None) -> Entry:
    """The entry that a draft becomes after the last one."""
    told = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    entry = Entry(
        **told,
        sequence=last[0].sequence + 1 if last else 1,
        time=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        previous=last[0].hash if last else BEGINNING,
    )
    if signer is not None:
        entry = replace(entry, signature=signer.signature(entry.signed_content()))
    return replace(entry, hash=entry.computed_hash())


TYPES = {"sequence": int, "format": int, "payload": dict, "signature": dict | None}


def _entry(line: bytes, number: int, previous: str) -> Entry:
    """An entry from its line, if it is whole and follows the one before."""
    try:
        told = json.loads(line)
    except ValueError as error:
        raise ValueError("is no JSON") from error
    names = {field.name for field in fields(Entry)}
    if not isinstance(told, dict) or told.keys() != names:
        raise ValueError("has not the fields of an entry")
    for name, value in told.items():
        kind = TYPES.get(name, str)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ValueError(f"{name} is a {type(value).__name__}")
    if canonical(told) != line:
        raise ValueError("is not spelled as it was written")
    entry = Entry(**told)
    if entry.format != FORMAT:
        raise ValueError(f"has format {entry.format}, known is {FORMAT}")
    if entry.hash != entry.computed_hash():
        raise ValueError("its content is not what its hash says")
    if entry.sequence != number or entry.previous != previous:
        raise ValueError(
            f"entry {entry.sequence} does not follow the one before it: an entry was moved, "
            "removed, repeated or put in"
        )
    return entry


def _spelled(value: Any) -> None:
    """Refuse what JSON can spell in several ways."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"the key {key!r} is no text")
            _spelled(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _spelled(item)
    elif not (value is None or isinstance(value, str | int)):
        raise ValueError(f"{value!r:.40} is a {type(value).__name__}")


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Wait until nobody else adds; the lock ends with its process."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_head(folder: Path, head: Anchor) -> None:
    content = {"format": FORMAT, "length": head.sequence, "head": head.hash}
    _replace_file(folder / HEAD, canonical(content) + b"\n")


def _replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another once it is on the disk; the caller is the only one."""
    new = path.with_name(f".{path.name}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:  # a full disk is not filled further
        new.unlink(missing_ok=True)
        raise
    try:
        descriptor = os.open(path.parent, os.O_RDONLY)
    except OSError:  # a system on which folders cannot be opened
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
