"""Attacks through time: what is protected now is not told as it was, nor by what failed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

SECRET = "1234.567"  # planted: no other number of the site has these digits
FORMS = (SECRET, SECRET.replace(".", ","), "1\u00a0234", "1\u202f234", "1 234", "1234")


def shown(*records: dict, words: str) -> str:
    told = {"application/vnd.skk.results+json": list(records)}
    return f"show({{'text/html': {words!r}}})\nshow({told!r})"


def record(name: str, value: float) -> dict:
    return {"id": name, "value": value, "unit": "persons", "kind": "value"}


def leaks(folder: Path) -> list[str]:
    return [
        f"{file.relative_to(folder)}: {form}"
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".parquet"
        for form in FORMS
        if form.encode() in file.read_bytes()
    ]


def test_a_number_that_is_hidden_now_is_told_nowhere_as_it_was(bench, cells):
    """Hidden later: the record and pages of changes knew it, in numbers, rows and sentences."""
    table = cells.table.replace("1,5", "1 234,567")
    before = shown(
        record("group.small", 1234.567), record("group.all", 9876.5), record("other", 50.0),
        words=f"<p>Keskustassa 1 234,567.</p>{table}",
    )  # fmt: skip
    after = shown(record("group.all", 8765.4), record("other", 60.0), words="<p>Suojattu.</p>")
    bench.write([*cells.good[:-2], before, cells.end])
    assert bench.one().ok and leaks(bench.workspace.reports)
    bench.write([*cells.good[:-2], after, cells.end])
    assert bench.one().ok
    assert leaks(bench.workspace.reports) == []
    file = bench.folder.with_name("fi.changes.json")
    told = {one["id"]: one["before"] for one in json.loads(file.read_text("utf-8"))["numbers"]}
    assert told["group.small"] == told["group.all"] == {"withheld": True}, "the rest of the family"
    assert told["other"]["value"] == 50.0
    page = file.with_suffix(".html").read_text("utf-8")
    assert "Ei toisteta" in page and "9\u00a0876" not in page


def test_a_record_of_changes_that_was_outlived_is_removed(bench, cells):
    """The former version is damaged, so nothing is compared; the old record told the secret."""
    bench.write([*cells.good[:-2], shown(record("a.b", 40.0), words="<p>x</p>"), cells.end])
    assert bench.one().ok
    bench.write([*cells.good[:-2], shown(record("a.b", 1234.567), words="<p>x</p>"), cells.end])
    assert bench.one().ok
    changes = bench.folder.with_name("fi.changes.json")
    assert SECRET in changes.read_text("utf-8")
    (bench.folder / "report.json").write_text("{}")
    bench.write([*cells.good[:-2], shown(record("other", 7e3), words="<p>y</p>"), cells.end])
    assert bench.one().ok
    assert not changes.exists() and leaks(bench.workspace.reports) == []


def test_a_stopped_report_leaves_no_outputs_on_the_site(bench, cells):
    """Beside the reports lies the notebook that failed: it must not hold why it was stopped."""
    bench.workspace.processed.mkdir(parents=True, exist_ok=True)
    known = pd.DataFrame({"unit_id": ["H00042"], "cluster": ["H00042"]})
    known.to_parquet(bench.workspace.processed / "households.parquet")
    rows = "import pandas as pd\npd.DataFrame({'unit_id': ['H00042'], 'income': [1234.567]})"
    assert "microdata" in bench.failure([*cells.good[:2], rows, *cells.good[2:]])
    broken = [
        cells.start,
        "show({'text/plain': '1234.567'})\nraise ValueError('H000' + '42 has none')",
    ]
    told = bench.failure([*broken, cells.end])
    assert "H00042" in told, "who runs it reads the whole message"
    for file in (bench.workspace.reports / "espoo").rglob("fi.failed.*"):
        content = file.read_text("utf-8")
        outputs = [o for c in json.loads(content).get("cells", []) for o in c.get("outputs", [])]
        assert outputs == [] and (file.suffix == ".ipynb" or "H00042" not in content)
    assert (bench.folder.with_name("fi.failed.ipynb")).is_file()


def test_the_review_page_tells_no_former_value_of_what_is_gone():
    from skk_analysis.review.changed import changed_numbers
    from skk_analysis.review.told import numbers_of

    before = numbers_of([record("a.small", 12.0), record("a.all", 90.0), record("b", 50.0)])
    found = {one.id: one for one in changed_numbers(before, numbers_of([record("b", 60.0)]))}
    assert found["a.small"].shown("en")[0] == found["a.all"].shown("en")[0] == "Not repeated"
    assert found["b"].shown("en") == ("50", "60")
