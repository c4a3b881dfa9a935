"""A PDF from a finished page: the same words, figures and tables, tagged for assistive technology.

WeasyPrint (the optional extra ``pdf``) makes it, with tags, document language, title, outline and
the figures' alternative texts. The file marks itself as PDF/UA-1; that mark is WeasyPrint's, tests
check the structure only (README). The tables behind the figures, which the page shows at a click,
become an appendix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from bs4 import BeautifulSoup, Tag

from skk_analysis.language import text
from skk_analysis.reporting.page.shell import PAPER, SMALL
from skk_analysis.workspace import SkkError

if TYPE_CHECKING:
    from types import ModuleType

APART = ("script", "style", "a.skip", "header.site a", "div.side", ".code", "p.statement")
"""What a page has for the screen only."""

CARD = "kind-experiment"
"""Class of the page of an experiment's card."""

UNIT = re.compile("\u00a0(?=[a-zåäö]{6})")
"""The blank between a number and a unit that is a long word, which goes under it if it must."""

STATUS = "data-status"
"""Attribute of the element that tells how far the review is; its value goes on every sheet."""

SHEETS = f"""
[{STATUS}] {{ string-set: status attr({STATUS}); }}
@page {{ @top-right {{ content: string(status); {SMALL} }} }}
.picture {{ display: block; }}
.to-data {{ font-size: 7.5pt; color: var(--muted); margin: 1pt 0 4pt; }}
.to-data a::after {{ content: " " target-counter(attr(href), page); }}
.appendix {{ font-size: 7.5pt; }}
.appendix h3 {{ font-size: 8.5pt; }}
.appendix table {{ font-size: 6.5pt; }}
.appendix table caption {{ display: none; }}
"""
"""What no browser needs."""


def require_pdf() -> ModuleType:
    """WeasyPrint.

    Raises
    ------
    SkkError
        If it or the library Pango is missing; the message says what to install.
    """
    try:
        import weasyprint
    except ImportError:
        raise SkkError(
            "PDF files need the optional extra 'pdf': pip install 'skk-analysis[pdf]'."
        ) from None
    except OSError as error:
        raise SkkError(
            "PDF files need the library Pango, which WeasyPrint did not find. On Debian and "
            "Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; on "
            f"macOS: brew install pango. ({error})"
        ) from error
    return weasyprint


def pdf_of(page: bytes, identifier: str) -> bytes:
    """The PDF of a report's page; the same page and fonts give the same bytes.

    Parameters
    ----------
    page : the HTML as published
    identifier : goes into the file to tell what it was made from; ASCII letters and digits

    Raises
    ------
    SkkError
        If WeasyPrint or Pango is missing.
    """
    weasyprint = require_pdf()
    content = for_paper(page.decode())
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols={"data"})
    made = weasyprint.HTML(string=content, url_fetcher=fetcher).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode()
    )
    return cast(bytes, made)


def for_paper(page: str) -> str:
    """The page as it is printed: without what is for the screen, with its figures' data behind."""
    soup = BeautifulSoup(page, "html.parser")
    language = str(soup.html["lang"]) if soup.html else ""
    sheets = _printed(soup)
    for selector in APART:
        for element in soup.select(selector):
            element.decompose()
    for link in soup.find_all("a", href=True):
        if not str(link["href"]).startswith(("#", "https:", "http:", "mailto:")):
            link.unwrap()
    for cell in soup.select("td.number"):
        for words in cell.find_all(string=UNIT):
            words.replace_with(UNIT.sub(" ", words))
    if soup.select_one(f"body.{CARD}"):
        _shorten(soup)
    else:
        _append_data(soup, language)
    style = soup.new_tag("style")
    style.string = sheets + SHEETS
    if soup.head:
        soup.head.append(style)
    return str(soup)


def _printed(soup: BeautifulSoup) -> str:
    """The page's own rules for paper: its screen rules would only cost time."""
    style = soup.style.get_text() if soup.style else ""
    return style.partition(PAPER)[2].rstrip().removesuffix("}")


def _shorten(soup: BeautifulSoup) -> None:
    """A card is two sheets: what stands behind its figures becomes their alternative text.

    The figures' numbers are in the card's own tables; those behind the figures are on the page.
    """
    for figure in soup.find_all("figure"):
        behind, image = figure.find_next_sibling("details"), figure.find("img")
        if not (isinstance(behind, Tag) and isinstance(image, Tag)):
            continue
        told = behind.find("p", recursive=False)
        if isinstance(told, Tag):
            if told.strong:
                told.strong.decompose()
            image["alt"] = f"{image['alt']} {told.get_text(strip=True)}"
        behind.decompose()


def _append_data(soup: BeautifulSoup, language: str) -> None:
    """Move what stands behind the figures to an appendix, and say under each where it is."""
    behind = [(figure, figure.find_next_sibling("details")) for figure in soup.find_all("figure")]
    found = [(figure, data) for figure, data in behind if isinstance(data, Tag)]
    main = soup.find("main")
    if not (found and isinstance(main, Tag)):
        return
    appendix = soup.new_tag("section", attrs={"class": "appendix"})
    heading = soup.new_tag("h2", id="figure-data")
    heading.string = text("paper.appendix", language)
    appendix.append(heading)
    for figure, data in found:
        name = figure.find("figcaption")
        anchor = f"{figure.get('id')}-data"
        title = soup.new_tag("h3", id=anchor)
        title.string = name.get_text(strip=True) if isinstance(name, Tag) else anchor
        where = soup.new_tag("p", attrs={"class": "to-data"})
        link = soup.new_tag("a", href=f"#{anchor}")
        link.string = text("paper.figure_data", language)
        where.append(link)
        figure.insert_after(where)
        if isinstance(summary := data.find("summary"), Tag):
            summary.decompose()
        data.name = "div"
        appendix.extend([title, data.extract()])
    main.append(appendix)
