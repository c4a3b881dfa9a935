"""Making a report's content reachable for everybody, and refusing what cannot be made so.

A missing alt text, caption or header scope stops the report: the author has to give it, no guess
can. What can be derived (a keyboard-scrollable region around each table, the table of contents) is
added here. What is not on the lists of elements and attributes is refused as well, whoever wrote
it: an area name with a ``<script>`` in it must have been escaped long before, and a page that had
to be cleaned would hide that it was not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skk_analysis.reporting.checks import IMAGE_TYPES, displays
from skk_analysis.reporting.page.reading import Content, Element, TableElement
from skk_analysis.review.page import ORIGIN
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from nbformat import NotebookNode

ELEMENTS = {
    "a", "abbr", "b", "bdi", "blockquote", "br", "caption", "code", "col", "colgroup", "data", "dd",
    "details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "img", "li", "ol", "p", "pre", "section", "small", "span", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "alt", "class", "colspan", "datetime", "dir", "download", "headers", "height", "href", "id",
    "lang", "open", "role", "rowspan", "scope", "src", "start", "tabindex", "title", "value",
    "width",
}  # fmt: skip
"""Besides ``aria-…`` and ``data-…``."""
COMPANION = re.compile(r"downloads/[a-z0-9-]+\.(csv|svg|xlsx|json)")
"""Addresses of the report's own files."""
MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
PICTURE = re.compile(r'(src="data:image/[a-z+]+;)[^"]*')
SCOPES = {"col", "row", "colgroup", "rowgroup"}
LINKED = ("#", "https://", "http://", "mailto:")

CROWDED = {"several": 5, "many": 8, "crowd": 11}
"""Columns from which on a table is so called."""


class PageError(SkkError):
    """All that is wrong with a page."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("The page was refused: " + "; ".join(problems) + ".")


@dataclass(frozen=True)
class Outline:
    """Title, sections (id and heading) and the numbers of figures and tables of a report."""

    title: str
    sections: list[tuple[str, str]]
    figures: int
    tables: int


def completed(content: str) -> tuple[str, Outline]:
    """The content with regions around its tables, and its outline.

    Raises
    ------
    PageError
        Listing everything that keeps somebody from reading the page.
    """
    read = Content(content)
    if problems := _problems(read):
        raise PageError(problems)
    for number, table in enumerate(read.tables, start=1):
        _make_region(read, table, number)
    title = next(h.text for h in read.headings if h.name == "h1")
    sections = [(h.attributes["id"], h.text) for h in read.headings if h.name == "h2"]
    figures = sum(element.name == "figure" for element in read.elements)
    return "".join(read.pieces), Outline(title, sections, figures, len(read.tables))


def page_problems(page: str) -> list[str]:
    """Everything on a finished page that keeps somebody from reading it; pictures are left out."""
    main = MAIN.search(page)
    return _problems(Content(PICTURE.sub(r"\1", main[1] if main else "")))


def _problems(read: Content) -> list[str]:
    return [
        *_headings(read), *_images(read), *_tables(read), *_identities(read), *_foreign(read),
        *read.problems,
    ]  # fmt: skip


def check_counts(notebook: NotebookNode, outline: Outline) -> None:
    """See that each figure and table of the notebook came to the page.

    Raises
    ------
    PageError
        With the counts. (A template that lacks one block loses all tables without a word.)
    """
    outputs = list(displays(notebook))
    figures = sum(any(kind in o.data for kind in IMAGE_TYPES) for o in outputs)
    tables = sum(
        o.data.get("text/html", "").count("<table")
        if not any(kind in o.data for kind in IMAGE_TYPES)
        else _behind(o).count("<table")
        for o in outputs
    )
    found = outline.figures, outline.tables
    if found != (figures, tables):
        raise PageError(
            [f"notebook: {figures} figures, {tables} tables; page: {found[0]} and {found[1]}"]
        )


def _behind(output: NotebookNode) -> str:
    return "".join(str(output.metadata.get(kind, {}).get("table", "")) for kind in IMAGE_TYPES)


def _headings(read: Content) -> list[str]:
    titles = [h for h in read.headings if h.name == "h1"]
    problems = [] if len(titles) == 1 else [f"{len(titles)} headings h1, must be one"]
    level = 0
    for heading in read.headings:
        now = int(heading.name[1])
        if now > level + 1:
            problems.append(f"heading «{_short(heading)}» jumps from h{level} to h{now}")
        if not heading.text:
            problems.append(f"a heading {heading.name} is empty")
        level = now
    sections = [h for h in read.headings if h.name == "h2"]
    problems += [f"section «{_short(h)}» has no id" for h in sections if not h.attributes.get("id")]
    if not sections or sections[-1].attributes.get("id") != ORIGIN:
        problems.append(f"the last section must be the one with id {ORIGIN!r}")
    return problems


def _images(read: Content) -> list[str]:
    return [
        f"an image has no alt text: {image.start[:60]}"
        for image in read.elements
        if image.name == "img" and not image.attributes.get("alt", "").strip()
    ]


def _tables(read: Content) -> list[str]:
    problems = []
    for number, table in enumerate(read.tables, start=1):
        caption, headers = table.caption, table.headers
        name = f"table {number} «{_short(caption)}»" if caption else f"table {number}"
        if caption is None or not caption.text:
            problems.append(f"{name} has no caption")
        if not headers:
            problems.append(f"{name} has no header cells")
        if any(h.attributes.get("scope") not in SCOPES for h in headers):
            problems.append(f"{name} has a header cell without scope")
        if any(not h.text for h in headers):
            problems.append(f"{name} has an empty header cell")
    return problems


def _identities(read: Content) -> list[str]:
    counts = Counter(e.attributes["id"] for e in read.elements if "id" in e.attributes)
    return [f"id {name!r} occurs twice" for name in sorted(n for n in counts if counts[n] > 1)]


def _foreign(read: Content) -> list[str]:
    problems = []
    for element in read.elements:
        if element.name not in ELEMENTS:
            problems.append(f"element <{element.name}> is not allowed")
        for name, value in element.attributes.items():
            if name not in ATTRIBUTES and not name.startswith(("aria-", "data-")):
                problems.append(f"attribute {name} of <{element.name}> is not allowed: use a class")
            elif name == "src" and not _address(value).startswith("data:image/"):
                problems.append(f"<{element.name}> loads {value[:60]!r} from outside")
            elif name == "href" and not (
                _address(value).startswith(LINKED) or COMPANION.fullmatch(value)
            ):
                problems.append(f"<{element.name}> links to {value[:60]!r}")
    return problems


def _address(value: str) -> str:
    """The beginning of an address as browsers read it: blanks in it do not count."""
    return "".join(value[:200].split()).lower()


def _make_region(read: Content, table: TableElement, number: int) -> None:
    """A wide table scrolls by keyboard and finger, and its region is called by its caption.

    On paper nothing scrolls: the more columns, the smaller the type (``paper.css``).
    """
    parent, caption = table.element.parent, table.caption
    sizes = [name for name, least in CROWDED.items() if table.columns >= least]
    if parent is not None and "region" in parent.attributes.get("class", "").split():
        names = " ".join([parent.attributes["class"], *sizes])
        old = f'class="{parent.attributes["class"]}"'
        read.pieces[parent.place] = parent.start.replace(old, f'class="{names}"')
        return
    assert caption is not None
    name = caption.attributes.get("id") or f"table-{number}"
    if not caption.attributes.get("id"):
        read.pieces[caption.place] = f'{caption.start[:-1]} id="{name}">'
    names = " ".join(["region", *sizes])
    region = f'<div aria-labelledby="{name}" class="{names}" role="region" tabindex="0">'
    read.pieces[table.element.place] = region + table.element.start
    read.pieces[table.end] += "</div>"


def _short(element: Element) -> str:
    return element.text[:60]
