"""No raw rows in a saved notebook: outputs are searched for rows of microdata.

Two nets. The first knows the data: ids of respondents and households of this workspace anywhere in
an output, and pairs of their rarer values side by side. The second knows only what rows look like:
a table whose headings are columns of microdata, a printed frame, a list of records.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from typing import Any

__all__ = ["Leak", "raw_rows"]

IDS = frozenset(
    ("unit_id", "respondent_id", "household_id", "person_id", "kotitaloustunnus", "vastaajatunnus",
     "henkilotunnus", "cluster", "ryvas", "stratum", "ositus")
)  # fmt: skip
"""Columns that only microdata have."""

BACKGROUND = frozenset(
    ("weight", "person_weight", "paino", "age", "ika", "age_group", "sex", "sukupuoli", "education",
     "koulutus", "language", "kieli", "income", "disposable_income", "kaytettavissa_olevat_tulot",
     "equivalence", "size", "henkiloita", "under_14", "alle_14v", "area_code", "postinumero",
     "answer", "question", "city_code", "kuntakoodi", "year", "vuosi", "group", "status")
)  # fmt: skip
"""Columns of microdata that may stand in other tables too; so many together are a row."""

TOGETHER, FEW = 4, 2
MOST_COLUMNS, SHARE = 400, 4
"""Words of a printed heading at most; one in so many words of a row is a number."""
TOKEN = re.compile(r"[A-Za-z0-9ÅÄÖåäö][\w\-ÅÄÖåäö]{3,}")
TAGS = re.compile(r"<[^>]+>")
CELLS = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.S | re.I)
ROWS = re.compile(r"<tr\b.*?</tr>", re.S | re.I)
PNG = b"\x89PNG\r\n\x1a\n"
MANY_IDS = 1
"""So many ids of persons in an output are too many."""


@dataclass(frozen=True)
class Leak:
    """An output that holds rows; what it holds is not repeated here.

    Parameters
    ----------
    cell : number of the notebook's cell, from 1
    where : kind of output, such as ``text/html`` or ``stream``
    what : ``ids`` (of persons or households), ``columns`` (of microdata) or ``records``
    """

    cell: int
    where: str
    what: str

    def __str__(self) -> str:
        told = {
            "ids": "shows ids of persons or households",
            "columns": "shows columns of microdata",
            "records": "holds records of microdata",
        }
        return (
            f"cell {self.cell}, {self.where}: {told[self.what]}. Show a computed figure instead of "
            "the rows, or end the line with a semicolon."
        )


def raw_rows(notebook: Mapping[str, Any], ids: Iterable[str] = ()) -> list[Leak]:
    """The outputs of an executed notebook that hold rows of microdata.

    Parameters
    ----------
    notebook : as nbformat reads it; outputs, attachments and metadata of cells are searched, their
        sources are not
    ids : respondents and households of the workspace; those of fewer than four signs are passed
        over (`TOKEN`), because any count would be one
    """
    known = ids if isinstance(ids, frozenset) else frozenset(ids)
    leaks: dict[Leak, None] = {}
    for number, cell in enumerate(notebook.get("cells", []), start=1):
        for where, content in _contents(cell):
            for what in _found(content, known):
                leaks.setdefault(Leak(number, where, what))
    return list(leaks)


def _contents(cell: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every output of a cell with its kind."""
    for output in cell.get("outputs", []):
        kind = output.get("output_type", "")
        if kind == "stream":
            yield "stream", _text(output.get("text", ""))
        elif kind == "error":
            yield (
                "error",
                "\n".join([_text(output.get("evalue", "")), *output.get("traceback", [])]),
            )
        for mime, content in output.get("data", {}).items():
            yield mime, _decoded(mime, content)
        if output.get("metadata"):
            yield f"metadata of {kind}", output["metadata"]
    if cell.get("attachments"):
        yield "attachments", cell["attachments"]


def _text(content: Any) -> str:
    return "".join(content) if isinstance(content, list) else str(content)


def _decoded(mime: str, content: Any) -> Any:
    """Text and JSON as they are; of a picture what is written into it beside its pixels."""
    if mime.endswith("json"):
        return content
    text = _text(content)
    if mime == "image/png":
        try:
            return " ".join(_png_texts(base64.b64decode(text)))
        except ValueError:
            return text
    if mime == "image/jpeg":
        try:
            raw = base64.b64decode(text)
        except ValueError:
            return text
        return " ".join(m.decode("latin-1") for m in re.findall(rb"[\x20-\x7e]{6,}", raw[:65536]))
    return text


def _png_texts(content: bytes) -> Iterator[str]:
    """What the tEXt, zTXt and iTXt chunks of a PNG say."""
    if not content.startswith(PNG):
        return
    place = len(PNG)
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + size]
        if kind in (b"tEXt", b"iTXt", b"zTXt"):
            key, _, rest = body.partition(b"\0")
            packed = rest[1:] if kind == b"zTXt" else rest
            try:
                plain = zlib.decompress(packed) if kind == b"zTXt" else packed
            except zlib.error:
                plain = packed
            yield f"{key.decode('latin-1')} {plain.decode('utf-8', 'replace')}"
        place += size + 12


PATHS = re.compile(r'\s(?:d|points|transform|style)="[^"]*"')
"""Attributes of drawings that hold coordinates: no word of a person is in them."""

FRAME = re.compile(r'<table[^>]*class="[^"]*\bdataframe\b')
"""A table as pandas prints it, which no report shows on purpose."""


def _found(content: Any, known: frozenset[str]) -> Iterator[str]:
    """What in the content is of microdata."""
    written = isinstance(content, str)
    text = PATHS.sub("", content) if written else json.dumps(content, ensure_ascii=False)
    plain = unescape(TAGS.sub(" ", text))
    if known and len(known.intersection(TOKEN.findall(plain))) >= MANY_IDS:
        yield "ids"
    if not written:
        if any(map(_is_row, set(_keys(content)))):
            yield "records"
        return
    printed = bool(FRAME.search(text))
    if any(_is_row(heading, FEW if printed else TOGETHER) for heading in _headings(text)):
        yield "columns"
    elif any(map(_is_row, set(_keys(_parsed(text))))):
        yield "records"


def _headings(text: str) -> Iterator[Sequence[str]]:
    """Rows of HTML tables and lines of text, as words."""
    for row in ROWS.findall(text):
        yield [unescape(TAGS.sub("", cell)).strip() for cell in CELLS.findall(row)]
    if "<" not in text[:200]:
        lines = [
            re.split(r"[\s;,|\t]+", line.strip()) for line in text.splitlines() if line.strip()
        ]
        for line, after in pairwise(lines):
            if len(line) < MOST_COLUMNS and _is_under(after, line):
                yield line


def _is_under(row: Sequence[str], heading: Sequence[str]) -> bool:
    """Whether a line can be a row under that heading: it fills it, and holds numbers as rows do."""
    numbers = sum(word[:1].isdigit() or word[:1] in "-−." for word in row if word)
    return len(row) >= len(heading) and SHARE * numbers >= len(row)


def _parsed(text: str) -> Any:
    stripped = text.strip()
    if stripped[:1] not in "[{":
        return None
    try:
        return json.loads(stripped)
    except ValueError:
        return None


def _keys(value: Any) -> Iterator[tuple[str, ...]]:
    """Keys of every record in JSON, and the head of tables that are lists of lists."""
    if isinstance(value, Mapping):
        yield tuple(map(str, value))
        for item in value.values():
            yield from _keys(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield tuple(value)
        else:
            for item in value:
                yield from _keys(item)


def _is_row(names: Sequence[str], together: int = TOGETHER) -> bool:
    """Whether these are the columns of microdata: one that only they have, or several others."""
    words = {name.strip().lower() for name in names}
    own = words & IDS
    return bool(own and words & BACKGROUND) or len(words & BACKGROUND) >= together
