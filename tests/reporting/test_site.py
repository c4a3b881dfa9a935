"""The site as a reader meets it: found by search, in three languages, from a disk, harmless."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from skk_analysis.cli import app
from skk_analysis.language import LANGUAGES
from skk_analysis.language.search_words import stems
from skk_analysis.reporting.card import Card
from skk_analysis.reporting.front.entries import Edition, Entry
from skk_analysis.reporting.front.pages import _by_letter, _initial
from skk_analysis.reporting.front.search import search_data
from skk_analysis.reporting.kinds import CITY_YEAR, City, city_years
from skk_analysis.reporting.report import State

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = (
    "<script>document.title='X'</script>\"><img src=x onerror=\"document.title='X'\">{{7*7}}"
    "</script><svg onload=alert(1)>\u202egnitset " + "pitkä" * 60
)
WORDS = """from skk_analysis.figures import Figure, Heading, Prose, Sentence, Table
from skk_analysis.language import Quantity
share = Quantity('share', SHARE, 'share', lower=SHARE - 0.02, upper=SHARE + 0.02)
table = Table('Taulukko 1. Osuudet', ('Alue', 'Osuus'),
              (('Keskusta', share), (AREA, Quantity('other', 0.5, 'share'))), language)
lines = (Sentence('index.caption', language, {'kind': f'Kaupungin osuus {year}'}),)
display(Heading(f'{city} {year} {AREA}', 'report', 1), Heading('Tiivistelmä', 'summary'),
        Prose((lines,), items=True, kind='verdict',
              record={'verdicts': [{'measure': 'gini', 'verdict': VERDICT}]}),
        table, Figure(SVG, f'Kuvio 1. {AREA}', f'Alt {AREA}', f'Kuvaus {AREA}', table))"""
RESULTS = """show({'application/vnd.skk.results+json': [
    share.record(), {'id': 'other', 'value': 0.5, 'unit': 'share', 'kind': 'value'}]})"""


def cells_with(
    cells: Any, area: str = "Laita", share: float = 0.25, verdict: str = "grows"
) -> list:
    given = f"AREA, SHARE, VERDICT, SVG = {area!r}, {share!r}, {verdict!r}, {cells.svg!r}"
    return [cells.start, given, WORDS, cells.last, RESULTS, cells.end]


def soup_of(place: Path) -> BeautifulSoup:
    return BeautifulSoup(place.read_text("utf-8"), "html.parser")


def watched(browser: Any, **options: Any) -> tuple[Any, list[str]]:
    """A page, and what it did that no page of ours may do."""
    page = browser.new_page(**options)
    wrong: list[str] = []
    page.on("request", lambda r: r.url.startswith("file:") or r.url.startswith("data:image/")
            or wrong.append(r.url))  # fmt: skip
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
    return page, wrong


def test_a_reader_finds_opens_switches_downloads_and_goes_back(bench, cells, browser):
    bench.write(cells_with(cells))
    assert bench.run(cities=["Espoo"], languages=["fi", "sv"]).ok
    page, wrong = watched(browser, viewport={"width": 360, "height": 740})
    page.goto((bench.workspace.reports / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#query").fill("espoon 2020")  # an inflected form
    assert page.locator("#found a").all_inner_texts() == ["Espoo 2020"]
    assert page.locator("#told").inner_text() == "Yksi osuma."
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/espoo/2020/fi/index.html")
    page.get_by_role("link", name="På svenska").click()
    page.wait_for_url("**/espoo/2020/sv/index.html")
    assert page.locator("html").get_attribute("lang") == "sv"
    with page.expect_download() as download:
        page.locator(".download a", has_text="CSV").first.click()
    content = Path(download.value.path()).read_bytes()
    assert content == (bench.workspace.reports / "espoo/2020/sv/downloads/table-1.csv").read_bytes()
    assert b"Keskusta,25" in content
    # English is not there: the door says so, and leads on
    page.get_by_role("link", name="In English").click()
    page.wait_for_url("**/espoo/2020/en.html")
    assert page.locator("main a").all_inner_texts() == ["Suomeksi", "På svenska"]
    page.go_back()
    page.go_back()
    page.wait_for_url("**/fi/index.html")
    page.go_back()
    page.wait_for_url("**/reports/index.html")
    assert page.locator("#query").input_value() in ("espoon 2020", "")
    page.locator("#query").fill("ei mitään tällaista")
    assert page.locator("#told").inner_text() == "Ei osumia."
    page.get_by_role("link", name="På svenska").click()
    page.locator("#query").fill("esbo")
    assert page.locator("#found li").count() == 2
    assert wrong == []
    # without scripts everything is there as a list
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto((bench.workspace.reports / "index.html").as_uri())
    assert not plain.locator("#search").is_visible()
    assert plain.get_by_role("link", name="Espoo 2020").first.is_visible()


def test_a_hostile_text_stays_text_everywhere(bench, cells, browser):
    cities = bench.workspace.programme / "cities.csv"
    row = '"' + HOSTILE.replace('"', '""') + '"'
    cities.write_text(cities.read_text("utf-8").replace("Espoo,Esbo,Espoo", f"Espoo,{row},{row}"))
    bench.write(cells_with(cells, HOSTILE))
    assert bench.run(cities=["Espoo"], languages=["fi", "sv"]).ok
    bench.write(cells_with(cells, HOSTILE + "!", share=0.3))
    assert bench.run(cities=["Espoo"], languages=["fi", "sv"]).ok
    pages = sorted(bench.workspace.reports.rglob("*.html"))
    kinds = {page.name for page in pages}
    assert {"index.html", "index.sv.html", "fi.changes.html", "sv.html", "review.html"} <= kinds
    for place in pages:
        soup = soup_of(place)
        told = place.read_text("utf-8")
        assert "\u202e" not in told, place
        policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy, place
        assert not [e for e in soup.find_all(True) for a in e.attrs if a.startswith("on")], place
        assert not soup.find_all(src=lambda s: s and not s.startswith("data:image/")), place
        scripts = [s for s in soup.find_all("script") if s.get("type") != "application/json"]
        assert len(scripts) <= 1 and not any("document.title=" in s.text for s in scripts), place
        assert not soup.find_all("svg")
        page, wrong = watched(browser)
        page.goto(place.as_uri())
        if page.locator("#query").count():
            page.locator("#query").fill("script")
        assert wrong == [] and page.title() != "X" and "49" not in page.title(), place
        page.close()
    for place in bench.workspace.reports.rglob("*.svg"):
        page, wrong = watched(browser)
        page.goto(place.as_uri())
        assert wrong == []
        page.close()
    for place in bench.workspace.reports.rglob("content.json"):
        assert "\u202e" not in place.read_text("utf-8")
    assert "<script>document" in soup_of(bench.folder / "index.html").h1.get_text()


@pytest.mark.parametrize(
    "drawing",
    ["<script>1</script>", "<a href='https://x.test'/>", "<use href='https://x.test/#a'/>",
     "<rect onclick='x()'/>", "<foreignObject/>", "<style>@import 'x'</style>",
     "<rect style='fill: url(https://x.test)'/>", "<image href='https://x.test/a.png'/>"],
)  # fmt: skip
def test_a_drawing_that_could_do_anything_stops_the_report(drawing):
    from skk_analysis.reporting.page.drawing import faults

    frame = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
    harmless = (
        '<path d="M0 0" style="fill: url(#a)"/>',
        "<title>$\\frac{1}{2}$ @import url(x)</title>",
        "<image href='data:image/jpeg;base64,AA=='/>",
    )
    assert [faults(frame.format(one)) for one in harmless] == [[], [], []]
    assert faults(frame.format(drawing))
    assert faults('<!DOCTYPE svg [<!ENTITY a "b">]>' + frame.format(""))


def test_what_changed_is_told_with_its_reason_largest_first(bench, cells):
    bench.write(cells_with(cells))
    bench.one()
    changes = bench.workspace.reports / "espoo" / "2019" / "fi.changes.json"
    old = shutil.copytree(bench.folder, bench.workspace.root / "old")
    assert not changes.exists()
    bench.one(force=True)
    assert not changes.exists(), "a report that is the same changed nothing"
    # a row of data is another one, and with it the slice
    bench.change("espoo")
    bench.one()
    assert not changes.exists(), "other data and the same content change nothing for a reader"
    bench.write(cells_with(cells, share=0.31, verdict="unclear"))  # the notebook is code
    bench.one()
    told = json.loads(changes.read_text("utf-8"))
    assert told["reasons"] == ["code"]
    [number] = told["numbers"]
    assert (number["id"], number["weight"]) == ("share", pytest.approx(3.0))
    assert told["verdicts"] == [{"measure": "gini", "published": "grows", "now": "unclear"}]
    assert told["places"] == {"share": "Keskusta, Osuus"}
    page = soup_of(changes.with_name("fi.changes.html"))
    row = [c.get_text() for c in page.find(id="numbers-caption").find_parent("table").tbody.tr]
    assert row[0] == "Keskusta, Osuus" and row[-1] == "3,0"
    assert "ohjelmakoodi" in page.main.get_text()
    for language in LANGUAGES:
        overview = soup_of(bench.workspace.reports / "changes" / f"{language}.html")
        assert overview.find(id="espoo-2019") and overview.html["lang"] == language
        for link in overview.main.find_all("a"):
            assert (bench.workspace.reports / "changes" / link["href"]).resolve().is_file()
    kept = changes.read_bytes()
    (bench.library / "metrics.py").write_text("one = 3\n")
    bench.one()
    assert changes.read_bytes() == kept, "other code and the same content keep what was known"

    run = CliRunner().invoke
    root = ["--workspace", str(bench.workspace.root)]
    done = run(app, [*root, "diff", str(old), str(bench.folder)])
    assert done.exit_code == 1
    assert "because of: data, code" in done.output and "raw file espoo" in done.output
    assert "gini: published grows, now unclear" in done.output
    assert "share: 0.25 [0.23, 0.27] → 0.31 [0.29, 0.33], weight 3" in done.output
    same = run(app, [*root, "diff", str(bench.folder), str(bench.workspace.root)])
    run_id = json.loads((bench.folder / "report.json").read_text("utf-8"))["run_id"]
    assert same.exit_code == run(app, [*root, "diff", run_id, run_id]).exit_code == 0
    # the same report of another year: a parameter
    bench.run(cities=["Espoo"], years=[2020])
    other = run(app, [*root, "diff", str(bench.folder), str(bench.folder.parents[1] / "2020/fi")])
    assert "parameter year: published 2019, now 2020" in other.output


def entry_of(city: City, year: int, words: set[str], line: str) -> Entry:
    [subject] = city_years([city], [year])
    card = Card("", (line,), tuple(words))
    record: Any = SimpleNamespace(data_date="2021-03-01", run_id="0123456789ab", invented=True)
    folder = "/".join((*subject.folder, "fi"))
    return Entry(CITY_YEAR, subject, {"fi": Edition("fi", State.OK, record, "", folder, card)})


def test_search_of_the_whole_country_fits_into_a_page():
    """309 municipalities in ten years: 3 090 reports, each with areas of its own."""
    common = stems(" ".join(f"yhteinen sana{i}x" for i in range(250)), "fi") | {
        f"yhteinen{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(250)
    }
    found = []
    for number in range(309):
        name = f"Kunta{chr(97 + number % 26)}{chr(97 + number // 26)}"
        city = City(f"{number:03}", name, f"{name}by", name)
        areas = {f"alue{number}paikka{i}" for i in range(10)}
        found += [
            entry_of(city, year, common | areas, f"Tuloerot kasvoivat kunnassa {name} {year}.")
            for year in range(2011, 2021)
        ]
    assert len(found) == 3090
    size = len(search_data(found, "fi").encode())
    assert size < 600_000, size


def test_letters_follow_the_finnish_alphabet():
    names = ["Äänekoski", "Zürich", "Åbo", "Akaa", "Öland", "Šakki", "Éka", "1. kunta"]
    cities = [City(str(i), name, name, name) for i, name in enumerate(names)]
    entries = [entry_of(city, 2020, set(), "") for city in cities]
    assert [letter for letter, _ in _by_letter(entries, "fi")] == [
        "0", "A", "E", "S", "Z", "Å", "Ä", "Ö",
    ]  # fmt: skip
    assert _initial("å") == "Å"
