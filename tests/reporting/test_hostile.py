"""Hostile text in the register, in areas and in sources, through the real reports: it stays text.

The quick test reads a card's files; the slow ones make every kind of report, with PDF, decisions
and a release, and open every page in Chromium.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
import openpyxl
import pytest
from bs4 import BeautifulSoup

from skk_analysis.language.visible import visible
from skk_analysis.reporting.grid import run_reports
from skk_analysis.reporting.page.accessible import ELEMENTS
from skk_analysis.reporting.page.drawing import ELEMENTS as DRAWN
from skk_analysis.reporting.pdf_files import PDF
from skk_analysis.reporting.plan import Choice, chosen_reports, plan
from skk_analysis.reporting.release.archive import verified
from skk_analysis.reporting.release.pack import release
from skk_analysis.reporting.runner import finished_report
from skk_analysis.reporting.signoff.decisions import Voice, decide, find_report
from skk_analysis.workspace import Workspace
from tests.reporting.planted import HOSTILE, executed_here, planted
from tests.reporting.test_site import watched

FRAME = {"html", "head", "meta", "title", "style", "body", "header", "footer", "main", "nav",
         "aside", "section", "article", "form", "label", "input", "select", "option", "optgroup",
         "textarea", "button", "fieldset", "legend", "template", "noscript", "script",
         "q"}  # fmt: skip
"""What the frame of a page has besides a report's elements."""
OPENS_FORMULA = re.compile(r"\s*[=+@\t\r]|-(?![\d.])")


class Elements(HTMLParser):
    """What of a page or an output could do anything."""

    def __init__(self, content: str, allowed: set[str]) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self._allowed = {name.lower() for name in allowed}
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._allowed and ":" not in tag:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            runs = name.startswith("on") or address.startswith("javascript:")
            if runs or (name in ("src", "href", "action") and "evil.invalid" in address):
                self.wrong.append(f"{name}={value!r:.60}")


def faults(folder: Path) -> list[str]:
    """What in the files of a report, or of a site, is more than text."""
    found = []
    for file in sorted(folder.rglob("*")):
        name, content = file.relative_to(folder).as_posix(), b""
        if file.is_file() and file.suffix in (".html", ".json", ".csv", ".ipynb", ".svg"):
            content = file.read_bytes()
        told = content.decode("utf-8")
        if visible(told) != told or "\\u202e" in told:
            found.append(f"{name}: an unseen sign")
        if file.suffix == ".html":
            found += [f"{name}: {wrong}" for wrong in Elements(told, ELEMENTS | FRAME).wrong]
        elif file.suffix == ".ipynb":
            for html in outputs(told):
                found += [f"{name}: {w}" for w in Elements(html, ELEMENTS | DRAWN).wrong]
        elif file.suffix == ".csv":
            cells = (c for row in csv.reader(io.StringIO(told, newline="")) for c in row)
            found += [f"{name}: {c:.40}" for c in cells if OPENS_FORMULA.match(c)]
        elif file.suffix == ".xlsx":
            book = openpyxl.load_workbook(file)
            cells = (c for sheet in book for row in sheet.iter_rows() for c in row)
            found += [f"{name}: {c.value}" for c in cells if c.data_type == "f" or c.hyperlink]
    return found


def outputs(notebook: str) -> list[str]:
    """What JupyterLab shows of a saved notebook as HTML or as a drawing; nothing else is rich."""
    shown = []
    for cell in nbformat.reads(notebook, 4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert not data.keys() & {"text/markdown", "text/latex", "application/javascript"}
            shown += [data[kind] for kind in ("text/html", "image/svg+xml") if kind in data]
    return shown


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, sample_workspace: Workspace) -> Workspace:
    """The sample with hostile texts; not cleaned yet."""
    return planted(sample_workspace.raw, tmp_path_factory.mktemp("paha työ"))


def test_a_card_of_hostile_texts_is_text(hostile, sample_workspace, monkeypatch, tmp_path):
    """Its page, notebook, downloads and data, made of the sample's clean tables in this process."""
    shutil.copytree(sample_workspace.processed, hostile.processed)
    monkeypatch.setattr("skk_analysis.reporting.runner.execute", executed_here)
    # which cells are hidden is worked out by the slow tests
    monkeypatch.setattr("skk_analysis.reporting.experiment.data.protected_cells", lambda _: None)
    choice = Choice(experiments=["espoo-1"], languages=["fi"])
    [order] = plan(chosen_reports(hostile, choice), hostile, 60)
    folder = finished_report(order, tmp_path, tmp_path)
    assert faults(folder) == []
    shown = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser").main.get_text()
    there = [words for words in HOSTILE if visible(words.splitlines()[0]) in shown]
    assert len(there) > 20, "hostile texts have been lost"
    shutil.rmtree(hostile.processed)


@pytest.mark.slow
def test_every_page_of_hostile_texts_in_a_browser(hostile, browser, tmp_path):
    """All kinds of reports and pages, in two languages; nothing runs, loads or is found outside."""
    cities = Choice(cities=["Espoo"], years=[2019], languages=["fi", "sv"])
    rest = Choice(years=[2019], kinds=["city_comparison", "programme"], languages=["en"])
    card = Choice(experiments=["espoo-1"], languages=["fi"])
    for choice in (cities, rest, card):
        made = run_reports(hostile, choice, 2)
        assert made.ok, [outcome.message for outcome in made.failed]
    report = find_report(hostile, "experiments/espoo-1/fi")
    for words in (" ".join(HOSTILE).replace("\u202e", ""), "a" * 5_000):
        decide(hostile, report, Voice("Maija <b>V", "=\"><script>window.hit=8</script>"), "comment",
               anchor="", text=words, blocking=True)  # fmt: skip
    assert faults(hostile.reports) == []
    for place in [*hostile.reports.rglob("*.html"), *hostile.reports.rglob("*.svg")]:
        page, wrong = watched(browser, viewport={"width": 360, "height": 740})
        page.goto(place.as_uri())
        if page.locator("#query").count():
            page.locator("#query").fill("script onerror")
        assert wrong == [] and page.evaluate("window.hit") is None, place
        if place.suffix == ".html":
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, place
        page.close()

    packed = release(hostile, Choice(), draft=True)
    zip_file = tmp_path / "r.zip"
    zip_file.write_bytes(packed.content)
    assert verified(zip_file).whole
    with zipfile.ZipFile(zip_file) as archive:
        for name in archive.namelist():
            assert re.fullmatch(r"[a-z0-9._/-]+|README\.txt", name), name
            assert ".." not in PurePosixPath(name).parts
        archive.extractall(tmp_path / "r")
    assert faults(tmp_path / "r") == []


@pytest.mark.slow
def test_a_pdf_of_hostile_texts_runs_and_links_nothing(hostile):
    pytest.importorskip("weasyprint", reason="the extra 'pdf' is not installed")
    run_reports(hostile, Choice(experiments=["espoo-1"], languages=["fi"]), 1, pdf=True)
    content = (hostile.reports / "experiments" / "espoo-1" / "fi" / PDF).read_bytes()
    for sign in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"evil.invalid"):
        assert sign not in content
    links: list[Any] = re.findall(rb"/URI \((.*?)\)", content)
    assert links == []
