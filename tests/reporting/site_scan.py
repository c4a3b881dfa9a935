"""Every byte of a site, unpacked: what a person with a search tool would find in it."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

HEX = re.compile(rb"\b[0-9a-f]{12,64}\b")
EMBEDDED = re.compile(rb"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)")
PACKED = (".xlsx", ".zip")


def unpacked(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, of each file in a packed one, of each embedded picture."""
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield from opened(file.relative_to(folder).as_posix(), file.read_bytes())


def opened(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    if name.endswith(PACKED):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inside in archive.namelist():
                yield from opened(f"{name}/{inside}", archive.read(inside))
        return
    yield name, content
    for number, found in enumerate(EMBEDDED.findall(content)):
        yield f"{name}/embedded-{number}", base64.b64decode(found)


def spellings(share: float, digits: int = 5) -> set[bytes]:
    """A share as anybody may write it, and its complement: so many digits, cut and rounded."""
    found = set()
    for value in (share, 1 - share, 100 * share, 100 - 100 * share):
        places = digits - (len(str(int(value))) if value >= 1 else 0)
        for text in (f"{value:.{places}f}", f"{value:.{places + 6}f}"[:-6]):
            found |= {text.encode(), text.replace(".", ",").encode()}
    return found


def finds(files: Iterable[tuple[str, bytes]], forms: Iterable[bytes]) -> set[str]:
    """Names of the files in which one of the forms stands, not as a part of a longer number."""
    pattern = re.compile(rb"(?<![\d.,])(?:" + b"|".join(map(re.escape, forms)) + rb")")
    return {name for name, content in files if pattern.search(content)}


def without_hashes(content: bytes) -> bytes:
    """The content with every hash and run id as one sign: they differ with any ingredient."""
    return HEX.sub(b"#", content)
