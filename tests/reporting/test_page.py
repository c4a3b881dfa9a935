"""The page: what every reader needs is there, and what nobody may get is refused."""

from __future__ import annotations

import base64
import hashlib
import re
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup

from skk_analysis.reporting.page import exporter, shell
from skk_analysis.reporting.page.accessible import Outline, PageError
from skk_analysis.reporting.page.exporter import report_page
from skk_analysis.reporting.page.shell import TEMPLATES, page

HOSTILE = "<script>alert('x')</script> & \"Ö\" {{ 7 * 7 }}"
TITLE, LAST = "<h1>Espoo 2019</h1>", '<h2 id="origin">Tietolähteet</h2>'


def output(data: dict, metadata: dict | None = None) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata or {})


def notebook_with(*outputs: nbformat.NotebookNode, source: str = "show()") -> nbformat.NotebookNode:
    """A notebook with title and last section around these outputs."""
    cell = nbformat.v4.new_code_cell(source)
    cell.outputs = [output({"text/html": TITLE}), *outputs, output({"text/html": LAST})]
    return nbformat.v4.new_notebook(cells=[cell])


def render(*outputs: nbformat.NotebookNode, invented: bool = False, **options: str) -> str:
    return report_page(notebook_with(*outputs, **options), "fi", invented, "0123456789ab", "")


def html(content: str) -> nbformat.NotebookNode:
    return output({"text/html": content})


def figure(
    cells: SimpleNamespace, kind: str = "image/svg+xml", **changed: str
) -> nbformat.NotebookNode:
    told = {"alt": "Kuva neliöstä", "caption": "Kuvio 1.", "table": cells.table} | changed
    return output({kind: cells.svg, "text/plain": "Neliö"}, {kind: told})


def test_the_frame_of_a_page(cells):
    soup = BeautifulSoup(render(html('<h2 id="a">Alku</h2>'), figure(cells)), "html.parser")
    assert soup.html["lang"] == "fi"
    assert soup.title.get_text() == "Espoo 2019 – Sosiaalisesti kestävät kaupungit"
    assert len(soup.find_all("h1")) == 1
    skip = soup.find("a", class_="skip")
    assert soup.find(id=skip["href"].removeprefix("#")).name == "main"
    languages, contents = soup.select_one("header nav"), soup.select_one(".side nav")
    links = [(a["href"], a["lang"], a.get_text()) for a in languages.find_all("a")]
    assert links == [("../sv.html", "sv", "På svenska"), ("../en.html", "en", "In English")]
    links = [(a["href"], a.get_text()) for a in contents.find_all("a")]
    assert links == [("#a", "Alku"), ("#origin", "Tietolähteet")]
    assert soup.find(id=contents["aria-labelledby"]).get_text() == "Sisällys"


def test_a_figure_has_alt_text_caption_and_its_data(cells):
    soup = BeautifulSoup(render(figure(cells, description="Ala on 81.")), "html.parser")
    image = soup.figure.img
    assert image["alt"] == "Kuva neliöstä"
    kind, data = image["src"].split(";base64,")
    assert (kind, base64.b64decode(data).decode()) == ("data:image/svg+xml", cells.svg)
    assert soup.figure.figcaption.get_text() == "Kuvio 1."
    details = soup.find("details", class_="behind")
    assert "Ala on 81." in details.get_text()
    assert details.table is not None


def test_png_figures_are_shown_as_well(cells):
    picture = output(
        {"image/png": "iVBORw0K\nGgo=", "text/plain": "x"},
        {"image/png": {"alt": "Pisteet", "caption": "Kuvio 2.", "table": cells.table}},
    )
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in render(picture)


@pytest.mark.parametrize("missing", ["alt", "caption", "table"])
@pytest.mark.parametrize("value", ["", "  "])
def test_a_figure_without_alt_caption_or_data_is_refused(cells, missing, value):
    with pytest.raises(PageError, match=f"a figure has no {missing}"):
        render(figure(cells, **{missing: value}))


def test_an_image_without_any_metadata_is_refused(cells):
    with pytest.raises(PageError, match="no alt, no caption, no table"):
        render(output({"image/svg+xml": cells.svg, "text/plain": "<Figure>"}))


TABLE = "<table><caption>Luvut</caption><tr><th scope='col'>A</th></tr><tr><td>1</td></tr></table>"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<h1>Toinen</h1>", "2 headings h1"),
        ('<h3 id="x">Hyppy</h3>', "jumps from h1 to h3"),
        ('<h2 id="x"> </h2>', "a heading h2 is empty"),
        ("<h2>Ilman</h2>", "section «Ilman» has no id"),
        ('<h2 id="x">A</h2><p id="x">B</p>', "id 'x' occurs twice"),
        ('<img src="data:image/png;base64,aa">', "an image has no alt text"),
        ('<img alt="x" src="https://example.org/a.png">', "loads 'https://example.org/a.png'"),
        (TABLE.replace("Luvut", ""), "table 1 «» has no caption"),
        (TABLE.replace("<caption>Luvut</caption>", ""), "table 1 has no caption"),
        (TABLE.replace(" scope='col'", ""), "has a header cell without scope"),
        (TABLE.replace(">A<", "><"), "has an empty header cell"),
        (TABLE.replace("th", "td"), "has no header cells"),
        ("<script>alert(1)</script>", "element <script> is not allowed"),
        ("<iframe></iframe>", "element <iframe> is not allowed"),
        ('<p onclick="x()">a</p>', "attribute onclick"),
        ('<p style="color:red">a</p>', "attribute style"),
        ('<a href="java\nscript:x()">a</a>', "links to"),
        ('<link rel="stylesheet" href="https://x">', "element <link> is not allowed"),
        ("<div><p>a</div>", "</div> closes no element <div>"),
        ("<div>a", "element <div> is not closed"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_by_all_or_calls_outside_is_refused(content, problem):
    with pytest.raises(PageError, match=re.escape(problem)):
        render(html(content))


def test_all_problems_are_told_at_once():
    with pytest.raises(PageError) as caught:
        render(html("<h1>Toinen</h1><h2>Ilman</h2><table></table>"))
    assert len(caught.value.problems) == 4


def test_the_last_section_must_be_the_provenance():
    made = notebook_with()
    made.cells[0].outputs.append(html('<h2 id="more">Vielä</h2>'))
    with pytest.raises(PageError, match="the last section must be the one with id 'origin'"):
        report_page(made, "fi", False, "0123456789ab", "")


def test_a_table_becomes_a_region_called_by_its_caption():
    soup = BeautifulSoup(render(html(TABLE), html(TABLE)), "html.parser")
    regions = soup.find_all("div", class_="region")
    assert [r["aria-labelledby"] for r in regions] == ["table-1", "table-2"]
    assert all(r["tabindex"] == "0" and r.table.caption["id"] for r in regions)


def test_a_table_that_is_a_region_already_is_left_alone():
    region = f'<div class="region" role="region" tabindex="0" aria-label="Luvut">{TABLE}</div>'
    soup = BeautifulSoup(render(html(region)), "html.parser")
    assert [r["aria-label"] for r in soup.find_all("div", class_="region")] == ["Luvut"]


def test_a_lost_table_is_noticed(cells, monkeypatch):
    monkeypatch.setattr(exporter, "completed", lambda _: ("<p>tyhjä</p>", Outline("", [], 0, 0)))
    with pytest.raises(PageError, match="notebook: 1 figures, 2 tables; page: 0 and 0"):
        render(figure(cells), html(TABLE))


def test_hostile_names_stay_text(cells):
    content = render(
        figure(cells, alt=HOSTILE, caption=HOSTILE, description=HOSTILE),
        output({"text/plain": HOSTILE}),
        source=f"# {HOSTILE}",
        invented=True,
    )
    soup = BeautifulSoup(content, "html.parser")
    assert not soup.find_all("script")
    assert soup.figure.img["alt"] == HOSTILE
    assert soup.find("pre", class_="plain").get_text() == HOSTILE
    assert soup.find("code").get_text() == f"# {HOSTILE}"


def test_code_is_hidden_until_the_switch_is_used():
    soup = BeautifulSoup(render(), "html.parser")
    switch = soup.find(id="show-code")
    assert (switch["type"], soup.find("label", attrs={"for": "show-code"}).get_text()) == (
        "checkbox", "Näytä laskennan koodi",
    )  # fmt: skip
    assert soup.find("code").get_text() == "show()"
    style = soup.style.get_text()
    assert re.search(r"^\.code \{ display: none;", style, re.M)
    assert "body:has(#show-code:checked) .code { display: block; }" in style


def test_cells_for_researchers_are_not_on_the_page():
    made = notebook_with()
    for tag in ("notes", "parameters", "injected-parameters"):
        hidden = nbformat.v4.new_code_cell("secret = 1", metadata={"tags": [tag]})
        made.cells.insert(0, hidden)
    made.cells.insert(0, nbformat.v4.new_markdown_cell("secret"))
    assert "secret" not in report_page(made, "fi", False, "0123456789ab", "")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_invented_data_are_told_at_the_top_and_on_paper(language):
    made = notebook_with()
    content = report_page(made, language, True, "0123456789ab", "1.3.2021")
    soup = BeautifulSoup(content, "html.parser")
    banner = soup.find("div", class_="banner").strong.get_text()
    assert f'@top-center {{ content: "{banner}"' in soup.style.get_text()
    assert content.index('class="banner"') < content.index("<h1>")
    plain = report_page(made, language, False, "0123456789ab", "1.3.2021")
    assert banner not in plain
    assert "@top-center" not in plain
    assert "@bottom-right" in plain  # the sheet's number


def test_the_policy_allows_our_style_and_nothing_else():
    soup = BeautifulSoup(render(invented=True), "html.parser")
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    digest = base64.b64encode(hashlib.sha256(soup.style.string.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert f"style-src 'sha256-{digest}';" in policy
    assert not soup.find_all(["script", "link", "iframe"])


def test_nothing_is_asked_from_outside(cells):
    content = render(figure(cells), invented=True)
    addresses = re.findall(r"""(?:src|href)=["']([^"']*)|url\(([^)]*)\)|@import\s+(\S+)""", content)
    outside = [a for a in addresses for part in a if part and not part.startswith(("data:", "#"))]
    assert [address for address, *_ in outside] == [
        "../../../index.html", "../sv.html", "../en.html", "../../../accessibility/fi.html",
    ]  # fmt: skip


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes() -> list[dict[str, str]]:
    """The colours of the light and the dark theme."""
    style = (TEMPLATES / "style.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.S)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2]]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_every_background(theme):
    colours = themes()[theme]
    grounds = ("paper", "wash", "good", "middle", "poor", "none")
    pairs = [("ink", g) for g in grounds] + [
        (c, g) for c in ("muted", "accent") for g in ("paper", "wash")
    ]
    pairs.append(("banner-ink", "banner"))
    weak = {p: round(contrast(*(colours[c] for c in p)), 2) for p in pairs}
    assert {p: c for p, c in weak.items() if c < 4.5} == {}
    assert contrast(colours["focus"], colours["paper"]) >= 3


def test_the_banner_text_cannot_leave_the_style_sheet():
    assert "</style><b>" not in shell._style("fi", '"} </style><b>')


def test_a_page_needs_all_its_values():
    with pytest.raises(Exception, match="'home' is undefined"):
        page("report.html.j2", "fi", False, title="x", content="", run_id="", data_date="")
