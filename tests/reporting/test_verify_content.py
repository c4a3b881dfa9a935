"""Whatever of a report's page is another than it was made: it is noticed, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from skk_analysis.reporting import companions, grid, publication, runner
from skk_analysis.reporting.checks import RESULTS_TYPE
from skk_analysis.reporting.execute import INJECTED
from skk_analysis.reporting.plan import Choice, chosen_reports
from skk_analysis.reporting.report import CRATE, PAGE, RECORD
from skk_analysis.reporting.signoff.companion import review_companion
from skk_analysis.reporting.stamp import content_hash
from skk_analysis.reporting.verify import DIFFERENT, TAMPERED, verify
from tests.reporting import conftest

FIGURE = {
    "alt": "Neliö", "caption": "Kuvio 1. Ala", "description": "Ala on 81.", "table": conftest.TABLE
}  # fmt: skip
OUTPUTS = [
    ({"text/html": "<h1>Espoo</h1>"}, {}),
    ({"text/html": '<h2 id="summary">Tiivistelmä</h2><p>Yksi.</p><p>Kaksi.</p>'}, {}),
    ({"text/html": "<h2 id=\"gaps\">Erot</h2>"}, {}),
    ({"text/html": "<ul><li>Ero <data value=\"gini\">0,25</data></li></ul>"}, {}),
    ({"image/svg+xml": conftest.SVG}, {"image/svg+xml": FIGURE}),
    ({"text/html": conftest.TABLE.replace("Keskusta", "Laita").replace("Luvut", "Arvot")}, {}),
    ({"text/html": '<h2 id="origin">Lähteet</h2>'}, {}),
    ({RESULTS_TYPE: [{"id": "gini", "value": 0.25}]}, {}),
    ({"text/html": ""}, {"text/html": {"skk": "end"}}),
]  # fmt: skip


def executed(change: Callable[[str], str]) -> nbformat.NotebookNode:
    """An executed notebook, after a change of its JSON."""
    v4 = nbformat.v4
    shown = [v4.new_output("display_data", data=d, metadata=m) for d, m in OUTPUTS]
    given = v4.new_code_cell("city", metadata={"tags": [INJECTED]}, execution_count=1, id="a")
    cell = v4.new_code_cell("show(1)", outputs=shown, execution_count=2, id="b")
    made = json.dumps(v4.new_notebook(cells=[given, cell]), ensure_ascii=False)
    return nbformat.from_dict(json.loads(change(made)))


@pytest.fixture
def making(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A published report, made again with what ``bench.made`` makes of its notebook."""
    bench.made = lambda notebook: notebook
    monkeypatch.setattr(companions, "COMPANIONS", (review_companion,))
    monkeypatch.setattr(runner, "execute", lambda *_: executed(bench.made))
    monkeypatch.setattr(grid, "warm_forks", lambda *_: None)
    monkeypatch.setattr(publication, "published_changes", lambda *_: ())
    assert bench.one().ok
    [bench.report] = chosen_reports(bench.workspace, Choice(["Espoo"], [2019]), [bench.kind])
    assert verify(bench.report).identical
    return bench


def replacing(old: str, new: str) -> Callable[[str], str]:
    def change(content: str) -> str:
        assert old in content
        return content.replace(old, new, 1)

    return change


CHANGES = {
    "paragraph changed": ("Yksi.", "Yski.", "summary: published «Yksi.», now «Yski.»"),
    "paragraph added": ("<p>Kaksi.", "<p>Uusi.</p><p>Kaksi.", "summary: published «», now «Uusi.»"),
    "paragraph removed": ("<p>Kaksi.</p>", "", "summary: published «Kaksi.», now «»"),
    "number in a sentence": (">0,25<", ">0,26<", "published «Ero 0,25», now «Ero 0,26»"),
    "heading, and the contents": (">Erot<", ">Tasaus<", "published «Erot», now «Tasaus»"),
    "cell of a table": ("Laita", "Raita", "published «Laita 1,5», now «Raita 1,5»"),
    "caption of a table": ("Arvot", "Arviot", "published «Arvot», now «Arviot»"),
    "caption of a figure": (". Ala", ". Pala", "published «Kuvio 1. Ala», now «Kuvio 1. Pala»"),
    "description of a figure": ("on 81", "on 18", "published «Ala on 81.», now «Ala on 18.»"),
    "picture": ("0h9v9z", "0h9v8z", "gaps: «Kuvio 1. Ala» is drawn differently"),
    "alternative text": ("Neliö", "Ympyrä", "published «Neliö», now «Ympyrä»"),
}  # fmt: skip


def test_what_is_made_otherwise_is_named(making):
    unnamed = {}
    for name, (old, new, told) in CHANGES.items():
        making.made = replacing(old, new)
        found = verify(making.report)
        if found.status != DIFFERENT or PAGE not in found.files or told not in str(found):
            unnamed[name] = str(found)
    assert unnamed == {}


def test_a_lost_figure_and_other_code(making):
    def without(notebook: str) -> str:
        content = json.loads(notebook)
        outputs = content["cells"][1]["outputs"]
        content["cells"][1]["outputs"] = [o for o in outputs if "image/svg+xml" not in o["data"]]
        return json.dumps(content)

    making.made = without
    assert "gaps: published «Kuvio 1. Ala», now «»" in str(verify(making.report))
    making.made = replacing("show(1)", "show(2)")
    found = verify(making.report)
    assert found.status == DIFFERENT and PAGE in found.files
    assert "the same content, but not the same bytes of index.html" in str(found)


PAGE_CHANGES = {
    "paragraph added": ("<p>Kaksi.", "<p>Uusi.</p><p>Kaksi."),
    "paragraph removed": ("<p>Kaksi.</p>", ""),
    "contents": ('<li><a href="#gaps">Erot</a></li>', ""),
    "code": ("show(1)", "show(2)"),
    "alternative text": ('alt="Neliö"', 'alt="Ympyrä"'),
    "cell of a table": (">1,5<", ">1,6<"),
    "policy": ("default-src 'none'", "default-src *"),
    "beside a stamp": ("<!--/skk:status-->", "<!--/skk:status--><p>Hyväksytty</p>"),
}  # fmt: skip


def test_what_is_changed_on_the_page_is_noticed_without_making_anything(making, monkeypatch):
    monkeypatch.setattr("skk_analysis.reporting.verify.finished_report", lambda *_: pytest.fail())
    place = making.folder / PAGE
    honest, unnoticed = place.read_text("utf-8"), {}
    for name, change in PAGE_CHANGES.items():
        place.write_text(replacing(*change)(honest), "utf-8")
        found = verify(making.report)
        if found.status != TAMPERED or "index.html is not what its recorded" not in str(found):
            unnoticed[name] = str(found)
    assert unnoticed == {}


def test_a_page_forged_with_all_its_hashes_is_named_by_its_words(making):
    """Who changes the page, its hash in the record, and both hashes in the run record."""
    folder = making.folder
    record, crate = (folder / name for name in (RECORD, CRATE))
    page = folder / PAGE
    before = [content_hash(page), content_hash(record)]
    page.write_text(page.read_text("utf-8").replace(">0,25<", ">0,15<"), "utf-8")
    record.write_text(record.read_text("utf-8").replace(before[0], content_hash(page)), "utf-8")
    told = crate.read_text("utf-8")
    for old, file in zip(before, (page, record), strict=True):
        told = told.replace(old, content_hash(file))
    crate.write_text(told, "utf-8")
    found = verify(making.report)
    assert not found.tampered and found.status == DIFFERENT
    assert "gaps: published «Ero 0,15», now «Ero 0,25»" in str(found)
