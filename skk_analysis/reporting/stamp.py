"""What of a page follows the ledger: marked regions that are stamped at publication.

A page is made with its regions empty, and its recorded hash is that of the page with empty regions
(`content_hash`): so `Report.record` and ``skk verify`` prove everything else, and a signature
changes the banner without making the report anew. What stands in a region is proven by nothing in
the page. Therefore every publication, and ``skk verify``, compares it with what the ledger gives,
and a stamp that was written by another hand is replaced or told.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

STATUS, THREAD = "status", "thread"
"""Regions: the banner of any page about one report, the thread of its review page."""

_REGION = re.compile(rb"<!--skk:(status|thread)-->.*?<!--/skk:\1-->", re.DOTALL)


def region(name: str) -> str:
    """An empty region for a template."""
    return f"<!--skk:{name}--><!--/skk:{name}-->"


def unstamped(page: bytes) -> bytes:
    """The page with its regions empty, as it was made."""
    return _REGION.sub(rb"<!--skk:\1--><!--/skk:\1-->", page)


def is_stamped(file: Path) -> bool:
    """Whether publication writes on this file, so that it does not stay as it was made."""
    return file.suffix == ".html" and _REGION.search(file.read_bytes()) is not None


def stamped(page: bytes, contents: Mapping[str, str]) -> bytes:
    """The page with these contents in its regions; a region without one is emptied."""

    def fill(found: re.Match[bytes]) -> bytes:
        name = found[1].decode()
        filled = contents.get(name, "").encode()
        return b"<!--skk:%s-->%s<!--/skk:%s-->" % (found[1], filled, found[1])

    return _REGION.sub(fill, page)


def content_hash(file: Path) -> str:
    """Hex SHA-256 of a file; of a page, without what is stamped on it."""
    if file.suffix != ".html":
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    return hashlib.sha256(unstamped(file.read_bytes())).hexdigest()
