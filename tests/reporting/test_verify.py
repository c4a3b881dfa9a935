"""A published report against the same one made again."""

from __future__ import annotations

import json
import math
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from skk_analysis.cli import app
from skk_analysis.reporting import cleaned, fingerprint, ingredients
from skk_analysis.reporting import verify as verification
from skk_analysis.reporting.differences import (
    CONTENT,
    NumberDifference,
    TextDifference,
    number_differences,
    page_differences,
)
from skk_analysis.reporting.plan import Choice, chosen_reports
from skk_analysis.reporting.report import CRATE, NOTEBOOK, PAGE, RECORD, RESULTS
from skk_analysis.reporting.verify import TAMPERED, published_reports, verify
from skk_analysis.workspace import SkkError

READ = """import os, pathlib
size = len(pathlib.Path(os.environ['SKK_WORKSPACE'], 'data', 'raw', 'espoo.csv').read_text('utf-8'))
assert size < 20, 'too long'"""
NUMBERS = """show({'text/html': f'<p>Tiedostossa on {size} merkkiä.</p>'})"""
RESULTS_CELL = """show({'application/vnd.skk.results+json': [
    {'id': 'gini', 'value': 0.25}, {'id': 'size', 'value': size, 'lower': float('nan')}]})"""


@pytest.fixture
def report(bench, cells):
    """A published report whose text, figure and numbers depend on a raw file."""
    figure = cells.good[3].replace("0 0 9 9", "0 0 {size} 9")
    figure = figure.replace("'<svg", "f'<svg").replace("Neliön ala on 81", "Neliö")
    bench.write(
        [cells.start, cells.title, READ, cells.section, NUMBERS, figure, cells.numbers,
         cells.last, RESULTS_CELL, cells.end]
    )  # fmt: skip
    assert bench.one().ok
    choice = Choice(cities=["Espoo"], years=[2019])
    return chosen_reports(bench.workspace, choice, [bench.kind])[0]


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Bytes and time of every file of a workspace."""
    return {
        str(p.relative_to(root)): (p.stat().st_mtime_ns, p.read_bytes())
        for p in sorted(root.rglob("*"))
        if p.is_file()
    }


def test_a_report_is_identical_until_an_ingredient_changes(bench, report, tmp_path):
    before = everything(bench.workspace.root)
    found = verify(report)
    assert (str(found), found.identical, found.status) == ("Espoo 2019 fi: identical", True, 0)
    assert everything(bench.workspace.root) == before
    assert bench.cleanings == [bench.workspace], "clean data were cleaned again"

    # a copy of the report somewhere else, against a workspace that has changed meanwhile
    copy = shutil.copytree(report.folder, tmp_path / "lähetetty raportti")
    bench.change("espoo")
    before = everything(bench.workspace.root)
    found = verify(copy / PAGE, bench.workspace, kinds=[bench.kind])
    assert everything(bench.workspace.root) == before, "the workspace was written to"
    assert bench.cleanings[-1] != bench.workspace, "the changed raw file was not cleaned"
    assert (found.report, found.status) == ("Espoo 2019 fi", 1)
    [number] = found.numbers
    assert (number.id, number.field, number.published, number.now) == ("size", "value", 8, 10)
    assert (number.difference, number.relative) == (2, 0.25)
    assert [(t.section, t.published, t.now) for t in found.texts] == [
        ("summary", "Tiedostossa on 8 merkkiä.", "Tiedostossa on 10 merkkiä.")
    ]
    assert [(f.section, f.now) for f in found.figures] == [("summary", "Kuvio 1. Neliö")]
    assert [(i.kind, i.name) for i in found.ingredients] == [("raw file", "espoo"), ("data", "")]
    review = {"review.html", "review.json"}
    assert set(found.files) == {PAGE, NOTEBOOK, RESULTS, RECORD, CONTENT} | review
    told = str(found)
    assert "size value: published 8, now 10, difference +2, relative +0.25" in told
    assert "«Kuvio 1. Neliö» is drawn differently" in told
    assert verify(report, tolerance=0.3).status == 0

    # and when it cannot be made at all
    (bench.workspace.raw / "espoo.csv").write_text("x" * 30)
    found = verify(report)
    assert (found.status, found.numbers) == (1, ())
    assert "cannot be made again: cell 5, line 3" in str(found) and "too long" in found.failure
    assert ("raw file", "espoo") in [(i.kind, i.name) for i in found.ingredients]


def test_a_folder_that_was_changed_is_found_without_running_anything(
    bench, report, tmp_path, monkeypatch
):
    monkeypatch.setattr(verification, "finished_report", lambda *_: pytest.fail("it was run"))
    changes = {
        PAGE: (
            lambda b: b.replace(b"Hyv", b"Huo"),
            "index.html is not what its recorded hash says",
        ),
        NOTEBOOK: (lambda b: b + b" ", "notebook.ipynb is not what its recorded hash says"),
        RESULTS: (lambda b: b.replace(b"0.25", b"0.35"), "results.json is not what its"),
        RECORD: (lambda b: b.replace(b"2021-03-01", b"2021-03-02"), "report.json is not what its"),
        CRATE: (lambda _: b"{}", "ro-crate-metadata.json cannot be read"),
    }
    for name, (change, message) in changes.items():
        folder = shutil.copytree(report.folder, tmp_path / name)
        place = folder / name
        place.write_bytes(change(place.read_bytes()))
        found = verify(folder, bench.workspace, kinds=[bench.kind])
        assert found.status == TAMPERED and not found.agrees
        assert message in str(found) and "tampered with since it was made" in str(found)
        place.unlink()
        if name != RECORD:
            assert f"{name} is missing" in str(verify(folder, bench.workspace, kinds=[bench.kind]))
    # the page and its hash in report.json changed together
    record = json.loads((report.folder / RECORD).read_text("utf-8"))
    page = report.folder / PAGE
    page.write_bytes(page.read_bytes() + b" ")
    record["outputs"][PAGE] = fingerprint.sha256(page)
    (report.folder / RECORD).write_text(json.dumps(record))
    assert verify(report).tampered == (
        f"{PAGE} is not what its recorded hash says",
        f"{RECORD} is not what its recorded hash says",
    )


def test_each_ingredient_is_named(bench, report, monkeypatch):
    record, crate = report.record(), ingredients.Crate(report.folder)
    versions = fingerprint.Versions.now(report.kind.notebook)
    assert ingredients.files_and_software(report, record, crate, versions) == []
    assert ingredients.data(report, record, crate, record.data, record.sources) == []

    def named(versions=versions) -> dict[tuple[str, str], tuple[str, str]]:
        found = ingredients.files_and_software(report, record, crate, versions)
        return {(i.kind, i.name): (i.published, i.now) for i in found}

    (bench.workspace.raw / "espoo.csv").unlink()
    assert named() == {("raw file", "espoo"): (record.sources["espoo"], "")}
    bench.write()
    (bench.library / "metrics.py").write_text("one = 2\n")
    found = named(fingerprint.Versions.now(bench.notebook))
    assert found.keys() == {("raw file", "espoo"), ("notebook", ""), ("code", "")}
    now = fingerprint.installed_versions() | {"numpy": "0.1"}
    monkeypatch.setattr(ingredients, "installed_versions", lambda: now)
    monkeypatch.setattr(ingredients, "lock_hash", lambda: "other")
    found = named(fingerprint.Versions(record.code, record.notebook, "other environment"))
    assert found.keys() == {
        ("raw file", "espoo"), ("environment", "requirements.lock"), ("package", "numpy"),
    }  # fmt: skip
    assert found["package", "numpy"][1] == "0.1"

    years = bench.workspace.programme / "years.csv"
    years.write_text(years.read_text("utf-8") + "2021,2020,no,no\n", "utf-8")
    (bench.workspace.programme / "costs.csv").write_text("id\n")
    found = ingredients.data(report, record, crate, "other", {"espoo": "x", "new": "y"})
    assert [(i.kind, i.name) for i in found] == [
        ("data", ""), ("raw file", "new"), ("register", "costs.csv"), ("register", "years.csv"),
    ]  # fmt: skip
    assert "register costs.csv: published none, now" in str(found[2])


def write(folder: Path, results: list[dict], page: str = "<main></main>") -> Path:
    folder.mkdir()
    (folder / RESULTS).write_text(json.dumps(results), "utf-8")
    (folder / PAGE).write_text(page, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("published", "now", "tolerance", "expected"),
    [
        ({"value": 0.1}, {"value": 0.1}, 0, []),
        ({"value": 0.1}, {"value": math.nextafter(0.1, 1)}, 0, ["value"]),
        ({"value": 0.1}, {"value": math.nextafter(0.1, 1)}, 1e-12, []),
        ({"value": 1e6}, {"value": 1e6 + 1}, 1e-6, []),
        ({"value": 1e6}, {"value": 1e6 + 3}, 1e-6, ["value"]),
        ({"value": 0.0}, {"value": 1e-13}, 1e-12, []),
        ({"value": math.nan}, {"value": math.nan}, 0, []),
        ({"value": math.nan}, {"value": 1.0}, 10, ["value"]),
        ({"value": math.nan}, {"value": None}, 10, ["value"]),
        ({"value": math.inf}, {"value": math.inf}, 0, []),
        ({"value": None}, {"value": None}, 0, []),
        ({"value": None}, {"value": 0}, 1, ["value"]),
        ({"value": 0}, {"value": False}, 1, ["value"]),
        ({"value": 2}, {"value": 2.0}, 0, []),
        ({"value": 1, "unit": "index"}, {"value": 1, "unit": "euro"}, 0, ["unit"]),
        ({"value": 1, "lower": 0.5}, {"value": 1}, 0, ["lower"]),
    ],
)
def test_numbers_are_compared_one_by_one(tmp_path, published, now, tolerance, expected):
    one = write(tmp_path / "one", [{"id": "a", **published}])
    other = write(tmp_path / "other", [{"id": "a", **now}])
    assert [n.field for n in number_differences(one, other, tolerance)] == expected


def test_numbers_are_found_by_their_id_in_whatever_order(tmp_path):
    numbers = [{"id": name, "value": i} for i, name in enumerate("abb")]
    one = write(tmp_path / "one", numbers)
    assert number_differences(one, write(tmp_path / "same", [numbers[1], *numbers[::2]])) == []
    found = number_differences(
        one, write(tmp_path / "other", [numbers[1], {"id": "c", "value": 9}])
    )
    assert [(n.id, n.published, n.now, n.difference) for n in found] == [
        ("a", 0, None, None), ("b (2)", 2, None, None), ("c", None, 9, None),
    ]  # fmt: skip


def test_texts_and_figures_are_compared_where_they_stand(tmp_path, cells):
    words = """show({'text/html': '<h1 id="report">Espoo</h1><p>Ajo abc.</p>'})
show({'text/html': '<h2 id="one">Yksi</h2>'})
show({'text/html': '<p>Ennen</p><ul><li>kohta</li></ul>'})
show({'text/html': '<table><tr><th>Alue</th><td>1,5</td></tr></table>'})"""
    last = cells.last.replace("Lähde.", "koodi 1")
    makings = []
    changes = {
        "abc": "def", "Ennen": "Nyt", "0 0 9 9": "0 0 8 9", "1,5": "1,6", "koodi 1": "koodi 2",
    }  # fmt: skip
    for name, changed in (("one", {}), ("two", changes)):
        sources = [cells.start, words, cells.figure, last]
        for old, new in changed.items():
            sources = [source.replace(old, new) for source in sources]
        shown: list = []
        hidden = {"display": lambda data, metadata, **_: shown.append((data, metadata))}  # noqa: B023
        exec("\n".join(sources).replace("from IPython.display import display", ""), hidden)
        cell = nbformat.v4.new_code_cell("x = 1")
        cell.outputs = [
            nbformat.v4.new_output("display_data", data=data, metadata=metadata)
            for data, metadata in shown
        ]
        folder = write(tmp_path / name, [])
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / NOTEBOOK)
        makings.append(folder)
    texts, figures = page_differences(*makings, ("abc", "def"))
    assert [(t.section, t.published, t.now) for t in texts] == [
        ("one", "Ennen", "Nyt"), ("one", "Alue 1,5", "Alue 1,6"),
    ]  # fmt: skip
    assert [(f.section, f.now) for f in figures] == [("one", "Kuvio 1. Neliö")]
    assert page_differences(makings[0], makings[0]) == ([], [])


def test_long_lists_and_texts_are_shortened_where_they_part_unless_all_is_wanted():
    numbers = tuple(NumberDifference(f"id{i}", "value", i, i + 1) for i in range(25))
    long = TextDifference("one", "a" * 200 + "b" * 200, "a" * 200 + "c" * 200)
    found = verification.Verification("x", files=(PAGE,), numbers=numbers, texts=(long,))
    assert found.told().count("published") == 26
    lines = str(found).splitlines()
    assert lines[:2] == ["x: different", "  25 numbers differ:"]
    assert lines[2] == "    id0 value: published 0, now 1, difference +1"
    assert lines[22] == "    … and 5 more" and len(lines) == 25
    assert lines[24] == (
        f"    one: published «…{'a' * 30}{'b' * 60}…», now «…{'a' * 30}{'c' * 60}…»"
    )


def test_what_is_no_report_is_said(bench, report, tmp_path):
    with pytest.raises(SkkError, match="is no report"):
        verify(tmp_path, bench.workspace)
    with pytest.raises(SkkError, match="No such report has been published"):
        published_reports(bench.workspace, Choice(cities=["Jyväskylä"]), [bench.kind])
    assert published_reports(bench.workspace, Choice(), [bench.kind]) == [report]
    copy = shutil.copytree(report.folder, tmp_path / "copy")
    cities = bench.workspace.programme / "cities.csv"
    cities.write_text(cities.read_text("utf-8").replace("Espoo", "Esbo"), "utf-8")
    with pytest.raises(SkkError, match=r"city Espoo, year 2019, language fi, which the register"):
        verify(copy, bench.workspace, kinds=[bench.kind])


def test_the_command_tells_by_its_exit_status(bench, report, monkeypatch):
    monkeypatch.setattr(verification, "finished_report", lambda *_: report.folder)

    def run(*arguments: str):
        root = str(bench.workspace.root)
        return CliRunner().invoke(app, ["--workspace", root, "verify", *arguments])

    for arguments in ([str(report.folder)], ["--city", "Espoo", "--year", "2019"]):
        done = run(*arguments)
        assert done.exit_code == 0 and done.output.startswith("Espoo 2019 fi: identical\n")
    assert run().exit_code == 2
    assert run(str(report.folder), "--city", "Espoo").exit_code == 2
    (report.folder / PAGE).write_text("x")
    done = run("--city", "Espoo")
    assert done.exit_code == 3 and "tampered with" in done.output


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_cleaning_for_a_verification_reads_the_raw_files_in_place(bench, tmp_path):
    made = verification._cleaned(bench.workspace, tmp_path / "scratch")
    assert made.root == tmp_path / "scratch" and made.raw.is_symlink()
    assert cleaned.is_clean(made) and not bench.workspace.processed.exists()
