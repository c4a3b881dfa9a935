"""Figures that everybody can tell apart: contrast of words and fills, and not by colour alone.

Constants are held to WCAG 1.4.3 (words 4.5:1) and 1.4.11 (graphics 3:1); then every word of every
figure on the site is looked at as it was drawn.
"""

from __future__ import annotations

import base64
import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import canvas, stacked
from skk_analysis.figures.alternative import LONGEST
from skk_analysis.figures.area_map import INKS, SHADES
from skk_analysis.reporting.programme import together

SVG = "{http://www.w3.org/2000/svg}"
HEX = re.compile(r"#[0-9a-f]{6}")


def luminance(colour: str) -> float:
    colour = {"white": "#ffffff", "black": "#000000"}.get(colour, colour)
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_wcags():
    assert contrast("white", "black") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.005)  # the known near miss


@pytest.mark.parametrize("colour", [*canvas.PALETTE, canvas.DARK])
def test_each_colour_may_be_used_for_words(colour):
    assert contrast(colour, "white") >= 4.5


def test_a_map_tells_its_classes_without_shades():
    for shade, ink in zip(SHADES, INKS, strict=True):
        assert contrast(shade, ink) >= 4.5
        assert contrast(shade, canvas.DARK) >= 3  # the boundary
    lights = [luminance(shade) for shade in SHADES]
    assert all(light > dark for light, dark in pairwise(lights))


def test_parts_of_a_bar_stand_out_from_their_neighbours():
    for (fill, ink, hatch), (other, _, beside) in pairwise(stacked.FILLS):
        assert contrast(fill, ink) >= 4.5
        assert contrast(fill, other) >= 3
        assert hatch != beside


def test_cells_of_a_grid_are_told_by_sign():
    for symbol, tint, _ in together.STATUS.values():
        assert symbol
        assert contrast(tint, canvas.DARK) >= 4.5
    assert len({symbol for symbol, *_ in together.STATUS.values()}) == len(together.STATUS)


# linear RGB as seen without red, green or blue cones: Viénot, Brettel & Mollon (1999) for the
# first two, Machado, Oliveira & Fernandes (2009), severity 1, for the third
BLINDNESS = {
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "tritan": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip


def lab(colour: str, seen: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(BLINDNESS[seen]) @ linear, 0, 1)
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ) @ linear / (0.9505, 1.0, 1.089)  # fmt: skip
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen", BLINDNESS)
def test_increase_decrease_and_neither_differ_for_the_colour_blind(seen):
    """The colours that carry a meaning by themselves; each has a marker of its own besides."""
    for one, other in combinations((canvas.BLUE, canvas.VERMILLION, canvas.GREY), 2):
        assert np.linalg.norm(lab(one, seen) - lab(other, seen)) > 10


def drawings(site: Path) -> list[tuple[str, str]]:
    """Caption and SVG of every figure on the site."""
    found = []
    for page in sorted(site.rglob("report.json")):
        soup = BeautifulSoup((page.parent / "index.html").read_text("utf-8"), "html.parser")
        for figure in soup.find_all("figure"):
            coded = figure.img["src"].partition("base64,")[2]
            found.append((figure.figcaption.get_text(), base64.b64decode(coded).decode()))
    return found


def words(svg: str) -> list[tuple[str, str]]:
    """Colour of each text of a drawing and of the box behind it (white where it has none)."""
    found = []
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        if not group.get("id", "").startswith("text_"):
            continue
        box, ink = "#ffffff", "#000000"
        for part in group:
            style = part.get("style", "")
            colour = re.search(r"fill: (#[0-9a-f]{6})", style)
            if part.get("id", "").startswith("patch_"):
                colours = HEX.findall(ElementTree.tostring(part, "unicode"))
                box = colours[0] if colours else box
            elif colour:
                ink = colour[1]
        found.append((ink, box))
    return found


def test_every_word_in_every_figure_stands_out(site):
    found = drawings(site)
    assert len(found) > 10
    weak = {
        (caption, ink, box): round(contrast(ink, box), 2)
        for caption, svg in found
        for ink, box in words(svg)
        if contrast(ink, box) < 4.5 and ink != "#ffffff"  # white stands on a fill, tested above
    }
    assert weak == {}


def test_every_figure_is_told_in_a_line_and_in_full(site):
    for page in sorted(site.rglob("report.json")):
        soup = BeautifulSoup((page.parent / "index.html").read_text("utf-8"), "html.parser")
        for figure in soup.find_all("figure"):
            behind = figure.find_next_sibling("details")
            assert len(figure.img["alt"]) <= LONGEST, figure.img["alt"]
            assert behind.p and behind.table
            assert len(behind.p.get_text()) > len(figure.img["alt"])
