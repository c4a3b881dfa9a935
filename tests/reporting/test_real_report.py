"""The real notebook through the whole grid, on the embedded sample."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from skk_analysis.reporting.fingerprint import code_hash
from skk_analysis.reporting.grid import RunSummary, run_reports
from skk_analysis.reporting.kinds import KINDS, NOTEBOOKS
from skk_analysis.reporting.parameters import check_notebook
from skk_analysis.reporting.plan import Choice
from skk_analysis.workspace import Workspace, sha256

ESPOO_2019 = Choice(cities=["Espoo"], years=[2019], languages=["fi"])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, sample_workspace: Workspace) -> Workspace:
    """A copy of the sample's raw data, not cleaned yet."""
    root = tmp_path_factory.mktemp("oma työ")
    shutil.copytree(sample_workspace.raw, root / "data" / "raw")
    return Workspace(root)


@pytest.fixture(scope="module")
def made(workspace: Workspace) -> RunSummary:
    return run_reports(workspace, ESPOO_2019)


@pytest.fixture(scope="module")
def folder(workspace: Workspace, made: RunSummary) -> Path:
    assert [o.message for o in made.failed] == []
    return workspace.reports / "espoo" / "2019" / "fi"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_t06_the_notebook_declares_its_parameters_as_papermill_needs_them(kind):
    check_notebook(kind.notebook, kind.declared)


def test_the_page_is_complete(folder):
    soup = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    record = json.loads((folder / "report.json").read_text("utf-8"))
    assert soup.html["lang"] == "fi"
    assert "Espoo 2019" in soup.h1.get_text()
    assert len(soup.find_all("figure")) >= 6
    assert all(len(image["alt"]) > 20 for image in soup.find_all("img"))
    assert soup.find("div", class_="banner") is not None
    assert record["run_id"] in soup.find_all("h2")[-1].find_next("table").parent.parent.get_text()
    assert record["code"] == code_hash()


def test_the_numbers_are_kept_beside_the_page(folder):
    numbers = json.loads((folder / "results.json").read_text("utf-8"))
    assert len(numbers) > 100
    assert all({"id", "value"} <= number.keys() for number in numbers)


def test_nothing_of_the_machine_is_in_a_report(workspace, folder):
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {"index.html", "review.html", "datapackage.json"} <= {file.name for file in files}
    for file in files:
        assert str(workspace.root).encode() not in file.read_bytes()
        assert str(NOTEBOOKS).encode() not in file.read_bytes()


def test_the_second_run_makes_nothing(workspace, folder):
    before = sha256(folder / "report.json")
    summary = run_reports(workspace, ESPOO_2019)
    assert (summary.made, summary.skipped, summary.cleaned) == ([], ["Espoo 2019 fi"], False)
    assert sha256(folder / "report.json") == before


@pytest.mark.slow
def test_another_citys_households_do_not_concern_this_report(workspace, folder):
    resources = workspace.resources()
    [oulu] = [r for r in resources if r.name == "kotitaloudet-oulu"]
    [espoo] = [r for r in resources if r.name == "kotitaloudet-espoo"]
    before = sha256(folder / "report.json")
    for resource, made in ((oulu, []), (espoo, ["Espoo 2019 fi"])):
        _drop_last_row(workspace, resource.name)
        summary = run_reports(workspace, ESPOO_2019)
        assert summary.cleaned
        assert [o.report for o in summary.made] == made
        assert (sha256(folder / "report.json") == before) is (not made)


def _drop_last_row(workspace: Workspace, name: str) -> None:
    """Change one raw file and its entry, as somebody would who takes in a new version."""
    import gzip
    from dataclasses import replace

    def renewed(resource):
        if resource.name != name:
            return resource
        file = workspace.raw / resource.path
        rows = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
        file.write_bytes(gzip.compress(b"".join(rows[:-1]), mtime=0))
        return replace(resource, sha256=sha256(file), bytes=file.stat().st_size)

    workspace.write_resources([renewed(resource) for resource in workspace.resources()])
