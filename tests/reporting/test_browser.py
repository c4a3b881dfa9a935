"""The page in a real browser, where there is one: nothing sticks out, nothing is asked outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from skk_analysis.reporting.page.exporter import report_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HEADERS = "".join(f"<th scope='col'>Indikaattori {n}</th>" for n in range(12))
CELLS = "<td class='number heart-good'>1,5 ▲<span class='unseen'> parempi</span></td>" * 11
WIDE = (
    f"<table><caption>Leveä</caption><thead><tr>{HEADERS}</tr></thead>"
    f"<tbody><tr><th scope='row'>Keskusta</th>{CELLS}</tr></tbody></table>"
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not on this machine")


@pytest.fixture
def browser_page(tmp_path: Path, cells: Any, browser: Any) -> Iterator[tuple[Any, list[str]]]:
    """A report on a phone of 320 px, and a list of all requests and console messages."""
    cell = nbformat.v4.new_code_cell("long = 'x' * 400  # " + "x" * 400)
    told = {"image/svg+xml": {"alt": "Neliö", "caption": "Kuvio 1.", "table": cells.table}}
    contents = [
        ({"text/html": "<h1>Espoo 2019</h1>"}, {}),
        ({"image/svg+xml": cells.svg}, told),
        ({"text/html": WIDE + '<h2 id="origin">Lähteet</h2>'}, {}),
    ]
    cell.outputs = [
        nbformat.v4.new_output("display_data", data=data, metadata=metadata)
        for data, metadata in contents
    ]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    file = tmp_path / "sivu ä.html"
    file.write_text(report_page(notebook, "fi", True, "0123456789ab", ""), "utf-8")
    heard: list[str] = []
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.on("console", lambda message: heard.append(message.text))
    page.on("request", lambda request: heard.append(request.url[:5]))
    page.goto(file.as_uri())
    yield page, heard
    page.close()


def test_a_page_in_chromium(browser_page):
    page, heard = browser_page
    assert heard == ["file:"]
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == 320
    assert page.locator("figure img").evaluate("image => image.naturalWidth > 0")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    code = page.locator(".code")
    assert not code.is_visible()
    page.locator("#show-code").focus()
    page.keyboard.press("Space")
    assert code.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.emulate_media(media="print")
    assert not page.locator(".side nav").is_visible()
    assert page.locator(".banner").is_visible()
