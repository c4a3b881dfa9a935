"""Making a report's content reachable for everybody, and refusing what cannot be made so.

A missing alt text, caption or header scope stops the report: the author has to give it, no guess
can. What can be derived (a keyboard-scrollable region around each table, the table of contents) is
added here. Scripts, inline styles and addresses of outside hosts are refused as well, whoever
wrote them: an area name with a ``<script>`` in it must have been escaped long before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag

from skk_analysis.reporting.checks import IMAGE_TYPES, displays
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from nbformat import NotebookNode

HEADINGS = re.compile(r"^h[1-6]$")
ACTIVE = {"script", "iframe", "object", "embed", "link", "meta", "base", "form", "style"}
MAIN = re.compile(r"<main\b[^>]*>(.*)</main>", re.DOTALL)
PICTURE = re.compile(r'(src="data:image/[a-z+]+;)[^"]*')
ORIGIN = "origin"
"""The id of the section on sources, which must be the last one."""


class PageError(SkkError):
    """All that is wrong with a page."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("The page was refused: " + "; ".join(problems) + ".")


@dataclass(frozen=True)
class Outline:
    """Title and sections of a report; a section is its id and its heading."""

    title: str
    sections: list[tuple[str, str]]


def completed(content: str) -> tuple[str, Outline]:
    """The content with regions around its tables, and its outline.

    Raises
    ------
    PageError
        Listing everything that keeps somebody from reading the page.
    """
    soup = BeautifulSoup(content, "html.parser")
    if problems := _problems(soup):
        raise PageError(problems)
    for number, table in enumerate(soup.find_all("table"), start=1):
        _make_region(soup, table, number)
    title = _short(soup.find_all("h1")[0], None)
    sections = [(str(h["id"]), _short(h, None)) for h in soup.find_all("h2")]
    return str(soup), Outline(title, sections)


def page_problems(page: str) -> list[str]:
    """Everything on a finished page that keeps somebody from reading it; pictures are left out."""
    main = MAIN.search(page)
    return _problems(BeautifulSoup(PICTURE.sub(r"\1", main[1] if main else ""), "html.parser"))


def _problems(soup: BeautifulSoup) -> list[str]:
    return [
        *_headings(soup), *_images(soup), *_tables(soup), *_identities(soup), *_foreign(soup)
    ]  # fmt: skip


def check_counts(notebook: NotebookNode, body: str) -> None:
    """See that each figure and table of the notebook came to the page.

    Raises
    ------
    PageError
        With the counts. (A template that lacks one block loses all tables without a word.)
    """
    soup = BeautifulSoup(body, "html.parser")
    outputs = list(displays(notebook))
    figures = sum(any(kind in o.data for kind in IMAGE_TYPES) for o in outputs)
    tables = sum(
        o.data.get("text/html", "").count("<table")
        if not any(kind in o.data for kind in IMAGE_TYPES)
        else _behind(o).count("<table")
        for o in outputs
    )
    found = len(soup.find_all("figure")), len(soup.find_all("table"))
    if found != (figures, tables):
        raise PageError(
            [f"notebook: {figures} figures, {tables} tables; page: {found[0]} and {found[1]}"]
        )


def _behind(output: NotebookNode) -> str:
    return "".join(str(output.metadata.get(kind, {}).get("table", "")) for kind in IMAGE_TYPES)


def _headings(soup: BeautifulSoup) -> list[str]:
    headings = soup.find_all(HEADINGS)
    titles = [h for h in headings if h.name == "h1"]
    problems = [] if len(titles) == 1 else [f"{len(titles)} headings h1, must be one"]
    level = 0
    for heading in headings:
        now = int(heading.name[1])
        if now > level + 1:
            problems.append(f"heading «{_short(heading)}» jumps from h{level} to h{now}")
        if not heading.get_text(strip=True):
            problems.append(f"a heading {heading.name} is empty")
        level = now
    sections = soup.find_all("h2")
    problems += [f"section «{_short(h)}» has no id" for h in sections if not h.get("id")]
    if not sections or sections[-1].get("id") != ORIGIN:
        problems.append(f"the last section must be the one with id {ORIGIN!r}")
    return problems


def _images(soup: BeautifulSoup) -> list[str]:
    return [
        f"an image has no alt text: {str(image)[:60]}"
        for image in soup.find_all("img")
        if not str(image.get("alt", "")).strip()
    ]


def _tables(soup: BeautifulSoup) -> list[str]:
    problems = []
    for number, table in enumerate(soup.find_all("table"), start=1):
        caption = table.find("caption")
        name = f"table {number} «{_short(caption)}»" if caption else f"table {number}"
        if caption is None or not caption.get_text(strip=True):
            problems.append(f"{name} has no caption")
        headers = table.find_all("th")
        if not headers:
            problems.append(f"{name} has no header cells")
        if any(h.get("scope") not in {"col", "row", "colgroup", "rowgroup"} for h in headers):
            problems.append(f"{name} has a header cell without scope")
        if any(not h.get_text(strip=True) for h in headers):
            problems.append(f"{name} has an empty header cell")
    return problems


def _identities(soup: BeautifulSoup) -> list[str]:
    ids = [element["id"] for element in soup.find_all(id=True)]
    return [f"id {name!r} occurs twice" for name in sorted({i for i in ids if ids.count(i) > 1})]


def _foreign(soup: BeautifulSoup) -> list[str]:
    problems = []
    for element in soup.find_all(True):
        if element.name in ACTIVE:
            problems.append(f"element <{element.name}> is not allowed")
        for name, value in element.attrs.items():
            address = "".join(str(value).split()).lower()
            if name == "style" or name.startswith("on"):
                problems.append(f"attribute {name} of <{element.name}> is not allowed: use a class")
            elif name in {"src", "srcset", "background"} and not address.startswith("data:image/"):
                problems.append(f"<{element.name}> loads {str(value)[:60]!r} from outside")
            elif name == "href" and not address.startswith(("#", "https://", "http://", "mailto:")):
                problems.append(f"<{element.name}> links to {str(value)[:60]!r}")
    return problems


def _make_region(soup: BeautifulSoup, table: Tag, number: int) -> None:
    """A wide table scrolls by keyboard and finger, and its region is called by its caption."""
    if table.parent is not None and "region" in table.parent.get_attribute_list("class"):
        return
    caption = table.find_all("caption")[0]
    caption["id"] = caption.get("id") or f"table-{number}"
    region = soup.new_tag("div", attrs={"class": "region", "role": "region", "tabindex": "0"})
    region["aria-labelledby"] = caption["id"]
    table.wrap(region)


def _short(element: Tag, length: int | None = 60) -> str:
    return element.get_text(" ", strip=True)[:length]
