"""The zip of a release: the same bytes for the same files, and its proof.

``manifest.json`` names every file with its SHA-256 and size; ``manifest.sig.json`` holds an Ed25519
signature of the manifest's bytes. Without a signature the manifest proves that nothing was damaged
or forgotten, and nothing about who made it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from skk_analysis.review.signatures import Key, available, content_fault
from skk_analysis.workspace import SkkError

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig.json"
FORMAT = 1
PURPOSE = b"skk-release-1\n"
"""Before the manifest in what is signed, so that the signature means nothing anywhere else."""
EPOCH = (1980, 1, 1, 0, 0, 0)
REPACKED = (
    "the files are all as they were, but the zip around them is not byte for byte what this "
    "machine would pack: it was packed again, or by another version of zlib"
)
REGULAR = 0o100644 << 16
ENCRYPTED = 0x1
"""Bit of an entry's flags."""
LARGEST = 4_000_000_000
"""Bytes of all files unpacked."""
UNREADABLE = (
    ValueError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zlib.error,
    zipfile.BadZipFile,
)
"""What reading an entry raises that is not as it must be."""
ODD = re.compile(r"[\\:\x00-\x1f]")
"""Characters that lead elsewhere on some system."""
KEY = re.compile("[0-9a-fA-F]{64}")
STORED = (".png", ".xlsx", ".pdf")
"""Endings of files that are small already."""


@dataclass(frozen=True)
class Verdict:
    """What a release proves.

    Parameters
    ----------
    files : how many it holds
    faults : why it is not as it was made; empty if it is
    key : public key of the good signature, ``""`` if there is none
    pinned : whether it is the key that was asked for
    drafts : folders of reports that are in it without approval
    notes : what a person should know
    """

    files: int
    faults: tuple[str, ...]
    key: str = ""
    drafts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pinned: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.faults

    def told(self) -> str:
        """All of it, a line each."""
        lines = [f"{self.files} files."]
        lines += [f"FAULT: {fault}" for fault in self.faults]
        lines += [f"draft, not approved: {draft}" for draft in self.drafts]
        lines += [f"note: {note}" for note in self.notes]
        if not self.whole:
            lines.append("Do not take this for the release as it was made.")
        elif self.key and self.pinned:
            lines.append(f"Every file is as the manifest says, signed with {self.key} as expected.")
        elif self.key:
            lines.append(
                f"Every file is as the manifest says, signed with the key {self.key}. Anybody can "
                "make a key: compare this one with the maker's, or give that by --public."
            )
        else:
            lines.append("Every file is as the manifest says; not signed: its maker is unproven.")
        return "\n".join(lines)


def packed(files: Mapping[str, bytes], about: Mapping[str, Any], key: Key | None = None) -> bytes:
    """The zip of some files with their manifest.

    Parameters
    ----------
    files : content by name
    about : further fields of the manifest
    key : signs the manifest
    """
    listed = [
        {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    manifest = _json({"format": FORMAT, **about, "files": listed})
    whole = {MANIFEST: manifest}
    if key is not None:
        whole[SIGNATURE] = _json(key.signature(PURPOSE + manifest))
    return _zipped(whole | dict(sorted(files.items())))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system, info.external_attr = 3, REGULAR
            small = name.endswith(STORED)
            info.compress_type = zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def write_new(place: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises
    ------
    SkkError
        If it is there: a release is never replaced.
    """
    there = f"{place} is there already; a release is never replaced. Name another file."
    if place.exists():
        raise SkkError(there)
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        try:
            os.link(temporary, place)  # fails if somebody else was faster
        except FileExistsError:
            raise SkkError(there) from None
        except OSError:  # a file system without links
            temporary.rename(place)
    finally:
        temporary.unlink(missing_ok=True)


def verified(place: Path, public: str = "") -> Verdict:
    """Whether a release is as it was made.

    Parameters
    ----------
    place : the zip
    public : the key that must have signed it, as hex digits; by default any or none

    Raises
    ------
    SkkError
        If it is no zip, or cannot be read; or ``public`` is no key.
    """
    if public and not KEY.fullmatch(public):
        raise SkkError(f"{public!r:.80} is no public key: give its 64 hex digits.")
    try:
        with zipfile.ZipFile(place) as archive:
            found = _verified(archive, public.lower())
            if found.whole and place.read_bytes() != _zipped(
                {name: archive.read(name) for name in archive.namelist()}
            ):
                found = replace(found, notes=(*found.notes, REPACKED))
            return found
    except OSError as error:
        raise SkkError(f"{place} cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise SkkError(f"{place} is no release: {error}.") from error


def _verified(archive: zipfile.ZipFile, public: str) -> Verdict:
    names = archive.namelist()
    if (size := sum(info.file_size for info in archive.infolist())) > LARGEST:
        return Verdict(len(names), (f"unpacked it has {size} bytes, at most {LARGEST} are read",))
    faults = [*_odd_names(names), *_odd_kinds(archive.infolist())]
    if archive.comment:
        faults.append("the zip has a comment")
    try:
        content = archive.read(MANIFEST)
        manifest = json.loads(content)
        listed = {str(f["path"]): (int(f["bytes"]), str(f["sha256"])) for f in manifest["files"]}
        if manifest["format"] != FORMAT:
            raise ValueError(f"format {manifest['format']}")
        reports = dict(manifest.get("reports", {}))
    except (KeyError, TypeError, AttributeError, RecursionError, *UNREADABLE) as error:
        return Verdict(len(names), (*faults, f"{MANIFEST} cannot be read: {error}"))
    for name, expected in listed.items():
        try:
            told = archive.read(name)
        except (KeyError, *UNREADABLE):
            faults.append(f"{name} is missing or damaged")
            continue
        if (len(told), hashlib.sha256(told).hexdigest()) != expected:
            faults.append(f"{name} is not what the manifest says")
    extra = sorted(set(names) - set(listed) - {MANIFEST, SIGNATURE})
    faults += [f"{name} is not in the manifest" for name in extra]
    key, wrong, notes = _signature(archive, content, public)
    drafts = tuple(sorted(name for name, state in reports.items() if state != "approved"))
    pinned = bool(public and key == public)
    return Verdict(len(names), (*faults, *wrong), key, drafts, tuple(notes), pinned)


def _signature(
    archive: zipfile.ZipFile, manifest: bytes, public: str
) -> tuple[str, list[str], list[str]]:
    """The key of a good signature, what is wrong with it, and what should be known."""
    if SIGNATURE not in archive.namelist():
        return "", [f"it is not signed with the key {public}"] if public else [], []
    if not available():
        note = "the signature is unchecked: install skk-analysis[sign]"
        return "", ["the signature cannot be checked here"] if public else [], [note]
    try:
        told = json.loads(archive.read(SIGNATURE))
    except (RecursionError, *UNREADABLE) as error:
        return "", [f"{SIGNATURE} cannot be read: {error}"], []
    if not isinstance(told, dict):
        return "", [f"{SIGNATURE} is no signature"], []
    if fault := content_fault(told, PURPOSE + manifest):
        return "", [fault], []
    key = str(told["key"])
    if public and key != public:
        return "", [f"it is signed with the key {key}, not with {public}"], []
    return key, [], []


def _odd_names(names: Sequence[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} is there more than once"
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or name.endswith("/") or ODD.search(name):
            yield f"{name!r} is no name of a file of a release"


def _odd_kinds(entries: Sequence[zipfile.ZipInfo]) -> Iterator[str]:
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            yield f"{entry.filename} is no file, but a link or something else"
        if entry.flag_bits & ENCRYPTED:
            yield f"{entry.filename} is encrypted"


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
