"""The PDF beside a page: its structure as assistive technology reads it, and that it is no older.

What is tested here is what pypdf can read. PDF/UA checkers (veraPDF, PAC) are not run.
"""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from skk_analysis.reporting.page import pdf as pdf_module
from skk_analysis.reporting.page.pdf import for_paper, pdf_of, require_pdf
from skk_analysis.reporting.pdf_files import PDF, drop_stale_pdf, has_pdf
from skk_analysis.workspace import SkkError, sha256

pypdf = pytest.importorskip("pypdf")


@pytest.fixture(scope="module")
def weasyprint() -> None:
    """Skips where PDF files cannot be made."""
    try:
        require_pdf()
    except SkkError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def printed(
    request: pytest.FixtureRequest, card: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A report's folder with its page and its PDF."""
    request.getfixturevalue("weasyprint")
    folder = tmp_path_factory.mktemp("card")
    (folder / "index.html").write_bytes(card.read_bytes())
    page = card.read_bytes()
    (folder / PDF).write_bytes(pdf_of(page, sha256(card)))
    return folder


@pytest.fixture(scope="module")
def reader(printed: Path) -> Any:
    return pypdf.PdfReader(printed / PDF)


def nodes(element: Any) -> Iterator[Any]:
    """An element of the tag tree and all below it."""
    element = element.get_object()
    yield element
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(found, dict) and found.get("/Type") == "/StructElem":
            yield from nodes(found)


@pytest.fixture(scope="module")
def tags(reader: Any) -> list[Any]:
    return list(nodes(reader.trailer["/Root"]["/StructTreeRoot"]["/K"][0]))


def kind(element: Any) -> str:
    return element["/S"]


def test_language_title_and_mark(reader, card):
    root = reader.trailer["/Root"]
    soup = BeautifulSoup(card.read_text("utf-8"), "html.parser")
    assert root["/Lang"] == soup.html["lang"] == "fi"
    assert reader.metadata.title == soup.title.get_text()
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert root["/MarkInfo"]["/Marked"].value is True
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_the_outline_is_the_headings(reader, card):
    def titles(items: list[Any]) -> Iterator[str]:
        for item in items:
            yield from titles(item) if isinstance(item, list) else [item.title]

    soup = BeautifulSoup(card.read_text("utf-8"), "html.parser")
    headings = [h.get_text(" ", strip=True) for h in soup.find_all(re.compile("^h[1-6]$"))]
    assert list(titles(reader.outline))[: len(headings)] == headings


def test_every_figure_has_the_pages_alternative_text_and_description(tags, card):
    """On a card's paper nothing stands behind a figure: what it tells in full is in the text."""
    soup = BeautifulSoup(card.read_text("utf-8"), "html.parser")
    figures = [element for element in tags if kind(element) == "/Figure"]
    told = [
        f"{figure.img['alt']} {figure.find_next_sibling('details').p.strong.next_sibling.strip()}"
        for figure in soup.find_all("figure")
    ]
    assert [figure["/Alt"] for figure in figures] == told
    assert all("/BBox" in figure["/A"] for figure in figures)


def test_each_table_cell_names_its_headers(tags, card):
    """A header cell has an id, a data cell names those of its row and column."""
    soup = BeautifulSoup(card.read_text("utf-8"), "html.parser")
    tables = [element for element in tags if kind(element) == "/Table"]
    # a table that goes over a sheet's end becomes two; how it was computed is on the page only
    printed = [
        table for table in soup.find_all("table")
        if not table.find_parent("details") and not table.find_previous(id="origin")
    ]  # fmt: skip
    assert len(tables) > len(printed) > 10
    for table in tables:
        cells = list(nodes(table))
        ids = [cell["/ID"] for cell in cells if kind(cell) == "/TH"]
        assert ids
        for cell in (c for c in cells if kind(c) == "/TD"):
            named = cell["/A"]["/Headers"]
            assert named
            assert set(named) <= set(ids)
    rows = [element for element in tags if kind(element) == "/TR"]
    cells = sum(kind(e) in ("/TH", "/TD") for row in rows for e in list(nodes(row))[1:])
    assert cells > sum(len(table.find_all(["td", "th"])) for table in printed)


def test_nothing_shown_is_untagged(reader, tags):
    """Each operator that shows text or a picture stands in marked content or is an artifact.

    (WeasyPrint marks the sheets' margins, too, but hangs them nowhere in the tree.)
    """
    known = Counter(kind(element) for element in tags)
    assert known["/H1"] == 1
    for number, page in enumerate(reader.pages):
        depth, untagged, ids = 0, 0, []
        for operands, operator in page.get_contents().operations:
            if operator in (b"BDC", b"BMC"):
                depth += 1
                if operator == b"BDC" and "/MCID" in operands[1]:
                    ids.append(int(operands[1]["/MCID"]))
            elif operator == b"EMC":
                depth -= 1
            elif operator in (b"Tj", b"TJ", b"'", b'"', b"Do", b"f", b"S", b"B") and not depth:
                untagged += 1
        assert untagged == 0, f"sheet {number + 1}"
        assert len(ids) == len(set(ids))
        assert page["/StructParents"] == number
        assert page["/Tabs"] == "/S"


def test_each_sheet_has_its_number_the_banner_and_stays_inside(reader):
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        lefts: list[float] = []

        def note(words: str, cm: list[float], tm: list[float], *_: Any, to: list = lefts) -> None:
            if words.strip():
                to.append(cm[0] * tm[4] + cm[2] * tm[5] + cm[4])

        text = page.extract_text(visitor_text=note)
        assert f"sivu {number} ({count})" in text.replace("\xa0", " ")
        assert "Esimerkkiaineisto – luvut eivät ole todellisia" in text
        assert max(lefts) < float(page.mediabox.width) - 30


def test_a_card_is_two_sheets(reader):
    """With a font as wide as DejaVu Sans its end may go over to a third."""
    narrow = "Liberation" in str(
        [font.get_object()["/BaseFont"] for page in reader.pages
         for font in page["/Resources"]["/Font"].values()]
    )  # fmt: skip
    assert len(reader.pages) <= (2 if narrow else 3)


def test_no_code_and_nothing_to_click_on_paper(card):
    soup = BeautifulSoup(for_paper(card.read_text("utf-8")), "html.parser")
    assert not soup.select(".code, .skip, .side, input, summary, details")
    assert all(a["href"].startswith(("#", "https:", "mailto:")) for a in soup.find_all("a"))


def test_what_stands_behind_figures_goes_to_an_appendix(city):
    soup = BeautifulSoup(for_paper(city.read_text("utf-8")), "html.parser")
    figures, appendix = soup.find_all("figure"), soup.select(".appendix h3")
    assert [h.get_text() for h in appendix] == [f.figcaption.get_text() for f in figures]
    assert len(soup.select(".appendix table")) == len(figures) > 0


@pytest.mark.usefixtures("weasyprint")
def test_the_review_status_goes_on_each_sheet(tmp_path):
    page = (
        '<!DOCTYPE html><html lang="fi"><head><title>x</title><style>@media print {}</style></head>'
        '<body><p data-status="Luonnos">Luonnos</p><main><h1>A</h1><p>b</p></main></body></html>'
    )
    (tmp_path / "x.pdf").write_bytes(pdf_of(page.encode(), "x"))
    shown = pypdf.PdfReader(tmp_path / "x.pdf").pages[0].extract_text()
    assert shown.count("Luonnos") == 2


def test_a_pdf_is_known_by_its_page_and_dropped_when_the_page_is_another(printed, tmp_path):
    assert has_pdf(printed)
    assert not drop_stale_pdf(printed)
    for name in ("index.html", PDF):
        (tmp_path / name).write_bytes((printed / name).read_bytes())
    with (tmp_path / "index.html").open("a") as page:
        page.write("<!-- stamped -->")
    assert not has_pdf(tmp_path)
    assert drop_stale_pdf(tmp_path)
    assert not (tmp_path / PDF).exists()


@pytest.mark.usefixtures("weasyprint")
@pytest.mark.parametrize(("inside", "pictures"), [(True, 1), (False, 0)])
def test_the_same_page_gives_the_same_bytes_and_loads_nothing_from_elsewhere(
    tmp_path, inside, pictures
):
    dot = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    )
    (tmp_path / "dot.png").write_bytes(dot)
    source = (
        "data:image/png;base64," + base64.b64encode(dot).decode()
        if inside
        else (tmp_path / "dot.png").as_uri()
    )
    page = f'<html lang="fi"><title>x</title><h1>A</h1><img alt="a" src="{source}">'.encode()
    made = pdf_of(page, "x")
    assert made == pdf_of(page, "x")
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages[0].images) == pictures


@pytest.mark.parametrize(
    ("error", "told"),
    [(ImportError(), r"skk-analysis\[pdf\]"), (OSError("no libpango"), "apt-get install libpango")],
)
def test_what_is_missing_is_named(monkeypatch, error, told):
    def fail(name: str, *rest: Any) -> Any:
        if name == "weasyprint":
            raise error
        return imported(name, *rest)

    imported = __import__
    monkeypatch.setitem(pdf_module.__builtins__, "__import__", fail)
    with pytest.raises(SkkError, match=told):
        require_pdf()
