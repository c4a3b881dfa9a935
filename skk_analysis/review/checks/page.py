"""What a report's page shows, read from its bytes: texts, numbers under their ids, tables.

Pictures are not read here (they are data addresses; `figures` reads the drawings themselves), and
neither is code, which is hidden until asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

PROSE = {"p", "li", "dt", "dd", "figcaption", "summary"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
VOID = {"img", "br", "hr", "input", "wbr", "col", "meta", "link", "source"}
PICTURE = re.compile(r'src="data:[^"]*"')
BESIDE = {"code", "download"}
"""Classes of what is no content: code, links to files."""
FRONT = "content"
"""Where a reader is sent for what stands before the first section."""


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


@dataclass
class Page:
    """A page as a reader gets it."""

    language: str = ""
    blocks: list[Block] = field(default_factory=list)
    tables: list[PageTable] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    alts: list[Block] = field(default_factory=list)
    """Short alternative texts of the figures."""

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
    reader.feed(PICTURE.sub('src=""', html))
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._main = self._skipped = 0
        self._section, self._figure = FRONT, ""
        self._open: list[Block] = []
        self._data: str | None = None
        self._cell: TableCell | None = None
        self._caption = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.page.language = told.get("lang", "")
        if tag == "main":
            self._main = 1
        if tag == "img" and self._main and self._figure and not self._skipped:
            alt = told.get("alt", "")
            self.page.alts.append(Block(tag, self._section, alt, alt, figure=self._figure))
        if not self._main or tag in VOID:
            return
        if self._skipped or BESIDE & set(told.get("class", "").split()):
            self._skipped += 1
        elif tag in HEADINGS or tag in PROSE:
            if tag == "h2":
                self._section, self._figure = told.get("id", FRONT), ""
            figure = self._figure if self._behind else ""
            self._open.append(Block(tag, self._section, figure=figure))
            if tag in HEADINGS and told.get("id"):
                self.page.headings[told["id"]] = ""
                self._heading = told["id"]
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
            named = told.get("data-result", ""), told.get("data-limits", "")
            self._cell = TableCell(tag == "th", *named, told.get("class", ""))
            self.page.tables[-1].rows[-1].append(self._cell)
        elif tag == "caption":
            self._caption = True
        elif tag == "data" and self._open:
            self._data = ""
            self._open[-1].numbers.append((told.get("value", ""), ""))

    _behind = False
    _heading = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._main = 0
        if not self._main or tag in VOID:
            return
        if self._skipped:
            self._skipped -= 1
        elif self._open and tag == self._open[-1].tag:
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

    def handle_data(self, data: str) -> None:
        if not self._main or self._skipped:
            return
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
