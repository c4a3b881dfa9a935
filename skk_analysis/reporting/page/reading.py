"""Reading a page's content once: what the checks ask about, and the content in one plain form.

A tree of a report's ten thousand elements costs more than all of its numbers. The checks need only
headings, images, tables, ids and attributes; they are noted here in passing, and every element is
written again in the one form that the reader understood, so that no browser reads it differently.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
"""Elements that have no end."""

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
TEXTS = {*HEADINGS, "caption", "th"}
"""Elements whose text is noted."""
CELLS = {"td", "th"}


@dataclass
class Element:
    """An element as it began, and the text in it where that is asked for."""

    name: str
    attributes: dict[str, str]
    start: str
    place: int  # of its start among the pieces of the content
    parent: Element | None = None
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in it, with one blank between its parts."""
        return " ".join(self.words)


@dataclass
class TableElement:
    """A table with its first caption and its header cells."""

    element: Element
    caption: Element | None = None
    headers: list[Element] = field(default_factory=list)
    columns: int = 0  # cells of its longest row
    end: int = 0  # place of its end tag among the pieces


class Content(HTMLParser):
    """The elements of some HTML, in their order.

    Parameters
    ----------
    content : HTML

    Attributes
    ----------
    elements, headings, tables : in the order in which they begin
    problems : tags that do not match
    pieces : the content, in one form; joined they are the content
    """

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.headings: list[Element] = []
        self.tables: list[TableElement] = []
        self.problems: list[str] = []
        self.pieces: list[str] = []
        self._open: list[Element] = []
        self._texts: list[Element] = []
        self._tables: list[TableElement] = []
        self._row: Element | None = None
        self._cells = 0
        self.feed(content)
        self.close()
        self.problems += [f"element <{element.name}> is not closed" for element in self._open]

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002
        """Lines are not counted, as nobody asks for places."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in sorted(attrs, key=_name)}
        end = "/>" if tag in VOID else ">"
        start = f"<{tag}{''.join(_attribute(*item) for item in attributes.items())}{end}"
        parent = self._open[-1] if self._open else None
        element = Element(tag, attributes, start, len(self.pieces), parent)
        self.pieces.append(start)
        self.elements.append(element)
        if tag in VOID:
            return
        self._open.append(element)
        if tag == "table":
            self._tables.append(TableElement(element))
            self.tables.append(self._tables[-1])
        elif tag in TEXTS:
            self._note(element)
        if tag in CELLS and self._tables:
            self._count(self._tables[-1], element)

    def _count(self, table: TableElement, cell: Element) -> None:
        """Count the cells of the row that has begun last."""
        if cell.parent is not self._row:
            self._row, self._cells = cell.parent, 0
        self._cells += 1
        table.columns = max(table.columns, self._cells)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1].name != tag:
            self.problems.append(f"</{tag}> closes no element <{tag}>")
            return
        element = self._open.pop()
        if self._texts and self._texts[-1] is element:
            self._texts.pop()
        elif tag == "table":
            self._tables.pop().end = len(self.pieces)
        self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.pieces.append(_escaped(data))
        if self._texts and (words := data.strip()):
            for element in self._texts:
                element.words.append(words)

    def handle_comment(self, data: str) -> None:
        self.pieces.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.problems.append(f"<!{decl[:20]}> is not allowed")

    def handle_pi(self, data: str) -> None:
        self.problems.append(f"<?{data[:20]}> is not allowed")

    def unknown_decl(self, data: str) -> None:
        self.problems.append(f"<![{data[:20]}> is not allowed")

    def _note(self, element: Element) -> None:
        self._texts.append(element)
        if element.name in HEADINGS:
            self.headings.append(element)
        for table in self._tables:
            if element.name == "th":
                table.headers.append(element)
            elif element.name == "caption":
                table.caption = table.caption or element


def _name(item: tuple[str, str | None]) -> str:
    return item[0]


def _attribute(name: str, value: str) -> str:
    if name == "class":
        value = " ".join(value.split())
    quoted = _escaped(value).replace('"', "&quot;")
    return f' {name}="{quoted}"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
