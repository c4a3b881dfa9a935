"""What is in the hash that reviewers sign: all that a reader is told, and nothing else."""

from __future__ import annotations

import base64

import pytest

from skk_analysis.review.page import read_page
from skk_analysis.review.told import told

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><metadata>Versio 1</metadata><path d="M0 0"/></svg>'
STATE = "Aineisto haettu: 12.5.2021. Ajon tunniste: abc."
PAGE = f"""<html><head><style>p {{}}</style></head><body><nav><a href="#gaps">Erot</a></nav><main>
<h1 id="report">Turku 2019</h1><p>{STATE}</p><h2 id="gaps">Erot</h2>
<p>Ero oli <data value="gini">0,25</data>.</p><div class="code"><pre>show(1)</pre></div>
<figure id="figure-1"><img src="SVG" alt="Neliö"><figcaption>Kuvio 1. Ala</figcaption></figure>
<table><caption>Luvut</caption><tr><th>Keskusta</th><td data-result="gini">0,25</td></tr></table>
<p class="download"><a href="a.csv">CSV</a></p><h2 id="origin">Lähteet</h2><p>koodi 1</p></main>
<footer>Tehty 12.5.2021</footer></body></html>"""
NUMBERS = [{"id": "gini", "value": 0.25, "upper": 0.3, "unit": "index", "sources": ["paavo"]}]


def digest(
    page: str = PAGE, numbers: list | None = None, svg: str = SVG, state: str = STATE
) -> str:
    drawn = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return told(read_page(page.replace("SVG", drawn)), numbers or NUMBERS, [state]).digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [("Ero oli", "Ero on"), (">0,25<", ">0,26<"), ("Neliö", "Ympyrä"), ("Kuvio 1.", "Kuvio 2."),
     ("Keskusta", "Laita"), ("<p>Ero", "<p>Uusi.</p><p>Ero"), (">Erot</h2>", ">Tasaus</h2>"),
     ("<caption>Luvut</caption>", "")],
)  # fmt: skip
def test_another_word_or_number_is_another_content(old, new):
    assert old in PAGE and digest(PAGE.replace(old, new)) != digest()


@pytest.mark.parametrize("change", [{"value": 0.26}, {"upper": 0.31}, {"unit": "share"}, {"n": 9}])
def test_another_figure_of_a_number_is_another_content(change):
    assert digest(numbers=[{**NUMBERS[0], **change}]) != digest()


def test_another_drawing_is_another_content():
    assert digest(svg=SVG.replace("M0 0", "M0 1")) != digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [("show(1)", "show(2)"), ("koodi 1", "koodi 2"), ("Tehty 12.5", "Tehty 29.5"),
     ("p {}", "p { color: red; }"), ("CSV", "XLSX"), ("\n", "\n  ")],
)  # fmt: skip
def test_how_a_page_was_made_is_not_in_it(old, new):
    assert old in PAGE and digest(PAGE.replace(old, new)) == digest()


def test_a_later_date_of_retrieval_a_run_a_source_or_a_version_voids_nothing():
    later = STATE.replace("12.5.2021", "29.5.2021").replace("abc", "def")
    assert digest(PAGE.replace(STATE, later), state=later) == digest()
    assert digest(numbers=[{**NUMBERS[0], "sources": ["paavo", "sotkanet"]}]) == digest()
    assert digest(svg=SVG.replace("Versio 1", "Versio 2")) == digest()
