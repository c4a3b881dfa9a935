"""What the reports give away together stops publication and release."""

from __future__ import annotations

import json

import pytest

from skk_analysis.reporting.plan import Choice
from skk_analysis.reporting.release.pack import release
from skk_analysis.workspace import SkkError

EXCEPTION = (
    "report,output,asked_by,date,reason_fi,decision\nespoo/*,*,tutkija,2020-01-01,Avoin,granted\n"
)
GROUPS = (200, 150, 47)
"""Persons of a question, of its men and of its women: three persons are left over."""


def asked(whole: int, *groups: int) -> str:
    records = [
        {"id": f"question.{name}.2019", "value": 0.5, "unit": "share", "kind": "value", "n": n}
        for name, n in zip(("all", "sex.male", "sex.female"), (whole, *groups), strict=True)
    ]
    return f"show({{'application/vnd.skk.results+json': {records!r}}})"


def test_reports_that_give_a_group_away_are_not_published_nor_released(bench, cells):
    bench.write([*cells.good[:-2], asked(200, 110, 90), cells.end])
    assert bench.one().ok
    before = (bench.folder / "index.html").read_bytes()
    bench.write([*cells.good[:-2], asked(*GROUPS), cells.end])
    summary = bench.one()
    assert not summary.ok and summary.made == [] and summary.changes == []
    [failed] = summary.failed
    assert "Disclosure control stops this report" in failed.message
    assert (
        "question.all.2019 / sex 2019" in failed.message
        and "disclosure_exceptions" in failed.message
    )
    assert (bench.folder / "index.html").read_bytes() == before, "the former version stays"
    told = json.loads(bench.folder.with_name("fi.failed.json").read_text("utf-8"))["message"]
    assert told == failed.message and not bench.folder.with_name("fi.changes.json").exists()

    file = bench.workspace.programme / "disclosure_exceptions.csv"
    file.write_text(EXCEPTION, "utf-8")
    assert bench.one().ok, "with an exception it is a reviewer's to see"
    page = (bench.workspace.reports / "audit" / "fi.html").read_text("utf-8")
    assert "question.all.2019 / sex 2019" in page
    kinds = [bench.kind]
    assert release(bench.workspace, Choice(), draft=True, kinds=kinds).reports
    file.unlink()
    with pytest.raises(
        SkkError, match=r"Nothing was packed\. Disclosure control stops this release"
    ):
        release(bench.workspace, Choice(), draft=True, kinds=kinds)
