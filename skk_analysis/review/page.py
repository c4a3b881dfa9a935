"""What a report's page shows, read from its bytes: texts, numbers under their ids, tables.

The machine checks ask about it, and what reviewers sign is taken from it (`told`), so it is read
once. Pictures are known by their hashes here; the checks read the drawings themselves. Code is not
read, which is hidden until asked for.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from skk_analysis.review.drawing import seen

PROSE = {"p", "li", "dt", "dd", "figcaption", "summary"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
VOID = {"img", "br", "hr", "input", "wbr", "col", "meta", "link", "source"}
LINES = {*HEADINGS, "p", "li", "dt", "dd", "caption", "figcaption", "tr", "summary", "pre"}
"""Elements whose words are a text of their own."""
PICTURE = re.compile(r'(<img\b[^>]*\bsrc=")(data:[^"]*)')
ASIDE = "picture:"
"""Stands for a picture's address while the page is read, as a parser is slow with long ones."""
BESIDE = {"code", "download"}
"""Classes of what is no content: code, links to files."""
FRONT = "content"
"""Where a reader is sent for what stands before the first section."""
ORIGIN = "origin"
"""Id of the last section: sources, and hashes and versions, which have the form of no language."""
PLACE = "report"
"""Anchor of what stands before the first heading with an id."""
SHOWN = 80
"""Characters of an anchor's text."""


@dataclass
class Block:
    """A heading, a paragraph or an item of a list.

    Parameters
    ----------
    section : id of the section that it stands in
    bare : its text without the numbers that name a record
    numbers : id and printed form of each of those, in their order
    figure : id of the figure that it describes, where it stands beside that figure's data
    """

    tag: str
    section: str
    text: str = ""
    bare: str = ""
    numbers: list[tuple[str, str]] = field(default_factory=list)
    figure: str = ""


@dataclass
class TableCell:
    """A cell; ``result`` and ``limits`` name the record of its number or of its interval."""

    heading: bool
    result: str = ""
    limits: str = ""
    css: str = ""
    text: str = ""


@dataclass
class PageTable:
    """A table; one that is the data behind a figure has the figure's id."""

    section: str
    figure: str
    caption: str = ""
    rows: list[list[TableCell]] = field(default_factory=list)

    @property
    def body(self) -> list[list[TableCell]]:
        """The rows that have cells other than headings."""
        return [row for row in self.rows if any(not cell.heading for cell in row)]


@dataclass(frozen=True)
class Spot:
    """Something on the page that a comment can be about.

    ``kind`` is ``section``, ``figure`` or ``number``, ``place`` where the page shows it (an id on
    the page), ``shown`` its heading, its caption, or the number with the words before it.
    """

    kind: str
    anchor: str
    place: str
    shown: str


@dataclass
class Page:
    """A page as a reader gets it.

    Attributes
    ----------
    blocks, tables : in the order of the page
    headings, figures : text and caption by id
    lines : every text once, a table's row as one, with the id of the heading that it stands under
    pictures : the same id, alternative text, hash of what is seen
    spots : what comments can be about
    alts : alternative texts of the figures
    """

    language: str = ""
    blocks: list[Block] = field(default_factory=list)
    tables: list[PageTable] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str, str]] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    alts: list[Block] = field(default_factory=list)

    def prose(self, section: str = "") -> Iterator[Block]:
        """The blocks that are no headings, of one section or of all."""
        for block in self.blocks:
            if block.tag not in HEADINGS and section in ("", block.section):
                yield block

    def section_text(self, section: str) -> str:
        """All texts of a section, its tables' cells too."""
        cells = (
            cell.text
            for table in self.tables
            if table.section == section
            for row in table.rows
            for cell in row
        )
        return "\n".join([*(b.text for b in self.blocks if b.section == section), *cells])

    def cells(self) -> Iterator[tuple[PageTable, list[TableCell], TableCell]]:
        """Every cell with its table and row."""
        for table in self.tables:
            for row in table.rows:
                for cell in row:
                    yield table, row, cell


def read_page(html: str) -> Page:
    """The page of a report."""
    reader = _Reader()
    reader.feed(PICTURE.sub(reader.put_aside, html))
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._tags: list[str] = []
        self._main = self._skipped = 0  # depth of what began it
        self._section, self._figure = FRONT, ""
        self._heading, self._behind = "", False
        self._open: list[Block] = []
        self._data: str | None = None
        self._cell: TableCell | None = None
        self._caption = False
        self._line = _Line()
        self._anchor = PLACE
        self._spotted: set[str] = set()
        self._addresses: list[str] = []

    def put_aside(self, found: re.Match[str]) -> str:
        """Keep a picture's address, and put its number where it was."""
        self._addresses.append(found[2])
        return f"{found[1]}{ASIDE}{len(self._addresses) - 1}"

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002
        """Lines are not counted, as nobody asks for places."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.page.language = told.get("lang", "")
        if tag == "main":
            self._main = len(self._tags) + 1
        if self._main and not self._skipped:
            if tag in LINES:
                self._end_line()
            if BESIDE & set(told.get("class", "").split()):
                self._skipped = len(self._tags) + 1 if tag not in VOID else 0
            else:
                self._begin(tag, told)
        if tag not in VOID:
            self._tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._tags:
            return
        if self._main and not self._skipped:
            self._end(tag)
        while self._tags.pop() != tag:
            pass
        if len(self._tags) < self._skipped:
            self._skipped = 0
        if len(self._tags) < self._main:
            self._main = 0

    def handle_data(self, data: str) -> None:
        if not self._main or self._skipped:
            return
        self._line.words.append(data)
        if self._cell is not None:
            self._cell.text += data
        elif self._caption:
            self.page.tables[-1].caption += data
        for block in self._open:
            block.text += data
        if self._data is not None:
            self._data += data
        else:
            for block in self._open:
                block.bare += data

    def _begin(self, tag: str, told: Mapping[str, str]) -> None:
        number = told.get("data-result") or (told.get("value") if tag == "data" else "")
        if number:
            self._line.numbers.append(_Number(number, len(self._line.words)))
        if tag in HEADINGS:
            self._anchor = told.get("id") or self._anchor
        if tag in HEADINGS or tag in PROSE:
            if tag == "h2":
                self._section, self._figure = told.get("id", FRONT), ""
            figure = self._figure if self._behind else ""
            self._open.append(Block(tag, self._section, figure=figure))
            if tag in HEADINGS and told.get("id"):
                self.page.headings[told["id"]] = ""
                self._heading = told["id"]
        elif tag == "img":
            alt = told.get("alt", "")
            picture = (self._anchor, alt, self._picture(told.get("src", "")))
            self.page.pictures.append(picture)
            if self._figure:
                self.page.alts.append(Block(tag, self._section, alt, alt, figure=self._figure))
        elif tag == "br":
            self._line.words.append(" ")
        elif tag == "figure":
            self._figure = told.get("id", "")
            self.page.figures[self._figure] = ""
        elif tag == "table":
            behind = self._figure if self._behind else ""
            self.page.tables.append(PageTable(self._section, behind))
        elif tag == "details":
            self._behind = True
        elif tag == "tr":
            self.page.tables[-1].rows.append([])
        elif tag in ("td", "th"):
            self._line.words.append(" ")
            named = told.get("data-result", ""), told.get("data-limits", "")
            self._cell = TableCell(tag == "th", *named, told.get("class", ""))
            self.page.tables[-1].rows[-1].append(self._cell)
        elif tag == "caption":
            self._caption = True
        elif tag == "data" and self._open:
            self._data = ""
            self._open[-1].numbers.append((told.get("value", ""), ""))

    def _end(self, tag: str) -> None:
        if tag in ("td", "data"):
            self._line.end_number()
        if tag in LINES:
            self._spot_line(tag)
            self._end_line()
        if self._open and tag == self._open[-1].tag:
            block = self._open.pop()
            self.page.blocks.append(block)
            if tag in HEADINGS and self._heading:
                self.page.headings[self._heading], self._heading = block.text.strip(), ""
            if tag == "figcaption":
                self.page.figures[self._figure] = block.text.strip()
        elif tag == "details":
            self._behind = False
        elif tag in ("td", "th"):
            self._cell = None
        elif tag == "caption":
            self._caption = False
        elif tag == "data" and self._data is not None:
            block = self._open[-1]
            block.numbers[-1] = (block.numbers[-1][0], self._data)
            self._data = None

    def _end_line(self) -> None:
        """Take up the words since the last line."""
        if text := _plain(self._line.words):
            self.page.lines.append((self._anchor, text))
        self._line = _Line()

    def _spot_line(self, tag: str) -> None:
        line = self._line
        if tag in HEADINGS:
            self._spot("section", self._anchor, self._anchor, _plain(line.words))
        elif tag == "figcaption" and self._figure:
            self._spot("figure", self._figure, self._figure, _plain(line.words))
        for number in line.numbers:
            row = tag == "tr"  # it is called by its first cells, a sentence by its last words
            before = _plain(line.words[: line.numbers[0].place if row else number.place])
            about = before[:SHOWN] if row else before[-SHOWN:].split(". ")[-1]
            self._spot("number", number.id, self._anchor, f"{number.text or ''} – {about}")

    def _spot(self, kind: str, anchor: str, place: str, shown: str) -> None:
        if anchor not in self._spotted:
            self._spotted.add(anchor)
            self.page.spots.append(Spot(kind, anchor, place, shown[: 2 * SHOWN]))

    def _picture(self, source: str) -> str:
        """Hash of a picture as it is seen."""
        number = source.removeprefix(ASIDE)
        address = self._addresses[int(number)] if number != source else source
        head, _, coded = address.partition(",")
        if head.startswith("data:image/svg+xml") and head.endswith("base64"):
            address = seen(base64.b64decode(coded).decode())
        return hashlib.sha256(address.encode()).hexdigest()


@dataclass
class _Number:
    id: str
    place: int  # of its words in the line's
    text: str | None = None


@dataclass
class _Line:
    """The words of a text as they come, and the numbers in it that name a record."""

    words: list[str] = field(default_factory=list)
    numbers: list[_Number] = field(default_factory=list)

    def end_number(self) -> None:
        if self.numbers and self.numbers[-1].text is None:
            self.numbers[-1].text = _plain(self.words[self.numbers[-1].place :])


def _plain(words: list[str]) -> str:
    return " ".join("".join(words).split())
