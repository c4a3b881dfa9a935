"""The grid: what is made, what is skipped, and what a failure does to the rest."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import nullcontext

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from skk_analysis.reporting import grid, parallel, run_report
from skk_analysis.reporting.lock import LockedError, only_writer
from skk_analysis.reporting.report import RECORD, State
from skk_analysis.workspace import SkkError

ALL = ["Espoo 2019 fi", "Espoo 2020 fi", "Jyväskylä 2019 fi", "Jyväskylä 2020 fi"]


def areas_of(*codes: str) -> bytes:
    """A table of municipalities, which a run asks for the names of reports it does not know."""
    named = dict.fromkeys(("unit_code", "name_fi", "name_sv"), codes)
    return pd.DataFrame({**named, "unit_level": "municipality"}).to_parquet()


def names(outcomes) -> list[str]:
    return sorted(outcome.report for outcome in outcomes)


@pytest.fixture
def made(bench, monkeypatch):
    """A bench whose four reports seem to be made: no kernel is needed to test what is skipped."""
    from skk_analysis.reporting import runner

    def execute(path, parameters, *_):
        calls.append(parameters)
        return nbformat.v4.new_notebook(metadata={"made": f"{path} {parameters}"})

    calls: list[dict] = []
    monkeypatch.setattr(runner, "execute", execute)
    monkeypatch.setattr("skk_analysis.reporting.checks.check_executed", lambda *_: None)
    monkeypatch.setattr("skk_analysis.reporting.checks.results", lambda _: [])
    monkeypatch.setattr("skk_analysis.reporting.checks.normalised", lambda notebook: notebook)
    gate = "skk_analysis.reporting.disclosure.check.check_disclosure"
    monkeypatch.setattr(gate, lambda *_: None)
    monkeypatch.setattr(runner, "companion_files", lambda _: iter(()))
    monkeypatch.setattr(runner, "_page", lambda order, _: f"<p>{order.run_id}</p>")
    monkeypatch.setattr(runner, "_notebook_bytes", lambda notebook: notebook.metadata.made.encode())
    assert names(bench.run().made) == ALL
    return bench


def test_nothing_changed_makes_nothing_and_imports_nothing_heavy(made):
    before = made.files()
    summary = made.run()
    assert (summary.made, summary.failed, summary.skipped) == ([], [], ALL)
    assert not summary.cleaned
    assert len(made.cleanings) == 1
    assert made.files() == before


IDLE = "import skk_analysis.cli, skk_analysis.reporting.grid"
PLANNING = """
import importlib
from skk_analysis.reporting.kinds import KINDS
for kind in KINDS:
    importlib.import_module(f"skk_analysis.reporting.{kind.name}").report_data
"""
WORKER = """
from skk_analysis.reporting.parallel import warm_worker
warm_worker()
import skk_analysis.reporting.downloads.package, skk_analysis.review.checks
"""


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        (IDLE, {"papermill", "pytask", "nbconvert", "matplotlib", "jupyter_client", "pandera"}),
        (IDLE + PLANNING, {"papermill", "nbconvert", "matplotlib", "pandera"}),
        (WORKER, {"pytask", "matplotlib", "pandera", "statsmodels"}),
    ],
    ids=["idle run", "planning", "worker"],
)
def test_nothing_heavy_is_imported_where_it_is_not_needed(code, heavy):
    check = f"{code}\nimport sys; sys.exit(' '.join({heavy} & sys.modules.keys()) or 0)"
    told = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_a_changed_raw_file_reruns_what_depends_on_it_and_nothing_else(made):
    made.change("espoo")
    summary = made.run()
    assert names(summary.made) == ["Espoo 2019 fi", "Espoo 2020 fi"]
    assert summary.skipped == ["Jyväskylä 2019 fi", "Jyväskylä 2020 fi"]
    assert summary.cleaned


def test_a_register_change_without_effect_on_a_slice_cleans_but_reruns_nothing(made):
    (made.workspace.programme / "experiments.csv").write_text("id\n1\n")
    summary = made.run()
    assert summary.cleaned
    assert summary.made == []


@pytest.mark.parametrize("file", ["index.html", "notebook.ipynb", "results.json", "report.json"])
@pytest.mark.parametrize("deed", ["tampered", "deleted"])
def test_a_tampered_or_deleted_output_is_made_again(made, file, deed):
    place = made.folder / file
    before = place.read_bytes()
    place.write_bytes(before + b" ") if deed == "tampered" else place.unlink()
    if (file, deed) == ("report.json", "tampered"):
        place.write_bytes(before.replace(b'"data": "', b'"data": "0').replace(b"2019", b"x"))
    assert names(made.run().made) == ["Espoo 2019 fi"]
    assert place.read_bytes() == before


def test_changed_processed_data_are_cleaned_again(made):
    (made.workspace.processed / "table.json").write_text("{}")
    summary = made.run()
    assert summary.cleaned
    assert summary.made == []


def test_a_lost_memory_of_inputs_costs_time_only(made):
    (made.workspace.processed / "inputs.json").unlink()
    assert made.run().made == []


@pytest.mark.parametrize("what", ["notebook", "library"])
def test_changed_code_reruns_all(made, cells, what):
    if what == "notebook":
        made.write([*cells.good, "1"])
    else:
        (made.library / "metrics.py").write_text("one = 1.0\n")
    assert names(made.run().made) == ALL


def test_outputs_stored_in_the_notebook_do_not_count(made):
    content = json.loads(made.notebook.read_text("utf-8"))
    content["cells"][2]["execution_count"] = 5
    content["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    content["metadata"]["language_info"] = {"name": "python"}
    made.notebook.write_text(json.dumps(content), "utf-8")
    assert made.run().made == []


def test_force_makes_what_was_asked_for(made):
    assert names(made.run(force=True, cities=["Espoo"]).made) == ALL[:2]


def test_data_of_reports_that_are_neither_asked_for_nor_there_are_not_read(made):
    memory = made.workspace.processed / "inputs.json"
    shutil.rmtree(made.workspace.reports / "jyvaskyla")
    memory.unlink()
    assert made.run(cities=["Espoo"]).skipped == ALL[:2]
    assert set(json.loads(memory.read_text())["inputs"]) == {"espoo/2019", "espoo/2020"}
    assert "jyvaskyla" in (made.workspace.reports / "index.html").read_text()
    assert names(made.run().made) == ALL[2:]


def test_a_report_on_what_has_left_the_register_is_told_of_and_kept(made):
    summary = made.run()
    assert (summary.unlisted, summary.advice()) == ([], "")
    gone = made.workspace.reports / "experiments" / "gone-1" / "fi"
    shutil.copytree(made.folder, gone)
    (made.workspace.processed / "areas.parquet").write_bytes(areas_of("049", "179"))
    summary = made.run()
    assert summary.unlisted == ["experiments/gone-1/fi"]
    assert "experiments/gone-1/fi. Put it back" in summary.advice()
    assert (gone / RECORD).is_file()


def test_a_choice_of_city_year_and_language(made):
    summary = made.run(cities=["Esbo", "espoo"], years=[2020], languages=["sv", "fi"])
    assert names(summary.made) == ["Espoo 2020 sv"]
    assert summary.skipped == ["Espoo 2020 fi"]


def test_a_citys_languages_come_from_the_register(made):
    """Swedish beside Finnish where the register says so, and no other city is said to lack it."""
    table = made.workspace.programme / "cities.csv"
    first, *rows = table.read_text("utf-8").splitlines()
    rows = [f"{row},{'fi;sv' if 'Espoo' in row else ''}" for row in rows]
    table.write_text("\n".join([f"{first},languages", *rows]) + "\n", "utf-8")
    assert names(made.run().made) == ["Espoo 2019 sv", "Espoo 2020 sv"]
    page = BeautifulSoup((made.workspace.reports / "index.html").read_text("utf-8"), "html.parser")
    found = {link["href"] for link in page.select("a[href$='/index.html']")}
    assert {address for address in found if "/sv/" in address} == {
        "espoo/2019/sv/index.html",
        "espoo/2020/sv/index.html",
    }
    assert sum("/fi/" in address for address in found) == 4
    assert names(made.run(languages=["en"], cities=["Espoo"]).made) == [
        "Espoo 2019 en",
        "Espoo 2020 en",
    ]
    table.write_text(table.read_text("utf-8").replace("fi;sv", "fi;no"), "utf-8")
    with pytest.raises(SkkError, match="Espoo: there is no language 'no'; use fi, sv, en"):
        made.run()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"cities": ["Turku"]}, r"no city 'Turku'. It has: Espoo, Jyväskylä"),
        ({"years": [2031]}, r"no year 2031. It has: 2019, 2020"),
        ({"languages": ["de"]}, r"no language 'de'; use fi, sv, en"),
    ],
)
def test_what_there_is_not_stops_before_anything_is_done(bench, choice, message):
    with pytest.raises(SkkError, match=message):
        bench.run(**choice)
    assert not bench.workspace.reports.exists()
    assert bench.cleanings == []


def test_a_city_without_data_fails_alone(made, monkeypatch):
    city_year = sys.modules["skk_analysis.reporting.city_year"]
    report_data = city_year.report_data

    def refuse(workspace, city, year):
        if (city, year) == ("Espoo", 2019):
            raise SkkError("no rows for Espoo 2019")
        return report_data(workspace, city, year)

    monkeypatch.setattr(city_year, "report_data", refuse)
    made.change("espoo")
    summary = made.run()
    assert [o.message for o in summary.failed] == [
        "Espoo 2019 fi: SkkError: no rows for Espoo 2019"
    ]
    assert names(summary.made) == ["Espoo 2020 fi"]


def test_a_failing_report_does_not_stop_the_others(bench, cells):
    fail = "assert (city, year) != ('Espoo', 2020), 'syy'"
    bench.write([cells.start, fail, *cells.good[1:]])
    summary = bench.run(cities=["Espoo"])
    assert names(summary.made) == ["Espoo 2019 fi"]
    assert [o.message for o in summary.failed] == [
        "Espoo 2020 fi: cell 4, line 1 «assert (city, year) != ('Espoo', 2020), 'syy'»: "
        "AssertionError: syy"
    ]
    assert bench.run(cities=["Espoo"]).skipped == ["Espoo 2019 fi"]


@pytest.mark.slow
def test_a_killed_worker_gets_a_second_chance_and_then_a_message(bench, cells, monkeypatch):
    monkeypatch.setattr(parallel, "fork_server", lambda *_: nullcontext())  # parent: the worker
    kill = "import os\nif year == 2020: os.kill(os.getppid(), 9)"
    bench.write([cells.start, kill, *cells.good[1:]])
    summary = bench.run(jobs=2, cities=["Espoo"])
    assert names(summary.made) == ["Espoo 2019 fi"]
    assert [o.message for o in summary.failed] == [
        "Espoo 2020 fi: the worker process was killed twice, often for lack of memory; try --jobs 1"
    ]


def test_run_report_makes_one_and_raises(bench, cells):
    record = run_report(bench.workspace, bench.kind, city="Esbo", year=2019)
    assert record.parameters == {"city": "Espoo", "year": 2019, "language": "fi"}
    assert record.sources.keys() == {"espoo"}
    assert record.invented
    bench.write([cells.start, "1 / 0"])
    with pytest.raises(SkkError, match="Espoo 2019 fi: cell 4, line 1 «1 / 0»: ZeroDivisionError"):
        run_report(bench.workspace, bench.kind, city="Espoo", year=2019)


def test_the_index_tells_the_state_of_every_report(made):
    made.run(cities=["Espoo"], years=[2019], languages=["en"])
    soup = BeautifulSoup((made.workspace.reports / "index.html").read_text("utf-8"), "html.parser")
    record = json.loads((made.folder / RECORD).read_text("utf-8"))
    espoo = soup.find(id="espoo-2019")
    told = " ".join(espoo.get_text(" ", strip=True).split())
    assert told.startswith("Espoo 2019 Ajan tasalla Luonnos Aineisto haettu 1.3.2021 englanniksi")
    assert record["run_id"] in told
    for link in espoo.find_all("a"):
        assert (made.workspace.reports / link["href"]).is_file()
    english = BeautifulSoup((made.workspace.reports / "index.en.html").read_text(), "html.parser")
    row = english.find(
        id="espoo-2020"
    )  # there is no English one; the Finnish one is shown, and said
    assert row.h4.get_text(" ", strip=True).startswith("Espoo 2020 (")
    assert row.a["hreflang"] == "fi" and row.a["href"] == "espoo/2020/fi/index.html"
    headers = {h["scope"] for h in soup.find_all("th")}
    assert (headers, soup.html["lang"], len(soup.find_all("h1"))) == ({"col", "row"}, "fi", 1)


def test_an_old_report_is_never_passed_off_as_new(made):
    made.change("espoo")
    made.run(cities=["Jyväskylä"])
    index = (made.workspace.reports / "index.html").read_text("utf-8")
    table = BeautifulSoup(index, "html.parser").table
    states = [s.get_text() for s in table.select("span[class*='state-']")]
    assert states == ["Vanhentunut", "Vanhentunut", "Ajan tasalla", "Ajan tasalla"]


def test_states_of_a_report(made):
    report = grid.chosen_reports(made.workspace, kinds=[made.kind])[0]
    run_id = report.record().run_id
    assert report.state(run_id) is State.OK
    assert report.state("other") is State.OUTDATED
    (made.folder / "index.html").unlink()
    assert report.state(run_id) is State.MISSING


def test_one_run_at_a_time(made):
    with (
        only_writer(made.workspace, "skk fetch"),
        pytest.raises(LockedError, match=r"is in use by process \d+ on .*«skk fetch»"),
    ):
        made.run()


def test_reports_that_cannot_be_written_are_one_message(bench):
    bench.workspace.reports.write_text("a file in the way")
    with pytest.raises(SkkError, match="reports is not a folder"):
        bench.run()


def test_jobs_are_limited_by_reports_cores_and_memory(monkeypatch):
    assert parallel.possible_jobs(8, 3) == 3
    assert parallel.possible_jobs(8, 0) == 1
    monkeypatch.setattr(parallel.os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    monkeypatch.setattr(parallel, "_available_memory", lambda: 5 * parallel.MEMORY_PER_JOB)
    assert parallel.possible_jobs(None, 12) == 5
    monkeypatch.setattr(parallel, "_available_memory", lambda: 0)
    assert parallel.possible_jobs(None, 12) == 1
    monkeypatch.setattr(parallel, "_available_memory", lambda: None)
    assert parallel.possible_jobs(None, 12) == 12
