"""Narrow windows, zoom, wide spacing, paper, dark and forced colours: all stays readable."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
"""What a reader may set by WCAG 1.4.12."""

CUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX)
    && !e.closest('.unseen') && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 80))"""
"""Elements that cut what they hold."""

OUTSIDE = """() => [...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => !e.closest('.region, .picture, pre, .unseen') && e.getClientRects().length
    && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 80))"""
"""Elements that stick out to the right and are in no frame that scrolls."""

A4 = 688
"""CSS pixels between the margins of a sheet."""


def all_pages(card: Path, city: Path, site: Path) -> list[Path]:
    return [card, city, site / "index.html", site / "accessibility" / "fi.html"]


@pytest.mark.parametrize(
    ("width", "scale", "style"),
    [(320, 1, ""), (640, 2, ""), (320, 1, SPACING), (1280, 1, SPACING)],
    ids=["320", "200%", "320+spacing", "spacing"],
)
def test_no_page_scrolls_sideways_or_cuts_text(card, city, site, opened, width, scale, style):
    for file in all_pages(card, city, site):
        page = opened(file, width=width, device_scale_factor=scale)
        if style:  # as a reader's own style sheet, which the page's policy does not hold back
            page.evaluate(
                "css => { const s = new CSSStyleSheet(); s.replaceSync(css);"
                " document.adoptedStyleSheets = [s]; }",
                style,
            )
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, file
        assert page.evaluate(CUT) == []
        assert page.evaluate(OUTSIDE) == []


def test_the_caption_of_a_wide_table_stays_in_sight(city, opened):
    page = opened(city, width=320)
    rights = page.locator("main > .region caption").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().right)"
    )
    assert rights
    assert max(rights) <= 320


def test_paper_shows_everything(card, city, site, opened):
    for file in all_pages(card, city, site):
        page = opened(file, width=A4)
        page.emulate_media(media="print")
        shown = page.evaluate(
            """() => [...document.querySelectorAll('main :is(h1, h2, h3, p, table, img, li, td)')]
                 .filter(e => !e.closest('.unseen, .code, .download, #search, .places')
                   && !e.closest('#origin ~ .region')
                   && !e.getClientRects().length)
                 .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert shown == []
        heights = page.locator("details.behind table").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().height)"
        )
        assert all(height > 10 for height in heights)
        assert page.evaluate("document.documentElement.scrollWidth") <= A4, file
        assert not page.locator(".code").first.is_visible() if page.locator(".code").count() else 1


def test_a_card_is_short_on_paper(card, opened):
    pypdf = pytest.importorskip("pypdf")
    printed = opened(card).pdf(prefer_css_page_size=True, print_background=True)
    sheets = pypdf.PdfReader(io.BytesIO(printed)).pages
    assert len(sheets) <= 3


def lightness(shot: bytes) -> float:
    """Mean lightness, 0 to 1, of a picture's outer frame of 10 pixels."""
    image_of = pytest.importorskip("PIL.Image")
    import numpy as np

    pixels = np.asarray(image_of.open(io.BytesIO(shot)).convert("L"), dtype=float) / 255
    frame = np.concatenate([pixels[3:10].ravel(), pixels[-10:-3].ravel(), pixels[:, 3:10].ravel()])
    return float(frame.mean())


@pytest.mark.parametrize(
    "settings", [{"color_scheme": "dark"}, {"forced_colors": "active", "color_scheme": "dark"}],
    ids=["dark", "forced"],
)  # fmt: skip
def test_figures_keep_their_light_paper(card, opened, settings: dict[str, Any]):
    page = opened(card, **settings)
    assert page.evaluate(
        """() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor
             .match(/\\d+/g).map(Number); return r + g + b < 150; }"""
    ), "the page itself is dark"
    for image in page.locator("figure img").all():
        assert lightness(image.screenshot()) > 0.9
